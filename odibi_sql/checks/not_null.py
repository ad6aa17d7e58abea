"""not_null: the column has a value in every row."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, _: Mapping[str, Any]) -> Failing:
    """Parquet's statistics answer the count, without a look at the values."""
    return Failing(f"select * from {subject.rows} where {subject.value} is null", f"count(*) - count({subject.value})")


KIND = CheckKind("column", failing)
