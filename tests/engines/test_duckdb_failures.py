"""What DuckDB raises, as a person can read it, with its place in the SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from odibi_sql.engines.duckdb.failures import failure_of, statement
from odibi_sql.engines.protocol import Cursor, EngineFailure
from odibi_sql.relation import Attached, Files


@pytest.mark.parametrize(
    ("sql", "at", "message", "suggestion"),
    [
        ("select nope from (select 1 as node)", "nope", 'Referenced column "nope" not found in FROM clause!', "node"),
        ("select 'ééé', /* ä */ nope from (select 1 as node)", "nope", 'Referenced column "nope" not found', "node"),
        ("select lowr('a')", "lowr", "Scalar Function with name lowr does not exist!", "lower"),
        ("select 1 as a b", "b", 'syntax error at or near "b"', None),
        ("select (1", None, "syntax error", None),
        ("select 1 as a -- a comment", None, "", None),
        ("select 'abc'::int as a", "::int", "Could not convert string 'abc' to INT32", None),
        ("select sum('a') from range(2)", "sum", "Could not choose a best candidate function", None),
        ("select error('x{y} \"z\"') as a", None, 'x{y} "z"', None),
    ],
)
def test_errors_are_clean_and_placed(
    sql: str, at: str | None, message: str, suggestion: str | None, cursor: Cursor, tmp_path: Path
) -> None:
    if not message:
        assert cursor.write(sql, tmp_path / "r").rows == 1
        return
    with pytest.raises(EngineFailure) as raised:
        cursor.write(sql, tmp_path / "r")
    failure = raised.value
    assert failure.message.startswith(message)
    assert not any(noise in failure.message for noise in ("exception_message", "LINE 1", "Error:", "Did you mean"))
    assert failure.suggestion == suggestion
    if at is not None:
        assert failure.offset == sql.index(at)
    assert not failure.passing and not failure.interrupted


def test_a_parenthesis_that_is_missing_is_missed_at_the_end(cursor: Cursor) -> None:
    with pytest.raises(EngineFailure) as raised:
        cursor.describe("select (1")
    assert raised.value.offset == len("select (1")


def test_an_error_inside_of_a_view_has_no_place_in_the_query(cursor: Cursor, tmp_path: Path) -> None:
    cursor.create_query_view("v", "select                       cast(x as int) as y from (select 'a' as x)")
    sql = "select y, 1 as one, 2 as two, 3 as three, 4 as four, 5 as five, 6 as six, 7 as seven from v"
    with pytest.raises(EngineFailure, match="Could not convert string 'a' to INT32") as raised:
        cursor.write(sql, tmp_path / "r")
    assert raised.value.offset is None
    with pytest.raises(EngineFailure) as raised:
        cursor.write(f"{sql} where nope = 1", tmp_path / "r")
    assert raised.value.offset == len(f"{sql} where ")


def test_an_error_in_casting_a_column_for_the_store_has_no_place(cursor: Cursor, tmp_path: Path) -> None:
    sql = "select 1::hugeint as h, cast(x as int) as y from (select 'a' as x)"
    with pytest.raises(EngineFailure) as raised:
        cursor.write(sql, tmp_path / "r")
    assert raised.value.offset == sql.index("cast")


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (duckdb.IOException('Could not set lock on file "x": Conflicting lock is held in python (PID 1)'), True),
        (duckdb.IOException("Could not read from file: Input/output error"), True),
        (duckdb.HTTPException("HTTP GET error on 'https://x/y.parquet' (HTTP 503)"), True),
        (duckdb.HTTPException("HTTP GET error on 'https://x/y.parquet' (HTTP 404)"), False),
        (duckdb.HTTPException("Could not establish connection"), True),
        (duckdb.IOException('No files found that match the pattern "x"'), False),
        (duckdb.IOException("Could not write file: No space left on device"), False),
        (duckdb.OutOfMemoryException("could not allocate block of size 256.0 KiB"), False),
        (duckdb.BinderException("Connection timed out is a column"), False),
    ],
)
def test_what_can_pass_is_tried_again(error: duckdb.Error, passing: bool) -> None:
    assert failure_of(error).passing is passing


def test_a_message_without_json_loses_its_kind_only() -> None:
    assert (
        failure_of(duckdb.BinderException("Binder Error: no {json} here\n\nLINE 1: x\n   ^")).message
        == "no {json} here"
    )
    interrupted = failure_of(duckdb.InterruptException("INTERRUPT Error: Interrupted!"))
    assert (interrupted.message, interrupted.interrupted) == ("Interrupted!", True)


@pytest.mark.parametrize(("byte", "offset"), [(0, None), (9, None), (10, 0), (12, 1), (13, 2), (99, 2)])
def test_bytes_of_a_statement_are_characters_of_what_was_given(byte: int, offset: int | None) -> None:
    running = statement("before (", "é1", ")", padding=1)
    assert running.text == " before (\né1\n)"
    assert running.offset_of(byte) == offset


def test_missing_files_and_tables_are_told_plainly(cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match=r"^there is no file .*gone\.duckdb$"):
        cursor.create_view("a", Attached(str(tmp_path / "gone.duckdb"), "main", "t"))
    with duckdb.connect(tmp_path / "there.duckdb") as other:
        other.execute("CREATE TABLE orders AS SELECT 1 AS a")
    with pytest.raises(EngineFailure, match="Table with name order does not exist") as raised:
        cursor.create_view("b", Attached(str(tmp_path / "there.duckdb"), "main", "order"))
    assert (raised.value.suggestion, raised.value.offset) == ("orders", None)
    with duckdb.connect(tmp_path / "there2.duckdb"), pytest.raises(EngineFailure, match="is open in this program"):
        cursor.create_view("d", Attached(str(tmp_path / "there2.duckdb"), "main", "orders"))
    with pytest.raises(EngineFailure, match="No files found that match") as raised:
        cursor.create_view("c", Files("parquet", (str(tmp_path / "*.parquet"),)))
    assert not raised.value.passing


def test_a_database_that_another_program_writes_may_be_free_later(cursor: Cursor, tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "busy.duckdb"
    program = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute('create table t as select 1 as a');"
        "print('open', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == b"open\n"
        with pytest.raises(EngineFailure, match="lock") as raised:
            cursor.create_view("v", Attached(str(path), "main", "t"))
        assert raised.value.passing
        writer.communicate()
    cursor.create_view("v", Attached(str(path), "main", "t"))
    assert [column.name for column in cursor.describe("select * from v")] == ["a"]
