"""Stored rows -> what an external table of Hive's needs: a folder that holds its files and no others, and its columns.

    <folder>/<table>/<digits>/00000.parquet     hard links to the store's files; the digits tell which files these are

The folder before is kept until the next one comes, for readers that have just begun.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from odibi_sql.engines.duckdb.types import parse_type
from odibi_sql.engines.protocol import EngineFailure, Listed
from odibi_sql.engines.spark import types
from odibi_sql.engines.spark.paths import is_magic
from odibi_sql.objects import is_uri

# Hive has no TIMESTAMP whose zone is that of nobody; what else is left out is read by no Hive as it was written.
_IN_HIVE = frozenset(
    (
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "BOOLEAN", "VARCHAR", "BLOB", "DATE"),
        *("DECIMAL", "TIMESTAMP WITH TIME ZONE", "LIST", "MAP", "STRUCT"),
    )
)
_PLAIN = re.compile(r"\w+", re.ASCII)
_PLAIN_TYPE = re.compile(r"[\w<>,:()`]+", re.ASCII)


class HiveTable(Struct, frozen=True):
    """`columns` are in Spark's words, `location` a folder that `link` makes."""

    columns: str
    location: Path
    parts: tuple[str, ...]


def hive_table(table: Listed, folder: Path) -> HiveTable:
    """EngineFailure says why there can be none."""
    rows = table.rows
    if any(map(is_uri, rows.parts)):
        raise EngineFailure("rows lie at a URI, where files have no second name")
    if is_magic(str(folder)):
        raise EngineFailure(f"files would lie in {folder}, which Hive takes for a pattern")
    columns = []
    for column in rows.columns:
        exact = parse_type(column.type)
        kind = types.spark_type(exact, column)
        known = all(part.kind in _IN_HIVE for part in exact.walk()) and column.stored_as in (None, column.type)
        if not known:
            raise EngineFailure(f"column `{column.name}` is of type {column.type}, which Hive cannot read")
        if not _PLAIN.fullmatch(column.name) or not _PLAIN_TYPE.fullmatch(kind):
            raise EngineFailure(f"column `{column.name}` has a name that Hive cannot take")
        columns.append(f"{types.quote_name(column.name)} {kind}")
    digits = hashlib.sha256(repr(rows.parts).encode()).hexdigest()[:16]
    return HiveTable(", ".join(columns), _folder_of(folder, table.name) / digits, rows.parts)


def link(table: HiveTable) -> None:
    """OSError where files can have no second name there."""
    if table.location.exists():
        return
    making = table.location.with_name(f".{table.location.name}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for number, part in enumerate(table.parts):
        os.link(part, making / f"{number:05}.parquet")
    making.replace(table.location)


def keep_last(table: HiveTable) -> None:
    """Remove what was linked for the table before the one before."""
    others = [one for one in table.location.parent.iterdir() if one != table.location]
    for one in sorted(others, key=lambda one: one.stat().st_mtime_ns)[:-1]:
        shutil.rmtree(one, ignore_errors=True)


def unlink(folder: Path, name: str) -> None:
    """All that was linked for a table."""
    with suppress(FileNotFoundError):
        shutil.rmtree(_folder_of(folder, name))


def _folder_of(folder: Path, name: str) -> Path:
    return folder / quote(name.casefold(), safe="")
