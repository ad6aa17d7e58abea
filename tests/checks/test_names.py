"""Checks of tables and columns whose names SQL must quote, or that look like templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import odibi_sql
from tests.projects import write_project

NAMES = [
    *("select", "order items", 'say "hi"', "it's", "Ünïcödé", "a[1]", "x;y", "MixedCase", "main", "$dollar{}"),
    *("{{braces}}", "--dashes", "%percent", "a.b"),
]


def described(name: str) -> dict[str, Any]:
    quoted = f"ref('{name}')" if "'" not in name else f'ref("{name}")'
    return {
        "name": name,
        "tests": [
            {"unique_combination_of_columns": {"combination_of_columns": ["id"]}},
            {"equal_rowcount": {"compare_model": quoted if "{{" not in name else "main"}},
            {"own": {"where": "id = 1"}},
        ],
        "columns": [
            {"name": "id", "tests": ["not_null", "unique"]},
            {"name": "order by", "tests": ["own_of_columns", {"accepted_range": {"min_value": 0}}]},
        ],
    }


def test_any_name_can_be_checked(tmp_path: Path) -> None:
    files = {
        **{f"models/{name}.sql": 'select 1 as id, 2 as "order by"' for name in NAMES},
        "models/models.yml": yaml.safe_dump({"models": [described(name) for name in NAMES]}, allow_unicode=True),
        "macros/own.sql": (
            "{% test own(model) %}select * from {{ model }} as m where m.id > 1{% endtest %}\n"
            "{% test own_of_columns(model, column_name) %}"
            'select "{{ column_name }}" from {{ model }} where false{% endtest %}'
        ),
    }
    run = odibi_sql.build(write_project(tmp_path, files, {"odibi_project.yml": "name: odd\n"}))
    assert {name: one.error for name, one in run.results.items() if one.error} == {}
    assert run.ok and len(run.results) == 8 * len(NAMES)
