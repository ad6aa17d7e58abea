"""Sessions of Spark: views, jobs, the running Spark that they share, and what its errors become."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Cursor, EngineFailure, Session, SessionOptions
from odibi_sql.objects import below
from odibi_sql.relation import Files, Stored
from tests.conftest import NOW

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from odibi_sql.engines.spark.session import SparkEngineSession

ENDLESS = "select count(*) as n from range(1000000000000) where xxhash64(id) = 1"


@pytest.fixture
def engine_name(running_spark: object) -> str:
    return "spark"


def spark_of(session: Session) -> SparkSession:
    return cast("SparkEngineSession", session).spark


def running_jobs(session: Session) -> set[int]:
    return set(spark_of(session).sparkContext.statusTracker().getActiveJobsIds())


@pytest.mark.usefixtures("running_spark")
def test_ctrl_c_stays_the_programs() -> None:
    """pyspark takes it when it starts in the main thread: its handler would cancel every job, and throw anywhere."""
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_java_has_room_for_the_code_of_many_models(session: Session) -> None:
    """Where its cache of code is full, Java compiles nothing more, and what is left of a build crawls."""
    spark = cast("Any", spark_of(session))
    pools = spark._jvm.java.lang.management.ManagementFactory.getMemoryPoolMXBeans()
    room = [pool.getUsage().getMax() for pool in pools if "CodeCache" in pool.getName() or "CodeHeap" in pool.getName()]
    assert sum(room) >= 240_000_000


def test_views_of_one_name_in_one_session_would_collide(session: Session) -> None:
    """Why every node has a prefix of its own: what one thread made, another replaces before it is read."""
    spark = spark_of(session)
    spark.range(1).createOrReplaceTempView("orders")
    made, replaced = threading.Event(), threading.Event()

    def read() -> int:
        made.set()
        replaced.wait(60)
        return spark.sql("select * from orders").count()

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        made.wait(60)
        spark.range(5).createOrReplaceTempView("orders")
        replaced.set()
        assert reading.result() == 5


def test_a_cursor_takes_no_view_that_another_has(session: Session, cursor: Cursor) -> None:
    other = session.cursor()
    cursor.create_query_view("taken", "select 1 as a")
    with pytest.raises(EngineFailure, match="`taken`"):
        other.create_query_view("taken", "select 2 as b")
    other.close()  # which ends its own views alone
    assert [column.name for column in cursor.describe("select * from taken")] == ["a"]


def test_closing_a_cursor_drops_its_views(session: Session) -> None:
    cursor = session.cursor()
    cursor.create_query_view("left_behind", "select 1 as a")
    cursor.close()
    assert [table.name for table in spark_of(session).catalog.listTables() if table.name == "left_behind"] == []


def test_stored_rows_have_one_view_for_all_who_read_them(session: Session, tmp_path: Path) -> None:
    writer, first, second = session.cursor(), session.cursor(), session.cursor()
    stored = writer.write("select id from range(3)", tmp_path / "r").stored()
    name = first.at_hand(stored, ())
    first.close()
    assert name is not None and second.at_hand(Stored(stored.columns, stored.parts), ()) == name
    assert second.rows(f"select sum(id) from {name}") == [(3,)]
    other = second.at_hand(Stored(stored.columns, stored.parts[:1]), ())
    assert other != name
    gone = Stored(stored.columns, (str(tmp_path / "gone.parquet"),))
    with pytest.raises(EngineFailure, match=r"gone\.parquet"):
        second.at_hand(gone, ())
    cast("Any", session).most_at_hand = 2  # which are there
    assert second.at_hand(Stored(stored.columns, ()), ()) is None
    assert second.at_hand(stored, ()) == name


def test_an_interrupt_ends_the_jobs_of_its_cursor_alone(session: Session, tmp_path: Path) -> None:
    first, second = session.cursor("first"), session.cursor("second")
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first.write, ENDLESS, tmp_path / "one")
        two = pool.submit(second.write, ENDLESS, tmp_path / "two")
        while len(running_jobs(session)) < 2:
            assert not one.done() and not two.done()
        while not one.done():
            first.interrupt()
        assert not two.done() and len(running_jobs(session)) == 1
        while not two.done():
            second.interrupt()
    for ended in (one, two):
        with pytest.raises(EngineFailure) as raised:
            ended.result()
        assert raised.value.interrupted
    assert list(tmp_path.glob("one*")) == list(tmp_path.glob("two*")) == []


def test_jobs_are_called_as_the_node_is(session: Session, tmp_path: Path) -> None:
    cursor = session.cursor("daily_orders")
    cursor.write("select 1 as a", tmp_path / "r")
    cursor.close()
    java = spark_of(session).sparkContext._jsc.sc().statusStore()
    job = java.jobsList(None).apply(0)  # the last one
    assert job.description().get() == "daily_orders"


def test_a_running_spark_is_used_and_goes_on(running_spark: SparkSession, session: Session) -> None:
    spark = spark_of(session)
    assert spark.sparkContext is running_spark.sparkContext
    running_spark.range(3).createOrReplaceTempView("of_the_user")
    with pytest.raises(EngineFailure):
        session.cursor().describe("select * from of_the_user")
    session.close()
    assert running_spark.sql("select * from of_the_user").count() == 3


@pytest.mark.parametrize(
    ("sql", "word", "message"),
    [
        ("select '😀' as a, nope from (select 1 as node)", "nope", "with name `nope` cannot be resolved"),
        ("select 1 as a\nfrom (select 2 as b) x y", "y", "Syntax error at or near 'y'"),
        ("select *\nfrom no_such_table", "no_such_table", "`no_such_table` cannot be found"),
        ("select current_date, nope from (select 1 as b)", "nope", "`nope`"),
    ],
)
def test_mistakes_are_told_with_their_place(sql: str, word: str, message: str, cursor: Cursor) -> None:
    with pytest.raises(EngineFailure) as raised:
        cursor.describe(sql)
    assert message in raised.value.message
    assert raised.value.offset == sql.rindex(word)
    assert not raised.value.passing
    assert "SQLSTATE" not in raised.value.message and "\n" not in raised.value.message


def test_the_nearest_name_is_told(cursor: Cursor) -> None:
    with pytest.raises(EngineFailure) as raised:
        cursor.describe("select custmer from (select 1 as customer, 2 as z)")
    assert raised.value.suggestion == "customer"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select 1 / b as x from values (0) t(b)", "Division by zero"),
        ("select cast(s as int) as x from values ('a') t(s)", "The value 'a'"),
        ("select raise_error('too late') as x", "too late"),
    ],
)
def test_what_fails_while_running_fails_for_good(sql: str, message: str, cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure) as raised:
        cursor.write(sql, tmp_path / "r")
    assert raised.value.message.startswith(message)
    assert not raised.value.passing and not raised.value.interrupted


@pytest.mark.parametrize(
    ("message", "passing"),
    [
        ("Job aborted due to stage failure: ExecutorLostFailure (executor 1 exited caused by one of the tasks)", True),
        ("ShuffleMapStage 3 failed 4 times. Most recent failure reason: org.apache.spark.shuffle.FetchFailed", True),
        ("Job 3 cancelled because SparkContext was shut down", True),
        ("Failed to connect: Connection refused", True),
        ("[DIVIDE_BY_ZERO] Division by zero.", False),
        ("Job aborted due to stage failure: java.lang.OutOfMemoryError", False),
    ],
)
def test_what_can_pass_is_told_from_what_cannot(message: str, passing: bool) -> None:
    pytest.importorskip("pyspark")
    from pyspark.errors import PySparkException

    from odibi_sql.engines.spark.failures import failure_of

    assert failure_of(PySparkException(message)).passing is passing


@pytest.mark.parametrize(
    ("sql", "advice"),
    [
        ("select true = id as x from range(1)", "cast one of the two"),
        ("select coalesce(date '2024-01-01', id) as x from range(1)", "to one type"),
        ("select 1 % id as x from range(1)", "nullif"),
        ("select cast(concat(id, 'x') as int) as x from range(1)", "TRY_CAST"),
        ("select to_timestamp_ntz(concat(id, 'x'), 'yyyy') as x from range(1)", "format"),
        ("select from_utc_timestamp(now(), concat('nowhere', id)) as x from range(1)", "Europe/Berlin"),
    ],
)
def test_what_spark_refuses_has_a_hint(cursor: Cursor, sql: str, advice: str) -> None:
    with pytest.raises(EngineFailure) as raised:
        cursor.rows(sql)
    assert advice in (raised.value.hint or "")


def test_a_lost_connection_can_pass() -> None:
    pytest.importorskip("pyspark")
    from py4j.protocol import Py4JNetworkError

    from odibi_sql.engines.spark.failures import failure_of

    failure = failure_of(Py4JNetworkError("Answer from Java side is empty"))
    assert failure.passing and failure.message == "the connection to Spark was lost"


def test_the_time_is_fixed_in_views_too(cursor: Cursor, tmp_path: Path) -> None:
    cursor.create_query_view("today_view", "select current_date as d, now() as n")
    same = cursor.write("select d, n, localtimestamp as l from today_view", tmp_path / "a").content
    moment = "2024-02-29 23:59:58.123456"
    sql = f"select date '2024-02-29' as d, timestamp '{moment}' as n, timestamp_ntz '{moment}' as l"
    assert same == cursor.write(sql, tmp_path / "b").content


def test_a_damaged_result_is_told(session: Session, cursor: Cursor, tmp_path: Path) -> None:
    written = cursor.write("select id from range(100)", tmp_path / "r")
    part = written.parts[0]
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(EngineFailure):
        session.content(written.stored())


def test_results_at_a_uri_are_written_and_read_there(tmp_path: Path, running_spark: object) -> None:
    """Also what DuckDB has to hand over to machines that do not see this one's files."""
    parts_at = f"file://{tmp_path}/place/run"
    options = SessionOptions(now=NOW, threads=2, scratch=tmp_path / "scratch", parts_at=parts_at)
    session = load_engine("spark").open_session(options)
    cursor = session.cursor()
    csv = tmp_path / "more.csv"
    csv.write_text("id\n4\n")
    cursor.create_view("more", Files("csv", (str(csv),)))
    written = cursor.write("select id from more union all select id from range(3)", tmp_path / "stem")
    assert not written.parts and len(written.uris) > 1 and written.rows == 4
    there = {found.uri: found.bytes for found in below(parts_at)}
    assert {uri for uri in there if uri.startswith(f"{parts_at}/stem/")} == set(written.uris)
    assert sum(there[uri] for uri in written.uris) == written.bytes
    assert written.content == session.content(written.stored()) and len(there) == len(written.uris) + 1
    cursor.create_view("back", written.stored())
    assert cursor.rows("select sum(id) from back") == [(7,)]
    with pytest.raises(EngineFailure):
        cursor.write("select assert_true(id < 3) from back", tmp_path / "bad")
    assert {found.uri: found.bytes for found in below(parts_at)} == there
    with pytest.raises(EngineFailure) as raised:
        cursor.create_view("in_a_bucket", Stored(written.columns, ("s3://bucket/part.parquet",)))
        cursor.rows("select * from in_a_bucket")
    assert "hadoop-aws" in (raised.value.hint or "")
    session.close()
