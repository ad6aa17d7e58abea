"""Events -> plain lines, one a finished node: for logs, and wherever nothing can be redrawn.

Nodes that were cached and checks that passed are only counted, unless `verbose`.
"""

from __future__ import annotations

from typing import TextIO

from odibi_sql.events import (
    BuildFinished,
    BuildStarted,
    Event,
    NodeExecutionResult,
    NodeFinished,
    NodeRetrying,
    Noted,
    Registered,
    Tracker,
    Warned,
)
from odibi_sql.reports.rows import (
    Columns,
    columns,
    finished_lines,
    note_line,
    retry_line,
    started_line,
    warning_line,
)
from odibi_sql.reports.summary import registered_line, summary_lines
from odibi_sql.reports.text import Line, Style, plain

ANSI: dict[Style, str] = {"good": "32", "bad": "1;31", "warning": "33", "faint": "2", "strong": "1"}


class Printer:
    """Writes lines to a stream, coloured by ANSI codes if asked for; characters that it cannot encode become `?`."""

    def __init__(self, stream: TextIO, colour: bool) -> None:
        self._stream = stream
        self._colour = colour

    def __call__(self, lines: list[Line]) -> None:
        text = "".join(f"{self._coloured(line) if self._colour else plain(line)}\n" for line in lines)
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            encoding = self._stream.encoding
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()

    def _coloured(self, line: Line) -> str:
        return "".join(
            f"\x1b[{ANSI[style]}m{text}\x1b[0m" if style in ANSI and text.strip() else text for text, style in line
        ).rstrip()


class Narration:
    """Event -> the lines that tell it, for a build from its start."""

    def __init__(self, verbose: bool, width: int | None = None) -> None:
        """`width`: reasons are cut where they would need more characters a line."""
        self.tracker = Tracker()
        self._verbose = verbose
        self._width = width
        self._columns = Columns()

    def __call__(self, event: Event) -> list[Line]:
        self.tracker(event)
        match event:
            case BuildStarted(nodes=nodes):
                self._columns = columns(event, self._verbose, self._width)
                return [started_line(event)] if any(n.action != "cached" for n in nodes) or self._verbose else []
            case NodeFinished(result=result) if self._verbose or is_news(result):
                return finished_lines(result, len(self.tracker.results), self._columns)
            case NodeRetrying():
                return [retry_line(event, self._columns)]
            case Warned(message=message):
                return [warning_line(message)]
            case Noted(message=message) if self._verbose:
                return [note_line(message)]
            case Registered():
                return [registered_line(event)]
            case BuildFinished():
                return summary_lines(self.tracker)
            case _:
                return []


def is_news(result: NodeExecutionResult) -> bool:
    """Not what was cached, nor checks that passed: these are counted at the end."""
    return result.verdict == "warn" or (result.status != "cached" and result.verdict != "pass")


class LineReport:
    def __init__(self, stream: TextIO, verbose: bool = False, colour: bool = False) -> None:
        self._print = Printer(stream, colour)
        self._narration = Narration(verbose)

    def __call__(self, event: Event) -> None:
        lines = self._narration(event)
        if lines:
            self._print(lines)

    def close(self) -> None:
        """Nothing is held open."""
