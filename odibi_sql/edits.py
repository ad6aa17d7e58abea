"""Edits that mean nothing: a comment or the layout of a model changed, and with it nothing that a build looks at.

Where all but some model files are as a proof knows them, these alone are read, rendered and analysed. If each means
what it meant when the proof was made, a build would find nothing to do, and the proof's answer stands: no other model
is looked at, and no engine is loaded. Whatever else is the matter goes the long way.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from odibi_sql.cache.files import write_atomically
from odibi_sql.compile import Compiled, compile_models
from odibi_sql.engines import load_engine
from odibi_sql.errors import OdibiError, StoreError
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Model, UnitTest
from odibi_sql.project import read_project
from odibi_sql.sql import Statement
from odibi_sql.warm import MANY, Stat, is_old


def meanings_of(compiled: Compiled) -> dict[str, str]:
    """By its file, what each model means: equal texts but for comments and layout have equal meanings.

    Left out is what shows its text to somebody else: views are published with their comments, unit tests render a model
    with other vars, and a warning names lines.
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
        and MATERIALIZATIONS[node.config.materialized].stored
        and node.name not in tested
        and node.path not in warned
        and paths[node.path] == 1
    }


def amended(path: str, proof: Mapping[str, Any], root: str, changed: Mapping[str, Stat | None], since_ns: int) -> bool:
    """`warm.answer`'s `amend`. A proof that still answers is kept for the files as they are now."""
    edits, stats = proof.get("edits"), proof["stats"]
    if not edits or len(changed) > MANY or None in changed.values():
        return False
    texts = [file for file in changed if file in edits["meanings"]]
    folders = changed.keys() - set(texts)
    if not all(_lists_the_same(root, folder, stats) for folder in folders):
        return False
    if texts and not mean_nothing(Path(root), edits["asked"], edits["meanings"], texts):
        return False
    if all(stat is not None and is_old(stat, since_ns) for stat in changed.values()):
        with contextlib.suppress(StoreError):  # as it is, it only takes longer the next time
            write_atomically(Path(path), json.dumps({**proof, "stats": {**stats, **changed}}, separators=(",", ":")))
    return True


def _lists_the_same(root: str, folder: str, stats: Mapping[str, Stat | None]) -> bool:
    """Whether what changed is a folder of the project with the files that it had: an editor that writes a new file and
    gives it the old one's name changes the folder."""
    whole = Path(root, folder)
    if Path(folder).is_absolute() or not whole.is_dir():
        return False
    known = {path for path, stat in stats.items() if stat and path.rpartition("/")[0] == folder}
    return {f"{folder}/{name}" for name in os.listdir(whole)} == known  # noqa: PTH208 - names are wanted


def mean_nothing(root: Path, asked: Mapping[str, Any], meanings: Mapping[str, str], paths: Collection[str]) -> bool:
    """Whether the models in these files, relative to `root`, mean what `meanings` says. `asked` is what the command
    line said of target, engine, threads and vars."""
    try:
        project = read_project(root, asked["target"], asked["vars"], only=paths)
        project = project.running_on(asked["engine"], asked["threads"])
        models = compile_models(project, load_engine(project.engine).DIALECT)
    except OdibiError:
        return False
    found = [(model.path, _meaning(model)) for model in models if isinstance(model, Model) and model.path in paths]
    return sorted(found) == sorted((path, meanings[path]) for path in paths)


def _meaning(model: Model) -> str:
    parts = (
        model.name,
        model.config,
        model.docs,
        model.vars,
        model.env,
        *(_said(statement) for statement in model.statements),
    )
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
