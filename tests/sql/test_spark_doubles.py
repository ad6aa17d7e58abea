"""The text of a DOUBLE is one on both engines: the fewest digits, in DuckDB's form, which is Python's too."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet

from odibi_sql.sql import analyse

SQL = "SELECT x::VARCHAR AS s FROM t"
EDGES = (
    *(0.0, -0.0, float("inf"), -float("inf"), 2e23, 1.7976931348623157e308, 3.1e-308, 0.1 + 0.2, 5e-9, 1e-10),
    *(
        1e7,
        9999999.0,
        9999999.5,
        1e16,
        9999999999999998.0,
        0.001,
        0.0009999999999999998,
        0.0001,
        0.00009999999999999999,
    ),
)


def doubles(count: int) -> Iterator[float]:
    """Of all sizes, and of those that people have."""
    chance = random.Random(7)  # noqa: S311 - guards nothing
    yield from EDGES
    for _ in range(count):
        any_: float = struct.unpack("d", chance.randbytes(8))[0]
        yield any_ if abs(any_) > 3e-308 else 1.0
        yield round(chance.uniform(-1, 1) * 10 ** chance.randint(-8, 18), chance.randint(0, 12))
        yield float(chance.randint(0, 10 ** chance.randint(1, 18)))


def test_texts_of_doubles(running_spark: Any, tmp_path: Path) -> None:
    values = list(doubles(10_000))
    file = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"x": pyarrow.array([*values, None])}), file)
    session = running_spark.newSession()
    session.read.parquet(f"file://{file}").createTempView("t")
    sql = analyse(SQL, "duckdb", "spark", {"t": {"x": "DOUBLE"}}).sql
    on_spark = session.sql(sql).toArrow().column("s").to_pylist()
    with duckdb.connect() as connection:
        on_duckdb = connection.execute(SQL.replace("FROM t", f"FROM '{file}'")).fetchall()
    assert on_spark == [text for (text,) in on_duckdb] == [*map(repr, values), None]
