"""Frames from Python: every kind is kept with the types that DuckDB sees in it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from odibi_sql.engines.duckdb import reading_sql
from odibi_sql.engines.protocol import Cursor, EngineFailure

NAIVE = pd.DatetimeIndex([pd.Timestamp("2020-01-01 10:00:00"), pd.NaT])
LETTERS = pd.CategoricalDtype(["a", "b"])

CASES: list[tuple[str, Callable[[], Any], str, list[str | None]]] = [
    ("ints", lambda: pd.Series([1, 2]), "BIGINT", ["1", "2"]),
    ("nullable ints", lambda: pd.Series([1, None], dtype="Int32"), "INTEGER", ["1", None]),
    ("floats", lambda: pd.Series([1.5, None]), "DOUBLE", ["1.5", None]),
    ("text", lambda: pd.Series(["x", None]), "VARCHAR", ["x", None]),
    ("object text", lambda: pd.Series(["x", None], dtype=object), "VARCHAR", ["x", None]),
    ("decimals", lambda: pd.Series([Decimal("1.50"), None], dtype=object), "DECIMAL(3,2)", ["1.50", None]),
    (
        "categories",
        lambda: pd.Series(["b", None], dtype=pd.CategoricalDtype(["a", "b"])),
        "ENUM('a', 'b')",
        ["b", None],
    ),
    ("booleans", lambda: pd.Series([True, None], dtype="boolean"), "BOOLEAN", ["true", None]),
    ("times", lambda: pd.Series(NAIVE.as_unit("us")), "TIMESTAMP", ["2020-01-01 10:00:00", None]),
    ("nanoseconds", lambda: pd.Series(NAIVE.as_unit("ns")), "TIMESTAMP_NS", ["2020-01-01 10:00:00", None]),
    ("seconds", lambda: pd.Series(NAIVE.as_unit("s")), "TIMESTAMP_S", ["2020-01-01 10:00:00", None]),
    (
        "zoned times",
        lambda: pd.Series(NAIVE.tz_localize("Europe/Berlin").as_unit("us")),
        "TIMESTAMP WITH TIME ZONE",
        ["2020-01-01 09:00:00+00", None],
    ),
    ("lists", lambda: pd.Series([[1, 2], None], dtype=object), "INTEGER[]", ["[1, 2]", None]),
    ("dicts", lambda: pd.Series([{"a": 1}, None], dtype=object), "STRUCT(a INTEGER)", ["{'a': 1}", None]),
    ("none", lambda: pd.Series([None, None], dtype=object), '"NULL"', [None, None]),
]


@pytest.mark.parametrize("step", [-1, -2, 2])
@pytest.mark.parametrize("kind", ["int64", "float64", "bool", "Int64", "datetime64[us]", "object"])
def test_frames_that_are_views_of_others_are_kept(kind: str, step: int, cursor: Cursor, tmp_path: Path) -> None:
    frame = pd.DataFrame({"c": [1, 0, 3, 4, 5]}).astype({"c": kind})[::step]
    same = cursor.write_frame(frame.copy(), tmp_path / "same")
    assert cursor.write_frame(frame, tmp_path / "r").content == same.content


@pytest.mark.parametrize(("series", "kind", "cells"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_columns_of_pandas_are_kept(
    series: Callable[[], Any], kind: str, cells: list[str | None], cursor: Cursor, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"c": series(), "n": [1, 2]}).set_index("n")
    written = cursor.write_frame(frame, tmp_path / "r")
    assert [(column.name, column.type) for column in written.columns] == [("c", kind)]
    sql = reading_sql(written.columns, [str(part) for part in written.parts])
    with duckdb.connect(config={"threads": 1}) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        assert reader.execute(f"SELECT c::VARCHAR FROM ({sql})").fetchall() == [(cell,) for cell in cells]


def test_a_value_behind_many_empty_ones_gives_the_type(cursor: Cursor, tmp_path: Path) -> None:
    frame = pd.DataFrame({"c": pd.Series([None] * 5000 + ["x"], dtype=object)})
    assert [column.type for column in cursor.write_frame(frame, tmp_path / "r").columns] == ["VARCHAR"]


def test_columns_that_are_numbered_get_their_number_for_a_name(cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write_frame(pd.DataFrame([[1, "x"], [2, "y"]]), tmp_path / "r")
    assert [column.name for column in written.columns] == ["0", "1"]


def test_arrow_and_duckdb_give_what_sql_gives(cursor: Cursor, content_of: Callable[[str], str], tmp_path: Path) -> None:
    table = pa.table({"a": pa.array([1, None], pa.int64()), "b": pa.array(["x", "y"])})
    expected = content_of("SELECT * FROM (VALUES (1::BIGINT, 'x'), (NULL, 'y')) AS t(a, b)")
    frames = (table, pa.RecordBatchReader.from_batches(table.schema, table.to_batches()), table.to_batches()[0])
    for frame in frames:
        assert cursor.write_frame(frame, tmp_path / "r").content == expected
    sql = "SELECT * FROM (VALUES (1::BIGINT, 'x'), (NULL, 'y')) AS t(a, b)"
    with duckdb.connect() as other:
        assert cursor.write_frame(other.sql(sql), tmp_path / "r").content == expected


def test_a_relation_of_another_connection_loses_nothing(
    cursor: Cursor, content_of: Callable[[str], str], tmp_path: Path
) -> None:
    sql = (
        'SELECT i::HUGEINT * 10 AS "h h", to_months(i::INT) AS m, union_value(a := i) AS u, '
        "170141183460469231731687303715884105727::HUGEINT AS big FROM range(3) t(i)"
    )
    with duckdb.connect() as other:
        written = cursor.write_frame(other.sql(sql), tmp_path / "r")
    assert written.content == content_of(sql)
    assert [column.type for column in written.columns] == ["HUGEINT", "INTERVAL", "UNION(a BIGINT)", "HUGEINT"]


def test_the_frame_is_let_go(cursor: Cursor, tmp_path: Path) -> None:
    for n in (1, 2):
        assert cursor.write_frame(pd.DataFrame({"a": range(n)}), tmp_path / "r").rows == n
    with pytest.raises(EngineFailure):
        cursor.describe("SELECT * FROM frame_to_write")


@pytest.mark.parametrize("frame", [None, 1, "SELECT 1", [{"a": 1}], {"a": [1]}, pd.Series([1]), pd.DataFrame()])
def test_what_is_no_table_is_refused(frame: object, cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match=r"is not a table|has no columns"):
        cursor.write_frame(frame, tmp_path / "r")
    assert list(tmp_path.glob("r*")) == []
