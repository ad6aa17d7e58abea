"""A SELECT and its columns -> the COPY that keeps its rows in Parquet without loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from odibi_sql.engines.duckdb.failures import Statement, statement
from odibi_sql.engines.duckdb.storage import cast_instead, stored_type, write_expression
from odibi_sql.engines.protocol import ONE_FILE, EngineFailure, Layout
from odibi_sql.quoting import quote_name, quote_text
from odibi_sql.relation import Column

COMPRESSION = "zstd"
ROW_GROUP = 122_880  # rows; DuckDB's default


class Copying(Struct, frozen=True):
    """`columns` as they will be stored."""

    columns: tuple[Column, ...]
    statement: Statement


def stored_columns(columns: Sequence[Column], *, wide: bool = False) -> tuple[Column, ...]:
    """The columns with the types that they have in Parquet; EngineFailure where no type there holds one."""
    for column in columns:
        instead = cast_instead(column.type)
        if instead is not None:
            name = quote_name(column.name)
            raise EngineFailure(
                f"column `{column.name}` is of type {column.type}, which cannot be stored without loss: "
                f"write CAST({name} AS {instead}) AS {name}"
            )
    return tuple(Column(column.name, column.type, stored_type(column.type, wide=wide)) for column in columns)


def copying(
    sql: str, columns: Sequence[Column], path: Path, layout: Layout = ONE_FILE, *, wide: bool, padding: int
) -> Copying:
    """The statement that writes `sql` to `path`, a folder unless the layout is one file; `wide` where a HUGEINT in it
    has more than 64 bits."""
    stored = stored_columns(columns, wide=wide)
    # Version 2 keeps differences of numbers: smaller files, and cheaper to write and to read.
    options = f"FORMAT parquet, PARQUET_VERSION v2, COMPRESSION {COMPRESSION}{_spreading(layout)}"
    target = f"TO {quote_text(str(path))} ({options})"
    if all(column.stored_as is None for column in stored):
        return Copying(stored, statement("COPY (", sql, f") {target}", padding))
    # By position: two columns of the query may have one name. Rows stay in the order of the query within.
    names = [f"c{n}" for n in range(len(stored))]
    selected = ", ".join(
        f"{stored_expression(column, name, wide=wide)} AS {quote_name(column.name)}"
        for column, name in zip(stored, names, strict=True)
    )
    after = f") AS written({', '.join(names)})) {target}"
    return Copying(stored, statement(f"COPY (SELECT {selected} FROM (", sql, after, padding))


def is_one_file(layout: Layout) -> bool:
    return not layout.partition_by and layout.rows is None


def _spreading(layout: Layout) -> str:
    if layout.partition_by:
        names = ", ".join(map(quote_name, layout.partition_by))
        return f", PARTITION_BY ({names}), WRITE_PARTITION_COLUMNS true"
    if layout.rows is not None:
        return f", ROW_GROUPS_PER_FILE {max(1, layout.rows // ROW_GROUP)}, PER_THREAD_OUTPUT false"
    return ", USE_TMP_FILE false"


def is_stored_wide(columns: Sequence[Column]) -> bool:
    """Whether these columns were stored with HUGEINTs of more than 64 bits in them."""
    return any(column.stored_as != stored_type(column.type) for column in columns)


def stored_expression(column: Column, value: str, *, wide: bool) -> str:
    return value if column.stored_as is None else write_expression(column.type, value, wide=wide)


def is_too_wide(failure: EngineFailure, columns: Sequence[Column]) -> bool:
    """Whether a HUGEINT did not fit in what it is stored as at first."""
    return "INT64" in failure.message and any("HUGEINT" in column.type for column in columns)
