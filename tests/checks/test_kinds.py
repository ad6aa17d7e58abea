"""Every type of check, in dbt's spellings: which rows fail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from odibi_sql import cli
from odibi_sql.api import Run, build
from odibi_sql.checks import CHECKS
from odibi_sql.checks.packages import PACKAGES
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from tests.projects import write_project

MODELS = {
    "odibi_project.yml": "name: shop\nvars: {least: 0}\n",
    "models/items.sql": (
        "select * from (values (1, 'a', 1.5, date '2026-01-01', 10), (2, 'b', -2, date '2026-01-02', 10), "
        "(3, null, null, null, 11), (4, 'a', 0, date '2026-01-04', 12), (5, 'c', 10, date '2026-01-05', 13), "
        "(5, 'bb', 3, date '2026-01-05', 99)) as t(id, status, amount, day, parent)"
    ),
    "models/parents.sql": "select * from (values (10, 'x'), (11, 'x'), (12, 'y')) as t(id, kind)",
    "models/none.sql": "select * from parents where false",
    "macros/checks.sql": (
        "{% test is_even(model, column_name) %}{{ config(severity='warn') }}"
        "select {{ column_name }} from {{ model }} as m where m.{{ column_name }} % 2 = 1{% endtest %}\n"
    ),
    "checks/generic/longer.sql": (
        "{% data_test longer_than(model, column_name, length=1, other=none) %}"
        "select {{ column_name }} from {{ model }} where length({{ column_name }}) > {{ length }}"
        "{% if other %} and {{ column_name }} not in (select kind from {{ other }}){% endif %}{% enddata_test %}"
    ),
}

# (model, column or None, the check as YAML has it, the failing rows as JSON has them, or their number)
CASES: list[tuple[str, str | None, str, Any]] = [
    ("items", "status", "not_null", 1),
    ("items", "id", "not_null", 0),
    ("items", None, "not_null: {column_name: amount}", 1),
    ("items", "id", "unique", [(5, 2)]),
    ("items", "status", "unique", [("a", 2)]),
    ("items", None, "unique: {column_name: id || status}", 0),
    ("items", "status", "accepted_values: {values: [a, b]}", [("bb", 1), ("c", 1)]),
    ("items", "status", "accepted_values: {arguments: {values: [a, b, c, bb]}}", 0),
    ("items", "id", "accepted_values: {values: [1, 2, 3], where: id < 5}", [(4, 1)]),
    ("items", "id", "accepted_values: {values: [1, 2 + 1], quote: false, config: {where: id <> 5}}", [(2, 1), (4, 1)]),
    ("items", "parent", "relationships: {to: ref('parents'), field: id}", [(13,), (99,)]),
    ("items", "parent", "relationships: {to: parents, field: id, config: {where: \"status <> 'c'\"}}", [(99,)]),
    ("items", "parent", "relationships: {to: ref('none'), field: id, limit: 2}", 2),
    (
        "items",
        "parent",
        "dbt_utils.relationships_where: {to: ref('parents'), field: id, from_condition: id < 5, to_condition: id > 10}",
        [(10,), (10,)],
    ),
    ("items", None, "unique_combination_of_columns: {combination_of_columns: [id, status]}", 0),
    ("items", None, "dbt_utils.unique_combination_of_columns: {combination_of_columns: [id, day]}", 1),
    ("items", None, "dbt_expectations.expect_compound_columns_to_be_unique: {column_list: [id, day]}", 1),
    ("items", None, "expression_is_true: {expression: amount >= 0}", 1),
    ("items", "amount", "dbt_utils.expression_is_true: {expression: '>= 0'}", 1),
    ("items", None, "expression_is_true: {expression: \"amount > {{ var('least') }}\"}", 2),
    ("items", None, "dbt_expectations.expression_is_true: {expression: amount > 0, row_condition: id > 2}", 1),
    ("items", None, "expression_is_true: {expression: items.id in (select id from parents) -- or not}", 6),
    ("items", "amount", "accepted_range: {min_value: 0}", 1),
    ("items", "amount", "dbt_utils.accepted_range: {min_value: 0, max_value: 10, inclusive: false}", 3),
    ("items", "day", "accepted_range: {max_value: 2026-01-04}", 2),
    ("items", "amount", "accepted_range: {max_value: id + 1}", 1),
    ("items", "id", "dbt_expectations.expect_column_values_to_be_between: {min_value: 1, max_value: 5}", 0),
    ("items", "id", "dbt_expectations.expect_column_values_to_be_between: {min_value: 1, strictly: true}", 1),
    ("items", "status", "matches_regex: {regex: '^[ab]+$'}", 1),
    ("items", "id", "dbt_expectations.expect_column_values_to_match_regex: {regex: '[1-4]'}", 2),
    ("items", None, "not_empty", 0),
    ("none", None, "not_empty", [(0,)]),
    ("items", None, "row_count_between: {min_value: 6, max_value: 6}", 0),
    ("items", None, "row_count_between: {max_value: 5}", [(6,)]),
    ("none", None, "dbt_expectations.expect_table_row_count_to_be_between: {min_value: 1}", [(0,)]),
    ("items", None, "recency: {datepart: day, interval: 4, field: day}", 0),
    ("items", None, "recency: {datepart: hour, interval: 95, field: day}", 1),
    ("items", "day", "dbt_utils.recency: {datepart: day, interval: 3, ignore_time_component: true}", 1),
    ("items", None, "recency: {datepart: week, interval: 1, field: day, group_by_columns: [parent]}", 0),
    ("items", None, "recency: {datepart: day, interval: 5, field: day, group_by_columns: [parent]}", 1),
    ("items", None, "equal_rowcount: {compare_model: ref('parents')}", [(6, 3)]),
    ("items", None, "dbt_utils.equal_rowcount: {compare_model: ref('items')}", 0),
    (
        "parents",
        None,
        "equal_rowcount: {compare_model: ref('items'), group_by_columns: [id]}",
        [(1, 0, 1), (2, 0, 1), (3, 0, 1), (4, 0, 1), (5, 0, 2), (10, 1, 0), (11, 1, 0), (12, 1, 0)],
    ),
    ("items", "id", "not_constant", 0),
    ("items", "id", "not_constant: {where: id = 5}", [(5, 2)]),
    ("parents", "kind", "dbt_utils.not_constant: {group_by_columns: [kind]}", [("x", "x", 2), ("y", "y", 1)]),
    ("none", "id", "not_constant", 0),
    ("items", "id", "is_even", [(1,), (3,), (5,), (5,)]),
    ("items", "id", "is_even: {where: id < 5}", [(1,), (3,)]),
    ("items", "id", "is_even: {where: \"id > {{ var('least') }} and 'id' <> ' as '\"}", 4),
    ("items", "status", "longer_than", [("bb",)]),
    ("items", "status", "longer_than: {arguments: {length: 0, other: ref('parents')}, where: \"status <> 'a'\"}", 3),
    ("items", None, "{test_name: unique, column_name: parent}", [(10, 2)]),
    ("items", "id", "unique: {limit: 1, fail_calc: sum(n_records)}", [(5, 2)]),
]


NAMES = [f"case_{number}" for number in range(len(CASES))]
AS_OF = datetime(2026, 1, 9, tzinfo=UTC)


def files() -> dict[str, str]:
    models: dict[str, dict[str, Any]] = {}
    for name, (model, column, text, _) in zip(NAMES, CASES, strict=True):
        check = yaml.safe_load(text)
        if isinstance(check, str):
            check = {check: {}}
        elif "test_name" not in check:
            check = dict(check)
        where = check if "test_name" in check else next(iter(check.values()))
        where["name"] = name
        where.setdefault("config", {})["severity"] = "warn"
        described = models.setdefault(model, {"name": model, "data_tests": [], "columns": []})
        holder = described
        if column is not None:
            holder = {"name": column, "tests": []}
            described["columns"].append(holder)
        holder["tests" if column is not None else "data_tests"].append(check)
    return {**MODELS, "models/shop.yml": yaml.safe_dump({"models": list(models.values())})}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = write_project(tmp_path_factory.mktemp("kinds"), files(), {})
    return folder, build(folder, as_of=AS_OF)


@pytest.mark.parametrize(("name", "case"), list(zip(NAMES, CASES, strict=True)), ids=[case[2] for case in CASES])
def test_a_check_finds_the_rows_that_are_wrong(
    built: tuple[Path, Run], name: str, case: tuple[str, str | None, str, Any]
) -> None:
    run = built[1]
    result, expected = run.results[name], case[3]
    assert result.error is None
    rows = sorted(run[name].relation().fetchall(), key=repr)
    if isinstance(expected, int):
        assert len(rows) == expected
    else:
        assert rows == sorted(expected, key=repr)
    assert result.rows == len(rows)
    assert result.verdict == ("warn" if rows else "pass")


def test_every_type_of_check_is_among_the_cases() -> None:
    text = "\n".join(case[2] for case in CASES)
    assert [name for name in CHECKS if name not in text] == []


def test_what_packages_offer_is_what_is_there() -> None:
    for package in PACKAGES.values():
        for one in package.values():
            assert one.test in CHECKS
            assert set(one.arguments.values()) <= set(CHECKS[one.test].arguments)


def test_a_calculation_of_failures_judges(tmp_path: Path) -> None:
    checks = "unique: {fail_calc: sum(n_records), error_if: '> 4'}"
    files = {
        "models/a.sql": "select unnest([1, 1, 2, 2, 2, 3]) as x",
        "models/a.yml": f"models: [{{name: a, columns: [{{name: x, tests: [{checks}]}}]}}]",
    }
    run = build(write_project(tmp_path, files, {"odibi_project.yml": "name: x"}))
    error = run.results["unique_a_x"].error
    assert error and error.message == "sum(n_records) is 5 (error_if: > 4)"


def test_checks_are_counted_by_one_query(built: tuple[Path, Run]) -> None:
    """Those that passed and were counted have no file; nothing but a query could tell, had they been run alone."""
    folder = built[0]
    with Orchestrator(BuildOptions(folder, as_of=AS_OF)) as orchestrator:
        steps = orchestrator.plan.steps
    parts = {name: step.entry.parts for name, step in steps.items() if step.entry is not None}
    by_text = {text: parts.get(name) for name, (_, _, text, _) in zip(NAMES, CASES, strict=True)}
    assert by_text["dbt_expectations.expect_column_values_to_be_between: {min_value: 1, max_value: 5}"] == ()
    assert by_text["unique: {column_name: id || status}"] != ()
    assert by_text["row_count_between: {min_value: 6, max_value: 6}"] == ()


def test_settings_of_all_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The project's, for all or for a folder; a check's own are above these. Files are described in YAML."""
    files = {
        "odibi_project.yml": "name: x\ndata_tests: {+severity: warn, strict: {+severity: error, +tags: hard}}\n",
        "models/a.sql": "select null as x",
        "models/a.yml": (
            "models: [{name: a, columns: [{name: x, tests: [not_null, {unique: {tags: mine, severity: ERROR}}]}]}]"
        ),
        "checks/strict/c.sql": "select * from a",
        "checks/d.sql": "select * from a",
        "checks/d.yml": "data_tests: [{name: d, description: about d, config: {tags: soft, enabled: true}}]",
        "checks/off.sql": "{{ config(enabled=false) }} select * from nowhere",
        "tests/fixtures/data.sql": "select 1",
    }
    folder = write_project(tmp_path, files, {})
    assert cli.run(["ls", "--project-dir", str(folder), "-s", "tag:mine", "tag:hard", "tag:soft"]) == 2
    capsys.readouterr()
    assert cli.run(["ls", "--project-dir", str(folder), "-s", "tag:mine tag:hard tag:soft"]) == 0
    assert capsys.readouterr().out.split() == ["c", "d", "unique_a_x"]
    run = build(folder)
    assert {name: one.verdict for name, one in run.results.items()} == {
        "a": None,
        "c": "fail",
        "d": "warn",
        "not_null_a_x": "warn",
        "unique_a_x": "pass",
    }
