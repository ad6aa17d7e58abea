"""The types of checks that YAML can ask for. A new one is one module beside these and one line here."""

from odibi_sql.checks import (
    accepted_range,
    accepted_values,
    equal_rowcount,
    expression_is_true,
    matches_regex,
    not_constant,
    not_empty,
    not_null,
    recency,
    relationships,
    row_count_between,
    unique,
    unique_combination_of_columns,
)
from odibi_sql.checks.kind import CheckKind

CHECKS: dict[str, CheckKind] = {
    "not_null": not_null.KIND,
    "unique": unique.KIND,
    "accepted_values": accepted_values.KIND,
    "relationships": relationships.KIND,
    "unique_combination_of_columns": unique_combination_of_columns.KIND,
    "expression_is_true": expression_is_true.KIND,
    "accepted_range": accepted_range.KIND,
    "matches_regex": matches_regex.KIND,
    "not_constant": not_constant.KIND,
    "not_empty": not_empty.KIND,
    "row_count_between": row_count_between.KIND,
    "equal_rowcount": equal_rowcount.KIND,
    "recency": recency.KIND,
}
