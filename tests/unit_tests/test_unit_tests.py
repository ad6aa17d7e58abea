"""Unit tests of models: rows that are given, rows that are expected, and what is said where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

import odibi_sql
from odibi_sql import cli, warm
from tests.conftest import WriteProject
from tests.test_warm import prove

TOTALS = """
select c.name, sum(o.amount) as total, max(o.ordered_on) as last_on, count(*) as orders
from customers as c
join raw.orders as o on o.customer_id = c.id
where o.amount >= {{ var('least', 10) }}
group by all
"""
FILES = {
    "odibi_project.yml": "name: shop\nsources: {raw: {path: 'data/{name}.csv', tables: [orders]}}\n",
    "seeds/customers.csv": "id,name\n1,Ada\n2,Grace\n",
    "data/orders.csv": "id,customer_id,amount,ordered_on\n1,1,30.00,2026-01-03\n2,1,12.50,2026-01-09\n",
    "models/totals.sql": TOTALS,
}
CUSTOMERS = "- {input: ref('customers'), rows: [{id: 7, name: Ada}, {id: 8, name: Linus}]}"


def unit_test(given: str, expect: str, more: str = "") -> dict[str, str]:
    listed = "\n".join(f"      {line}" for line in given.splitlines())
    return {
        "models/unit_tests.yml": (
            "unit_tests:\n  - name: totals_add_up\n    model: totals\n"
            f"    given:\n{listed}\n    expect: {expect}\n{more}"
        )
    }


ORDERS = """- input: source('raw', 'orders')
  rows:
    - {customer_id: 7, amount: 10, ordered_on: 2026-01-01}
    - {customer_id: 7, amount: 20.5}
    - {customer_id: 7, amount: 9}"""

PASSING: list[Mapping[str, str]] = [
    unit_test(f"{CUSTOMERS}\n{ORDERS}", "{rows: [{name: Ada, total: 30.5, last_on: 2026-01-01, orders: 2}]}"),
    unit_test(f"{CUSTOMERS}\n{ORDERS}", "{rows: [{ORDERS: 2}]}"),
    unit_test(f"{CUSTOMERS}\n{ORDERS}", "{rows: []}", "    overrides: {vars: {least: 100}}\n"),
    unit_test(
        '- {input: customers, format: csv, rows: "id,name\\n7,Ada"}\n- {input: raw.orders, format: csv, fixture: some}',
        '{format: csv, rows: "name,total,last_on\\nAda,31,"}',
    )
    | {"tests/fixtures/some.csv": "customer_id,amount,ordered_on\n7,11,\n7,20,\n"},
    unit_test(
        "- {input: customers, format: sql, rows: \"select 7 as id, 'Ada' as name\"}\n"
        "- {input: raw.orders, format: sql, rows: 'select 7 as customer_id, 11 as amount from range(3)'}",
        "{format: sql, rows: \"select 'Ada' as name, 33 as total, 3 as orders\"}",
    ),
]


def results(folder: Path, **options: object) -> dict[str, tuple[str, str | None]]:
    run = odibi_sql.build(folder, **options)  # type: ignore[arg-type]
    return {name: (one.status, one.verdict) for name, one in run.results.items()}


@pytest.mark.parametrize("files", PASSING)
def test_a_unit_test_that_passes(project: WriteProject, files: Mapping[str, str]) -> None:
    folder = project({**FILES, **files})
    assert results(folder)["totals_add_up"] == ("ran", "pass")
    assert results(folder)["totals_add_up"] == ("cached", "pass")


def test_its_rows_are_not_published(project: WriteProject) -> None:
    folder = project({**FILES, **PASSING[0]})
    assert odibi_sql.build(folder).published
    with duckdb.connect(str(folder / "warehouse/dev.duckdb"), read_only=True) as connection:
        names = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1").fetchall()
    assert names == [("customers",), ("totals",)]


def test_a_failure_shows_both_sides_and_stops_the_publication(
    project: WriteProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = unit_test(f"{CUSTOMERS}\n{ORDERS}", "{rows: [{name: Ada, total: 31, orders: 2}, {name: Grace, orders: 1}]}")
    monkeypatch.chdir(project({**FILES, **files}))
    assert cli.run(["build"]) == 1
    said = capsys.readouterr().err
    start = said.index("failed: totals_add_up")
    assert said[start:].splitlines()[:7] == [
        "failed: totals_add_up",
        "  models/unit_tests.yml:2:11: 3 rows differ: `-` is expected, `+` is what the model gives",
        "  hint: `odibi-sql show --check totals_add_up` shows them",
        "    +/-  name   total  orders",
        "    +    Ada    30.5   2",
        "    -    Ada    31.0   2",
        "    -    Grace  NULL   1",
    ]
    assert not Path("warehouse/dev.duckdb").exists()


def test_the_command_test_runs_them_against_what_is_published(
    project: WriteProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = unit_test(f"{CUSTOMERS}\n{ORDERS}", "{rows: [{name: Ada, total: 31}]}")
    monkeypatch.chdir(project({**FILES, **files}))
    assert cli.run(["build", "--no-checks"]) == 0
    capsys.readouterr()
    assert cli.run(["test", "--select", "totals"]) == 1
    assert "2 rows differ" in capsys.readouterr().err
    assert cli.run(["show", "--check", "totals_add_up", "--output", "csv"]) == 0
    assert capsys.readouterr().out.splitlines() == ["+/-,name,total", "+,Ada,30.5", "-,Ada,31.0"]


def test_it_runs_before_its_model(project: WriteProject) -> None:
    run = odibi_sql.build(project({**FILES, **PASSING[0]}), threads=1)
    order = list(run.results)
    assert order.index("totals_add_up") < order.index("totals")


def test_it_runs_again_when_the_model_changed_and_not_for_a_comment(project: WriteProject) -> None:
    folder = project({**FILES, **PASSING[0]})
    assert results(folder)["totals_add_up"] == ("ran", "pass")
    project({"models/totals.sql": f"-- a comment{TOTALS}"})
    assert results(folder)["totals_add_up"] == ("cached", "pass")
    project({"models/totals.sql": TOTALS.replace("sum(", "2 * sum(")})
    assert results(folder)["totals_add_up"] == ("failed", "fail")


def test_it_comes_along_with_its_model_alone(project: WriteProject) -> None:
    folder = project({**FILES, **PASSING[0], "models/other.sql": "select * from customers"})
    assert "totals_add_up" in results(folder, select="+totals")
    assert "totals_add_up" not in results(folder, select="customers other")
    disabled = PASSING[0]["models/unit_tests.yml"] + "    config: {enabled: false}\n"
    project({"models/unit_tests.yml": disabled})
    assert "totals_add_up" not in results(folder)


def test_overrides_of_macros_and_the_environment(project: WriteProject) -> None:
    model = "select {{ factor() }} * x as y, '{{ env_var('WHERE', 'here') }}' as place from s"
    tests = """
unit_tests:
  - name: overridden
    model: m
    given: [{input: s, rows: [{x: 2}]}]
    expect: {rows: [{y: 20, place: there}]}
    overrides: {macros: {factor: 10}, env_vars: {WHERE: there}}
"""
    files = {"seeds/s.csv": "x\n1\n", "macros/f.sql": "{% macro factor() %}2{% endmacro %}", "models/m.sql": model}
    assert results(project({**files, "models/t.yml": tests}))["overridden"] == ("ran", "pass")


def test_rows_that_an_incremental_model_has_already(project: WriteProject) -> None:
    model = """{{ config(materialized='incremental') }}
select id, day from log {% if is_incremental() %} where day > (select max(day) from {{ this }}) {% endif %}"""
    tests = """
unit_tests:
  - name: only_new_rows
    model: kept
    overrides: {macros: {is_incremental: true}}
    given:
      - {input: this, rows: [{id: 1, day: 2026-01-02}]}
      - {input: ref('log'), rows: [{id: 1, day: 2026-01-02}, {id: 2, day: 2026-01-03}]}
    expect: {rows: [{id: 2, day: 2026-01-03}]}
  - name: from_nothing
    model: kept
    given: [{input: ref('log'), rows: [{id: 1}, {id: 1}]}]
    expect: {rows: [{id: 1}, {id: 1}]}
"""
    folder = project({"seeds/log.csv": "id,day\n1,2026-01-01\n", "models/kept.sql": model, "models/t.yml": tests})
    found = results(folder)
    assert (found["only_new_rows"], found["from_nothing"]) == (("ran", "pass"), ("ran", "pass"))


OF_STAGED = ORDERS.replace("source('raw', 'orders')", "staged")
STAGED = {
    **FILES,
    "models/staged.sql": "select * from raw.orders",
    "models/totals.sql": TOTALS.replace("raw.orders", "staged"),
    **unit_test(f"{CUSTOMERS}\n{OF_STAGED}", "{rows: [{name: Ada, total: 30.5}]}"),
}


def test_it_needs_nothing_that_a_build_makes(
    project: WriteProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project({**STAGED, "models/more.yml": "models: [{name: totals, tests: [not_empty]}]"}))
    assert cli.run(["test", "--verbose"]) == 0
    said = capsys.readouterr().err
    assert "the check `not_empty_totals` is left out: `totals` is neither selected nor shown" in said
    assert "checks: 1 passed" in said
    assert odibi_sql.build(Path()).results["totals_add_up"].status == "cached"


def test_it_runs_though_what_its_model_reads_has_failed(project: WriteProject) -> None:
    folder = project({**STAGED, "models/staged.sql": "select * from raw.orders where error('no') is null"})
    found = results(folder)
    assert found["staged"][0] == "failed"
    assert (found["totals"][0], found["totals_add_up"]) == ("skipped", ("ran", "pass"))


def test_it_runs_again_for_other_columns_and_not_for_other_rows(project: WriteProject) -> None:
    folder = project(STAGED)
    odibi_sql.build(folder).raise_for_failure()
    orders = FILES["data/orders.csv"]
    project({"data/orders.csv": f"{orders}3,2,11.25,2026-02-01\n"})
    found = results(folder)
    assert (found["staged"][0], found["totals"][0], found["totals_add_up"][0]) == ("ran", "ran", "cached")
    project({"data/orders.csv": orders.replace("id,customer_id", "number,customer_id")})
    steps = {step.node.name: (step.action, step.reason) for step in odibi_sql.plan_build(folder)}
    assert steps["totals_add_up"] == ("run", "`columns of staged` changed")
    assert results(folder)["totals_add_up"] == ("ran", "pass")


EDITS: list[dict[str, str]] = [
    {"models/staged.sql": "select *, 1 as more from raw.orders"},
    {"data/orders.csv": "customer_id,amount\n1,2\n"},
    {"models/staged.sql": "select * from read_csv('data/orders.csv')"},
    {"data/orders.csv": "customer_id,amount\n1,2.5\n"},
    {
        "models/staged.sql": "select {{ columns() }} from raw.orders",
        "macros/m.sql": "{% macro columns() %}*{% endmacro %}",
    },
    {"macros/m.sql": "{% macro columns() %}*, 'x' as more{% endmacro %}"},
    {"models/totals.sql": "select * exclude (amount), amount::varchar as amount, 1 as one from staged"},
]


def test_columns_are_those_that_would_be_there_if_none_were_remembered(project: WriteProject) -> None:
    files = {**STAGED, "models/totals.sql": "select *, 1 as one from staged", "models/middle.sql": "from totals"}
    tests = "unit_tests: [{name: t, model: m, given: [{input: middle, rows: [{}]}], expect: {rows: [{one: null}]}}]"
    folder = project({**files, "models/m.sql": "from middle", "models/unit_tests.yml": tests})
    memory = folder / "warehouse/warm/columns-dev.json"
    keys: list[str | None] = []
    for edit in EDITS:
        project(edit)
        remembered = {step.node.name: step.key for step in odibi_sql.plan_build(folder)}["t"]
        memory.rename(memory.with_name("columns-before.json"))
        assert {step.node.name: step.key for step in odibi_sql.plan_build(folder)}["t"] == remembered
        memory.with_name("columns-before.json").replace(memory)
        keys.append(remembered)
    assert None not in keys
    assert len(set(keys)) == len(keys) - 1  # a macro that gives the same columns


NOT_KNOWN_BEFORE = {
    "python": {"models/staged.py": "config = {'depends_on': ['raw.orders']}\ndef model(orders):\n    return orders\n"},
    "a pivot": {"models/staged.sql": "select * exclude (x) from (pivot (select *, 'x' as p from raw.orders) on p)"},
    "a hook": {"models/staged.sql": "{{ config(pre_hook='create temp table x (y int)') }} select * from raw.orders"},
}


@pytest.mark.parametrize("case", NOT_KNOWN_BEFORE)
def test_it_waits_for_what_has_columns_that_only_a_run_tells(project: WriteProject, case: str) -> None:
    files = {path: text for path, text in STAGED.items() if path != "models/staged.sql"}
    folder = project({**files, **NOT_KNOWN_BEFORE[case]})
    order = list(odibi_sql.build(folder, threads=1).raise_for_failure().results)
    assert order.index("staged") < order.index("totals_add_up") < order.index("totals")
    assert results(folder)["totals_add_up"] == ("cached", "pass")


def test_a_snapshot_has_its_columns_from_the_beginning(project: WriteProject) -> None:
    options = "materialized='snapshot', unique_key='id', strategy='check', check_cols='all'"
    folder = project({**STAGED, "models/staged.sql": f"{{{{ config({options}) }}}} select * from raw.orders"})
    assert results(folder)["totals_add_up"] == ("ran", "pass")
    project({"data/orders.csv": f"{FILES['data/orders.csv']}3,2,11.25,2026-02-01\n"})
    assert results(folder)["totals_add_up"] == ("cached", "pass")


def test_it_is_modified_only_where_it_or_its_model_is(
    project: WriteProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(STAGED))
    assert cli.run(["build"]) == 0
    capsys.readouterr()
    assert cli.run(["ls", "--select", "state:modified"]) == 0
    assert capsys.readouterr().out == ""
    project({"models/totals.sql": STAGED["models/totals.sql"].replace("sum(", "2 * sum(")})
    assert cli.run(["ls", "--select", "state:modified"]) == 0
    assert capsys.readouterr().out.split() == ["totals", "totals_add_up"]


def test_columns_far_above_count_in_a_build_of_a_part(project: WriteProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project(STAGED))
    assert cli.run(["build"]) == 0
    prove(["build", "--select", "totals"])
    assert warm.answer(["build", "--select", "totals"]) == 0
    project({"data/orders.csv": FILES["data/orders.csv"].replace("id,customer_id", "number,customer_id")})
    assert warm.answer(["build", "--select", "totals"]) is None


def test_an_edited_fixture_is_seen_though_nothing_else_changed(
    project: WriteProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project({**FILES, **PASSING[3]}))
    prove(["build"])
    project({"tests/fixtures/some.csv": "customer_id,amount,ordered_on\n7,11,\n7,21,\n"})
    assert cli.run(["build"]) == 1


def test_an_unchanged_project_with_unit_tests_is_answered_at_once(
    project: WriteProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project({**FILES, **PASSING[3]}))
    prove(["build"])
    assert warm.answer(["build"]) == 0
