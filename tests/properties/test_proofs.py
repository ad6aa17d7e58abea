"""Whatever was edited in between: where a build is answered by a proof, the build itself would have had nothing to do;
and comments and layout of tables are such edits. Where a part of the project is all that is built, the whole is as if
it was built from nothing."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from odibi_sql import api, warm
from odibi_sql.__main__ import look
from odibi_sql.cli import run
from tests.properties.edits import Edit, apply, edits
from tests.properties.projects import Project, projects
from tests.properties.warehouses import Warehouse, environment

OF_TEXTS = ("constant", "other constant", "shape", "kind", "use", "order by", "swap")
STYLES = edits.map(lambda edit: replace(edit, kind="style"))
OF_SQL = st.builds(lambda edit, kind: replace(edit, kind=kind), edits, st.sampled_from(OF_TEXTS[:3]))
TEXTS = st.builds(lambda edit, kind: replace(edit, kind=kind), edits, st.sampled_from(OF_TEXTS))


@settings(max_examples=settings().max_examples // 3)
@given(projects(), st.lists(st.one_of(STYLES, TEXTS, edits), min_size=1, max_size=5))
def test_what_a_proof_answers_has_nothing_to_do(project: Project, edited: list[Edit]) -> None:
    with tempfile.TemporaryDirectory(prefix="odibi-properties-") as folder:
        kept = Warehouse(Path(folder) / "kept")
        project = _without_the_clock(project)
        kept.write(project)
        proved = _prove(kept, project)
        for edit in edited:
            before, project = project, _without_the_clock(apply(edit, project))
            kept.write(project)
            with environment(project):
                answered = look(_arguments(kept))[0] == 0
            if answered:
                shown = kept.published()
                with environment(project):
                    built = api.build(kept.folder)
                assert {result.status for result in built.results.values()} == {"cached"}
                assert kept.published() == shown
            assert answered or not proved or not _differ_in_style_of_tables(before, project)
            proved = _prove(kept, project)


@settings(max_examples=settings().max_examples // 3)
@given(projects(), st.lists(st.one_of(OF_SQL, OF_SQL, OF_SQL, TEXTS, edits), min_size=1, max_size=5))
def test_parts_give_what_a_clean_build_gives(project: Project, edited: list[Edit]) -> None:
    """And nothing is left to do after them; those that edits of one model's SQL concern are all that runs."""
    with tempfile.TemporaryDirectory(prefix="odibi-properties-") as folder:
        kept = Warehouse(Path(folder) / "kept")
        project = _without_the_clock(project)
        kept.write(project)
        for number, edit in enumerate(edited):
            if not _prove(kept, project):
                return
            project = _without_the_clock(apply(edit, project))
            kept.write(project)
            with environment(project):
                code, part = look(_arguments(kept))
                built = run(_arguments(kept), part) if code is None else code
            event("a part" if part is not None else "the whole")
            clean = Warehouse(Path(folder) / f"clean{number}")
            clean.write(project)
            with environment(project):
                assert built == run(_arguments(clean))
                if built == 0:
                    assert kept.shown() == clean.shown()
                    results = api.build(kept.folder).results
                    assert {result.status for result in results.values()} == {"cached"}


def _arguments(kept: Warehouse) -> list[str]:
    return ["build", "--quiet", "--project-dir", str(kept.folder)]


def _prove(kept: Warehouse, project: Project) -> bool:
    """Builds until the files are old enough to be trusted; False where one fails."""
    arguments = _arguments(kept)
    with environment(project):
        for _ in range(30):
            if run(arguments):
                return False
            if warm.answer(arguments) == 0:
                return True
    raise AssertionError("no proof was kept")


def _without_the_clock(project: Project) -> Project:
    models = (replace(one, use="plain") if one.use in ("now", "date") else one for one in project.models)
    return replace(project, models=tuple(models))


def _differ_in_style_of_tables(old: Project, new: Project) -> bool:
    if len(old.models) != len(new.models) or replace(old, models=()) != replace(new, models=()):
        return False
    pairs = zip(old.models, new.models, strict=True)
    return all(one == two or (one.kind == "table" and replace(one, style=two.style) == two) for one, two in pairs)
