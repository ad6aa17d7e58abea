"""accepted_values: the column holds nothing but these, or NULL. `quote: false` takes the values as SQL."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, flag, literal, values
from odibi_sql.checks.kind import CheckKind, Failing, Subject, values_where


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    listed = ", ".join(literal(value) if arguments["quote"] else str(value) for value in arguments["values"])
    return values_where(subject, f"{subject.value} not in ({listed})")


KIND = CheckKind("column", failing, {"values": Argument(values), "quote": Argument(flag, True)})
