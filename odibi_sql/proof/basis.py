"""What an answer depends on, found where a command leaves it, and the proof that is made of it: what `warm` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from glob import has_magic
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec import Struct

from odibi_sql import warm
from odibi_sql.cache import expand
from odibi_sql.dag import DAGNode
from odibi_sql.disk import write_atomically
from odibi_sql.errors import StoreError
from odibi_sql.model import PythonModel, Source
from odibi_sql.objects import is_uri
from odibi_sql.orchestrator import Build, Orchestrator
from odibi_sql.recipes import asks_for_the_date, is_stored

PACKAGES = ("odibi-sql", "click", "duckdb", "jinja2", "msgspec", "pyyaml", "sqlglot", "sqlglotc")
Made = list[tuple[str, warm.Stat | None]]


class Basis(Struct, frozen=True):
    """All that an answer depends on. `read`: every file and folder that was read, and those whose absence counted; none
    may be younger than `since_ns`. `made`: what the command itself wrote, with how it was then. `date`: the UTC date,
    if it counted."""

    read: tuple[str, ...]
    since_ns: int
    made: tuple[tuple[str, warm.Stat | None], ...]
    env: frozenset[str]
    date: str | None


class Said(Struct, frozen=True):
    """`edits` is what `edits.what_changed` takes, as JSON, for answers that do not depend on comments and layout."""

    stdout: str
    stderr: str
    edits: str | None = None


def basis_of(orchestrator: Orchestrator, data: Iterable[str], made: Made, date: str | None = None) -> Basis:
    return Basis(
        read=(*_program(), *_sources(orchestrator), *data),
        since_ns=orchestrator.since_ns,
        made=tuple(made),
        env=frozenset({"HOME", *orchestrator.compiled.env}),
        date=date,
    )


def date_of(orchestrator: Orchestrator, build: Build) -> str | None:
    dated = any(asks_for_the_date(step.node) for step in build.plan.steps.values())
    return orchestrator.moment.now.date().isoformat() if dated else None


def must_be_asked(node: DAGNode) -> bool:
    """Whether no file tells that a source is as it was."""
    return isinstance(node.definition, Source) and node.definition.fingerprint in ("query", "always")


def data_of(orchestrator: Orchestrator) -> Iterator[str]:
    """Files that sources and SQL name; for a glob also the folders in which another match could appear."""
    root = orchestrator.project.root
    for pattern in orchestrator.looked_at:
        whole = root / pattern
        yield str(whole)  # also where it is a glob, or absent: then it must stay so
        if whole.is_file() or not has_magic(pattern):
            continue
        fixed = Path(*_before_magic(whole))
        yield str(fixed)
        yield from (path for path, _, _ in os.walk(fixed, followlinks=True))
        yield from (str(file) for file in expand(pattern, root))


def made_by(orchestrator: Orchestrator, build: Build) -> Made | None:
    """Results and catalog as they are; None where one is not as this build left it, or no file of this machine."""
    cache, publisher = orchestrator.cache, orchestrator.publisher
    made: Made = []
    folders = set()
    for name, entry in build.entries.items():
        paths = cache.stored(entry).parts if is_stored(build.plan.steps[name].node) else ()
        for path, part in zip(paths, entry.parts, strict=False):
            stat = None if is_uri(path) else warm.stat_of(path)
            if stat is None or stat[:2] != [part.bytes, part.mtime_ns]:
                return None
            made.append((path, stat))
        folders.add(str(cache.records / entry.key[:2]))
    made += [(folder, warm.stat_of(folder)) for folder in sorted(folders)]
    shown = publisher.shown_files(build.publication) if build.publication is not None else None
    if shown is None:
        return None
    made += [(str(path), warm.stat_of(str(path))) for path in shown]
    for registrar in orchestrator.registrars:
        if build.publication is None or not registrar.is_done(build.publication):
            return None
        made.append((str(registrar.receipt), warm.stat_of(str(registrar.receipt))))
    return [*made, (f"{publisher.catalog}.wal", None)]


def _program() -> Iterator[str]:
    """This program and what it is made of: another version may answer otherwise."""
    for path in Path(warm.__file__).parent.rglob("*.py"):
        yield str(path)
    for package in PACKAGES:
        files = metadata.distribution(package).files or []
        record = next((file for file in files if file.name == "METADATA"), None)
        if record is not None:
            yield str(record.locate())


def _sources(orchestrator: Orchestrator) -> Iterator[str]:
    """odibi_project.yml, and every folder and file that models, seeds and macros are looked for in."""
    root = orchestrator.project.root
    yield str(root / warm.PROJECT_FILE)
    for folder in orchestrator.project.folders:
        yield str(root / folder)
        yield from _below(root / folder)
    for node in orchestrator.compiled.dag.nodes.values():
        if isinstance(node.definition, PythonModel):
            yield from node.definition.looked_at


def _below(folder: Path) -> Iterator[str]:
    seen: set[tuple[int, int]] = set()
    for path, folders, files in os.walk(folder, followlinks=True):
        status = Path(path).stat()
        if (status.st_dev, status.st_ino) in seen:  # a link into a folder that it lies in
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        yield path
        yield from (os.path.join(path, file) for file in files)  # noqa: PTH118 - thousands of them


def _before_magic(path: Path) -> Iterator[str]:
    for part in path.parts:
        if has_magic(part):
            return
        yield part


def make_proof(arguments: Sequence[str], root: str, basis: Basis, said: Said) -> dict[str, Any] | None:
    """The proof to keep, or None where it would not be one. `warm` reads it."""
    stats: dict[str, warm.Stat | None] = {}
    for path in basis.read:
        stat = warm.stat_of(path)
        if stat is not None and not warm.is_old(stat, basis.since_ns):
            return None
        stats[path] = stat
    for path, stat in basis.made:
        if warm.stat_of(path) != stat:
            return None
        stats[path] = stat
    prefix = root + os.sep
    return {
        "format": warm.FORMAT,
        "arguments": list(arguments),
        "root": root,
        "python": warm.python_identity(),
        "env": {name: os.environ.get(name) for name in basis.env},
        "date": basis.date,
        "stats": {path.removeprefix(prefix): stat for path, stat in stats.items()},
        "stdout": said.stdout,
        "stderr": said.stderr,
        "edits": said.edits,
    }


def write(orchestrator: Orchestrator, arguments: Sequence[str], proof: dict[str, Any] | None) -> None:
    project = orchestrator.project
    root = str(project.root)
    path = Path(warm.proof_path(root, os.path.relpath(project.warehouse, root), arguments))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if proof is None or not warm.has_our_clock(str(path.with_name(".clock"))):
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, json.dumps(proof, separators=(",", ":")))
    except (OSError, StoreError):
        return  # a store that cannot be written is no reason to fail a build that had nothing to write
