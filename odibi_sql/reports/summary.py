"""How a build ended, as the last lines of every report: failures once more, counts, times, and what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from odibi_sql.events import NodeExecutionResult, Registered, Status, Summary, Tracker, Verdict
from odibi_sql.reports.rows import STYLES, error_lines, sample_lines
from odibi_sql.reports.text import Line, Span, Style, chain, counted, duration, listed, number

ORDER: tuple[Status, ...] = ("ran", "cached", "failed", "skipped")


def summary_lines(tracker: Tracker) -> list[Line]:
    """Everything that the end of a build has to say; a build in which nothing ran gets one line."""
    summary = tracker.summary()
    failed = [result for result in tracker.results.values() if result.status == "failed"]
    head, times, end = _counts(tracker, summary), _times(summary), _publication(tracker)
    if not failed and not times and end:
        return [(*head, ("; ", "plain"), *end)]
    return [*failure_lines(failed), *(line for line in (head, times, end) if line)]


def registered_line(event: Registered) -> Line:
    changes = [f"{event.changed:,} changed"] if event.changed else []
    changes += [f"{event.dropped:,} dropped"] if event.dropped else []
    detail = f" ({', '.join(changes)})" if changes else ""
    what = f" {counted(event.tables, 'table')}{detail} in {event.engine}'s `{event.database}`"
    return (("registered", "good"), (what, "plain"))


def failure_lines(failed: list[NodeExecutionResult]) -> list[Line]:
    """The failures once more, where the eye is after a long build; nothing if there are none."""
    lines: list[Line] = []
    for result in failed:
        lines += [(), (("failed: ", "bad"), (result.name, "strong"))]
        lines += error_lines(result.error, "  ") if result.error else [((f"  {result.reason}", "plain"),)]
        lines += sample_lines(result, "  ")
    return [*lines, ()] if lines else []


def _counts(tracker: Tracker, summary: Summary) -> Line:
    spans: list[Span] = []
    for status in ORDER:
        if summary.counts[status]:
            spans += [(", " if spans else "", "plain"), (f"{number(summary.counts[status])} {status}", STYLES[status])]
    planned = len(tracker.started.nodes) if tracker.started else 0
    unfinished = planned - len(tracker.results)
    if unfinished > 0:
        spans += [(", " if spans else "", "plain"), (f"{number(unfinished)} not finished", "warning")]
    interrupted = tracker.finished is not None and tracker.finished.interrupted
    if interrupted:
        spans.insert(0, ("interrupted: ", "warning"))
    if not planned and not interrupted:
        spans = [("nothing to do", "plain")]
    return (*spans, (f" in {duration(summary.wall_s)}", "plain"), *_checks(tracker))


def _checks(tracker: Tracker) -> Iterator[Span]:
    verdicts = Counter(result.verdict for result in tracker.results.values() if result.verdict)
    said: tuple[tuple[Verdict, str, Style], ...] = (
        ("pass", "passed", "good"),
        ("warn", "warned", "warning"),
        ("fail", "failed", "bad"),
    )
    before = "; checks: "
    for verdict, word, style in said:
        if verdicts[verdict]:
            yield (before, "plain")
            yield (f"{number(verdicts[verdict])} {word}", style)
            before = ", "


def _times(summary: Summary) -> Line:
    if summary.sum_s <= 0:
        return ()
    text = f"all nodes together {duration(summary.sum_s)}"
    if len(summary.critical_path) > 1:
        text += f", critical path {duration(summary.critical_path_s)}: {chain(summary.critical_path)}"
    return ((text, "plain"),)


def _publication(tracker: Tracker) -> Line:
    finished, new = tracker.finished, tracker.publication
    target = tracker.started.target if tracker.started else ""
    if finished is None or (tracker.started and tracker.started.only_checks):
        return ()
    if not finished.published:
        because = f": {finished.not_published_because}" if finished.not_published_because else ""
        return (("not published", "warning"), (f"{because}; `{target}` is as it was before", "plain"))
    if new is None:
        at = f": {finished.catalog}" if finished.catalog else ""
        return ((f"`{target}` already shows this state{at}", "plain"),)
    changes = [f"{len(new.changed):,} changed"] if new.changed else []
    changes += [f"{listed(new.removed)} removed"] if new.removed else []
    detail = f" ({', '.join(changes)})" if changes else ""
    what = f"{counted(new.relations, 'relation')}{detail}"
    return (("published", "good"), (f" {what} as number {new.publication} of `{new.target}`: {new.path}", "plain"))
