"""Measure commands in turn: wall time, CPU time and peak memory, several rounds, medians.

    python -m benchmarks.measure --models 1000 --rounds 5

Commands take turns in every round, so that a machine that gets slower or faster does so for all of them. Before each,
`prepare` puts the project into the state that is measured; that is not counted. The table is Markdown.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import write_project

OURS = [sys.executable, "-m", "odibi_sql"]


@dataclass(frozen=True)
class Measured:
    """Seconds of wall and CPU time (user and system), and the peak of resident memory in bytes."""

    wall_s: float
    cpu_s: float
    peak: int


@dataclass(frozen=True)
class Case:
    name: str
    command: list[str]
    prepare: Callable[[], object]


def measure(command: list[str], folder: Path) -> Measured:
    """Raises SystemExit where the command fails."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{said.read().decode()[-2000:]}")
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def cases(project: Path, floor: Path, models: int) -> list[Case]:
    leaf = max(project.glob("models/**/m*.sql"), key=lambda path: path.name)
    root = min(project.glob("models/**/m*.sql"), key=lambda path: path.name)

    def edit(path: Path, text: str) -> None:
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        time.sleep(0.2)  # as after an edit by hand: files younger than the clock's grain are looked at twice

    def settle() -> None:
        for _ in range(2):
            measure([*OURS, "build"], project)

    def clean() -> None:
        shutil.rmtree(project / "warehouse", ignore_errors=True)

    def change_leaf() -> None:
        settle()
        edit(leaf, f"and ranked.id <> {time.time_ns()}\n")

    def change_root() -> None:
        settle()
        edit(root, "-- more\n")

    python = [sys.executable, "-c"]
    return [
        Case("`import duckdb`", [*python, "import duckdb"], lambda: None),
        Case("`import duckdb, sqlglot, jinja2`", [*python, "import duckdb, sqlglot, jinja2"], lambda: None),
        Case("`build`, nothing to do", [*OURS, "build"], settle),
        Case("`ls --levels`, warm", [*OURS, "ls", "--levels"], lambda: measure([*OURS, "ls", "--levels"], project)),
        Case("`build` after a comment in a root model", [*OURS, "build"], change_root),
        Case("`build` after an edit of one leaf", [*OURS, "build"], change_leaf),
        Case("`ls`, cold", [*OURS, "ls"], clean),
        Case("`build`, cold", [*OURS, "build", "--threads", "2"], clean),
        Case("the floor: bare DuckDB, 2 cursors", [*python, _floor(floor, models)], lambda: None),
    ]


def _floor(folder: Path, models: int) -> str:
    here = Path(__file__).parent.parent
    return (
        f"import sys; sys.path.insert(0, {str(here)!r}); from pathlib import Path; from benchmarks.floor import run; "
        f"run(Path({str(folder)!r}) / 'floor.duckdb', {models}, 1, 2)"
    )


def table(results: dict[str, list[Measured]]) -> str:
    """Medians; a row a case."""
    lines = ["| | wall | CPU | peak memory |", "|---|---|---|---|"]
    for name, measured in results.items():
        wall, cpu = (statistics.median(getattr(one, field) for one in measured) for field in ("wall_s", "cpu_s"))
        peak = statistics.median(one.peak for one in measured)
        lines.append(f"| {name} | {wall:.3f} s | {cpu:.3f} s | {peak / 1e6:,.0f} MB |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project, floor = Path(folder) / "project", Path(folder) / "floor"
        floor.mkdir()
        write_project(project, given.models)
        results: dict[str, list[Measured]] = {}
        for _ in range(given.rounds):
            for case in cases(project, floor, given.models):
                case.prepare()
                results.setdefault(case.name, []).append(measure(case.command, project))
    sys.stdout.write(f"{given.models:,} models, {given.rounds} rounds, medians\n\n{table(results)}\n")


if __name__ == "__main__":
    main()
