"""A project folder to build, break and look at, in this process or another; the catalog as its readers see it."""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import duckdb

from odibi_sql import cli, warm

Rows = list[tuple[Any, ...]]
PROGRAM = (sys.executable, "-m", "odibi_sql")
PATIENCE_S = 60.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["odibi_sql.cli", "odibi_sql.commands.build", "odibi_sql.publish.catalog", "odibi_sql.engines.duckdb", "jinja2"]
)


@dataclass(frozen=True)
class Ended:
    """How a command ended; `err` is what it said, `out` its data."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Folder:
    path: Path

    @property
    def warehouse(self) -> Path:
        return self.path / "warehouse"

    @property
    def store(self) -> Path:
        return self.warehouse / "store"

    @property
    def catalog(self) -> Path:
        return self.warehouse / "dev.duckdb"

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def run(self, *arguments: str) -> Ended:
        """A command of the program, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _run([*arguments, "--project-dir", str(self.path)])
        return Ended(code, out.getvalue(), err.getvalue())

    def build(self, *arguments: str) -> Ended:
        """A build that must go well."""
        ended = self.run("build", *arguments)
        assert ended.code == 0, ended.err
        return ended

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """A command of the program, in a process of its own."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([*PROGRAM, *arguments, "--project-dir", str(self.path)], text=True, **options)

    def fork(self, *arguments: str) -> ForkServerProcess:
        """A command in a process of its own that has all modules loaded, so that it is at work at once."""
        process = FORKS.Process(target=_run_and_exit, args=([*arguments, "--project-dir", str(self.path)],))
        process.start()
        return process

    def rows(self, sql: str, catalog: str = "dev.duckdb") -> Rows:
        """What a client that opens the catalog now reads."""
        with duckdb.connect(str(self.warehouse / catalog), read_only=True) as client:
            return client.execute(sql).fetchall()

    def tables(self) -> set[str]:
        return {name for (name,) in self.rows("SELECT table_name FROM information_schema.tables")} - {"publication"}

    def parts(self) -> list[Path]:
        return sorted(self.store.glob("??/*.parquet"))

    def part_of(self, name: str) -> Path:
        """The one part of the result that the catalog shows for `name`, by the view's own text."""
        [(text,)] = self.rows(f"SELECT sql FROM duckdb_views() WHERE view_name = '{name}'")
        [part] = [part for part in self.parts() if part.name in text]
        return part

    def left_over(self) -> list[str]:
        """Files and folders in the warehouse that only a running build may have."""
        found = [path for path in self.warehouse.rglob("*") if path.suffix in (".tmp", ".new", ".wal")]
        found += self.warehouse.rglob("read-*")
        found += (self.store / "tmp").glob("*")
        named = {name for entry in self.store.glob("??/*.json") for name in _parts_named(entry)}
        found += [part for part in self.parts() if part.name not in named]
        return sorted(str(path.relative_to(self.warehouse)) for path in found)


def _run(arguments: list[str]) -> int:
    code = warm.answer(arguments)
    return cli.run(arguments) if code is None else code


def _run_and_exit(arguments: list[str]) -> None:
    sys.exit(_run(arguments))


def _parts_named(entry: Path) -> list[str]:
    return [part[0] for part in json.loads(entry.read_bytes())["parts"]]


def ended(process: subprocess.Popen[str], patience_s: float = PATIENCE_S) -> Ended:
    """Wait for a process to end; one that does not is killed, and the test fails."""
    try:
        out, err = process.communicate(timeout=patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {patience_s:g} s: {err}") from None
    return Ended(process.returncode, out, err)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look again and again, since another process tells nobody when it gets somewhere."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)


@contextlib.contextmanager
def client(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process with `code`, which has said `ready` when the block begins and is killed when it ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
