"""Whatever was edited in between: where a build is answered by a proof, the build itself would have had nothing to do;
and comments and layout of tables are such edits."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from odibi_sql import api, warm
from odibi_sql.cli import run
from odibi_sql.edits import amended
from tests.properties.edits import Edit, apply, edits
from tests.properties.projects import Project, projects
from tests.properties.warehouses import Warehouse, environment

OF_TEXTS = ("constant", "other constant", "shape", "kind", "use", "order by", "swap")
STYLES = edits.map(lambda edit: replace(edit, kind="style"))
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
                answered = warm.answer(_arguments(kept), amended) == 0
            if answered:
                shown = kept.published()
                with environment(project):
                    built = api.build(kept.folder)
                assert {result.status for result in built.results.values()} == {"cached"}
                assert kept.published() == shown
            assert answered or not proved or not _differ_in_style_of_tables(before, project)
            proved = _prove(kept, project)


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
