"""expression_is_true: an SQL condition that no row makes false; under a column, what follows its name: `>= 0`."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, expression
from odibi_sql.checks.kind import CheckKind, Failing, Subject, rows_where


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    value = f"{subject.column} " if subject.column is not None else ""
    return rows_where(subject, f"not ({value}{arguments['expression']}\n)")


KIND = CheckKind("either", failing, {"expression": Argument(expression)})
