"""What the executor and real builds promise beyond order: no barriers, no needless attempts, the right names."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest

import odibi_sql
from benchmarks.scheduling import SHAPES, misjudged, random_tasks, simulate
from odibi_sql.attempt import Attempt, Miss, NodeFailure, Outcome, Outcomes
from odibi_sql.events import EventEmitter, NodeError
from odibi_sql.executor import DAGExecutor, Execution, ExecutorOptions, Task
from tests.conftest import WriteProject


def test_a_level_is_no_barrier() -> None:
    """`slow`, of the first level, ends only after `below_quick`, of the second, has run."""
    second_level_ran = threading.Event()

    class Runner:
        def look_up(self, name: str) -> Outcome | Miss:
            return Miss("test", name)

        def run(self, name: str, attempt: Attempt) -> Outcome:  # noqa: ARG002 - as the executor calls it
            if name == "slow":
                assert second_level_ran.wait(30)
            if name == "below_quick":
                second_level_ran.set()
            return Outcome("test", 0, 0, 0, name, name)

        def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:
            return {name: self.run(name, attempt) for name in names}

    tasks = {
        "slow": Task("slow", "model", (), estimate_s=100.0),
        "quick": Task("quick", "model", ()),
        "below_quick": Task("below_quick", "model", ("quick",)),
    }
    done = DAGExecutor(tasks, Runner(), EventEmitter(), time.monotonic, ExecutorOptions(threads=2)).run()
    assert done.ok


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("workers", [2, 4])
def test_no_schedule_is_much_shorter(shape: str, workers: int) -> None:
    """In simulated time, also where estimates are wrong by up to a factor of two; 10,000 nodes."""
    tasks, seconds = random_tasks(shape, 10_000, seed=workers)
    for known in (tasks, misjudged(tasks, 2, seed=1)):
        assert simulate(known, seconds, workers).excess < 0.05


def test_a_long_chain_comes_before_what_is_short() -> None:
    """First come, first served would begin the chain when all else is done."""
    tasks = {f"short{n}": Task(f"short{n}", "model", (), estimate_s=1.0) for n in range(100)}
    tasks |= {
        f"chain{n}": Task(f"chain{n}", "model", (f"chain{n - 1}",) if n else (), estimate_s=1.0) for n in range(100)
    }
    found = simulate(tasks, dict.fromkeys(tasks, 1.0), workers=2)
    assert (found.wall_s, found.bound_s) == (100, 100)


def test_an_error_in_the_sql_is_tried_once_whatever_retries_say(project: WriteProject) -> None:
    settings = "name: test\nretries: 5\nretry_delay: 100\n"
    folder = project({"odibi_project.yml": settings, "models/a.sql": "select cast('x' as integer) as x"})
    result = odibi_sql.build(folder).results["a"]
    assert (result.status, result.attempts) == ("failed", 1)


def test_no_retries_still_means_one_attempt(project: WriteProject) -> None:
    folder = project({"odibi_project.yml": "name: test\nretries: 0\n", "models/a.sql": "select 1 as x"})
    result = odibi_sql.build(folder).results["a"]
    assert (result.status, result.attempts) == ("ran", 1)


def test_records_of_nodes_that_run_at_once_are_their_own(project: WriteProject) -> None:
    models = {f"models/m{n}.sql": f"select range as x, {n} as n from range({n * 100})" for n in range(1, 30)}
    run = odibi_sql.build(project(models), threads=8)
    for n in range(1, 30):
        result = run.results[f"m{n}"]
        assert (result.rows, result.columns, result.attempts, result.error) == (n * 100, 2, 1, None)
        assert result.queued_at is not None
        assert result.started_at is not None
        assert result.finished_at is not None
        assert result.queued_at <= result.started_at <= result.finished_at
        assert result.bytes


def test_an_engine_of_another_version_or_setting_makes_other_results(project: WriteProject) -> None:
    folder = project({"models/a.sql": "select x from (values (1), (null)) t(x) order by x"})
    odibi_sql.build(folder)
    setting = "name: test\nengines: {duckdb: {default_null_order: nulls_first}}\n"
    project({"odibi_project.yml": setting})
    run = odibi_sql.build(folder)
    assert run.results["a"].status == "ran"
    assert run.results["a"].reason == "setting `default_null_order` changed"
    assert run["a"].arrow()["x"].to_pylist() == [None, 1]
    project({"odibi_project.yml": setting.replace("}}", ", memory_limit: 1GB}}")})
    assert odibi_sql.build(folder).results["a"].status == "cached"


@dataclass
class Recording:
    """A runner that notes what it is asked to do. `cached` are found, `broken` fail in a way that passes at the second
    attempt, `wrong` are found or made, and judged to fail."""

    cached: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()
    ran: list[tuple[str, ...]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def look_up(self, name: str) -> Outcome | Miss:
        self.looked_up.append(name)
        return self._outcome(name) if name in self.cached else Miss("test", name)

    def run(self, name: str, attempt: Attempt) -> Outcome:
        self.ran.append((name,))
        if name in self.broken and attempt.number == 1:
            raise NodeFailure(NodeError("busy"), passing=True)
        return self._outcome(name)

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:  # noqa: ARG002 - as the executor calls it
        self.ran.append(names)
        busy = NodeFailure(NodeError("busy"), passing=True)
        return {name: busy if name in self.broken else self._outcome(name) for name in names}

    def _outcome(self, name: str) -> Outcome:
        error = NodeError("1 row fails") if name in self.wrong else None
        return Outcome("test", 0, 0, 0, name, name, "fail" if error else "pass", error)


def execute(runner: Recording, *tasks: Task, fail_fast: bool = False) -> Execution:
    by_name = {task.name: task for task in tasks}
    options = ExecutorOptions(threads=1, fail_fast=fail_fast)
    return DAGExecutor(by_name, runner, EventEmitter(), time.monotonic, options).run()


def task(name: str, *upstream: str, after: tuple[str, ...] = (), group: str | None = None) -> Task:
    return Task(name, "check" if group else "model", upstream, 1, 0.0, None, 1.0, after, group)


def test_what_is_ready_of_a_group_is_handed_over_together() -> None:
    runner = Recording(cached=frozenset(["c2"]))
    checks = [task(f"c{n}", "a", group="a") for n in range(4)]
    late = task("late", "b", group="a")
    done = execute(runner, task("a"), *checks, task("other", group="x"), task("b", after=("c0",)), late)
    assert done.ok
    assert ("c0", "c1", "c3") in runner.ran
    assert ("late",) in runner.ran and ("other",) in runner.ran
    assert sorted(runner.looked_up) == sorted([*(f"c{n}" for n in range(4)), "a", "b", "late", "other"])
    assert done.results["c2"].status == "cached"


def test_one_of_a_group_is_tried_again_alone() -> None:
    runner = Recording(broken=frozenset(["c1"]))
    done = execute(runner, *(task(f"c{n}", group="g") for n in range(3)))
    assert runner.ran[0] == ("c0", "c1", "c2")
    assert runner.ran[1:] == [("c1",)]
    assert done.ok and [one.attempts for one in done.results.values()] == [1, 1, 2]


@pytest.mark.parametrize("how", ["made", "found"])
def test_a_verdict_skips_nothing_and_order_is_kept(how: str) -> None:
    cached = frozenset(["first"]) if how == "found" else frozenset()
    runner = Recording(cached, wrong=frozenset(["first"]))
    done = execute(runner, task("first"), task("reader", after=("first",)), task("below", "reader"))
    assert runner.ran[-2:] == [("reader",), ("below",)]
    assert done.failed == ("first",) and not done.ok
    assert {name: one.status for name, one in done.results.items()} == {
        "first": "failed",
        "reader": "ran",
        "below": "ran",
    }


def test_what_only_comes_after_runs_when_that_was_skipped() -> None:
    class Broken(Recording):
        def run(self, name: str, attempt: Attempt) -> Outcome:
            if name == "a":
                raise NodeFailure(NodeError("broken"))
            return super().run(name, attempt)

    done = execute(Broken(), task("a"), task("check", "a"), task("reader", after=("check",)))
    assert {name: one.status for name, one in done.results.items()} == {
        "a": "failed",
        "check": "skipped",
        "reader": "ran",
    }


@pytest.mark.parametrize("how", ["made", "found"])
def test_a_verdict_stops_a_build_that_shall_fail_fast(how: str) -> None:
    cached = frozenset(["c0", "c1"]) if how == "found" else frozenset()
    runner = Recording(cached, wrong=frozenset(["c0"]))
    checks = [task(f"c{n}", group="g") for n in range(3)]
    done = execute(runner, *checks, task("later", after=("c0",)), fail_fast=True)
    assert done.results["c0"].status == "failed"
    assert done.results["later"].status == "skipped"
    assert done.results["later"].reason == "stopped when `c0` failed (--fail-fast)"
    assert (done.results["c2"].status == "skipped") == (how == "found")
