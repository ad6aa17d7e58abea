"""Python models in builds: what arrives, what is kept, what makes them run again, and what stops them."""

from __future__ import annotations

import json
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import odibi_sql
from odibi_sql import cli
from tests.projects import write_project

Shop = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    def write(files: Mapping[str, str]) -> Path:
        return write_project(tmp_path / "shop", {path: textwrap.dedent(text) for path, text in files.items()})

    return write


def rows(folder: Path, name: str = "a") -> list[tuple[object, ...]]:
    run = odibi_sql.build(folder).raise_for_failure()
    found: list[tuple[object, ...]] = run[name].relation().fetchall()
    return found


def ran(folder: Path) -> set[str]:
    run = odibi_sql.build(folder).raise_for_failure()
    return {name for name, result in run.results.items() if result.status == "ran"}


ARRIVES = {
    "nothing said": ("", "orders", "pandas.DataFrame"),
    "pandas": ("import pandas as pd", "orders: pd.DataFrame", "pandas.DataFrame"),
    "a name from pandas": ("from pandas import DataFrame", "orders: DataFrame", "pandas.DataFrame"),
    "text": ("import pandas as pd", "orders: 'pd.DataFrame'", "pandas.DataFrame"),
    "only for type checkers": (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pyarrow",
        "orders: pyarrow.Table",
        "pyarrow.lib.Table",
    ),
    "arrow": ("import pyarrow as pa", "orders: pa.Table", "pyarrow.lib.Table"),
    "duckdb": ("import duckdb", "orders: duckdb.DuckDBPyRelation", "duckdb._relation.DuckDBPyRelation"),
    "polars": ("import polars as pl", "orders: pl.DataFrame", "polars.dataframe.frame.DataFrame"),
    "another name": ("", "frame='orders'", "pandas.DataFrame"),
    "by keyword only": ("", "*, frame='main.orders'", "pandas.DataFrame"),
}


@pytest.mark.parametrize("case", ARRIVES)
def test_a_table_arrives_as_its_annotation_says(shop: Shop, case: str) -> None:
    imports, parameter, kind = ARRIVES[case]
    name = parameter.removeprefix("*, ").split(":")[0].split("=")[0]
    check = f"    kind = type({name})\n    assert f'{{kind.__module__}}.{{kind.__name__}}' == {kind!r}, kind\n"
    folder = shop({"models/a.py": f"{imports}\ndef model({parameter}):\n{check}    return {name}\n"})
    assert [row[:3] for row in rows(folder)] == [row[:3] for row in rows(folder, "orders")]


def test_a_source_is_named_by_a_default_or_by_depends_on(shop: Shop) -> None:
    sources = (
        "sources: [{name: raw, tables: [{name: rates, path: data/rates.csv}, {name: days, path: data/rates.csv}]}]"
    )
    folder = shop(
        {
            "models/sources.yml": sources,
            "data/rates.csv": "x\n7\n",
            "models/a.py": """
                config = {"depends_on": ["raw.days"]}
                def model(days, r="raw.rates"):
                    return days.merge(r)
            """,
        }
    )
    assert rows(folder) == [(7,)]


EXACT = """
    select 1::hugeint h, 2::decimal(9, 2) d, 'a'::enum('a', 'b') e, interval 1 month i, null::int n, '1'::bit b,
    timetz '12:00:00+01' tz, timestamp_s '2020-01-01' ts, date '2020-01-01' dt, map {'a': 1} m, {'a': [1]} s,
    5::utinyint ut, '00000000-0000-0000-0000-000000000001'::uuid u
"""


def types_of(folder: Path, name: str) -> list[str]:
    run = odibi_sql.build(folder).raise_for_failure()
    return [str(kind) for kind in run[name].relation().types]


def test_a_duckdb_relation_keeps_all_types(shop: Shop) -> None:
    code = "import duckdb\ndef model(t: duckdb.DuckDBPyRelation):\n    return t.filter('true')\n"
    folder = shop({"models/t.sql": EXACT, "models/a.py": code})
    assert types_of(folder, "a") == types_of(folder, "t")
    assert rows(folder, "a") == rows(folder, "t")


LOST = {
    "pandas.DataFrame": {
        "1::hugeint": "DOUBLE",
        "1::decimal(9, 2)": "DOUBLE",
        "date '2020-01-01'": "TIMESTAMP",
        "'{}'::json": "VARCHAR",
        "'1'::bit": "BLOB",
        "null::int": "INTEGER",
        "1::utinyint": "UTINYINT",
        "'a'::enum('a', 'b')": "ENUM('a', 'b')",
        "interval 1 day": "INTERVAL",
        "timestamptz '2020-01-01 00:00:00+00'": "TIMESTAMP WITH TIME ZONE",
    },
    "pyarrow.Table": {
        "1::hugeint": "DECIMAL(38,0)",
        "1::decimal(9, 2)": "DECIMAL(9,2)",
        "date '2020-01-01'": "DATE",
        "'1'::bit": "BLOB",
        "uuid()": "VARCHAR",
        "{'a': [1]}": "STRUCT(a INTEGER[])",
    },
    "polars.DataFrame": {
        "1::hugeint": "DECIMAL(38,0)",
        "1::decimal(9, 2)": "DECIMAL(9,2)",
        "date '2020-01-01'": "DATE",
        "time '12:00:00'": "TIME_NS",
        "timestamp_s '2020-01-01'": "TIMESTAMP_MS",
        "timestamp_ns '2020-01-01 00:00:00.123456789'": "TIMESTAMP_NS",
        "timestamptz '2020-01-01 00:00:00+00'": "TIMESTAMP WITH TIME ZONE",
        "'a'::enum('a', 'b')": "VARCHAR",
        "'1'::bit": "BLOB",
        "uuid()": "VARCHAR",
        "null::int": "INTEGER",
        "1::utinyint": "UTINYINT",
        "[1, null]::int[2]": "INTEGER[2]",
        "map {'a': 1}": "MAP(VARCHAR, INTEGER)",
        "[{'a': [1::decimal(9, 2)]}]": "STRUCT(a DECIMAL(9,2)[])[]",
    },
}


@pytest.mark.parametrize("kind", LOST)
def test_what_types_become_in_frames(shop: Shop, kind: str) -> None:
    """What README says of them."""
    columns = ", ".join(f"{value} as c{number}" for number, value in enumerate(LOST[kind]))
    code = f"import pandas, polars, pyarrow\ndef model(t: {kind}):\n    return t\n"
    assert types_of(shop({"models/t.sql": f"select {columns}", "models/a.py": code}), "a") == list(LOST[kind].values())


def test_values_stay_what_they_are_in_polars(shop: Shop) -> None:
    values = """
        select {huge}::hugeint h, 2.5::decimal(9, 2) d, timestamp_ns '2020-01-01 00:00:00.123456789' ts,
        timestamptz '2020-01-01 00:00:00+00' tz, {{'a': [1.25, null]}} s, map {{'a': date '2020-01-01'}} m
    """
    rowed = " union all ".join(values.format(huge=one) for one in ("170141183460469231731687303715884105727", "null"))
    code = "import polars as pl\ndef model(t: pl.DataFrame):\n    return t.select(pl.all())\n"
    folder = shop({"models/t.sql": rowed, "models/a.py": code})
    assert rows(folder, "a") == rows(folder, "t")


MODULES = {
    "lib/stats.py": """
        from __future__ import annotations
        from dataclasses import dataclass
        from . import more
        from .more import *
        @dataclass
        class Scale:
            factor: int = more.FACTOR + OTHER
    """,
    "lib/more.py": "FACTOR = 1  # of all\nOTHER = 0\n",
    "models/_here.py": "def twice(x):\n    import lib.more as m\n    return x * 2 * m.FACTOR\n",
    "models/a.py": """
        import lib.stats, json
        from lib import more as again
        from _here import twice
        def model(orders):
            assert again is lib.more and json.dumps(1)
            return twice(orders[["id"]]) * lib.stats.Scale().factor
    """,
}


def test_modules_of_the_project_count_by_their_code(shop: Shop) -> None:
    folder = shop(MODULES)
    assert rows(folder) == [(2,), (4,), (6,)]
    shop({**MODULES, "lib/more.py": "FACTOR = 1\n\nOTHER = 0  # a comment\n", "lib/unused.py": "FACTOR = 3\n"})
    assert ran(folder) == set()
    shop({**MODULES, "lib/more.py": "FACTOR = 10\nOTHER = 0\n"})
    steps = {step.node.name: step for step in odibi_sql.plan_build(folder)}
    assert (steps["a"].action, steps["a"].reason) == ("run", "module `lib.more` changed")
    assert rows(folder) == [(200,), (400,), (600,)]
    shop({**MODULES, "lib/more/__init__.py": "FACTOR = 3\nOTHER = 0\n"})  # stands before lib/more.py
    assert rows(folder) == [(18,), (36,), (54,)]
    assert not list(folder.rglob("__pycache__"))
    assert [name for name in sys.modules if name.startswith(("lib", "odibi_model", "_here"))] == []


def test_modules_of_one_name_do_not_meet(shop: Shop) -> None:
    files = {
        f"models/{folder}/{path}": text
        for number, folder in enumerate(("x", "y"))
        for path, text in {
            "_own.py": f"NUMBER = {number}\n",
            f"m{number}.py": "import _own, pandas\ndef model():\n    return pandas.DataFrame({'n': [_own.NUMBER]})\n",
        }.items()
    }
    folder = shop(files)
    assert (rows(folder, "m0"), rows(folder, "m1")) == ([(0,)], [(1,)])


EDITS: list[dict[str, str]] = [
    {"lib/more.py": "FACTOR = 2\nOTHER = 5\n"},
    {"models/_here.py": "def twice(x):\n    return x + x\n"},
    {"lib/__init__.py": "raise_nothing = 1\n"},
    {"seeds/orders.csv": "id,customer_id\n9,1\n"},
    {"models/a.py": "import _here\ndef model(orders):\n    return _here.twice(orders)\n"},
    {"models/_here.py": "def twice(x):\n    return x.assign(twice=x.id * 2)\n"},
    {"lib/more.py": "FACTOR = 1\nOTHER = 0\n"},
]


def test_a_build_after_edits_of_modules_is_as_one_from_nothing(shop: Shop, tmp_path: Path) -> None:
    files: dict[str, str] = dict(MODULES)
    for number, edit in enumerate(EDITS):
        files |= edit
        clean = write_project(
            tmp_path / f"clean{number}", {path: textwrap.dedent(text) for path, text in files.items()}
        )
        assert rows(shop(files)) == rows(clean)
    assert ran(shop(files)) == set()


PACKAGE = "def answer():\n    return {}\n"
USES_PACKAGE = (
    "import kinds_test_package as k, pandas\ndef model():\n    return pandas.DataFrame({'n': [k.answer()]})\n"
)


def install(site: Path, version: str, answer: int) -> None:
    site.mkdir(exist_ok=True)
    (site / "kinds_test_package.py").write_text(PACKAGE.format(answer))
    for old in site.glob("*.dist-info"):
        (old / "METADATA").unlink()
        old.rmdir()
    sys.modules.pop("kinds_test_package", None)
    if version:
        (site / f"kinds_test_package-{version}.dist-info").mkdir()
        metadata = f"Metadata-Version: 2.1\nName: kinds_test_package\nVersion: {version}\n"
        (site / f"kinds_test_package-{version}.dist-info" / "METADATA").write_text(metadata)


def test_packages_count_by_their_version_and_those_without_by_their_files(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    install(site, "1.0", 41)
    monkeypatch.syspath_prepend(str(site))
    folder = shop({"models/a.py": USES_PACKAGE})
    assert rows(folder) == [(41,)]
    install(site, "1.1", 42)
    steps = {step.node.name: step.reason for step in odibi_sql.plan_build(folder)}
    assert steps["a"] == "package `kinds_test_package` changed"
    assert rows(folder) == [(42,)]
    install(site, "", 43)
    assert rows(folder) == [(43,)]
    assert ran(folder) == set()
    install(site, "", 44)
    assert rows(folder) == [(44,)]


def test_comments_and_layout_do_not_count(shop: Shop) -> None:
    folder = shop({"models/a.py": "def model(orders):\n    return orders\n"})
    assert "a" in ran(folder)
    shop({"models/a.py": "# says what\ndef model(\n    orders,\n):\n    return orders  # all\n"})
    assert ran(folder) == set()
    shop({"models/a.py": "def model(orders):\n    return orders.head(2)\n"})
    steps = {step.node.name: step.reason for step in odibi_sql.plan_build(folder)}
    assert steps["a"] == "code changed"


AGAIN = {
    "clock": ("from datetime import datetime", "datetime.now()", "asks for the time"),
    "module's clock": ("import datetime as dt", "dt.date.today()", "asks for the time"),
    "pandas' clock": ("import pandas as pd", "pd.Timestamp.now()", "asks for the time"),
    "chance": ("import random", "random.random()", "is chance"),
    "numpy's chance": ("import numpy as np", "np.random.normal()", "is chance"),
    "no seed": ("import numpy as np", "np.random.default_rng()", "without a seed"),
    "uuid": ("from uuid import uuid4", "uuid4()", "is chance"),
    "environment": ("import os", "os.environ.get('HOME')", "reads `os.environ`"),
    "environment by name": ("from os import getenv", "getenv('HOME')", "reads `os.getenv`"),
    "network": ("import urllib.request", "1", "reaches outside"),
    "a file": ("", "open(__file__).close()", "reads a file"),
    "a file by pandas": ("import pandas as pd, io", "pd.read_csv(io.StringIO('a'))", "reads a file"),
}
ONCE = {
    "a seed": ("import numpy as np", "np.random.default_rng(1).normal()", ""),
    "a generator": ("import random", "random.Random(7).random()", ""),
    "a method of that name": ("", "orders.sample(1, random_state=1)", ""),
    "said so": ("import os\nconfig = {'volatile': False}", "os.environ.get('HOME')", ""),
    "a file that is named": ("config = {'files': ['seeds/orders.csv']}", "open('/dev/null').close()", ""),
}


@pytest.mark.parametrize("case", [*AGAIN, *ONCE])
def test_what_can_come_out_otherwise_runs_in_every_build(shop: Shop, case: str) -> None:
    imports, expression, reason = (AGAIN | ONCE)[case]
    folder = shop({"models/a.py": f"{imports}\ndef model(orders):\n    {expression}\n    return orders\n"})
    assert "a" in ran(folder)
    run = odibi_sql.build(folder)
    assert run.results["a"].status == ("ran" if case in AGAIN else "cached")
    assert reason in run.results["a"].reason


def test_a_file_that_is_named_counts_by_its_content(shop: Shop) -> None:
    code = """
        import pandas as pd
        from pathlib import Path
        config = {"files": ["data/*.csv"]}
        def model():
            return pd.read_csv(Path(__file__).parents[1] / "data" / "x.csv")
    """
    folder = shop({"models/a.py": code, "data/x.csv": "x\n1\n"})
    assert rows(folder) == [(1,)]
    assert ran(folder) == set()
    shop({"data/x.csv": "x\n2\n"})
    assert rows(folder) == [(2,)]


DBT = """
    def model(dbt, session):
        dbt.config(materialized="table", tags=["daily"], meta={"least": 20})
        orders, people = dbt.ref("orders"), dbt.source("crm", "people")
        assert not dbt.is_incremental and str(dbt.this) == "main.a" and dbt.this.identifier == "a"
        least = dbt.config.get("least")
        doubled = session.sql("select 2 as two")
        return orders.filter(f"amount > {least}").project("id").join(people, "id").join(doubled, "true")
"""


def test_dbts_own_models_work(shop: Shop) -> None:
    sources = "sources: [{name: crm, tables: [{name: people, path: seeds/customers.csv}]}]"
    folder = shop({"models/a.py": DBT, "models/crm.yml": sources})
    assert sorted(rows(folder)) == [(1, "Ada", 2), (3, "Linus", 2)]
    (step,) = [step for step in odibi_sql.plan_build(folder) if step.node.name == "a"]
    assert (step.node.upstream, step.node.config.tags) == (("orders", "crm.people"), ("daily",))


def test_what_a_model_prints_is_no_data(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "print('while loading')\ndef model(orders):\n    print('rows:', len(orders))\n    orders.info()\n"
    code += "    return orders\n"
    monkeypatch.chdir(shop({"models/a.py": code}))
    assert cli.run(["build", "--output", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["published"]
    assert "while loading\n" in err and "rows: 3\n" in err and "RangeIndex" in err


def test_a_timeout_ends_code_that_never_would(shop: Shop) -> None:
    code = "config = {'timeout': 0.3}\ndef model(orders):\n    while True:\n        pass\n"
    run = odibi_sql.build(shop({"models/a.py": code}))
    error = run.results["a"].error
    assert error is not None and error.message == "took longer than its timeout of 0.3 s"
    assert threading.active_count() < 10


def test_a_timeout_ends_a_query_of_a_model(shop: Shop) -> None:
    code = """
        import duckdb
        config = {"timeout": 0.3}
        def model(orders: duckdb.DuckDBPyRelation):
            return orders.project("(select count(*) from range(1000000000) a, range(1000000000) b) as n")
    """
    run = odibi_sql.build(shop({"models/a.py": code}))
    error = run.results["a"].error
    assert error is not None and error.message == "took longer than its timeout of 0.3 s"


def test_the_traceback_is_kept(shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop({"models/a.py": "def model(orders):\n    return orders.merge(orders, on='nothing')\n"}))
    assert cli.run(["build", "--select", "+a"]) == 1
    (path,) = Path("warehouse/runs").glob("*/*/a.traceback.txt")
    assert f"the whole traceback: {path}" in capsys.readouterr().err
    assert "models/a.py" in path.read_text() and "KeyError: 'nothing'" in path.read_text()


def test_commands_know_python_models(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "# three of them\ndef model(orders):\n    return orders[['id']]\n"
    monkeypatch.chdir(shop({"models/a.py": code, "models/b.sql": "select count(*) as n from a"}))

    def said(*arguments: str) -> str:
        assert cli.run(list(arguments)) == 0
        return capsys.readouterr().out

    assert said("compile", "--select", "a") == code
    assert "# a (models/a.py)\n# three of them\n" in said("compile")
    assert [json.loads(said("compile", "-s", "a", "-o", "json"))[0][key] for key in ("rendered", "bound")] == [
        code.rstrip("\n")
    ] * 2
    assert "  a          table      ← orders" in said("ls", "--levels")
    assert said("ls", "--select", "path:models/a.py") == said("ls", "--select", "a") == "a\n"
    assert "run     a       no stored result\n" in said("plan", "-s", "+a")
    said("build")
    assert said("show", "a", "-o", "csv") == "id\n1\n2\n3\n"
    Path("models/a.py").write_text(code.replace("id", "amount"))
    assert "`a`: run, code changed" in said("why", "a")
    assert "+ model(orders): return orders[['amount']]" in said("why", "a")
    assert said("ls", "--select", "state:modified") == "a\n"
