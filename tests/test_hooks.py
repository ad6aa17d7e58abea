"""Hooks: what they change and for whom, what runs again because of them, and when they do not run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import odibi_sql
from odibi_sql import cli
from odibi_sql.errors import RunError
from tests.conftest import WriteProject


def rows(folder: Path, name: str = "a") -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = odibi_sql.build(folder).raise_for_failure()[name].relation().fetchall()
    return found


def ran(folder: Path) -> set[str]:
    run = odibi_sql.build(folder).raise_for_failure()
    return {name for name, result in run.results.items() if result.status == "ran"}


CHANGES: dict[str, tuple[dict[str, str], object]] = {
    "a setting": ({"models/a.sql": "{{ config(pre_hook='SET integer_division = true') }} select 7 / 2 as x"}, 3),
    "a pragma": ({"models/a.sql": "{{ config(pre_hook='PRAGMA integer_division = true') }} select 7 / 2 as x"}, 3),
    "in dbt's spelling": (
        {"models/a.sql": "{{ config({'pre-hook': 'SET integer_division=true'}) }} select 7/2 as x"},
        3,
    ),
    "a macro": ({"models/a.sql": "{{ config(pre_hook='create temp macro f(x) as x + 1') }} select f(1) as x"}, 2),
    "a variable": (
        {"models/a.sql": "{{ config(pre_hook=['SET VARIABLE v = 4', 'SELECT 1']) }} select getvariable('v') as x"},
        4,
    ),
    "several statements": (
        {
            "models/a.sql": "select f(7) / 2 as x",
            "models/a.yml": "models: [{name: a, config: {pre_hook: "
            "'create temp macro f(x) as x; set integer_division = true;'}}]",
        },
        3,
    ),
    "a folder's and its own": (
        {
            "odibi_project.yml": "name: test\nmodels: {+pre-hook: 'create temp macro f(x) as x + 1'}\n",
            "models/a.sql": "select g(1) as x",
            "models/a.yml": "models: [{name: a, config: {pre_hook: {sql: create temp macro g(x) as f(x) * 2}}}]",
        },
        4,
    ),
    "Jinja": (
        {
            "odibi_project.yml": "name: test\nvars: {add: 5}\n",
            "macros/m.sql": "{% macro made(n) %}create temp macro f(x) as x + {{ n }}{% endmacro %}",
            "models/a.sql": "{{ config(pre_hook=\"{{ made(var('add')) }}\") }} select f(1) as x",
        },
        6,
    ),
    "of the run": (
        {
            "odibi_project.yml": "name: test\non-run-start: [create macro f(x) as x + 1, SET integer_division=true]\n",
            "models/a.sql": "select f(8) / 2 as x",
        },
        4,
    ),
    "Python": (
        {
            "models/a.py": "config = {'pre_hook': 'create temp macro f(x) as x + 1'}\n"
            "def model(dbt, session):\n    return session.sql('select f(1) as x')\n"
        },
        2,
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_runs_before_is_there(project: WriteProject, case: str) -> None:
    files, expected = CHANGES[case]
    assert rows(project(files)) == [(expected,)]
    assert ran(project(files)) == ({"a"} if case == "a variable" else set())  # getvariable() is new in every build


def test_a_models_settings_are_its_own(project: WriteProject) -> None:
    """All are on one connection each, and there is one thread: what leaks shows."""
    settings = [
        "SET integer_division = true",
        "SET default_null_order = 'nulls_first'",
        "SET default_collation = nocase",
    ]
    files = {f"models/a{n}.sql": f'{{{{ config(pre_hook="{sql}") }}}} select 1 as x' for n, sql in enumerate(settings)}
    asks = "select 7 / 2 as d, 'a' = 'A' as c, (select list(x order by x) from (values (1), (null)) t(x)) as n"
    files["models/z.sql"] = f"{{{{ config(depends_on=['a0', 'a1', 'a2']) }}}} {asks}"
    folder = project(files)
    run = odibi_sql.build(folder, threads=1).raise_for_failure()
    assert run["z"].relation().fetchall() == [(3.5, False, [1, None])]


@pytest.mark.parametrize("kind", ["sql", "py"])
def test_what_runs_after_sees_the_rows(project: WriteProject, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out.csv"
    hook = (
        f"copy (select x, '{{{{ this.schema }}}}.{{{{ this.name }}}}' as y from {{{{ this }}}} where x < 3) to '{out}'"
    )
    models = {
        "sql": f'{{{{ config(post_hook="{hook}") }}}} select unnest([1, 2, 3]) as x',
        "py": f'import pandas\nconfig = {{"post_hook": "{hook}"}}\n'
        "def model():\n    return pandas.DataFrame({'x': [1, 2, 3]})\n",
    }
    folder = project({f"models/a.{kind}": models[kind]})
    assert ran(folder) == {"a"}
    assert out.read_text() == "x,y\n1,main.a\n2,main.a\n"
    out.unlink()
    assert ran(folder) == set()
    assert not out.exists()


EDITS: Mapping[str, tuple[str, str, set[str]]] = {
    "pre_hook": ("pre_hook: select 1", "pre_hook: select 2", {"a"}),
    "post_hook": ("post_hook: select 1", "post_hook: select 2", {"a"}),
    "no hook any more": ("post_hook: select 1", "tags: x", {"a"}),
    "the same by another way": ("pre_hook: select 1", "pre-hook: ['select {{ 1 }}', '{{ \"\" }}']", set()),
}


@pytest.mark.parametrize("case", EDITS)
def test_a_changed_hook_runs_its_model_and_no_reader(project: WriteProject, case: str) -> None:
    before, after, expected = EDITS[case]
    files = {"models/a.sql": "select 1 as x", "models/b.sql": "select * from a"}
    folder = project({**files, "models/m.yml": f"models: [{{name: a, config: {{{before}}}}}]"})
    assert ran(folder) == {"a", "b"}
    project({"models/m.yml": f"models: [{{name: a, config: {{{after}}}}}]"})
    steps = {step.node.name: step for step in odibi_sql.plan_build(folder)}
    assert [steps["a"].action] == (["run"] if expected else ["cached"])
    assert ran(folder) == expected


def test_hooks_of_the_run_run_where_something_runs(project: WriteProject, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = f"""
name: test
on_run_start: create temp table run as select '{{{{ target.name }}}}' as target
on_run_end: ["copy run to '{out}.csv'", "copy run to '{out}2.csv'"]
"""
    folder = project({"odibi_project.yml": settings, "models/a.sql": "select 1 as x"})
    assert ran(folder) == {"a"}
    assert Path(f"{out}.csv").read_text() == Path(f"{out}2.csv").read_text() == "target\ndev\n"
    Path(f"{out}.csv").unlink()
    assert ran(folder) == set()
    assert not Path(f"{out}.csv").exists()
    project({"models/b.sql": "select error('no') as x", "models/c.sql": "select 2 as x"})
    run = odibi_sql.build(folder)
    assert (run.results["b"].status, Path(f"{out}.csv").exists()) == ("failed", True)


def test_what_starts_a_run_counts_for_models_and_what_ends_it_does_not(project: WriteProject) -> None:
    folder = project({"models/a.sql": "select 1 as x", "seeds/s.csv": "x\n1\n"})
    assert ran(folder) == {"a", "s"}
    project({"odibi_project.yml": "name: test\non_run_end: select 1\n"})
    assert ran(folder) == set()
    project({"odibi_project.yml": "name: test\non_run_start: select 1\n"})
    steps = {step.node.name: step.reason for step in odibi_sql.plan_build(folder)}
    assert steps == {"a": "option `on_run_start` changed", "s": "unchanged"}


def test_a_run_whose_end_fails_is_published_and_says_so(
    project: WriteProject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project({"odibi_project.yml": "name: test\non_run_end:\n  - selec 1\n", "models/a.sql": "select 1 as x"})
    monkeypatch.chdir(folder)
    assert cli.run(["build"]) == 1
    assert "odibi_project.yml:3:5: `on_run_end`: syntax error" in capsys.readouterr().err
    assert (folder / "warehouse" / "dev.duckdb").exists()
    project({"models/a.sql": "select 2 as x"})
    with pytest.raises(RunError, match="on_run_end"):
        odibi_sql.build(folder)


def test_what_could_pass_is_a_failure_at_the_end_of_a_run(
    project: WriteProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is left to try it again with. By its words, this could be a connection that is lost."""
    (tmp_path / "connection").touch()
    hook = f"copy (select 1) to '{tmp_path}/connection/x.csv'"
    folder = project({"odibi_project.yml": f"name: test\non_run_end: {hook}\n", "models/a.sql": "select 1 as x"})
    assert cli.run(["build", "--project-dir", str(folder)]) == 1
    assert "odibi_project.yml:2:13: `on_run_end`: " in capsys.readouterr().err


def test_environment_variables_of_hooks_count(project: WriteProject, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = "create temp macro f(x) as x + {{ env_var('HOOKS_TEST') }}"
    files = {
        "models/a.sql": "select f(1) as x",
        "models/a.yml": f'models: [{{name: a, config: {{pre_hook: "{hook}"}}}}]',
    }
    for value, expected in (("1", 2), ("2", 3), ("1", 2)):
        monkeypatch.setenv("HOOKS_TEST", value)
        assert rows(project(files)) == [(expected,)]
    run = odibi_sql.build(project(files))
    assert run.results["a"].status == "cached"


def test_what_grows_shows_all_of_its_rows_to_its_hook(project: WriteProject, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    hook = f"copy (select * from {{{{ this }}}} order by x) to '{out}'"
    newer = "{% if is_incremental() %}where x > (select max(x) from {{ this }}){% endif %}"
    config = f"materialized='incremental', pre_hook='create temp macro f(x) as x', post_hook=\"{hook}\""
    folder = project(
        {"models/a.sql": f"{{{{ config({config}) }}}} select f(x) as x from s {newer}", "seeds/s.csv": "x\n1\n"}
    )
    for text in ("x\n1\n", "x\n1\n2\n"):
        project({"seeds/s.csv": text})
        assert rows(folder) == [(int(cell),) for cell in text.split()[1:]]
        assert out.read_text() == text
    out.unlink()
    project({"models/a.sql": (folder / "models/a.sql").read_text().replace("order by x", "order by x desc")})
    assert ran(folder) == set()  # it is not made anew for what comes after
    project({"seeds/s.csv": "x\n1\n2\n3\n"})
    assert ran(folder) == {"a", "s"}
    assert out.read_text() == "x\n3\n2\n1\n"


def test_checks_know_what_the_run_began_with(project: WriteProject) -> None:
    folder = project(
        {
            "odibi_project.yml": "name: test\non_run_start: create macro is_wrong(x) as x > 1\n",
            "models/a.sql": "select 1 as x",
            "checks/small.sql": "select * from a where is_wrong(x)",
        }
    )
    assert "small" in ran(folder)


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_a_model_that_names_the_targets_engine_knows_what_the_run_began_with(
    project: WriteProject, engine: str
) -> None:
    settings = "name: test\non_run_start: create macro f(x) as x + {}\n"
    model = f"{{{{ config(engine='{engine}') }}}} select f(1) as x"
    folder = project({"odibi_project.yml": settings.format(1), "models/a.sql": model})
    assert rows(folder) == [(2,)]
    project({"odibi_project.yml": settings.format(2)})
    assert rows(folder) == [(3,)]


def test_unit_tests_know_what_the_run_began_with(project: WriteProject) -> None:
    settings = "name: test\non_run_start: create macro f(x) as x + {}\n"
    tested = "unit_tests: [{name: u, model: a, given: [{input: s, rows: [{x: 5}]}], expect: {rows: [{y: 6}]}}]"
    folder = project(
        {
            "odibi_project.yml": settings.format(1),
            "seeds/s.csv": "x\n1\n",
            "models/a.sql": "select f(x) as y from s",
            "models/m.yml": tested,
        }
    )
    assert ran(folder) == {"s", "a", "u"}
    project({"odibi_project.yml": settings.format(2)})
    assert odibi_sql.build(folder).results["u"].verdict == "fail"


def test_what_runs_elsewhere_does_not_start_the_targets_engine(project: WriteProject) -> None:
    settings = "name: test\nengine: spark\nengines: {spark: {remote: 'sc://127.0.0.1:1'}}\non_run_start: select 1\n"
    folder = project({"odibi_project.yml": settings, "models/a.sql": "{{ config(engine='duckdb') }} select 1 as x"})
    assert rows(folder) == [(1,)]
