"""What DuckDB raises -> EngineFailure, with the place in the SQL that was handed over.

Sessions have `errors_as_json` on: the message is then a JSON object with the byte offset into the statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from msgspec import Struct

from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.errors import nearest

# A locked file is free when its writer is done, and a network or an overloaded disk may come back. A full disk, a file
# that is not there or not readable, and lack of memory are still so at the next attempt: the same query needs the same.
_PASSING = re.compile(
    r"conflicting lock|could not set lock|connection|timed? ?out|temporarily unavailable|input/output error"
    r"|stale file handle|too many open files|interrupted system call|could not resolve|\b(408|425|429|5\d\d)\b",
    re.IGNORECASE,
)
_LASTING = re.compile(r"no space left|no files found|no such file|does not exist|permission denied", re.IGNORECASE)
_SUGGESTION_LINES = re.compile(r"\n(Candidate bindings: |Did you mean ).*", re.DOTALL)
_CANDIDATES = re.compile(r'"((?:[^"]|"")+)" in REPLACE list not found.*\nCandidate bindings: (.*)')
_NOT_FOR_USERS = re.compile(r"\n+(LINE \d+: |Stack Trace:|Use \"SET ).*", re.DOTALL)
_SIGNATURES = re.compile(r"(\n\tCandidate functions:)((?:\n\t.*)+)")
_MOST_SIGNATURES = 6


class Statement(Struct, frozen=True):
    """A statement of ours around `given`, which starts at character `start` of `text`.

    DuckDB reports errors in the body of a view by their offset in the statement that made the view, with nothing to
    tell them from offsets in this one. So `text` begins with white space, longer than any of those statements: what
    lies before `start` is not a place in `given`.
    """

    text: str
    given: str
    start: int

    def offset_of(self, byte: int) -> int | None:
        """The character of `given` at a byte of `text`; its end, where DuckDB missed something behind it."""
        characters = len(self.text.encode()[:byte].decode(errors="ignore")) - self.start
        return min(characters, len(self.given)) if characters >= 0 else None


def statement(before: str, given: str, after: str, padding: int = 0) -> Statement:
    """`given` on lines of its own, so that a comment at its end hides nothing of `after`."""
    before = f"{' ' * padding}{before}\n"
    return Statement(f"{before}{given}\n{after}", given, len(before))


@contextmanager
def translated(running: Statement | None = None) -> Iterator[None]:
    """Errors of DuckDB inside leave as EngineFailure, and Ctrl-C as itself."""
    try:
        yield
    except duckdb.Error as error:
        raise failure_of(error, running) from error
    except RuntimeError as error:
        if not is_ctrl_c(error):
            raise
        raise KeyboardInterrupt from error


def is_ctrl_c(error: BaseException) -> bool:
    """Whether it is what DuckDB makes of KeyboardInterrupt amid a query of the main thread."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


def failure_of(error: duckdb.Error, running: Statement | None = None) -> EngineFailure:
    details = _details(str(error))
    message = details["exception_message"]
    byte = details.get("position", "")
    candidates = [one.strip() for one in details.get("candidates", "").split(",") if one.strip()]
    name = details.get("name", "")
    if not candidates and (named := _CANDIDATES.search(message)):
        name, candidates = named[1], re.findall(r'"((?:[^"]|"")+)"', named[2])
    if "(" in details.get("candidates", ""):
        candidates = []  # signatures of functions, told by the message
    those = "columns" if "column" in message.casefold() else "names"
    suggestion = nearest(name, candidates)  # DuckDB names some, however far they are
    return EngineFailure(
        _in_short(_SUGGESTION_LINES.sub("", message) if candidates else message),
        offset=running.offset_of(int(byte)) if running is not None and byte.isdigit() else None,
        passing=_can_pass(error, message),
        interrupted=isinstance(error, duckdb.InterruptException),
        suggestion=suggestion,
        hint=f"{those} like it: {', '.join(f'`{one}`' for one in candidates)}" if candidates else None,
    )


def _in_short(message: str) -> str:
    def few(found: re.Match[str]) -> str:
        return found[0] if found[2].count("\n") <= _MOST_SIGNATURES else ""

    return _SIGNATURES.sub(few, _NOT_FOR_USERS.sub("", message)).replace("\t", "  ").strip()


def _details(text: str) -> dict[str, str]:
    start = text.find("{")
    if start >= 0:
        try:
            found = json.loads(text[start:], strict=False)
        except ValueError:
            found = None
        if isinstance(found, dict) and "exception_message" in found:
            return {key: str(value) for key, value in found.items()}
    kind, separator, message = text.partition(" Error: ")
    return {"exception_message": message if separator and len(kind) < 40 else text}


def _can_pass(error: duckdb.Error, message: str) -> bool:
    if not isinstance(error, duckdb.IOException):  # HTTPException is one
        return isinstance(error, duckdb.ConnectionException) and bool(_PASSING.search(message))
    return bool(_PASSING.search(message)) and not _LASTING.search(message)
