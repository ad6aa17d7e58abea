"""A project's folder with what its builds have made: write it, build it, look at what it shows."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from odibi_sql import api
from odibi_sql.events import Event, NodeStarted
from tests.properties.projects import Project
from tests.properties.writing import files

ENV = "ODIBI_PROPERTY"
Shown = dict[str, tuple[object, ...]]


@dataclass(frozen=True)
class Built:
    """`statuses`, and how often each node was started."""

    run: api.Run
    statuses: dict[str, str]
    starts: Counter[str]

    @property
    def ran(self) -> set[str]:
        return {name for name, status in self.statuses.items() if status == "ran"}

    @property
    def not_well(self) -> dict[str, str]:
        return {name: status for name, status in self.statuses.items() if status in ("failed", "skipped")}

    def failures(self) -> dict[str, str]:
        return {name: one.error.message for name, one in self.run.results.items() if one.error is not None}


@dataclass
class Warehouse:
    """One folder. A file that keeps its size also keeps its time when it is written again: that must not hide it."""

    folder: Path
    _written: dict[str, bytes] = field(default_factory=dict)

    def write(self, project: Project) -> None:
        wanted = files(project)
        for path in self._written.keys() - wanted.keys():
            (self.folder / path).unlink()
        for path, content in wanted.items():
            if self._written.get(path) == content:
                continue
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.stat() if file.exists() else None
            file.write_bytes(content)
            if before is not None and before.st_size == len(content):
                os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        self._written = wanted

    def plan(self, project: Project, select: Iterable[str] = ()) -> dict[str, str]:
        with environment(project):
            steps = api.plan_build(self.folder, select=tuple(select), as_of=_as_of(project))
        return {step.node.name: step.action for step in steps}

    def build(self, project: Project, threads: int = 1, select: Iterable[str] = ()) -> Built:
        starts: Counter[str] = Counter()

        def listen(event: Event) -> None:
            if isinstance(event, NodeStarted):
                starts[event.name] += 1

        with environment(project):
            run = api.build(self.folder, select=tuple(select), threads=threads, as_of=_as_of(project), listener=listen)
        return Built(run, {name: result.status for name, result in run.results.items()}, starts)

    @property
    def catalog(self) -> Path:
        return self.folder / "warehouse" / "dev.duckdb"

    def published(self) -> bytes | None:
        """The catalog's bytes: a build that publishes nothing leaves the file alone."""
        return self.catalog.read_bytes() if self.catalog.exists() else None

    def shown(self) -> Shown:
        """What the catalog shows, by schema and name: columns with their exact types, and all rows as text, sorted."""
        if not self.catalog.exists():
            return {}
        with duckdb.connect(str(self.catalog), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return {
                f"{schema}.{name}": _rows(connection, f'"{schema}"."{name}"')
                for schema, name in connection.execute(
                    "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
                ).fetchall()
            }


def _rows(connection: duckdb.DuckDBPyConnection, address: str) -> tuple[object, ...]:
    try:
        result = connection.execute(f"SELECT * FROM {address}")
        columns = tuple((column[0], str(column[1])) for column in result.description or ())
        rows = sorted(repr(row) for row in result.fetchall())
    except duckdb.Error as error:
        return ("error", str(error).split("\n")[0])
    return (columns, tuple(rows))


def _as_of(project: Project) -> datetime:
    return datetime(2024, 5, 1 + project.day, 12 + project.day, tzinfo=UTC)


@contextmanager
def environment(project: Project) -> Iterator[None]:
    before = os.environ.get(ENV)
    os.environ[ENV] = str(project.env)
    try:
        yield
    finally:
        if before is None:
            del os.environ[ENV]
        else:
            os.environ[ENV] = before
