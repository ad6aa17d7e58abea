"""The example project: it builds, it is what DuckDB makes of the same SQL by hand, and it shows what was promised."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import odibi_sql
from odibi_sql import cli
from odibi_sql.compile import compile_project
from odibi_sql.dag import DAG
from odibi_sql.model import Model, PythonModel, Seed, Source
from odibi_sql.project import load_project

EXAMPLE = Path(__file__).parent.parent / "example_project"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example, built once; tests that change it put it back."""
    folder = tmp_path_factory.mktemp("example") / "project"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("warehouse"))
    run = odibi_sql.build(folder)
    assert run.ok
    assert run.warnings == ()
    return folder


@pytest.fixture
def example(built: Path) -> Iterator[Path]:
    yield built
    for part in ("models", "seeds", "snapshots", "macros", "odibi_project.yml"):
        original, copy = EXAMPLE / part, built / part
        if original.is_dir():
            shutil.rmtree(copy)
            shutil.copytree(original, copy)
        else:
            shutil.copy(original, copy)


def dag() -> DAG:
    return compile_project(load_project(EXAMPLE), "duckdb").check().dag


def ran(folder: Path, **options: Any) -> set[str]:
    return {name for name, result in odibi_sql.build(folder, **options).results.items() if result.status == "ran"}


def planned(folder: Path, **options: Any) -> dict[str, str]:
    steps = odibi_sql.plan_build(folder, **options)
    return {step.node.name: step.action for step in steps if step.action != "cached"}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_it_has_what_a_project_has() -> None:
    nodes = dag().nodes.values()
    models = [node.definition for node in nodes if isinstance(node.definition, Model) and node.resource == "model"]
    assert len(models) >= 12
    assert max(node.level for node in nodes) >= 4
    kinds = {model.config.materialized for model in models}
    assert kinds == {"table", "view", "ephemeral", "incremental", "snapshot"}
    assert any(model.config.tags for model in models)
    assert any(model.vars for model in models)
    assert [model.name for model in models if not model.docs.description] == []
    assert sum(file.stat().st_size for file in EXAMPLE.rglob("*") if "warehouse" not in file.parts) < 10_000_000


def test_it_is_what_duckdb_makes_by_hand(built: Path) -> None:
    """Every model in order in one session, its SQL as rendered, tables instead of anything clever."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA raw")
        for name, node in dag().nodes.items():
            match node.definition:
                case Source(paths=(path, *_)):
                    connection.execute(f"CREATE VIEW {name} AS FROM '{EXAMPLE / path}'")
                case Seed(path=path, column_types=types):
                    listed = ", ".join(f"'{column}': '{kind}'" for column, kind in types)
                    connection.execute(
                        f"CREATE TABLE {name} AS FROM read_csv('{EXAMPLE / path}', types = {{{listed}}})"
                    )
                case Model(statement=statement) if node.resource != "check":
                    connection.execute(f"CREATE TABLE {name} AS {statement.sql}")
        connection.execute(f"ATTACH '{built}/warehouse/dev.duckdb' AS published (READ_ONLY)")
        names = connection.execute("SELECT view_name FROM duckdb_views() WHERE database_name = 'published'").fetchall()
        in_sql = {name for name, node in dag().nodes.items() if not isinstance(node.definition, PythonModel)}
        shown = {name for (name,) in names if name in in_sql}
        made = [name for name in in_sql if dag().nodes[name].resource not in ("source", "check")]
        assert len(shown) == len(made) - 1  # one is ephemeral
        for name in shown:
            for one, other in (("published", "memory"), ("memory", "published")):
                rows = [f"(SELECT COLUMNS(lambda c: c NOT LIKE 'dbt_%') FROM {c}.main.{name})" for c in (one, other)]
                query = f"SELECT count(*) FROM (FROM {rows[0]} EXCEPT ALL FROM {rows[1]})"
                assert connection.execute(query).fetchone() == (0,), name
            described = [
                connection.execute(
                    f"SELECT column_name, column_type FROM (DESCRIBE {c}.main.{name}) "
                    "WHERE column_name NOT LIKE 'dbt_%'"
                ).fetchall()
                for c in ("published", "memory")
            ]
            assert described[0] == described[1]


def test_a_second_build_runs_nothing(example: Path) -> None:
    assert planned(example) == {}
    assert ran(example) == set()


def test_a_comment_in_a_root_model_runs_nothing(example: Path) -> None:
    for path in ("models/staging/stg_flights.sql", "models/intermediate/int_flight_outcomes.sql"):
        file = example / path
        file.write_text(f"/* the root\n of it all */\n\n{file.read_text()}\n-- the end\n")
    assert planned(example) == {}
    assert ran(example) == set()


def test_a_change_that_yields_the_same_rows_stops_there(example: Path) -> None:
    edit(example / "models/intermediate/int_flight_outcomes.sql", "\nfrom ", "\n-- same\nfrom ")
    text = (example / "models/intermediate/int_airport_hours.sql").read_text()
    (example / "models/intermediate/int_airport_hours.sql").write_text(f"select * from (\n{text}\n) where true\n")
    assert planned(example) == {"int_airport_hours": "run", "delay_propagation": "maybe"}
    assert ran(example) == {"int_airport_hours"}


def test_a_change_of_one_leaf_runs_one_model(example: Path) -> None:
    edit(example / "models/marts/worst_days.sql", "limit 10", "limit 11")
    assert planned(example) == {"worst_days": "run"}
    assert ran(example) == {"worst_days"}


def test_a_var_runs_what_reads_it_and_what_that_changes(example: Path) -> None:
    ten = {"min_flights": 10}
    said = planned(example, vars=ten)
    did = ran(example, vars=ten)
    assert did
    assert {name for name, action in said.items() if action == "run"} <= did <= set(said)
    reasons = {step.node.name: step.reason for step in odibi_sql.plan_build(example, vars={"min_flights": 9})}
    assert "var `min_flights` changed" in reasons.values()


def test_the_marts_answer_in_figures(built: Path) -> None:
    """The figures that README quotes, from the published catalog."""
    with duckdb.connect(str(built / "warehouse/dev.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM flights").fetchone() == (336_776,)
        assert connection.execute(
            "SELECT left_late_pct, others_left_late_pct FROM delay_propagation WHERE previous_arrival = '1 to 3 hours'"
        ).fetchone() == (85.1, 48.2)


def test_the_history_of_names_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("warehouse"))
    assert odibi_sql.build(folder, select="+airlines_history", as_of=datetime(2026, 1, 1)).ok
    edit(folder / "seeds/airlines.csv", "EV,ExpressJet Airlines Inc.", "EV,Atlantic Southeast Airlines")
    assert odibi_sql.build(folder, select="+airlines_history", as_of=datetime(2026, 1, 2)).ok
    with duckdb.connect(str(folder / "warehouse/dev.duckdb"), read_only=True) as connection:
        rows = "SELECT name, dbt_valid_to::DATE::VARCHAR FROM airlines_history WHERE carrier = 'EV' ORDER BY 2"
        assert connection.execute(rows).fetchall() == [
            ("ExpressJet Airlines Inc.", "2026-01-02"),
            ("Atlantic Southeast Airlines", None),
        ]


@pytest.mark.parametrize(("as_of", "code"), [("2014-01-01T12:00", 0), ("2014-01-05", 1)])
def test_its_sources_are_fresh_at_the_end_of_the_year(built: Path, as_of: str, code: int) -> None:
    assert cli.run(["source", "freshness", "--as-of", as_of, "--project-dir", str(built)]) == code


def test_month_by_month_is_what_it_is_at_once(example: Path) -> None:
    def months() -> list[Any]:
        return sorted(odibi_sql.build(example, select="airport_months")["airport_months"].relation().fetchall())

    at_once = months()
    edit(example / "models/marts/airport_months.sql", "group by origin, month", "group by 1, 2")
    for until, count in (("2013-01-20", 1), ("2013-04-01", 4), ("2013-11-30", 11)):
        run = odibi_sql.build(example, select="airport_months", as_of=datetime.fromisoformat(until))
        assert run.results["airport_months"].rows == 3 * count
    result = odibi_sql.build(example, select="airport_months").results["airport_months"]
    assert (result.status, result.reason) == ("ran", "`--as-of` changed (1 of 12 months)")
    assert months() == at_once
