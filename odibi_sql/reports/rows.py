"""One finished node, retry or message -> lines of styled spans, the same for every report that prints them."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from odibi_sql.events import Action, BuildStarted, NodeError, NodeExecutionResult, NodeRetrying, Status
from odibi_sql.reports.text import Line, Style, counted, duration, fitted, number

STYLES: dict[Status, Style] = {"ran": "good", "cached": "faint", "failed": "bad", "skipped": "warning"}

_NARROWEST_NAME, _WIDEST_NAME = 12, 44
_ONE_LINE = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t"})
_WITH_ROWS = 72  # characters a line; in less there is no room for numbers of rows


class Columns(Struct, frozen=True):
    """Widths that fit one build: of the counter `3/12`, of names, and of the whole line (None: as long as it gets)."""

    counter: int = 3
    name: int = _NARROWEST_NAME
    total: int = 0
    line: int | None = None

    @property
    def indent(self) -> str:
        return " " * (self.counter + 4)


def columns(started: BuildStarted, all_nodes: bool, line: int | None = None) -> Columns:
    """Wide enough for the names of what may run, of checks, or of `all_nodes`, and narrow enough for a `line`."""
    names = [
        len(node.name) for node in started.nodes if all_nodes or node.action != "cached" or node.resource == "check"
    ]
    counter = 2 * len(number(len(started.nodes))) + 1
    most = _WIDEST_NAME if line is None else min(_WIDEST_NAME, line - counter - 28 - (16 if line >= _WITH_ROWS else 0))
    return Columns(counter, max(_NARROWEST_NAME, min(max(names, default=0), most)), len(started.nodes), line)


def started_line(started: BuildStarted) -> Line:
    actions = Counter(node.action for node in started.nodes)
    says: dict[Action, str] = {"run": "to run", "maybe": "that may have to", "cached": "cached"}
    parts = [f"{number(actions[action])} {words}" for action, words in says.items() if actions[action]]
    what = "checks of" if started.only_checks else "build"
    where = f"{what} `{started.target}` on {started.engine}, {counted(started.threads, 'thread')}: "
    return ((where, "plain"), (", ".join([counted(len(started.nodes), "node"), *parts]), "plain"))


def finished_lines(result: NodeExecutionResult, position: int, widths: Columns) -> list[Line]:
    """One line, below it for a failure what went wrong, for a check that warns its first rows."""
    label, style = labelled(result)
    counter = f"{number(position)}/{number(widths.total)}".rjust(widths.counter)
    rows = counted(result.rows, "row") if result.rows is not None and result.resource != "check" else ""
    took = duration(result.duration_s) if result.status in ("ran", "failed") else ""
    again = f" (attempt {result.attempts})" if result.attempts > 1 else ""
    reason = f"{result.reason if result.status != 'failed' else ''}{again}".strip()
    line: Line = (
        (f"  {counter}  ", "faint"),
        (label.ljust(7), style),
        (
            f"  {fitted(result.name, widths.name).ljust(widths.name)}",
            "strong" if result.status == "failed" else "plain",
        ),
        (f"  {rows:>14}" if widths.line is None or widths.line >= _WITH_ROWS else "", "plain"),
        (f"  {took:>10}   ", "plain"),
    )
    if widths.line is not None:
        reason = _cut(reason, widths.line - sum(len(text) for text, _ in line))
    told = [(*line, (reason, "faint"))]
    if result.error:
        return [*told, *error_lines(result.error, widths.indent)]
    return [*told, *sample_lines(result, widths.indent)]


def labelled(result: NodeExecutionResult) -> tuple[str, Style]:
    """What is said of a result in a word: a check passed or warned, if it was run or had something to say."""
    if result.verdict == "warn":
        return "warned", "warning"
    if result.verdict == "pass" and result.status == "ran":
        return "passed", "good"
    return result.status, STYLES[result.status]


def sample_lines(result: NodeExecutionResult, indent: str) -> list[Line]:
    """The first failing rows of a check, as a table."""
    sample = result.sample
    if sample is None or not sample.rows:
        return []
    table = [sample.columns, *([_cell(value) for value in row] for row in sample.rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(sample.columns))]
    lines: list[Line] = []
    for row in table:
        text = "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True))
        lines.append(((f"{indent}  {text}", "faint" if row is sample.columns else "plain"),))
    left = (result.rows or 0) - len(sample.rows)
    if left > 0:
        lines.append(((f"{indent}  … {counted(left, 'more row')}", "faint"),))
    return lines


def _cell(value: str | None) -> str:
    return "NULL" if value is None else value.translate(_ONE_LINE)


def _cut(text: str, width: int) -> str:
    """The beginning of the text; nothing where too little of it would be left to be of use."""
    if len(text) <= width:
        return text
    return f"{text[: width - 1]}…" if width >= 12 else ""


def error_lines(error: NodeError, indent: str) -> list[Line]:
    """`file:line:column: message`, the hint, and where the SQL that ran can be read."""
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    first, *more = error.message.rstrip().splitlines() or [""]
    lines: list[Line] = [((indent, "plain"), (f"{place}: " if place else "", "strong"), (first, "bad"))]
    lines += [((f"{indent}  {text}", "plain"),) for text in more]
    if error.hint:
        lines.append(((f"{indent}hint: ", "good"), (error.hint, "plain")))
    if error.compiled:
        what = "the whole traceback" if error.compiled.endswith(".txt") else "the SQL that ran"
        lines.append(((f"{indent}{what}: {error.compiled}", "faint"),))
    return lines


def retry_line(event: NodeRetrying, widths: Columns) -> Line:
    name = fitted(event.name, widths.name).ljust(widths.name)
    first = event.error.message.strip().partition("\n")[0]
    return (
        (f"{widths.indent}{'retry'.ljust(7)}", "warning"),
        (f"  {name}  attempt {event.attempt} failed, again in {duration(event.delay_s)}: {first}", "plain"),
    )


def warning_line(message: str) -> Line:
    return (("warning: ", "warning"), (message, "plain"))


def warned_lines(result: NodeExecutionResult) -> list[Line]:
    """A check that warns, where there are no lines of nodes."""
    return [warning_line(f"{result.name}: {result.reason}"), *sample_lines(result, "")]


def note_line(message: str) -> Line:
    return ((message, "faint"),)
