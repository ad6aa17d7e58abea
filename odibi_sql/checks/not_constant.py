"""not_constant: the column has more than one value; with `group_by_columns`, in every group. NULL does not count."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, columns
from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    groups = ", ".join(arguments["group_by_columns"])
    same = f"count(distinct {subject.value}) = 1"
    if groups:
        return Failing(
            f"select {groups}, min({subject.value}) as value_field, count(*) as n_records from {subject.rows} "
            f"group by {groups} having {same}"
        )
    one = f"min({subject.value}) = max({subject.value})"
    return Failing(
        f"select min({subject.value}) as value_field, count(*) as n_records from {subject.rows} having {one}",
        f"case when {one} then 1 else 0 end",
    )


KIND = CheckKind("column", failing, {"group_by_columns": Argument(columns, ())})
