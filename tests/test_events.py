"""EventEmitter and Tracker: every event reaches every listener, and what is heard of many nodes never mixes."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odibi_sql.events import (
    BuildFinished,
    BuildStarted,
    Event,
    EventEmitter,
    NodeError,
    NodeExecutionResult,
    NodeFinished,
    NodeRetrying,
    NodeStarted,
    PlannedNode,
    Published,
    Status,
    Tracker,
    Warned,
)

ERROR = NodeError("IO Error: it went away")


def planned(*edges: str) -> tuple[PlannedNode, ...]:
    """`a`, `b: a`, `c: a b`."""
    split = [edge.partition(":") for edge in edges]
    return tuple(PlannedNode(name, "model", "run", "new", tuple(up.split())) for name, _, up in split)


def start(nodes: Sequence[PlannedNode]) -> BuildStarted:
    return BuildStarted("r1", "dev", "duckdb", 4, 10.0, datetime(2026, 1, 1, tzinfo=UTC), tuple(nodes))


def finish(name: str, took: float, status: Status = "ran", at: float = 20.0) -> NodeFinished:
    return NodeFinished(NodeExecutionResult(name, "model", status, f"because of {name}", 1, None, None, at, took), at)


def tracked(*events: Event) -> Tracker:
    tracker = Tracker()
    for event in events:
        tracker(event)
    return tracker


def test_events_reach_every_listener_in_the_order_of_subscription() -> None:
    heard: list[tuple[str, Event]] = []
    emitter = EventEmitter(lambda event: heard.append(("first", event)))
    emitter.subscribe(lambda event: heard.append(("second", event)))
    one, two = Warned("one"), Warned("two")
    emitter.emit(one)
    emitter.emit(two)
    assert heard == [("first", one), ("second", one), ("first", two), ("second", two)]


def test_an_emitter_without_listeners_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    EventEmitter().emit(Warned("nobody hears"))
    assert capfd.readouterr() == ("", "")


def test_a_tracker_keeps_what_it_heard() -> None:
    begun, end = start(planned("a", "b:a")), BuildFinished("r1", 31.5, published=True)
    publication = Published("dev", 1, "warehouse/dev.duckdb", 2, ("a",), ())
    tracker = tracked(begun, Warned("w1"), finish("a", 1.0), Warned("w2"), finish("b", 2.0), publication, end)
    assert (tracker.started, tracker.finished, tracker.publication) == (begun, end, publication)
    assert tracker.warnings == ["w1", "w2"]
    assert list(tracker.results) == ["a", "b"]
    assert tracker.summary().wall_s == 21.5


def test_a_node_is_running_or_waiting_or_finished() -> None:
    first, again = NodeStarted("a", 1, 10.0), NodeStarted("a", 2, 12.0)
    retrying = NodeRetrying("a", 1, 1.0, ERROR, 11.0)
    states = []
    tracker = Tracker()
    for event in (start(planned("a")), first, retrying, again, finish("a", 3.0)):
        tracker(event)
        states.append((dict(tracker.running), dict(tracker.waiting), list(tracker.results)))
    assert states == [
        ({}, {}, []),
        ({"a": first}, {}, []),
        ({}, {"a": retrying}, []),
        ({"a": again}, {}, []),
        ({}, {}, ["a"]),
    ]


def story(name: str, number: int) -> list[Event]:
    """All that happens to one node: some are tried again, some are cached, each with figures of its own."""
    statuses: tuple[Status, ...] = ("ran", "failed", "cached", "skipped")
    status = statuses[number % 4]
    tries: list[Event] = [NodeStarted(name, 1, number)] if status in ("ran", "failed") else []
    if number % 3 == 0 and tries:
        tries += [NodeRetrying(name, 1, 0.1, ERROR, number), NodeStarted(name, 2, number)]
    return [*tries, finish(name, float(number), status, at=1000.0 + number)]


@given(st.randoms(use_true_random=False), st.integers(1, 30))
def test_interleaved_events_of_many_nodes_never_mix(random: Random, count: int) -> None:
    stories = {f"m{i}": story(f"m{i}", i) for i in range(count)}
    order = [name for name, events in stories.items() for _ in events]
    random.shuffle(order)
    left = {name: iter(events) for name, events in stories.items()}
    tracker = tracked(start(planned(*stories)), *(next(left[name]) for name in order))
    for name, events in stories.items():
        last = events[-1]
        assert isinstance(last, NodeFinished)
        assert tracker.results[name] is last.result
    assert (tracker.running, tracker.waiting) == ({}, {})
    assert sum(tracker.summary().counts.values()) == count


def test_completions_from_several_threads_through_one_coordinator_never_mix() -> None:
    """As in a build: workers finish in any order, one thread emits."""
    count = 400
    done: queue.SimpleQueue[list[Event]] = queue.SimpleQueue()
    tracker = Tracker()
    emitter = EventEmitter(tracker)
    emitter.emit(start(planned(*(f"m{i}" for i in range(count)))))
    with ThreadPoolExecutor(8) as pool:
        for i in range(count):
            pool.submit(lambda name, number: done.put(story(name, number)), f"m{i}", i)
        for _ in range(count):
            for event in done.get(timeout=30):
                emitter.emit(event)
    for i in range(count):
        result = tracker.results[f"m{i}"]
        assert (result.name, result.duration_s, result.reason) == (f"m{i}", float(i), f"because of m{i}")


DIAMOND = planned("a", "b:a", "c:a", "d:b c")


def test_the_critical_path_of_a_diamond_takes_the_slower_side() -> None:
    for slow, fast in (("b", "c"), ("c", "b")):
        times = {"a": 1.0, slow: 5.0, fast: 2.0, "d": 3.0}
        summary = tracked(start(DIAMOND), *(finish(name, took) for name, took in times.items())).summary()
        assert summary.critical_path == ("a", slow, "d")
        assert (summary.critical_path_s, summary.sum_s) == (9.0, 11.0)


def test_a_long_lone_node_is_the_critical_path() -> None:
    events = [finish("a", 1.0), finish("b", 1.0), finish("lone", 30.0)]
    summary = tracked(start(planned("a", "b:a", "lone")), *events).summary()
    assert (summary.critical_path, summary.critical_path_s) == (("lone",), 30.0)


def test_cached_and_skipped_nodes_take_no_time() -> None:
    """Even where a cached result says how long it once took."""
    events = [finish("a", 9.0, "cached"), finish("b", 2.0), finish("c", 4.0, "failed"), finish("d", 7.0, "skipped")]
    summary = tracked(start(DIAMOND), *events).summary()
    assert (summary.critical_path, summary.critical_path_s, summary.sum_s) == (("c",), 4.0, 6.0)
    assert summary.counts == {"ran": 1, "cached": 1, "failed": 1, "skipped": 1}


def test_the_critical_path_goes_through_cached_nodes_without_naming_them() -> None:
    events = [finish("a", 1.0), finish("b", 5.0, "cached"), finish("c", 0.0, "cached"), finish("d", 3.0)]
    summary = tracked(start(DIAMOND), *events).summary()
    assert (summary.critical_path, summary.critical_path_s) == (("a", "d"), 4.0)


def test_a_build_where_nothing_ran_has_no_critical_path() -> None:
    summary = tracked(start(DIAMOND), *(finish(name, 1.0, "cached") for name in "abcd")).summary()
    assert (summary.critical_path, summary.critical_path_s, summary.sum_s) == ((), 0.0, 0.0)
    assert Tracker().summary().critical_path == ()


def test_wall_time_ends_with_what_was_heard_last_while_a_build_goes_on() -> None:
    assert tracked(start(DIAMOND)).summary().wall_s == 0.0
    assert tracked(start(DIAMOND), finish("a", 1.0, at=12.0), finish("b", 1.0, at=11.0)).summary().wall_s == 2.0


@given(st.data(), st.integers(1, 9))
def test_the_critical_path_is_the_longest_of_all_paths(data: st.DataObject, count: int) -> None:
    upstream = [data.draw(st.lists(st.integers(0, i - 1), unique=True, max_size=3)) if i else [] for i in range(count)]
    took = data.draw(st.lists(st.integers(0, 5).map(float), min_size=count, max_size=count))
    nodes = planned(*(f"m{i}:{' '.join(f'm{up}' for up in upstream[i])}" for i in range(count)))
    summary = tracked(start(nodes), *(finish(f"m{i}", took[i]) for i in range(count))).summary()

    paths = [[i] for i in range(count)]
    for path in paths:  # grows while it is walked, until no path can be made longer
        paths += [[*path, i] for i in range(count) if path[-1] in upstream[i]]
    assert summary.critical_path_s == max(sum(took[i] for i in path) for path in paths)
    chosen = [int(name[1:]) for name in summary.critical_path]
    assert sum(took[i] for i in chosen) == summary.critical_path_s
    assert all(before in upstream[after] for before, after in itertools.pairwise(chosen))


def test_chains_of_thousands_need_no_recursion() -> None:
    nodes = planned("m0", *(f"m{i}:m{i - 1}" for i in range(1, 5000)))
    summary = tracked(start(nodes), *(finish(node.name, 0.5) for node in nodes)).summary()
    assert len(summary.critical_path) == 5000
    assert summary.critical_path_s == 2500.0
