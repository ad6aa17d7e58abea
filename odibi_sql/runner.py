"""StepRunner: how one step of a plan is done, for the executor to call.

A result goes from the engine into the store, and from there to its readers; a view's or an ephemeral model's query is
only bound, and handed to its readers as it is.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.attempt import Attempt, Miss, NodeFailure, Outcome, Outcomes
from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.cache.keys import engine_name
from odibi_sql.compile import Places
from odibi_sql.context import NodeContext
from odibi_sql.contracts import is_kept_as_written, keep_contract
from odibi_sql.dag import DAGNode
from odibi_sql.disk import cannot_write
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Engine, EngineFailure, Session, Written
from odibi_sql.engines.sessions import writer_of
from odibi_sql.errors import Location, OdibiError, Problems, SqlError
from odibi_sql.events import NodeError
from odibi_sql.hooks import AroundRun, run_hooks
from odibi_sql.incremental.increments import Before, Increment, Made
from odibi_sql.incremental.strategies import grows, has_intervals
from odibi_sql.incremental.time_ranges import TimeRange
from odibi_sql.incremental.versions import Version, next_version
from odibi_sql.inputs import csv_of
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.materializations.kind import Making, OptionProblem
from odibi_sql.model import Model, PythonModel, Seed
from odibi_sql.plan import Plan
from odibi_sql.python_step import write_python
from odibi_sql.reasons import notes_of, why, why_version
from odibi_sql.recipes import content_of, is_stored, stored_result
from odibi_sql.relation import Column, Query, Relation, Stored
from odibi_sql.sql import Bound, SyntaxProblem
from odibi_sql.testing.counting import Counting, bound_query, calculated, write_all
from odibi_sql.testing.verdicts import judged
from odibi_sql.typed import Fitted, Types, binder, input_types, place_written, read_at, typed


class StepRunner(Struct):
    """`open_session` is called by steps that run, with the engine that a model names for itself, if any; `compiled` is
    a folder for the SQL of what runs.

    `undecided` are models whose contracts only their results can keep or break. `fitted` is the SQL that was made for
    types before. `relations` grows as nodes end: what each offers to its readers.
    """

    plan: Plan
    cache: CacheManager
    open_session: Callable[[str | None], Session]
    places: Places
    folder: Path
    compiled: Path
    undecided: frozenset[str] = frozenset()
    around: AroundRun = field(default_factory=AroundRun)
    fitted: Fitted = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)
    _recipes: dict[str, Recipe] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)
    _versions: dict[str, Version] = field(default_factory=dict)
    _tell_time: set[str] = field(default_factory=set)
    _failures: dict[str, int] = field(default_factory=dict)
    _types: dict[str, Types] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        for name, given in self.plan.given.items():
            self.relations[name] = given.relation
            self._contents[name] = given.content
            if isinstance(given.relation, Query):
                self._tell_time.add(name)  # for all that is known here

    def look_up(self, name: str) -> Outcome | Miss:
        step = self.plan.steps[name]
        growing = grows(step.node.config)
        if step.entry is not None and not growing:  # all that it reads was known to the plan, and is as it was then
            return self._done(step.node, step.entry, "unchanged")
        recipe = self.plan.recipes.recipe(step.node, self._contents)
        if growing:
            return self._look_up_version(step.node, recipe)
        key = recipe.key()
        previous = self.plan.recipes.previous.get(name)
        restated = self.plan.versions.restates(step.node)
        entry = None
        if not self.plan.force and restated is None:
            entry = stored_result(recipe, self.cache, previous)
        known = name not in self.undecided
        if entry is not None and (known or is_kept_as_written(step.node.any_model, entry.columns)):
            return self._done(step.node, entry, "unchanged")
        self._recipes[name] = recipe
        reason = why(step.node, recipe, self.cache, self.plan.force, previous) if step.key != key else step.reason
        reason = restated or reason
        self._reasons[name] = reason
        return Miss(reason, key)

    def _look_up_version(self, node: DAGNode, recipe: Recipe) -> Outcome | Miss:
        version = next_version(node, recipe, self.plan.versions, self.cache, force=self.plan.force)
        reason = why_version(node, version)
        if version.entry is not None:
            return self._done(node, version.entry, reason)
        self._versions[node.name] = version
        self._recipes[node.name] = version.recipe
        self._reasons[node.name] = reason
        return Miss(reason, version.recipe.key())

    def run(self, name: str, attempt: Attempt) -> Outcome:
        step = self.plan.steps[name]
        begun = time.perf_counter()
        try:
            columns, made = self._make(step.node, attempt)
            return self._keep(step.node, columns, made, time.perf_counter() - begun)
        except EngineFailure as failure:
            raise self._failed(step.node, failure) from failure
        except OptionProblem as problem:
            where = self.places.mention(step.node.model, problem.setting, problem.value)
            told = OdibiError(problem.message, where, problem.hint)
            raise NodeFailure(self._told(step.node, told)) from problem
        except OdibiError as error:
            raise NodeFailure(self._told(step.node, error)) from error

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:
        nodes = [self.plan.steps[name].node for name in names]
        begun = time.perf_counter()
        try:
            found = self._count(nodes, attempt)
        except EngineFailure as failure:
            return {node.name: self._failed(node, failure) for node in nodes}
        except OdibiError as error:
            return {node.name: NodeFailure(self._told(node, error)) for node in nodes}
        share = (time.perf_counter() - begun) / len(nodes)
        done: dict[str, Outcome | NodeFailure] = {}
        for node in nodes:
            written = found[node.name]
            try:
                if isinstance(written, EngineFailure):
                    done[node.name] = self._failed(node, written)
                else:
                    done[node.name] = self._keep(node, written.columns, Made(written), share)
            except OdibiError as error:
                done[node.name] = NodeFailure(self._told(node, error))
        return done

    # -- within

    def _keep(self, node: DAGNode, columns: tuple[Column, ...], made: Made | None, duration_s: float) -> Outcome:
        """Raises StoreError, and Problems where a contract is broken."""
        if node.name in self.undecided:
            keep_contract(node.any_model, columns, self.open_session("duckdb"))
        written, shared = (made.written, made.shared) if made else (None, ())
        entry = replace(self._entry(node, self._recipes[node.name], written, duration_s), columns=columns)
        restated = self._is_refresh(node.name) or self.plan.versions.restates(node) is not None
        entry = self.cache.put(entry, written, shared=shared, force=self.plan.force or restated)
        return self._done(node, entry, self._reasons[node.name] + (made.note if made else ""))

    def _entry(self, node: DAGNode, recipe: Recipe, written: Written | None, duration_s: float = 0.0) -> Entry:
        return Entry(
            key=recipe.key(),
            name=node.name,
            recipe=recipe,
            columns=written.columns if written else (),
            content=written.content if written else recipe.key(),
            rows=written.rows if written else None,
            parts=(),
            duration_s=duration_s,
            run_id=self.plan.recipes.moment.run_id,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            notes=self._notes(node),
        )

    def _notes(self, node: DAGNode) -> dict[str, object]:
        notes = notes_of(node)
        if types := self._types.get(node.name):
            notes["types"] = types
        if node.name in self._failures:
            notes["failures"] = self._failures[node.name]
        return notes

    def _failed(self, node: DAGNode, failure: EngineFailure) -> NodeFailure:
        error = self._error(node, failure)
        if damaged := self._damaged_inputs(node, failure):
            names = ", ".join(f"`{one}`" for one in damaged)
            error = replace(error, line=None, column=None, hint=f"stored rows of {names} were damaged: build again")
        return NodeFailure(error, passing=failure.passing)

    def _count(self, nodes: Sequence[DAGNode], attempt: Attempt) -> Mapping[str, Written | EngineFailure]:
        """Checks of one group, all of which read one table alone."""
        cursor = self._session(nodes[0], attempt).cursor(f"checks of {nodes[0].upstream[0]}")
        attempt.on_cancel(cursor.interrupt)
        stems = [self.cache.scratch() / f"{next(self._numbers)}" for _ in nodes]
        for node in nodes:
            self._keep_code(node)
        engine = self._engine(nodes[0])
        prefix = self._prefix(next(self._numbers))
        with NodeContext(cursor, prefix, self.folder, attempt.cancelled, engine.DIALECT) as context:
            views = context.make_views(self._inputs(nodes[0]), "\n".join(node.model.statement.sql for node in nodes))
            if any(self._tells_time(node) for node in nodes):
                cursor.fix_time()
            stored = isinstance(self.relations[nodes[0].upstream[0]], Stored)
            counting = Counting(engine.DIALECT, filtered=stored and engine.FILTERS_SCANS)
            return write_all(context, nodes, views, counting, stems)

    def _session(self, node: DAGNode, attempt: Attempt) -> Session:
        """Of the node's engine; where that is the target's, the run has begun. Raises RunError."""
        session = self.open_session(node.config.engine)
        recipes = self.plan.recipes
        if recipes.engine_of(node)[0] == recipes.engine:
            self.around.begin(session, attempt.on_stop)
        return session

    def _engine(self, node: DAGNode) -> Engine:
        return load_engine(engine_name(self.plan.recipes.engine_of(node)[0]))

    def _prefix(self, number: int) -> str:
        return f"__odibi_{self.plan.recipes.moment.run_id[-6:]}_{number}_"

    def _make(self, node: DAGNode, attempt: Attempt) -> tuple[tuple[Column, ...], Made | None]:
        cursor = self._session(node, attempt).cursor(node.name)
        attempt.on_cancel(cursor.interrupt)
        number = next(self._numbers)
        stem = self.cache.scratch() / f"{number}"
        if isinstance(node.definition, Seed):
            try:
                written = cursor.write_csv(csv_of(node.definition, self.folder), stem)
            finally:
                cursor.close()
            return written.columns, Made(written)
        node = self._as_it_runs(node)
        self._keep_code(node)
        dialect = self._engine(node).DIALECT
        with NodeContext(cursor, self._prefix(number), self.folder, attempt.cancelled, dialect) as context:
            run_hooks("pre_hook", node.config.pre_hook, cursor.run)
            written_sql = "" if isinstance(node.definition, PythonModel) else node.model.statement.sql
            views = context.make_views(self._inputs(node), written_sql)
            if isinstance(node.definition, Model) and node.model.statement.needs_types:
                self._types[node.name] = input_types(self._inputs(node), cursor, views)
                node = self._typed(node, self._types[node.name])
                self._keep_code(node)
            if self._tells_time(node):
                cursor.fix_time()
            if not is_stored(node):
                bound = bound_query(context, node, views)
                columns = context.describe(bound)
                context.check_as_view(bound)
                return columns, None
            return self._after(node, context, self._made(node, context, views, stem, attempt))

    def _made(
        self, node: DAGNode, context: NodeContext, views: Mapping[str, str], stem: Path, attempt: Attempt
    ) -> Made:
        """The rows of a node that keeps some, by whatever way it has of making them."""
        if isinstance(node.definition, PythonModel):
            return Made(write_python(node, node.definition, context, views, stem, self.folder, attempt.on_cancel))
        if has_intervals(node.config):
            return self._time_range(node, context, views, _below(stem)).made()
        bound = bound_query(context, node, views)
        if (version := self._versions.get(node.name)) is not None:
            return self._make_version(Increment(context, node.config, _below(stem)), version, bound)
        make = MATERIALIZATIONS[node.config.materialized].make
        if make is not None:
            previous = self.plan.recipes.previous.get(node.name)
            before = previous.relation if previous else None
            now = self.plan.recipes.moment.now
            return Made(make(Making(context, bound, stem, node.config.all_options(), before, now)))
        written = context.write(bound, stem)
        if (failures := calculated(context, node, bound)) is not None:
            self._failures[node.name] = failures
        return Made(written)

    def _after(self, node: DAGNode, context: NodeContext, made: Made) -> tuple[tuple[Column, ...], Made]:
        """What was made, once its hooks have run: where one fails, the model has, and its rows are not kept."""
        shared = self.cache.stored_parts((), made.shared).parts
        rows = Stored(made.written.columns, (*shared, *made.written.stored().parts))
        run_hooks("post_hook", node.config.post_hook, lambda sql: context.run_beside(sql, rows))
        return made.written.columns, made

    def _make_version(self, increment: Increment, version: Version, bound: Bound) -> Made:
        if version.base is None:
            return increment.first(bound)
        base = version.base
        was, now = base.recipe.engine, version.recipe.engine
        foreign = engine_name(was) != engine_name(now)
        return increment.upon(Before(base.parts, self.cache.stored(base), was == now, foreign), bound)

    def _time_range(
        self, node: DAGNode, context: NodeContext, views: Mapping[str, str], stems: Iterator[Path]
    ) -> TimeRange:
        return TimeRange(
            context=context,
            node=node,
            recipe=self._recipes[node.name],
            views=views,
            cache=self.cache,
            entry_of=lambda recipe, written: self._entry(node, recipe, written),
            stems=stems,
            is_due=lambda interval: self.plan.force or self.plan.versions.is_due(node, interval),
            until=self.plan.recipes.until(node),
        )

    def _is_refresh(self, name: str) -> bool:
        return name in self._versions and self._versions[name].how == "refresh"

    def _is_delta(self, node: DAGNode) -> bool:
        """Whether another SQL runs than where there are no rows yet."""
        version = self._versions.get(node.name)
        return version is not None and version.base is not None and node.model.delta is not None

    def _as_it_runs(self, node: DAGNode) -> DAGNode:
        """With the delta for its SQL, where that is what runs."""
        if not self._is_delta(node) or node.model.delta is None:
            return node
        return replace(node, definition=replace(node.model, statement=node.model.delta), slots=node.delta_slots)

    def _tells_time(self, node: DAGNode) -> bool:
        """Whether the node's query asks for the time, itself or by a view that it reads."""
        own = isinstance(node.definition, Model) and any(one.moment != "fixed" for one in node.model.statements)
        return own or not self._tell_time.isdisjoint(node.upstream)

    def _inputs(self, node: DAGNode) -> Mapping[str, Relation]:
        """A growing model's own name stands for the version before."""
        names = {slot.value for slot in node.slots if slot.kind == "relation"}
        found = {name: self.relations[name] for name in names if name != node.name}
        base = self._versions[node.name].base if node.name in self._versions else None
        return found | {name: self.cache.stored(base) for name in names - found.keys() if base is not None}

    def _typed(self, node: DAGNode, types: Types) -> DAGNode:
        try:
            with binder(self.open_session("duckdb")) as describe:
                return typed(node, types, describe, self.fitted)
        except SyntaxProblem as problem:
            raise SqlError(problem.message, self._locate(node, problem.at), problem.hint) from problem

    def _locate(self, node: DAGNode, at: int) -> Location:
        """`at` counts in the rendered text of what runs."""
        return (self.places.locate_delta if self._is_delta(node) else self.places.locate)(node.model, at)

    def _place(self, node: DAGNode, offset: int) -> Location | None:
        """`offset` counts in the SQL that ran."""
        runs = self._as_it_runs(node)
        if not runs.model.statement.transpiled:
            return self.places.locate_statement(node.model, offset, delta=self._is_delta(node))
        with binder(self.open_session("duckdb")) as describe:
            at = place_written(runs, self._types.get(node.name), describe, offset)
        return self._locate(node, at) if at is not None else None

    def _done(self, node: DAGNode, entry: Entry, reason: str) -> Outcome:
        if is_stored(node):
            self.relations[node.name] = self.cache.stored(entry)
        else:
            if node.model.statement.needs_types:
                node = self._typed(node, entry.notes["types"])
            self.relations[node.name] = Query(node.model.statement.sql, node.slots, self._inputs(node))
            if self._tells_time(node):
                self._tell_time.add(node.name)
        self._contents[node.name] = content_of(node, entry)
        self.entries[node.name] = entry
        stored = is_stored(node)
        outcome = Outcome(
            reason=reason,
            rows=entry.rows,
            columns=len(entry.columns),
            bytes=entry.bytes if stored else None,
            key=entry.key,
            content=content_of(node, entry),
        )
        return judged(node.check, entry, self.cache.stored(entry), outcome) if node.check else outcome

    def _damaged_inputs(self, node: DAGNode, failure: EngineFailure) -> list[str]:
        """Forgets the stored inputs that turn out to be unreadable, where the failure speaks of the store's files."""
        if not self.cache.is_told_of(failure.message):
            return []
        damaged = []
        read = {name: self.entries.get(name) for name in node.upstream}
        if node.name in self._versions:
            read[node.name] = self._versions[node.name].base
        for name, entry in read.items():
            if entry is not None and is_stored(self.plan.steps[name].node):
                content: str | None
                try:
                    stored = self.cache.stored(entry)
                    content = self.open_session(writer_of(stored)).content(stored)
                except EngineFailure:
                    content = entry.content if self.cache.vouches_for(entry) else None
                if content != entry.content:
                    self.cache.invalidate(entry.key)
                    damaged.append(name)
        return damaged

    def _keep_code(self, node: DAGNode) -> None:
        file = self._kept(node)
        model = node.any_model
        text = model.source if isinstance(model, PythonModel) else f"{model.statement.sql}\n"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        except OSError as error:
            raise cannot_write(file, error) from error

    def _kept(self, node: DAGNode) -> Path:
        return self.compiled / f"{node.name}{'.py' if isinstance(node.definition, PythonModel) else '.sql'}"

    def _error(self, node: DAGNode, failure: EngineFailure) -> NodeError:
        hint = failure.advice
        if isinstance(node.definition, Seed):
            return NodeError(failure.told_with_place, node.path, failure.line, None, hint)
        given = self.plan.given.get(failure.input) if failure.input else None
        if given is not None and given.where is not None:
            where = given.where
            return NodeError(
                f"`{failure.input}` cannot be read: {failure.message}", where.path, where.line, where.column, hint
            )
        place = (node.check.where if node.check else None) or Location(node.path)
        if isinstance(node.definition, PythonModel):
            return NodeError(failure.message, place.path, None, None, hint)
        if failure.offset is not None:
            place = self._place(node, failure.offset) or place
        elif failure.input is not None:
            at = read_at(self._as_it_runs(node), failure.input)
            place = self._locate(node, at) if at is not None else place
        elif hint is None and not failure.interrupted:
            hint = self._views_to_look_at(node)
        compiled = os.path.relpath(self._kept(node), self.folder)
        return NodeError(failure.message, place.path, place.line, place.column, hint, compiled)

    def _told(self, node: DAGNode, error: OdibiError) -> NodeError:
        """With all of the traceback in a file, where a Python model raised something."""
        if isinstance(error, Problems):
            first, *more = error.errors
            return replace(self._told(node, first), message="\n".join([first.message, *map(str, more)]))
        where = error.where or Location("")
        told = NodeError(error.message, where.path or None, where.line, where.column, error.hint)
        raised = error.__cause__
        if not isinstance(node.definition, PythonModel) or raised is None or isinstance(raised, EngineFailure):
            return told
        file = self.compiled / f"{node.name}.traceback.txt"
        with contextlib.suppress(OSError):
            file.write_text("".join(traceback.format_exception(raised)), "utf-8")
        return replace(told, compiled=os.path.relpath(file, self.folder))

    def _views_to_look_at(self, node: DAGNode) -> str | None:
        """Where an error that has no place in the node's own SQL may come from."""
        views = [name for name in node.upstream if isinstance(self.relations.get(name), Query)]
        return f"it may come from what this reads: {', '.join(f'`{name}`' for name in views)}" if views else None


def _below(stem: Path) -> Iterator[Path]:
    """Names for the files of one node."""
    return (stem.with_name(f"{stem.name}-{number}") for number in itertools.count())
