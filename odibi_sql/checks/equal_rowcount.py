"""equal_rowcount: there are as many rows as in `compare_model`; with `group_by_columns`, in every group."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, columns, relation
from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    names = arguments["group_by_columns"]
    groups = "".join(f"{name}, " for name in names)
    by = f" group by {', '.join(names)}" if names else ""
    ours = f"select {groups}count(*) as count_a from {subject.rows}{by}"
    theirs = f"select {groups}count(*) as count_b from {arguments['compare_model']}{by}"
    same = " and ".join(f"a.{name} is not distinct from b.{name}" for name in names) or "true"
    counts = "coalesce(count_a, 0) as count_a, coalesce(count_b, 0) as count_b"
    listed = "".join(f"coalesce(a.{name}, b.{name}) as {name}, " for name in names)
    return Failing(
        f"select {listed}{counts} from ({ours}) as a full join ({theirs}) as b on {same} "
        "where coalesce(count_a, 0) <> coalesce(count_b, 0)"
    )


KIND = CheckKind("table", failing, {"compare_model": Argument(relation), "group_by_columns": Argument(columns, ())})
