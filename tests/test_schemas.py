"""Columns inferred before anything runs: those that a build gives, and what cannot be told without rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import odibi_sql
from benchmarks.generate import write_project as write_generated
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from odibi_sql.relation import Column
from odibi_sql.schemas import Validation
from tests.conftest import WriteProject
from tests.projects import SHOP, write_project


def validated(folder: Path, **options: object) -> Validation:
    with Orchestrator(BuildOptions(folder, **options)) as orchestrator:  # type: ignore[arg-type]
        return orchestrator.validate()


def told(validation: Validation) -> dict[str, tuple[str, str | None]]:
    return {name: (one.status, one.undecided) for name, one in validation.schemas.items()}


def built_columns(folder: Path) -> dict[str, list[tuple[str, str]]]:
    with Orchestrator(BuildOptions(folder)) as orchestrator:
        build = orchestrator.build()
        assert build.published
        return {name: [(c.name, c.type) for c in entry.columns] for name, entry in build.entries.items()}


def inferred_columns(folder: Path) -> dict[str, list[tuple[str, str]]]:
    schemas = validated(folder).schemas
    return {name: [(c.name, c.type) for c in one.columns or ()] for name, one in schemas.items()}


EVERY_TYPE = """
select sum(i) as huge, 1::uhugeint as uhuge, 'a'::enum('a', 'b') as e, interval 1 day as span,
    {'a': 1, 'B c': [1.5]} as s, map {'k': 1} as m, [1, null] as l, array[1, 2]::integer[2] as a, null as n,
    '101'::bit as bits, 1.5::decimal(38, 9) as d,
    now() as t, current_date as day, '00:00'::timetz as tz, uuid() as u, union_value(num := 1) as un, 'x'::blob as b
from range(3) as r(i)
"""


HISTORIES = """
snapshots:
  - name: first
    relation: ref('types')
    config: {strategy: check, unique_key: "span::varchar", check_cols: all}
  - name: second
    relation: ref('orders')
    config:
      strategy: timestamp
      unique_key: [id, customer_id]
      updated_at: ordered_on
      hard_deletes: new_record
      dbt_valid_to_current: date '9999-12-31'
      snapshot_meta_column_names: {dbt_valid_from: since, dbt_valid_to: ended, dbt_is_deleted: deleted}
"""


def test_inferred_columns_are_those_that_a_build_gives(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path,
        {
            "models/types.sql": EVERY_TYPE,
            "models/again.sql": "{{ config(materialized='view') }}\nselect *, huge + 1 as more, s.\"B c\" from types",
            "models/within.sql": "{{ config(materialized='ephemeral') }}\nselect * exclude (u) from again",
            "models/last.sql": "select w.*, o.*, f.* from within as w, orders as o, 'data/f.csv' as f",
            "models/pivoted.sql": "pivot orders on customer_id in (1, 2) using sum(amount) group by ordered_on",
            "models/src.sql": "select * from raw.p join crm.people using (id)",
            "snapshots/histories.yml": HISTORIES,
            "models/ended.sql": "select id, amount, ended, deleted from second where since < now()",
            "models/described.yml": (
                "seeds: [{name: orders, config: {column_types: {AMOUNT: 'decimal(9, 2)', id: hugeint}}}]\n"
                "sources:\n  - {name: raw, path: 'data/{name}.parquet', tables: [p]}\n"
                "  - {name: crm, database: data/crm.db, tables: [people]}\n"
            ),
            "data/f.csv": "x,y\n1,2026-01-01\n",
        },
    )
    duckdb.sql(f"copy (select 1 as id, 2.5 as x) to '{folder}/data/p.parquet'")
    with duckdb.connect(str(folder / "data" / "crm.db")) as connection:
        connection.execute("create table people as select 1 as id, 'Ada' as name, 'm'::enum('m', 'n') as mood")
    inferred = inferred_columns(folder)
    built = built_columns(folder)
    assert {name: inferred[name] for name in built} == built
    assert len(inferred["last"]) == len(inferred["within"]) + 6


def test_two_threads_infer_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = write_generated(tmp_path, 120)
    first, *_, last = models
    paths = {model.name: next(tmp_path.glob(f"models/**/{model.name}.sql")) for model in models}
    paths[first.name].write_text(f"select id, grp, day, amount, {first.upstream[0]}.wrong from {first.upstream[0]}")
    paths[last.name].write_text(f"{{{{ config(materialized='view') }}}}\npivot {last.upstream[0]} on grp")
    for model in models[60:70]:
        paths[model.name].write_text(f"{model.sql.rstrip()} and now() > ranked.day\n")

    def found() -> list[tuple[str, str, object, list[str]]]:
        schemas = validated(tmp_path).schemas
        return [(name, one.status, one.columns, list(map(str, one.mistakes))) for name, one in schemas.items()]

    by_two = found()
    monkeypatch.setattr("odibi_sql.schemas.MANY", 10_000)
    assert by_two == found()
    assert {status for _, status, _, _ in by_two} == {"valid", "wrong", "undecided"}


def test_a_history_keeps_columns_that_its_query_no_longer_has(project: WriteProject) -> None:
    history = "{{ config(materialized='snapshot', unique_key='id', strategy='check', check_cols='all') }}\n"
    folder = project(
        {**SHOP, "models/h.sql": history + "select * from customers", "models/names.sql": "select name from h"}
    )
    assert odibi_sql.build(folder).ok
    project({"models/h.sql": history + "select id, 1 as n from customers"})
    inferred = inferred_columns(folder)
    assert [name for name, _ in inferred["h"]][:2] == ["id", "name"] and inferred["h"][-1] == ("n", "INTEGER")
    built = built_columns(folder)
    assert {name: inferred[name] for name in built} == built
    project({"models/h.sql": history + "select id, 1 as name from customers"})
    told = "models/h.sql: the column `name` is VARCHAR in the history, and INTEGER now"
    assert told in [str(mistake).split("\n")[0] for mistake in validated(folder).mistakes]


@pytest.mark.parametrize("models", [120])
def test_inferred_columns_of_a_generated_project(tmp_path: Path, models: int) -> None:
    write_generated(tmp_path, models)
    inferred = inferred_columns(tmp_path)
    assert inferred == built_columns(tmp_path)


def test_nothing_is_made_and_no_data_is_needed(tmp_path: Path) -> None:
    write_project(tmp_path, {"models/a.sql": "select 1 // 0 as x, cast(name as integer) as n from customers"})
    assert told(validated(tmp_path)) == dict.fromkeys(("customers", "orders", "a"), ("valid", None))
    assert not list((tmp_path / "warehouse").glob("**/*.parquet"))


PIVOT = "its columns depend on rows: PIVOT without a list of values"

UNDECIDED: list[tuple[Mapping[str, str], Mapping[str, tuple[str, str | None]]]] = [
    (
        {
            "models/a.sql": "pivot orders on customer_id using sum(amount)",
            "models/b.sql": "select nope from a",
            "models/c.sql": "select * from (pivot customers on name using count(*)) as p",
            "models/d.sql": "select id from orders",
        },
        {
            "a": ("undecided", PIVOT),
            "b": ("undecided", "it reads `a`, which is undecided"),
            "c": ("undecided", PIVOT),
            "d": ("valid", None),
        },
    ),
    (
        {"models/a.sql": "select nope from orders", "models/b.sql": "select * from a", "models/c.sql": "from b"},
        {
            "a": ("wrong", None),
            "b": ("undecided", "it reads `a`, which is wrong"),
            "c": ("undecided", "it reads `b`, which is undecided"),
        },
    ),
    (
        {
            "models/a.sql": "select * from b",
            "models/b.sql": "select * from a",
            "models/c.sql": "select * from nowhere",
            "models/d.sql": "select * from e",
            "models/e.sql": "select from",
        },
        {
            "a": ("undecided", "it reads `b`, which is undecided"),
            "b": ("undecided", "`a` and it read each other"),
            "c": ("undecided", "it reads `nowhere`, which is wrong"),
            "d": ("undecided", "it reads `e`, which is wrong"),
        },
    ),
    (
        {
            "models/a.sql": "select * from raw",
            "models/b.sql": "select x from gone",
            "models/s.yml": "sources: {raw: {frame: true}, gone: {path: data/gone.parquet}}",
        },
        {
            "raw": ("undecided", "its rows are given when it is built"),
            "a": ("undecided", "it reads `raw`, which is undecided"),
            "gone": ("wrong", None),
            "b": ("undecided", "it reads `gone`, which is wrong"),
        },
    ),
    (
        {
            "models/a.sql": "{{ config(engine='spark') }}\nselect 1 as x",
            "models/b.sql": "select x from a",
        },
        {
            "a": ("undecided", "it runs on spark, which is asked only if told to: `--engine spark`"),
            "b": ("undecided", "it reads `a`, which is undecided"),
        },
    ),
    (
        {
            "models/a.sql": "select x from bad",
            "models/s.yml": "sources: {bad: {path: seeds/orders.csv, format: parquet}}",
        },
        {"bad": ("wrong", None), "a": ("undecided", "it reads `bad`, which cannot be read")},
    ),
]


MACRO = "create macro plus(x) as x + 1"
DIVIDE = "SET integer_division = true"
# `on_run_start`, the model's own `pre_hook`, and which of them leaves the model undecided.
HOOKS: dict[str, tuple[list[str], list[str], str | None]] = {
    "macros and settings": ([f"-- one\n{MACRO}", DIVIDE], [], None),
    "several statements": ([f"{MACRO}; pragma integer_division=true; /* and */ LOAD json;"], [], None),
    "some of the model's own": (["SET integer_division to true"], [MACRO.replace("macro", "temp macro")], None),
    "a query": ([MACRO, "select 1"], [], "on_run_start"),
    "a variable that a query gives": ([MACRO, "set variable v = (select 1)"], [], "on_run_start"),
    "a file of profiles": ([MACRO, "set profiling_output = 'p.json'"], [], "on_run_start"),
    "a copy after a setting": ([MACRO], [f"{DIVIDE}; copy (select 1 as x) to 'x.csv'"], "pre_hook"),
    "no statement": (["creat macro plus(x) as x"], [], "on_run_start"),
    "no setting": ([MACRO], ["set integer_divison = true"], "pre_hook"),
}


@pytest.mark.parametrize("case", HOOKS)
def test_hooks_that_only_settle_what_is_meant_run_before_what_they_change(
    project: WriteProject, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    start, own, undecided_by = HOOKS[case]
    folder = project(
        {
            "odibi_project.yml": json.dumps({"name": "t", "on_run_start": start}),
            "models/m.yml": json.dumps({"models": [{"name": "a", "config": {"pre_hook": own}}]}),
            "models/a.sql": "select plus(7) / 2 as x",
            "models/b.sql": "select nope from a",
        }
    )
    monkeypatch.chdir(folder)
    validation = validated(folder)
    because = f"its `{undecided_by}` runs first, and can change what it means"
    assert told(validation)["a"] == (("undecided", because) if undecided_by else ("valid", None))
    assert [str(mistake.where) for mistake in validation.mistakes] == [] if undecided_by else ["models/b.sql:1:8"]
    assert validation.schemas["a"].columns == (None if undecided_by else (Column("x", "INTEGER"),))
    assert not list(folder.glob("*.csv")) and not list(folder.glob("*.json"))


@pytest.mark.parametrize(("files", "expected"), UNDECIDED)
def test_what_cannot_be_told_is_said_with_its_reason(
    tmp_path: Path, files: Mapping[str, str], expected: Mapping[str, tuple[str, str | None]]
) -> None:
    said = told(validated(write_project(tmp_path, files)))
    assert {name: said[name] for name in expected} == expected


def test_a_selection_takes_what_it_reads_along(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        {"models/a.sql": "select nope from orders", "models/b.sql": "from customers", "models/c.sql": "from b"},
    )
    validation = validated(tmp_path, select=("c",))
    assert told(validation) == {"customers": ("valid", None), "b": ("valid", None), "c": ("valid", None)}
    assert not validation.mistakes


def test_frames_have_schemas_too(tmp_path: Path) -> None:
    write_project(tmp_path, {"models/a.sql": "select id, upper(x) as y from raw.f"})
    frame = pd.DataFrame({"id": [1], "x": ["a"]})
    schemas = validated(tmp_path, frames={"raw.f": frame}).schemas
    assert [(c.name, c.type) for c in schemas["a"].columns or ()] == [("id", "BIGINT"), ("y", "VARCHAR")]


def test_a_build_tells_every_mistake_before_anything_runs(tmp_path: Path) -> None:
    write_project(
        tmp_path,
        {
            "models/a.sql": "select nope from orders",
            "models/b.sql": "select uper(name) as n from customers",
            "models/c.sql": "select sum(name) as n from customers",
        },
    )
    with pytest.raises(odibi_sql.errors.Problems) as caught:
        odibi_sql.build(tmp_path)
    assert [str(error.where) for error in caught.value.errors] == [
        "models/a.sql:1:8",
        "models/b.sql:1:8",
        "models/c.sql:1:8",
    ]
    assert not list((tmp_path / "warehouse").glob("store/*/*.parquet"))


def test_what_is_cached_is_not_bound_again_and_what_reads_it_is(project: WriteProject) -> None:
    folder = project({"models/a.sql": "select 1 as x, 2 as y", "models/b.sql": "select x from a"})
    assert odibi_sql.build(folder).ok
    project({"models/b.sql": "select x, z from a"})
    with pytest.raises(odibi_sql.errors.Problems, match=r"models/b.sql:1:11: Referenced column \"z\" not found"):
        odibi_sql.build(folder)
    project({"models/b.sql": "select x from a", "models/a.sql": "select 1 as w"})
    with pytest.raises(odibi_sql.errors.Problems, match=r"models/b.sql:1:8: Referenced column \"x\" not found"):
        odibi_sql.build(folder)


def test_what_is_not_selected_counts_as_it_was_published(project: WriteProject) -> None:
    folder = project(
        {
            "models/a.sql": "{{ config(materialized='view') }}\nselect 1 as x",
            "models/b.sql": "select x from a",
            "models/c.sql": "{{ config(materialized='view') }}\nselect * from a",
        }
    )
    assert odibi_sql.build(folder, select="a").ok
    project({"models/a.sql": "{{ config(materialized='view') }}\nselect 1 as y"})
    assert odibi_sql.build(folder, select="b c").ok
    project({"models/b.sql": "select y from a"})
    with pytest.raises(odibi_sql.errors.Problems, match=r"b.sql:1:8: Referenced column \"y\" not found"):
        odibi_sql.build(folder, select="b")


CONTRACT = """
models:
  - name: totals
    config: {contract: {enforced: true}}
    columns:
      - {name: customer_id, data_type: int8}
      - {name: TOTAL, data_type: numeric}
      - {name: last_on, data_type: date}
"""
TOTALS = "select customer_id, sum(amount)::decimal(9, 1) as total, max(ordered_on) as last_on from orders group by 1"


def test_a_contract_that_is_kept(project: WriteProject) -> None:
    folder = project({**SHOP, "models/totals.sql": TOTALS, "models/totals.yml": CONTRACT})
    assert odibi_sql.build(folder).ok
    assert odibi_sql.build(folder).results["totals"].status == "cached"


def test_a_contract_counts_for_results_that_are_stored(project: WriteProject) -> None:
    folder = project({**SHOP, "models/totals.sql": TOTALS, "models/totals.yml": CONTRACT})
    assert odibi_sql.build(folder).ok
    project({"models/totals.yml": CONTRACT.replace("date}", "timestamp}")})
    with pytest.raises(odibi_sql.errors.Problems, match=r"totals.yml:8:36: `last_on` of `totals` is DATE, and"):
        odibi_sql.build(folder)


def test_readers_of_an_undecided_model_are_bound_over_its_contract(project: WriteProject) -> None:
    columns = CONTRACT.replace("customer_id, data_type: int8", "x, data_type: int").replace("TOTAL", '"1"')
    pivot = "pivot (select 1 as x, 2.5 as v, date '2026-01-01' as last_on) on x using sum(v)"
    folder = project(
        {"models/totals.sql": pivot, "models/totals.yml": columns, "models/b.sql": "select x, y from totals"}
    )
    validation = validated(folder)
    assert told(validation)["totals"] == ("undecided", PIVOT)
    assert [str(error.where) for error in validation.mistakes] == ["models/b.sql:1:11"]


def test_an_undecided_contract_is_looked_at_when_the_model_runs(project: WriteProject) -> None:
    pivot = "pivot (select 1 as x, 2.5 as v) on x using sum(v)"
    contract = "models: [{name: p, config: {contract: {enforced: true}}, columns: [{name: '1', data_type: %s}]}]"
    folder = project({"models/p.sql": pivot, "models/p.yml": contract % "decimal"})
    assert odibi_sql.build(folder).ok
    project({"models/p.yml": contract % "integer", "models/p.sql": pivot + " "})
    with pytest.raises(odibi_sql.errors.Problems, match="is DECIMAL"):  # it is stored
        odibi_sql.build(folder)
    project({"models/p.sql": pivot.replace("2.5", "3.5")})
    error = odibi_sql.build(folder).results["p"].error
    assert error is not None
    assert (error.file, error.line, error.message) == (
        "models/p.yml",
        1,
        "`1` of `p` is DECIMAL(38,1), and its contract promises INTEGER",
    )
