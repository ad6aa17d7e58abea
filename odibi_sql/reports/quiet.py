"""Events -> nothing, unless something is wrong: warnings, failures, and why nothing was published."""

from __future__ import annotations

from typing import TextIO

from odibi_sql.events import BuildFinished, Event, NodeFinished, Tracker, Warned
from odibi_sql.reports.lines import Printer
from odibi_sql.reports.rows import warned_lines, warning_line
from odibi_sql.reports.summary import summary_lines


class QuietReport:
    def __init__(self, stream: TextIO, colour: bool = False) -> None:
        self._print = Printer(stream, colour)
        self._tracker = Tracker()

    def __call__(self, event: Event) -> None:
        self._tracker(event)
        match event:
            case Warned(message=message):
                self._print([warning_line(message)])
            case NodeFinished(result=result) if result.verdict == "warn":
                self._print(warned_lines(result))
            case BuildFinished(published=published, interrupted=interrupted):
                failed = any(result.status == "failed" for result in self._tracker.results.values())
                to_publish = self._tracker.started is None or not self._tracker.started.only_checks
                if failed or interrupted or (to_publish and not published):
                    self._print(summary_lines(self._tracker))

    def close(self) -> None:
        """Nothing is held open."""
