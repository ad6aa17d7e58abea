"""What is published is found in Spark's own catalog as well, and nothing else there is touched."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import odibi_sql
from odibi_sql.cli import run as run_command
from odibi_sql.engines.duckdb import open_session as open_duckdb
from odibi_sql.engines.protocol import EngineFailure, SessionOptions
from odibi_sql.engines.spark.reading import Reader
from odibi_sql.engines.spark.registry import view_text
from odibi_sql.events import Event, Registered, Warned
from odibi_sql.relation import Stored
from tests.conftest import NOW
from tests.projects import write_project

PROJECT = "name: shop\nengine: spark\nretry_delay: 0\nengines: {spark: {register: Mart}}\n"
CHEAP = "{{ config(engine='duckdb') }}\n"  # Spark's part is to be told of it
MODELS = {
    "odibi_project.yml": PROJECT,
    "models/totals.sql": f"{CHEAP}select customer_id, sum(amount) as total from orders group by customer_id\n",
    "models/Numbers.sql": f"{CHEAP}select sum(id) as h from orders\n",
    "models/models.yml": 'models: [{name: totals, description: "each customer\'s \\\\ total"}]\n',
}
ONE = {"odibi_project.yml": PROJECT, "models/one.sql": f"{CHEAP}select 1 as a\n"}


@pytest.fixture
def spark(running_spark: Any) -> Iterator[Any]:
    """Spark with an empty database `mart`."""
    running_spark.sql("CREATE DATABASE IF NOT EXISTS mart")
    yield running_spark
    running_spark.sql("DROP DATABASE mart CASCADE")


def build(folder: Path, **options: Any) -> tuple[list[str], list[Registered]]:
    """What was warned of, and what was registered."""
    events: list[Event] = []
    run = odibi_sql.build(folder, listener=events.append, **options)
    assert run.published
    return list(run.warnings), [event for event in events if isinstance(event, Registered)]


def names(spark: Any) -> set[str]:
    return {row.tableName for row in spark.sql("SHOW TABLES IN mart").collect() if not row.isTemporary}


def rows(spark: Any, name: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in spark.sql(f"SELECT * FROM mart.{name} ORDER BY 1").collect()]


def test_published_tables_are_registered_and_those_that_go_are_dropped(spark: Any, tmp_path: Path) -> None:
    folder = write_project(tmp_path / "odd, [x] {y} %20'`", MODELS)
    assert build(folder) == ([], [Registered("spark", "mart", 4, 4, 0)])
    assert names(spark) == {"customers", "orders", "totals", "numbers"}
    assert rows(spark, "totals") == [(1, Decimal("42.50")), (3, Decimal("99.00"))]
    assert spark.catalog.getTable("mart.totals").description == "each customer's \\ total"
    assert build(folder) == ([], [])
    write_project(folder, {"models/totals.sql": "select 1 as one, 'x' as text\n"}, base={})
    (folder / "models/Numbers.sql").unlink()
    assert build(folder) == ([], [Registered("spark", "mart", 3, 1, 1)])
    assert rows(spark, "totals") == [(1, "x")] and "numbers" not in names(spark)
    assert run_command(["rollback", "--project-dir", str(folder)]) == 0
    assert rows(spark, "totals") == [(1, Decimal("42.50")), (3, Decimal("99.00"))]
    assert rows(spark, "numbers") == [(Decimal(6),)]


def test_what_this_target_did_not_make_is_left_alone(spark: Any, tmp_path: Path) -> None:
    spark.sql("CREATE VIEW mart.one AS SELECT 'theirs' AS a")
    folder = write_project(tmp_path, ONE, base={})
    told = (
        "published, but not registered in spark's `mart`: `mart.one` is there already, and this target did not make it;"
        " the next build tries again"
    )
    assert build(folder) == ([told], [])
    assert build(folder) == ([told], [])  # though it has nothing to run
    assert rows(spark, "one") == [("theirs",)]
    spark.sql("DROP VIEW mart.one")
    assert build(folder) == ([], [Registered("spark", "mart", 1, 1, 0)])
    spark.sql("CREATE VIEW mart.two AS SELECT 'theirs' AS a")
    write_project(folder, {"models/two.sql": f"{CHEAP}select 2 as a\n"}, base={})
    (folder / "models/one.sql").unlink()
    (warned,), registered = build(folder)
    assert "`mart.two` is there already" in warned and registered == [Registered("spark", "mart", 0, 0, 1)]
    assert names(spark) == {"two"} and rows(spark, "two") == [("theirs",)]


def test_a_copy_of_a_project_takes_no_tables_away_and_one_that_moved_keeps_its_own(spark: Any, tmp_path: Path) -> None:
    first = write_project(tmp_path / "first", ONE, base={})
    assert build(first) == ([], [Registered("spark", "mart", 1, 1, 0)])
    copy = tmp_path / "copy"
    shutil.copytree(first, copy)
    (warned,), registered = build(copy)
    assert "`mart.one` is there already" in warned and registered == []
    first.rename(tmp_path / "moved")
    assert build(tmp_path / "moved") == ([], [Registered("spark", "mart", 1, 1, 0)])
    assert rows(spark, "one") == [(1,)]


def test_a_failure_is_told_and_what_was_published_stays(running_spark: Any, tmp_path: Path) -> None:
    folder = write_project(tmp_path, ONE, base={})
    (warned,), registered = build(folder)
    assert warned == (
        "published, but not registered in spark's `mart`: The schema `spark_catalog`.`mart` cannot be found"
        " (`CREATE DATABASE mart` in Spark makes it); the next build tries again"
    )
    assert registered == [] and (folder / "warehouse/dev.duckdb").exists()


def test_where_there_can_be_no_tables_views_stay(spark: Any, tmp_path: Path) -> None:
    folder = write_project(tmp_path, ONE, base={})
    assert build(folder) == ([], [Registered("spark", "mart", 1, 1, 0)])
    write_project(folder, {"odibi_project.yml": PROJECT.replace("Mart", "Mart, register_as: tables")}, base={})
    (warned,), registered = build(folder)
    assert "tables take a metastore" in warned and "register_as: views" in warned
    assert registered == [] and rows(spark, "one") == [(1,)]


def test_after_ctrl_c_amid_views_the_next_build_makes_the_rest(spark: Any, tmp_path: Path) -> None:
    models = {f"models/m{n:02}.sql": f"{CHEAP}select {n} as a\n" for n in range(20)}
    folder = write_project(tmp_path, {**ONE, **models}, base={})
    main = threading.get_ident()

    def press_amid() -> None:
        while len(names(spark)) < 3:
            pass
        signal.pthread_kill(main, signal.SIGINT)

    pressing = threading.Thread(target=press_amid)
    pressing.start()
    told: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        odibi_sql.build(folder, listener=told.append)
    pressing.join()
    assert [event.message for event in told if isinstance(event, Warned)] == [
        "published, but not all is registered in spark's `mart`: interrupted; the next build goes on"
    ]
    made = len(names(spark))
    assert 3 <= made < 21
    assert build(folder) == ([], [Registered("spark", "mart", 21, 21 - made, 0)])
    assert rows(spark, "m07") == [(7,)] and len(names(spark)) == 21


STORED = (
    "select x::hugeint as h, [x::hugeint] as l, {'a b': x::hugeint} as s, map {'k': x::hugeint} as m, null as n,"
    " 7::utinyint as u8, 18446744073709551615::ubigint as u64, 'e'::enum('e') as e, '{}'::json as j, 'x'::blob as b,"
    " '2026-01-01'::timestamp_s as ts, '2026-01-01'::timestamptz as tz, 1.5::decimal(5, 2) as d,"
    " date '1500-01-01' as day from (select"
)


def test_every_type_is_as_models_on_spark_read_it(running_spark: Any, tmp_path: Path) -> None:
    session = open_duckdb(SessionOptions(now=NOW, threads=1, scratch=tmp_path))
    reader = Reader(lambda: running_spark, tmp_path, lambda: pytest.fail("nothing is handed over"))
    try:
        cursor = session.cursor()
        some = cursor.write(f"{STORED} 5 as x)", tmp_path / "[a], {b}*").stored()
        more = cursor.write(f"{STORED} 6 as x)", tmp_path / "c").stored()
        wide = cursor.write(f"{STORED} repeat('7', 38) as x)", tmp_path / "d").stored()
        none = cursor.write_nothing(f"{STORED} 8 as x)").stored()
        by_uri = Stored(more.columns, (f"file://{more.parts[0]}",))
        for stored in (some, wide, none, Stored(more.columns, (*some.parts, *more.parts)), by_uri):
            view, frame = running_spark.sql(view_text(stored)), reader.frame(stored)
            assert view.count() == len(stored.parts)
            assert view.dtypes == frame.dtypes
            assert sorted(map(str, view.collect())) == sorted(map(str, frame.collect()))
        for sql, told in (("select time '12:00' as t", "column `t` is of type TIME"), ("select uuid() as u", "`u`")):
            with pytest.raises(EngineFailure, match=told):
                view_text(cursor.write(sql, tmp_path / "unread").stored())
    finally:
        session.close()


HIVE = """
import sys
from pathlib import Path
from pyspark import SparkContext
import odibi_sql
from odibi_sql import cli, warm
from odibi_sql.events import Registered, Warned
from odibi_sql.orchestrator import BuildOptions, Orchestrator

events = []
with Orchestrator(BuildOptions(Path.cwd())) as orchestrator:
    orchestrator.emitter.subscribe(events.append)
    orchestrator.build()
    spark = orchestrator.open_session("spark").cursor().native()
    print([event for event in events if isinstance(event, Registered)])
    print([event.message for event in events if isinstance(event, Warned)])
    print(spark.sql("SELECT * FROM mart.one").collect(), spark.conf.get("spark.sql.catalogImplementation"))
warned = odibi_sql.build().warnings
print(warned, SparkContext._active_spark_context)
for _ in range(50):  # files that are young are no proof
    cli.run(["build", "--quiet"])
    if warm.answer(["build", "--quiet"]) == 0:
        break
print(warm.answer(["build", "--quiet"]), SparkContext._active_spark_context)
Path("warehouse/publications/dev/registered-spark.json").unlink()
print(warm.answer(["build", "--quiet"]))
"""


def test_a_metastore_is_told_once(running_spark: object, tmp_path: Path) -> None:
    """Hive's own, in Derby, in a Spark that the build starts."""
    home = tmp_path / "hive"
    text = (
        "name: shop\nengine: spark\non_run_start: CREATE DATABASE IF NOT EXISTS mart\n"
        "engines:\n  spark:\n    register: mart\n    master: local[1]\n    conf:\n"
        f"      spark.sql.warehouse.dir: {home}/warehouse\n"
        f"      spark.hadoop.javax.jdo.option.ConnectionURL: jdbc:derby:;databaseName={home}/metastore;create=true\n"
        f"      spark.driver.extraJavaOptions: -Dderby.system.home={home}\n"
    )
    one = "select 1 as a\n"
    files = {"models/one.sql": one, "odibi_project.yml": text, "models/day.sql": f"{CHEAP}select time '12:00' as t\n"}
    folder = write_project(tmp_path / "shop", files, base={})
    done = subprocess.run([sys.executable, "-c", HIVE], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "[Registered(engine='spark', database='mart', tables=1, changed=1, dropped=0)]",
        '["not registered in spark\'s `mart`: `day`, whose column `t` is of type TIME, which Spark cannot read"]',
        "[Row(a=1)] hive",
        "() None",
        "0 None",
        "None",
    ]


TABLES = """
import threading
from datetime import UTC, datetime
from pathlib import Path
import duckdb
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Listed, SessionOptions
from odibi_sql.relation import Column, Stored

home = Path.cwd()
engine = load_engine("spark")
settings = {
    "register": "mart", "register_as": "tables", "master": "local[1]",
    "conf.spark.sql.hive.convertMetastoreParquet": "false",
    "conf.spark.sql.warehouse.dir": f"{home}/warehouse",
    "conf.spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home}/metastore;create=true",
    "conf.spark.driver.extraJavaOptions": f'"-Dderby.system.home={home}"',
}
session = engine.open_session(SessionOptions(datetime.now(UTC), 1, home / "scratch", engine.check_settings(settings)))
session.run("CREATE DATABASE mart")
spark = session.cursor().native()

def stored(name, sql):
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{home}/{name}.parquet'")
        described = connection.execute(f"DESCRIBE {sql}").fetchall()
    return Stored(tuple(Column(row[0], row[1]) for row in described), (f"{home}/{name}.parquet",))

def register(as_what, **tables):
    registry = engine.registry({**settings, "register_as": as_what})
    listed = [Listed(name, rows, "it's one") for name, rows in tables.items()]
    done = registry.register(session, listed, ["mark"], None, home / "tables")
    print(sorted(done.there), done.changed, done.dropped, done.wrong, *done.left)

def rows(name):
    return [tuple(row) for row in spark.sql(f"SELECT * FROM mart.{name} ORDER BY 1").collect()]

def kept():
    return sorted(len(list(one.iterdir())) for one in (home / "tables").iterdir())

SQL = "select {} as Id, 'x' as t, [1, 2] as l, {{'a': 1}} as s, map {{'k': 1.5::double}} as m, date '2024-01-31' as d"
one, two = stored("one", SQL.format(1)), stored("two", SQL.format(2))
both = Stored(one.columns, (*one.parts, *two.parts))
other = stored("other", "select 'x' as w, 1::decimal(38, 2) as n")
moment = stored("moment", "select timestamp '2024-01-31 12:00:00' as ts")
register("tables", a=one, b=moment)
print(rows("a"), rows("b"), spark.catalog.getTable("mart.a").tableType, spark.catalog.getTable("mart.a").description)
register("tables", a=both, b=moment)
register("tables", a=both, b=moment)
print(rows("a"), kept())
seen, stop = set(), threading.Event()

def read():
    while not stop.is_set():
        seen.add(tuple(row[0] for row in spark.sql("SELECT Id FROM mart.a").collect()))

reading = threading.Thread(target=read)
reading.start()
for parts in (one, two, both):
    register("tables", a=parts, b=moment)
stop.set()
reading.join()
print(len(rows("a")), kept(), {tuple(sorted(ids)) for ids in seen} - {(1,), (2,), (1, 2)})
register("tables", a=other)
print(rows("a"))
spark.sql("ALTER TABLE mart.a SET TBLPROPERTIES ('odibi_sql.text' = 'of one that was killed')")
register("tables", a=other)
register("views", a=other)
print(rows("a"), list((home / "tables").iterdir()))
register("tables", a=one)
register("tables")
print(list((home / "tables").iterdir()), (home / "one.parquet").exists())
session.close()
"""


def test_tables_that_hive_reads(running_spark: object, tmp_path: Path) -> None:
    """By its own reader: Spark's is turned off."""
    folder = tmp_path / "odd é %20"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", TABLES], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    row = "'x', [1, 2], Row(a=1), {'k': 1.5}, datetime.date(2024, 1, 31))"
    a, b, left = "('mart.a',)", "('mart.b',)", "`b` as a table, whose column `ts` is of type TIMESTAMP, which Hive"
    left += " cannot read: it is a view"
    assert done.stdout.splitlines() == [
        f"['mart.a', 'mart.b'] ('mart.a', 'mart.b') () () {left}",
        f"[(1, {row}] [(datetime.datetime(2024, 1, 31, 12, 0),)] EXTERNAL it's one",
        f"['mart.a', 'mart.b'] {a} () () {left}",
        f"['mart.a', 'mart.b'] () () () {left}",
        f"[(1, {row}, (2, {row}] [2]",
        *[f"['mart.a', 'mart.b'] {a} () () {left}"] * 3,
        "2 [2] set()",
        f"['mart.a'] {a} {b} ()",
        "[('x', Decimal('1.00'))]",
        *[f"['mart.a'] {a} () ()"] * 2,
        "[('x', Decimal('1.00'))] []",
        f"['mart.a'] {a} () ()",
        f"[] () {a} ()",
        "[] True",
    ]
