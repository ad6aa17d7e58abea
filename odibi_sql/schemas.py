"""DAG -> the columns of every node, before anything is run: each query is bound by its engine over empty inputs.

What an engine's binder can tell is told here: names, types, functions, and whether contracts are kept. What needs rows
to be told is undecided, and so is all that reads it; what reads a node that is wrong is not reported for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.compile import Compiled
from odibi_sql.context import NodeContext
from odibi_sql.contracts import Columns, breaches, has_contract, promised
from odibi_sql.dag import DAGNode
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Cursor, EngineFailure, Session
from odibi_sql.errors import Location, OdibiError, Problems, ProjectError, SqlError, nearest
from odibi_sql.incremental.strategies import named_columns, no_column
from odibi_sql.inputs import InputReader, csv_of
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.materializations.kind import Making, OptionProblem
from odibi_sql.model import Model, PythonModel, Seed, Source
from odibi_sql.plan import Plan
from odibi_sql.recipes import is_stored
from odibi_sql.relation import Attached, Files, Relation, Stored, types_by_name
from odibi_sql.sql import Bound, SyntaxProblem
from odibi_sql.typed import Fitted, Types, place_written, read_at, typed

Status = Literal["valid", "wrong", "undecided"]
Look = Callable[[DAGNode], Relation | Columns | None]
Hooks = tuple[tuple[str, ...], tuple[str, ...]]  # SQL of `on_run_start` and of `pre_hook`
_NO_HOOKS: Hooks = ((), ())
MANY = 64  # nodes are asked for by two threads
_AHEAD = 2  # nodes that the second thread has been given
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # columns are the same at all times


class Schema(Struct, frozen=True):
    """What is known of one node. `columns` are those that its readers can count on: its own, or those that a contract
    promises. `undecided` says why its own are not known.

    `mistakes` are of the node itself; `unread`: they are about what lies outside of the project, which may be otherwise
    when it is read.
    """

    columns: Columns | None
    undecided: str | None = None
    mistakes: tuple[OdibiError, ...] = ()
    unread: bool = False

    @property
    def status(self) -> Status:
        return "wrong" if self.mistakes else "undecided" if self.undecided else "valid"


class Validation(Struct, frozen=True):
    """`schemas` in the DAG's order; `problems` are mistakes in files that no binding is needed to tell."""

    schemas: Mapping[str, Schema]
    problems: tuple[OdibiError, ...] = ()

    @property
    def mistakes(self) -> tuple[OdibiError, ...]:
        return (*self.problems, *(mistake for schema in self.schemas.values() for mistake in schema.mistakes))


class _Helper(Struct, frozen=True):
    """A second thread, and what it alone uses."""

    thread: ThreadPoolExecutor
    context: NodeContext


class Inference(Struct):
    """A context manager. `look` gives what is known of a node from elsewhere: its columns, or a relation to ask for
    them, or nothing; it may raise OdibiError. `only` is the one engine that may be asked, if not all may be. `so_far`
    are the columns that growing models and snapshots have already. `schemas` keeps what was inferred, and `fitted`
    the SQL that was made for types.
    """

    compiled: Compiled
    look: Look
    open_session: Callable[[str], Session]
    run_id: str
    only: str | None = None
    so_far: Mapping[str, Columns] = field(default_factory=dict)
    schemas: dict[str, Schema] = field(default_factory=dict)
    fitted: Fitted = field(default_factory=dict)
    _nodes: Mapping[str, DAGNode] = field(default_factory=dict)
    _folder: Path = Path()
    _engine: str = ""
    _empty: dict[str, Stored] = field(default_factory=dict)
    _contexts: dict[tuple[str, Hooks], NodeContext | str] = field(default_factory=dict)
    _asked: dict[str, Future[Columns | None]] = field(default_factory=dict)
    _second: _Helper | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self._nodes = self.compiled.dag.nodes
        self._folder = self.compiled.project.root
        self._engine = load_engine(self.compiled.project.engine).NAME

    def __enter__(self) -> Inference:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def infer(self, names: Iterable[str]) -> Mapping[str, Schema]:
        """The schemas of these nodes, which come in the DAG's order. What they read besides is looked up."""
        wanted = dict.fromkeys(names)
        for name in wanted:
            for up in self._nodes[name].upstream:
                self._await(up)
                if up not in wanted and up not in self.schemas:
                    self.schemas[up] = self._schema(self._nodes[up])
            node = self._nodes[name]
            helper = self._helper(node) if len(wanted) >= MANY and len(self._asked) < _AHEAD else None
            if helper is not None:
                self._asked[name] = helper.thread.submit(self._columns, node, helper.context)
            else:
                self.schemas[name] = self._schema(node)
            for asked in [asked for asked, future in self._asked.items() if future.done()]:
                self._await(asked)
        for asked in list(self._asked):
            self._await(asked)
        return {name: self.schemas[name] for name in wanted}

    # -- with a second thread, since the binder works without Python's lock

    def _helper(self, node: DAGNode) -> _Helper | None:
        """Who asks for the columns of an ordinary query, of which nothing else has to be known."""
        if not isinstance(node.definition, Model) or node.name in self.so_far or node.model.delta is not None:
            return None
        engine = load_engine(node.config.engine).NAME if node.config.engine else self._engine
        if engine != "duckdb" or self._hooks(node, engine) != _NO_HOOKS or self._why_undecided(node) is not None:
            return None
        if MATERIALIZATIONS[node.config.materialized].columns is not None or any(named_columns(node.config)):
            return None
        try:
            if self.look(node) is not None or isinstance(self._context(engine), str):
                return None
        except OdibiError:
            return None
        if self._second is None:
            context = self._entered(self.open_session(engine).cursor("schemas"), engine)
            self._second = _Helper(self._open.enter_context(ThreadPoolExecutor(1)), context)
        return self._second

    def _columns(self, node: DAGNode, context: NodeContext) -> Columns | None:
        """In the second thread. None where there is more to be said than columns."""
        try:
            bound = self._bind(node, context)
            return None if context.cursor.needs_rows(bound.sql) else context.describe(bound)
        except (EngineFailure, OdibiError):
            return None

    def _await(self, name: str) -> None:
        if name in self._asked:
            columns, node = self._asked.pop(name).result(), self._nodes[name]
            self.schemas[name] = self._schema(node, columns)

    # -- one node

    def _schema(self, node: DAGNode, columns: Columns | None = None) -> Schema:
        """`columns` where they were asked for already."""
        try:
            if columns is not None:
                return self._with_contract(node, columns)
            found = self.look(node)
            if isinstance(found, tuple):
                return self._with_contract(node, found)
            if found is not None:
                return Schema(self._described(found))
            if isinstance(node.definition, Seed):
                return Schema(self._cursor().columns_of(csv_of(node.definition, self._folder)))
            if isinstance(node.definition, Model):
                return self._of_model(node)
            if isinstance(node.definition, PythonModel):
                return self._undecided(node, "it is Python, whose columns are known when it has run")
        except OdibiError as error:
            return Schema(None, mistakes=tuple(error.errors) if isinstance(error, Problems) else (error,))
        except EngineFailure as failure:
            return Schema(None, mistakes=(_unreadable(node, failure),), unread=True)
        return Schema(None, undecided="its rows are given when it is built")

    def _described(self, relation: Relation) -> Columns:
        match relation:
            case Stored(columns=columns):
                return columns
            case Files() | Attached():
                return self._cursor().columns_of(relation)
            case _:
                context = self._context(self._engine)
                if isinstance(context, str):
                    raise EngineFailure(context, passing=True)
                view = context.make_views({"it": relation}, "")["it"]
                return context.cursor.describe(f"SELECT * FROM {view}")

    # -- models

    def _of_model(self, node: DAGNode) -> Schema:
        engine = load_engine(node.config.engine).NAME if node.config.engine else self._engine
        context = self._context(engine, self._hooks(node, engine))
        because = context if isinstance(context, str) else self._why_undecided(node)
        if isinstance(context, str) or because is not None:
            return self._undecided(node, because)
        try:
            bound = self._bind(node, context)
            if context.cursor.needs_rows(bound.sql):
                if not is_stored(node):
                    context.check_as_view(bound)
                return self._undecided(node, "its columns depend on rows: PIVOT without a list of values")
            columns = context.describe(bound)
        except EngineFailure as failure:
            known = self._undecided(node, None)
            return replace(known, mistakes=(self._mistake(node, failure), *known.mistakes), unread=failure.passing)
        if mistakes := (*self._of_settings(node, columns), *self._of_delta(node, context, columns)):
            return Schema(columns, mistakes=mistakes)
        if MATERIALIZATIONS[node.config.materialized].columns is not None:
            try:
                columns = self._made_columns(node, context, bound, columns)
            except EngineFailure as failure:
                told = SqlError(failure.message, self.compiled.places.mention(node.model, ""), failure.advice)
                return Schema(None, mistakes=(told,), unread=failure.passing)
        if (
            node.config.on_schema_change in ("ignore", "append_new_columns")
            and self.so_far.get(node.name, columns) != columns
        ):
            return self._undecided(node, "its columns depend on those that it has already")
        return self._with_contract(node, columns)

    def _made_columns(self, node: DAGNode, context: NodeContext, bound: Bound, columns: Columns) -> Columns:
        """Where more is made of a query with these columns. Raises ProjectError for options that do not fit them."""
        kind = MATERIALIZATIONS[node.config.materialized]
        had = self.so_far.get(node.name)
        previous = Stored(had, ()) if had is not None else None
        making = Making(context, bound, Path(), node.config.all_options(), previous, _ANY_TIME)
        assert kind.columns is not None  # noqa: S101 - for the type checker
        try:
            return kind.columns(making, columns)
        except OptionProblem as problem:
            where = self.compiled.places.mention(node.model, problem.setting, problem.value)
            raise ProjectError(problem.message, where, problem.hint) from problem

    def _of_settings(self, node: DAGNode, columns: Columns) -> tuple[OdibiError, ...]:
        """What an incremental model's settings name and neither its query nor its rows so far have."""
        names = {column.name.casefold(): column.name for column in (*self.so_far.get(node.name, ()), *columns)}
        return tuple(
            ProjectError(
                no_column(setting, column),
                self.compiled.places.mention(node.model, setting, column),
                f"did you mean `{close}`?" if (close := nearest(column, names.values())) else None,
            )
            for setting, column in named_columns(node.config)
            if column.casefold() not in names
        )

    def _of_delta(self, node: DAGNode, context: NodeContext, columns: Columns) -> tuple[OdibiError, ...]:
        """What is wrong in the query for new rows only, which reads those that are there."""
        delta = node.model.delta
        if delta is None:
            return ()
        as_it_runs = replace(node, definition=replace(node.model, statement=delta), slots=node.delta_slots)
        self._empty[node.name] = Stored(columns, ())
        try:
            context.describe(self._bind(as_it_runs, context))
        except EngineFailure as failure:
            return (self._mistake(node, failure, delta=True),)
        return ()

    def _why_undecided(self, node: DAGNode) -> str | None:
        slots = [slot for slot in node.slots if slot.kind == "relation"]
        for slot in slots:
            read = self.schemas.get(slot.value)
            if read is None:
                return f"`{slot.value}` and it read each other"
            if read.columns is None:
                return f"it reads `{slot.value}`, which {'cannot be read' if read.unread else f'is {read.status}'}"
        bound = {slot.start for slot in slots}
        for reference in node.model.statement.references:
            if reference.start not in bound:
                return f"it reads `{'.'.join(reference.parts)}`, which is wrong"
        return None

    def _hooks(self, node: DAGNode, engine: str) -> Hooks:
        """What runs before the node and can change what it means."""
        before_all = self.compiled.on_run_start if engine == self._engine else ()
        return tuple(hook.sql for hook in before_all), tuple(hook.sql for hook in node.config.pre_hook)

    def _bind(self, node: DAGNode, context: NodeContext) -> Bound:
        if node.model.statement.moment != "fixed":
            context.cursor.fix_time()
        reads = {slot.value: self._empty_of(slot.value) for slot in node.slots if slot.kind == "relation"}
        if node.model.statement.needs_types:
            node = self._typed(node, reads)
        sql = node.model.statement.sql
        return context.bind(sql, node.slots, context.make_views(reads, sql))

    def _typed(self, node: DAGNode, reads: Mapping[str, Stored]) -> DAGNode:
        try:
            return typed(node, _types(reads), self._describe, self.fitted)
        except SyntaxProblem as problem:
            places = self.compiled.places
            locate = places.locate_delta if node.model.statement is node.model.delta else places.locate
            raise SqlError(problem.message, locate(node.model, problem.at), problem.hint) from problem

    def _describe(self, sql: str) -> Columns | None:
        try:
            return self._duckdb().describe(sql)
        except EngineFailure:
            return None

    def _empty_of(self, name: str) -> Stored:
        """One for each node: a context makes one view of it, for all of its readers."""
        if name not in self._empty:
            self._empty.setdefault(name, Stored(self.schemas[name].columns or (), ()))
        return self._empty[name]

    def _with_contract(self, node: DAGNode, columns: Columns) -> Schema:
        if not has_contract(node.definition):
            return Schema(columns)
        mistakes = breaches(node.any_model, columns, self._duckdb().columns_of)
        return Schema(None, mistakes=mistakes) if mistakes else Schema(columns)

    def _undecided(self, node: DAGNode, because: str | None) -> Schema:
        if not has_contract(node.definition):
            return Schema(None, because)
        try:
            return Schema(promised(node.any_model, self._duckdb().columns_of), because)
        except Problems as problems:
            return Schema(None, because, tuple(problems.errors))

    def _mistake(self, node: DAGNode, failure: EngineFailure, *, delta: bool = False) -> OdibiError:
        place = self._place(node, failure, delta)
        declared = node.check.where if node.check else None
        return SqlError(failure.message, place or declared or Location(node.path), failure.advice)

    def _place(self, node: DAGNode, failure: EngineFailure, delta: bool) -> Location | None:
        runs = node
        if delta and node.model.delta is not None:
            runs = replace(node, definition=replace(node.model, statement=node.model.delta), slots=node.delta_slots)
        places = self.compiled.places
        if failure.offset is not None and not runs.model.statement.transpiled:
            return places.locate_statement(node.model, failure.offset, delta=delta)
        at = None
        if failure.offset is not None:
            reads = {slot.value: self._empty_of(slot.value) for slot in runs.slots if slot.kind == "relation"}
            at = place_written(runs, _types(reads), self._describe, failure.offset)
        elif failure.input is not None:
            at = read_at(runs, failure.input)
        if at is None:
            return None
        return (places.locate_delta if runs is not node else places.locate)(node.model, at)

    # -- engines

    def _context(self, engine: str, hooks: Hooks = _NO_HOOKS) -> NodeContext | str:
        """Why not, where the engine is not to be asked."""
        if (engine, hooks) not in self._contexts:
            if self.only is not None and engine != self.only:
                told = f"it runs on {engine}, which is asked only if told to: `--engine {engine}`"
                self._contexts[engine, hooks] = told
            else:
                self._contexts[engine, hooks] = self._opened(engine, hooks)
        return self._contexts[engine, hooks]

    def _opened(self, engine: str, hooks: Hooks) -> NodeContext | str:
        try:
            session = self.open_session(engine)
        except EngineFailure as failure:
            return failure.message
        if hooks == _NO_HOOKS:
            return self._entered(session.cursor("schemas"), engine)
        before_all, before_it = hooks
        told = f"its `{'pre_hook' if before_it else 'on_run_start'}` runs first, and can change what it means"
        rehearsal = session.rehearsal((*before_all, *before_it))
        if rehearsal is None:
            return told
        self._open.callback(rehearsal.close)
        try:
            for sql in before_all:
                rehearsal.run(sql)
            context = self._entered(rehearsal.cursor("schemas"), engine)
            for sql in before_it:
                context.cursor.run(sql)
        except EngineFailure:
            return told  # where it is written is known to the run, which fails there
        return context

    def _entered(self, cursor: Cursor, engine: str) -> NodeContext:
        prefix = f"__odibi_{self.run_id[-6:]}_schema_"  # views of Spark's session are seen by all of it
        dialect = load_engine(engine).DIALECT
        return self._open.enter_context(NodeContext(cursor, prefix, self._folder, dialect=dialect))

    def _cursor(self) -> Cursor:
        """For what no model's engine need be asked: by DuckDB, if the project's own is not to be asked."""
        context = self._context(self._engine)
        return self._duckdb() if isinstance(context, str) else context.cursor

    def _duckdb(self) -> Cursor:
        """In whose words types are written."""
        context = self._context("duckdb")
        if isinstance(context, str):
            raise EngineFailure(context, passing=True)
        return context.cursor


def _types(reads: Mapping[str, Stored]) -> Types:
    return {name: types_by_name(stored.columns) for name, stored in reads.items()}


def _unreadable(node: DAGNode, failure: EngineFailure) -> OdibiError:
    if isinstance(node.definition, Source):
        return ProjectError(f"`{node.name}` cannot be read: {failure.message}", node.definition.where, failure.advice)
    return ProjectError(failure.told_with_place, Location(node.path, failure.line), failure.advice)


def schemas_to_run(
    plan: Plan, compiled: Compiled, open_session: Callable[[str], Session], run_id: str, fitted: Fitted
) -> Mapping[str, Schema]:
    """Of what will run, and of what has a contract; `fitted` gets the SQL that is made for types.

    Raises Problems for what is wrong, if it is the project that is.
    """
    names = [name for name, step in plan.steps.items() if step.entry is None or has_contract(step.node.definition)]
    so_far = {name: entry.columns for name, entry in plan.versions.published.items()}
    so_far |= {name: version.relation.columns for name, version in plan.recipes.previous.items()}
    with Inference(compiled, looking_into(plan), open_session, run_id, so_far=so_far, fitted=fitted) as inference:
        schemas = inference.infer(names)
    mistakes = [mistake for schema in schemas.values() if not schema.unread for mistake in schema.mistakes]
    if mistakes:
        raise Problems(mistakes)
    return schemas


def undecided_contracts(plan: Plan, schemas: Mapping[str, Schema]) -> frozenset[str]:
    """Models whose contracts only their results can keep or break."""
    with_contract = (name for name in schemas if has_contract(plan.steps[name].node.definition))
    return frozenset(name for name in with_contract if schemas[name].status != "valid")


def looking_into(plan: Plan) -> Look:
    """What a build has: the columns of stored results, and what it is given from elsewhere."""

    def look(node: DAGNode) -> Relation | Columns | None:
        step = plan.steps.get(node.name)
        if step is None:
            return plan.given[node.name].relation
        return step.entry.columns if step.entry is not None else None

    return look


def looking_at_files(reader: InputReader) -> Look:
    """What there is without a build: the files of sources."""

    def look(node: DAGNode) -> Relation | Columns | None:
        definition = node.definition
        if not isinstance(definition, Source):
            reader.read_files(node, {})
            return None
        is_missing = definition.kind == "frame" and definition.name.casefold() not in reader.frames
        return None if is_missing else reader.source(definition).relation

    return look
