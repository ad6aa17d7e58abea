"""What users get wrong, as data: `cases/*.yml` hold projects with one mistake each, and all that is said about it.

A case: `files` (on top of a small shop), `links` (dangling: files that cannot be read), `databases` (DuckDB files by
the SQL that fills them), `without` (what the shop lacks), `command` (by default `build`), `exit` (by default 2) and
`says`: all of stderr for a mistake that is found before anything runs; every failed model's error for one that only
running tells.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from odibi_sql import cli
from tests.projects import write_project

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in sorted((Path(__file__).parent / "cases").glob("*.yml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]


def make_project(case: Mapping[str, Any], folder: Path) -> None:
    write_project(folder, case.get("files", {}))
    for path in case.get("without", ()):
        shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()
    for path, to in case.get("links", {}).items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).symlink_to(to)
    for path, sql in case.get("databases", {}).items():
        (folder / path).parent.mkdir(exist_ok=True)
        with duckdb.connect(str(folder / path)) as connection:
            connection.execute(sql)


def run_case(case: Mapping[str, Any], folder: Path) -> tuple[int, str, str]:
    """Exit code, what is said of the mistake, and all of stderr; the project's folder is shown as `PROJECT`."""
    make_project(case, folder)
    command = case.get("command", ["build"])
    ran = case.get("exit") == 1
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run([*command, "--output", "json"] if ran else command)
    if ran and out.getvalue():
        said = "".join(_told(result) for result in json.loads(out.getvalue())["results"])
    else:
        said = err.getvalue()
    return code, said.replace(str(folder), "PROJECT"), err.getvalue()


def _told(result: Mapping[str, Any]) -> str:
    error = result["error"]
    if error is None:
        return f"{result['name']} {result['status']}: {result['reason']}\n" if result["status"] == "skipped" else ""
    place = ":".join(str(error[part]) for part in ("file", "line", "column") if error[part] is not None)
    hint = f"\n  hint: {error['hint']}" if error.get("hint") else ""
    return f"{result['name']} failed: {place}: {error['message']}{hint}\n"


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_once_with_its_place_and_what_to_try(case: Mapping[str, Any], tmp_path: Path) -> None:
    code, said, everything = run_case(case, tmp_path)
    assert (code, said.rstrip("\n")) == (case.get("exit", 2), case["says"].rstrip("\n"))
    assert "Traceback" not in everything
    assert not list((tmp_path / "warehouse").glob("*.duckdb"))
    assert (tmp_path / "warehouse" / "runs").exists() == (code == 1)
