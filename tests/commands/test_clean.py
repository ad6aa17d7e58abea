"""`odibi-sql clean`: what builds left behind goes, and no more than was asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.commands.conftest import Run


def test_records_of_runs_go_and_results_stay(shop: Path, run: Run) -> None:
    run("build")
    assert list((shop / "warehouse" / "runs").iterdir())
    ran = run("clean", "--yes")
    assert (ran.code, ran.out, ran.err) == (0, "", f"cleaned {shop}/warehouse\n")
    assert not (shop / "warehouse" / "runs").exists()
    assert run("build").err.startswith("4 cached")


def test_all_means_published_tables_too(shop: Path, run: Run) -> None:
    run("build")
    assert run("clean", "--all", "--yes").code == 0
    assert not [path for path in (shop / "warehouse").rglob("*") if path.suffix in (".duckdb", ".parquet", ".json")]
    assert run("history").err == "nothing was published yet\n"
    assert "4 ran" in run("build").err


def test_files_of_others_stay(shop: Path, run: Run) -> None:
    run("build")
    (shop / "warehouse" / "notes.txt").write_text("mine")
    run("clean", "--all", "--yes")
    assert (shop / "warehouse" / "notes.txt").read_text() == "mine"


def test_a_clean_project_can_be_cleaned(shop: Path, run: Run) -> None:
    assert run("clean", "--yes").code == 0


def test_no_is_an_answer(shop: Path, run: Run) -> None:
    run("build")
    done = subprocess.run(
        [sys.executable, "-m", "odibi_sql", "clean", "--all"], input="n\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 130 and "Traceback" not in done.stderr
    assert (shop / "warehouse" / "dev.duckdb").exists()
