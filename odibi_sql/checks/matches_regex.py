"""matches_regex: the regular expression is found in every value; `^` and `$` ask for the whole. NULL is accepted."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, literal, text
from odibi_sql.checks.kind import CheckKind, Failing, Subject, rows_where


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    return rows_where(subject, f"not regexp_matches(cast({subject.value} as varchar), {literal(arguments['regex'])})")


KIND = CheckKind("column", failing, {"regex": Argument(text)})
