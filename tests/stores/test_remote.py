"""What DuckDB reads at URIs is what is there, however many of its threads read one file."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from odibi_sql.engines.duckdb.session import DuckDBSession
from odibi_sql.engines.protocol import SessionOptions
from odibi_sql.objects import upload, write
from odibi_sql.relation import Stored

ROWS = 500_000
SQL = f"select range as n, hash(range) as h, range % 7 as d, md5(range::varchar) as m from range({ROWS})"
SUMS = "select count(*), sum(n), sum(h % 1000), count(distinct m), max(d) from "


def test_many_threads_in_one_file(place: str, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    session = DuckDBSession(SessionOptions(datetime(2026, 1, 1, tzinfo=UTC), 8, tmp_path / "scratch"))
    cursor = session.cursor()
    written = cursor.write(SQL, tmp_path / "large")
    assert written.bytes > 10 << 20
    upload(written.parts[0], f"{place}/large.parquet")
    there = Stored(written.columns, (f"{place}/large.parquet",))
    cursor.create_view("here", written.stored())
    cursor.create_view("there", there)
    assert session.content(there) == written.content
    expected = cursor.rows(f"{SUMS} here")
    assert [cursor.rows(f"{SUMS} there") for _ in range(2)] == [expected] * 2
    cursor.close()
    session.close()


PATTERNS = {
    "a/1.parquet": 1,
    "a/*.parquet": 2,
    "a/?.parquet": 2,
    "a/[!1].parquet": 1,
    "*/1.parquet": 2,
    "**/*.parquet": 4,
    "a/**/*.parquet": 3,
}


def test_patterns_of_sources_that_views_read(s3: str) -> None:
    """In a catalog, where DuckDB reads all of a scheme in one way."""
    from odibi_sql.engines.duckdb.remote import let_read

    held = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), held)
    for name in ("a/1", "a/2", "a/deep er/3", "b=1/1"):
        write(f"{s3}/data/{name}.parquet", held.getvalue())
    write(f"{s3}/data/a/other.csv", b"a")
    with duckdb.connect() as connection:
        let_read(connection, [f"{s3}/data/a/1.parquet"])
        for pattern, files in PATTERNS.items():
            read = f"SELECT count(*) FROM read_parquet('{s3}/data/{pattern}', hive_partitioning = false)"
            assert connection.execute(read).fetchall() == [(files,)], pattern
