"""A pull request's build: only what changed, with the rest read from production, into a catalog of its own."""

from __future__ import annotations

import duckdb

import odibi_sql
from tests.conftest import WriteProject

FILES = {
    "odibi_project.yml": "name: test\ntargets: {dev: {}, prod: {}, ci: {}}\n",
    "models/a.sql": "select range as x from range(3)",
    "models/b.sql": "select x, x * 2 as y from a",
    "models/c.sql": "select sum(y) as total from b",
    "models/v.sql": "{{ config(materialized='view') }} select b.x, total from b, c",
    "models/other.sql": "select 1 as one",
}


def test_only_what_changed_is_built_and_the_rest_is_productions(project: WriteProject) -> None:
    folder = project(FILES)
    assert odibi_sql.build(folder, target="prod").ok
    project({"models/c.sql": "select sum(y) + 1 as total from b"})
    run = odibi_sql.build(folder, target="ci", select="state:modified+", defer="prod")
    assert run.ok
    assert {name: result.status for name, result in run.results.items()} == {"c": "ran", "v": "ran"}
    with duckdb.connect(str(folder / "warehouse/ci.duckdb"), read_only=True) as ci:
        assert ci.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL").fetchall() == [
            ("c",),
            ("v",),
        ]
        assert ci.execute("FROM v ORDER BY x").fetchall() == [(0, 7), (1, 7), (2, 7)]
    with duckdb.connect(str(folder / "warehouse/prod.duckdb"), read_only=True) as prod:
        assert prod.execute("FROM v ORDER BY x").fetchall() == [(0, 6), (1, 6), (2, 6)]


def test_a_changed_ephemeral_model_is_modified(project: WriteProject) -> None:
    folder = project({**FILES, "models/b.sql": "{{ config(materialized='ephemeral') }} select x, x as y from a"})
    assert odibi_sql.build(folder, target="prod").ok
    project({"models/b.sql": "{{ config(materialized='ephemeral') }} select x, x * 3 as y from a"})
    run = odibi_sql.build(folder, target="ci", select="state:modified+", defer="prod")
    assert {name: result.status for name, result in run.results.items()} == {"b": "ran", "c": "ran", "v": "ran"}
    assert run["c"].df()["total"].tolist() == [9]


def test_nothing_modified_builds_nothing(project: WriteProject) -> None:
    folder = project(FILES)
    assert odibi_sql.build(folder, target="prod").ok
    run = odibi_sql.build(folder, target="ci", select="state:modified", defer="prod")
    assert run.results == {}
    assert run.ok
