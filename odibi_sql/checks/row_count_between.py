"""row_count_between: there are at least `min_value` rows and at most `max_value`."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, ArgumentError, whole_number
from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    least, most = arguments["min_value"], arguments["max_value"]
    bounds = [f"count(*) < {least}"] if least is not None else []
    bounds += [f"count(*) > {most}"] if most is not None else []
    if not bounds:
        raise ArgumentError("needs `min_value` or `max_value`")
    wrong = " or ".join(bounds)
    return Failing(
        f"select count(*) as row_count from {subject.rows} having {wrong}", f"case when {wrong} then 1 else 0 end"
    )


KIND = CheckKind(
    "table",
    failing,
    {"min_value": Argument(whole_number(0), None), "max_value": Argument(whole_number(0), None)},
)
