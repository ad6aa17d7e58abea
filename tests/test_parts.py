"""After an edit of some models' SQL, these and what is made of them are all that is read and built; what is said and
what is published are those of a build of the whole."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from odibi_sql import warm
from odibi_sql.__main__ import look
from odibi_sql.cli import run
from odibi_sql.part import Part
from tests.conftest import WriteProject
from tests.test_warm import both, prove, replace_file, replace_text, rewrite, write

FILES = {
    "odibi_project.yml": "name: test\nvars: {limit: 10}\nsources: {raw: {path: data/*.csv}}\n",
    "models/staging/a.sql": "select * from raw where x < {{ var('limit') }}",
    "models/b.sql": "select x, {{ twice('x') }} as y from a join s using (x)",
    "models/c.sql": "select y, count(*) as n from b group by y",
    "models/d.sql": "select * from main.c where n > 0",
    "models/other.sql": "select max(x) as m from a",
    "models/v.sql": "{{ config(materialized='view') }} select * from c",
    "models/w.sql": "select * from v where n > 0",
    "models/more.yml": "models: [{name: nowhere}]",
    "checks/warns.sql": "{{ config(severity='warn') }} select * from other",
    "models/u.sql": "select x from s",
    "models/u.yml": "unit_tests: [{name: one, model: u, given: [{input: ref('s'), rows: [{x: 1}]}], "
    "expect: {rows: [{x: 1}]}}]",
    "snapshots/h.yml": "snapshots: [{name: h, relation: ref('a'), "
    "config: {strategy: check, unique_key: x, check_cols: all}}]",
    "models/e.sql": "{{ config(materialized='ephemeral') }} select x from s",
    "models/models.yml": "models: [{name: c, description: counted, columns: [{name: y, tests: [not_null, unique]}]}]\n"
    "seeds: [{name: s, columns: [{name: x, tests: [{relationships: {to: ref('a'), field: x}}]}]}]\n",
    "macros/twice.sql": "{% macro twice(x) %}{{ x }} * 2{% endmacro %}",
    "seeds/s.csv": "x\n1\n2\n",
    "checks/few.sql": "select * from b where x > 7",
    "data/one.csv": "x\n1\n2\n",
}
BUILD = ["build"]


@pytest.fixture
def built(project: WriteProject, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = project(FILES)
    monkeypatch.chdir(folder)
    prove(BUILD)
    return folder


def shown(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(folder / "warehouse/dev.duckdb"), read_only=True) as catalog:
        views = "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
        names = [name for (name,) in catalog.execute(views).fetchall() if name != "h"]  # which has the time
        return {name: catalog.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


def built_anew(folder: Path, copy: Path) -> dict[str, list[tuple[object, ...]]]:
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("warehouse"))
    assert run([*BUILD, "--quiet", "--project-dir", str(copy)]) == 0
    return shown(copy)


def words(told: str) -> list[str]:
    """What a build says in any order, without times, paths, and how many nodes were done by then."""
    for pattern in (r"[\d.]+ (m?s|min)\b", r"\d+/(?=\d+ )", r"/\S+dev.duckdb", r"critical path.*", r"  +"):
        told = re.sub(pattern, " ", told)
    return sorted(told.splitlines())


def left_to_build(arguments: list[str]) -> Part:
    code, part = look(arguments)
    assert code is None
    assert part is not None
    return part


AS_PARTS: dict[str, tuple[Callable[[], object], set[str]]] = {
    "a leaf": (replace_text("models/d.sql", "> 0", "> 1"), {"d"}),
    "a leaf, same size and times": (rewrite("models/d.sql", "> 0", "> 1"), {"d"}),
    "an editor's new file": (replace_file("models/d.sql", "> 0", "> 1"), {"d"}),
    "two leaves": (
        both(replace_text("models/d.sql", "> 0", "> 1"), replace_text("models/other.sql", "max", "min")),
        {"d", "other", "warns"},
    ),
    "one of them a comment": (
        both(replace_text("models/d.sql", "> 0", "> 1"), replace_text("models/other.sql", "max", "/* */ max")),
        {"d", "other", "warns"},
    ),
    "checks are part of it, and views": (
        replace_text("models/c.sql", "count(*)", "count(*) + 1"),
        {"c", "d", "v", "w", "not_null_c_y", "unique_c_y"},
    ),
    "what reads a macro, and a seed": (
        replace_text("models/b.sql", "as y", "+ 1 as y"),
        {"b", "few", "c", "d", "v", "w", "not_null_c_y", "unique_c_y"},
    ),
    "a table less is read": (replace_text("models/d.sql", "main.c where n > 0", "s"), {"d"}),
    "another table is read": (replace_text("models/d.sql", "main.c where n > 0", "other, c"), {"d"}),
    "a view is read": (replace_text("models/d.sql", "main.c where n > 0", "v"), {"d"}),
    "a source is read": (replace_text("models/d.sql", "main.c where n > 0", "c, raw"), {"d"}),
    "a file is read": (replace_text("models/d.sql", "main.c where n > 0", "'data/one.csv'"), {"d"}),
    "another schema of columns": (replace_text("models/other.sql", "as m", "as m, 1 as one"), {"other", "warns"}),
    "nothing to warn of any more": (
        replace_text("models/other.sql", "from a", "from a where x > 9 having max(x) > 9"),
        {"other", "warns"},
    ),
    "a view": (replace_text("models/v.sql", "from c", "from c where n > 0"), {"v", "w"}),
    "a comment in a view": (replace_text("models/v.sql", "from c", "/* all */ from c"), {"v", "w"}),
    "the date": (replace_text("models/d.sql", "select *", "select *, current_date > '2020-01-01' as late"), {"d"}),
}


@pytest.mark.parametrize("edit", AS_PARTS)
def test_a_part_is_built_as_the_whole_would_be(
    built: Path, edit: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change, names = AS_PARTS[edit]
    other = tmp_path / "other"
    shutil.copytree(built, other)
    change()
    part = left_to_build(BUILD)
    assert {name.partition("(")[0] for name in part.names} == names
    capfd.readouterr()
    assert run(BUILD, part) == 0
    told = capfd.readouterr().err
    shutil.copytree(built / "models", other / "models", dirs_exist_ok=True)
    assert run([*BUILD, "--project-dir", str(other)]) == 0
    assert words(told) == words(capfd.readouterr().err)
    assert shown(built) == shown(other)
    assert run(["plan", "--output", "json"]) == 0
    assert {step["action"] for step in json.loads(capfd.readouterr().out)} == {"cached"}


@pytest.mark.parametrize(
    "edit", ["a leaf", "another table is read", "a file is read", "the date", "nothing to warn of any more"]
)
def test_a_part_that_was_built_is_proved(built: Path, edit: str, capfd: pytest.CaptureFixture[str]) -> None:
    """By what the build of the whole would have kept, and so is the part after it."""
    AS_PARTS[edit][0]()
    while warm.answer(BUILD) is None:  # until the files are old enough
        assert run(BUILD, look(BUILD)[1]) == 0
    capfd.readouterr()
    assert warm.answer(BUILD) == 0
    told, proof = capfd.readouterr().err, kept()
    proof_path().unlink()
    prove(BUILD)
    capfd.readouterr()
    assert warm.answer(BUILD) == 0
    assert words(told) == words(capfd.readouterr().err)
    whole = kept()
    assert proof["stats"].keys() >= whole["stats"].keys()
    more = proof["stats"].keys() - whole["stats"].keys()
    assert all(re.fullmatch(r"warehouse/store/..", path) for path in more), "folders of results before"
    assert {**proof, "stats": 0} == {**whole, "stats": 0}
    Path("models/other.sql").write_text("select 5 as m")
    part = left_to_build(BUILD)
    assert "other" in part.names
    assert run(BUILD, part) == 0


def proof_path() -> Path:
    return Path(warm.proof_path(str(Path.cwd()), "warehouse", BUILD))


def kept() -> dict[str, Any]:
    proof = json.loads(proof_path().read_text())
    return {**proof, "edits": json.loads(proof["edits"])}


AS_WHOLE: dict[str, tuple[dict[str, str], Callable[[], object]]] = {
    "a setting": ({}, replace_text("models/d.sql", "select", "{{ config(tags=['x']) }} select")),
    "a var": ({}, replace_text("models/d.sql", "> 0", "> {{ var('limit') }}")),
    "a name that nothing has": ({}, replace_text("models/d.sql", "main.c", "nothing")),
    "a cycle": ({}, replace_text("models/b.sql", "from a", "from d, a")),
    "no SQL": ({}, replace_text("models/d.sql", "select", "selec")),
    "what keeps no rows is read": ({}, replace_text("models/d.sql", "main.c where n > 0", "e")),
    "a new file beside": ({}, both(replace_text("models/d.sql", "> 0", "> 1"), write("models/n.sql", "select 1 as x"))),
    "a seed beside": ({}, both(replace_text("models/d.sql", "> 0", "> 1"), write("seeds/s.csv", "x\n1\n"))),
    "a macro beside": ({}, both(replace_text("models/d.sql", "> 0", "> 1"), rewrite("macros/twice.sql", "2", "3"))),
    "a part of the store is gone": (
        {},
        both(
            replace_text("models/d.sql", "> 0", "> 1"),
            lambda: next(Path("warehouse/store").glob("??/*.parquet")).unlink(),
        ),
    ),
    "the catalog is gone": (
        {},
        both(replace_text("models/d.sql", "> 0", "> 1"), lambda: Path("warehouse/dev.duckdb").unlink()),
    ),
    "what goes on from a version below": (
        {"models/i.sql": "{{ config(materialized='incremental') }} select * from d"},
        replace_text("models/d.sql", "> 0", "> 1"),
    ),
    "a unit test below": (
        {
            "models/i.sql": "select * from d",
            "models/i.yml": "unit_tests: [{name: t, model: i, given: [{input: ref('d'), rows: [{n: 1}]}], "
            "expect: {rows: [{n: 1}]}}]",
        },
        replace_text("models/d.sql", "> 0", "> 1"),
    ),
    "a Python model below": (
        {"models/p.py": "import duckdb\ndef model(d: duckdb.DuckDBPyRelation):\n    return d\n"},
        replace_text("models/d.sql", "> 0", "> 1"),
    ),
}


@pytest.mark.parametrize("edit", AS_WHOLE)
def test_what_may_concern_more_takes_the_long_way(
    project: WriteProject, edit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more, change = AS_WHOLE[edit]
    monkeypatch.chdir(project({**FILES, **more}))
    prove(BUILD)
    change()
    assert look(BUILD) == (None, None)


@pytest.mark.parametrize(
    "option", [["--select", "d"], ["--exclude", "other"], ["--no-checks"], ["--as-of", "2026-01-01"]]
)
def test_a_build_of_less_knows_no_parts(built: Path, option: list[str]) -> None:
    prove([*BUILD, *option])
    replace_text("models/d.sql", "> 0", "> 1")()
    assert look([*BUILD, *option]) == (None, None)


def test_a_part_that_fails_leaves_what_is_published(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = shown(built)
    replace_text("models/c.sql", "count(*)", "error('no')")()
    part = left_to_build(BUILD)
    assert run(BUILD, part) == 1
    assert "1 failed, 3 skipped" in capfd.readouterr().err.replace("5 skipped", "3 skipped")
    assert shown(built) == before
    replace_text("models/c.sql", "error('no')", "7")()
    assert run(BUILD, left_to_build(BUILD)) == 0
    assert shown(built)["d"] == [(2, 7), (4, 7)]


def test_a_check_that_fails_on_a_part_keeps_it_from_readers(built: Path) -> None:
    before = shown(built)
    replace_text("models/c.sql", "select y", "select 1 as y")()
    assert run(BUILD, left_to_build(BUILD)) == 1
    assert shown(built) == before


MEANWHILE: dict[str, Callable[[], object]] = {
    "another edit": replace_text("models/other.sql", "max", "min"),
    "another publication": lambda: run([*BUILD, "--quiet", "--vars", "limit=2"]),
    "a result that went": lambda: next(Path("warehouse/store").glob("??/*.parquet")).unlink(),
    "an entry that went": lambda: next(Path("warehouse/store").glob("??/*.json")).unlink(),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_happens_meanwhile_is_met_by_a_build_of_the_whole(built: Path, what: str, tmp_path: Path) -> None:
    replace_text("models/d.sql", "> 0", "> 1")()
    part = left_to_build(BUILD)
    MEANWHILE[what]()
    assert run(BUILD, part) == 0
    assert shown(built) == built_anew(built, tmp_path / "anew")
