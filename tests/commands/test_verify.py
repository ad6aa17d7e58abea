"""`odibi-sql verify`, as far as it goes without a second engine; the rest is with the engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from odibi_sql.cli import run
from tests.projects import write_project

MISTAKES = {
    "no pair": (["--engines", "duckdb"], "`duckdb` does not name two engines"),
    "three": (["--engines", "duckdb,spark,pandas"], "does not name two engines"),
    "no engine": (["--engines", "duckdb,sprak"], "there is no engine `sprak`\n  hint: did you mean `spark`?"),
    "the same": (["--engines", "duckdb,duckdb"], "`duckdb` is one engine, and two are compared"),
    "the same by another name": (["--engines", "pandas,duckdb"], "`duckdb` is one engine, and two are compared"),
    "tolerance": (["--tolerance", "-1"], "-1"),
    "a word for tolerance": (["--tolerance", "much"], "`much` is not a number"),
    "an engine of its own": (["--engine", "spark"], "`verify` runs on two engines"),
    "no such model": (["orderz"], "did you mean `orders`?"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_before_anything_runs(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, word = MISTAKES[case]
    folder = write_project(tmp_path, {"models/a.sql": "select 1 as a from orders\n"})
    assert run(["verify", *arguments, "--project-dir", str(folder)]) == 2
    shown = capsys.readouterr()
    assert word in shown.err and shown.out == ""
    assert not (folder / "warehouse" / "dev.duckdb").exists()


def test_a_project_that_is_wrong_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_project(
        tmp_path, {"models/a.sql": "select from from orders\n", "models/b.sql": "select 1 as b from no\n"}
    )
    assert run(["verify", "--project-dir", str(folder)]) == 2
    assert "models/b.sql:1:20" in capsys.readouterr().err
