"""`odibi-sql why`: what differs from the last result, whatever has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.projects import write_project


def test_what_was_never_built(shop: Path, run: Run) -> None:
    ran = run("why", "revenue")
    assert (ran.code, ran.out, ran.err) == (0, "`revenue`: run, no stored result\n", "")


def test_what_did_not_change(shop: Path, run: Run) -> None:
    built = run("build", "--output", "json").json
    result = next(result for result in built["results"] if result["name"] == "revenue")
    first, last, key, content = run("why", "REVENUE").out.splitlines()
    assert first == "`revenue`: cached, unchanged"
    assert last.startswith("  last result: ") and last.endswith(f", run {built['run_id']}, 2 rows")
    assert (key.split(), content.split()) == (["key", result["key"]], ["content", result["content"]])


def test_edited_sql_is_shown_as_a_difference_of_tokens(shop: Path, run: Run) -> None:
    run("build")
    text = (shop / "models" / "revenue.sql").read_text()
    write_project(shop, {"models/revenue.sql": text.replace("sum(", "max(") + "-- only a comment\n"})
    lines = run("why", "revenue").out.splitlines()
    assert lines[0] == "`revenue`: run, SQL changed"
    diff = lines[lines.index("  SQL:") + 1 :]
    assert any("- " in line and "sum" in line for line in diff) and any("+ " in line and "max" in line for line in diff)
    assert "comment" not in "".join(lines)


def test_a_comment_is_no_difference(shop: Path, run: Run) -> None:
    run("build")
    text = (shop / "models" / "revenue.sql").read_text()
    write_project(shop, {"models/revenue.sql": f"-- a comment\n{text.replace('select ', 'SELECT  ')}"})
    assert run("why", "revenue").out.splitlines()[0] == "`revenue`: cached, unchanged"


def test_a_var_is_shown_with_both_values(shop: Path, run: Run) -> None:
    write_project(
        shop,
        {
            "odibi_project.yml": "name: shop\nvars: {least: 20}\n",
            "models/large.sql": "select id from orders where amount >= {{ var('least') }}\n",
        },
    )
    run("build")
    lines = run("why", "large", "--vars", "least=50").out.splitlines()
    assert lines[0] == "`large`: run, var `least` changed"
    assert lines[-1] == "  var `least`: 20 → 50"


def test_a_view_that_changed_is_known_before_it_runs(shop: Path, run: Run) -> None:
    run("build")
    write_project(shop, {"models/staging/stg_orders.sql": "{{ config(materialized='view') }}\nselect * from orders\n"})
    lines = run("why", "revenue").out.splitlines()
    assert lines[0] == "`revenue`: run, `stg_orders` changed"
    assert lines[-1].startswith("  input `stg_orders`: …") and " → …" in lines[-1]


def test_upstream_that_runs_is_known_when_it_has_run(shop: Path, run: Run) -> None:
    write_project(shop, {"models/top.sql": "select * from revenue\n"})
    run("build")
    write_project(shop, {"models/revenue.sql": "select 'x' as name, 1 as amount\n"})
    lines = run("why", "top").out.splitlines()
    assert lines[0] == "`top`: maybe, runs unless `revenue` comes out the same"
    assert lines[-1] == "  input `revenue`: known when it has run"


def test_a_seed_that_changed(shop: Path, run: Run) -> None:
    run("build")
    write_project(shop, {"seeds/orders.csv": "id,customer_id,amount\n1,1,5\n"})
    lines = run("why", "orders").out.splitlines()
    assert lines[0] == "`orders`: run, file seeds/orders.csv changed"
    assert lines[-1].startswith("  input `file seeds/orders.csv`: …")


def test_a_file_read_in_sql_that_changed(shop: Path, run: Run) -> None:
    write_project(shop, {"data/e.csv": "a\n1\n", "models/events.sql": "select * from read_csv('data/e.csv')\n"})
    run("build")
    write_project(shop, {"data/e.csv": "a\n2\n"})
    assert run("why", "events").out.splitlines()[0] == "`events`: run, file data/e.csv changed"


def test_another_version_of_the_engine(shop: Path, run: Run) -> None:
    run("build")
    for file in (shop / "warehouse" / "store").glob("??/*.json"):
        entry = json.loads(file.read_text())
        entry["recipe"]["engine"] = "duckdb 1.9"
        file.write_text(json.dumps(entry))
    write_project(shop, {"models/revenue.sql": "select count(*) as n from orders\n"})
    lines = run("why", "revenue").out.splitlines()
    assert "engine was duckdb 1.9, is duckdb 2.0" in lines[0]
    assert "  engine: duckdb 1.9 → duckdb 2.0" in lines


def test_time_makes_a_model_new(shop: Path, run: Run) -> None:
    write_project(shop, {"models/dice.sql": "select random() as r\n", "models/today.sql": "select current_date as d\n"})
    run("build", "--as-of", "2026-01-31")
    assert run("why", "dice").out.splitlines()[0] == "`dice`: run, its time or randomness is new in every build"
    assert run("why", "today").out.splitlines()[0] == "`today`: run, the date changed"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("revenu", "did you mean `revenue`?"),
        ("xyz", "`odibi-sql ls` lists them"),
        ("+revenue", "did you mean `revenue`?"),
    ],
)
def test_a_name_that_is_not_there(shop: Path, run: Run, name: str, hint: str) -> None:
    ran = run("why", name)
    assert (ran.code, ran.out, ran.err) == (2, "", f"no model or seed `{name}`\n  hint: {hint}\n")


def test_names_with_blanks_and_colons(shop: Path, run: Run) -> None:
    write_project(shop, {"models/my tag:x, y+.sql": "select * from orders\n"})
    assert run("why", "my tag:x, y+").out == "`my tag:x, y+`: run, no stored result\n"
