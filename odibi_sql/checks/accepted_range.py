"""accepted_range: no value below `min_value` or above `max_value`, each of them SQL; NULL is accepted."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from odibi_sql.checks.arguments import Argument, ArgumentError, expression, flag
from odibi_sql.checks.kind import CheckKind, Failing, Subject, rows_where

_CONSTANT = re.compile(r"-?\d+(\.\d+)?|(date|timestamp) '[^']*'")


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    equal = "=" if arguments["inclusive"] else ""
    given = [("min", ">", arguments["min_value"]), ("max", "<", arguments["max_value"])]
    bounds = [bound for bound in given if bound[2] is not None]
    if not bounds:
        raise ArgumentError("needs `min_value` or `max_value`")
    found = rows_where(subject, " or ".join(f"not {subject.value} {sign}{equal} ({sql})" for _, sign, sql in bounds))
    if not all(_CONSTANT.fullmatch(sql) for _, _, sql in bounds):
        return found
    # The extremes tell it all where bounds are the same for every row, and Parquet's statistics may know them.
    outside = (f"not {extreme}({subject.value}) {sign}{equal} ({sql})" for extreme, sign, sql in bounds)
    return replace(found, wrong=None, count=f"case when {' or '.join(outside)} then 1 else 0 end")


KIND = CheckKind(
    "column",
    failing,
    {
        "min_value": Argument(expression, None),
        "max_value": Argument(expression, None),
        "inclusive": Argument(flag, True),
    },
)
