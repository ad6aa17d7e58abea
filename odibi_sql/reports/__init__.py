"""Reports listen to the events of a build and tell a person or a program. One module each, one line each in REPORTS.

A report sees nothing but events, and writes to nothing but its stream.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TextIO

from odibi_sql.events import Event


class Report(Protocol):
    def __call__(self, event: Event) -> None: ...

    def close(self) -> None:
        """Leave the terminal as it was; may be called at any time and more than once."""


def _lines(stream: TextIO, verbose: bool, colour: bool) -> Report:
    from odibi_sql.reports.lines import LineReport

    return LineReport(stream, verbose, colour)


def _live(stream: TextIO, verbose: bool, colour: bool) -> Report:
    from odibi_sql.reports.live import LiveReport  # the only one that imports rich

    return LiveReport(stream, verbose, colour)


def _quiet(stream: TextIO, verbose: bool, colour: bool) -> Report:  # noqa: ARG001 - quiet is quiet
    from odibi_sql.reports.quiet import QuietReport

    return QuietReport(stream, colour)


REPORTS: dict[str, Callable[[TextIO, bool, bool], Report]] = {
    "lines": _lines,
    "live": _live,
    "quiet": _quiet,
}


def open_report(name: str, stream: TextIO, *, verbose: bool = False, colour: bool = False) -> Report:
    """A report by its name in REPORTS; whoever opens it closes it, however the build ends."""
    return REPORTS[name](stream, verbose, colour)
