"""Files that are read in place: every change that a query could see is seen, wherever the files and the project are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

import odibi_sql
from tests.conftest import WriteProject

SOURCE = "name: test\nsources: {{raw: {{path: '{path}', {more}}}}}\n"


def rows(folder: Path, model: str = "m") -> list[tuple[Any, ...]]:
    run = odibi_sql.build(folder)
    assert run.ok
    return sorted(run[model].relation().fetchall())


@pytest.mark.parametrize("pattern", ["data/*.csv", "data/**/*.csv", "data/?x.csv"])
@pytest.mark.parametrize("place", ["sql", "source"])
def test_files_whose_names_start_with_a_dot_count_as_the_engine_counts_them(
    project: WriteProject, pattern: str, place: str
) -> None:
    settings = SOURCE.format(path=pattern, more="") if place == "source" else "name: test\n"
    model = "from raw" if place == "source" else f"from '{pattern}'"
    folder = project({"odibi_project.yml": settings, "models/m.sql": model, "data/.x.csv": "a\n1\n"})
    assert rows(folder) == [(1,)]
    project({"data/.x.csv": "a\n2\n"})
    assert rows(folder) == [(2,)]
    project({"data/.y/ax.csv": "a\n3\n"})
    assert rows(folder) == ([(2,), (3,)] if "**" in pattern else [(2,)])


@pytest.mark.parametrize("place", ["sql", "source", "database"])
def test_paths_may_start_at_home(project: WriteProject, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    more = "" if place == "source" else "options: {header: true}"
    files = {"odibi_project.yml": SOURCE.format(path="~/x.csv", more=more), "models/m.sql": "from raw"}
    if place == "sql":
        files = {"models/m.sql": "from '~/x.csv'"}
    elif place == "database":
        files["odibi_project.yml"] = "name: test\nsources: [{name: raw, database: ~/x.duckdb, tables: [{name: t}]}]\n"
        files["models/m.sql"] = "from raw.t"
    folder = project(files)
    for home, value in (("one", 1), ("two", 2)):
        project({f"{home}/x.csv": f"a\n{value}\n"})
        make_database(folder / home / "x.duckdb", value)
        monkeypatch.setenv("HOME", str(folder / home))
        assert rows(folder) == [(value,)]


def make_database(path: Path, value: int) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(f"create table t as select {value} as a")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select filename from read_csv('data/x.csv', filename = true)", "moved"),
        ("select file from glob('data/*')", "moved"),
        ("select filename from read_text('data/x.csv')", "moved"),
        ("from raw", "moved"),
        ("select k from 'data/x.csv'", "k=2"),
    ],
)
def test_a_moved_project_shows_its_new_place(project: WriteProject, sql: str, name: str) -> None:
    folder = project(
        {
            "odibi_project.yml": SOURCE.format(path="data/x.csv", more="options: {filename: true}"),
            "models/m.sql": sql,
            "models/plain.sql": "from 'seeds/x.csv'",
            "data/x.csv": "a\n1\n",
            "seeds/x.csv": "a\n1\n",
        }
    )
    first = folder.rename(folder.with_name("k=1" if "=" in name else "first"))
    assert last_cells(first) == expected(first, sql)
    second = first.rename(first.with_name(name))
    assert last_cells(second) == expected(second, sql)
    assert odibi_sql.build(second).results["x"].status == "cached"


def last_cells(folder: Path) -> Sequence[str]:
    return [str(row[-1]) for row in odibi_sql.build(folder)["m"].relation().fetchall()]


def expected(folder: Path, sql: str) -> Sequence[str]:
    return [folder.name[2:]] if sql.startswith("select k") else [str(folder / "data/x.csv")]


def test_a_moved_project_keeps_results_that_do_not_show_where_it_is(project: WriteProject) -> None:
    folder = project({"models/m.sql": "from 'data/x.csv'", "data/x.csv": "a\n1\n"})
    odibi_sql.build(folder)
    moved = folder.rename(folder.with_name("moved"))
    assert odibi_sql.build(moved).results["m"].status == "cached"


def test_a_project_may_lie_in_a_folder_whose_name_is_a_pattern(project: WriteProject) -> None:
    files = {
        "odibi_project.yml": SOURCE.format(path="data/*.csv", more=""),
        "models/m.sql": "select * from 'data/?.csv' union all from 'data/x.csv'",
        "models/v.sql": "{{ config(materialized='view') }} from raw",
        "data/x.csv": "a\n1\n",
    }
    folder = project(files)
    for name in ("one[1]*", "two[2]"):
        folder = folder.rename(folder.with_name(name))
        assert rows(folder) == [(1,), (1,)]
        assert rows(folder, "v") == [(1,)]
        with duckdb.connect(folder / "warehouse/dev.duckdb", read_only=True) as reader:
            assert reader.execute("from v").fetchall() == [(1,)]
