"""Types of Spark <-> the exact names that the store has for types, which are DuckDB's.

Spark's types all have a name there. The other way some have none: what is read is then converted without loss on the
way, or refused with the name of its column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from odibi_sql import quoting
from odibi_sql.engines.duckdb.types import DuckType, parse_type
from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.relation import Column

if TYPE_CHECKING:
    from pyspark.sql import types as st

_NAMES = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
    "void": "INTEGER",  # as DuckDB takes a NULL of which no more is known
}
# What Spark reads the stored form of a type as: of an unsigned integer the next wider signed one.
_READ_AS = {
    **{name: spark for spark, name in _NAMES.items() if spark != "void"},
    "UTINYINT": "smallint",
    "USMALLINT": "int",
    "UINTEGER": "bigint",
    "UBIGINT": "decimal(20,0)",
    "HUGEINT": "decimal(38,0)",
    "UHUGEINT": "decimal(38,0)",
    "JSON": "string",
    "ENUM": "string",
    "TIMESTAMP_S": "timestamp_ntz",
    "TIMESTAMP_MS": "timestamp_ntz",
    '"NULL"': "int",
}
# Types that only DuckDB can read from Parquet, and the type that it turns them into for Spark.
_CONVERTED = {"UUID": "VARCHAR"}
_CAST_INSTEAD = {"interval": "STRING", "time": "STRING", "variant": "STRING"}


def quote_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def exact_columns(schema: st.StructType) -> tuple[Column, ...]:
    """The columns with the store's names of their types, all labels quoted; EngineFailure for what cannot be stored."""
    return tuple(Column(field.name, _exact(field.dataType, field.name)) for field in schema.fields)


def write_expressions(schema: st.StructType) -> list[str] | None:
    """SQL for each column where some must be cast to be written; None where all can be as they are."""
    from pyspark.sql import types as st

    if not any(isinstance(field.dataType, st.NullType) for field in schema.fields):
        return None
    return [
        f"CAST({quote_name(field.name)} AS INT) AS {quote_name(field.name)}"
        if isinstance(field.dataType, st.NullType)
        else quote_name(field.name)
        for field in schema.fields
    ]


class Reading(Struct, frozen=True):
    """How Spark reads stored columns: `schema` (DDL) of the Parquet files, the SELECT list over these, whether it
    converts any, and one that makes columns of the same types of nothing."""

    schema: str
    select: tuple[str, ...]
    converts: bool
    nulls: tuple[str, ...]


def reading(columns: Sequence[Column]) -> Reading:
    """EngineFailure names the column that Spark cannot read."""
    schema, select, nulls = [], [], []
    converts = False
    for column in columns:
        name = quote_name(column.name)
        held = spark_type(parse_type(column.stored_as or column.type), column)
        wanted = spark_type(parse_type(column.type), column)
        converts = converts or held != wanted
        schema.append(f"{name} {held}")
        select.append(name if held == wanted else f"CAST({name} AS {wanted}) AS {name}")
        nulls.append(f"CAST(NULL AS {wanted}) AS {name}")
    return Reading(", ".join(schema), tuple(select), converts, tuple(nulls))


def needs_duckdb(columns: Sequence[Column]) -> bool:
    """Whether some of these can be read by Spark once DuckDB has converted them."""
    return any(part.kind in _CONVERTED for column in columns for part in parse_type(column.type).walk())


def converting_select(columns: Sequence[Column]) -> str:
    """The SELECT list, in DuckDB's SQL, that turns what Spark cannot read into what it can."""
    items = []
    for column in columns:
        name = quoting.quote_name(column.name)
        exact = parse_type(column.type)
        if any(part.kind in _CONVERTED for part in exact.walk()):
            items.append(f"CAST({name} AS {_converted(exact)}) AS {name}")
        else:
            items.append(name)
    return ", ".join(items)


def spark_type(exact: DuckType, column: Column) -> str:
    """The DDL of the type that Spark reads `exact` as."""
    inner = [spark_type(member, column) for _, member in exact.members]
    match exact.kind:
        case "DECIMAL":
            return exact.text.lower().replace(" ", "")
        case "LIST" | "ARRAY":
            return f"array<{inner[0]}>"
        case "MAP":
            return f"map<{inner[0]},{inner[1]}>"
        case "STRUCT" if inner:
            labels = [quote_name(quoting.unquoted(label)) for label, _ in exact.members]
            return f"struct<{','.join(f'{label}:{kind}' for label, kind in zip(labels, inner, strict=True))}>"
        case kind if kind in _READ_AS:
            return _READ_AS[kind]
    raise EngineFailure(
        f"column `{column.name}` is of type {column.type}, which Spark cannot read",
        hint="give it a type that both engines have where it is made; VARCHAR holds any",
    )


def _converted(exact: DuckType) -> str:
    inner = [_converted(member) for _, member in exact.members]
    match exact.kind:
        case "LIST" | "ARRAY":
            return f"{inner[0]}[]"
        case "MAP":
            return f"MAP({inner[0]}, {inner[1]})"
        case "STRUCT" if inner:
            labels = [label for label, _ in exact.members]
            return f"STRUCT({', '.join(f'{label} {kind}' for label, kind in zip(labels, inner, strict=True))})"
        case kind:
            return _CONVERTED.get(kind, exact.text)


def _exact(kind: st.DataType, column: str) -> str:
    from pyspark.sql import types as st

    match kind:
        case st.DecimalType():
            return f"DECIMAL({kind.precision},{kind.scale})"
        case st.StringType() | st.CharType() | st.VarcharType():
            return "VARCHAR"
        case st.ArrayType():
            return f"{_exact(kind.elementType, column)}[]"
        case st.MapType():
            return f"MAP({_exact(kind.keyType, column)}, {_exact(kind.valueType, column)})"
        case st.StructType() if kind.fields:
            fields = (f"{quoting.quote_name(field.name)} {_exact(field.dataType, column)}" for field in kind.fields)
            return f"STRUCT({', '.join(fields)})"
    name = kind.simpleString()
    if name in _NAMES:
        return _NAMES[name]
    word = name.split("(")[0].split(" ")[0]
    instead = f"write CAST({quote_name(column)} AS {_CAST_INSTEAD.get(word, 'STRING')}) AS {quote_name(column)}"
    raise EngineFailure(f"column `{column}` is of type {name.upper()}, which cannot be stored without loss: {instead}")
