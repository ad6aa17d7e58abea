"""Ctrl-C, SIGTERM, timeouts and --fail-fast: what runs is cancelled in the engine, what is done is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder, ended, wait_until

# Would run for hours; the engine gets from it only by being cancelled.
ENDLESS = "select count(*) as n from range(10000000) a, range(10000000) b where a.range * b.range % 7 = {k}"
QUICKLY_S = 10.0


def statuses(shop: Folder, *arguments: str) -> dict[str, str]:
    """How each node of a build ended."""
    said = json.loads(shop.run("build", "--output", "json", *arguments).out)
    return {node["name"]: node["status"] for node in said["results"]}


def started(shop: Folder, *arguments: str) -> subprocess.Popen[str]:
    """A build that is in the middle of its endless queries, `first` being done."""
    build = shop.start("build", *arguments)
    wait_until(
        lambda: build.poll() is not None or bool(list(shop.warehouse.glob("runs/*/sql/endless*.sql"))),
        "the endless query",
    )
    assert build.poll() is None
    return build


def endless(count: int = 1) -> dict[str, str]:
    return {
        "models/first.sql": "select 1 as n",
        **{f"models/endless_{k}.sql": ENDLESS.format(k=k) + " and 1 = (select n from first)" for k in range(count)},
        "models/after.sql": "select * from endless_0",
    }


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("threads", ["1", "4"])
def test_an_interrupted_build_ends_at_once_and_publishes_nothing(
    folder: MakeFolder, how: signal.Signals, threads: str
) -> None:
    shop = folder(endless(4))
    build = started(shop, "--threads", threads)
    began = time.monotonic()
    build.send_signal(how)
    end = ended(build)
    assert time.monotonic() - began < QUICKLY_S
    assert end.code == 130
    assert "Traceback" not in end.err
    assert "interrupted" in end.err
    assert not shop.catalog.exists()
    assert shop.left_over() == []
    shop.write({f"models/endless_{k}.sql": "select n from first" for k in range(4)})
    assert statuses(shop)["first"] == "cached"
    assert shop.rows("SELECT * FROM after") == [(1,)]


def test_an_interrupted_build_leaves_what_was_published(folder: MakeFolder) -> None:
    shop = folder({"models/first.sql": "select 0 as n"})
    shop.build()
    shop.write(endless())
    build = started(shop)
    build.send_signal(signal.SIGINT)
    assert ended(build).code == 130
    assert shop.rows("SELECT * FROM first") == [(0,)]
    assert shop.tables() == {"first"}


def test_ctrl_c_again_and_again_ends_a_build_too(folder: MakeFolder) -> None:
    shop = folder(endless(4))
    build = started(shop, "--threads", "4")
    began = time.monotonic()
    for _ in range(20):
        if build.poll() is None:
            build.send_signal(signal.SIGINT)
    end = ended(build)
    assert time.monotonic() - began < QUICKLY_S
    assert end.code == 130
    assert not shop.catalog.exists()
    shop.write({f"models/endless_{k}.sql": "select n from first" for k in range(4)})
    shop.build()
    assert shop.left_over() == []


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.2, 0.4])
def test_ctrl_c_at_any_moment_ends_a_build_without_a_traceback(folder: MakeFolder, after_s: float) -> None:
    shop = folder({f"models/m_{k}.sql": f"select {k} as k" for k in range(60)})
    build = shop.start("build", "--threads", "4")
    assert build.stderr is not None
    said = build.stderr.readline()  # it has begun
    time.sleep(after_s)
    build.send_signal(signal.SIGINT)
    end = ended(build)
    assert end.code in (0, 130, -signal.SIGINT), said + end.err  # the last: Python itself was ending
    assert "Traceback" not in end.err
    assert "a bug" not in end.err
    shop.build()
    assert shop.rows("SELECT k FROM m_59") == [(59,)]
    assert shop.left_over() == []


def test_ctrl_c_from_a_terminal_reaches_the_whole_group(folder: MakeFolder) -> None:
    shop = folder(endless())
    build = shop.start("build", start_new_session=True)
    wait_until(lambda: bool(list(shop.warehouse.glob("runs/*/sql/endless*.sql"))), "the endless query")
    os.killpg(build.pid, signal.SIGINT)
    assert ended(build).code == 130


@pytest.mark.parametrize("hook", ["on_run_start", "on_run_end"])
def test_ctrl_c_ends_a_hook_of_the_run(folder: MakeFolder, hook: str) -> None:
    shop = folder({"models/first.sql": "select 1 as n", "models/second.sql": "select 2 as n"})
    begun = shop.path / "begun.csv"
    hooks = [f"copy (select 1) to '{begun}'", ENDLESS.format(k=0)]
    shop.write({"odibi_project.yml": f"name: test\nthreads: 2\n{hook}: {json.dumps(hooks)}\n"})
    build = shop.start("build")
    wait_until(begun.exists, "the hook")
    build.send_signal(signal.SIGINT)
    end = ended(build)
    assert (end.code, "Traceback" in end.err) == (130, False), end.err
    assert shop.catalog.exists() == (hook == "on_run_end")
    assert shop.left_over() == []


def test_a_timeout_of_a_model_is_none_of_what_the_run_begins_with(folder: MakeFolder) -> None:
    shop = folder(
        {"models/first.sql": "{{ config(timeout=0.01) }} select 1 as n", "models/second.sql": "select 2 as n"}
    )
    long = "select sum(hash(range)) from range(50000000)"
    shop.write({"odibi_project.yml": f"name: test\nthreads: 2\non_run_start: {long}\n"})
    assert statuses(shop) == {"first": "failed", "second": "ran"}


def test_a_timeout_cancels_the_query_and_names_the_model(folder: MakeFolder) -> None:
    shop = folder(
        {
            "models/first.sql": "select 1 as n",
            "models/endless.sql": "{{ config(timeout=0.5) }} " + ENDLESS.format(k=1),
            "models/after.sql": "select * from endless",
            "models/aside.sql": "select * from first",
        }
    )
    began = time.monotonic()
    end = shop.run("build")
    assert time.monotonic() - began < QUICKLY_S
    assert end.code == 1
    assert "took longer than its timeout of 0.5 s" in end.err
    assert "models/endless.sql" in end.err
    assert statuses(shop) == {"first": "cached", "aside": "cached", "endless": "failed", "after": "skipped"}
    assert not shop.catalog.exists()
    assert shop.left_over() == []


def test_the_projects_timeout_holds_for_every_model_but_those_with_their_own(folder: MakeFolder) -> None:
    shop = folder(
        {
            "odibi_project.yml": "name: shop\ntimeout: 0.3\n",
            "models/endless.sql": ENDLESS.format(k=1),
            "models/patient.sql": "{{ config(timeout='10m') }} select 1 as n",
        }
    )
    assert statuses(shop) == {"endless": "failed", "patient": "ran"}


def test_fail_fast_cancels_what_runs(folder: MakeFolder) -> None:
    shop = folder({"models/endless.sql": ENDLESS.format(k=1), "models/wrong.sql": "select 'x'::integer as n"})
    began = time.monotonic()
    found = statuses(shop, "--threads", "2", "--fail-fast")
    assert found == {"endless": "skipped", "wrong": "failed"}
    assert time.monotonic() - began < QUICKLY_S
