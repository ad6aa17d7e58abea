"""What a materialization is: data that says what becomes of a model's result, and how it is made where that is more
than keeping a query's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from odibi_sql.engines.protocol import Written
from odibi_sql.relation import Column, Stored
from odibi_sql.sql import Bound, SyntaxProblem

if TYPE_CHECKING:
    from odibi_sql.context import NodeContext

Options = Mapping[str, Any]


class OptionProblem(Exception):
    """A setting that cannot be as it is; `value` is what in it is wrong, if only a part of it."""

    def __init__(self, setting: str, message: str, hint: str | None = None, value: str | None = None) -> None:
        super().__init__(message)
        self.setting = setting
        self.message = message
        self.hint = hint
        self.value = value


class Making(Struct, frozen=True):
    """One node that is being made: `bound` is its query, bound in `context`; what it keeps goes to files that begin
    with `stem`. `previous` is the version that the target shows, `now` the build's time in UTC."""

    context: NodeContext
    bound: Bound
    stem: Path
    options: Options
    previous: Stored | None
    now: datetime

    def own(self, sql: str, views: Mapping[str, Sequence[Column]]) -> Bound:
        """A query of the kind's own, in DuckDB's words, over views of `context` with these columns.

        Raises OptionProblem for what cannot be said in the engine's.
        """
        try:
            return Bound(self.context.own(sql, views))
        except SyntaxProblem as problem:
            raise OptionProblem("", problem.message, problem.hint) from problem


def _nothing_wrong(_: Options) -> Iterator[OptionProblem]:
    return iter(())


def _no_time(_: Options) -> bool:
    return False


class Kind(Struct, frozen=True):
    """`stored`: rows are kept as Parquet, else readers get the query itself. `published`: what the catalog shows, if
    anything: a view over the kept rows, or the query as a view. `for_models`: a model can ask for it by name.

    `takes` names the options it understands, `wrong` says what is wrong with them. `make` makes its rows from the
    query, by default they are the query's. `columns` says which columns `make` gives where the query has these, from
    inputs that hold nothing yet; it raises what `make` would of them.

    `irreplaceable`: its rows hold what the inputs no longer do, so that they can never be made again; each version
    builds on the one before it. `tells_time`: whether the build's time can be in the rows, whatever the query is.
    """

    name: str
    stored: bool
    published: Literal["rows", "query"] | None
    for_models: bool = True
    takes: frozenset[str] = frozenset()
    wrong: Callable[[Options], Iterator[OptionProblem]] = _nothing_wrong
    make: Callable[[Making], Written] | None = None
    columns: Callable[[Making, tuple[Column, ...]], tuple[Column, ...]] | None = None
    irreplaceable: bool = False
    tells_time: Callable[[Options], bool] = _no_time
