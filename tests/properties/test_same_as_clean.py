"""Whatever was edited in between, a build with a kept warehouse gives what a build from nothing gives, and runs no more
than it has to."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from odibi_sql import api
from tests.properties.edits import Edit, apply, edits
from tests.properties.expectations import Expectations
from tests.properties.projects import Data, Format, Model, Project, projects
from tests.properties.warehouses import Built, Shown, Warehouse

THREADS = st.sampled_from((1, 2, 8))


@given(projects(), st.lists(edits, min_size=1, max_size=4), THREADS)
def test_after_one_edit_at_a_time(project: Project, edited: list[Edit], threads: int) -> None:
    follow([project, *one_by_one(project, edited)], threads)


@settings(max_examples=settings().max_examples * 6 // 10)
@given(projects(), st.lists(st.lists(edits, min_size=2, max_size=6), min_size=1, max_size=2), THREADS)
def test_after_many_edits_at_once_and_back(project: Project, batches: list[list[Edit]], threads: int) -> None:
    steps = [project]
    for batch in batches:
        steps.append(one_by_one(steps[-1], batch)[-1])
    follow([*steps, project], threads)


@settings(max_examples=settings().max_examples // 3)
@given(projects(least=12, most=25), st.lists(edits, min_size=1, max_size=3), THREADS)
def test_in_large_projects(project: Project, edited: list[Edit], threads: int) -> None:
    follow([project, one_by_one(project, edited)[-1]], threads)


@pytest.mark.parametrize("kind", ["table", "view", "ephemeral"])
def test_one_build_has_one_time_in_whatever_reads_it(tmp_path: Path, kind: str) -> None:
    """Also where another model asks for the time, and is only a query in the model that keeps rows."""
    models = {
        "asks.sql": f"{{{{ config(materialized='{kind}') }}}} select current_date as d, now() as t",
        "passes.sql": f"{{{{ config(materialized='{kind}') }}}} select d, t from asks",
        "keeps.sql": "select d, t from passes",
    }
    (tmp_path / "models").mkdir()
    (tmp_path / "odibi_project.yml").write_text("name: timed\n", "utf-8")
    for name, sql in models.items():
        (tmp_path / "models" / name).write_text(sql, "utf-8")
    for day in (3, 2):
        as_of = datetime(2020, 1, day, 4, tzinfo=UTC)
        run = api.build(tmp_path, as_of=as_of)
        assert run["keeps"].relation().fetchall() == [(as_of.date(), as_of)]


@pytest.mark.parametrize("kind", ["seed", "csv", "parquet", "declared"])
def test_an_edit_that_keeps_size_and_time_of_a_remembered_file_is_seen(tmp_path: Path, kind: Format) -> None:
    data = Data("d0", kind, ((1, 1, 1, 1), (2, 3, 1, 1)), flavour=0)
    model = Model("m0", ("d0",), "filter", a=0, b=1, kind="table", use="plain")
    project = Project((data,), (model,))
    kept = Warehouse(tmp_path)
    kept.write(project)
    kept.build(project)
    memo = tmp_path / "warehouse" / "store" / "files.json"
    before = (tmp_path / data.path).stat()
    while not memo.exists() or data.path not in memo.read_text("utf-8"):  # a file just written is not remembered
        kept.build(project)
    edited = replace(project, data=(replace(data, rows=((1, 1, 1, 1), (2, 4, 1, 1))),))
    kept.write(edited)
    after = (tmp_path / data.path).stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert "m0" in kept.build(edited).ran
    assert "(2, 4," in str(kept.shown()["main.m0"])


def one_by_one(project: Project, edited: Sequence[Edit]) -> list[Project]:
    found = []
    for edit in edited:
        project = apply(edit, project)
        found.append(project)
    return found


def follow(steps: Sequence[Project], threads: int) -> None:
    """Build each step in one warehouse, and in new ones; compare all that can be seen of both."""
    expectations = Expectations()
    with tempfile.TemporaryDirectory(prefix="odibi-properties-") as folder:
        kept = Warehouse(Path(folder) / "kept")
        for number, project in enumerate(steps):
            clean = Warehouse(Path(folder) / f"clean{number}")
            _step(project, kept, clean, expectations, threads)


def _step(project: Project, kept: Warehouse, clean: Warehouse, expectations: Expectations, threads: int) -> None:
    kept.write(project)
    clean.write(project)
    before = kept.published()
    planned = kept.plan(project)
    built = kept.build(project, threads)
    anew = clean.build(project, threads=1)
    check_starts(built)
    check_plan(planned, built)
    for name, message in built.failures().items():
        note(f"{name}: {message}")
    assert built.not_well == anew.not_well
    if built.not_well:
        assert not built.run.published
        assert kept.published() == before
        return
    shown = kept.shown()
    assert_same(shown, clean.shown(), project)
    assert expectations.differences(project, shown, built) == []
    expectations.learn(project, shown)
    again = kept.build(project, threads)
    assert again.ran == volatile(project)
    assert again.run.published


def check_starts(built: Built) -> None:
    """Each node that ran or failed was started once, and no other."""
    wanted = {name for name, status in built.statuses.items() if status in ("ran", "failed")}
    assert dict(built.starts) == dict.fromkeys(wanted, 1)


def check_plan(planned: dict[str, str], built: Built) -> None:
    """What was planned happened, unless something upstream failed. Of two models that say the same, one may find what
    the other has just made."""
    assert planned.keys() == built.statuses.keys()
    results = built.run.results
    made = {results[name].key for name in built.ran}
    for name, action in planned.items():
        status = built.statuses[name]
        if action == "run":
            found = status == "cached" and results[name].key in made
            assert found or status in ("ran", "failed", "skipped"), f"{name} was to run, and is {status}"
        elif action == "cached":
            assert status == "cached", f"{name} was to be cached, and is {status}"
        else:
            assert status in ("ran", "cached", "failed", "skipped")


def assert_same(kept: Shown, clean: Shown, project: Project) -> None:
    """Views that show the date show the reader's, which may have changed between two looks."""
    assert kept.keys() == clean.keys()
    dated = dated_views(project)
    for name, rows in kept.items():
        if name not in dated:
            assert rows == clean[name], name


def volatile(project: Project) -> set[str]:
    """Models that run in every build."""
    return {model.name for model in project.models if model.use == "now"}


def dated_views(project: Project) -> set[str]:
    by_name: dict[str, Model] = {}
    dated: set[str] = set()
    for model in project.models:
        by_name[model.name] = model
        through = (read in dated for read in model.inputs)
        if model.kind != "table" and (model.use == "date" or any(through)):
            dated.add(model.name)
    return {f"{by_name[name].schema}.{name}" for name in dated}
