"""A type of DuckDB -> the type that holds it in Parquet without loss, and the SQL to go there and back.

What is read back is plain SQL, without macros or settings: views that other clients open are made of it. Most types go
both ways by one CAST of the whole column. For a few there is no such cast, or none that works wherever DuckDB may move
it; whatever holds one of them is taken apart and put together again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from odibi_sql.engines.duckdb.types import DuckType, parse_type
from odibi_sql.quoting import quote_name, quote_text, unquoted
from odibi_sql.relation import Column, Files

# Parquet writes the first two as DOUBLE, INTERVAL in milliseconds, TIME WITH TIME ZONE in UTC; the others come back as
# another type. HUGEINT is the type of every sum of integers: nearly all fit in a BIGINT, which casts ten times faster
# than DECIMAL(38,0) does, and where one does not, the column is written again as text.
_STORED_AS = {
    "HUGEINT": "BIGINT",
    "UHUGEINT": "VARCHAR",
    "BIGNUM": "VARCHAR",
    "BIT": "VARCHAR",
    "ENUM": "VARCHAR",
    "INTERVAL": "VARCHAR",
    "TIME WITH TIME ZONE": "VARCHAR",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "GEOMETRY": "BLOB",
}
_UNCHANGED = frozenset({
    "BIGINT", "BLOB", "BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INTEGER", "JSON", "SMALLINT", "TIME",
    "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS", "TIME_NS", "TINYINT", "UBIGINT",
    "UINTEGER", "USMALLINT", "UTINYINT", "UUID", "VARCHAR", '"NULL"',
})  # fmt: skip
_READERS = {"parquet": "read_parquet", "csv": "read_csv", "json": "read_json"}
_NESTED = frozenset({"LIST", "ARRAY", "STRUCT", "TUPLE", "UNION", "MAP"})
_CAST_INSTEAD = {"VARIANT": "JSON", "TYPE": "VARCHAR"}  # Parquet's VARIANT has no unsigned, 128-bit or interval values


@lru_cache(4096)
def cast_instead(exact: str) -> str | None:
    """The type to cast to where a type cannot be stored; None if it can."""
    for part in parse_type(exact).walk():
        if part.kind not in _UNCHANGED and part.kind not in _STORED_AS and part.kind not in _NESTED:
            return _CAST_INSTEAD.get(part.kind, "VARCHAR")
    return None


@lru_cache(4096)
def stored_type(exact: str, *, wide: bool = False) -> str | None:
    """The type that a column of type `exact` has in Parquet, or None if it keeps its own. `wide`: for HUGEINTs of more
    than 64 bits."""
    stored = _stored(parse_type(exact), wide)
    return None if stored == exact else stored


def write_expression(exact: str, value: str, *, wide: bool = False) -> str:
    """SQL that turns `value` of type `exact` into its stored form."""
    return _encode(parse_type(exact), value, wide, 0)


def read_expression(exact: str, value: str) -> str:
    """SQL that turns a stored `value` back into type `exact`, however it was stored."""
    return _decode(parse_type(exact), value, 0)


def reading_sql(columns: Sequence[Column], parts: Sequence[str]) -> str:
    """The SELECT that reads a stored result: exact types, rows in the order of the parts. Any client can run it."""
    if not parts:
        nulls = (f"CAST(NULL AS {column.type}) AS {quote_name(column.name)}" for column in columns)
        return f"SELECT {', '.join(nulls)} WHERE false"
    files = ", ".join(quote_text(escape_glob(part)) for part in parts)
    # Folders of the store are no partitions, whatever they are called.
    source = f"read_parquet([{files}], hive_partitioning = false)"
    if all(column.stored_as is None for column in columns):
        return f"SELECT * FROM {source}"
    selected = (
        quote_name(column.name)
        if column.stored_as is None
        else f"{read_expression(column.type, quote_name(column.name))} AS {quote_name(column.name)}"
        for column in columns
    )
    return f"SELECT {', '.join(selected)} FROM {source}"


def files_sql(files: Files) -> str:
    """The SELECT that reads files where they are. Any client can run it."""
    arguments = [f"[{', '.join(map(quote_text, files.paths))}]"]
    arguments += [f"{quote_name(name)} = {_literal(value)}" for name, value in files.options]
    return f"SELECT * FROM {_READERS[files.format]}({', '.join(arguments)})"


def raw_sql(columns: Sequence[Column], parts: Sequence[str]) -> str:
    """The SELECT that reads a stored result in the types that it has in Parquet."""
    return reading_sql([Column(column.name, column.stored_as or column.type) for column in columns], parts)


def escape_glob(path: str) -> str:
    """`path` as a pattern that matches nothing but itself."""
    return "".join(f"[{char}]" if char in "[*?" else char for char in path)


def _stored(exact: DuckType, wide: bool) -> str:
    inner = [_stored(member, wide) for _, member in exact.members]
    match exact.kind:
        case "LIST" | "ARRAY":
            return f"{inner[0]}[]"
        case "MAP":
            return f"MAP({inner[0]}, {inner[1]})"
        case "STRUCT" | "TUPLE" if not inner:
            return "BOOLEAN"
        case "STRUCT":
            labels = [label for label, _ in exact.members]
        case "TUPLE":
            labels = [f"element{n}" for n in range(1, len(inner) + 1)]
        case "UNION":
            labels, inner = ["tag", *(f"m{n}" for n in range(1, len(inner) + 1))], ["VARCHAR", *inner]
        case "HUGEINT" if wide:
            return "VARCHAR"
        case kind:
            return _STORED_AS.get(kind, exact.text)
    return f"STRUCT({', '.join(f'{label} {part}' for label, part in zip(labels, inner, strict=True))})"


def _castable(exact: DuckType) -> bool:
    return not any(_taken_apart(part) for part in exact.walk())


def _taken_apart(part: DuckType) -> bool:
    # DuckDB moves the cast of a field into the scan of the Parquet file, and can make neither tuples nor arrays there.
    in_scans = part.kind == "STRUCT" and bool(part.members) and all(inner.kind != "ARRAY" for inner in part.walk())
    return part.kind in ("STRUCT", "TUPLE", "UNION", "GEOMETRY") and not in_scans


def _encode(exact: DuckType, value: str, wide: bool, depth: int) -> str:
    stored = _stored(exact, wide)
    if stored == exact.text:
        return value
    if _castable(exact):
        return f"CAST({value} AS {stored})"
    variable = f"v{depth}"

    def inner(n: int, part: str) -> str:
        return _encode(exact.members[n][1], part, wide, depth + 1)

    match exact.kind:
        case "GEOMETRY":
            return f"ST_AsWKB({value})"
        case "LIST":
            return f"list_transform({value}, lambda {variable}: {inner(0, variable)})"
        case "ARRAY":
            as_list = f"CAST({value} AS {exact.members[0][1].text}[])"
            return f"list_transform({as_list}, lambda {variable}: {inner(0, variable)})"
        case "MAP":
            key, item = inner(0, f"{variable}.key"), inner(1, f"{variable}.value")
            entry = f"struct_pack(k := {key}, v := {item})"
            return f"map_from_entries(list_transform(map_entries({value}), lambda {variable}: {entry}))"
        case "STRUCT" | "TUPLE" if not exact.members:
            return f"CASE WHEN {value} IS NOT NULL THEN true END"
        case "UNION":
            fields = [f"tag := CAST(union_tag({value}) AS VARCHAR)"]
            fields += [
                f"m{n + 1} := {inner(n, f'union_extract({value}, {_label_text(label)})')}"
                for n, (label, _) in enumerate(exact.members)
            ]
        case "STRUCT":
            fields = [
                f"{label} := {inner(n, f'struct_extract({value}, {_label_text(label)})')}"
                for n, (label, _) in enumerate(exact.members)
            ]
        case _:  # TUPLE
            fields = [f"element{n + 1} := {inner(n, f'{value}[{n + 1}]')}" for n in range(len(exact.members))]
    return f"CASE WHEN {value} IS NOT NULL THEN struct_pack({', '.join(fields)}) END"


def _decode(exact: DuckType, value: str, depth: int) -> str:
    if _castable(exact):
        return f"CAST({value} AS {exact.text})"
    variable = f"v{depth}"

    def inner(n: int, part: str) -> str:
        return _decode(exact.members[n][1], part, depth + 1)

    def field(label: str) -> str:
        return f"struct_extract({value}, {_label_text(label)})"

    match exact.kind:
        case "GEOMETRY":
            return f"CAST(ST_GeomFromWKB({value}) AS {exact.text})"
        case "LIST" | "ARRAY":
            return f"CAST(list_transform({value}, lambda {variable}: {inner(0, variable)}) AS {exact.text})"
        case "MAP":
            key, item = inner(0, f"{variable}.key"), inner(1, f"{variable}.value")
            entry = f"struct_pack(k := {key}, v := {item})"
            entries = f"list_transform(map_entries({value}), lambda {variable}: {entry})"
            return f"CAST(map_from_entries({entries}) AS {exact.text})"
        case "STRUCT" if not exact.members:
            return f"CASE WHEN {value} THEN struct_pack() END"
        case "TUPLE" if not exact.members:
            return f"CASE WHEN {value} THEN row() END"
        case "UNION":
            made = [
                f"union_value({label} := {inner(n, field(f'm{n + 1}'))})" for n, (label, _) in enumerate(exact.members)
            ]
            if len(made) > 1:  # with one member it has its type already, and the cast would refuse some of them
                made = [f"CAST({member} AS {exact.text})" for member in made]
            tags = (_label_text(label) for label, _ in exact.members)
            branches = (f"WHEN {tag} THEN {member}" for tag, member in zip(tags, made, strict=True))
            return f"CASE {field('tag')} {' '.join(branches)} END"
        case "STRUCT":
            fields = (f"{label} := {inner(n, field(label))}" for n, (label, _) in enumerate(exact.members))
            whole = f"struct_pack({', '.join(fields)})"
        case _:  # TUPLE
            whole = f"row({', '.join(inner(n, field(f'element{n + 1}')) for n in range(len(exact.members)))})"
    return f"CASE WHEN {value} IS NOT NULL THEN CAST({whole} AS {exact.text}) END"


def _label_text(label: str) -> str:
    return quote_text(unquoted(label))


def _literal(value: str | int | float | bool) -> str:
    if isinstance(value, str):
        return quote_text(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)
