"""A view that is not selected, and what it gives to those that read it."""

from __future__ import annotations

from pathlib import Path

import pytest

import odibi_sql
from tests.conftest import WriteProject

VIEW = "{{ config(materialized='view') }} "
EPHEMERAL = "{{ config(materialized='ephemeral') }} "
SETTINGS = "name: lived\nsources: {raw: {tables: [{name: x, path: data/x.csv}]}}\n"
BETWEEN = {
    "a view": {"models/v.sql": f"{VIEW}select x + 10 as x from t"},
    "two views": {"models/u.sql": f"{VIEW}select * from t", "models/v.sql": f"{VIEW}select x + 10 as x from u"},
    "a view over an ephemeral model": {
        "models/e.sql": f"{EPHEMERAL}select * from t",
        "models/v.sql": f"{VIEW}select x + 10 as x from e",
    },
}
CHECK = {"models/v.yml": "models: [{name: v, columns: [{name: x, data_tests: [{accepted_values: {values: [11]}}]}]}]"}
NAME = "accepted_values_v_x__11"


def statuses(folder: Path, **options: object) -> dict[str, str]:
    run = odibi_sql.build(folder, **options)  # type: ignore[arg-type]
    return {name: result.status for name, result in run.results.items()}


@pytest.mark.parametrize("between", BETWEEN)
def test_its_reader_sees_the_table_below_that_was_published_since(project: WriteProject, between: str) -> None:
    folder = project({**BETWEEN[between], "models/t.sql": "select 1 as x", "models/w.sql": "select * from v"})
    assert odibi_sql.build(folder).published
    project({"models/t.sql": "select 2 as x"})
    assert odibi_sql.build(folder, select="t").published
    assert statuses(folder, select="w") == {"w": "ran"}
    assert statuses(folder, select="w") == {"w": "cached"}
    assert odibi_sql.build(folder, select="w")["w"].relation().fetchall() == [(12,)]
    project({"models/t.sql": "select 1 as x"})
    assert odibi_sql.build(folder)["w"].relation().fetchall() == [(11,)]


@pytest.mark.parametrize("between", BETWEEN)
def test_its_check_sees_the_table_below_that_was_published_since(project: WriteProject, between: str) -> None:
    folder = project({**BETWEEN[between], **CHECK, "models/t.sql": "select 1 as x"})
    assert odibi_sql.build(folder).published
    project({"models/t.sql": "select 2 as x"})
    assert odibi_sql.build(folder, select="t", checks=False).published
    assert odibi_sql.build(folder, only_checks=True).results[NAME].verdict == "fail"


@pytest.mark.parametrize(
    "view",
    [
        *(files["models/v.sql"] for files in BETWEEN.values()),
        f"{VIEW}select x from raw.x",
        f"{VIEW}select x from 'data/x.csv'",
        f"{VIEW}select x + 10 as x, current_date as d from t",
    ],
)
def test_where_nothing_changed_its_readers_and_checks_are_up_to_date(project: WriteProject, view: str) -> None:
    files = {
        **BETWEEN["two views"],
        **BETWEEN["a view over an ephemeral model"],
        **CHECK,
        "odibi_project.yml": SETTINGS,
        "data/x.csv": "x\n11\n",
        "models/t.sql": "select 1 as x",
        "models/v.sql": view,
        "models/w.sql": "select * from v",
    }
    folder = project(files)
    assert odibi_sql.build(folder).published
    assert statuses(folder, select="w", checks=False) == {"w": "cached"}
    assert statuses(folder, only_checks=True) == {NAME: "cached"}
