"""One time for all of a build: temporary functions that stand before Spark's functions for the current time.

Spark finds them first along the session's SQL path, but not where `current_date` is written without parentheses: that
is grammar, so parentheses are added. A server that has no temporary functions gets the time itself, written out. All
sessions are in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from odibi_sql.engines.protocol import EngineFailure

_LEXEMES = r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`]|``)*` | --[^\n]* | /\*.*?\*/"""
_WORD = re.compile(
    rf"(?P<literal>\b(?:date|timestamp\w*)\s*['\"](?:now|today|tomorrow|yesterday)['\"])"
    rf"|(?P<clock>\bunix_timestamp\s*\(\s*\))"
    rf"|{_LEXEMES.replace(' ', '')}"
    rf"|(?P<name>(?<![.\w])(?:now|curdate|current_date|current_timestamp|localtimestamp)\b)(?P<called>\s*\((?:\s*\))?)?",
    re.IGNORECASE | re.DOTALL,
)
_CALLS_ONLY = frozenset({"now", "curdate"})
_ALIASED = re.compile(r"\bas\s*$", re.IGNORECASE)


class Timed(Struct, frozen=True):
    """`edits` are (start, end, text) in the SQL before, in order; `tells_time`: it asks for the time."""

    sql: str
    edits: tuple[tuple[int, int, str], ...]
    tells_time: bool

    def origin(self, offset: int) -> int:
        """The offset before the edits; inside one, its start."""
        grown = 0
        for start, end, text in self.edits:
            if offset < start + grown:
                break
            if offset < start + grown + len(text):
                return start
            grown += len(text) - (end - start)
        return offset - grown


def timed(sql: str, instead: Mapping[str, str] | None = None) -> Timed:
    """The text by which Spark asks for the time through functions, or with what `instead` has for each of their names;
    EngineFailure where it would ask its own clock."""
    edits: list[tuple[int, int, str]] = []
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
        called, name = found["called"] is not None, found["name"].lower()
        if not called and (name in _CALLS_ONLY or _ALIASED.search(sql, 0, found.start())):
            continue
        tells_time = True
        if instead is not None:
            if called and not found["called"].endswith(")"):
                continue  # they take no arguments: an error
            edits.append((found.start(), found.end(), instead[name]))
        elif not called:
            edits.append((found.end(), found.end(), "()"))
    pieces: list[str] = []
    copied = 0
    for start, end, text in edits:
        pieces += (sql[copied:start], text)
        copied = end
    return Timed("".join((*pieces, sql[copied:])), tuple(edits), tells_time)


def literals(now: datetime) -> dict[str, str]:
    """What each of the functions gives, as SQL; `now` is zone-aware, exact to the microsecond."""
    return {name: f"({value})" for _, value, names in _values(now) for name in names}


def fixing_statements(now: datetime) -> list[str]:
    """Statements that fix the time of a session."""
    return [
        f"CREATE TEMPORARY FUNCTION {name}() RETURNS {kind} RETURN {value}"
        for kind, value, names in _values(now)
        for name in names
    ] + ["SET PATH = system.session, system.builtin"]


def _values(now: datetime) -> list[tuple[str, str, tuple[str, ...]]]:
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return [
        ("TIMESTAMP", f"TIMESTAMP '{moment}+00:00'", ("now", "current_timestamp")),
        ("TIMESTAMP_NTZ", f"TIMESTAMP_NTZ '{moment}'", ("localtimestamp",)),
        ("DATE", f"DATE '{moment[:10]}'", ("current_date", "curdate")),
    ]
