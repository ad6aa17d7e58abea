"""unique_combination_of_columns: no two rows have the same values in these columns; NULL is the same as NULL."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, columns, flag, quoted
from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    names = arguments["combination_of_columns"]
    listed = ", ".join(map(quoted, names) if arguments["quote_columns"] else names)
    return Failing(f"select {listed}, count(*) as n_records from {subject.rows} group by {listed} having count(*) > 1")


KIND = CheckKind(
    "table", failing, {"combination_of_columns": Argument(columns), "quote_columns": Argument(flag, False)}
)
