"""Measure commands in turn: wall time, CPU time and peak memory, several rounds, medians.

    python -m benchmarks.measure --models 1000 --rounds 5
    python -m benchmarks.measure --tpch DATA --rounds 5
    python -m benchmarks.measure --rows 1000000 10000000

Commands take turns in every round, so that a machine that gets slower or faster does so for all of them. Before each,
`prepare` puts the project into the state that is measured; that is not counted. The table is Markdown.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import write_project
from benchmarks.large import write_large
from benchmarks.tpch import write_tpch

OURS = [sys.executable, "-m", "odibi_sql"]
HERE = str(Path(__file__).parent.parent)


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
    folder: Path | None = None


def measure(command: list[str], folder: Path) -> Measured:
    """Raises SystemExit where the command fails. Modules are compiled once, as they are where they are installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = HERE
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=said, env=environment)  # noqa: S603
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

    def change_leaf() -> None:
        _settle(project)
        edit(leaf, f"and ranked.id <> {time.time_ns()}\n")

    def change_root() -> None:
        _settle(project)
        edit(root, "-- more\n")

    def list_once() -> None:
        measure([*OURS, "ls", "--levels"], project)

    python = [sys.executable, "-c"]
    bare = [sys.executable, "-m", "benchmarks.floor", str(floor), "--models", str(models)]
    return [
        Case("`import duckdb`", [*python, "import duckdb"], lambda: None),
        Case("`import duckdb, sqlglot, jinja2`", [*python, "import duckdb, sqlglot, jinja2"], lambda: None),
        Case("`build`, nothing to do", [*OURS, "build"], lambda: _settle(project)),
        Case("`ls --levels`, warm", [*OURS, "ls", "--levels"], list_once),
        Case("`build` after a comment in a root model", [*OURS, "build"], change_root),
        Case("`build` after an edit of one leaf", [*OURS, "build"], change_leaf),
        Case("`ls`, cold", [*OURS, "ls"], lambda: _clean(project)),
        Case("`build`, cold", [*OURS, "build", "--threads", "2"], lambda: _clean(project)),
        Case("the floor: bare DuckDB, 2 cursors", [*bare, "--cursors", "2"], lambda: None),
    ]


def tpch_cases(project: Path, floor: Path, data: Path) -> list[Case]:
    bare = [sys.executable, "-m", "benchmarks.floor", str(floor), "--tpch", str(data.resolve()), "--cursors", "2"]
    return [
        Case("`import duckdb`", [sys.executable, "-c", "import duckdb"], lambda: None),
        Case("`build`, nothing to do", [*OURS, "build"], lambda: _settle(project)),
        Case("`build`, cold", [*OURS, "build", "--threads", "2"], lambda: _clean(project)),
        Case("the floor: bare DuckDB, 2 cursors", bare, lambda: None),
    ]


def _settle(project: Path) -> None:
    """What was just built is too young to be trusted; the second build finds it old enough."""
    for _ in range(2):
        measure([*OURS, "build"], project)
        time.sleep(0.2)


def _clean(project: Path) -> None:
    """What was built goes out of the way. It is not removed: ext4 without a journal passes over each inode that was
    freed in the last minutes when it looks for a new one, which makes thousands of new files cost seconds more."""
    if (built := project / "warehouse").exists():
        built.rename(project.parent / f"built-{time.time_ns()}")


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
    parser.add_argument("--tpch", type=Path, metavar="DATA", help="TPC-H instead; DATA has its tables as Parquet")
    parser.add_argument("--rows", type=int, nargs="+", help="models of so many rows instead, built from nothing")
    parser.add_argument("--memory-limit", help="DuckDB's, with --rows")
    parser.add_argument(
        "--only", nargs="*", default=[], help="words, one of which is in the names of the rows to measure"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = _cases(given, Path(folder))
        chosen = [case for case in made if not given.only or any(word in case.name for word in given.only)]
        results: dict[str, list[Measured]] = {}
        for _ in range(given.rounds):
            for case in chosen:
                case.prepare()
                results.setdefault(case.name, []).append(measure(case.command, case.folder or Path(folder) / "project"))
    sys.stdout.write(f"{given.rounds} rounds, medians\n\n{table(results)}\n")


def _cases(given: argparse.Namespace, folder: Path) -> list[Case]:
    project, floor = folder / "project", folder / "floor"
    floor.mkdir()
    if given.tpch:
        write_tpch(project, given.tpch)
        return tpch_cases(project, floor, given.tpch)
    if given.rows:
        return [_large(folder / f"large-{rows}", rows, given.memory_limit) for rows in given.rows]
    write_project(project, given.models)
    return cases(project, floor, given.models)


def _large(project: Path, rows: int, memory_limit: str | None) -> Case:
    write_large(project, rows, memory_limit)
    command = [*OURS, "build", "--threads", "2"]
    return Case(f"`build`, cold, {rows:,} rows", command, lambda: _clean(project), project)


if __name__ == "__main__":
    main()
