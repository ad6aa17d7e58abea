"""accepted_range: no value below `min_value` or above `max_value`, each of them SQL; NULL is accepted."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, ArgumentError, expression, flag
from odibi_sql.checks.kind import CheckKind, Failing, Subject, rows_where


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    equal = "=" if arguments["inclusive"] else ""
    bounds = ((">", arguments["min_value"]), ("<", arguments["max_value"]))
    kept = [f"{subject.value} {sign}{equal} ({bound})" for sign, bound in bounds if bound is not None]
    if not kept:
        raise ArgumentError("needs `min_value` or `max_value`")
    return rows_where(subject, " or ".join(f"not {one}" for one in kept))


KIND = CheckKind(
    "column",
    failing,
    {
        "min_value": Argument(expression, None),
        "max_value": Argument(expression, None),
        "inclusive": Argument(flag, True),
    },
)
