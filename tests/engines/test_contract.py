"""What every engine must do, whichever it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from odibi_sql.engines import ENGINES, load_engine
from odibi_sql.engines.protocol import NO_ROWS, Count, CsvSeed, Cursor, EngineFailure, Layout, Session
from odibi_sql.errors import ProjectError
from odibi_sql.relation import Column, Files, Stored

ZONED = {"duckdb": "timestamptz", "spark": "timestamp"}  # by dialect


@pytest.fixture(params=[*ENGINES, "sail"])
def engine_name(request: pytest.FixtureRequest) -> str:
    if request.param == "spark":
        request.getfixturevalue("running_spark")
    if request.param == "sail":
        pytest.importorskip("pysail")
        pytest.importorskip("grpc")
    return "spark" if request.param == "sail" else str(request.param)


@pytest.fixture
def engine_settings(request: pytest.FixtureRequest, engine_name: str) -> dict[str, str | int | float | bool]:
    return {"server": "sail"} if request.node.callspec.params["engine_name"] == "sail" else {}


def test_an_unknown_engine_is_named_with_the_nearest() -> None:
    with pytest.raises(ProjectError, match="no engine `duckbd`") as raised:
        load_engine("duckbd")
    assert raised.value.hint == "did you mean `duckdb`?"


def test_an_engine_tells_its_name_dialect_and_version(engine_name: str) -> None:
    engine = load_engine(engine_name)
    major, minor = engine.version().split(".")
    assert engine.NAME in ENGINES and engine.DIALECT and major.isdigit() and minor.isdigit()


def test_a_result_is_described_counted_and_sized(cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write("select 1 as a, 'x' as b union all select 2, 'y'", tmp_path / "r")
    assert written.columns == (Column("a", "INTEGER"), Column("b", "VARCHAR"))
    assert written.rows == 2
    assert written.bytes == sum(part.stat().st_size for part in written.parts)
    assert all(part.name.startswith("r") and part.suffix == ".parquet" for part in written.parts)
    assert sorted(written.parts) == sorted(tmp_path.glob("r*"))


def test_a_stored_result_reads_back_as_a_view(cursor: Cursor, tmp_path: Path) -> None:
    first = cursor.write("select 1 as a union all select 2", tmp_path / "first")
    cursor.create_view("upstream", first.stored())
    second = cursor.write("select sum(a) as total from upstream", tmp_path / "second")
    cursor.create_view("upstream2", second.stored())
    assert cursor.write("select total::integer as a from upstream2", tmp_path / "t").content == (
        cursor.write("select 3::integer as a", tmp_path / "u").content
    )


def test_a_query_view_reads_the_views_bound_to_it(cursor: Cursor, tmp_path: Path) -> None:
    cursor.create_view("up", cursor.write("select 20 as a", tmp_path / "up").stored())
    cursor.create_query_view("twice", "select a + a as a from up  -- doubled")
    assert cursor.describe("select * from twice") == (Column("a", "INTEGER"),)


def test_an_empty_result_keeps_its_columns(cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write("select 1 as a where false", tmp_path / "r")
    assert (written.rows, written.columns) == (0, (Column("a", "INTEGER"),))
    cursor.create_view("none_yet", Stored(written.columns, ()))
    assert cursor.describe("select * from none_yet") == written.columns


def test_views_end_with_their_cursor_and_their_names_are_free(session: Session) -> None:
    first, cursor = session.cursor(), session.cursor()
    first.create_query_view("v", "select 1 as a")
    assert first.describe("select * from v") == (Column("a", "INTEGER"),)
    first.close()
    with pytest.raises(EngineFailure):
        cursor.describe("select * from v")
    cursor.create_query_view("v", "select 'x' as b")
    assert cursor.describe("select * from v") == (Column("b", "VARCHAR"),)


def test_an_error_tells_its_place_in_the_given_sql(cursor: Cursor, tmp_path: Path) -> None:
    sql = "select 'é' as a,\n       nope + 1 as b\nfrom (select 1 as node)"
    for attempt in (cursor.describe, lambda text: cursor.write(text, tmp_path / "r")):
        with pytest.raises(EngineFailure) as raised:
            attempt(sql)
        assert raised.value.offset == sql.index("nope")
        assert not raised.value.passing and not raised.value.interrupted
    assert list(tmp_path.glob("r*")) == []


def test_a_failing_query_leaves_no_file(cursor: Cursor, tmp_path: Path) -> None:
    sql = "select case when i = 999999 then cast(concat('late', i) as integer) end as x from range(1000000) t(i)"
    with pytest.raises(EngineFailure, match="late"):
        cursor.write(sql, tmp_path / "r")
    assert list(tmp_path.glob("r*")) == []


def test_an_interrupted_query_says_so_and_leaves_no_file(session: Session, tmp_path: Path) -> None:
    cursor = session.cursor()
    endless = "select count(*) as n from range(1000000000000) t(i) where hash(i) = 1"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cursor.write, endless, tmp_path / "r")
        while not running.done():
            cursor.interrupt()
    with pytest.raises(EngineFailure) as raised:
        running.result()
    assert raised.value.interrupted and not raised.value.passing
    assert list(tmp_path.glob("r*")) == []
    cursor.close()
    cursor.interrupt()


def test_what_is_run_for_all_can_be_interrupted(session: Session) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.run, "select count(*) as n from range(1000000000000) t(i) where hash(i) = 1")
        while not running.done():
            session.interrupt()
    with pytest.raises(EngineFailure) as raised:
        running.result()
    assert raised.value.interrupted
    session.run("select 1")


def test_an_interrupt_before_a_query_stops_it(cursor: Cursor, tmp_path: Path) -> None:
    cursor.interrupt()
    with pytest.raises(EngineFailure) as raised:
        cursor.write("select 1 as a", tmp_path / "r")
    assert raised.value.interrupted


def test_cursors_at_work_at_once_do_not_see_each_other(session: Session, tmp_path: Path) -> None:
    def work(n: int) -> list[str]:
        cursor = session.cursor(f"work {n}")
        contents = []
        try:
            for turn in range(2):
                name = f"view_{turn}_of_{n}"
                cursor.create_query_view(name, f"select {n} as a, i from range({n * 1000 + turn}) t(i)")
                sql = f"select min(a) as low, max(a) as high, count(*) as n from {name}"
                contents.append(cursor.write(sql, tmp_path / f"{n}-{turn}").content)
            return contents
        finally:
            cursor.close()

    with ThreadPoolExecutor(4) as pool:
        contents = list(pool.map(work, range(1, 5)))
    cursor = session.cursor()
    expected = [
        [
            cursor.write(f"select {n} as low, {n} as high, {n * 1000 + turn}::bigint as n", tmp_path / "e").content
            for turn in range(2)
        ]
        for n in range(1, 5)
    ]
    cursor.close()
    assert contents == expected


def test_content_ignores_order_and_layout_and_counts_rows(content_of: Callable[[str], str]) -> None:
    content = content_of("select * from (values (1, 'a'), (2, 'b'), (2, 'b')) t(i, s)")
    assert content == content_of("select * from (values (2, 'b'), (1, 'a'), (2, 'b')) t(i, s) -- in another order")
    others = (
        "select * from (values (1, 'a'), (2, 'b')) t(i, s)",
        "select * from (values (1, 'a'), (1, 'a'), (2, 'b')) t(i, s)",
        "select * from (values (1, 'b'), (2, 'a'), (2, 'b')) t(i, s)",
        "select * from (values (1, 'a'), (2, 'b'), (2, 'b')) t(j, s)",
        "select i::bigint as i, s from (values (1, 'a'), (2, 'b'), (2, 'b')) t(i, s)",
        "select s, i from (values (1, 'a'), (2, 'b'), (2, 'b')) t(i, s)",
        "select * from (values (1, 'a'), (2, 'b'), (2, null)) t(i, s)",
    )
    assert len({content, *(content_of(other) for other in others)}) == 1 + len(others)


def test_the_session_tells_the_same_content_as_the_write(session: Session, cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write(
        "select i, concat('s', i) as s, 10::decimal(38, 0) as h from range(1000) t(i)", tmp_path / "r"
    )
    assert session.content(written.stored()) == written.content


def test_fixed_time_is_the_sessions(cursor: Cursor, content_of: Callable[[str], str], engine_name: str) -> None:
    zoned = ZONED[load_engine(engine_name).DIALECT]
    cursor.fix_time()
    assert content_of("select current_timestamp as t, current_date as d") == content_of(
        f"select {zoned} '2024-02-29 23:59:58.123456+00' as t, date '2024-02-29' as d"
    )


VALUES = """\
select * from (values (1, 'a/b', date '2026-01-01', 1.5e0), (2, '', null, 0e0), (3, null, null, -0e0),
    (4, 'x=y%20 +é', date '2026-01-01', 1.5e0), (5, 'a/b', date '2026-01-01', 1.5e0),
    (6, 'a/b', null, null)) as v(id, k, d, f)"""


@pytest.mark.parametrize("names", [("K",), ("k", "d"), ("f",)])
def test_rows_of_two_values_share_no_file(cursor: Cursor, tmp_path: Path, names: tuple[str, ...]) -> None:
    written = cursor.write(VALUES, tmp_path / "it's é %20 + r", Layout(partition_by=names))
    parts = written.stored()
    cursor.create_parts_view("in_parts", parts, "part")
    listed = ", ".join(names)
    values = cursor.rows(f"select distinct part, {listed} from in_parts")
    assert sorted(part for part, *_ in values) == list(range(len(parts.parts)))
    assert cursor.write("select id, k, d, f from in_parts", tmp_path / "again").content == written.content
    counts = dict(cursor.rows("select part, count(*) from in_parts group by part"))
    assert {number: count.rows for number, count in enumerate(cursor.count(parts))} == counts


def test_what_parts_hold_is_what_they_hold_together(cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write(VALUES, tmp_path / "r", Layout(partition_by=("k",)))
    counts = cursor.count(written.stored())
    assert written.counts in ((), counts) and len(counts) == len(written.parts) > 1
    assert cursor.digest(written.columns, sum(counts, NO_ROWS)) == written.content
    one = cursor.write(VALUES, tmp_path / "one", Layout(rows=1_000_000))
    assert one.content == written.content
    assert sum(cursor.count(one.stored()), NO_ROWS) == sum(counts, NO_ROWS)
    cursor.create_view("all_rows", one.stored())
    by_id = cursor.count_by("select id % 2 as odd, id, k, d, f from all_rows")
    assert {odd: count.rows for odd, count in by_id.items()} == {0: 3, 1: 3}
    assert sum(by_id.values(), NO_ROWS) == sum(counts, NO_ROWS)


def test_a_file_has_no_more_rows_than_it_may(cursor: Cursor, tmp_path: Path) -> None:
    sql = "select i, i % 7 as k from range(1000000) t(i)"
    written = cursor.write(sql, tmp_path / "r", Layout(rows=300_000))
    parts = written.stored()
    counts = [count.rows for count in cursor.count(parts)]
    assert sum(counts) == 1_000_000 and max(counts) < 400_000 and len(counts) < 8
    assert written.content == cursor.write(sql, tmp_path / "one").content
    few = cursor.write("select * from (values (1), (2), (3)) t(i)", tmp_path / "few", Layout(rows=300_000))
    assert len(few.parts) <= 2 and few.columns == (Column("i", "INTEGER"),)


def test_nothing_can_be_laid_out(cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write("select 1 as a where false", tmp_path / "r", Layout(partition_by=("a",)))
    assert set(cursor.count(written.stored())) <= {Count(0, 0)}
    assert written.content == cursor.write_nothing("select 1 as a where false").content
    cursor.create_parts_view("in_parts", written.stored(), "part")
    assert cursor.rows("select part, a from in_parts") == []


def test_a_csv_seed_has_the_types_given_and_the_others_inferred(cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("id,amount,name\n1,2.50,x\n2,,y\n")
    written = cursor.write_csv(CsvSeed(path, {"amount": "DECIMAL(10,2)"}), tmp_path / "r")
    assert [(c.name, c.type) for c in written.columns] == [
        ("id", "BIGINT"),
        ("amount", "DECIMAL(10,2)"),
        ("name", "VARCHAR"),
    ]
    assert written.rows == 2


def test_a_frame_is_kept(cursor: Cursor, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[7, 8])
    written = cursor.write_frame(frame, tmp_path / "r")
    assert [(c.name, c.type) for c in written.columns] == [("a", "BIGINT"), ("b", "VARCHAR")]
    cursor.create_view("kept", written.stored())
    sql = "select count(*) as n, max(a) as a, max(b) as b from kept"
    assert cursor.write(sql, tmp_path / "t").content == (
        cursor.write("select 2::bigint as n, 2::bigint as a, 'x' as b", tmp_path / "u").content
    )


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_files_are_read_where_they_are(kind: str, session: Session, cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / f"data [1] it's.{kind}"
    if kind == "csv":
        path.write_text("a\n1\n")
    elif kind == "json":
        path.write_text(json.dumps({"a": 1}))
    else:
        pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    pattern = str(path).replace("[1]", "*")
    relation = Files("parquet" if kind == "parquet" else "csv" if kind == "csv" else "json", (pattern,))
    cursor.create_view("data", relation)
    assert cursor.write("select * from data", tmp_path / "r").content == session.content(relation)
    assert cursor.describe("select * from data") == (Column("a", "BIGINT"),)
