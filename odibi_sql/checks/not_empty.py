"""not_empty: there are rows."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, _: Mapping[str, Any]) -> Failing:
    return Failing(
        f"select count(*) as row_count from {subject.rows} having count(*) = 0",
        "case when count(*) = 0 then 1 else 0 end",
    )


KIND = CheckKind("table", failing)
