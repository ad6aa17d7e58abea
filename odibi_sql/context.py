"""NodeContext: the private place in which one node runs.

Its own cursor; its inputs as temp views under a prefix that no other node and no other run uses; the node's SQL bound
to those views. All of it is gone on every way out. Between nodes nothing is shared but the store, and what an engine
has at hand of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from odibi_sql.engines.protocol import ONE_FILE, Count, Cursor, EngineFailure, Layout, Written, without_place
from odibi_sql.model import RESULT
from odibi_sql.relation import Column, Published, Query, Relation, Slot, Stored, types_by_name
from odibi_sql.sql import Bound, Statement, SyntaxProblem, analyse, bind

_T = TypeVar("_T")


class NodeContext:
    """Use as a context manager. `cancelled` is asked between statements: an interrupt in the gap would be lost.

    Queries of the program's own are given in DuckDB's words, and run in those of the engine, whose `dialect` it is.
    """

    def __init__(
        self,
        cursor: Cursor,
        prefix: str,
        folder: Path,
        cancelled: Callable[[], bool] = lambda: False,
        dialect: str = "duckdb",
    ) -> None:
        self.cursor = cursor
        self.prefix = prefix
        self._folder = str(folder)
        self._cancelled = cancelled
        self._dialect = dialect
        self._views: list[str] = []
        self._columns: dict[str, Sequence[Column]] = {}  # of views that queries of ours read
        self._made: dict[int, tuple[Relation, str]] = {}
        self._called: dict[int, str] = {}  # relations by id -> the names that queries have for them
        self._readers: tuple[str, ...] = ()
        self._reads_queries = False

    def __enter__(self) -> NodeContext:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cursor.close()

    @property
    def views(self) -> tuple[str, ...]:
        return tuple(self._views)

    def make_views(self, inputs: Mapping[str, Relation], sql: str) -> Mapping[str, str]:
        """One view for each input of `sql` and for all that a query among them reads, unless the engine has it at hand.
        Returns input -> view, unquoted."""
        self._readers = (sql, *_queries(inputs.values()))
        self._called.update({id(relation): name for name, relation in inputs.items()})
        return {name: self._view(relation) for name, relation in inputs.items()}

    def bind(self, sql: str, slots: Iterable[Slot], views: Mapping[str, str]) -> Bound:
        # Views have plain names: engines differ in their quotes.
        return bind(sql, slots, views, self._folder)

    def write(self, bound: Bound, stem: Path, layout: Layout = ONE_FILE) -> Written:
        """Run the query and keep its rows. Raises EngineFailure, its offset in the text before binding."""
        self._stop_if_cancelled()
        try:
            return _at_origin(bound, lambda: self.cursor.write(bound.sql, stem, layout))
        except EngineFailure as failure:
            if failure.offset is not None and self._reads_queries and self._binds(bound):
                failure.offset = None  # it broke while running, perhaps inside a view, whose text it may speak of
            raise

    def run_beside(self, sql: str, rows: Stored) -> None:
        """Run statements in which RESULT stands for `rows`."""
        self._stop_if_cancelled()
        if RESULT in sql:
            name = f"{self.prefix}result"
            if name not in self._views:
                self._views.append(name)
                self.cursor.create_view(name, rows)
            sql = sql.replace(RESULT, name)
        self.cursor.run(sql)

    def frame(self, view: str, kind: str) -> Any:
        """All that one of `make_views` gives, as a frame; see Cursor."""
        self._stop_if_cancelled()
        return self.cursor.frame(view, kind)

    def write_frame(self, frame: Any, stem: Path) -> Written:
        self._stop_if_cancelled()
        return self.cursor.write_frame(frame, stem)

    def write_nothing(self, bound: Bound) -> Written:
        """As `write` of a query that is known to have no rows."""
        self._stop_if_cancelled()
        return _at_origin(bound, lambda: self.cursor.write_nothing(bound.sql))

    def first_row(self, bound: Bound) -> tuple[Any, ...]:
        self._stop_if_cancelled()
        return _at_origin(bound, lambda: self.cursor.first_row(bound.sql))

    def describe(self, bound: Bound) -> tuple[Column, ...]:
        self._stop_if_cancelled()
        return _at_origin(bound, lambda: self.cursor.describe(bound.sql))

    def view(self, relation: Relation) -> str:
        """The name of a view of what is none of the query's inputs."""
        self._called.setdefault(id(relation), "what was written")
        name = self._view(relation)
        if isinstance(relation, Stored):
            self._columns[name] = relation.columns
        return name

    def parts_view(self, stored: Stored, number: str) -> str:
        """The name of a view of these rows with a column `number`, which says in which of the parts each is."""
        self._stop_if_cancelled()
        name = f"{self.prefix}{len(self._views)}"
        self._views.append(name)
        with without_place():
            self.cursor.create_parts_view(name, stored, number)
        self._columns[name] = (Column(number, "INTEGER"), *stored.columns)
        return name

    def query(self, sql: str) -> str:
        """The name of a view of a query of ours."""
        self._stop_if_cancelled()
        name = f"{self.prefix}{len(self._views)}"
        self._views.append(name)
        with without_place():
            self.cursor.create_query_view(name, self._ours(sql))
        return name

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The few rows of a query of ours."""
        self._stop_if_cancelled()
        with without_place():
            return self.cursor.rows(self._ours(sql))

    def keep(self, sql: str, stem: Path, layout: Layout) -> Written:
        """`write` for a query of ours."""
        self._stop_if_cancelled()
        with without_place():
            return self.cursor.write(self._ours(sql), stem, layout)

    def columns(self, view: str) -> tuple[Column, ...]:
        self._stop_if_cancelled()
        with without_place():
            self._columns[view] = columns = self.cursor.describe(f"SELECT * FROM {view}")
        return columns

    def count_by(self, sql: str) -> Mapping[Any, Count]:
        """What a query of ours gives for each value of its first column."""
        self._stop_if_cancelled()
        with without_place():
            return self.cursor.count_by(self._ours(sql))

    def count(self, stored: Stored) -> tuple[Count, ...]:
        self._stop_if_cancelled()
        with without_place():
            return self.cursor.count(stored)

    def own(self, sql: str, views: Mapping[str, Sequence[Column]]) -> str:
        """A query of ours in the engine's words; `views` are those that it reads, with their columns.

        Raises SyntaxProblem for what the engine cannot say.
        """
        return sql if self._dialect == "duckdb" else self._said(sql, views).sql

    def filtered(self, bound: Bound, columns: Sequence[Column], condition: str) -> Bound:
        """Those rows that `bound` gives, which has these columns, for which a condition of ours is true."""
        if self._dialect == "duckdb":
            return bound.wrapped("SELECT * FROM (\n", f"\n) AS made WHERE {condition}")
        try:
            ours = self._said(f"SELECT * FROM made WHERE {condition}", {"made": columns})
        except SyntaxProblem as problem:
            raise EngineFailure(problem.message, hint=problem.hint) from problem
        [reference] = ours.references
        before, after = ours.sql[: reference.start], ours.sql[reference.end :]
        return bound.wrapped(f"{before}(\n", f"\n){reference.suffix}{after}")

    def check_as_view(self, bound: Bound) -> None:
        """Raises EngineFailure where the query can be run but not be a view, such as a PIVOT that looks at the data."""
        self._stop_if_cancelled()
        name = f"{self.prefix}{len(self._views)}"
        self._views.append(name)
        try:
            _at_origin(bound, lambda: self.cursor.create_query_view(name, bound.sql))
        except EngineFailure as failure:
            failure.hint = "a table can hold what a view cannot: `materialized='table'`"
            raise

    def _view(self, wanted: Relation) -> str:
        """Views of a chain of queries are made from its far end, without recursion: chains can be long."""
        stack: list[Relation] = [wanted]
        while stack:
            relation = stack[-1]
            if id(relation) in self._made:
                stack.pop()
                continue
            inputs = relation.inputs if isinstance(relation, Query) else {}
            self._called.update({id(r): name for name, r in inputs.items()})
            missing = [r for r in inputs.values() if id(r) not in self._made]
            if missing:
                stack += missing
                continue
            stack.pop()
            self._create(relation)
        return self._made[id(wanted)][1]

    def _create(self, relation: Relation) -> None:
        self._stop_if_cancelled()
        if isinstance(relation, Stored):
            with self._told_of(relation):
                at_hand = self.cursor.at_hand(relation, self._readers)
            if at_hand is not None:
                self._made[id(relation)] = (relation, at_hand)
                return
        name = f"{self.prefix}{len(self._views)}"
        self._views.append(name)
        if isinstance(relation, Query):
            self._reads_queries = True
            views = {key: self._made[id(value)][1] for key, value in relation.inputs.items()}
            with without_place():  # it would be in another model's text
                self.cursor.create_query_view(name, self.bind(relation.sql, relation.slots, views).sql)
        elif isinstance(relation, Published):
            raise TypeError(f"unresolved relation `{relation.name}`")
        else:
            with self._told_of(relation):
                self.cursor.create_view(name, relation)
        self._made[id(relation)] = (relation, name)  # holding the relation keeps its id its own

    @contextmanager
    def _told_of(self, relation: Relation) -> Iterator[None]:
        """What goes wrong inside does so with this input."""
        try:
            yield
        except EngineFailure as failure:
            failure.input = self._called[id(relation)]
            raise

    def _binds(self, bound: Bound) -> bool:
        try:
            self.cursor.describe(bound.sql)
        except EngineFailure:
            return False
        return True

    def _ours(self, sql: str) -> str:
        read = {name: self._columns[name] for name in re.findall(r"\w+", sql) if name in self._columns}
        try:
            return self.own(sql, read)
        except SyntaxProblem as problem:
            raise EngineFailure(problem.message, hint=problem.hint) from problem

    def _said(self, sql: str, views: Mapping[str, Sequence[Column]]) -> Statement:
        try:
            types = {name: types_by_name(columns) for name, columns in views.items()}
            return analyse(sql, "duckdb", self._dialect, types)
        except SyntaxProblem as problem:
            problem.hint = problem.hint or "config(engine='duckdb')"
            raise

    def _stop_if_cancelled(self) -> None:
        if self._cancelled():
            raise EngineFailure("cancelled", interrupted=True)


def _queries(relations: Iterable[Relation]) -> Iterator[str]:
    """The SQL of every query among the relations and in what they read."""
    stack, seen = list(relations), set()
    while stack:
        relation = stack.pop()
        if isinstance(relation, Query) and id(relation) not in seen:
            seen.add(id(relation))
            stack += relation.inputs.values()
            yield relation.sql


def _at_origin(bound: Bound, action: Callable[[], _T]) -> _T:
    """Errors speak of places in the bound text; the user knows the text before binding."""
    try:
        return action()
    except EngineFailure as failure:
        if failure.offset is not None:
            failure.offset = bound.origin(failure.offset)
        raise
