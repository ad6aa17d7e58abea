"""Events -> a display that is redrawn on a terminal: what runs now, how far the build is, how long it may still take.

Finished lines scroll by above it, as LineReport prints them. What is drawn is a function of what was heard and of the
time (`picture`); LiveReport decides when. It draws at most ten times a second, and not at all while nothing runs.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from threading import Event as Flag
from threading import RLock, Thread
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.style import Style as RichStyle
from rich.text import Text

from odibi_sql.events import BuildFinished, BuildStarted, Event, Tracker
from odibi_sql.reports.forecast import forecast
from odibi_sql.reports.lines import Narration
from odibi_sql.reports.rows import STYLES, columns
from odibi_sql.reports.summary import ORDER
from odibi_sql.reports.text import Line, Style, duration, fitted, number

LOOKS: dict[Style, RichStyle] = {
    "plain": RichStyle(),
    "good": RichStyle(color="green"),
    "bad": RichStyle(color="red", bold=True),
    "warning": RichStyle(color="yellow"),
    "faint": RichStyle(dim=True),
    "strong": RichStyle(bold=True),
}

_SHORTEST_INTERVAL_S = 0.1
_TICK_S = 0.2
_BAR, _NARROWEST_WITH_BAR, _NARROWEST = 24, 70, 24


def picture(tracker: Tracker, now: float, width: int, height: int = 24) -> RenderableType:
    """The display at one moment; `now` is of the clock of the events. Empty where nothing is going on."""
    if tracker.started is None or tracker.finished is not None or not tracker.started.nodes:
        return Text("")
    lines = [_progress(tracker, now, width), *_activity(tracker, now, width, most=max(height // 3, 1))]
    return Group(*(_text(line) for line in lines))


def _progress(tracker: Tracker, now: float, width: int) -> Line:
    total, done = len(tracker.started.nodes) if tracker.started else 0, len(tracker.results)
    spans: list[tuple[str, Style]] = []
    if width >= _NARROWEST_WITH_BAR and total:
        filled = _BAR * done // total
        spans += [("  " + "━" * filled, "good"), ("─" * (_BAR - filled), "faint")]
    spans.append((f"  {number(done)}/{number(total)}", "strong"))
    counts = Counter(result.status for result in tracker.results.values())
    spans += [(f"  {number(counts[status])} {status}", STYLES[status]) for status in ORDER if counts[status]]
    left = forecast(tracker, now)
    if left is not None and left.seconds >= 1:
        spans.append((f"  {'at most' if left.at_most else 'about'} {duration(left.seconds)} left", "plain"))
    return tuple(spans)


def _activity(tracker: Tracker, now: float, width: int, most: int) -> list[Line]:
    """What runs, longest first, then what waits for another attempt; no more than `most` lines."""
    if tracker.started is None:
        return []
    past = {node.name: node.estimate_s for node in tracker.started.nodes}
    name_width = max(min(columns(tracker.started, False).name, width - 32), 8)
    lines: list[Line] = []
    for started in sorted(tracker.running.values(), key=lambda started: started.at):
        before = past.get(started.name)
        took = f"   last time {duration(before)}" if before is not None and width >= name_width + 45 else ""
        name = fitted(started.name, name_width).ljust(name_width)
        again = f"   attempt {started.attempt}" if started.attempt > 1 else ""
        elapsed = f"{duration(now - started.at):>10}"
        lines.append((("  running  ", "good"), (f"{name}  {elapsed}", "plain"), (f"{took}{again}", "faint")))
    for retrying in tracker.waiting.values():
        name = fitted(retrying.name, name_width).ljust(name_width)
        again = f"attempt {retrying.attempt + 1} in {duration(retrying.at + retrying.delay_s - now)}"
        lines.append((("  waiting  ", "warning"), (f"{name}  {again}", "plain")))
    if len(lines) > most:
        lines = [*lines[: most - 1], ((f"  and {len(lines) - most + 1} more", "faint"),)]
    return lines


def _text(line: Line) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    for part, style in line:
        text.append(part, LOOKS[style])
    text.rstrip()
    return text


class LiveReport:
    """Draws from BuildStarted to BuildFinished; `close` gives the terminal back before that, whatever happened.

    Where nothing can be redrawn (no terminal, or a very narrow one), it prints the lines alone.
    """

    def __init__(
        self,
        stream: TextIO,
        verbose: bool = False,
        colour: bool = True,
        *,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
        ticks: bool = True,
    ) -> None:
        """`ticks`: draw as time goes by, from a thread of its own; without, only events make it draw."""
        self._console = console or Console(file=stream, no_color=not colour, highlight=False)
        self._narration = Narration(verbose, self._console.width if self._console.is_terminal else None)
        self._clock = clock
        self._offset = 0.0  # from this clock to that of the events
        self._pending: list[Line] = []
        self._stale, self._drawn_at = False, -math.inf
        self._lock = RLock()
        self._stopped = Flag()
        self._ticks = ticks
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,  # stdout is data, and not this stream
            redirect_stderr=stream is sys.stderr,
            vertical_overflow="crop",
        )

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._pending += self._narration(event)
            self._stale = True
            if isinstance(event, BuildStarted):
                self._begin(event)
            elif isinstance(event, BuildFinished):
                self.close()
            self._draw()

    def close(self) -> None:
        with self._lock:
            self._stopped.set()
            if self._live.is_started:
                self._live.update(Text(""))
                self._live.stop()
            self._print_pending()

    def _begin(self, started: BuildStarted) -> None:
        self._offset = started.at - self._clock()
        takes_time = any(node.action != "cached" for node in started.nodes)
        redraws = self._console.is_terminal and not self._console.is_dumb_terminal
        if takes_time and redraws and self._console.width >= _NARROWEST and not self._stopped.is_set():
            self._live.start()
            if self._ticks:
                Thread(target=self._tick_along, name="live-report", daemon=True).start()

    def tick(self) -> None:
        """Time went by: draw if the picture changes with it, or if it does not show yet all that was heard."""
        with self._lock:
            tracker = self._narration.tracker
            if self._live.is_started and (self._stale or tracker.running or tracker.waiting):
                self._draw()

    def _tick_along(self) -> None:
        while not self._stopped.wait(_TICK_S):
            self.tick()

    def _draw(self) -> None:
        """Print what finished and draw the picture anew, unless that was done just now."""
        if not self._live.is_started:
            self._print_pending()
            return
        now = self._clock()
        if now - self._drawn_at < _SHORTEST_INTERVAL_S:
            return
        self._stale, self._drawn_at = False, now
        size = self._console.size
        tracker = self._narration.tracker
        with self._console:  # one write, so that nothing flickers
            self._live.update(picture(tracker, now + self._offset, size.width, size.height), refresh=True)
            self._print_pending()

    def _print_pending(self) -> None:
        lines, self._pending = self._pending, []
        if lines:
            self._console.print(Text("\n").join(_text(line) for line in lines), soft_wrap=True)
