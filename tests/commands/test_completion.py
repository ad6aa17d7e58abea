"""Completion in shells: the scripts are sound, and commands, options and names of models are completed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_sound(shop: Path, run: Run, shell: str) -> None:
    ran = run("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "_ODIBI_SQL_COMPLETE" in ran.out
    if program := shutil.which(shell):
        done = subprocess.run([program, "-n"], input=ran.out, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def completions(line: str) -> list[str]:
    """What bash is told for the last word of a command line."""
    words = line.split(" ")
    environment = {
        **os.environ,
        "_ODIBI_SQL_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    program = Path(sys.executable).with_name("odibi-sql")
    command = [str(program)] if program.exists() else [sys.executable, "-m", "odibi_sql"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [answer.partition(",")[2] for answer in done.stdout.split()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("odibi-sql hi", ["history"]),
        ("odibi-sql cache st", ["stats"]),
        ("odibi-sql build --thr", ["--threads"]),
        ("odibi-sql show r", ["revenue"]),
        ("odibi-sql why s", ["stg_orders"]),
        ("odibi-sql build --select +r", ["+revenue"]),
        ("odibi-sql build --select 2+o", ["2+orders"]),
        ("odibi-sql build --exclude c", ["customers"]),
        ("odibi-sql ls --output m", ["mermaid"]),
        ("odibi-sql show zzz", []),
    ],
)
def test_words_are_completed(shop: Path, line: str, expected: list[str]) -> None:
    assert completions(line) == expected


def test_without_a_project_there_are_no_names_and_no_complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completions("odibi-sql show r") == []


def test_an_unknown_shell(shop: Path, run: Run) -> None:
    ran = run("completion", "tcsh")
    assert ran.code == 2 and ran.out == ""
    assert "`tcsh` is not one of `bash`, `zsh`, `fish`" in ran.err
