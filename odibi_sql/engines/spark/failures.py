"""What pyspark raises -> EngineFailure, with the place in the SQL that was handed over.

Where an error is in a view, Spark counts in the text of the view: a place is believed only if the text there is the
fragment that Spark quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError
from pyspark.errors import PySparkException

from odibi_sql import interrupts
from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.engines.spark import sail
from odibi_sql.errors import nearest

# An executor or a connection that was lost may be there again. Spark has itself tried a task several times before it
# gives up, so what else it says is so at the next attempt as well.
_PASSING = re.compile(
    r"ExecutorLostFailure|Lost executor|FetchFailed|fetch failure|executor heartbeat timed out|MetadataFetchFailed"
    r"|connection (refused|reset)|connect(ion)? timed out|broken pipe|StatusCode\.UNAVAILABLE"
    r"|RETRIES_EXCEEDED"
    r"|SparkContext was shut ?down|stopped SparkContext"
    r"|Answer from Java side is empty|Error while sending or receiving",
    re.IGNORECASE,
)
_CANCELLED = re.compile(r"SPARK_JOB_CANCELLED|OPERATION_CANCELED|OPERATION_CANCELLED")
_CONDITION = re.compile(r"^(?:\([^)]*\) )?\[([A-Z0-9_.]+)\] ")
_NOT_FOR_USERS = re.compile(
    r"\s*(?:SQLSTATE: [0-9A-Z]{5}.*|\n?== SQL.*|; line \d+ pos \d+.*|\n\tat .*|\nJVM stacktrace.*"
    r"|\n?== DataFrame ==.*)",
    re.DOTALL,
)
_DID_YOU_MEAN = re.compile(r"\s*Did you mean one of the following\? \[.*?\]\.?", re.DOTALL)
_AT = re.compile(r"\(line (\d+), pos (\d+)\)")
_CAUSE = re.compile(r"Caused by: ([\w.$]+(?:Exception|Error): [^\n]+)")


@contextmanager
def translated(sql: str = "") -> Iterator[None]:
    """Errors of pyspark inside leave as EngineFailure; `sql` is the text that their places are in."""
    try:
        yield
    except (PySparkException, Py4JError, ConnectionError, EOFError) as error:
        raise failure_of(error, sql) from error


@contextmanager
def answered(sql: str = "", cancel: Callable[[], object] | None = None) -> Iterator[None]:
    """`translated`, for calls of Spark's that Ctrl-C must not cut off from their answer; see `interrupts.held`."""
    with interrupts.held(cancel), translated(sql):
        yield


def failure_of(error: BaseException, sql: str = "") -> EngineFailure:
    if isinstance(error, Py4JNetworkError | ConnectionError | EOFError):
        return EngineFailure("the connection to Spark was lost", passing=True, hint="Java may have run out of memory")
    if isinstance(error, PySparkException):
        condition, message = error.getCondition() or "", str(error)
        parameters = error.getMessageParameters() or {}
    else:
        message = _told_by_java(error)
        found = _CONDITION.search(message)
        condition, parameters = found[1] if found else "", {}
    if (mistake := sail.told(_CONDITION.sub("", message), sql)) is not None:
        return EngineFailure(mistake[0], offset=mistake[1], hint=mistake[2])
    proposal = [name.strip("` ") for name in parameters.get("proposal", "").split(", ") if name.strip("` ")]
    name = parameters.get("objectName", "").strip("`")
    suggestion = nearest(name, proposal) if name else None
    return EngineFailure(
        _in_short(message),
        offset=_offset(error, message, sql),
        passing=bool(_PASSING.search(message)),
        interrupted=bool(_CANCELLED.search(message)),
        suggestion=suggestion,
        hint=f"columns like it: {', '.join(f'`{one}`' for one in proposal)}" if proposal else _hint(condition, message),
    )


def _told_by_java(error: BaseException) -> str:
    if isinstance(error, Py4JJavaError):
        message = str(error.java_exception.getMessage() or error.java_exception.toString())
        cause = _CAUSE.search(message)
        return cause[1].partition(": ")[2] if cause else message
    return str(error)


_HINTS = {
    "PATH_NOT_FOUND": "every Spark session that reads it must see the store's folder",
    "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES": "cast one of the two: x::INTEGER, DATE '2024-12-31'",
    "DATATYPE_MISMATCH.DATA_DIFF_TYPES": "cast them to one type: x::INTEGER, DATE '2024-12-31'",
    "INCOMPATIBLE_COLUMN_TYPE": "cast it to one type in all of the queries",
    "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW": "write out what the alias stands for",
    "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC": "write out what the alias stands for",
    "INVALID_TIMEZONE": "write it as the list of zones does: Europe/Berlin, UTC",
    "REMAINDER_BY_ZERO": "with nullif(x, 0) as the divisor NULL comes of it",
    "DIVIDE_BY_ZERO": "with nullif(x, 0) as the divisor NULL comes of it",
    "CAST_INVALID_INPUT": "TRY_CAST makes NULL of it",
    "CAST_OVERFLOW": "TRY_CAST makes NULL of it",
    "CANNOT_PARSE_TIMESTAMP": "its format must fit each text: leave out other rows, or mend them with replace()",
}


def _hint(condition: str, message: str) -> str | None:
    if "S3AFileSystem not found" in message:
        return "Spark needs hadoop-aws, as new as its Hadoop: `spark.jars.packages: org.apache.hadoop:hadoop-aws:…`"
    return _HINTS.get(condition)


def _in_short(message: str) -> str:
    short = _NOT_FOR_USERS.sub("", _CONDITION.sub("", message.strip()))
    return _AT.sub("", _DID_YOU_MEAN.sub("", short)).partition(" Verify the spelling")[0].strip()


def _offset(error: BaseException, message: str, sql: str) -> int | None:
    if not sql:
        return None
    for context in error.getQueryContext() if isinstance(error, PySparkException) else ():
        at = _place_of(context, sql)
        if at is not None:
            return at
    found = _AT.search(message)
    if found is None:
        return None
    lines = sql.split("\n")
    line, column = int(found[1]), int(found[2])
    if line > len(lines):
        return None
    return sum(len(before) + 1 for before in lines[: line - 1]) + column


def _place_of(context: Any, sql: str) -> int | None:
    try:
        start, stop, fragment = context.startIndex(), context.stopIndex(), context.fragment()
    except (PySparkException, Py4JError):  # it has no place in SQL
        return None
    # Spark counts characters, but cuts the fragment out as if these were UTF-16 units.
    cut = sql.encode("utf-16-le")[2 * start : 2 * stop + 2].decode("utf-16-le", "replace")
    return int(start) if cut in (fragment, fragment.encode("utf-16-le", "replace").decode("utf-16-le")) else None
