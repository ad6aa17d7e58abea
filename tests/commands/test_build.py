"""`odibi-sql build`: what it prints where, its JSON, its exit codes and its options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.commands.conftest import Run
from tests.projects import write_project

DOCUMENT: dict[str, Any] = {
    "version": int,
    "run_id": str,
    "target": str,
    "engine": str,
    "started_at": str,
    "duration_s": float,
    "published": bool,
    "critical_path": list,
    "results": list,
}
RESULT: dict[str, Any] = {
    "name": str,
    "resource": str,
    "status": str,
    "attempts": int,
    "duration_s": float,
    "rows": (int, type(None)),
    "reason": str,
    "key": (str, type(None)),
    "content": (str, type(None)),
    "error": (dict, type(None)),
}
BROKEN = {
    "models/broken.sql": "select\n    cast(name as integer) as n\nfrom customers\n",
    "models/reader.sql": "select * from broken\n",
}


def check_document(document: dict[str, Any]) -> None:
    """Exactly the documented keys, in their order, with their types."""
    for given in (document, *document["results"]):
        types = DOCUMENT if given is document else RESULT
        assert list(given) == list(types)
        for key, kind in types.items():
            assert isinstance(given[key], kind), key
    for result in document["results"]:
        assert result["resource"] in ("model", "seed", "check")
        assert result["status"] in ("ran", "cached", "failed", "skipped")
        if result["error"] is not None:
            assert list(result["error"])[:4] == ["message", "file", "line", "column"]


def statuses(document: dict[str, Any]) -> dict[str, str]:
    return {result["name"]: result["status"] for result in document["results"]}


def published(folder: Path, sql: str) -> list[Any]:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_build_talks_on_stderr_and_publishes(shop: Path, run: Run) -> None:
    ran = run("build")
    assert (ran.code, ran.out) == (0, "")
    first, *_, last = ran.err.splitlines()
    assert first.startswith("build `dev` on duckdb, ") and first.endswith(": 4 nodes, 4 to run")
    assert last == f"published 4 relations (4 changed) as number 1 of `dev`: {shop}/warehouse/dev.duckdb"
    assert published(shop, "from revenue order by name") == [("Ada", 42.5), ("Linus", 99.0)]


def test_a_build_with_nothing_to_do_is_one_line(shop: Path, run: Run) -> None:
    run("build")
    ran = run("build")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("4 cached in ") and ran.err.count("\n") == 1


def test_json_is_one_document_and_nothing_else(shop: Path, run: Run) -> None:
    ran = run("build", "--output", "json")
    check_document(ran.json)
    assert ran.code == 0 and ran.json["version"] == 1 and ran.json["published"] is True
    assert (ran.json["target"], ran.json["engine"]) == ("dev", "duckdb")
    assert statuses(ran.json) == dict.fromkeys(("customers", "orders", "stg_orders", "revenue"), "ran")
    assert {result["name"]: result["rows"] for result in ran.json["results"]} == {
        "customers": 3,
        "orders": 3,
        "stg_orders": None,
        "revenue": 2,
    }
    assert ran.json["critical_path"][-1] == "revenue"


def test_json_of_a_build_with_nothing_to_do(shop: Path, run: Run) -> None:
    keys = {result["name"]: result["key"] for result in run("build", "--output", "json").json["results"]}
    again = run("build", "--output", "json")
    check_document(again.json)
    assert again.code == 0 and again.json["published"] is True
    assert {(r["status"], r["attempts"], r["duration_s"], r["reason"]) for r in again.json["results"]} == {
        ("cached", 0, 0.0, "unchanged")
    }
    assert {result["name"]: result["key"] for result in again.json["results"]} == keys


def test_json_of_failed_models(shop: Path, run: Run) -> None:
    write_project(shop, BROKEN)
    ran = run("build", "--output", "json")
    check_document(ran.json)
    assert ran.code == 1 and ran.json["published"] is False
    assert statuses(ran.json) == {
        "customers": "ran",
        "orders": "ran",
        "broken": "failed",
        "stg_orders": "ran",
        "reader": "skipped",
        "revenue": "ran",
    }
    error = next(result["error"] for result in ran.json["results"] if result["name"] == "broken")
    assert (error["file"], error["line"], error["column"]) == ("models/broken.sql", 2, 5)
    assert error["message"].startswith("Could not convert string 'Ada' to INT32")
    assert "models/broken.sql:2:5" in ran.err


def test_a_mistake_in_the_project_leaves_stdout_empty(shop: Path, run: Run) -> None:
    write_project(shop, {"models/broken.sql": "select * from nowhere\n"})
    ran = run("build", "--output", "json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("models/broken.sql:1:15: no model, seed or source is named `nowhere`")
    assert not (shop / "warehouse" / "dev.duckdb").exists()


def test_a_failure_publishes_nothing_and_the_next_build_resumes(shop: Path, run: Run) -> None:
    run("build")
    write_project(shop, {**BROKEN, "seeds/orders.csv": "id,customer_id,amount\n1,1,5\n"})
    ran = run("build")
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == "not published: `broken` failed; `dev` is as it was before"
    assert published(shop, "select count(*) from orders") == [(3,)]
    write_project(
        shop,
        {"models/broken.sql": "select name from customers\n", "seeds/orders.csv": "id,customer_id,amount\n1,1,5\n"},
    )
    again = run("build", "--output", "json")
    assert again.code == 0
    assert {name for name, status in statuses(again.json).items() if status == "ran"} == {"broken", "reader"}
    assert published(shop, "select count(*) from orders") == [(1,)]


def test_fail_fast_stops_and_says_so(shop: Path, run: Run) -> None:
    write_project(shop, BROKEN)
    ran = run("build", "--fail-fast", "--threads", "1", "--output", "json")
    assert ran.code == 1
    assert {result["name"]: result["reason"] for result in ran.json["results"] if result["status"] == "skipped"} == {
        "reader": "upstream `broken` failed",
        "stg_orders": "stopped when `broken` failed (--fail-fast)",
        "revenue": "stopped when `broken` failed (--fail-fast)",
    }


def test_a_dry_run_is_a_plan(shop: Path, run: Run) -> None:
    dry, plan = run("build", "--dry-run", "--output", "json"), run("plan", "--output", "json")
    assert (dry.code, dry.out) == (0, plan.out)
    assert [row["action"] for row in dry.json] == ["run"] * 4
    assert not (shop / "warehouse" / "dev.duckdb").exists()
    text = run("build", "--dry-run")
    assert (text.out, text.err) == (run("plan").out, "4 run\n")


def test_quiet_says_only_what_is_wrong(shop: Path, run: Run) -> None:
    assert run("build", "--quiet") == run("build", "-q")
    assert run("build", "-q").err == ""
    write_project(shop, BROKEN)
    ran = run("build", "-q")
    assert ran.code == 1 and "models/broken.sql:2:5: " in ran.err and " ran " not in ran.err.splitlines()[0]


def test_verbose_says_what_was_cached(shop: Path, run: Run) -> None:
    run("build")
    ran = run("build", "-v")
    cached = [line.split() for line in ran.err.splitlines() if line.endswith("unchanged")]
    assert {words[1] for words in cached} == {"cached"}
    assert sorted(words[2] for words in cached) == ["customers", "orders", "revenue", "stg_orders"]


def test_no_cache_runs_everything_again(shop: Path, run: Run) -> None:
    run("build")
    ran = run("build", "--no-cache", "--output", "json")
    assert set(statuses(ran.json).values()) == {"ran"}
    assert {result["reason"] for result in ran.json["results"]} == {"stored results are not used (--no-cache)"}


def test_vars_reach_the_models_and_their_keys(shop: Path, run: Run) -> None:
    write_project(
        shop,
        {
            "odibi_project.yml": "name: shop\nvars: {least: 20}\n",
            "models/large.sql": "select id from orders where amount >= {{ var('least') }}\n",
        },
    )
    assert run("build").code == 0
    assert published(shop, "from large order by id") == [(1,), (3,)]
    reasons = []
    for given in ("{least: 50}", "least=50", '{"least": 10}'):
        results = run("build", "--vars", given, "--output", "json").json["results"]
        reasons.append(next(result["reason"] for result in results if result["name"] == "large"))
    assert reasons == ["var `least` changed", "unchanged", "var `least` changed"]
    assert published(shop, "select count(*) from large") == [(3,)]


def test_each_target_has_its_own_tables_and_all_share_the_store(shop: Path, run: Run) -> None:
    project = "name: shop\ntargets:\n  prod: {path: warehouse/prod/shop.duckdb}\n"
    write_project(shop, {"odibi_project.yml": project})
    assert run("build").code == 0
    ran = run("build", "--target", "prod", "--output", "json")
    assert (ran.code, ran.json["target"]) == (0, "prod")
    assert set(statuses(ran.json).values()) == {"cached"}
    with duckdb.connect(str(shop / "warehouse" / "prod" / "shop.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from revenue").fetchall() == [(2,)]


@pytest.mark.parametrize("threads", ["1", "2", "7"])
def test_threads_change_nothing_but_time(shop: Path, run: Run, threads: str) -> None:
    ran = run("build", "--threads", threads)
    assert ran.code == 0
    assert f" on duckdb, {threads} thread{'s' if threads != '1' else ''}: " in ran.err
    assert published(shop, "from revenue order by name") == [("Ada", 42.5), ("Linus", 99.0)]


def test_pandas_is_another_name_of_duckdb(shop: Path, run: Run) -> None:
    first = run("build", "--engine", "pandas", "--output", "json")
    assert (first.code, first.json["engine"]) == (0, "duckdb")
    again = run("build", "--engine", "duckdb", "--output", "json")
    assert set(statuses(again.json).values()) == {"cached"}


def test_as_of_is_the_time_of_the_whole_build(shop: Path, run: Run) -> None:
    write_project(
        shop,
        {
            "models/today.sql": "select current_date as today, count(*) as n from orders\n",
            "models/this_moment.sql": "select now() as t, id from orders\n",
            "models/moment_count.sql": "select count(distinct t) as n from this_moment\n",
        },
    )

    def build(time: str) -> dict[str, str]:
        ran = run("build", "--as-of", time, "--output", "json")
        assert ran.code == 0
        return statuses(ran.json)

    assert build("2026-01-31T08:00:00")["today"] == "ran"
    assert published(shop, "select today::varchar from today") == [("2026-01-31",)]
    assert published(shop, "select distinct epoch(t) from this_moment") == [(1769846400.0,)]
    same_day = build("2026-01-31T20:00:00")
    assert (same_day["today"], same_day["this_moment"], same_day["moment_count"]) == ("cached", "ran", "ran")
    next_day = build("2026-02-01")
    assert (next_day["today"], next_day["revenue"]) == ("ran", "cached")
    assert published(shop, "select today::varchar from today") == [("2026-02-01",)]


def test_a_project_is_found_from_any_folder(
    shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(shop / "models" / "staging")
    assert run("build").code == 0
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run("build").code == 2
    ran = run("build", "--project-dir", str(shop))
    assert (ran.code, ran.err.split(" in ")[0]) == (0, "4 cached")


def test_a_part_reads_the_rest_from_what_is_published(shop: Path, run: Run) -> None:
    run("build")
    write_project(shop, {"models/revenue.sql": "select count(*) as n from stg_orders\n"})
    ran = run("build", "--select", "revenue", "--output", "json")
    assert statuses(ran.json) == {"revenue": "ran"}
    assert published(shop, "from revenue") == [(3,)]
    assert published(shop, "select count(*) from customers") == [(3,)]


def test_an_empty_project_builds_and_says_that_there_is_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "odibi_project.yml").write_text("name: empty\n")
    ran = run("build", "--project-dir", str(tmp_path))
    assert (ran.code, ran.out) == (0, "")
    warning, end = ran.err.splitlines()
    assert warning == ("warning: odibi_project.yml: no models and no seeds: SQL belongs into models/, CSV into seeds/")
    assert end.startswith("nothing to do in ")


@pytest.mark.parametrize("no_color", [{}, {"NO_COLOR": "1"}])
def test_what_is_not_a_terminal_gets_no_colour(shop: Path, no_color: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "odibi_sql", "build", "--output", "json"],
        capture_output=True,
        text=True,
        env={**os.environ, **no_color},
        check=False,
    )
    assert done.returncode == 0
    check_document(json.loads(done.stdout))
    assert "\x1b" not in done.stderr and "\r" not in done.stderr


def test_nothing_modified_is_an_answer(shop: Path, run: Run) -> None:
    run("build")
    ran = run("build", "-v", "--select", "state:modified")
    assert ran.code == 0
    assert ran.err.splitlines()[0].endswith(": 0 nodes")
    assert ran.err.splitlines()[1].startswith("nothing to do in ")
    write_project(shop, {"models/revenue.sql": "select 1 as amount\n"})
    assert statuses(run("build", "-s", "state:modified", "-o", "json").json) == {"revenue": "ran"}
