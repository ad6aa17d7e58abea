"""A model that fails takes its downstream along and nothing else; nothing is published until it is mended."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.edits import Edit, edits
from tests.properties.projects import Project, projects
from tests.properties.test_same_as_clean import THREADS, assert_same, check_plan, check_starts, one_by_one, volatile
from tests.properties.warehouses import Warehouse


@settings(max_examples=settings().max_examples * 6 // 10)
@given(
    projects(least=3, most=10),
    st.lists(edits, min_size=1, max_size=3),
    st.lists(st.integers(0, 9), min_size=1, max_size=2),
    THREADS,
)
def test_a_failure_skips_its_downstream_and_keeps_the_publication(
    project: Project, edited: list[Edit], picks: list[int], threads: int
) -> None:
    mended = one_by_one(project, edited)[-1]
    broken, failing = _break(mended, picks)
    with tempfile.TemporaryDirectory(prefix="odibi-properties-") as folder:
        kept, clean = Warehouse(Path(folder) / "kept"), Warehouse(Path(folder) / "clean")
        kept.write(project)
        kept.build(project, threads)

        kept.write(broken)
        before, catalog = kept.shown(), kept.published()  # views over files show what these hold now
        planned = kept.plan(broken)
        built = kept.build(broken, threads)
        check_starts(built)
        check_plan(planned, built)
        skipped = broken.downstream(failing)
        failed = {name for name, status in built.statuses.items() if status == "failed"}
        assert failed >= failing - skipped
        assert {name for name, status in built.statuses.items() if status == "skipped"} == broken.downstream(failed)
        assert not built.run.published
        assert kept.shown() == before
        assert kept.published() == catalog

        kept.write(mended)
        clean.write(mended)
        again = kept.build(mended, threads)
        anew = clean.build(mended, threads)
        assert again.not_well == anew.not_well
        resumed = built.ran - failing - volatile(mended) - mended.downstream(volatile(mended))
        assert not again.ran & resumed & unaffected(mended, failing)
        if not again.not_well:
            assert_same(kept.shown(), clean.shown(), mended)


def _break(project: Project, picks: list[int]) -> tuple[Project, set[str]]:
    failing: set[str] = set()
    for pick in picks:
        model = project.models[pick % len(project.models)]
        reads = model.reads or (project.data[0].name,)
        failing.add(model.name)
        project = project.with_model(model, replace(model, shape="fails", kind="table", use="plain", reads=reads))
    return project, failing


def unaffected(project: Project, names: set[str]) -> set[str]:
    return {model.name for model in project.models} - names - project.downstream(names)
