"""Two stored results -> where they differ, found by DuckDB: as multisets of rows, exactly, but for floats.

Rows that are the same in all columns are put aside. Of the others, those that agree in all but floats are paired in the
order of these, and put aside where they lie near enough. What is left differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from odibi_sql.engines.duckdb.comparable import SMALLEST, Comparable, comparable, family
from odibi_sql.engines.duckdb.storage import reading_sql
from odibi_sql.engines.duckdb.types import parse_type
from odibi_sql.objects import is_uri
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Stored

if TYPE_CHECKING:
    import duckdb

SAMPLE = 5


class TypesDiffer(Struct, frozen=True):
    column: str
    left: str
    right: str


class ColumnDiffers(Struct, frozen=True):
    """`values`: how many have no equal on the other side."""

    column: str
    types: tuple[str, str]
    values: int


class RowsDiffer(Struct, frozen=True):
    """One pair of rows, as texts: `same` are columns in which no row differs, `different` has both values of the
    others. A side that has no row is all None."""

    same: dict[str, str | None]
    different: dict[str, tuple[str | None, str | None]]


class Comparison(Struct, frozen=True):
    """`left_only` and `right_only` are columns that one side alone has; `left_rows` and `right_rows` count the rows
    that have no equal; `columns` is empty where only the way in which values come together differs."""

    rows: int
    left_only: tuple[str, ...] = ()
    right_only: tuple[str, ...] = ()
    types: tuple[TypesDiffer, ...] = ()
    left_rows: int = 0
    right_rows: int = 0
    columns: tuple[ColumnDiffers, ...] = ()
    sample: tuple[RowsDiffer, ...] = ()
    exact: bool = True

    @property
    def agree(self) -> bool:
        return not (self.left_only or self.right_only or self.types or self.left_rows or self.right_rows)


def _missing(one: Stored, other: Stored) -> tuple[str, ...]:
    names = {column.name for column in other.columns}
    return tuple(column.name for column in one.columns if column.name not in names)


class _Compared(Struct, frozen=True):
    """A column of both sides: `c<number>` in the tables made here."""

    name: str
    types: tuple[str, str]
    how: Comparable
    number: int

    @property
    def sql(self) -> str:
        return f"c{self.number}"


def compare(connection: duckdb.DuckDBPyConnection, left: Stored, right: Stored, tolerance: float) -> Comparison:
    """`tolerance` is that of DOUBLE, relative to the larger value. `connection` is nobody else's for the time being."""
    others = {column.name.lower(): column for column in right.columns}
    compared: list[_Compared] = []
    types: list[TypesDiffer] = []
    for column in left.columns:
        other = others.get(column.name.lower())
        if other is None:
            continue
        how = comparable(column.type, other.type, tolerance)
        if how is None:
            types.append(TypesDiffer(column.name, *(family(parse_type(one.type)) for one in (column, other))))
        else:
            compared.append(_Compared(column.name, (column.type, other.type), how, len(compared)))
    comparing = _Comparing(connection, tuple(compared))
    rows = comparing.load(left, right)
    exact = not comparing.put_near_aside()
    left_rows, right_rows = comparing.count("l"), comparing.count("r")
    differing = comparing.columns(abs(left_rows - right_rows)) if left_rows and right_rows else ()
    return Comparison(
        rows=rows,
        # A name in another case is another name in frames and files, though its values are compared.
        left_only=_missing(left, right),
        right_only=_missing(right, left),
        types=tuple(types),
        left_rows=left_rows,
        right_rows=right_rows,
        columns=differing,
        sample=comparing.sample(differing) if left_rows or right_rows else (),
        exact=exact,
    )


def _reachable(connection: duckdb.DuckDBPyConnection, parts: Sequence[str]) -> Sequence[str]:
    if not any(map(is_uri, parts)):
        return parts
    from odibi_sql.engines.duckdb.remote import reachable

    return reachable(connection, parts)


class _Comparing(Struct, frozen=True):
    """Tables `l` and `r` hold what has no equal as yet."""

    connection: duckdb.DuckDBPyConnection
    compared: tuple[_Compared, ...]

    def load(self, left: Stored, right: Stored) -> int:
        """Returns how many rows there are on the left."""
        for name, stored in (("l_all", left), ("r_all", right)):
            items = [
                f"{one.how.sql.replace('{}', quote_name(_name_in(stored, one.name)))} AS {one.sql}"
                for one in self.compared
            ]
            read = reading_sql(stored.columns, _reachable(self.connection, stored.parts))
            listed = ", ".join([*items, "1 AS c"])
            self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {listed} FROM ({read})")
        for name, one, other in (("l", "l_all", "r_all"), ("r", "r_all", "l_all")):
            self._run(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM {one} EXCEPT ALL FROM {other}")
        return int(self._run("SELECT count(*) FROM l_all")[0][0])

    def put_near_aside(self) -> bool:
        """Whether there were any."""
        floats = [one for one in self.compared if one.how.tolerance is not None]
        if not floats or not self.count("l") or not self.count("r"):
            return False
        before = self.count("l")
        exact = [one for one in self.compared if one.how.tolerance is None]
        for name in ("l", "r"):
            over = _over(exact, floats)
            self._run(f"CREATE OR REPLACE TEMP TABLE {name}_n AS SELECT *, row_number() {over} AS n FROM {name}")
        same = " AND ".join(["l_n.n = r_n.n", *(f"l_n.{one.sql} IS NOT DISTINCT FROM r_n.{one.sql}" for one in exact)])
        near = " AND ".join(_near(f"l_n.{one.sql}", f"r_n.{one.sql}", one.how.tolerance or 0) for one in floats)
        for name, other in (("l", "r"), ("r", "l")):
            self._run(
                f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {name}_n.* EXCLUDE n FROM {name}_n "
                f"ANTI JOIN {other}_n ON {same} AND {near}"
            )
        return self.count("l") < before

    def count(self, name: str) -> int:
        return int(self._run(f"SELECT count(*) FROM {name}")[0][0])

    def columns(self, missing: int) -> tuple[ColumnDiffers, ...]:
        """Those whose values alone differ, by more than the rows that are missing on one side would make."""
        found = []
        for one in self.compared:
            if one.how.tolerance is None:
                counts = [
                    self._run(f"SELECT count(*) FROM (SELECT {one.sql} FROM {a} EXCEPT ALL SELECT {one.sql} FROM {b})")
                    for a, b in (("l", "r"), ("r", "l"))
                ]
            else:
                ranked = "(SELECT {0} AS v, row_number() OVER (ORDER BY {0}) AS n FROM {1}) AS {1}"
                near = _near("l.v", "r.v", one.how.tolerance)
                sides = f"{ranked.format(one.sql, 'l')} FULL JOIN {ranked.format(one.sql, 'r')} ON l.n = r.n"
                counts = [self._run(f"SELECT count(*) FILTER (NOT ({near})) FROM {sides}")]
            most = max(int(rows[0][0]) for rows in counts)
            if most > missing:
                found.append(ColumnDiffers(one.name, one.types, most))
        return tuple(found)

    def sample(self, differing: Sequence[ColumnDiffers]) -> tuple[RowsDiffer, ...]:
        names = {one.column for one in differing}
        different = [one for one in self.compared if not names or one.name in names]
        same = [one for one in self.compared if one not in different and one.how.tolerance is None]
        over = _over(same, [one for one in self.compared if one not in same])
        ranked = "(SELECT *, row_number() {0} AS n FROM {1}) AS {1}"
        on = " AND ".join(["l.n = r.n", *(f"l.{one.sql} IS NOT DISTINCT FROM r.{one.sql}" for one in same)])
        shown = [f"coalesce(l.{one.sql}, r.{one.sql})::VARCHAR" for one in same]
        shown += [f"{side}.{one.sql}::VARCHAR" for one in different for side in ("l", "r")]
        order = ", ".join(str(number + 1) for number in range(len(shown))) or "1"
        rows = self._run(
            f"SELECT {', '.join(shown) or '1'} FROM {ranked.format(over, 'l')} "
            f"FULL JOIN {ranked.format(over, 'r')} ON {on} ORDER BY l.c IS NULL OR r.c IS NULL, {order} LIMIT {SAMPLE}"
        )
        return tuple(
            RowsDiffer(
                {one.name: row[number] for number, one in enumerate(same)},
                {
                    one.name: (row[len(same) + 2 * number], row[len(same) + 2 * number + 1])
                    for number, one in enumerate(different)
                },
            )
            for row in rows
        )

    def _run(self, sql: str) -> list[Any]:
        return self.connection.execute(sql).fetchall()


def _over(partition: Sequence[_Compared], order: Sequence[_Compared]) -> str:
    by = f"PARTITION BY {', '.join(one.sql for one in partition)} " if partition else ""
    return f"OVER ({by}ORDER BY {', '.join(one.sql for one in order) or '1'})"


def _near(left: str, right: str, tolerance: float) -> str:
    most = f"greatest({tolerance!r} * greatest(abs({left}), abs({right})), {SMALLEST!r})"
    return (
        f"({left} IS NOT DISTINCT FROM {right} "
        f"OR coalesce(isfinite({left}) AND isfinite({right}) AND abs({left} - {right}) <= {most}, false))"
    )


def _name_in(stored: Stored, name: str) -> str:
    return next(column.name for column in stored.columns if column.name.lower() == name.lower())
