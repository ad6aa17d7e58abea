"""How the package is laid out: quick to start, one place for each library, no room without a name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import odibi_sql

PACKAGE = Path(odibi_sql.__file__).parent
HEAVY = ("duckdb", "sqlglot", "jinja2", "pandas", "pyarrow", "yaml", "rich", "numpy", "pyspark", "py4j")


def imported_by(code: str) -> set[str]:
    """The modules that a new interpreter has after running `code`."""
    text = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"], check=True, capture_output=True, text=True
    ).stdout
    return set(text.split())


@pytest.mark.parametrize(
    "code",
    ["import odibi_sql", "import odibi_sql.cli", "import odibi_sql.orchestrator", "import odibi_sql.commands.build"],
)
def test_starting_imports_nothing_heavy(code: str) -> None:
    assert imported_by(code) & set(HEAVY) == set()


ONLY_IN = {
    "sqlglot": "sql/",
    "jinja2": "render/",
    "rich": "reports/live.py",
    "yaml": "documents.py",
    "pyspark": "engines/spark/",
    "py4j": "engines/spark/",
}


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_in_one_place(library: str) -> None:
    imports = re.compile(rf"^\s*(import|from) {library}\b", re.MULTILINE)
    users = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if imports.search(path.read_text("utf-8"))
    ]
    assert users
    assert [user for user in users if not user.startswith(ONLY_IN[library])] == []


@pytest.mark.parametrize("unsafe", ["pickle", "shelve", "marshal"])
def test_nothing_that_runs_what_it_reads_is_used(unsafe: str) -> None:
    imports = re.compile(rf"^\s*(import|from) {unsafe}\b", re.MULTILINE)
    assert [path.name for path in PACKAGE.rglob("*.py") if imports.search(path.read_text("utf-8"))] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "common", "core", "base", "misc"}
    assert [path for path in PACKAGE.rglob("*.py") if path.stem in vague] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [path.name for path in PACKAGE.rglob("*.py") if not path.read_text("utf-8").lstrip().startswith('"""')]
    assert silent == []


def test_no_module_outgrows_a_room() -> None:
    lines = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count > 500} == {}
