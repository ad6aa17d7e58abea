"""`odibi-sql plan`: what a build would do, without doing it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.projects import write_project

KEYS = ["name", "resource", "level", "upstream", "path", "materialized", "tags", "action", "reason"]


def test_a_new_project_runs_everything(shop: Path, run: Run) -> None:
    ran = run("plan")
    assert (ran.code, ran.err) == (0, "4 run\n")
    assert ran.out.splitlines() == [
        "run     customers   no stored result",
        "run     orders      no stored result",
        "run     stg_orders  no stored result",
        "run     revenue     no stored result",
    ]
    assert not (shop / "warehouse" / "dev.duckdb").exists()
    assert not (shop / "warehouse" / "runs").exists()


def test_what_is_cached_is_only_counted(shop: Path, run: Run) -> None:
    run("build")
    ran = run("plan")
    assert (ran.code, ran.out, ran.err) == (0, "", "4 cached\n")
    assert run("plan", "-v").out.splitlines()[-1] == "cached  revenue     unchanged"


@pytest.mark.parametrize("option", ["quote: ''", "delimiter: ;", "encoding: latin-1", "null_strings: x"])
def test_a_seed_runs_when_it_is_read_otherwise(shop: Path, run: Run, option: str) -> None:
    run("build")
    write_project(shop, {"seeds/s.yml": f"seeds: [{{name: customers, config: {{{option}}}}}]"})
    name = option.partition(":")[0]
    assert run("plan", "-s", "customers").out == f"run     customers  option `{name}` changed\n"


def test_a_changed_seed_runs_and_its_readers_may(shop: Path, run: Run) -> None:
    run("build")
    write_project(shop, {"seeds/orders.csv": "id,customer_id,amount,ordered_on\n1,1,5.00,2026-01-03\n"})
    ran = run("plan")
    assert ran.err == "1 run, 2 maybe, 1 cached\n"
    assert ran.out.splitlines() == [
        "run     orders      file seeds/orders.csv changed",
        "maybe   stg_orders  runs unless `orders` comes out the same",
        "maybe   revenue     runs unless `stg_orders` comes out the same",
    ]


def test_json_has_the_same_and_where_it_is_from(shop: Path, run: Run) -> None:
    run("build")
    write_project(shop, {"models/revenue.sql": "select count(*) as n from stg_orders\n"})
    ran = run("plan", "--output", "json")
    assert all(list(row) == KEYS for row in ran.json)
    assert [(row["name"], row["action"], row["reason"]) for row in ran.json] == [
        ("customers", "cached", "unchanged"),
        ("orders", "cached", "unchanged"),
        ("stg_orders", "cached", "unchanged"),
        ("revenue", "run", "SQL changed"),
    ]


def test_json_of_nothing_to_do_has_every_node(shop: Path, run: Run) -> None:
    run("build")
    assert {row["action"] for row in run("plan", "--output", "json").json} == {"cached"}


def test_a_selection_plans_only_that(shop: Path, run: Run) -> None:
    assert [row["name"] for row in run("plan", "-s", "+stg_orders", "-o", "json").json] == ["orders", "stg_orders"]
    assert [row["name"] for row in run("plan", "-x", "revenue", "-o", "json").json] == [
        "customers",
        "orders",
        "stg_orders",
    ]


def test_a_mistake_leaves_stdout_empty(shop: Path, run: Run) -> None:
    write_project(shop, {"models/broken.sql": "selct 1\n"})
    ran = run("plan", "--output", "json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("models/broken.sql:1:1: ")


def test_on_another_engine_the_same_sql_is_no_change(shop: Path, run: Run) -> None:
    pytest.importorskip("pyspark")
    write_project(shop, {"models/called.sql": "select name, upper(name) || amount::varchar as called from revenue\n"})
    run("build")
    reasons = {row["name"]: row["reason"] for row in run("plan", "--engine", "spark", "--output", "json").json}
    assert re.fullmatch(r"engine was duckdb [0-9.]+, is spark [0-9.]+", reasons["called"])
