"""Incremental models on Spark: after every delivery the rows are those of DuckDB, and as many files stay."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

import odibi_sql
from odibi_sql.engines import load_engine
from odibi_sql.engines.sessions import writer_of
from odibi_sql.relation import Stored
from tests.projects import write_project

AS_OF = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
HEAD = "id,day,place,v,changed_at"
FIRST = f"""{HEAD}
1,2026-01-01,a/b,10,2026-01-01 08:00:00
2,2026-01-02,x=y%20z,20,2026-01-02 08:00:00
3,2026-01-02,,30,2026-01-02 09:00:00
4,2026-01-03,größer.*,40,2026-01-03 09:00:00
,2026-01-03,it's,50,2026-01-03 10:00:00
"""
SECOND = f"""{HEAD}
2,2026-01-02,x=y%20z,21,2026-01-04 08:00:00
5,2026-01-05,,51,2026-01-04 09:00:00
6,,a/b,61,2026-01-04 10:00:00
,2026-01-03,it's,52,2026-01-04 11:00:00
"""
EMPTY = f"{HEAD}\n"
NEWER = "{% if is_incremental() %} where changed_at > (select max(changed_at) from {{ this }}) {% endif %}"
GROWING: Mapping[str, str] = {
    "appended": "config(materialized='incremental')",
    "merged": "config(materialized='incremental', unique_key=['ID', 'Place'])",
    "updated": "config(materialized='incremental', unique_key='id', merge_update_columns=['V'])",
    "replaced": "config(materialized='incremental', strategy='delete+insert', unique_key='day')",
    "by_place": "config(materialized='incremental', strategy='insert_overwrite', partition_by=['place', 'day'])",
}
TYPED = """\
seeds:
  - name: log
    config:
      column_types: {id: BIGINT, day: DATE, place: VARCHAR, v: BIGINT, changed_at: TIMESTAMP}
"""


class Shop:
    """One project, built on one engine."""

    def __init__(self, folder: Path, engine: str, files: Mapping[str, str]) -> None:
        self.folder = write_project(folder, {"seeds/log.yml": TYPED, **files}, {"odibi_project.yml": "name: shop\n"})
        self.engine = engine

    def build(self, log: str) -> odibi_sql.Run:
        write_project(self.folder, {"seeds/log.csv": log}, {})
        return odibi_sql.build(self.folder, engine=self.engine, as_of=AS_OF)

    def typed(self, columns: str) -> None:
        write_project(
            self.folder, {"seeds/log.yml": f"seeds: [{{name: log, config: {{column_types: {{{columns}}}}}}}]"}, {}
        )

    def rows(self, name: str) -> list[str]:
        with duckdb.connect(str(self.folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
            return sorted(map(str, catalog.execute(f"SELECT * FROM {name}").fetchall()))

    def columns(self, name: str) -> list[tuple[str, str]]:
        with duckdb.connect(str(self.folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
            return [(row[0], row[1]) for row in catalog.execute(f"DESCRIBE {name}").fetchall()]

    def files(self, name: str) -> set[str]:
        with duckdb.connect(str(self.folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
            [(text,)] = catalog.execute("SELECT sql FROM duckdb_views() WHERE view_name = ?", [name]).fetchall()
        return set(re.findall(r"'([^']*\.parquet)'", text))


def told(run: odibi_sql.Run, names: Iterable[str]) -> dict[str, tuple[str, str, str | None]]:
    found = {name: run.results[name] for name in names}
    return {name: (one.status, one.reason, one.error.message if one.error else None) for name, one in found.items()}


def shops_with(folder: Path, models: Mapping[str, str], settings: str = "") -> tuple[Shop, Shop]:
    """On DuckDB, and on Spark with these settings of the project."""
    files = {f"models/{name}.sql": sql for name, sql in models.items()}
    on_spark = {**files, "odibi_project.yml": f"name: shop\n{settings}"}
    return Shop(folder / "duckdb", "duckdb", files), Shop(folder / "spark", "spark", on_spark)


def grows_as_on_duckdb(folder: Path, settings: str = "", names: Iterable[str] = tuple(GROWING)) -> None:
    """Three deliveries of which the last is empty."""
    columns = "*, 1 as b, 2 as d, 'x' as file, true as had"  # names that queries of ours might have used
    models = {name: f"{{{{ {GROWING[name]} }}}} select {columns} from log {NEWER}" for name in names}
    shops = shops_with(folder, models, settings)
    for log in (FIRST, SECOND, EMPTY):
        before = [{name: shop.files(name) if log != FIRST else set() for name in models} for shop in shops]
        runs = [shop.build(log) for shop in shops]
        assert all(run.ok for run in runs) and told(runs[0], models) == told(runs[1], models)
        for name in models:
            assert shops[0].rows(name) == shops[1].rows(name), name
        stayed = [
            {name: len(shop.files(name) & files) for name, files in had.items()}
            for shop, had in zip(shops, before, strict=True)
        ]
        assert stayed[0] == stayed[1]
    assert stayed[0]["by_place"] == 7
    assert {result.status for result in shops[1].build(EMPTY).results.values()} == {"cached"}


def test_growing_models_have_the_rows_of_duckdb(running_spark: object, tmp_path: Path) -> None:
    grows_as_on_duckdb(tmp_path)


def test_growing_models_at_a_uri_share_its_files(running_spark: object, tmp_path: Path) -> None:
    grows_as_on_duckdb(tmp_path, f"store: file://{tmp_path}/bucket\n", ("merged", "by_place"))


def test_growing_models_on_sail_have_the_rows_of_duckdb(tmp_path: Path) -> None:
    for package in ("pysail", "grpc_status", "zstandard"):
        pytest.importorskip(package)
    grows_as_on_duckdb(tmp_path, "engines: {spark: {server: sail}}\n")


def test_keys_of_nan_and_minus_zero_on_sail(tmp_path: Path) -> None:
    """To Sail a NaN of other bits, and -0.0, are other values."""
    for package in ("pysail", "grpc_status", "zstandard"):
        pytest.importorskip(package)
    config = "config(materialized='incremental', unique_key=['k', 'n'], strategy='{}')"
    models = {
        name: f"{{{{ {config.format(strategy)} }}}} select * from raw.log"
        for name, strategy in (("merged", "merge"), ("replaced", "delete+insert"))
    }
    settings = "name: shop\nsources: [{name: raw, path: 'data/{name}.parquet', tables: [log]}]\n"
    shops = shops_with(tmp_path, {})
    for shop, more in zip(shops, ("", "engines: {spark: {server: sail}}\n"), strict=True):
        files = {f"models/{name}.sql": sql for name, sql in models.items()}
        write_project(shop.folder, files, {"odibi_project.yml": settings + more})
        (shop.folder / "data").mkdir()
    nan, other_nan = "'NaN'::FLOAT", "-('NaN'::FLOAT)"
    for number, keys in enumerate([(nan, "-0.0", "1.5"), (other_nan, "0.0", "NULL"), (nan, "-0.0", "0.1")]):
        values = ", ".join(f"(({key})::FLOAT, 1, {number})" for key in keys)
        for shop in shops:
            path = shop.folder / "data" / "log.parquet"
            duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS v(k, n, v)) TO '{path}'")
            assert odibi_sql.build(shop.folder, engine=shop.engine, as_of=AS_OF).ok
        for name in models:
            assert shops[0].rows(name) == shops[1].rows(name), (name, number)
            assert len(shops[0].rows(name)) == 3 + number


def test_columns_that_change(running_spark: object, tmp_path: Path) -> None:
    how = ("ignore", "append_new_columns", "sync_all_columns")
    config = "config(materialized='incremental', unique_key='id', on_schema_change='{}')"
    shops = shops_with(tmp_path, {f"on_{one}": f"{{{{ {config.format(one)} }}}} select * from log" for one in how})
    deliveries = {
        "id: BIGINT, day: DATE, v: BIGINT": "id,day,v\n1,2026-01-01,10\n2,2026-01-01,20\n",
        "id: BIGINT, w: 'DECIMAL(9,2)', l: 'VARCHAR[]', s: 'STRUCT(a INTEGER)', v: INTEGER, day: DATE": (
            """id,w,l,s,v,day\n2,1.50,"[x, y]",{'a': 1},21,2026-01-02\n3,,,,31,2026-01-03\n"""
        ),
        "v: INTEGER, id: BIGINT, day: DATE": "v,id,day\n41,4,2026-01-04\n",
    }
    same_columns(shops, how, deliveries)


def test_types_that_change(running_spark: object, tmp_path: Path) -> None:
    how = ("append_new_columns", "sync_all_columns")
    config = "config(materialized='incremental', on_schema_change='{}')"
    shops = shops_with(tmp_path, {f"on_{one}": f"{{{{ {config.format(one)} }}}} select * from log" for one in how})
    deliveries = {
        "id: BIGINT, x: DOUBLE, l: 'INTEGER[]', s: 'STRUCT(a INTEGER, b VARCHAR)', m: 'MAP(VARCHAR, INTEGER)'": (
            """id,x,l,s,m\n1,0.1,"[1, 2]","{'a': 1, 'b': x}",{a=1}\n2,1e300,,,\n3,12345678.5,[],{'a': NULL},{}\n"""
        ),
        "id: BIGINT, x: VARCHAR, l: 'DOUBLE[]', s: 'STRUCT(b TEXT, a DOUBLE, c DATE[])', m: 'MAP(TEXT, TEXT)'": (
            """id,x,l,s,m\n4,2.5,"[1.5, 2.5, -0.5]","{'a': 2.5, 'b': y}",{a=7}\n5,,,,\n"""
        ),
    }
    same_columns(shops, how, deliveries)


def same_columns(shops: Sequence[Shop], how: Sequence[str], deliveries: Mapping[str, str]) -> None:
    """What comes is added alike; each delivery by the types of its columns."""
    for columns, log in deliveries.items():
        for shop in shops:
            shop.typed(columns)
            assert shop.build(log).raise_for_failure()
    for one in how:
        assert shops[0].rows(f"on_{one}") == shops[1].rows(f"on_{one}")
        assert shops[0].columns(f"on_{one}") == shops[1].columns(f"on_{one}")


def test_what_cannot_be_added_leaves_the_rows_as_they_are(running_spark: object, tmp_path: Path) -> None:
    shops = shops_with(
        tmp_path,
        {
            "twice": "{{ config(materialized='incremental', unique_key=['id', 'day']) }} select id, day from log",
            "strict": "{{ config(materialized='incremental') }} select * from log",
            "wrong": "{{ config(materialized='incremental') }}\nselect id\nfrom log\n"
            "{% if is_incremental() %}where 1 / id > 0 and cast(place as integer) > 0{% endif %}",
        },
    )
    runs = []
    for shop in shops:
        assert shop.build(FIRST).ok
        kept = shop.rows("twice")
        shop.typed("id: BIGINT, day: DATE, v: BIGINT")
        runs.append(shop.build("id,day,v,place\n2,2026-01-02,1,x\n7,2026-01-05,1,y\n7,2026-01-05,2,z\n"))
        assert shop.rows("twice") == kept
    told_by = [told(run, ("twice", "strict")) for run in runs]
    assert told_by[0] == told_by[1]
    assert (
        told_by[1]["twice"][2] == "2 of the new rows have id = 7 and day = 2026-01-05, and `merge` takes one of a key"
    )
    assert str(told_by[1]["strict"][2]).startswith("the columns changed")
    error = runs[1].results["wrong"].error
    assert error is not None
    assert (error.file, error.line) == ("models/wrong.sql", 4)


@pytest.mark.parametrize("engines", [("duckdb", "spark"), ("spark", "duckdb")], ids=" then ".join)
def test_rows_go_over_to_another_engine_where_they_are_to_be_kept(
    running_spark: object, tmp_path: Path, engines: tuple[str, str]
) -> None:
    """Types included that Spark reads as others."""
    settings = "materialized='incremental', unique_key='id', on_schema_change='sync_all_columns'"
    head = f"{{{{ config({settings}, on_change='%s') }}}} "
    sql = f"select id, sum(v) as v, max(changed_at) as changed_at from log {NEWER} group by 1"
    models = {"kept": head % "keep" + sql, "anew": head % "refresh" + sql}
    shop = Shop(tmp_path, engines[0], {f"models/{name}.sql": text for name, text in models.items()})
    shop.typed("id: UBIGINT, day: DATE, place: VARCHAR, v: BIGINT, changed_at: TIMESTAMP")
    assert shop.build(FIRST).ok
    shop.engine = engines[1]
    reasons = [told(shop.build(log), models) for log in (FIRST, SECOND, EMPTY)]
    went = f"engine was {load_engine(engines[0]).NAME} "
    assert reasons[0]["kept"] == ("cached", "unchanged", None) and reasons[0]["anew"][1].startswith(went)
    assert reasons[1]["kept"][1].startswith(went) and reasons[1]["kept"][1].endswith("; `log` changed: merge")
    assert reasons[2]["kept"] == reasons[2]["anew"] == ("ran", "`log` changed: merge", None)
    assert shop.rows("kept") == shop.rows("anew") and shop.columns("kept") == shop.columns("anew")
    assert all(writer_of(Stored((), (file,))) == engines[1] for file in shop.files("kept"))


# Type of the time, settings, SQL.
TIMED = {
    "days": ("DATE", "grain='day'", "select moment, count(*) as n, sum(v) as v from {} group by all"),
    "zoned": ("TIMESTAMP WITH TIME ZONE", "grain='day', begin='2026-01-31'", "select * from {}"),
    "hours": ("TIMESTAMP", "grain='hour', lookback=2", "select moment, v, lag(v) over (order by v) as had from {}"),
    "months": ("TIMESTAMP WITH TIME ZONE", "grain='month'", "select *, count(*) over () as n, 'é' as \"it's\" from {}"),
}
TIMES = ["2026-01-30 22:00:00", "2026-01-30 23:59:59.5", "2026-01-31 00:00:00", "2026-02-01 01:00:00"]


def test_intervals_are_those_of_duckdb(running_spark: object, tmp_path: Path) -> None:
    models: dict[str, str] = {}
    for name, (kind, settings, sql) in TIMED.items():
        until = " where since < '2026-01-31 04:00:00'" if "hour" in settings else ""
        timed = f"{{{{ config(event_time='moment') }}}} select v, cast(since as {kind}) as moment from log{until}"
        head = f"config(materialized='incremental', strategy='time_range', time_column='moment', {settings})"
        models |= {f"log_{name}": timed, name: f"{{{{ {head} }}}} {sql.format(f'log_{name}')}"}
    shops = shops_with(tmp_path, models)
    for log in (TIMES, [*TIMES, "2026-01-31 01:30:00", ""], TIMES[1:]):
        runs = []
        for shop in shops:
            shop.typed("v: BIGINT, since: TIMESTAMP")
            runs.append(shop.build("v,since\n" + "".join(f"{len(at) + n},{at}\n" for n, at in enumerate(log))))
        assert all(run.ok for run in runs) and told(runs[0], TIMED) == told(runs[1], TIMED)
        for name in TIMED:
            assert shops[0].rows(name) == shops[1].rows(name), name
