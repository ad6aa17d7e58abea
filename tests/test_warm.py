"""The warm path: it answers without loading anything when nothing changed, and never when anything did."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from odibi_sql import warm
from odibi_sql.__main__ import look
from odibi_sql.cli import run
from tests.conftest import WriteProject
from tests.test_layout import HEAVY

FILES = {
    "odibi_project.yml": "name: test\nvars: {limit: 10}\nsources: {raw: {path: data/*.csv}}\n",
    "models/staging/a.sql": "select * from raw where x < {{ var('limit') }}",
    "models/b.sql": "select x, '{{ env_var('WARM_TEST', 'no') }}' as e, {{ twice('x') }} as y from a join s using (x)",
    "models/models.yml": "models: [{name: a, description: first}]\n",
    "macros/twice.sql": "{% macro twice(x) %}{{ x }} * 2{% endmacro %}",
    "seeds/s.csv": "x\n1\n2\n",
    "checks/few.sql": "select * from b where x > 7",
    "models/checks.yml": "seeds: [{name: s, columns: [{name: x, tests: [accepted_range: {max_value: 5}]}]}]\n",
    "data/one.csv": "x\n1\n2\n",
}
BUILD = ["build"]
LEVELS = ["ls", "--levels"]


@pytest.fixture
def built(project: WriteProject, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with proofs for BUILD and LEVELS; the current folder."""
    folder = project(FILES)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("WARM_TEST", raising=False)
    prove(BUILD)
    prove(LEVELS)
    return folder


def prove(arguments: list[str]) -> None:
    """Young files are not trusted, so the first runs may keep no proof; they are older at the last."""
    for _ in range(50):
        assert run(arguments) == 0
        if warm.answer(arguments) == 0:
            return
    raise AssertionError("no proof was kept")


def test_the_answer_is_that_of_the_long_way(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments in (BUILD, LEVELS):
        capfd.readouterr()
        assert run(arguments) == 0
        long = capfd.readouterr()
        assert warm.answer(arguments) == 0
        short = capfd.readouterr()
        assert short.out == long.out
        assert short.err.partition(" in ")[0] == long.err.partition(" in ")[0]
        assert short.err.partition(";")[2] == long.err.partition(";")[2]


def test_nothing_is_loaded(built: Path) -> None:
    code = "import sys; from odibi_sql.__main__ import look; look(['build']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & {*HEAVY, "click", "dataclasses", "typing", "odibi_sql.cli"} == set()
    assert "5 cached in" in done.stderr and "; checks: 2 passed; `dev`" in done.stderr


def rewrite(path: str, old: str, new: str) -> Callable[[], None]:
    """An edit that keeps the file's size, times and inode, as far as a program can."""

    def edit() -> None:
        file = Path(path)
        before = file.stat()
        text = file.read_text()
        assert old in text
        assert len(old) == len(new)
        with file.open("r+") as stream:
            stream.write(text.replace(old, new))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    return edit


def replace_text(path: str, old: str, new: str) -> Callable[[], None]:
    def edit() -> None:
        text = Path(path).read_text()
        assert old in text
        Path(path).write_text(text.replace(old, new))

    return edit


def part_of(model: str) -> Path:
    record = json.loads(max(Path("warehouse/publications/dev").glob("0*.json")).read_text())
    return Path("warehouse/store", record["relations"][model]["relation"]["parts"][0])


def flip_a_byte() -> None:
    part = part_of("b")
    before, data = part.stat(), bytearray(part.read_bytes())
    data[len(data) // 2] ^= 255
    with part.open("r+b") as stream:
        stream.write(data)
    os.utime(part, ns=(before.st_atime_ns, before.st_mtime_ns))


def write(path: str, text: str = "") -> Callable[[], None]:
    def make() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)

    return make


CHANGES: dict[str, Callable[[], object]] = {
    "a model, same size and times": rewrite("models/b.sql", "as y", "as z"),
    "a seed, same size and times": rewrite("seeds/s.csv", "2", "3"),
    "a source's file, same size and times": rewrite("data/one.csv", "2", "3"),
    "a macro": rewrite("macros/twice.sql", "* 2", "* 3"),
    "the project's file": rewrite("odibi_project.yml", "limit: 10", "limit: 11"),
    "a description": rewrite("models/models.yml", "first", "other"),
    "a new model in a folder below": write("models/staging/c.sql", "select 1 as x"),
    "a new folder": write("models/marts/d.sql", "select 1 as x"),
    "a new file for a source's glob": write("data/two.csv", "x\n7\n"),
    "a check": rewrite("checks/few.sql", "> 7", "> 1"),
    "a check in YAML": rewrite("models/checks.yml", "5", "1"),
    "a new check": write("checks/more.sql", "select * from b"),
    "a first check where dbt has them": write("tests/first.sql", "select * from b"),
    "a new seed": write("seeds/t.csv", "x\n1\n"),
    "a model removed": lambda: Path("models/b.sql").unlink(),
    "a model renamed": lambda: Path("models/b.sql").rename("models/c.sql"),
    "an environment variable": lambda: os.environ.update(WARM_TEST="other"),
    "the catalog removed": lambda: Path("warehouse/dev.duckdb").unlink(),
    "the catalog replaced": write("warehouse/dev.duckdb", "rubbish"),
    "a log beside the catalog": write("warehouse/dev.duckdb.wal", "x"),
    "a stored part removed": lambda: part_of("a").unlink(),
    "a byte of a stored part, same size and times": flip_a_byte,
    "a result forgotten": lambda: next(Path("warehouse/store").glob("??/*.json")).unlink(),
    "the record of the publication": lambda: max(Path("warehouse/publications/dev").glob("0*.json")).unlink(),
    "current.json": lambda: Path("warehouse/publications/dev/current.json").unlink(),
    "another build's publication": lambda: run(["build", "--quiet", "--vars", "limit=1"]),
}
ONLY_BUILD = {
    "a source's file, same size and times",
    "a new file for a source's glob",
    *(name for name in CHANGES if name.startswith(("the catalog", "a log", "a stored", "a byte", "a result"))),
    *("the record of the publication", "current.json", "another build's publication"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_takes_the_long_way(built: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARM_TEST", "")  # so that it is put back afterwards
    monkeypatch.delenv("WARM_TEST")
    CHANGES[change]()
    assert warm.answer(BUILD) is None
    assert warm.answer(LEVELS) == (0 if change in ONLY_BUILD else None)


def replace_file(path: str, old: str, new: str) -> Callable[[], None]:
    """As many editors save: a new file gets the old one's name, and the folder is another than it was."""

    def edit() -> None:
        file = Path(path)
        other = file.with_name("new")
        other.write_text(file.read_text().replace(old, new))
        other.rename(file)

    return edit


def both(*edits: Callable[[], object]) -> Callable[[], object]:
    return lambda: [edit() for edit in edits]


WIDER = replace_text("models/b.sql", "from", "from ")
MEANINGLESS: dict[str, Callable[[], object]] = {
    "a comment": replace_text("models/b.sql", "from a", "from a -- as it is\n"),
    "a comment in a template": replace_text("models/staging/a.sql", "where", "{# {{ no_such }} #} where /* ' */"),
    "layout": replace_text("models/b.sql", " ", "\n\t"),
    "case of keywords": rewrite("models/b.sql", "from a join", "FROM a JOIN"),
    "two models": both(replace_text("models/b.sql", "from", "from "), replace_text("models/staging/a.sql", "*", " *")),
    "an editor's new file": replace_file("models/b.sql", "from", " from"),
    "a file that came and went": both(write("models/.b.swp"), lambda: Path("models/.b.swp").unlink()),
    "the same text": replace_file("models/b.sql", "from", "from"),
}
MEANT: dict[str, Callable[[], object]] = {
    "a model": replace_text("models/b.sql", "as y", "as z"),
    "white space in a string": replace_text("models/b.sql", "'no'", "'no '"),
    "a comment that takes a line away": replace_text("models/b.sql", "from", "-- from"),
    "a var that was not read": replace_text("models/b.sql", "join s", "join s {{ var('limit') * 0 }}"),
    "a setting": replace_text("models/b.sql", "select", "{{ config(materialized='view') }} select"),
    "a tag": replace_text("models/b.sql", "select", "{{ config(tags=['x']) }} select"),
    "a comment of a view, which is published with it": replace_text("models/v.sql", "from", "/* all */ from"),
    "a comment, and another file": both(
        replace_text("models/b.sql", "from", "from "), write("models/c.sql", "select 1")
    ),
    "a comment, and less files": both(
        replace_file("models/b.sql", "from", "from "), lambda: Path("models/v.sql").unlink()
    ),
    "a comment, and a seed": both(replace_text("models/b.sql", "from", "from "), write("seeds/s.csv", "x\n1\n")),
    "a comment, and a macro": both(
        replace_text("models/b.sql", "from", "from "), rewrite("macros/twice.sql", "2", "3")
    ),
    "a comment in a check": replace_text("checks/few.sql", "from", "from /* all */"),
    "a comment in a model with a unit test": replace_text("models/staging/a.sql", "from", "from /* all */"),
    "a model removed": lambda: Path("models/b.sql").unlink(),
}
UNIT_TEST = """unit_tests:
  - {name: small, model: a, given: [{input: "source('raw')", rows: [{x: 1}]}], expect: {rows: [{x: 1}]}}
"""


@pytest.mark.parametrize("edit", MEANINGLESS)
def test_an_edit_that_means_nothing_is_answered(built: Path, edit: str, capfd: pytest.CaptureFixture[str]) -> None:
    """By the words of the build that found nothing to do, and again without a look at the text."""
    capfd.readouterr()
    assert warm.answer(BUILD) == 0
    before = capfd.readouterr().err.partition(" in ")
    MEANINGLESS[edit]()
    assert warm.answer(BUILD) is None
    assert look(BUILD)[0] == 0
    assert capfd.readouterr().err.partition(" in ")[0] == before[0]
    while warm.answer(BUILD) is None:  # until the files are old enough
        assert look(BUILD)[0] == 0
    assert run(["plan", "--output", "json"]) == 0
    assert {step["action"] for step in json.loads(capfd.readouterr().out)} == {"cached"}


@pytest.mark.parametrize("edit", MEANT)
def test_an_edit_that_may_mean_something_is_not(
    project: WriteProject, edit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"models/v.sql": "{{ config(materialized='view') }} select * from b"}
    if "unit test" in edit:
        more["models/unit.yml"] = UNIT_TEST
    monkeypatch.chdir(project({**FILES, **more}))
    prove(BUILD)
    MEANT[edit]()
    assert look(BUILD)[0] is None


IMPORTS = {
    "models/p.py": "import duckdb\nimport lib.m\ndef model(b: duckdb.DuckDBPyRelation):\n    return b\n",
    "lib/m.py": "X = 1\n",
}
IMPORTED: dict[str, Callable[[], object]] = {
    "a module, same size and times": rewrite("lib/m.py", "1", "2"),
    "a Python model, same size and times": rewrite("models/p.py", "return b", "return 1"),
    "a module that stands before it": write("lib/m/__init__.py", "X = 2"),
    "a package that stands before its folder": write("lib/__init__.py", "X = 2"),
    "a module that stands before an installed one": write("duckdb.py", "X = 2"),
    "a module beside the model": write("models/lib.py", "X = 2"),
}


@pytest.mark.parametrize("change", IMPORTED)
def test_what_python_models_import_takes_the_long_way(
    change: str, project: WriteProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project({**FILES, **IMPORTS}))
    prove(BUILD)
    prove(LEVELS)
    IMPORTED[change]()
    assert warm.answer(BUILD) is None
    assert warm.answer(LEVELS) is None


def test_a_listing_with_columns_depends_on_the_data_that_they_come_from(built: Path) -> None:
    listing = ["ls", "--output", "json"]
    prove(listing)
    rewrite("data/one.csv", "x\n", "y\n")()
    assert warm.answer(listing) is None
    assert warm.answer(LEVELS) == 0


def test_a_moved_project_takes_the_long_way(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = built.rename(built.with_name("moved"))
    monkeypatch.chdir(moved)
    assert warm.answer(BUILD) is None


def test_a_proof_is_for_one_command_line(built: Path) -> None:
    assert warm.answer(["build", "--select", "a"]) is None
    assert warm.answer(["build", "--no-cache"]) is None
    assert warm.answer(["plan"]) is None
    assert warm.answer([]) is None


def test_a_failed_build_keeps_no_proof_and_uses_none(built: Path, project: WriteProject) -> None:
    project({"models/bad.sql": "select error('no') as x"})
    assert run(BUILD) == 1
    assert warm.answer(BUILD) is None


@pytest.mark.parametrize("key", ["format", "arguments", "root", "python", "date", "env", "stats", "stdout"])
def test_a_damaged_proof_takes_the_long_way(built: Path, key: str) -> None:
    path = Path(warm.proof_path(str(built), "warehouse", BUILD))
    proof = json.loads(path.read_text())
    for damaged in ({**proof, key: 0}, {name: value for name, value in proof.items() if name != key}):
        if key == "stdout" and damaged.get(key) == 0:
            continue
        path.write_text(json.dumps(damaged))
        assert look(BUILD)[0] is None
    path.write_text(path.read_text()[:-20])
    assert warm.answer(BUILD) is None


def test_the_date_counts_where_it_was_used(built: Path, project: WriteProject) -> None:
    project({"models/d.sql": "select current_date as today"})
    prove(BUILD)
    path = Path(warm.proof_path(str(built), "warehouse", BUILD))
    path.write_text(path.read_text().replace(json.loads(path.read_text())["date"], "2001-01-01"))
    assert warm.answer(BUILD) is None


def test_a_disabled_model_waits_for_its_environment_variable(
    built: Path, project: WriteProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project({"models/d.sql": "{{ config(enabled=env_var('WARM_TEST', 'no') == 'yes') }} select 1 as x"})
    prove(BUILD)
    prove(LEVELS)
    monkeypatch.setenv("WARM_TEST", "yes")
    assert warm.answer(BUILD) is None
    assert warm.answer(LEVELS) is None


def test_a_build_that_uses_no_results_is_never_proved(built: Path) -> None:
    for _ in range(3):
        assert run([*BUILD, "--no-cache"]) == 0
        assert warm.answer([*BUILD, "--no-cache"]) is None


INCREMENTAL = {
    "models/i.sql": "{{ config(materialized='incremental') }} select * from b"
    "{% if is_incremental() %} where x > (select max(x) from {{ this }}) {% endif %}",
    "models/t.sql": "{{ config(materialized='incremental', strategy='time_range', time_column='x', grain='day') }} "
    "select x from b",
    "models/models.yml": "models: [{name: b, config: {event_time: x}}]\n",
    "models/b.sql": "select date '2026-01-01' + x::integer as x from s",
    "checks/few.sql": "select * from s where x > 7",
}


def test_incremental_models_are_proved_too(built: Path, project: WriteProject) -> None:
    project(INCREMENTAL)
    prove(BUILD)
    project({"seeds/s.csv": "x\n1\n2\n3\n"})
    prove(BUILD)
    assert len(list(Path("warehouse/store").glob("??/*.parquet"))) > 5
    part_of("i").unlink()
    assert warm.answer(BUILD) is None


@pytest.mark.parametrize("option", [["--full-refresh"], ["--start", "2026-01-01"], ["--end", "2026-01-01"]])
def test_a_build_that_makes_anew_is_never_proved(built: Path, project: WriteProject, option: list[str]) -> None:
    project(INCREMENTAL)
    for _ in range(3):
        assert run([*BUILD, *option]) == 0
        assert warm.answer([*BUILD, *option]) is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the number of CPUs cannot be chosen here")
def test_the_number_of_cpus_counts(built: Path) -> None:
    before = os.sched_getaffinity(0)
    if len(before) == 1:
        pytest.skip("one CPU cannot become fewer")
    os.sched_setaffinity(0, {min(before)})
    try:
        assert warm.answer(BUILD) is None
    finally:
        os.sched_setaffinity(0, before)


def test_another_copy_of_the_program_proves_anew(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(Path(warm.__file__).parent, copy / "odibi_sql", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from odibi_sql import warm; print(warm.answer(['build']))"
    for path, answer in ((Path(warm.__file__).parents[1], "0"), (copy, "None")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(path)},
        )
        assert done.stdout.split() == [answer]


@pytest.mark.parametrize("sql", ["select random() as r", "select now() as n"])
def test_what_is_new_in_every_build_is_never_proved(built: Path, project: WriteProject, sql: str) -> None:
    project({"models/r.sql": sql})
    for _ in range(2):
        assert run(BUILD) == 0
        assert warm.answer(BUILD) is None


def test_a_state_selection_is_never_proved(built: Path) -> None:
    arguments = ["ls", "--select", "state:modified"]
    for _ in range(2):
        assert run(arguments) == 0
        assert warm.answer(arguments) is None


def test_another_place_for_the_warehouse(project: WriteProject, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project(
        {**FILES, "odibi_project.yml": FILES["odibi_project.yml"] + "warehouse: 'made here' # not there\n"}
    )
    monkeypatch.chdir(folder)
    prove(BUILD)
    assert (folder / "made here" / "warm").is_dir()
    assert not (folder / "warehouse").exists()
