"""CSV seeds: what they hold, and which line of them is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from odibi_sql.engines.duckdb import reading_sql
from odibi_sql.engines.protocol import CsvSeed, Cursor, EngineFailure

Cells = list[tuple[str | None, ...]]


def load(
    cursor: Cursor, folder: Path, data: bytes, types: Mapping[str, str], delimiter: str = ",", **form: Any
) -> tuple[list[tuple[str, str]], Cells]:
    path = folder / "se*ed.csv"
    path.write_bytes(data)
    written = cursor.write_csv(CsvSeed(path, types, delimiter, **form), folder / "r")
    with duckdb.connect(config={"threads": 1}) as reader:
        sql = reading_sql(written.columns, [str(part) for part in written.parts])
        rows = reader.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({sql})").fetchall()
    assert written.rows == len(rows)
    return [(column.name, column.type) for column in written.columns], rows


@pytest.mark.parametrize(
    ("data", "types", "columns", "rows"),
    [
        (b"a,b\n1,x\n2,\n", {}, "a BIGINT, b VARCHAR", [("1", "x"), ("2", None)]),
        (b"\xef\xbb\xbfa,b\n1,2\n", {}, "a BIGINT, b BIGINT", [("1", "2")]),
        (b"a,b\r\n1,2\r\n", {}, "a BIGINT, b BIGINT", [("1", "2")]),
        (b'a,b\n"x\ny, ""z""",2\n', {}, "a VARCHAR, b BIGINT", [('x\ny, "z"', "2")]),
        (b"a,b", {}, "a VARCHAR, b VARCHAR", []),
        (b"a,b\n", {"b": "INTEGER"}, "a VARCHAR, b INTEGER", []),
        (b"a\n1\n\n2\n", {}, "a BIGINT", [("1",), (None,), ("2",)]),
        (b"id\n007\n012\n", {}, "id VARCHAR", [("007",), ("012",)]),
        (b"id\n007\n012\n", {"ID": "INTEGER"}, "id INTEGER", [("7",), ("12",)]),
        (b"a\n1\n2\n", {"a": "VARCHAR"}, "a VARCHAR", [("1",), ("2",)]),
        (b"1,2\n3,4\n", {}, "1 BIGINT, 2 BIGINT", [("3", "4")]),
        (b"#a,b\n#1,2\n", {}, "#a VARCHAR, b BIGINT", [("#1", "2")]),
        (b"name,city\nbob,paris\n", {}, "name VARCHAR, city VARCHAR", [("bob", "paris")]),
        (b"a,b\nNULL,\"\"\n", {}, "a VARCHAR, b VARCHAR", [("NULL", None)]),
        (b"d,t\n2020-01-31,2020-01-31 10:00:00\n", {}, "d DATE, t TIMESTAMP", [("2020-01-31", "2020-01-31 10:00:00")]),
        (b"h\n1" + b"0" * 38 + b"\n", {"h": "HUGEINT"}, "h HUGEINT", [("1" + "0" * 38,)]),
        (b"t\n2020-01-01 00:00:00.6\n", {"t": "TIMESTAMP_S"}, "t TIMESTAMP_S", [("2020-01-01 00:00:01",)]),
        ("ä,b\né,1\n".encode(), {"Ä": "VARCHAR"}, "ä VARCHAR, b BIGINT", [("é", "1")]),
        (b"it's,b\n1,2\n", {"it's": "DECIMAL(3,1)"}, "it's DECIMAL(3,1), b BIGINT", [("1.0", "2")]),
    ],
)  # fmt: skip
def test_seeds_are_read(
    data: bytes, types: dict[str, str], columns: str, rows: Cells, cursor: Cursor, tmp_path: Path
) -> None:
    found, cells = load(cursor, tmp_path, data, types)
    assert ", ".join(f"{name} {kind}" for name, kind in found) == columns
    assert cells == rows


def test_a_folder_named_like_a_partition_adds_no_column(cursor: Cursor, tmp_path: Path) -> None:
    folder = tmp_path / "env=prod"
    folder.mkdir()
    assert load(cursor, folder, b"a\n1\n", {}) == ([("a", "BIGINT")], [("1",)])


def test_a_type_that_only_the_last_row_needs_is_found(cursor: Cursor, tmp_path: Path) -> None:
    found, _ = load(cursor, tmp_path, b"a\n" + b"1\n" * 50_000 + b"x\n", {})
    assert found == [("a", "VARCHAR")]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_given(delimiter: str, cursor: Cursor, tmp_path: Path) -> None:
    found, cells = load(cursor, tmp_path, f"a,b{delimiter}c\n1,5{delimiter}2\n".encode(), {}, delimiter)
    assert [name for name, _ in found] == ["a,b", "c"]
    assert cells == [("1,5", "2")]


@pytest.mark.parametrize(
    ("data", "form", "columns", "rows"),
    [
        (b"a,b\n'x,y',it''s\n", {"quote": "'"}, "a VARCHAR, b VARCHAR", [("x,y", "it''s")]),
        (b"a,b\n'it''s','x\ny'\n", {"quote": "'"}, "a VARCHAR, b VARCHAR", [("it's", "x\ny")]),
        (b'a,b\n"x,y"\n', {"quote": ""}, "a VARCHAR, b VARCHAR", [('"x', 'y"')]),
        (b'a\n6" disk\n"\n', {"quote": ""}, "a VARCHAR", [('6" disk',), ('"',)]),
        ("näme\nGrün\n".encode("latin-1"), {"encoding": "iso8859-1"}, "näme VARCHAR", [("Grün",)]),
        ("a,b\nß,1\n".encode("utf-16"), {"encoding": "utf-16"}, "a VARCHAR, b BIGINT", [("ß", "1")]),
        ("a\n€\n".encode("cp1252"), {"encoding": "cp1252"}, "a VARCHAR", [("€",)]),
        (b"a,b\n1,NA\n-,2\n", {"null_strings": ("NA", "-")}, "a BIGINT, b BIGINT", [("1", None), (None, "2")]),
        (b'a,b\n"NA",\nx,1\n', {"null_strings": ("NA",)}, "a VARCHAR, b BIGINT", [(None, None), ("x", "1")]),
        (b"a,b\nit's,\n", {"null_strings": ("it's",)}, "a VARCHAR, b VARCHAR", [(None, None)]),
    ],
)
def test_quotes_encodings_and_nulls_are_those_given(
    data: bytes, form: dict[str, Any], columns: str, rows: Cells, cursor: Cursor, tmp_path: Path
) -> None:
    found, cells = load(cursor, tmp_path, data, {}, **form)
    assert ", ".join(f"{name} {kind}" for name, kind in found) == columns
    assert cells == rows
    assert not list(tmp_path.glob("r.csv"))


@pytest.mark.parametrize(
    ("data", "form", "line", "message"),
    [
        (b"a,b\n'x,1\n", {"quote": "'"}, 2, "line 2: a quote is opened and never closed"),
        (b'a,b\n"x,1,2"\n', {"quote": ""}, 2, "line 2: expected 2 cells, found 3"),
        (b"a\nb\n\xff\n", {"encoding": "ascii"}, 3, "line 3: byte 0xff is not ascii"),
        ("a\nb\n".encode("utf-16")[:-1], {"encoding": "utf-16"}, 2, "line 2: byte 0x0a is not utf-16"),
        (b"a,b\nx,y,z\n", {"encoding": "iso8859-1"}, 2, "line 2: expected 2 cells, found 3"),
    ],
)
def test_what_is_wrong_is_told_in_the_form_given(
    data: bytes, form: dict[str, Any], line: int, message: str, cursor: Cursor, tmp_path: Path
) -> None:
    with pytest.raises(EngineFailure) as caught:
        load(cursor, tmp_path, data, {}, **form)
    assert (caught.value.line, caught.value.message) == (line, message)


@pytest.mark.parametrize(
    ("data", "types", "line", "message"),
    [
        (b"a,b,c\n1,2,3\n4,5\n6,7,8\n", {}, 3, "line 3: expected 3 cells, found 2"),
        (b"a,b,c\n1,2\n", {}, 2, "line 2: expected 3 cells, found 2"),
        (b"a,b\n1,2\n4,5,6\n", {}, 3, "line 3: expected 2 cells, found 3"),
        (b'a,b\n"x\ny",2\n4,5,6\n', {}, 4, "line 4: expected 2 cells, found 3"),
        (b"a,b\r\n1,2\r\n4,5,6\r\n", {}, 3, "line 3: expected 2 cells, found 3"),
        (b'a,b\n1,2\n1,"x\n2,3\n', {}, 3, "line 3: a quote is opened and never closed"),
        (b"a,b\n1,\xff\n", {}, 2, "line 2: byte 0xff is not UTF-8"),
        (b"a,b\nx,1.5\ny,abc\n", {"b": "DECIMAL(10,2)"}, 3, "line 3, column `b`: 'abc' is not of type DECIMAL(10,2)"),
        (b'a,b\n"x\ny",1\nz,abc\n', {"B": "INTEGER"}, 4, "line 4, column `b`: 'abc' is not of type INTEGER"),
        (b"\xef\xbb\xbfa\n1\n300\n", {"a": "TINYINT"}, 3, "line 3, column `a`: '300' is not of type TINYINT"),
        (b"b\n101\n012\n", {"b": "BIT"}, 3, "line 3, column `b`: '012' is not of type BIT"),
        (b"i\n1 day\nabc\n", {"i": "INTERVAL"}, 3, "line 3, column `i`: 'abc' is not of type INTERVAL"),
        (b"e\nx\nz\n", {"e": "ENUM('x', 'y')"}, 3, "line 3, column `e`: 'z' is not of type ENUM('x', 'y')"),
        (b"", {}, 1, "se*ed.csv is empty: its first line must name the columns"),
        (b"\xef\xbb\xbf", {}, 1, "se*ed.csv is empty: its first line must name the columns"),
        (b"\n\n", {}, 1, "se*ed.csv is empty: its first line must name the columns"),
    ],
)
def test_a_broken_seed_names_its_line(
    data: bytes, types: dict[str, str], line: int, message: str, cursor: Cursor, tmp_path: Path
) -> None:
    for _ in range(2):  # looking for the fault leaves nothing behind
        with pytest.raises(EngineFailure) as raised:
            load(cursor, tmp_path, data, types)
        assert (raised.value.message, raised.value.line) == (message, line)
        assert raised.value.offset is None and not raised.value.passing
    assert list(tmp_path.glob("r*")) == []


def test_a_type_for_no_column_names_the_nearest(cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match=r"no column `amuont` in se\*ed.csv") as raised:
        load(cursor, tmp_path, b"id,amount\n1,2\n", {"amuont": "INTEGER"})
    assert raised.value.suggestion == "amount"


def test_an_unknown_type_is_named(cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match="INTEGR"):
        load(cursor, tmp_path, b"id\n1\n", {"id": "INTEGR"})


def test_a_missing_file_is_named(cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match=r"gone\.csv cannot be read: No such file") as raised:
        cursor.write_csv(CsvSeed(tmp_path / "gone.csv"), tmp_path / "r")
    assert not raised.value.passing
