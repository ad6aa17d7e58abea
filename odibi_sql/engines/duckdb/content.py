"""A SELECT -> the hash of what it holds: names and types of its columns, and its rows as a multiset.

Every row becomes 64 bits, and these are added up: that loses the order of the rows and keeps how often each occurs,
which an exclusive or would not. DuckDB combines the hashes of several values by a multiplication and an exclusive or;
the hash around that keeps sums over rows from cancelling when two rows swap a value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from odibi_sql.engines.duckdb.storage import read_expression, write_expression
from odibi_sql.engines.duckdb.types import DuckType, parse_type
from odibi_sql.relation import Column

# Types whose different values have different hashes in DuckDB.
_HASHED_AS_THEY_ARE = frozenset({
    "BIGINT", "BLOB", "BOOLEAN", "DATE", "INTEGER", "JSON", "SMALLINT", "TIME", "TIMESTAMP", "TIMESTAMP_MS",
    "TIMESTAMP_NS", "TIMESTAMP_S", "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS", "TIME_NS", "TINYINT", "UBIGINT",
    "UINTEGER", "USMALLINT", "UTINYINT", "VARCHAR", '"NULL"',
})  # fmt: skip
# A month has the hash of 30 days, and 128 bits are hashed as the exclusive or of their halves' hashes.
_HASHED_AS_TEXT = frozenset({"BIGNUM", "BIT", "ENUM", "INTERVAL", "TIME WITH TIME ZONE", "UHUGEINT", "UUID"})
_DIGITS_IN_64_BITS = 18


def counting_sql(select: str, columns: Sequence[Column]) -> str:
    """One aggregate pass over `select`: its number of rows, and the sum of their hashes, NULL where there are none.

    A column that is `stored_as` another type is expected as it is stored: to read many of these back only to hash them
    would cost more than the hash. The sum is the same for the column itself.
    """
    names = _names(columns)
    return f"SELECT {_counts(columns)}\nFROM (\n{select}\n) AS counted({', '.join(names)})"


def grouping_sql(select: str, columns: Sequence[Column]) -> str:
    """`counting_sql` for each value of a first column, before these."""
    names = ("value", *_names(columns))
    return f"SELECT value, {_counts(columns)}\nFROM (\n{select}\n) AS counted({', '.join(names)}) GROUP BY value"


def _counts(columns: Sequence[Column]) -> str:
    hashed = ", ".join(_hashed(column, name) for column, name in zip(columns, _names(columns), strict=True))
    return f"count(*), sum(hash(hash({hashed})))"


def _names(columns: Sequence[Column]) -> list[str]:
    return [f"c{n}" for n in range(len(columns))]


def digest(columns: Sequence[Column], rows: int, total: int) -> str:
    """The content of a relation with these columns, from what `counting_sql` gave."""
    described = json.dumps([[[column.name, column.type] for column in columns], rows, total], separators=(",", ":"))
    return hashlib.sha256(described.encode()).hexdigest()


def _hashed(column: Column, value: str) -> str:
    exact = parse_type(column.type)
    if exact.kind in _HASHED_AS_TEXT:
        return value if column.stored_as == "VARCHAR" else f"CAST({value} AS VARCHAR)"
    if exact.kind == "HUGEINT" and column.stored_as is not None:
        value = f"CAST({value} AS HUGEINT)"
    if exact.kind == "HUGEINT" or _is_wide_decimal(exact):
        # The halves of -1 have one hash, as those of 0: which of the values it is, the DOUBLE tells at little cost.
        return f"{value}, CAST({value} AS DOUBLE)"
    if column.stored_as is not None:
        value = read_expression(column.type, value)
    if exact.kind in _HASHED_AS_THEY_ARE or exact.kind == "DECIMAL":
        return value
    if exact.kind in ("FLOAT", "DOUBLE"):
        return f"{value}, signbit({value})"  # 0.0 and -0.0, and the two NaNs, have one hash
    # NULL, [NULL] and {'a': NULL} have one hash, but not one text; and the text of a UNION does not tell its tag.
    return f"CAST({write_expression(column.type, value, wide=True)} AS VARCHAR)"


def _is_wide_decimal(exact: DuckType) -> bool:
    return exact.kind == "DECIMAL" and int(exact.text[len("DECIMAL(") :].split(",")[0]) > _DIGITS_IN_64_BITS
