"""Whole builds on Spark: the same rows as on DuckDB, in a catalog that any DuckDB client opens."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import odibi_sql
from odibi_sql.errors import GraphError, Location, OdibiError, Problems
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from tests.projects import write_project

AS_OF = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
MODELS = {
    "models/orders_of.sql": (
        "{{ config(materialized='view') }}\n"
        "select customers.name, orders.amount, orders.ordered_on\n"
        "from orders join customers on orders.customer_id = customers.id\n"
    ),
    "models/large.sql": "{{ config(materialized='ephemeral') }}\nselect * from orders_of where amount > 20\n",
    "models/totals.sql": (
        "with orders as (select name, amount from orders_of)  -- shadows the seed\n"
        "select name, sum(amount) as total, count(*) as n from orders group by name order by name\n"
    ),
    "models/dates.sql": "select max(ordered_on) as last, current_date as built_on from large\n",
    "models/own.sql": "{{ config(dialect='spark') }}\nselect transform(array(1), x -> x + 1) a, `name` from totals\n",
}
SHOWN = ("customers", "dates", "orders", "orders_of", "own", "totals")


@pytest.fixture(scope="module")
def shop(running_spark: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("shop"), MODELS)
    run = odibi_sql.build(folder, engine="spark", as_of=AS_OF)
    assert run.ok and {result.status for result in run.results.values()} == {"ran"}
    return folder


def shown(folder: Path, name: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
        rows: list[tuple[object, ...]] = catalog.execute(f"SELECT * FROM {name}").fetchall()
    return rows


def test_a_duckdb_client_reads_what_spark_made(shop: Path) -> None:
    assert shown(shop, "totals") == [("Ada", 42.5, 2), ("Linus", 99.0, 1)]
    assert [[str(cell) for cell in row] for row in shown(shop, "dates")] == [["2026-02-01", "2026-03-01"]]
    assert sorted(shown(shop, "own")) == [([2], "Ada"), ([2], "Linus")]


def test_rows_are_those_of_duckdb(shop: Path, tmp_path: Path) -> None:
    models = {path: text for path, text in MODELS.items() if "own" not in path}
    other = write_project(tmp_path, models)
    assert odibi_sql.build(other, as_of=AS_OF).ok
    for name in SHOWN:
        if name != "own":
            assert sorted(shown(shop, name)) == sorted(shown(other, name))


def test_the_second_build_runs_nothing_and_loads_no_spark(shop: Path) -> None:
    code = (
        "import sys, datetime, odibi_sql\n"
        f"run = odibi_sql.build({str(shop)!r}, engine='spark', as_of={AS_OF!r})\n"
        "print({result.status for result in run.results.values()}, 'pyspark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "{'cached'} False\n"


def test_every_result_is_checked_by_the_engine_that_wrote_it(shop: Path) -> None:
    with Orchestrator(BuildOptions(shop, engine="duckdb")) as orchestrator:
        checked = list(orchestrator.cache.verify(orchestrator.check_stored))
    assert len(checked) >= len(SHOWN) and [wrong for _, _, wrong in checked if wrong] == []


def test_a_failing_build_leaves_what_is_shown(running_spark: object, tmp_path: Path) -> None:
    folder = write_project(tmp_path, {"models/totals.sql": "select sum(amount) as total from orders\n"})
    assert odibi_sql.build(folder, engine="spark").ok
    before = (folder / "warehouse" / "dev.duckdb").read_bytes()
    broken = "{{ config(dialect='spark') }}\nselect\n    sum(amount) as total, raise_error('no') as x\nfrom orders\n"
    write_project(folder, {"models/totals.sql": broken, "models/fine.sql": "select 1 as a\n"}, base={})
    run = odibi_sql.build(folder, engine="spark")
    assert not run.ok and run.results["fine"].status == "ran"
    assert (folder / "warehouse" / "dev.duckdb").read_bytes() == before
    mended = "select sum(amount) + 1 as total from orders\n"
    write_project(folder, {"models/totals.sql": mended}, base={})
    run = odibi_sql.build(folder, engine="spark")
    assert run.ok and run.results["fine"].status == "cached"
    assert shown(folder, "totals") == [(142.5,)]


def test_an_error_is_told_with_its_place_in_the_models_file(running_spark: object, tmp_path: Path) -> None:
    model = "{{ config(dialect='spark') }}\nselect\n    custmer_id\nfrom orders\n"
    folder = write_project(tmp_path, {"models/wrong.sql": model})
    error = told(folder, "wrong")
    assert error.where == Location("models/wrong.sql", 3, 5)
    assert error.hint == "did you mean `customer_id`?"


def told(folder: Path, name: str) -> OdibiError:
    """What is wrong with a model, said before it runs or when it did."""
    try:
        error = odibi_sql.build(folder, engine="spark").results[name].error
    except Problems as problems:
        (one,) = problems.errors
        return one
    assert error is not None
    return OdibiError(error.message, Location(error.file or "", error.line, error.column), error.hint)


REPEATED = {
    "models/joined.sql": "select * from orders join customers on orders.customer_id = customers.id\n",
    "models/merged.sql": "select * from orders join (select name, id from customers) as c using (id)\n",
    "models/twice.sql": "select customers.*, customers.*, upper(name) as name from customers order by name limit 1\n",
    "models/within.sql": "select id, id_1 from (select * from orders, customers) where id = id_1\n",
    "models/reads.sql": "select id_1 from joined\n",
}


def columns(folder: Path, name: str) -> list[str]:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
        return [row[0] for row in catalog.execute(f"DESCRIBE {name}").fetchall()]


def test_repeated_names_are_numbered_as_on_duckdb(running_spark: object, tmp_path: Path) -> None:
    on_spark, on_duckdb = write_project(tmp_path / "a", REPEATED), write_project(tmp_path / "b", REPEATED)
    assert odibi_sql.build(on_spark, engine="spark").ok and odibi_sql.build(on_duckdb).ok
    for file in REPEATED:
        name = Path(file).stem
        assert columns(on_spark, name) == columns(on_duckdb, name)
        assert sorted(shown(on_spark, name)) == sorted(shown(on_duckdb, name))
    assert columns(on_spark, "joined")[-2:] == ["id_1", "name"]


def test_a_name_that_spark_would_have_twice_is_told_before_anything_runs(running_spark: object, tmp_path: Path) -> None:
    model = "{{ config(dialect='spark') }}\nselect * from orders join customers on orders.customer_id = customers.id\n"
    folder = write_project(tmp_path, {"models/twice.sql": model})
    with pytest.raises(Problems) as raised:
        odibi_sql.build(folder, engine="spark")
    (error,) = raised.value.errors
    assert (error.message, error.where) == ("two columns are called `id`", Location("models/twice.sql", 2, 1))
    assert error.hint == "name each column, with another name for one of them: `… AS other`"


MIXED = {
    "models/on_spark.sql": (
        "{{ config(engine='spark', dialect='spark') }}\n"
        "select customer_id, sum(amount) as total, named_struct('n', count(*)) as s from orders group by customer_id\n"
    ),
    "models/on_duckdb.sql": (
        "select name, total, s.n as n, typeof(s) as kind from on_spark join customers on id = customer_id\n"
    ),
    "models/hugeint.sql": "select sum(id) as h, 200::utinyint as u from orders\n",
    "models/back.sql": "{{ config(engine='spark') }}\nselect h + u as h from hugeint\n",
}


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_each_model_runs_on_its_own_engine(engine: str, running_spark: object, tmp_path: Path) -> None:
    other = {path: text.replace("engine='spark', ", "") for path, text in MIXED.items()}
    own = "{{ config(engine='duckdb') }}\n"
    for path in ("models/on_duckdb.sql", "models/hugeint.sql"):
        other[path] = own + other[path]
    folder = write_project(tmp_path, MIXED if engine == "duckdb" else other)
    assert odibi_sql.build(folder, engine=engine).ok
    assert sorted(shown(folder, "on_duckdb")) == [
        ("Ada", 42.5, 2, "STRUCT(n BIGINT)"),
        ("Linus", 99.0, 1, "STRUCT(n BIGINT)"),
    ]
    assert shown(folder, "back") == [(206,)]
    again = odibi_sql.build(folder, engine=engine)
    assert {result.status for result in again.results.values()} == {"cached"}
    with Orchestrator(BuildOptions(folder, engine=engine)) as orchestrator:
        checked = list(orchestrator.cache.verify(orchestrator.check_stored))
    assert len(checked) == 6 and [wrong for _, _, wrong in checked if wrong] == []


def test_a_query_does_not_cross_to_another_engine(tmp_path: Path) -> None:
    files = {
        "models/seen.sql": "{{ config(materialized='view') }}\nselect * from orders\n",
        "models/reads.sql": "{{ config(\n    engine='spark') }}\nselect * from seen\n",
    }
    with pytest.raises(GraphError) as raised:
        raise_alone(lambda: odibi_sql.plan_build(write_project(tmp_path, files)))
    assert raised.value.message == "`reads` runs on another engine than `seen`, which keeps no rows"
    assert raised.value.where == Location("models/reads.sql", 2, 13)


def raise_alone(action: Callable[[], object]) -> None:
    try:
        action()
    except Problems as problems:
        (error,) = problems.errors
        raise error from None


def test_a_column_that_cannot_cross_is_named(running_spark: object, tmp_path: Path) -> None:
    files = {
        "seeds/times.csv": "at\n12:00:00\n",
        "models/reads.sql": "select * from times\n",
    }
    error = told(write_project(tmp_path, files), "reads")
    assert error.message == "column `at` is of type TIME, which Spark cannot read"
    assert error.where == Location("models/reads.sql", 1, 15)
    assert error.hint == "give it a type that both engines have where it is made; VARCHAR holds any"


TYPES = {
    "odibi_project.yml": (
        "name: types\nretry_delay: 0\nsources: [{name: raw, tables: [{name: rates, path: data/rates.csv}]}]\n"
    ),
    "data/rates.csv": "customer_id,rate\n1,0.125\n3,2.675\n",
    "models/short.sql": (
        "{{ config(materialized='ephemeral') }}\nselect customer_id, round(rate, 2) as rate from raw.rates\n"
    ),
    "models/means.sql": (
        "with each as (select customer_id, avg(amount) as mean from orders group by customer_id)\n"
        "select customer_id, round(mean * rate, 1) as mean, epoch_ms(ordered_on) as ms from each\n"
        "join short using (customer_id) join orders using (customer_id)\n"
    ),
}


def test_sql_fits_the_types_of_what_it_reads(running_spark: object, tmp_path: Path) -> None:
    folders = {name: write_project(tmp_path / name, TYPES) for name in ("spark", "duckdb")}
    for engine, folder in folders.items():
        odibi_sql.build(folder, engine=engine).raise_for_failure()
    assert sorted(shown(folders["spark"], "means")) == sorted(shown(folders["duckdb"], "means")) != []
    again = {"models/means.sql": TYPES["models/means.sql"].replace("ms from", "millis from")}
    write_project(folders["spark"], again, base={})
    run = odibi_sql.build(folders["spark"], engine="spark").raise_for_failure()
    assert {name for name, result in run.results.items() if result.status == "ran"} == {"means"}


def test_what_types_make_wrong_is_told_with_its_place(running_spark: object, tmp_path: Path) -> None:
    folder = write_project(tmp_path, {"models/wrong.sql": "select id,\n  epoch_ms(amount) as ms\nfrom orders\n"})
    error = told(folder, "wrong")
    assert error.where == Location("models/wrong.sql", 2, 3)
    assert error.hint == "cast the column: epoch_ms(x::TIMESTAMP)"


PLACED = {
    "models/unknown.sql": "select\n    id,\n    round(amount * 2, 1) as x,\n    upper(custmer_id) as y\nfrom orders\n",
    "models/running.sql": "{% set n = 'name' %}\nselect id,\n    cast({{ n }} as integer) as x\nfrom customers\n",
    "models/below.sql": (
        "with a as (select id, amount as m from orders)\nselect id, avg(m) as m,\n  sum(mm) as x\nfrom a group by id\n"
    ),
}


@pytest.mark.parametrize(("name", "line", "column"), [("unknown", 4, 11), ("running", 3, 10), ("below", 3, 7)])
def test_an_error_in_transpiled_sql_has_its_place_in_what_was_written(
    name: str, line: int, column: int, running_spark: object, tmp_path: Path
) -> None:
    path = f"models/{name}.sql"
    folder = write_project(tmp_path, {path: PLACED[path]})
    assert told(folder, name).where == Location(path, line, column)
