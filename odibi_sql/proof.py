"""A finished command -> the proof that lets `warm` answer it the next time.

What is listed here is all that the command's answer depends on. Where anything cannot be told by looking at a file,
such as an `s3://` path or the clock, there is no proof.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from glob import has_magic
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec import Struct

from odibi_sql import warm
from odibi_sql.cache import expand
from odibi_sql.cache.files import write_atomically
from odibi_sql.dag import DAGNode
from odibi_sql.edits import meanings_of
from odibi_sql.errors import StoreError
from odibi_sql.inputs import is_remote
from odibi_sql.model import PythonModel, Source
from odibi_sql.objects import is_uri
from odibi_sql.orchestrator import Build, Orchestrator
from odibi_sql.part import Part, Proved, graph_of
from odibi_sql.plan import asks_for_the_date, is_stored, is_volatile
from odibi_sql.relation import Query

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


def keep_build(orchestrator: Orchestrator, build: Build, arguments: Sequence[str], say: Callable[[], str]) -> None:
    """Keep a proof that there is nothing to do, if there is one. What `say` gives goes to stderr, with warm.DURATION in
    it."""
    if orchestrator.part is not None:
        _keep_part(orchestrator, build, orchestrator.part, say)
        return
    options = orchestrator.options
    if not build.published or build.publication is None or options.defer or options.frames or not options.use_cache:
        return
    if options.full_refresh or options.start or options.end:
        return
    if any(is_volatile(step.node) for step in build.plan.steps.values()):
        return
    if any(isinstance(given.relation, Query) for given in build.plan.given.values()):
        return  # a view that was not selected, and may read anything
    counts = {*build.plan.given, *orchestrator.inferred}
    if any(_must_be_asked(node) for name, node in orchestrator.compiled.dag.nodes.items() if name in counts):
        return
    made = _made(orchestrator, build)
    data = list(_data(orchestrator))
    if made is None or any(map(is_remote, orchestrator.looked_at)):
        return
    date = None if options.as_of else _date(orchestrator, build)
    _keep(orchestrator, arguments, _basis(orchestrator, data, made, date), Said("", say(), _edits(orchestrator, build)))


def _date(orchestrator: Orchestrator, build: Build) -> str | None:
    dated = any(asks_for_the_date(step.node) for step in build.plan.steps.values())
    return orchestrator.moment.now.date().isoformat() if dated else None


def _edits(orchestrator: Orchestrator, build: Build) -> str | None:
    """What `edits` takes, as JSON; None where the command line's vars are of kinds that this does not give back as they
    were."""
    given = orchestrator.options
    asked = {"target": given.target, "engine": given.engine, "threads": given.threads, "vars": dict(given.vars)}
    try:
        if json.loads(json.dumps(asked)) != asked:
            return None
    except (TypeError, ValueError):
        return None
    return json.dumps(
        {
            "asked": asked,
            "meanings": meanings_of(orchestrator.compiled),
            "graph": graph_of(orchestrator.compiled, build.execution.results) if _is_whole(orchestrator) else None,
            "warnings": [*orchestrator.project.warnings, *orchestrator.compiled.warnings],
            "shown": build.publication.number if build.publication is not None else None,
        },
        separators=(",", ":"),
    )


def _is_whole(orchestrator: Orchestrator) -> bool:
    """Whether the next build of a part does all that a build of the whole would: there is nobody else to be told."""
    options = orchestrator.options
    if options.select or options.exclude or not options.checks or options.only_checks or options.as_of:
        return False
    return not orchestrator.lasting and not orchestrator.registrars


def _keep_part(orchestrator: Orchestrator, build: Build, part: Part, say: Callable[[], str]) -> None:
    """The proof that the part was found by, as it is now that the part is built."""
    proved = part.proved
    steps = build.plan.steps.values()
    if build.publication is None or any(is_volatile(step.node) for step in steps) or not _is_whole(orchestrator):
        return
    sources = {up for step in steps for up in step.node.upstream}
    if any(_must_be_asked(orchestrator.compiled.dag.nodes[name]) for name in sources):
        return
    made = _made(orchestrator, build)
    if made is None or any(map(is_remote, orchestrator.looked_at)):
        return
    arguments, env = proved.proof["arguments"], frozenset(orchestrator.compiled.env)
    basis = Basis(tuple(_data(orchestrator)), orchestrator.since_ns, tuple(made), env, _date(orchestrator, build))
    proof = make_proof(arguments, proved.root, basis, Said("", say(), _edits_after(part, build)))
    if proof is not None and all(stat and warm.is_old(stat, proved.since_ns) for stat in proved.changed.values()):
        _write(orchestrator, arguments, _joined(proved, proof, _replaced(orchestrator, part)))


def _edits_after(part: Part, build: Build) -> str:
    known = json.loads(part.proved.proof["edits"])
    graph = graph_of(part.compiled, build.execution.results)
    now = {
        "meanings": known["meanings"] | part.meanings,
        "graph": known["graph"] | {name: graph[name] for name in part.names},
        "shown": build.publication.number if build.publication is not None else None,
    }
    return json.dumps({**known, **now}, separators=(",", ":"))


def _replaced(orchestrator: Orchestrator, part: Part) -> Iterator[str]:
    """What the proof so far looks at and the part no longer needs: its results before, and their publication."""
    publisher, root = orchestrator.publisher, orchestrator.project.root
    before = publisher.read(part.upon)
    shown = before.relations if before is not None else {}
    paths = [publisher.record_of(part.upon)]
    paths += [publisher.store / path for name in part.names if name in shown for path in shown[name].parts()]
    return (str(path).removeprefix(f"{root}{os.sep}") for path in paths)


def _joined(proved: Proved, new: dict[str, Any], gone: Iterable[str]) -> dict[str, Any]:
    """`new` says what the part depends on."""
    old, without = proved.proof, set(gone)
    stats = {path: stat for path, stat in old["stats"].items() if path not in without}
    return {
        **new,
        "env": old["env"] | new["env"],
        "date": old["date"] or new["date"],
        "stats": {**stats, **proved.changed, **new["stats"]},
    }


def _must_be_asked(node: DAGNode) -> bool:
    """Whether no file tells that a source is as it was."""
    return isinstance(node.definition, Source) and node.definition.fingerprint in ("query", "always")


def keep_listing(
    orchestrator: Orchestrator, arguments: Sequence[str], printed: str, said: str, *, of_catalog: bool = False
) -> None:
    """Keep a proof that a listing is what was printed, if it depends on the project's files and the data that was
    looked at, or (`of_catalog`) on what the target shows besides."""
    if any("state:" in argument for argument in arguments) or any(map(is_remote, orchestrator.looked_at)):
        return
    shown = _catalog(orchestrator) if of_catalog else []
    if shown is not None:
        _keep(orchestrator, arguments, _basis(orchestrator, _data(orchestrator), shown), Said(printed, said))


def _catalog(orchestrator: Orchestrator) -> Made | None:
    """The catalog as it is, or its absence; None where it is not as the last publication left it."""
    publisher = orchestrator.publisher
    publication = publisher.current()
    if publication is None:
        return None if publisher.catalog.exists() else [(str(publisher.catalog), None)]
    shown = publisher.shown_files(publication)
    return None if shown is None else [(str(path), warm.stat_of(str(path))) for path in shown]


def _keep(orchestrator: Orchestrator, arguments: Sequence[str], basis: Basis, said: Said) -> None:
    _write(orchestrator, arguments, make_proof(arguments, str(orchestrator.project.root), basis, said))


def _write(orchestrator: Orchestrator, arguments: Sequence[str], proof: dict[str, Any] | None) -> None:
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


def _basis(orchestrator: Orchestrator, data: Iterable[str], made: Made, date: str | None = None) -> Basis:
    return Basis(
        read=(*_program(), *_sources(orchestrator), *data),
        since_ns=orchestrator.since_ns,
        made=tuple(made),
        env=frozenset({"HOME", *orchestrator.compiled.env}),
        date=date,
    )


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


def _data(orchestrator: Orchestrator) -> Iterator[str]:
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


def _before_magic(path: Path) -> Iterator[str]:
    for part in path.parts:
        if has_magic(part):
            return
        yield part


def _made(orchestrator: Orchestrator, build: Build) -> Made | None:
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
