"""The live display: its picture at every moment, what reaches a terminal, how often, and how the terminal is left."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from rich.console import Console

from odibi_sql.events import BuildFinished, BuildStarted, Event, NodeFinished, NodeStarted, PlannedNode
from odibi_sql.reports.lines import LineReport
from odibi_sql.reports.live import LiveReport, picture

from .builds import BEGINNING, BUILDS, FAILING, INTERRUPTED, PLAN, WELL, Golden, finished, started, tracked

SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"


class Terminal(io.StringIO):
    """What a terminal of fixed size was sent, and a clock that the test moves."""

    def __init__(self, width: int = 100, *, is_terminal: bool = True) -> None:
        super().__init__()
        self.now = 5000.0
        self.writes = 0
        self.console = Console(
            file=self,
            force_terminal=is_terminal,
            width=width,
            height=24,
            color_system="standard" if is_terminal else None,
            _environ={},
        )

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)

    def report(self, *, verbose: bool = False, ticks: bool = False) -> LiveReport:
        return LiveReport(self, verbose, console=self.console, clock=lambda: self.now, ticks=ticks)

    def play(self, events: Sequence[Event], report: LiveReport) -> None:
        """Let every event happen at its own time, 4,900 s later on this clock."""
        for event in events:
            self.now = getattr(event, "at", self.now - 4900) + 4900
            report(event)

    def text(self) -> str:
        """All that was ever on a line, without codes; a line that was erased and written anew counts as two."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue().replace("\x1b[2K", "\n")).replace("\r", "")


def drawn(events: Sequence[Event], now: float, width: int, height: int = 24) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, _environ={})
    console.print(picture(tracked(events), now, width, height))
    return stream.getvalue()


@pytest.mark.parametrize("width", [24, 44, 80, 120])
def test_picture_at_every_moment(width: int, golden: Golden) -> None:
    moments = []
    for count, event in enumerate(BEGINNING, 1):
        now = getattr(event, "at", 103.6) + 0.4
        moments.append(f"--- {type(event).__name__} {now:.1f}\n{drawn(BEGINNING[:count], now, width)}")
    golden(f"live_{width}.txt", "".join(moments))


@pytest.mark.parametrize("width", [10, 24, 44, 72, 80, 120, 200])
def test_no_line_of_the_picture_is_wider_than_the_terminal(width: int) -> None:
    for count in range(len(BEGINNING)):
        assert max(map(len, drawn(BEGINNING[:count], 109.0, width).splitlines())) <= width


def test_nothing_is_drawn_before_and_after_a_build() -> None:
    assert drawn([], 100.0, 80).strip() == drawn(WELL, 200.0, 80).strip() == ""


def test_more_running_nodes_than_fit_are_counted() -> None:
    plan = tuple(PlannedNode(f"m{i}", "model", "run", "new") for i in range(20))
    events: Sequence[Event] = [started(plan), *(NodeStarted(node.name, 1, 100.0 + i) for i, node in enumerate(plan))]
    lines = drawn(events, 130.0, 80, height=15).splitlines()
    assert len(lines) == 6  # the progress, and a third of the height
    assert lines[-1] == "  and 16 more"
    assert "m0" in lines[1]  # what has run longest comes first


@pytest.mark.parametrize("build", BUILDS)
def test_without_a_terminal_it_prints_the_lines(build: str) -> None:
    plain, stream = Terminal(is_terminal=False), io.StringIO()
    plain.play(BUILDS[build], plain.report())
    lines = LineReport(stream)
    for event in BUILDS[build]:
        lines(event)
    assert plain.getvalue() == stream.getvalue()


def test_a_very_narrow_terminal_gets_lines_alone() -> None:
    terminal = Terminal(width=20)
    terminal.play(WELL, terminal.report())
    assert HIDE_CURSOR not in terminal.getvalue()
    assert "running" not in terminal.text()
    assert "published 6 relations" in terminal.text().replace("\n", "")


@pytest.mark.parametrize("events", [WELL, FAILING, INTERRUPTED])
def test_every_line_scrolls_by_once_and_the_terminal_is_given_back(events: Sequence[Event]) -> None:
    terminal, stream = Terminal(width=200), io.StringIO()
    terminal.play(events, terminal.report())
    lines = LineReport(stream)
    for event in events:
        lines(event)
    shown = terminal.text().splitlines()
    for line in filter(str.strip, stream.getvalue().splitlines()):
        assert shown.count(line) == stream.getvalue().splitlines().count(line)
    assert shown[-1] == stream.getvalue().splitlines()[-1]
    assert terminal.getvalue().count(HIDE_CURSOR) == terminal.getvalue().count(SHOW_CURSOR) == 1


def test_close_in_the_middle_gives_the_terminal_back() -> None:
    terminal = Terminal()
    report = terminal.report(ticks=True)
    terminal.play(BEGINNING, report)
    assert terminal.getvalue().count(SHOW_CURSOR) == 0
    report.close()
    report.close()
    assert terminal.getvalue().count(SHOW_CURSOR) == 1
    sent = terminal.getvalue()
    for thread in [thread for thread in threading.enumerate() if thread.name == "live-report"]:
        thread.join(timeout=10)
        assert not thread.is_alive()
    assert terminal.getvalue() == sent
    assert re.search(r"6/7|5/7  ran {6}not_null_orders_id", terminal.text())  # the last line was not lost


def test_it_draws_at_most_ten_times_a_second() -> None:
    terminal = Terminal()
    report = terminal.report()
    report(started())
    before = terminal.writes
    for step in range(1000):  # one event each millisecond
        terminal.now = 5000.0 + step / 1000
        report(NodeStarted("stg_orders", step + 1, 100.0 + step / 1000))
    assert 8 <= terminal.writes - before <= 10


def test_time_that_goes_by_is_drawn_while_something_runs() -> None:
    terminal, drawn_again = Terminal(), threading.Event()

    class Clock:
        """Moves a second whenever it is looked at."""

        def __call__(self) -> float:
            terminal.now += 1
            if "running  stg_orders" in terminal.text() and terminal.now > 5004:
                drawn_again.set()
            return terminal.now

    report = LiveReport(terminal, console=terminal.console, clock=Clock())
    try:
        report(started())
        report(NodeStarted("stg_orders", 1, 100.0))
        assert drawn_again.wait(timeout=20)
    finally:
        report.close()


def test_ticks_draw_only_what_changes() -> None:
    terminal = Terminal()
    report = terminal.report()

    def writes_of_ticks() -> int:
        before = terminal.writes
        for _ in range(5):
            terminal.now += 1
            report.tick()
        return terminal.writes - before

    report(started())
    assert writes_of_ticks() == 0  # nothing runs
    report(NodeStarted("stg_orders", 1, 105.0))
    assert writes_of_ticks() == 5
    report(finished("stg_orders", "ran", 110.0, 5.0))
    report(finished("stg_users", "cached", 110.0))  # too soon after the one before to be drawn
    assert writes_of_ticks() == 1
    report.close()
    assert writes_of_ticks() == 0


def test_elapsed_times_do_not_depend_on_which_clock_the_events_use() -> None:
    for beginning in (0.0, 1e9):
        terminal = Terminal()
        report = terminal.report()
        report(replace(started(), at=beginning))
        terminal.now += 7
        report(NodeStarted("stg_users", 1, beginning + 1.0))
        report.close()
        assert re.search(r"running  stg_users +6\.0 s", terminal.text())


# Time left


def left(events: Sequence[Event], now: float) -> str:
    found = re.search(r"(about|at most) .* left", drawn(events, now, 120))
    return found.group() if found else ""


def test_time_left_is_that_of_the_longest_chain() -> None:
    plan = tuple(replace(node, action="run") for node in PLAN[1:])
    assert left([started(plan)], 100.0) == "about 1 min 40 s left"  # stg_users, orders, mart_carrier_delay, board
    running: list[Event] = [started(plan), NodeStarted("stg_users", 1, 100.0)]
    assert left(running, 101.0) == "about 1 min 39 s left"
    assert left(running, 170.0) == "about 1 min 38 s left"  # it is over its time: now stg_orders is longest


def test_time_left_is_the_work_shared_among_threads_where_that_is_more() -> None:
    plan = tuple(PlannedNode(f"m{i}", "model", "run", "new", (), 10.0) for i in range(12))
    assert left([started(plan, threads=4)], 100.0) == "about 30 s left"
    assert left([started(plan, threads=1)], 100.0) == "about 2 min 0 s left"
    assert left([started(plan, threads=4), finished("m0", "ran", 110.0, 10.0)], 110.0) == "about 28 s left"


def test_time_left_is_at_most_what_may_turn_out_cached() -> None:
    assert left([started()], 100.0) == "at most 1 min 40 s left"


@pytest.mark.parametrize("name", ["stg_orders", "board"])
def test_time_left_is_not_told_where_a_node_has_no_past(name: str) -> None:
    plan = tuple(replace(node, estimate_s=None) if node.name == name else node for node in PLAN)
    assert left([started(plan)], 100.0) == ""
    known = [event for event in WELL if isinstance(event, NodeFinished) and event.result.name == name]
    assert left([started(plan), *known], 100.0) != ""


def test_time_left_of_thousands_of_nodes_is_found_without_recursion() -> None:
    plan = tuple(PlannedNode(f"m{i}", "model", "run", "", (f"m{i - 1}",) if i else (), 0.01) for i in range(5000))
    assert left([started(plan)], 100.0) == "about 50 s left"


def test_a_build_with_nothing_planned_is_told() -> None:
    terminal = Terminal()
    nothing: list[Event] = [
        BuildStarted("r1", "dev", "duckdb", 4, 100.0, started().started_at, ()),
        BuildFinished("r1", 100.0, True),
    ]
    terminal.play(nothing, terminal.report())
    assert terminal.text().strip() == "nothing to do in 0.00 s; `dev` already shows this state"
