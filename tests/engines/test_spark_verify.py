"""`verify`: both engines over the same rows; what differs, what is refused, and what cannot be compared."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import odibi_sql
from benchmarks.generate import write_project as generate_project
from odibi_sql.cli import run
from odibi_sql.orchestrator import BuildOptions
from odibi_sql.verify import Verdict, verify
from tests.projects import write_project

EXAMPLE = Path(__file__).parent.parent.parent / "example_project"
MODELS = {
    "models/means.sql": (
        "{{ config(materialized='view') }}\n"
        "select customer_id, avg(amount) as mean, [max(amount)] as most from orders group by customer_id\n"
    ),
    "models/short.sql": "{{ config(materialized='ephemeral') }}\nselect customer_id, mean * 2 as twice from means\n",
    "models/top.sql": "select customer_id, round(twice, 1) as twice from short order by twice limit 2\n",
    "models/cut.sql": "{{ config(dialect='spark') }}\nselect id, cast(amount / 7 as int) as whole from orders\n",
    "models/below_cut.sql": "select id, whole // 2 as half from cut\n",
    "models/bars.sql": "select\n    id, bar(id, 0, 10) as b from orders\n",
    "models/narrow.sql": "select amount + id as a from narrowed\n",
    "models/narrowed.sql": "{{ config(engine='duckdb') }}\nselect amount::real as amount, id from orders\n",
    "models/broken.sql": "select error('no') as x from orders\n",
    "models/below_broken.sql": "select x from broken\n",
}


@pytest.fixture(scope="module")
def shop(running_spark: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("shop"), MODELS)


@pytest.fixture(scope="module")
def verdicts(shop: Path) -> dict[str, Verdict]:
    verification = verify(BuildOptions(shop), ("duckdb", "spark"), 1e-9)
    assert not verification.ok
    return {verdict.name: verdict for verdict in verification.verdicts}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("means", "agree"), ("short", "agree"), ("top", "agree"), ("cut", "differ"), ("below_cut", "agree"),
        ("bars", "refused"), ("narrow", "refused"), ("narrowed", "skipped"), ("broken", "failed"),
        ("below_broken", "skipped"),
    ],
)  # fmt: skip
def test_every_model_has_its_verdict(name: str, status: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[name].status == status
    assert len(verdicts) == len(MODELS)


def test_a_difference_is_told_of_the_model_that_makes_it(verdicts: dict[str, Verdict]) -> None:
    comparison = verdicts["cut"].comparison
    assert comparison is not None
    assert [(one.column, one.values) for one in comparison.columns] == [("whole", 1)]
    assert [(row.same, row.different) for row in comparison.sample] == [({"id": "2"}, {"whole": ("2", "1")})]


@pytest.mark.parametrize(
    ("name", "line", "column", "word"),
    [("bars", 2, 9, "`bar` is not known"), ("narrow", 1, 8, "a REAL and another number")],
)
def test_a_refusal_has_its_place_and_what_to_write(
    name: str, line: int, column: int, word: str, verdicts: dict[str, Verdict]
) -> None:
    error = verdicts[name].error
    assert error is not None and error.hint and error.message.startswith(word)
    assert (error.file, error.line, error.column) == (f"models/{name}.sql", line, column)


def test_the_command_line_tells_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["verify", "+top", "cut", "--project-dir", str(shop)]
    assert run(arguments) == 1
    shown = capsys.readouterr()
    assert "differ   cut    1 of 3 rows without an equal" in shown.out
    assert "at id 2: whole: 2 on duckdb, 1 on spark" in shown.out
    assert "1 differ, 3 agree" in shown.err
    assert run([*arguments, "-o", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["version"], document["ok"], document["engines"]) == (1, False, ["duckdb", "spark"])
    by_name = {row["name"]: row for row in document["models"]}
    assert by_name["top"]["status"] == "agree" and by_name["top"]["rows"] == 2
    assert by_name["cut"]["difference"]["columns"] == [
        {"column": "whole", "types": ["INTEGER", "INTEGER"], "values": 1}
    ]
    assert run(["verify", "top", "bars", "--project-dir", str(shop)]) == 0
    assert not (shop / "warehouse" / "dev.duckdb").exists()


def test_the_other_way_round(running_spark: object, tmp_path: Path) -> None:
    files = {path: text for path, text in MODELS.items() if "config" in text or "top" in path}
    folder = write_project(tmp_path, files)
    verification = verify(BuildOptions(folder, select=("cut", "top")), ("spark", "duckdb"), 1e-9)
    found = {verdict.name: verdict.status for verdict in verification.verdicts}
    assert found == {"cut": "differ", "top": "agree"}


def test_a_snapshot_is_compared_by_its_first_version(running_spark: object, tmp_path: Path) -> None:
    """Whatever history the target shows, and whichever versions of it are stored."""
    wanted = "{unique_key: id, strategy: check, check_cols: all}"
    snapshot = f"snapshots: [{{name: history, relation: ref('customers'), config: {wanted}}}]\n"
    folder = write_project(
        tmp_path, {"snapshots/s.yml": snapshot, "models/now.sql": "select count(*) n from history\n"}
    )
    for day in (1, 2):
        assert odibi_sql.build(folder, as_of=datetime(2026, 3, day, tzinfo=UTC)).ok
        write_project(folder, {"seeds/customers.csv": "id,name\n1,Ada L.\n2,Grace\n"}, base={})
    assert agreed(folder) == {"history", "now"}
    assert agreed(folder) == {"history", "now"}


def agreed(folder: Path) -> set[str]:
    verification = verify(BuildOptions(folder), ("duckdb", "spark"), 1e-9)
    assert [verdict for verdict in verification.verdicts if verdict.status != "agree"] == []
    return {verdict.name for verdict in verification.verdicts}


def test_a_generated_project_is_the_same_on_both(
    running_spark: object, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Models take Spark more than half a CPU second each."""
    models = generate_project(tmp_path, 200 if pytestconfig.getoption("--thorough") else 20)
    assert agreed(tmp_path) == {model.name for model in models}


def test_the_example_project_is_the_same_on_both(running_spark: object, tmp_path: Path) -> None:
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("warehouse"))
    found = {
        verdict.name: verdict.status for verdict in verify(BuildOptions(folder), ("duckdb", "spark"), 1e-9).verdicts
    }
    others = {name: status for name, status in found.items() if status != "agree"}
    assert others == {"airport_months": "skipped", "good_days": "skipped"}  # of DuckDB alone, and in Python
    assert len(found) > 20
