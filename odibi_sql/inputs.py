"""What a build reads and does not make: sources, and files named in SQL -> their contents.

The only stage before the run that touches the user's data files. Looked at are only those that the selected nodes read.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from odibi_sql.cache import expand
from odibi_sql.dag import DAG, DAGNode, Locate
from odibi_sql.engines.protocol import CsvSeed
from odibi_sql.errors import Location, OdibiError, ProjectError, SqlError
from odibi_sql.model import AnyModel, Model, PythonModel, Seed, Source
from odibi_sql.relation import Attached, Files, Relation
from odibi_sql.sql import FileRead, absolute, at_home

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_remote(path: str) -> bool:
    return _REMOTE.match(path) is not None


def has_partitions(folder: Path) -> bool:
    """Whether engines take a part of the folder's path, such as `env=prod`, for a column of the files below."""
    return any("=" in part for part in folder.parts)


def csv_of(seed: Seed, folder: Path) -> CsvSeed:
    """A seed as engines read it; `folder` is the project's."""
    types = dict(seed.column_types)
    return CsvSeed(folder / seed.path, types, seed.delimiter, seed.quote, seed.encoding, seed.null_strings)


class Given(Struct, frozen=True):
    """Something to read: the hash of what it holds, and where it is. `where` is its declaration, if it has one."""

    content: str
    relation: Relation
    where: Location | None = None


class Inputs(Struct, frozen=True):
    """`sources` by node name; `files` by path as written in SQL, and of seeds by their path. `problems`: what is
    missing."""

    sources: Mapping[str, Given]
    files: Mapping[str, str]
    problems: tuple[OdibiError, ...]


class Digests(Protocol):
    """Hashes of files: see FileDigests."""

    def digest(self, path: Path) -> str: ...

    def digest_all(self, pattern: str, folder: Path) -> str | None: ...


class Presence:
    """Digests that look no further than whether files are there."""

    def digest(self, path: Path) -> str:  # noqa: ARG002 - a file that was found
        return "there"

    def digest_all(self, pattern: str, folder: Path) -> str | None:
        return "there" if expand(pattern, folder) else None


class InputReader(Struct):
    """`unknowable` stands for the content of what cannot be hashed, such as an `s3://` path: it is new in every run.
    `ask` runs a source's fingerprint query. `looked_at` grows with every path and glob that was asked for, as it was
    written but for a `~/`."""

    folder: Path
    digests: Digests
    frames: Mapping[str, Given]
    locate: Locate
    unknowable: str
    locate_delta: Locate = lambda model, _at: Location(model.path)
    ask: Callable[[Source, Relation], str] = lambda _source, _relation: "not asked"
    looked_at: list[str] = field(default_factory=list)

    def read(self, dag: DAG, names: Collection[str]) -> Inputs:
        sources: dict[str, Given] = {}
        files: dict[str, str] = {}
        problems: list[OdibiError] = []
        for name in names:
            node = dag.nodes[name]
            try:
                self.read_files(node, files)
                for up in node.upstream:
                    definition = dag.nodes[up].definition
                    if isinstance(definition, Source) and up not in sources:
                        sources[up] = Given("", Files("csv", ()))  # named once, even where it is missing
                        sources[up] = self.source(definition)
            except OdibiError as error:
                problems.append(error)
        return Inputs(sources, files, tuple(problems))

    def read_files(self, node: DAGNode, files: dict[str, str]) -> None:
        """Adds what the node's own files hold. Raises OdibiError for one that is missing."""
        if isinstance(node.definition, Seed):
            files[node.path] = self._digest(node.path, Location(node.path))
        elif isinstance(node.definition, Model):
            for statement, locate in zip(node.model.statements, (self.locate, self.locate_delta), strict=False):
                self._read_named(node.model, statement.files, locate, files)
        elif isinstance(node.definition, PythonModel):
            self._read_named(node.definition, node.definition.files, self.locate, files)

    def _read_named(self, model: AnyModel, named: Iterable[FileRead], locate: Locate, files: dict[str, str]) -> None:
        for file in named:
            if file.path not in files:
                files[file.path] = self._digest(file.path, locate(model, file.at))

    def _digest(self, path: str, where: Location) -> str:
        pattern = at_home(path)
        self.looked_at.append(pattern)
        if is_remote(pattern):
            return self.unknowable
        try:
            digest = self.digests.digest_all(pattern, self.folder)
        except OSError as error:
            raise ProjectError(f"cannot read `{error.filename or pattern}`: {error.strerror}", where) from error
        if digest is None and pattern == where.path:
            raise ProjectError("this file cannot be read: its link leads nowhere", where)
        if digest is None:
            raise self._missing(pattern, where)
        return digest

    def _missing(self, pattern: str, where: Location) -> SqlError:
        return SqlError(f"no file is named `{pattern}`", where, f"paths start at the project's folder, {self.folder}")

    def source(self, source: Source) -> Given:
        """Raises OdibiError where there is nothing to read."""
        if source.kind == "frame":
            if (frame := self.frames.get(source.name.casefold())) is None:
                raise ProjectError(
                    f"source `{source.name}` is a frame, and none was given",
                    source.where,
                    f'build from Python: odibi_sql.build(frames={{"{source.name}": df}})',
                )
            return frame
        relation = relation_of(source, self.folder)
        if source.fingerprint == "always":
            return Given(f"always {self.unknowable}", relation, source.where)
        total = hashlib.sha256(repr((source.kind, source.identifier, source.options)).encode())
        if has_partitions(self.folder) or any(name.casefold() == "filename" for name, _ in source.options):
            total.update(str(self.folder).encode())  # it shows in the rows
        if source.fingerprint == "query":
            total.update(f"{source.paths} {self.ask(source, relation)}".encode())
            return Given(f"query {total.hexdigest()}", relation, source.where)
        digest = self._digest if source.fingerprint == "content" else self._stat
        for path in source.paths:
            total.update(digest(path, source.where).encode())
        if isinstance(relation, Attached):
            wal = f"{relation.database}.wal"
            self.looked_at.append(wal)
            if Path(wal).exists():
                total.update(digest(wal, source.where).encode())
        known = total.hexdigest()
        return Given(known if source.fingerprint == "content" else f"stat {known}", relation, source.where)

    def _stat(self, path: str, where: Location) -> str:
        """Names, sizes and times of the files instead of what is in them."""
        pattern = at_home(path)
        self.looked_at.append(pattern)
        if is_remote(pattern):
            return self.unknowable
        files = expand(pattern, self.folder)
        if not files:
            raise self._missing(pattern, where)
        stats = ((os.path.relpath(file, self.folder), file.stat()) for file in files)
        return "".join(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\0" for name, stat in stats)


def relation_of(source: Source, folder: Path) -> Relation:
    """Where a source's rows are, unless it is a frame; `folder` is the project's."""
    paths = tuple(absolute(path, str(folder)) for path in source.paths)
    if source.kind == "database":
        schema, _, table = (source.identifier or source.table).rpartition(".")
        return Attached(paths[0], schema or "main", table)
    assert source.kind != "frame"  # noqa: S101 - for the type checker
    return Files(source.kind, paths, source.options)
