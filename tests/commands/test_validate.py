"""`validate`: every mistake at once, what is undecided, schemas as text and JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.projects import write_project

WRONG = {
    "models/broken.sql": "select\n    nme\nfrom customers\n",
    "models/reader.sql": "select * from broken\n",
    "models/unknown.sql": "select * from nowhere\n",
    "models/pivoted.sql": "pivot orders on customer_id using sum(amount)\n",
}


def test_all_is_well(shop: Path, run: Run) -> None:
    ran = run("validate")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("4 nodes: 4 valid in ")
    assert not (shop / "warehouse" / "dev.duckdb").exists()


def test_verbose_lists_the_columns(shop: Path, run: Run) -> None:
    assert run("validate", "-v", "revenue").out.splitlines() == [
        "valid      customers   id BIGINT, name VARCHAR",
        "valid      orders      id BIGINT, customer_id BIGINT, amount DOUBLE, ordered_on DATE",
        "valid      stg_orders  id BIGINT, customer_id BIGINT, amount DOUBLE",
        "valid      revenue     name VARCHAR, amount DOUBLE",
    ]


def test_mistakes_of_all_kinds_are_told_in_one_run(shop: Path, run: Run) -> None:
    write_project(shop, WRONG)
    ran = run("validate")
    assert (ran.code, ran.err) == (
        2,
        'models/broken.sql:2:5: Referenced column "nme" not found in FROM clause!\n'
        "  hint: did you mean `name`?\n"
        "models/unknown.sql:1:15: no model, seed or source is named `nowhere`\n"
        "  hint: declare it under `sources:` in odibi_project.yml or models/*.yml, or add a model or seed of that "
        "name\n"
        "\n2 mistakes; nothing ran\n",
    )
    assert ran.out.splitlines() == [
        "undecided  unknown  it reads `nowhere`, which is wrong",
        "undecided  pivoted  its columns depend on rows: PIVOT without a list of values",
        "undecided  reader   it reads `broken`, which is wrong",
    ]


def test_json(shop: Path, run: Run) -> None:
    write_project(shop, WRONG)
    ran = run("validate", "--output", "json")
    assert ran.code == 2
    assert (ran.json["version"], ran.json["valid"]) == (1, False)
    assert [error["file"] for error in ran.json["errors"]] == ["models/unknown.sql"]
    nodes = {node["name"]: node for node in ran.json["nodes"]}
    assert nodes["revenue"] == {
        "name": "revenue",
        "resource": "model",
        "status": "valid",
        "reason": None,
        "columns": [{"name": "name", "type": "VARCHAR"}, {"name": "amount", "type": "DOUBLE"}],
        "errors": [],
    }
    assert nodes["broken"]["errors"] == [
        {
            "message": 'Referenced column "nme" not found in FROM clause!',
            "file": "models/broken.sql",
            "line": 2,
            "column": 5,
            "hint": "did you mean `name`?",
        }
    ]
    assert (nodes["reader"]["status"], nodes["reader"]["columns"]) == ("undecided", None)


@pytest.mark.parametrize("arguments", [("+stg_orders",), ("--select", "+stg_orders"), ("stg_orders", "-x", "tag:none")])
def test_a_selection(shop: Path, run: Run, arguments: tuple[str, ...]) -> None:
    write_project(shop, WRONG)
    (shop / "models" / "unknown.sql").unlink()
    ran = run("validate", *arguments)
    assert ran.code == 0 and ran.err.startswith("2 nodes: 2 valid in ")


def test_a_build_that_is_wrong_says_what_validate_does(shop: Path, run: Run) -> None:
    write_project(shop, {"models/broken.sql": "select nme, name::integer as n from customers\n"})
    assert run("build").err == run("validate").err
