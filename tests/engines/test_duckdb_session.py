"""Sessions of DuckDB: fixed time, settings, attached databases, and what a session does not depend on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Cursor, EngineFailure, Session
from odibi_sql.errors import ProjectError
from odibi_sql.relation import Attached, Files

RowsOf = Callable[[str], list[tuple[object, ...]]]
OpenSession = Callable[..., Session]

MOMENT = "2024-02-29 23:59:58.123456"
CLOCKS = {
    **dict.fromkeys(
        ["now()", "NOW()", "current_timestamp", "get_current_timestamp()", "transaction_timestamp()"], f"{MOMENT}+00"
    ),
    **dict.fromkeys(["localtimestamp", "current_localtimestamp()"], MOMENT),
    **dict.fromkeys(["current_date", "current_date()", "today()"], "2024-02-29"),
    **dict.fromkeys(["current_time", "get_current_time()"], "23:59:58.123456+00"),
    **dict.fromkeys(["localtime", "current_localtime()"], "23:59:58.123456"),
    "age(TIMESTAMP '2024-01-28 01:00:00')": "1 month 23:00:00",
    "age(TIMESTAMPTZ '2024-01-29 00:00:00+00')": "1 month",
    "age(DATE '2023-02-28')": "1 year 1 day",
    "age(TIMESTAMP '2020-01-02', TIMESTAMP '2020-01-01')": "1 day",
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_time_stands_still(clock: str, cursor: Cursor, rows_of: RowsOf) -> None:
    cursor.create_query_view("made_before", f"SELECT {clock} AS t")
    free = cursor.describe("SELECT * FROM made_before")
    cursor.fix_time()
    assert rows_of(f"SELECT {clock} AS t UNION ALL SELECT t FROM made_before") == [(CLOCKS[clock],)] * 2
    assert cursor.describe(f"SELECT {clock} AS t") == free


def test_every_clock_of_duckdb_is_fixed(cursor: Cursor, rows_of: RowsOf) -> None:
    # Where other overloads are consistent, it is the session's time zone that counts, which is fixed.
    found = rows_of(
        "SELECT function_name FROM duckdb_functions() WHERE return_type SIMILAR TO '(DATE|TIME).*' "
        "GROUP BY function_name HAVING bool_and(stability = 'CONSISTENT_WITHIN_QUERY')"
    )
    named = {clock.split("(")[0] for clock in CLOCKS}
    assert {name for (name,) in found} <= named


def test_time_is_fixed_for_one_cursor_only(session: Session, cursor: Cursor, tmp_path: Path) -> None:
    cursor.fix_time()
    other = session.cursor()
    recent = "SELECT count(*) AS n WHERE now() > TIMESTAMPTZ '2025-01-01 00:00:00+00'"
    contents = [each.write(recent, tmp_path / "r").content for each in (cursor, other)]
    other.close()
    assert contents[0] != contents[1]


def test_variables_of_python_are_no_tables(cursor: Cursor) -> None:
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(EngineFailure, match="frame does not exist"):
        cursor.describe("SELECT * FROM frame")
    assert len(frame) == 1


def test_dates_are_in_utc_whatever_the_machine_says(rows_of: RowsOf) -> None:
    assert rows_of("SELECT TIMESTAMPTZ '2024-06-01 00:30:00+02'::DATE AS d") == [("2024-05-31",)]


def test_types_of_a_csv_file_hold_before_they_are_cast(cursor: Cursor, rows_of: RowsOf, tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_text("a,b\n1.6,2024-01-01 00:00:00.6\n")
    types = "{'a': 'INTEGER', 'b': 'TIMESTAMP_S'}"
    sql = f"SELECT a::DOUBLE AS a, b FROM read_csv('{path}', types = {types})"
    assert rows_of(sql) == [("2.0", "2024-01-01 00:00:01")]


def test_files_are_read_with_the_options_given(cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_text("1;x'y\n")
    options = (("delim", ";"), ("header", False), ("skip", 0))
    cursor.create_view("source", Files("csv", (str(path),), options))
    assert [column.type for column in cursor.describe("SELECT * FROM source")] == ["BIGINT", "VARCHAR"]
    with pytest.raises(EngineFailure, match='Invalid named parameter "no such"'):
        cursor.create_view("other", Files("csv", (str(path),), (("no such", 1),)))


def test_a_dynamic_pivot_is_written(rows_of: RowsOf) -> None:
    data = "SELECT * FROM (VALUES ('a', 1), ('b', 2)) AS t(k, v)"
    assert rows_of(f"PIVOT ({data}) ON k USING sum(v)") == [("1", "2")]


@pytest.mark.parametrize(
    "sql",
    ["VALUES (1)", "FROM range(1)", "WITH a AS (SELECT 1) SELECT * FROM a", "SELECT 1 -- end", "SUMMARIZE SELECT 1"],
)
def test_every_kind_of_query_is_written(sql: str, cursor: Cursor, tmp_path: Path) -> None:
    assert cursor.write(sql, tmp_path / "r").rows == 1


def test_attached_databases_are_shared_by_cursors(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "it's a.source.duckdb"
    with duckdb.connect(path) as other:
        other.execute('CREATE SCHEMA "s 1"; CREATE TABLE "s 1".orders AS SELECT 1::HUGEINT AS a')

    link = tmp_path / "link.duckdb"
    link.symlink_to(path)

    def read(n: int) -> int:
        cursor = session.cursor()
        try:
            cursor.create_view("orders", Attached(str(path if n % 2 else link), "s 1", "orders"))
            return cursor.write("SELECT * FROM orders", tmp_path / f"r{n}").rows
        finally:
            cursor.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(16))) == [1] * 16


def test_settings_of_the_project_hold_in_every_cursor(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session(default_null_order="nulls_first", integer_division=True, memory_limit="1GB")
    for _ in range(2):
        cursor = session.cursor()
        cursor.create_query_view("v", "SELECT 7 / 2 AS a, current_setting('default_null_order') AS o")
        expected = cursor.write("SELECT 3 AS a, 'NULLS_FIRST' AS o", tmp_path / "e").content
        assert cursor.write("SELECT a, o FROM v", tmp_path / "r").content == expected
        cursor.close()


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ({"memori_limit": "1GB"}, "no setting `memori_limit`", "did you mean `memory_limit`?"),
        ({"threads": 4}, "`threads` is set by odibi-sql", "`threads` is a setting of the project"),
        ({"TimeZone": "Europe/Berlin"}, "`TimeZone` is set by odibi-sql", "leave it out"),
        ({"temp_directory": "/x"}, "`temp_directory` is set by odibi-sql", "leave it out"),
        ({"memory_limit": ["1GB"]}, "takes a text, a number", None),
        ({"memory_limit": "much"}, "refuses the setting `memory_limit: much`", None),
        ({"integer_division": "maybe"}, "refuses the setting `integer_division: maybe`", None),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, object], message: str, hint: str | None) -> None:
    with pytest.raises(ProjectError, match=message) as raised:
        load_engine("duckdb").check_settings(settings)
    assert raised.value.hint == hint


def test_good_settings_are_given_back() -> None:
    settings = {"memory_limit": "1GB", "integer_division": True, "default_null_order": "nulls_first"}
    assert load_engine("duckdb").check_settings(settings) == settings


def test_only_settings_that_change_results_are_part_of_keys() -> None:
    engine = load_engine("duckdb")
    assert engine.result_settings({}) == (("timezone", "UTC"),)
    settings = {"memory_limit": "1GB", "autoload_known_extensions": True, "Integer_Division": True}
    assert engine.result_settings(settings) == (("integer_division", "true"), ("timezone", "UTC"))


def test_the_engine_is_told_apart_without_importing_duckdb() -> None:
    program = (
        "import sys; from odibi_sql.engines import load_engine; engine = load_engine('duckdb'); engine.version(); "
        "engine.result_settings({}); engine.check_settings({}); "
        "print([name for name in ('duckdb', '_duckdb', 'pandas', 'pyarrow', 'numpy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
    assert duckdb.__version__.startswith(f"{load_engine('duckdb').version()}.")


def test_views_of_one_name_are_each_cursors_own(session: Session, tmp_path: Path) -> None:
    def work(n: int) -> str:
        for turn in range(5):
            cursor = session.cursor()
            cursor.create_query_view("same_name", f"select {n} as a, i from range({n * 1000 + turn}) t(i)")
            sql = "select min(a) as low, max(a) as high, count(*) as n from same_name"
            written = cursor.write(sql, tmp_path / f"{n}")
            cursor.close()
        return written.content

    with ThreadPoolExecutor(8) as pool:
        contents = list(pool.map(work, range(1, 9)))
    cursor = session.cursor()
    expected = [
        cursor.write(f"select {n} as low, {n} as high, {n * 1000 + 4}::bigint as n", tmp_path / "e").content
        for n in range(1, 9)
    ]
    cursor.close()
    assert contents == expected
