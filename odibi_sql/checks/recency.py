"""recency: the newest value of `field` is no older than `interval` times `datepart`, seen from the build's time.

Where there are no rows, there is nothing old. `ignore_time_component` compares dates, and is looked at once a day only.
"""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, ArgumentError, columns, expression, flag, one_of, whole_number
from odibi_sql.checks.kind import CheckKind, Failing, Subject

_PARTS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    field = arguments["field"] or subject.column
    if field is None:
        raise ArgumentError("needs a `field`, or a column to stand under")
    kind, now = ("date", "current_date") if arguments["ignore_time_component"] else ("timestamp", "now()")
    times, part = arguments["interval"], arguments["datepart"]
    if part == "quarter":
        times, part = 3 * times, "month"
    newest = f"max(cast({field} as {kind}))"
    oldest = f"cast(cast({now} as {kind}) - interval {times} {part} as {kind})"
    groups = ", ".join(arguments["group_by_columns"])
    before, after = (f"{groups}, ", f" group by {groups}") if groups else ("", "")
    return Failing(
        f"select {before}{newest} as most_recent, {oldest} as threshold from {subject.rows}{after} "
        f"having {newest} < {oldest}",
        None if groups else f"case when {newest} < {oldest} then 1 else 0 end",
    )


KIND = CheckKind(
    "either",
    failing,
    {
        "datepart": Argument(one_of(_PARTS)),
        "interval": Argument(whole_number(0)),
        "field": Argument(expression, None),
        "ignore_time_component": Argument(flag, False),
        "group_by_columns": Argument(columns, ()),
    },
)
