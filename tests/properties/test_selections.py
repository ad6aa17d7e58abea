"""A build of a part leaves the rest of the publication as it was, and the whole can be built after it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odibi_sql import api
from tests.properties.edits import EDITS, Edit, apply, edits
from tests.properties.projects import Project, projects
from tests.properties.test_same_as_clean import THREADS, assert_same, check_plan, check_starts
from tests.properties.warehouses import Shown, Warehouse

# Edits after which everything that a model reads is still something that was published.
_KEEP_NAMES = sorted(EDITS.keys() - {"add", "delete", "rename", "kind", "format"})


@dataclass(frozen=True)
class Part:
    """One selector: a node, and whether all up or down of it comes along."""

    pick: int
    up: bool
    down: bool

    def name(self, project: Project) -> str:
        names = [one.name for one in project.all() if one.name in _built(project)]
        return names[self.pick % len(names)]

    def text(self, project: Project) -> str:
        return f"{'+' * self.up}{self.name(project)}{'+' * self.down}"

    def names(self, project: Project) -> set[str]:
        found = {self.name(project)}
        up = project.upstream(found) if self.up else set()
        return found | up | (project.downstream(found) if self.down else set())


parts = st.lists(st.builds(Part, st.integers(0, 30), st.booleans(), st.booleans()), min_size=1, max_size=3)


@settings(max_examples=settings().max_examples * 6 // 10)
@given(
    projects(least=2, most=10),
    st.lists(edits.filter(lambda edit: edit.kind in _KEEP_NAMES), min_size=1, max_size=4),
    parts,
    THREADS,
)
def test_a_part_leaves_the_rest_as_it_was(
    project: Project, edited: list[Edit], chosen: list[Part], threads: int
) -> None:
    with tempfile.TemporaryDirectory(prefix="odibi-properties-") as folder:
        kept, clean = Warehouse(Path(folder) / "kept"), Warehouse(Path(folder) / "clean")
        kept.write(project)
        if kept.build(project, threads).not_well:
            return
        before = kept.shown()
        for edit in edited:
            project = apply(edit, project)
        kept.write(project)
        select = [part.text(project) for part in chosen]
        wanted = _with_ephemerals(project, set.union(*(part.names(project) for part in chosen)) & _built(project))
        planned = kept.plan(project, select)
        built = kept.build(project, threads, select)
        assert built.statuses.keys() == wanted
        check_starts(built)
        check_plan(planned, built)
        after = kept.shown()
        if built.not_well:
            assert after == before
            return
        assert _tables(after, project, _built(project) - wanted) == _tables(before, project, _built(project) - wanted)

        clean.write(project)
        anew = clean.build(project)
        if not anew.not_well:
            whole = {name for name in wanted if wanted >= project.upstream({name}) & _built(project)}
            assert _tables(after, project, whole) == _tables(clean.shown(), project, whole)
            assert not kept.build(project, threads).not_well
            assert_same(kept.shown(), clean.shown(), project)


@pytest.mark.parametrize(
    ("view", "change"),
    [
        ("select current_date as d", "day"),
        ("select * from read_csv('data/x.csv')", "file"),
        ("select * from raw.x", "file"),
        ("select * from below", "file"),
    ],
)
def test_what_a_view_showed_to_a_part_is_not_taken_for_what_it_shows(tmp_path: Path, view: str, change: str) -> None:
    """The view is not selected, and gives other rows than when it was published; then it gives the old ones again."""
    as_view = "{{ config(materialized='view') }} "
    settings = "name: lived\nsources: {raw: {tables: [{name: x, path: data/x.csv}]}}\n"
    files = {
        "odibi_project.yml": settings,
        "models/shows.sql": as_view + view,
        "models/below.sql": as_view + "select * from 'data/x.csv'",
        "models/keeps.sql": "select * from shows",
        "data/x.csv": "d\n1\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")

    def rows(day: int, select: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
        run = api.build(tmp_path, select=select, as_of=datetime(2020, 1, day, tzinfo=UTC))
        return run["keeps"].relation().fetchall()

    first = rows(1)
    (tmp_path / "models/keeps.sql").write_text("select *, 1 as one from shows", "utf-8")
    if change == "file":
        (tmp_path / "data/x.csv").write_text("d\n2\n", "utf-8")
    second = rows(2 if change == "day" else 1, ("keeps",))
    assert second == [((date(2020, 1, 2) if change == "day" else 2), 1)]
    (tmp_path / "data/x.csv").write_text("d\n1\n", "utf-8")
    assert rows(1) == [(*first[0], 1)]


def _built(project: Project) -> set[str]:
    """What is a node that runs: all but files."""
    return {one.name for one in project.data if one.format == "seed"} | {model.name for model in project.models}


def _with_ephemerals(project: Project, names: set[str]) -> set[str]:
    """A read model without rows of its own comes along with its reader."""
    found = set(names)
    for model in reversed(project.models):
        if model.name in found:
            found |= {read for read in model.inputs if _kind(project, read) == "ephemeral"}
    return found


def _kind(project: Project, name: str) -> str:
    return next((model.kind for model in project.models if model.name == name), "table")


def _tables(shown: Shown, project: Project, names: set[str]) -> Shown:
    """Of these, what has rows of its own; a view shows what its upstream has become."""
    schemas = {model.name: model.schema for model in project.models}
    addresses = {f"{schemas.get(name, 'main')}.{name}" for name in names if _kind(project, name) == "table"}
    return {address: rows for address, rows in shown.items() if address in addresses}
