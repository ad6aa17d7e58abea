"""Events -> nothing, unless something is wrong: warnings, failures, and why nothing was published."""

from __future__ import annotations

from typing import TextIO

from odibi_sql.events import BuildFinished, Event, Tracker, Warned
from odibi_sql.reports.lines import Printer
from odibi_sql.reports.rows import warning_line
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
            case BuildFinished(published=published, interrupted=interrupted):
                failed = any(result.status == "failed" for result in self._tracker.results.values())
                if failed or interrupted or not published:
                    self._print(summary_lines(self._tracker))

    def close(self) -> None:
        """Nothing is held open."""
