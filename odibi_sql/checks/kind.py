"""What a type of check is: data, and a function that writes the SQL for the rows that fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from odibi_sql.checks.arguments import Argument


class Subject(Struct, frozen=True):
    """What is looked at: `rows` may stand behind FROM, `column` is SQL for the column's value, where one is given."""

    rows: str
    column: str | None = None

    @property
    def value(self) -> str:
        """The column, where the type is of columns."""
        assert self.column is not None  # noqa: S101 - `CheckKind.on` was looked at before
        return self.column


class Failing(Struct, frozen=True):
    """`sql` gives the rows that fail. `count`, where there is one, is an aggregate over the subject's rows: a number
    that is 0 exactly where `sql` has no rows. `wrong`, where there is one, is a condition that is true of a row exactly
    where that row makes the check fail."""

    sql: str
    count: str | None = None
    wrong: str | None = None


class CheckKind(Struct, frozen=True):
    """`on`: whether it needs a column, cannot have one, or takes both. `failing` gets arguments that were read, those
    that may be left out with their defaults, and raises ArgumentError (`needs …`) where these do not do together.
    DuckDB's SQL is written, whatever the engine."""

    on: Literal["column", "table", "either"]
    failing: Callable[[Subject, Mapping[str, Any]], Failing]
    arguments: Mapping[str, Argument] = field(default_factory=dict)


def rows_where(subject: Subject, wrong: str) -> Failing:
    """The rows of which `wrong` is true."""
    return Failing(f"select * from {subject.rows} where {wrong}", f"count(case when {wrong} then 1 end)", wrong)


def values_where(subject: Subject, wrong: str) -> Failing:
    """The column's values of which `wrong` is true, each once, and how often it is there."""
    return Failing(
        f"select {subject.value} as value_field, count(*) as n_records from {subject.rows} where {wrong} group by 1",
        f"count(case when {wrong} then 1 end)",
        wrong,
    )
