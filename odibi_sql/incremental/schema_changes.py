"""The columns of a version and those of the rows that come to it -> the columns of the next, by `on_schema_change`.

As dbt has it: `fail`; `ignore` (columns stay, new ones are left out); `append_new_columns` (none goes, rows without
one have NULL); `sync_all_columns` (the new rows' columns are those of all). Columns are matched by name; their order is
that of the version, or of the new rows where these rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Column


class Fit(Struct, frozen=True):
    """`old` and `new` are what to select from the rows so far and from the new ones; None where that is all of it."""

    columns: tuple[Column, ...]
    old: str | None = None
    new: str | None = None


def fitting(
    before: Sequence[Column],
    coming: Sequence[Column],
    on_schema_change: str,
    nothing: Callable[[tuple[Column, ...]], str],
) -> Fit:
    """Raises EngineFailure where they do not fit. `nothing` makes a view that has these columns and no rows."""
    if _exact(before) == _exact(coming):
        return Fit(tuple(before))
    old, new = _by_name(before), _by_name(coming)
    for name, columns in (("the rows so far", before), ("the new rows", coming)):
        if len(_by_name(columns)) < len(columns):
            raise EngineFailure(f"two columns of {name} have one name, and columns have changed: they cannot be told")
    added = [column for key, column in new.items() if key not in old]
    removed = [column for key, column in old.items() if key not in new]
    retyped = [column for key, column in new.items() if key in old and old[key].type != column.type]
    if on_schema_change == "fail" and (added or removed or retyped):
        raise EngineFailure(
            f"the columns changed: {_told(added, removed, retyped, old)}",
            hint="`--full-refresh` makes all rows anew; on_schema_change='append_new_columns' or 'sync_all_columns' "
            "takes the change over",
        )
    if on_schema_change == "ignore" and removed:
        raise EngineFailure(
            f"the new rows lack {_names(removed)}, and `on_schema_change` is `ignore`",
            hint="on_schema_change='append_new_columns' makes it NULL in new rows, 'sync_all_columns' drops it",
        )
    if on_schema_change == "sync_all_columns":
        columns = tuple(Column(column.name, column.type) for column in coming)
    else:
        columns = tuple(Column(column.name, column.type) for column in before)
        columns += tuple(Column(column.name, column.type) for column in added) * (on_schema_change != "ignore")
    none = nothing(columns) if added or removed else ""
    return Fit(columns, _selecting(columns, before, none), _selecting(columns, coming, none))


def _selecting(columns: Sequence[Column], given: Sequence[Column], none: str) -> str | None:
    if _exact(columns) == _exact(given):
        return None
    by_name = _by_name(given)
    return ", ".join(f"{_expression(by_name.get(c.name.casefold()), c, none)} AS {quote_name(c.name)}" for c in columns)


def _expression(given: Column | None, wanted: Column, none: str) -> str:
    if given is None:  # a CAST of NULL to a nested type is not to be had on Spark
        return f"(SELECT {quote_name(wanted.name)} FROM {none})"
    return quote_name(given.name) if given.type == wanted.type else f"CAST({quote_name(given.name)} AS {wanted.type})"


def _exact(columns: Sequence[Column]) -> list[tuple[str, str]]:
    return [(column.name, column.type) for column in columns]


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    return {column.name.casefold(): column for column in columns}


def _told(added: list[Column], removed: list[Column], retyped: list[Column], old: dict[str, Column]) -> str:
    said = []
    if added:
        said.append(f"{_names(added)} {'is' if len(added) == 1 else 'are'} new")
    if removed:
        said.append(f"{_names(removed)} {'is' if len(removed) == 1 else 'are'} missing")
    said += [f"`{c.name}` was {old[c.name.casefold()].type}, is {c.type}" for c in retyped]
    return "; ".join(said)


def _names(columns: list[Column]) -> str:
    return ", ".join(f"`{column.name}`" for column in columns)
