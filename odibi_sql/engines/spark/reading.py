"""Relations -> frames of Spark, in the types that the store has for them.

What Spark would read otherwise than DuckDB (CSV and JSON, whose types are inferred; options of DuckDB's readers) or not
at all (tables in DuckDB files, UUIDs) is read by DuckDB and handed over as Parquet, once a session.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from odibi_sql import objects
from odibi_sql.engines.duckdb.session import DuckDBSession
from odibi_sql.engines.protocol import EngineFailure, Written
from odibi_sql.engines.spark import types
from odibi_sql.engines.spark.paths import address, is_magic, pattern
from odibi_sql.quoting import quote_text
from odibi_sql.relation import Attached, Files, Stored

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_LITERAL_PATHS = {"__globPaths__": "false"}
_FILE_OF_ROW = "substring_index(_metadata.file_path, '/', -2)"  # of the store's files no two end in the same
_NOT_IN_URI = re.compile(r"[^\w!.~'()*,;:$&+=@/-]")


def is_remote(files: Files) -> bool:
    return any(_REMOTE.match(path) for path in files.paths)


class Reader:
    def __init__(
        self,
        spark: Callable[[], SparkSession],
        folder: Path,
        duckdb: Callable[[], DuckDBSession],
        parts_at: str | None = None,
    ) -> None:
        self._spark = spark
        self._parts_at = parts_at
        self._folder = folder
        self._duckdb = duckdb
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._handed_over: dict[Stored | Files | Attached, Stored] = {}

    def frame(self, relation: Stored | Files | Attached) -> DataFrame:
        """Raises EngineFailure for a column that Spark cannot read, and what pyspark raises."""
        if isinstance(relation, Files) and relation.format == "parquet" and not relation.options:
            return self._parquet(relation)
        if not isinstance(relation, Stored):
            return self._stored(self._by_duckdb(relation))
        if types.needs_duckdb(relation.columns):
            return self._stored(self._by_duckdb(relation))
        return self._stored(relation)

    def numbered(self, stored: Stored, number: str, *, tells_files: bool) -> DataFrame:
        """Stored rows with one column more, which says in which part a row is. `tells_files`: whether Spark can say
        from which file a row comes; else each part is read by itself."""
        name = types.quote_name(number)
        if not stored.parts:
            return self._stored(stored).selectExpr(f"0 AS {name}", "*")
        if not tells_files or types.needs_duckdb(stored.columns):
            parts = (Stored(stored.columns, (part,)) for part in stored.parts)
            each = [self.frame(one).selectExpr(f"{index} AS {name}", "*") for index, one in enumerate(parts)]
            return reduce(lambda left, right: left.unionAll(right), each)
        rows = self._parts(stored).selectExpr(f"{_FILE_OF_ROW} AS __odibi_file", *types.reading(stored.columns).select)
        files = ", ".join(f"({index}, {quote_text(_in_uri(part))})" for index, part in enumerate(stored.parts))
        known = self._spark().sql(f"SELECT * FROM VALUES {files} AS parts(__odibi_part, __odibi_file)")
        numbered = rows.join(known.hint("broadcast"), "__odibi_file", "left")
        found = "coalesce(__odibi_part, raise_error(concat('a file that is no part: ', __odibi_file)))"
        return numbered.selectExpr(f"{found} AS {name}", *(types.quote_name(one.name) for one in stored.columns))

    def _stored(self, stored: Stored) -> DataFrame:
        reading = types.reading(stored.columns)
        if not stored.parts:
            return self._spark().sql(f"SELECT {', '.join(reading.nulls)} WHERE false")
        frame = self._parts(stored)
        return frame.selectExpr(*reading.select) if reading.converts else frame

    def _parts(self, stored: Stored) -> DataFrame:
        """As they are stored."""
        reader = self._spark().read.schema(types.reading(stored.columns).schema)
        if len(stored.parts) > 1 and any(map(is_magic, stored.parts)):
            # Of such paths, taken literally, Spark 4.3 reads all files again for each.
            return reader.parquet(pattern(stored.parts))
        paths = [address(part) for part in stored.parts]
        return reader.options(**_LITERAL_PATHS).parquet(*paths)

    def _parquet(self, files: Files) -> DataFrame:
        """DuckDB says which files and which types, from their footers, so that both engines take them for the same."""
        if is_remote(files):
            return self._spark().read.parquet(*files.paths)
        session = self._duckdb()
        cursor = session.cursor()
        try:
            columns = cursor.describe(session.select(files))
        finally:
            cursor.close()
        paths = session.matching(files)
        if types.needs_duckdb(columns) or any("=" in part for path in paths for part in Path(path).parent.parts):
            return self._stored(self._by_duckdb(files))  # with columns that are the names of folders
        return self._stored(Stored(columns, paths))

    def _by_duckdb(self, relation: Stored | Files | Attached) -> Stored:
        with self._lock:
            if relation not in self._handed_over:
                self._handed_over[relation] = self._handing_over(relation)
            return self._handed_over[relation]

    def _handing_over(self, relation: Stored | Files | Attached) -> Stored:
        session = self._duckdb()
        select = session.select(relation)
        cursor = session.cursor()
        try:
            columns = cursor.describe(select)
            types.reading([c for c in columns if not types.needs_duckdb([c])])  # refuse before anything is copied
            stem = self._folder / f"handed-over-{next(self._numbers)}"
            written = cursor.write(f"SELECT {types.converting_select(columns)} FROM ({select})", stem)
        finally:
            cursor.close()
        return written.stored() if self._parts_at is None else self._uploaded(written)

    def _uploaded(self, written: Written) -> Stored:
        """For machines that do not see this one's files."""
        uris = []
        try:
            for file in written.parts:
                uris.append(f"{self._parts_at}/{file.name}")
                objects.upload(file, uris[-1])
        except OSError as error:
            raise EngineFailure(f"cannot write to {self._parts_at}: {error}", passing=True) from error
        written.discard()
        return Stored(written.columns, tuple(uris))


def _in_uri(part: str) -> str:
    """The end of a part's path as Java writes it in a URI."""
    end = "/".join(part.rsplit("/", 2)[-2:])
    return _NOT_IN_URI.sub(lambda char: quote(char[0]), end)
