"""`odibi-sql compile`: the SQL of models after Jinja, and with the catalog's names."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.commands.conftest import Run
from tests.projects import write_project


def test_one_model_is_its_sql_alone(shop: Path, run: Run) -> None:
    ran = run("compile", "--select", "stg_orders")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == 'select id, customer_id, amount from "main"."orders" AS orders\n'
    assert run("compile", "-s", "stg_orders", "--rendered").out == "select id, customer_id, amount from orders\n"


def test_several_models_have_headings(shop: Path, run: Run) -> None:
    lines = run("compile").out.splitlines()
    assert [line for line in lines if line.startswith("--")] == [
        "-- stg_orders (models/staging/stg_orders.sql)",
        "-- revenue (models/revenue.sql)",
    ]


def test_json_has_both_texts_and_the_bound_one_runs_in_the_catalog(shop: Path, run: Run) -> None:
    write_project(
        shop,
        {
            "models/large.sql": (
                "{{ config(materialized='ephemeral') }}\nselect * from orders where amount > {{ 10 * 2 }}\n"
            ),
            "models/count_large.sql": "select count(*) as n from large\n",
        },
    )
    run("build")
    rows = {row["name"]: row for row in run("compile", "--output", "json").json}
    assert all(list(row) == ["name", "path", "rendered", "bound"] for row in rows.values())
    assert rows["count_large"]["rendered"] == "select count(*) as n from large"
    assert "amount > 20" in rows["count_large"]["bound"]
    with duckdb.connect(str(shop / "warehouse" / "dev.duckdb"), read_only=True) as connection:
        assert connection.execute(rows["count_large"]["bound"]).fetchall() == [(2,)]


def test_vars_are_rendered(shop: Path, run: Run) -> None:
    write_project(shop, {"models/large.sql": "select id from orders where amount > {{ var('least', 1) }}\n"})
    assert "amount > 7" in run("compile", "-s", "large", "--vars", "least=7").out


def test_a_mistake_leaves_stdout_empty(shop: Path, run: Run) -> None:
    write_project(shop, {"models/broken.sql": "select * from nowhere\n"})
    for output in ("text", "json"):
        ran = run("compile", "-s", "stg_orders", "-o", output)
        assert (ran.code, ran.out) == (2, "")
