"""Python models on Spark: its own frames and those that arrive anywhere, functions that go to its workers included."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import odibi_sql
from tests.projects import write_project

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

MODELS = {
    "lib/names.py": "SIGN = '!'\ndef shout(name):\n    return name.upper() + SIGN\n",
    "models/shouted.py": (
        "import pyspark.sql\n"
        "from pyspark.sql.functions import udf\n"
        "from lib.names import shout\n"
        "def model(customers: pyspark.sql.DataFrame):\n"
        "    return customers.withColumn('name', udf(shout)('name'))\n"
    ),
    "models/in_pandas.py": "def model(shouted):\n    return shouted.assign(n=shouted['name'].str.len())\n",
    "models/in_arrow.py": "import pyarrow\ndef model(shouted: pyarrow.Table):\n    return shouted.slice(0, 2)\n",
    "models/in_polars.py": (
        "import polars as pl\n"
        "def model(shouted: pl.DataFrame):\n"
        "    return shouted.with_columns(pl.lit(1.5).cast(pl.Decimal(9, 2)).alias('d'))\n"
    ),
    "models/dbts.py": (
        "def model(dbt, session):\n"
        "    dbt.config(tags=['x'])\n"
        "    return dbt.ref('in_pandas').filter('n > 4').union(session.sql(\"select 9L, 'x', 1L\"))\n"
    ),
    "models/hooked.sql": (
        "{{ config(dialect='spark', pre_hook='create temporary function f(x int) returns int return x + 1;',"
        " post_hook=\"insert overwrite local directory '{{ var('out') }}' using csv select * from {{ this }}\") }}"
        "select f(1) as x"
    ),
    "models/fails.py": (
        "import pyspark.sql\n"
        "config = {'enabled': False}\n"
        "def model(customers: pyspark.sql.DataFrame):\n"
        "    return customers.select('nmae')\n"
    ),
}


@pytest.fixture(scope="module")
def built(running_spark: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("shop"), MODELS)
    settings = f"name: shop\nvars: {{out: {folder}/out}}\non_run_start: set spark.sql.shuffle.partitions = 2\n"
    write_project(folder, {"odibi_project.yml": settings}, base={})
    odibi_sql.build(folder, engine="spark").raise_for_failure()
    return folder


def shown(folder: Path, name: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
        return sorted(catalog.execute(f"SELECT * FROM {name}").fetchall())


def test_frames_of_all_kinds(built: Path) -> None:
    assert shown(built, "shouted") == [(1, "ADA!"), (2, "GRACE!"), (3, "LINUS!")]
    assert shown(built, "in_pandas") == [(1, "ADA!", 4), (2, "GRACE!", 6), (3, "LINUS!", 6)]
    assert len(shown(built, "in_arrow")) == 2
    assert shown(built, "in_polars")[0] == (1, "ADA!", Decimal("1.50"))
    assert shown(built, "dbts") == [(2, "GRACE!", 6), (3, "LINUS!", 6), (9, "x", 1)]


def test_hooks_run_around_a_model(built: Path) -> None:
    assert shown(built, "hooked") == [(2,)]
    assert [path.read_text() for path in (built / "out").glob("*.csv")] == ["2\n"]


def test_nothing_runs_again(built: Path) -> None:
    run = odibi_sql.build(built, engine="spark")
    assert {result.status for result in run.results.values()} == {"cached"}


def test_a_mistake_is_told_at_its_line(built: Path) -> None:
    files = {
        "models/fails.py": MODELS["models/fails.py"].replace("False", "True"),
        "models/sets.sql": "{{ config(pre_hook='SET x = 1') }} select 1 as x",
    }
    write_project(built, files, base={})
    results = odibi_sql.build(built, engine="spark").results
    error = results["fails"].error
    assert error is not None
    assert (error.file, error.line, "nmae" in error.message) == ("models/fails.py", 4, True)
    error = results["sets"].error
    assert error is not None and error.message == "`pre_hook`: on Spark, settings are those of the whole run"
