"""Tracker -> the document that `build --output json` prints; `version` changes whenever its shape does."""

from __future__ import annotations

from typing import Any

from odibi_sql.events import NodeError, NodeExecutionResult, Tracker

VERSION = 1


def build_document(tracker: Tracker) -> dict[str, Any]:
    """JSON types only. Results come in the order of the plan; a node that never finished (Ctrl-C) has none.

    `tracker` must have heard BuildStarted.
    """
    started = tracker.started
    if started is None:
        raise ValueError("there is no document of a build that did not start")
    summary = tracker.summary()
    at = started.started_at if started.started_at.tzinfo else started.started_at.astimezone()
    return {
        "version": VERSION,
        "run_id": started.run_id,
        "target": started.target,
        "engine": started.engine,
        "started_at": at.isoformat(),
        "duration_s": _seconds(summary.wall_s),
        "published": tracker.finished is not None and tracker.finished.published,
        "critical_path": list(summary.critical_path),
        "results": [_result(tracker.results[node.name]) for node in started.nodes if node.name in tracker.results],
    }


def _result(result: NodeExecutionResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "resource": result.resource,
        "status": result.status,
        "attempts": result.attempts,
        "duration_s": _seconds(result.duration_s),
        "rows": result.rows,
        "reason": result.reason,
        "key": result.key,
        "content": result.content,
        "error": _error(result.error) if result.error else None,
        **(_judged(result) if result.resource == "check" else {}),
    }


def _judged(result: NodeExecutionResult) -> dict[str, Any]:
    """What the results of checks have besides: `rows` are those that fail, the first of them are in `sample`."""
    sample = result.sample
    rows = [dict(zip(sample.columns, row, strict=True)) for row in sample.rows] if sample else []
    return {"verdict": result.verdict, "sample": rows}


def _error(error: NodeError) -> dict[str, Any]:
    place = {"message": error.message, "file": error.file, "line": error.line, "column": error.column}
    return place | ({"hint": error.hint} if error.hint else {})


def _seconds(value: float) -> float:
    """Microseconds are finer than anything that is measured here."""
    return round(value, 6)
