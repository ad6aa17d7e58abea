"""relationships: every value of the column, but NULL, is one of `field` in the table `to`."""

from collections.abc import Mapping
from typing import Any

from odibi_sql.checks.arguments import Argument, expression, quoted, relation, text
from odibi_sql.checks.kind import CheckKind, Failing, Subject


def failing(subject: Subject, arguments: Mapping[str, Any]) -> Failing:
    field = quoted(arguments["field"])
    parents = f"select {field} as to_field from {arguments['to']} where {field} is not null"
    if arguments["to_condition"]:
        parents += f" and ({arguments['to_condition']})"
    children = f"select {subject.value} as from_field from {subject.rows} where {subject.value} is not null"
    if arguments["from_condition"]:
        children += f" and ({arguments['from_condition']})"
    return Failing(
        f"select child.from_field from ({children}) as child left join ({parents}) as parent "
        "on child.from_field = parent.to_field where parent.to_field is null"
    )


KIND = CheckKind(
    "column",
    failing,
    {
        "to": Argument(relation),
        "field": Argument(text),
        "from_condition": Argument(expression, None),
        "to_condition": Argument(expression, None),
    },
)
