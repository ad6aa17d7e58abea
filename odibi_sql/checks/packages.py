"""Checks of dbt's packages -> the same under the names they have here."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Translation(Struct, frozen=True):
    """`arguments`: what they call an argument -> what it is called here. `negated`: those that say the contrary."""

    test: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    negated: frozenset[str] = frozenset()


_EXPECTATIONS: dict[str, Translation] = {
    "expect_column_values_to_not_be_null": Translation("not_null"),
    "expect_column_values_to_be_unique": Translation("unique"),
    "expect_column_values_to_be_in_set": Translation(
        "accepted_values", {"value_set": "values", "quote_values": "quote"}
    ),
    "expect_column_values_to_be_between": Translation(
        "accepted_range", {"strictly": "inclusive"}, frozenset(["strictly"])
    ),
    "expect_column_values_to_match_regex": Translation("matches_regex"),
    "expect_compound_columns_to_be_unique": Translation(
        "unique_combination_of_columns", {"column_list": "combination_of_columns"}
    ),
    "expect_table_row_count_to_be_between": Translation("row_count_between"),
    "expect_table_row_count_to_equal_other_table": Translation("equal_rowcount"),
    "expect_row_values_to_have_recent_data": Translation("recency"),
    "expression_is_true": Translation("expression_is_true"),
}
_UTILS: dict[str, Translation] = {
    **{
        name: Translation(name)
        for name in (
            *("accepted_range", "equal_rowcount", "expression_is_true", "not_constant", "recency"),
            "unique_combination_of_columns",
        )
    },
    "relationships_where": Translation("relationships"),
}
PACKAGES: dict[str, dict[str, Translation]] = {
    "dbt": {name: Translation(name) for name in ("accepted_values", "not_null", "relationships", "unique")},
    "dbt_utils": _UTILS,
    "dbt_expectations": _EXPECTATIONS,
}
