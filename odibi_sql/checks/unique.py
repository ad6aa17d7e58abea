"""unique: no value is there twice; NULL does not count."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, _: Mapping[str, Any]) -> Failing:
    return Failing(
        f"select {subject.value} as unique_field, count(*) as n_records from {subject.rows} "
        f"where {subject.value} is not null group by 1 having count(*) > 1"
    )


KIND = CheckKind("column", failing)
