"""One time for all of a build: temporary functions that stand before Spark's functions for the current time.

Spark finds them first along the session's SQL path, but not where `current_date` is written without parentheses: that
is grammar, so parentheses are added. All sessions are in UTC.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime

from odibi_sql.engines.protocol import EngineFailure

_LEXEMES = r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`]|``)*` | --[^\n]* | /\*.*?\*/"""
_WORD = re.compile(
    rf"(?P<literal>\b(?:date|timestamp\w*)\s*['\"](?:now|today|tomorrow|yesterday)['\"])"
    rf"|(?P<clock>\bunix_timestamp\s*\(\s*\))"
    rf"|{_LEXEMES.replace(' ', '')}"
    rf"|(?P<name>(?<![.\w])(?:now|curdate|current_date|current_timestamp|localtimestamp)\b)(?P<called>\s*\()?",
    re.IGNORECASE | re.DOTALL,
)
_CALLS_ONLY = frozenset({"now", "curdate"})
_ALIASED = re.compile(r"\bas\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Timed:
    """`sql` with parentheses where `added` says, as offsets in the text before; `tells_time`: it asks for the time."""

    sql: str
    added: tuple[int, ...]
    tells_time: bool

    def origin(self, offset: int) -> int:
        """The offset before parentheses were added."""
        return offset - 2 * bisect_left([at + 2 * n for n, at in enumerate(self.added)], offset)


def timed(sql: str) -> Timed:
    """The text by which Spark asks for the time through functions; EngineFailure where it would ask its own clock."""
    added: list[int] = []
    tells_time = False
    for found in _WORD.finditer(sql):
        if found["literal"] or found["clock"]:
            raise EngineFailure(
                f"Spark takes `{found[0]}` from its own clock, not from the build's one time",
                offset=found.start(),
                hint="write current_date() or current_timestamp()",
            )
        if found["name"] is None:
            continue
        called = found["called"] is not None
        if not called and (found["name"].lower() in _CALLS_ONLY or _ALIASED.search(sql, 0, found.start())):
            continue
        tells_time = True
        if not called:
            added.append(found.end())
    pieces: list[str] = []
    copied = 0
    for at in added:
        pieces += (sql[copied:at], "()")
        copied = at
    return Timed("".join((*pieces, sql[copied:])), tuple(added), tells_time)


def fixing_statements(now: datetime) -> list[str]:
    """Statements that fix the time of a session; `now` is zone-aware, exact to the microsecond."""
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    values = {
        ("TIMESTAMP", f"TIMESTAMP '{moment}+00:00'"): ("now", "current_timestamp"),
        ("TIMESTAMP_NTZ", f"TIMESTAMP_NTZ '{moment}'"): ("localtimestamp",),
        ("DATE", f"DATE '{moment[:10]}'"): ("current_date", "curdate"),
    }
    return [
        f"CREATE TEMPORARY FUNCTION {name}() RETURNS {kind} RETURN {value}"
        for (kind, value), names in values.items()
        for name in names
    ] + ["SET PATH = system.session, system.builtin"]
