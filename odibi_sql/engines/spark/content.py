"""Columns -> the SQL by which Spark hashes all rows in one pass, as a multiset.

Every row becomes 64 bits of xxHash, and these are added up, which loses the order of the rows and keeps how often each
occurs. Spark's function skips NULLs, takes -0.0 for 0.0, refuses maps, and hashes a nested value as if its parts stood
side by side; so each value brings along whether it is NULL, floats their sign, and nested values the hashes of theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from odibi_sql.engines.spark.types import quote_name
from odibi_sql.relation import Column

if TYPE_CHECKING:
    from pyspark.sql import types as st


def counting_expressions(schema: st.StructType) -> tuple[str, str]:
    """Two aggregates: the number of rows and the sum of their hashes, NULL where there are none."""
    parts = [part for field in schema.fields for part in _hashed(field.dataType, quote_name(field.name), 0)]
    return "count(*)", f"sum(CAST(xxhash64({', '.join(parts)}) AS DECIMAL(38,0)))"


def hash_of(schema: st.StructType, names: Sequence[str]) -> str:
    """One number for the values of these columns together, the same where they are."""
    folded = {name.lower() for name in names}
    fields = [field for field in schema.fields if field.name.lower() in folded]
    return f"xxhash64({', '.join(part for one in fields for part in _hashed(one.dataType, quote_name(one.name), 0))})"


def digest(columns: Sequence[Column], rows: int, total: int) -> str:
    """The content of a relation with these columns, from what the aggregates gave."""
    named = [[column.name, column.type] for column in columns]
    described = json.dumps(["spark", named, rows, total], separators=(",", ":"))
    return hashlib.sha256(described.encode()).hexdigest()


def _hashed(kind: st.DataType, value: str, depth: int) -> list[str]:
    """Values to hash that differ wherever `value` does."""
    from pyspark.sql import types as st

    variable = f"v{depth}"

    def inner(of: st.DataType, name: str) -> str:
        return ", ".join(_hashed(of, name, depth + 1))

    match kind:
        case st.FloatType() | st.DoubleType():
            is_negative_zero = f"{value} = 0 AND CAST({value} AS STRING) = '-0.0'"  # the text is made of zeros only
            return [value, f"{value} IS NULL", is_negative_zero]
        case st.ArrayType():
            hashes = f"transform({value}, {variable} -> xxhash64({inner(kind.elementType, variable)}))"
            return [f"size({value})", hashes]
        case st.MapType():
            entry = f"{inner(kind.keyType, f'{variable}.key')}, {inner(kind.valueType, f'{variable}.value')}"
            return [f"size({value})", f"transform(map_entries({value}), {variable} -> xxhash64({entry}))"]
        case st.StructType():
            fields = ", ".join(inner(field.dataType, f"{value}.{quote_name(field.name)}") for field in kind.fields)
            return [f"{value} IS NULL", f"xxhash64({fields})"]
    return [value, f"{value} IS NULL"]
