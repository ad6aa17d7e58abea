"""ModelMemo: models as they were compiled the last time, so that an edit of one file costs that one file.

    warehouse/warm/models-<target>.json      one list a model, by path and name

What a model compiles to depends on its file and the settings it is given (hashed with it), on macros, vars, target and
the program itself (the memo's `context`), and on the environment variables that its Jinja read, which are compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, astuple

from odibi_sql.disk import write_atomically
from odibi_sql.errors import Location, StoreError
from odibi_sql.model import Config, Hook, Model
from odibi_sql.project import ModelFile, Project
from odibi_sql.relation import Slot
from odibi_sql.sql import FileRead, Note, Reference, Statement, Written

FORMAT = 3
PACKAGES = ("jinja2", "pyyaml", "sqlglot", "sqlglotc")
HOOKS = ("pre_hook", "post_hook")
ROOMS = ("checks", "project", "render", "sql")


class Remembered(Struct, frozen=True):
    """A model, and the warnings that came with it."""

    model: Model
    warnings: tuple[str, ...]


class ModelMemo(Struct):
    """`environ` is what `env_var` would read now. Only what was asked for or put in is kept by `save`."""

    path: Path
    context: str
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _old: dict[str, list[Any]] = field(default_factory=dict)
    _new: dict[str, list[Any]] = field(default_factory=dict)
    _learnt: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old = recall(self.path, self.context, "models")

    def get(self, file: ModelFile, name: str | None = None) -> Remembered | None:
        """What the file compiled to; by a `name` of its own where it is not told by its file's."""
        kept = self._fitting(file, name or _id(file))
        if kept is None:
            return None
        self._new[name or _id(file)] = kept
        return Remembered(_model(file, kept), tuple(kept[3]))

    def knows(self, file: ModelFile) -> bool:
        return self._fitting(file, _id(file)) is not None

    def made(self, files: Iterable[ModelFile]) -> dict[str, list[Any]]:
        """What was put for these files, to be learnt by the memo of another process."""
        return {_id(file): self._new[_id(file)] for file in files if _id(file) in self._new}

    def learn(self, made: Mapping[str, list[Any]]) -> None:
        self._learnt.update(made)

    def put(
        self,
        file: ModelFile,
        model: Model,
        text: str,
        warnings: Iterable[str],
        name: str | None = None,
        delta_text: str | None = None,
    ) -> None:
        """`text` is the rendered one, `delta_text` that of the model's delta."""
        env = [[name, self.environ.get(name)] for name, _ in model.env]
        self._new[name or _id(file)] = [
            _key(file),
            env,
            None if text == file.text else text,
            list(warnings),
            _packed_config(model.config),
            _packed(model.statement),
            model.vars,
            model.env,
            [delta_text, _packed(model.delta)] if model.delta is not None else None,
        ]

    def _fitting(self, file: ModelFile, name: str) -> list[Any] | None:
        kept = self._learnt.get(name) or self._old.get(name)
        if kept is None or kept[0] != _key(file):
            return None
        return None if any(self.environ.get(name) != value for name, value in kept[1]) else kept

    def save(self) -> None:
        """Keep what changed; nothing is lost where it cannot be written."""
        if self._new == self._old:
            return
        memorize(self.path, self.context, "models", self._new)


def recall(path: Path, context: str, what: str) -> dict[str, list[Any]]:
    """What `memorize` kept under the same context. Only a memory: without it, all is made again."""
    try:
        data = json.loads(path.read_bytes())
        return dict(data[what]) if data["context"] == context else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def memorize(path: Path, context: str, what: str, kept: Mapping[str, list[Any]]) -> None:
    """Nothing is lost where it cannot be written, or holds what JSON cannot, such as a date in `meta`."""
    with contextlib.suppress(StoreError, TypeError):
        write_atomically(path, json.dumps({"context": context, what: kept}, separators=(",", ":")))


def context_of(project: Project, engine_dialect: str) -> str:
    """A hash of all that models' compiling depends on, besides their files and the environment."""
    target = project.target
    parts = [
        FORMAT,
        engine_dialect,
        [target.name, target.schema, target.engine, target.threads],
        sorted((name, repr(value)) for name, value in project.vars.items()),
        [[macro.path, macro.text] for macro in project.macros],
        [metadata.version(package) for package in PACKAGES],
        _program(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _program() -> list[list[int]]:
    """Sizes and times of our own modules: a program that was edited compiles anew."""
    here = Path(__file__).parent
    stats = (path.stat() for room in ROOMS for path in sorted((here / room).rglob("*.py")))
    return [[stat.st_size, stat.st_mtime_ns] for stat in stats]


def _id(file: ModelFile) -> str:
    """A file can hold several models."""
    return f"{file.path}:{file.name}"


def _key(file: ModelFile) -> str:
    settings = json.dumps(sorted((name, repr(value)) for name, value in file.defaults.items()))
    return hashlib.sha256(f"{file.name}\0{settings}\0{file.text}".encode()).hexdigest()[:32]


def _packed(statement: Statement) -> list[Any]:
    """`sql` is kept only where it is not a stretch of the text."""
    return [
        statement.sql if statement.transpiled else len(statement.sql),
        statement.offset,
        [[r.parts, r.start, r.end, r.suffix, r.at] for r in statement.references],
        [[f.path, f.start, f.end, f.at] for f in statement.files],
        [[s.start, s.end, s.kind, s.value, s.suffix] for s in statement.rewrites],
        statement.canonical,
        statement.moment,
        statement.unknown_files,
        [[n.at, n.message, n.name] for n in statement.notes],
        [statement.written.dialect, statement.written.engine_dialect, statement.written.rules]
        if statement.written
        else None,
    ]


def _packed_config(config: Config) -> dict[str, Any]:
    hooks = {
        name: [[hook.sql, astuple(hook.where) if hook.where else None] for hook in getattr(config, name)]
        for name in HOOKS
    }
    return {**asdict(config), **hooks}


def _model(file: ModelFile, kept: list[Any]) -> Model:
    _, _, text, _, config, packed, read_vars, env, delta = kept
    config = {name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
    config["options"] = {name: _frozen(value) for name, value in config["options"].items()}
    config |= _hooks(config)
    return Model(
        name=file.name,
        path=file.path,
        config=Config(**config),
        statement=_unpacked(packed, file.text if text is None else text),
        delta=_unpacked(delta[1], delta[0]) if delta is not None else None,
        docs=file.docs,
        template=file.template(),
        vars=tuple((name, value) for name, value in read_vars),
        env=tuple((name, value) for name, value in env),
    )


def _unpacked(packed: list[Any], text: str) -> Statement:
    sql, offset, references, files, rewrites, canonical, moment, unknown_files, notes, written = packed
    return Statement(
        sql=sql if isinstance(sql, str) else text[offset : offset + sql],
        offset=offset,
        references=tuple(Reference(tuple(parts), *rest) for parts, *rest in references),
        files=tuple(FileRead(*one) for one in files),
        rewrites=tuple(Slot(*one) for one in rewrites),
        canonical=canonical,
        moment=moment,
        unknown_files=unknown_files,
        notes=tuple(Note(*one) for one in notes),
        written=Written(text, *written) if written else None,
    )


def _frozen(value: Any) -> Any:
    """An option as it was before JSON had it."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _hooks(config: Mapping[str, Any]) -> dict[str, tuple[Hook, ...]]:
    return {
        name: tuple(Hook(sql, Location(*where) if where else None) for sql, where in config[name]) for name in HOOKS
    }
