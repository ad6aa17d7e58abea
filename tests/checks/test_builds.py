"""Checks in a build: what a failing one stops and what not, what is kept, and what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

import odibi_sql
from odibi_sql import warm
from odibi_sql.events import Event, NodeFinished, NodeStarted
from tests.commands.conftest import Run, run
from tests.conftest import WriteProject

__all__ = ["run"]

FILES = {
    "models/orders.sql": "select i as id, if(i < {{ var('holes', 0) }}, null, i % 3) as status from range(100) t(i)",
    "models/totals.sql": "select status, count(*) as n from orders group by all",
    "models/shop.yml": """
models:
  - name: orders
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: status
        data_tests:
          - not_null
          - accepted_values: {arguments: {values: [0, 1, 2]}}
""",
    "checks/all_counted.sql": "select sum(n) from totals having sum(n) <> 100",
}
CHECKS = [
    "accepted_values_orders_status__0__1__2",
    "all_counted",
    "not_null_orders_id",
    "not_null_orders_status",
    "unique_orders_id",
]


def verdicts(result: odibi_sql.Run) -> dict[str, Any]:
    return {one.name: one.verdict for one in result.results.values() if one.resource == "check"}


def shown(folder: Path, sql: str) -> Any:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_checks_that_pass_are_in_the_way_of_nothing(project: WriteProject) -> None:
    folder = project(FILES)
    first = odibi_sql.build(folder)
    assert first.ok
    assert verdicts(first) == dict.fromkeys(CHECKS, "pass")
    assert shown(folder, "select count(*) from duckdb_views() where not internal and schema_name = 'main'") == [(2,)]


def test_a_failing_check_stops_the_publication_and_skips_nothing(project: WriteProject) -> None:
    folder = project(FILES)
    odibi_sql.build(folder)
    before = shown(folder, "from totals order by all")
    reader = duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True)
    seen: list[Any] = []

    def listener(event: Event) -> None:
        if isinstance(event, NodeFinished):
            seen.append(shown(folder, "from totals order by all"))

    failing = odibi_sql.build(folder, vars={"holes": 5}, listener=listener)
    assert not failing.ok and not failing.published
    assert verdicts(failing) == {**dict.fromkeys(CHECKS, "pass"), "not_null_orders_status": "fail"}
    assert {one.status for one in failing.results.values()} == {"ran", "failed"}
    assert failing.results["totals"].status == "ran"
    assert len(seen) == 7 and all(rows == before for rows in seen)
    assert shown(folder, "from totals order by all") == before
    assert reader.execute("from totals order by all").fetchall() == before
    reader.close()
    broken = failing.results["not_null_orders_status"]
    assert broken.rows == 5 and broken.sample and broken.sample.rows[0] == ("0", None)
    assert broken.error and (broken.error.file, broken.error.line) == ("models/shop.yml", 9)
    with pytest.raises(odibi_sql.errors.RunError, match="`not_null_orders_status`: 5 rows fail"):
        failing.raise_for_failure()


def test_verdicts_are_kept_and_are_no_less_for_that(project: WriteProject) -> None:
    folder = project(FILES)
    options: dict[str, Any] = {"vars": {"holes": 5}}
    odibi_sql.build(folder, **options)
    again = odibi_sql.build(folder, **options)
    assert not again.published
    assert all(one.attempts == 0 for one in again.results.values())
    assert again.results["not_null_orders_status"].status == "failed"
    project({"models/shop.yml": FILES["models/shop.yml"].replace("- not_null\n", "- not_null: {error_if: '>5'}\n")})
    judged_otherwise = odibi_sql.build(folder, **options)
    assert judged_otherwise.published
    assert all(one.status == "cached" for one in judged_otherwise.results.values())
    assert verdicts(judged_otherwise)["not_null_orders_status"] == "warn"


def test_a_warning_is_published_and_said_every_time(
    project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project({**FILES, "checks/few.sql": "{{ config(severity='warn') }} select * from orders where id > 97"})
    monkeypatch.chdir(folder)
    assert run("build").code == 0
    long = run("build")
    assert long.code == 0 and "few" in long.err and "2 rows fail: checks/few.sql" in long.err
    assert "5 passed, 1 warned" in long.err
    for _ in range(50):
        assert run("build").code == 0
        if warm.answer(["build"]) == 0:
            break
    else:
        raise AssertionError("no proof was kept")
    assert "2 rows fail: checks/few.sql" in run("build").err
    assert run("build", "-q").err.startswith("warning: few: 2 rows fail: checks/few.sql\n")


def test_nothing_to_do_is_no_answer_where_a_check_failed(
    project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(FILES))
    for _ in range(3):
        failing = run("build", "--vars", "holes=5")
        assert failing.code == 1
        assert "not published: `not_null_orders_status` failed" in failing.err
        assert warm.answer(["build", "--vars", "holes=5"]) is None


def test_no_checks_says_so_and_publishes(project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project(FILES))
    ran = run("build", "--no-checks", "--vars", "holes=5", "-o", "json")
    assert ran.code == 0 and "5 checks left out (--no-checks)" in ran.err
    assert {one["resource"] for one in ran.json["results"]} == {"model"}
    assert run("plan", "--no-checks", "-v", "--vars", "holes=5").out.count("\n") == 2


def test_checks_of_sources_come_before_their_readers(project: WriteProject) -> None:
    folder = project(
        {
            "data/raw.csv": "id\n1\n1\n",
            "models/s.yml": """
sources:
  - name: raw
    path: data/raw.csv
    tests: [{unique: {column_name: id}}]
  - name: shop
    path: data/raw.csv
    tests: [{not_null: {column_name: id}}]
    tables:
      - {name: orders, columns: [{name: id, data_tests: [unique]}]}
""",
            "models/a.sql": "select * from raw",
            "models/b.sql": "select * from a join shop.orders using (id)",
        }
    )
    order: list[str] = []

    def listener(event: Event) -> None:
        if isinstance(event, NodeStarted | NodeFinished):
            order.append(event.name if isinstance(event, NodeStarted) else f"/{event.result.name}")

    failing = odibi_sql.build(folder, listener=listener, threads=4)
    assert verdicts(failing) == {
        "source_unique_raw_id": "fail",
        "source_unique_shop_orders_id": "fail",
        "source_not_null_shop_orders_id": "pass",
    }
    assert failing.results["b"].status == "ran"
    assert order.index("/source_unique_raw_id") < order.index("a")
    assert order.index("/source_unique_shop_orders_id") < order.index("b")
    assert order.index("/source_not_null_shop_orders_id") < order.index("b")


NO_COLUMN = """
models:
  - name: orders
    columns:
      - {name: id, tests: [not_null]}
      - {name: idd, tests: [not_null]}
"""


def test_a_mistake_in_one_check_is_of_that_check_alone(project: WriteProject) -> None:
    folder = project(
        {
            "models/orders.sql": "select i as id, 'x' as s from range(10) t(i)",
            "models/shop.yml": """
models:
  - name: orders
    columns:
      - {name: id, tests: [not_null]}
      - name: s
        tests:
          - not_null
          - accepted_values: {values: [y]}
          - accepted_values: {name: broken, values: ["'z'::integer"], quote: false}
""",
        }
    )
    failing = odibi_sql.build(folder)
    assert verdicts(failing) == {
        "not_null_orders_id": "pass",
        "broken": None,
        "not_null_orders_s": "pass",
        "accepted_values_orders_s__y": "fail",
    }
    error = failing.results["broken"].error
    assert error and (error.file, error.line, error.column) == ("models/shop.yml", 10, 13)
    assert error.message.startswith("Could not convert string 'x' to INT32")


def test_a_check_that_cannot_be_bound_is_told_before_anything_runs(project: WriteProject) -> None:
    files = {"models/orders.sql": "select 1 as id", "models/shop.yml": NO_COLUMN}
    with pytest.raises(odibi_sql.errors.Problems) as caught:
        odibi_sql.build(project(files))
    (error,) = caught.value.errors
    assert (str(error.where), error.hint) == ("models/shop.yml:6:29", "did you mean `id`?")


def test_test_checks_what_is_published(project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project(FILES))
    early = run("test")
    assert early.code == 2
    assert early.err.startswith("nothing that these checks look at is published\n  hint: `odibi-sql build`")
    assert run("build", "--no-checks", "--vars", "holes=5").code == 0
    project({"models/orders.sql": "select 1 as id, 1 as status"})
    ran = run("test", "-o", "json")
    assert ran.code == 1 and not ran.json["published"]
    failed = {one["name"]: one for one in ran.json["results"] if one["status"] == "failed"}
    assert list(failed) == ["not_null_orders_status"]
    assert failed["not_null_orders_status"]["sample"][0] == {"id": "0", "status": None}
    assert run("test", "--exclude", "not_null_orders_status").code == 0
    assert run("test", "-s", "totals", "-v").err.startswith("checks of `dev` on duckdb")


def test_checks_from_python(project: WriteProject) -> None:
    folder = project(FILES)
    assert odibi_sql.build(folder, checks=False, vars={"holes": 5}).ok
    checked = odibi_sql.build(folder, only_checks=True)
    assert not checked.ok and not checked.published
    assert list(checked) == []
    assert checked["not_null_orders_status"].df()["id"].tolist() == [0, 1, 2, 3, 4]
    assert odibi_sql.build(folder).ok
    assert odibi_sql.build(folder, only_checks=True).raise_for_failure().ok


def test_a_part_of_a_build_checks_what_can_be_read(
    project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = "models: [{name: a, columns: [{name: x, tests: [unique, relationships: {to: ref('b'), field: x}]}]}]"
    monkeypatch.chdir(project({"models/a.sql": "select 1 as x", "models/b.sql": "select 1 as x", "models/y.yml": both}))
    alone = run("build", "-s", "a", "-o", "json")
    assert [one["name"] for one in alone.json["results"]] == ["a", "unique_a_x"]
    assert "`relationships_a_x__x__ref_b_` is left out: `b` is neither selected nor shown" in alone.err
    assert run("build").code == 0
    ran = run("build", "-s", "a", "-o", "json")
    assert [one["name"] for one in ran.json["results"]] == ["a", "relationships_a_x__x__ref_b_", "unique_a_x"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [("csv", "id,status\n0,\n1,\n"), ("json", '{"id":0,"status":null}\n{"id":1,"status":null}\n')],
)
def test_show_prints_the_rows_that_fail(
    project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch, output: str, expected: str
) -> None:
    monkeypatch.chdir(project({**FILES, "odibi_project.yml": "name: test\nvars: {holes: 5}\n"}))
    missing = run("show", "--check", "not_null_orders_status")
    assert missing.code == 2 and "has not been run yet" in missing.err
    run("build")
    assert run("show", "--check", "not_null_orders_status", "-n", "2", "-o", output).out == expected
    assert "did you mean `not_null_orders_id`?" in run("show", "--check", "not_null_order_id").err


def test_another_check_is_no_other_publication(
    project: WriteProject, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what the target shows is what it was checked with: nothing is `modified` then."""
    folder = project(FILES)
    assert odibi_sql.build(folder).ok
    monkeypatch.chdir(folder)
    before = (folder / "warehouse" / "dev.duckdb").stat().st_mtime_ns
    project({"checks/all_counted.sql": FILES["checks/all_counted.sql"].replace("<>", "!=") + " and true"})
    assert run("ls", "--select", "state:modified").out.split()[:1] == ["all_counted"]
    said = run("build")
    assert "1 ran" in said.err and "`dev` already shows this state" in said.err
    assert run("ls", "--select", "state:modified").out == ""
    (folder / "checks" / "all_counted.sql").unlink()
    assert "already shows this state" in run("build").err
    assert [one["publication"] for one in run("history", "--output", "json").json] == [1]
    assert (folder / "warehouse" / "dev.duckdb").stat().st_mtime_ns == before
    assert not list((folder / "warehouse" / "publications").glob("**/*.tmp"))
    assert odibi_sql.build(folder).ok
