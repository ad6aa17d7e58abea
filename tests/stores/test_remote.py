"""What DuckDB reads at URIs is what is there, however many of its threads read one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from odibi_sql.engines.duckdb.session import DuckDBSession
from odibi_sql.engines.protocol import SessionOptions
from odibi_sql.objects import upload
from odibi_sql.relation import Stored

ROWS = 900_000
SQL = f"select range as n, hash(range) as h, range % 7 as d, md5(range::varchar) as m from range({ROWS})"
SUMS = "select count(*), sum(n), sum(h % 1000), count(distinct m), max(d) from "


def test_many_threads_in_one_file(place: str, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    session = DuckDBSession(SessionOptions(datetime(2026, 1, 1, tzinfo=UTC), 8, tmp_path / "scratch"))
    cursor = session.cursor()
    written = cursor.write(SQL, tmp_path / "large")
    assert written.bytes > 20 << 20
    upload(written.parts[0], f"{place}/large.parquet")
    there = Stored(written.columns, (f"{place}/large.parquet",))
    cursor.create_view("here", written.stored())
    cursor.create_view("there", there)
    assert session.content(there) == written.content
    expected = cursor.rows(f"{SUMS} here")
    assert [cursor.rows(f"{SUMS} there") for _ in range(3)] == [expected] * 3
    cursor.close()
    session.close()
