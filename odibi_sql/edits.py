"""Edits of some models, in a project that a proof knows: nothing is read but what they concern.

Where all but some model files are as a proof knows them, these alone are read, rendered and analysed. If each means
what it meant when the proof was made (a comment or the layout changed), a build would find nothing to do, and the
proof's answer stands: no other model is looked at, and no engine is loaded. If it is their SQL alone that means
something else, they and what is made of them are the `Part` of the project that is to be built. Whatever else is the
matter goes the long way.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec.structs import replace

from odibi_sql.compile import Compiled, compile_models, compile_project
from odibi_sql.disk import write_atomically
from odibi_sql.engines import load_engine
from odibi_sql.errors import OdibiError, StoreError
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Model, UnitTest
from odibi_sql.part import Part, Proved, concerned, graph_from, unread_models, unread_results
from odibi_sql.project import read_project
from odibi_sql.sql import Statement
from odibi_sql.warm import MANY, Stat, is_old


def meanings_of(compiled: Compiled) -> dict[str, str]:
    """By its file, what each model means: equal texts but for comments and layout have equal meanings.

    The text of a view counts with its comments, since it is published with them. Left out is what shows its text to
    somebody else: unit tests render a model with other vars, views take in what is ephemeral, and warnings name lines.
    """
    nodes = compiled.dag.nodes.values()
    tested = {node.definition.subject for node in nodes if isinstance(node.definition, UnitTest)}
    warnings = (*compiled.project.warnings, *compiled.warnings)
    warned = {warning.partition(":")[0] for warning in warnings}
    paths = Counter(node.path for node in nodes)
    return {
        node.path: _meaning(node.definition)
        for node in nodes
        if type(node.definition) is Model
        and MATERIALIZATIONS[node.config.materialized].published is not None
        and node.name not in tested
        and node.path not in warned
        and paths[node.path] == 1
    }


def what_changed(proved: Proved) -> Literal["nothing"] | Part | None:
    """What is left to build of the project that the proof knows; None: only the long way can tell. Where nothing is,
    the proof is kept for the files as they are now."""
    edits, stats, changed = proved.proof.get("edits"), proved.proof["stats"], proved.changed
    if not edits or len(changed) > MANY or None in changed.values():
        return None
    known = json.loads(edits)
    texts = [file for file in changed if file in known["meanings"]]
    folders = changed.keys() - set(texts)
    if not all(_lists_the_same(proved.root, folder, stats) for folder in folders):
        return None
    if not texts:
        return _nothing(proved)
    try:
        return _edited(proved, known, texts)
    except OdibiError:
        return None


def _nothing(proved: Proved) -> Literal["nothing"]:
    stats = {**proved.proof["stats"], **proved.changed}
    if all(stat is not None and is_old(stat, proved.since_ns) for stat in proved.changed.values()):
        with contextlib.suppress(StoreError):  # as it is, it only takes longer the next time
            write_atomically(Path(proved.path), json.dumps({**proved.proof, "stats": stats}, separators=(",", ":")))
    return "nothing"


def _edited(proved: Proved, known: Mapping[str, Any], paths: list[str]) -> Literal["nothing"] | Part | None:
    """`known` is what the proof keeps for this; its `asked` is what the command line said of target, engine, threads
    and vars. Raises OdibiError."""
    asked, graph = known["asked"], graph_from(known["graph"] or {})
    names = concerned(graph, paths) if graph else None
    files = {graph[name].path for name in names} if names else set(paths)
    project = read_project(Path(proved.root), asked["target"], asked["vars"], only=files)
    project = project.running_on(asked["engine"], asked["threads"])
    dialect = load_engine(project.engine).DIALECT
    ours = replace(project, models=tuple(file for file in project.models if file.path in paths))
    models = [model for model in compile_models(ours, dialect) if isinstance(model, Model)]
    found = sorted((model.path, _meaning(model)) for model in models)
    meanings = {path: known["meanings"][path] for path in paths}
    if found == sorted(meanings.items()):
        return _nothing(proved)
    settings = sorted((path, meaning.partition(" ")[0]) for path, meaning in meanings.items())
    if names is None or [(path, meaning.partition(" ")[0]) for path, meaning in found] != settings:
        return None
    compiled = compile_project(project, dialect, unread=unread_models(graph, names, models)).check()
    wanted = _below(compiled, {model.name for model in models})
    if set(wanted) != names or not {*project.warnings, *compiled.warnings} <= set(known["warnings"]):
        return None
    unread, warnings = unread_results(graph, names), tuple(known["warnings"])
    return Part(compiled, wanted, unread, warnings, known["shown"], dict(found), proved)


def _below(compiled: Compiled, names: set[str]) -> tuple[str, ...]:
    """These and all that is made of them, in the DAG's order."""
    found: set[str] = set()
    for name, node in compiled.dag.nodes.items():
        if name in names or not found.isdisjoint(node.upstream):
            found.add(name)
    return tuple(name for name in compiled.dag.nodes if name in found)


def _lists_the_same(root: str, folder: str, stats: Mapping[str, Stat | None]) -> bool:
    """Whether what changed is a folder of the project with the files that it had: an editor that writes a new file and
    gives it the old one's name changes the folder."""
    whole = Path(root, folder)
    if Path(folder).is_absolute() or not whole.is_dir():
        return False
    known = {path for path, stat in stats.items() if stat and path.rpartition("/")[0] == folder}
    return {f"{folder}/{name}" for name in os.listdir(whole)} == known  # noqa: PTH208 - names are wanted


def _meaning(model: Model) -> str:
    """A hash of its settings, and one of its SQL."""
    settings = (model.name, model.config, model.docs, model.vars, model.env)
    said = [_said(statement) for statement in model.statements]
    if not MATERIALIZATIONS[model.config.materialized].stored:
        said.append((model.statement.sql,))
    return f"{_hash(settings)} {_hash(said)}"


def _hash(parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _said(statement: Statement) -> tuple[object, ...]:
    return (
        statement.canonical,
        [(reference.parts, reference.suffix) for reference in statement.references],
        [file.path for file in statement.files],
        [(slot.kind, slot.value, slot.suffix) for slot in statement.rewrites],
        statement.moment,
        statement.unknown_files,
        statement.written and (statement.written.dialect, statement.written.engine_dialect, statement.written.rules),
    )
