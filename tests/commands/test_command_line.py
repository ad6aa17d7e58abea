"""The program as a whole: help, versions, wrong words, pipes, and real processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from odibi_sql import __version__
from odibi_sql.cli import COMMANDS, root
from tests.commands.conftest import Run

PATHS = [*([name] for name in COMMANDS), *(["cache", name] for name in ("stats", "ls", "prune", "clear", "verify"))]


def odibi(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "odibi_sql", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_says_what_the_command_does_with_an_example(run: Run, path: list[str]) -> None:
    ran, short = run(*path, "--help"), run(*path, "-h")
    assert (ran.code, ran.err) == (0, "")
    assert ran == short
    paragraphs = ran.out.split("\n\n")
    assert paragraphs[0].startswith(f"Usage: odibi-sql {' '.join(path)}")
    first = paragraphs[1].strip()
    assert re.match(r"[A-Z][a-z]+ ", first) and not first.split()[0].endswith("s"), "the imperative"
    assert f"odibi-sql {' '.join(path)}" in ran.out.split("Options:")[0].split("\n\n", 1)[1]
    assert max(len(line) for line in ran.out.splitlines()) <= 100


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_option_is_explained(path: list[str]) -> None:
    command: click.Command = root
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help and not parameter.help.endswith("."), parameter.name


def test_the_help_of_the_program_has_every_command_whole(run: Run) -> None:
    ran = run("--help")
    listed = re.findall(r"^  ([a-z]+)  +(.*)$", ran.out.split("Commands:")[1], re.MULTILINE)
    assert [name for name, _ in listed] == list(COMMANDS)
    assert not [text for _, text in listed if text.endswith("...")]


def test_version(run: Run) -> None:
    assert run("--version").out == f"odibi-sql {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["biuld"], "no command `biuld`\n  hint: did you mean `build`?\n"),
        (["build", "--selekt", "x"], "no option `--selekt`\n  hint: did you mean `--select`?\n"),
        (["ls", "--zzz"], "no option `--zzz`\n  hint: `odibi-sql ls --help` shows what it takes\n"),
        (["show"], "missing argument `MODEL`\n  hint: `odibi-sql show --help` shows what it takes\n"),
        (
            ["ls", "orders"],
            "got unexpected extra argument (orders)\n  hint: did you mean `--select orders`?\n",
        ),
        (
            ["history", "orders"],
            "got unexpected extra argument (orders)\n  hint: `odibi-sql history --help` shows what it takes\n",
        ),
        (
            ["build", "--select"],
            "option `--select` requires an argument\n",
        ),
    ],
)
def test_wrong_words_on_the_command_line(shop: Path, run: Run, arguments: list[str], said: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", said)


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    ran = run()
    assert ran.code == 2 and ran.err.lower().startswith("usage: odibi-sql ") and "Commands:" in ran.err


def test_codes_of_real_processes(shop: Path) -> None:
    assert odibi("build").returncode == 0
    (shop / "models" / "broken.sql").write_text("select name::integer as n from customers\n")
    done = odibi("build")
    assert (done.returncode, done.stdout) == (1, "")
    assert "models/broken.sql:1:12: " in done.stderr and "Traceback" not in done.stderr
    done = odibi("frobnicate")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_bug_is_told_in_a_line_and_logged_in_a_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "unfinished", "odibi_sql.commands.unfinished")
    ran = run("unfinished")
    assert ran.code == 3 and ran.err.count("\n") == 2
    assert ran.err.startswith("a bug in odibi-sql: ")
    log = Path(ran.err.split("with the log ")[1].strip())
    text = log.read_text()
    log.unlink()
    assert "Traceback (most recent call last)" in text and f"odibi-sql {__version__}" in text


@pytest.mark.parametrize("command", ["ls", "plan", "compile", "cache ls"])
def test_pipes_that_close_early_are_no_mistake(shop: Path, command: str) -> None:
    odibi("build")
    line = f"'{sys.executable}' -m odibi_sql {command} | true"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
