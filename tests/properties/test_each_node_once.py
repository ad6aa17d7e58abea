"""The executor alone, over random graphs with random failures: every order of events that it may produce is right."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from odibi_sql.attempt import Attempt, Miss, NodeFailure, Outcome, Outcomes
from odibi_sql.events import (
    Event,
    EventEmitter,
    NodeError,
    NodeFinished,
    NodeRetrying,
    NodeStarted,
)
from odibi_sql.executor import DAGExecutor, Execution, ExecutorOptions, Task, priorities

FOUND = Outcome("unchanged", 1, 1, 1, "key", "content")


@dataclass(frozen=True)
class Behaviour:
    """`cached`: there is a result. `passing` attempts fail in a way that can pass; then it `breaks` for good or not."""

    cached: bool = False
    passing: int = 0
    breaks: bool = False


@dataclass
class FakeRunner:
    """Does what each node's behaviour says, and checks what it is asked for: upstream first, nothing twice."""

    tasks: Mapping[str, Task]
    behaviours: Mapping[str, Behaviour]
    done: set[str] = field(default_factory=set)
    attempts: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look_up(self, name: str) -> Outcome | Miss:
        with self._lock:
            self.looked_up.append(name)
            self._expect_upstream(name)
            if self.behaviours[name].cached:
                self.done.add(name)
                return FOUND
        return Miss("no stored result", "key")

    def run(self, name: str, attempt: Attempt) -> Outcome:
        behaviour = self.behaviours[name]
        with self._lock:
            self._expect_upstream(name)
            self.attempts[name] += 1
            self.order.append(name)
            if attempt.number != self.attempts[name]:
                self.wrong.append(f"{name}: attempt {attempt.number} is number {self.attempts[name]}")
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if attempt.number <= behaviour.passing:
                raise NodeFailure(NodeError("busy"), passing=True)
            if behaviour.breaks:
                raise NodeFailure(NodeError("broken"))
        finally:
            with self._lock:
                self.at_once -= 1
        with self._lock:
            self.done.add(name)
        return replace(FOUND, reason="made")

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:  # noqa: ARG002
        raise AssertionError(f"{names} have no group")

    def _expect_upstream(self, name: str) -> None:
        self.wrong += [f"{name} came before {up}" for up in self.tasks[name].upstream if up not in self.done]


@dataclass(frozen=True)
class Graph:
    tasks: dict[str, Task]
    behaviours: dict[str, Behaviour]

    def expected(self) -> dict[str, str]:
        """Statuses, told from the definition: skipped is what has something failed or skipped upstream."""
        found: dict[str, str] = {}
        for name, task in self.tasks.items():
            behaviour = self.behaviours[name]
            if any(found[up] in ("failed", "skipped") for up in task.upstream):
                found[name] = "skipped"
            elif behaviour.cached:
                found[name] = "cached"
            elif behaviour.breaks or behaviour.passing > task.retries:
                found[name] = "failed"
            else:
                found[name] = "ran"
        return found

    def attempts(self, name: str) -> int:
        """How often a node is tried that is not skipped."""
        behaviour = self.behaviours[name]
        return 0 if behaviour.cached else 1 + min(behaviour.passing, self.tasks[name].retries)


_behaviours = st.builds(
    Behaviour,
    cached=st.integers(0, 4).map(lambda x: x == 0),
    passing=st.sampled_from((0, 0, 0, 0, 1, 2, 4)),
    breaks=st.integers(0, 14).map(lambda x: x == 0),
)
_nodes = st.tuples(
    st.lists(st.integers(1, 12), max_size=4), _behaviours, st.integers(0, 3), st.sampled_from((None, 0.0, 0.5, 3.0))
)


@st.composite
def graphs(draw: st.DrawFn, most: int = 30) -> Graph:
    tasks: dict[str, Task] = {}
    behaviours: dict[str, Behaviour] = {}
    for number, (back, behaviour, retries, estimate) in enumerate(draw(st.lists(_nodes, min_size=1, max_size=most))):
        upstream = dict.fromkeys(f"n{number - step}" for step in back if step <= number)
        tasks[f"n{number}"] = Task(
            f"n{number}", "model", tuple(upstream), retries=retries, retry_delay=0.0, estimate_s=estimate
        )
        behaviours[f"n{number}"] = behaviour
    return Graph(tasks, behaviours)


@dataclass
class Run:
    execution: Execution
    runner: FakeRunner
    events: list[Event]

    def statuses(self) -> dict[str, str]:
        return {name: result.status for name, result in self.execution.results.items()}


def execute(graph: Graph, threads: int, *, fail_fast: bool = False) -> Run:
    runner = FakeRunner(graph.tasks, graph.behaviours)
    events: list[Event] = []
    options = ExecutorOptions(threads, fail_fast)
    execution = DAGExecutor(graph.tasks, runner, EventEmitter(events.append), time.monotonic, options).run()
    return Run(execution, runner, events)


@given(graphs(), st.integers(1, 8))
def test_every_node_comes_to_its_right_end(graph: Graph, threads: int) -> None:
    run = execute(graph, threads)
    assert run.runner.wrong == []
    assert run.statuses() == graph.expected()
    assert not run.execution.interrupted
    assert run.execution.ok == (set(graph.expected().values()) <= {"ran", "cached"})
    assert set(run.execution.failed) == {name for name, status in graph.expected().items() if status == "failed"}
    assert run.runner.most_at_once <= threads


@given(graphs(), st.integers(1, 8))
def test_every_node_is_tried_as_often_as_it_may_and_looked_up_once(graph: Graph, threads: int) -> None:
    run = execute(graph, threads)
    tried = {name: graph.attempts(name) for name, status in graph.expected().items() if status != "skipped"}
    assert run.runner.attempts == Counter({name: count for name, count in tried.items() if count})
    assert sorted(run.runner.looked_up) == sorted(tried)
    for name, result in run.execution.results.items():
        assert result.attempts == tried.get(name, 0)


@given(graphs(), st.integers(1, 8))
def test_events_tell_the_same_story(graph: Graph, threads: int) -> None:
    run = execute(graph, threads)
    finished = [event.result for event in run.events if isinstance(event, NodeFinished)]
    assert len({result.name for result in finished}) == len(finished)
    assert {result.name: result for result in finished} == run.execution.results
    started = Counter(event.name for event in run.events if isinstance(event, NodeStarted))
    retried = Counter(event.name for event in run.events if isinstance(event, NodeRetrying))
    assert started == run.runner.attempts
    assert retried == Counter({name: count - 1 for name, count in started.items() if count > 1})
    ended: set[str] = set()
    for event in run.events:
        if isinstance(event, NodeFinished):
            ended.add(event.result.name)
        elif isinstance(event, NodeStarted):
            assert ended.issuperset(graph.tasks[event.name].upstream)


@settings(max_examples=settings().max_examples // 2)
@given(graphs(most=200))
def test_any_number_of_workers_gives_the_same_statuses(graph: Graph) -> None:
    alone = execute(graph, 1)
    together = execute(graph, 8)
    assert alone.statuses() == together.statuses() == graph.expected()
    assert together.runner.wrong == []


@given(graphs(), st.integers(1, 8))
def test_fail_fast_starts_nothing_after_the_first_failure(graph: Graph, threads: int) -> None:
    run = execute(graph, threads, fail_fast=True)
    expected = graph.expected()
    assert run.execution.results.keys() == graph.tasks.keys()
    if "failed" not in expected.values():
        assert run.statuses() == expected
        return
    failures = [
        event.result for event in run.events if isinstance(event, NodeFinished) and event.result.status == "failed"
    ]
    assert failures
    first = next(i for i, e in enumerate(run.events) if isinstance(e, NodeFinished) and e.result == failures[0])
    assert not [event for event in run.events[first:] if isinstance(event, NodeStarted | NodeRetrying)]
    for name, status in run.statuses().items():
        without_retry = "failed" if graph.behaviours[name].passing else expected[name]
        assert status in (expected[name], without_retry, "skipped")


@given(graphs())
def test_one_worker_takes_the_longest_remaining_path_first(graph: Graph) -> None:
    """Among nodes that are ready together, and where nothing is tried twice."""
    tasks = {name: replace(task, retries=0) for name, task in graph.tasks.items()}
    run = execute(Graph(tasks, dict.fromkeys(tasks, Behaviour())), 1)
    longest = priorities(tasks)
    done: set[str] = set()
    for name in run.runner.order:
        ready = [n for n, task in tasks.items() if n not in done and done.issuperset(task.upstream)]
        assert longest[name] == max(longest[n] for n in ready)
        done.add(name)
    assert done == tasks.keys()


@given(graphs())
def test_a_remaining_path_is_the_node_and_the_longest_below_it(graph: Graph) -> None:
    tasks = {name: replace(task, estimate_s=task.estimate_s or 1.0) for name, task in graph.tasks.items()}
    found = priorities(tasks)
    for name, task in tasks.items():
        below = [found[reader] for reader, one in tasks.items() if name in one.upstream]
        assert found[name] == (task.estimate_s or 0.0) + max(below, default=0.0)


def _chain(length: int) -> dict[str, Task]:
    return {f"n{i}": Task(f"n{i}", "model", (f"n{i - 1}",) if i else ()) for i in range(length)}


@pytest.mark.parametrize("broken", [None, 0, 2500])
def test_a_chain_of_5000_nodes(broken: int | None) -> None:
    tasks = _chain(5000)
    behaviours = {f"n{i}": Behaviour(breaks=i == broken) for i in range(5000)}
    graph = Graph(tasks, behaviours)
    run = execute(graph, 4)
    assert run.statuses() == graph.expected()


def test_a_chain_of_5000_cached_nodes() -> None:
    tasks = _chain(5000)
    run = execute(Graph(tasks, dict.fromkeys(tasks, Behaviour(cached=True))), 2)
    assert set(run.statuses().values()) == {"cached"}


@dataclass
class Effects:
    """A runner of functions by node name."""

    actions: Mapping[str, Callable[[Attempt], None]]
    order: list[str] = field(default_factory=list)

    def look_up(self, name: str) -> Outcome | Miss:  # noqa: ARG002 - all miss
        return Miss("no stored result", "key")

    def run(self, name: str, attempt: Attempt) -> Outcome:
        self.order.append(name)
        self.actions[name](attempt)
        return FOUND

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:
        return {name: self.run(name, attempt) for name in names}


def _executed(
    tasks: list[Task], actions: Mapping[str, Callable[[Attempt], None]], threads: int
) -> tuple[Execution, Effects]:
    runner = Effects(actions)
    by_name = {task.name: task for task in tasks}
    execution = DAGExecutor(by_name, runner, EventEmitter(), time.monotonic, ExecutorOptions(threads)).run()
    return execution, runner


def _nothing(attempt: Attempt) -> None:
    pass


def _passes(attempt: Attempt) -> None:
    if attempt.number == 1:
        raise NodeFailure(NodeError("busy"), passing=True)


def _until_cancelled(attempt: Attempt) -> None:
    """Stands for a query that only an interrupt ends."""
    ended = threading.Event()
    attempt.on_cancel(ended.set)
    if not ended.wait(timeout=30):
        raise AssertionError("nobody cancelled it")
    raise NodeFailure(NodeError("interrupted"))


def _press_ctrl_c() -> None:
    """The signal goes to the coordinator's thread, as the kernel chooses it too; it ends a wait there."""
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def test_a_delay_holds_no_worker() -> None:
    """The one worker does all the rest while `a` waits for its second attempt."""
    tasks = [Task("a", "model", (), retries=1, retry_delay=0.2, estimate_s=9.0)]
    tasks += [Task(f"b{i}", "model", (), estimate_s=1.0) for i in range(5)]
    actions = {"a": _passes, **{f"b{i}": _nothing for i in range(5)}}
    execution, runner = _executed(tasks, actions, threads=1)
    assert execution.ok
    assert runner.order == ["a", "b0", "b1", "b2", "b3", "b4", "a"]


def test_a_node_that_takes_longer_than_its_timeout_is_cancelled_and_fails() -> None:
    tasks = [
        Task("slow", "model", (), retries=3, timeout=0.05),
        Task("quick", "model", (), timeout=30),
        Task("below", "model", ("slow",)),
    ]
    execution, runner = _executed(tasks, {"slow": _until_cancelled, "quick": _nothing, "below": _nothing}, threads=2)
    assert {name: result.status for name, result in execution.results.items()} == {
        "slow": "failed",
        "quick": "ran",
        "below": "skipped",
    }
    error = execution.results["slow"].error
    assert error is not None
    assert error.message == "took longer than its timeout of 0.05 s"
    assert not execution.interrupted
    assert sorted(runner.order) == ["quick", "slow"]


@pytest.mark.parametrize("threads", [1, 3])
def test_an_interrupt_cancels_what_runs_and_starts_nothing_more(threads: int) -> None:
    begun = threading.Barrier(threads)

    def interrupted(attempt: Attempt) -> None:
        ended = threading.Event()
        attempt.on_cancel(ended.set)
        if begun.wait(timeout=30) == 0:
            _press_ctrl_c()
        if not ended.wait(timeout=30):
            raise AssertionError("nobody cancelled it")
        raise NodeFailure(NodeError("interrupted"), passing=True)

    tasks = [Task(f"n{i}", "model", (), retries=2) for i in range(threads + 2)]
    tasks += [Task("below", "model", ("n0",))]
    execution, runner = _executed(tasks, {task.name: interrupted for task in tasks}, threads)
    assert execution.interrupted
    assert not execution.ok
    assert {result.status for result in execution.results.values()} == {"skipped"}
    assert {result.reason for result in execution.results.values()} == {"interrupted"}
    assert execution.results.keys() == {task.name for task in tasks}
    assert len(runner.order) == threads


def test_a_result_that_came_before_the_interrupt_counts() -> None:
    def interrupts(attempt: Attempt) -> None:
        _press_ctrl_c()
        _until_cancelled(attempt)

    tasks = [Task("a", "model", ()), Task("b", "model", ("a",)), Task("c", "model", ("b",))]
    execution, runner = _executed(tasks, {"a": _nothing, "b": interrupts, "c": _nothing}, threads=1)
    assert execution.interrupted
    assert [result.status for result in execution.results.values()] == ["ran", "skipped", "skipped"]
    assert runner.order == ["a", "b"]


def test_a_bug_of_a_runner_goes_up_when_every_worker_has_ended() -> None:
    ended: list[str] = []

    def bug(attempt: Attempt) -> None:
        raise ZeroDivisionError

    def other(attempt: Attempt) -> None:
        try:
            _until_cancelled(attempt)
        finally:
            ended.append("other")

    tasks = [Task("other", "model", (), estimate_s=9.0), Task("bug", "model", (), estimate_s=1.0)]
    with pytest.raises(ZeroDivisionError):
        _executed(tasks, {"bug": bug, "other": other}, threads=2)
    assert ended == ["other"]
