"""ModelMemo: a model that is remembered is the model that would be compiled, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from odibi_sql.compile import Compiled, compile_project
from odibi_sql.model import Check, Model
from odibi_sql.project import load_project
from odibi_sql.remembered import ModelMemo, context_of
from tests.conftest import WriteProject

EXAMPLE = Path(__file__).parent.parent / "example_project"
FILES = {
    "odibi_project.yml": "name: test\nvars: {limit: 10, other: 1}\ntargets: {dev: {}, prod: {schema: live}}\n",
    "models/a.sql": "\n/* first */ select 1 as x, {{ var('limit') }} as y;",
    "models/b.sql": "{{ config(tags=['t'], meta={'k': [1]}) }} with a as (select * from a) select a.x, now() from a",
    "models/c.sql": "{{ config(dialect='snowflake') }} select iff(x > 1, '{{ env_var('MEMO', 'n') }}', '') as z from b",
    "models/e.sql": "{{ config(engine='spark') }} select epoch_ms(x) as z, y + z as n from a",
    "models/f.sql": "{{ config(engine='spark') }} select round(x, 1) as z from a",
    "models/d.sql": "select *, {{ twice('1') }} as t from read_csv('x.csv') join main.a on main.a.x = 1",
    "macros/twice.sql": "{% macro twice(x) %}{{ x }} * 2{% endmacro %}",
    "checks/own.sql": "{{ config(severity='warn', limit=3) }} select * from b where {{ twice('x') }} > 1",
    "checks/generic/even.sql": "{% test even(model, column_name) %}select 1 from {{ model }} where false{% endtest %}",
    "seeds/s.csv": "x\n1\n",
    "seeds/s.yml": (
        "seeds: [{name: s, columns: [{name: x, tests: [unique, even, not_null: {where: \"x > {{ var('limit') }}\"}]}]}]"
    ),
    "models/m.yml": "models: [{name: a, description: first, config: {schema: other}}]",
}


def compiled(folder: Path, memo_file: Path | None, environ: Mapping[str, str], target: str = "dev") -> Compiled:
    project = load_project(folder, target)
    memo = ModelMemo(memo_file, context_of(project, "duckdb"), environ) if memo_file else None
    return compile_project(project, "duckdb", (), memo)


def models(one: Compiled) -> dict[str, Model]:
    return {name: node.definition for name, node in one.dag.nodes.items() if isinstance(node.definition, Model)}


def remembered(folder: Path, memo_file: Path, environ: Mapping[str, str]) -> set[str]:
    project = load_project(folder)
    memo = ModelMemo(memo_file, context_of(project, "duckdb"), environ)
    return {file.name for file in project.models if memo.get(file) is not None}


def test_remembered_models_equal_compiled_ones(project: WriteProject, tmp_path: Path) -> None:
    for folder in (project(FILES), EXAMPLE):
        memo = tmp_path / f"{folder.name}.json"
        first = compiled(folder, memo, {})
        again = compiled(folder, memo, {})
        own = [model for model in models(first).values() if not isinstance(model, Check)]
        assert len(remembered(folder, memo, {})) == len(own) > 3
        assert models(again) == models(first) == models(compiled(folder, None, {}))
        assert again.dag == first.dag


EDITS: dict[str, tuple[Callable[[WriteProject], object], set[str]]] = {
    "nothing": (lambda write: write({}), {"a", "b", "c", "d", "e", "f"}),
    "one file": (lambda write: write({"models/a.sql": "select 2 as x"}), {"b", "c", "d", "e", "f"}),
    "a setting from YAML": (lambda write: write({"models/m.yml": "models: []"}), {"b", "c", "d", "e", "f"}),
    "a macro": (lambda write: write({"macros/twice.sql": "{% macro twice(x) %}3{% endmacro %}"}), set()),
    "a var": (lambda write: write({"odibi_project.yml": FILES["odibi_project.yml"].replace("10", "11")}), set()),
}


def test_checks_are_remembered(project: WriteProject, tmp_path: Path) -> None:
    folder, memo_file = project(FILES), tmp_path / "memo.json"
    compiled(folder, memo_file, {})
    memo = ModelMemo(memo_file, context_of(load_project(folder), "duckdb"), {})
    names = ["check even_s_x", "check not_null_s_x", "check unique_s_x", "checks/own.sql"]
    assert sorted(name for name in memo._old if "check" in name) == names
    project({"seeds/s.yml": FILES["seeds/s.yml"].replace("unique", "unique: {where: x > 2}")})
    again = compiled(folder, memo_file, {})
    assert "x > 2" in again.dag.nodes["unique_s_x"].model.statement.sql


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_costs_what_it_touches(project: WriteProject, tmp_path: Path, edit: str) -> None:
    folder, memo = project(FILES), tmp_path / "memo.json"
    compiled(folder, memo, {})
    change, kept = EDITS[edit]
    change(project)
    assert remembered(folder, memo, {}) == kept
    assert models(compiled(folder, memo, {})) == models(compiled(folder, None, {}))


def test_environment_variables_are_compared(project: WriteProject, tmp_path: Path) -> None:
    folder, memo = project(FILES), tmp_path / "memo.json"
    compiled(folder, memo, {})
    assert remembered(folder, memo, {"MEMO": "yes"}) == {"a", "b", "d", "e", "f"}
    assert remembered(folder, memo, {"UNREAD": "yes"}) == {"a", "b", "c", "d", "e", "f"}


def test_an_incremental_models_delta_is_remembered_with_what_it_read(project: WriteProject, tmp_path: Path) -> None:
    sql = (
        "{{ config(materialized='incremental', unique_key=['x'], lookback=2) }} select x from a "
        "{% if is_incremental() %} where x > (select max(x) from {{ this }}) "
        "and x <> {{ env_var('IN_DELTA', '7') }} {% endif %}"
    )
    folder, memo = project({**FILES, "models/i.sql": sql}), tmp_path / "memo.json"
    first = models(compiled(folder, memo, {}))
    assert models(compiled(folder, memo, {})) == first
    assert first["i"].delta is not None and "max ( x )" in first["i"].delta.canonical
    assert "i" in remembered(folder, memo, {})
    assert "i" not in remembered(folder, memo, {"IN_DELTA": "8"})


def test_another_target_compiles_anew(project: WriteProject, tmp_path: Path) -> None:
    folder, memo = project(FILES), tmp_path / "memo.json"
    compiled(folder, memo, {})
    live = models(compiled(folder, memo, {}, "prod"))
    assert live["b"].config.schema == "live"


def test_mistakes_are_told_again(project: WriteProject, tmp_path: Path) -> None:
    wrong = {"models/bad.sql": "select (", "models/lost.sql": "from nowhere", "macros/bad.sql": "{% macro x( %}"}
    folder, memo = project({**FILES, **wrong}), tmp_path / "memo.json"
    first = [str(problem) for problem in compiled(folder, memo, {}).problems]
    assert first
    assert [str(problem) for problem in compiled(folder, memo, {}).problems] == first


@pytest.mark.parametrize("text", ["", "{", "[]", '{"context": "x"}', '{"context": 1, "models": 2}'])
def test_a_damaged_memo_is_no_memo(project: WriteProject, tmp_path: Path, text: str) -> None:
    folder, memo = project(FILES), tmp_path / "memo.json"
    memo.write_text(text)
    assert models(compiled(folder, memo, {})) == models(compiled(folder, None, {}))
