"""Publication: what a target shows, as data, and its JSON.

    warehouse/publications/<target>/000007.json     one publication; `previous` is the one it replaced
    warehouse/publications/<target>/current.json    which one the catalog shows, and the catalog file it was seen in

The catalog file itself says which publication it shows; `current.json` only saves opening it.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import StoreError
from odibi_sql.objects import exists, is_uri
from odibi_sql.relation import Attached, Column, Files, Published, Query, Relation, Stored
from odibi_sql.sql.bind import absolute

FORMAT = 2


class PublishedRelation(Struct, frozen=True):
    """One relation of a publication. In it, parts are relative to the store or URIs, other files relative to the
    project, and a query's inputs may be `Published`.

    `meaning` is that of the recipe;
    `rows` None where they were not counted (a view). `irreplaceable`: they can never be made again.
    """

    name: str
    schema: str
    key: str
    meaning: str
    content: str
    columns: tuple[Column, ...]
    relation: Stored | Query
    rows: int | None = None
    description: str = ""
    irreplaceable: bool = False

    def parts(self) -> tuple[str, ...]:
        return tuple(part for one in walk(self.relation) if isinstance(one, Stored) for part in one.parts)


class Publication(Struct, frozen=True, tag_field="format", tag=FORMAT):
    """`number` counts from 1. `folder` is where the project was, because views name their files absolutely. `hidden`
    are the meanings of models that are part of it and not shown: ephemeral ones. `retired` are irreplaceable relations
    that the project no longer has: not shown, and kept."""

    number: int
    previous: int | None
    target: str
    run_id: str
    published_at: str
    folder: str
    relations: Mapping[str, PublishedRelation] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, PublishedRelation] = field(default_factory=dict)

    def irreplaceable(self) -> dict[str, PublishedRelation]:
        """What can never be made again, shown or not."""
        return {**self.retired, **{name: one for name, one in self.relations.items() if one.irreplaceable}}

    def meanings(self) -> dict[str, str]:
        return {**self.hidden, **{name: one.meaning for name, one in self.relations.items()}}

    def as_json(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_json(cls, text: bytes) -> Publication:
        """Raises ValueError where it is no publication of a format that is known."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.ValidationError:
            return msgspec.convert(_named(msgspec.json.decode(text)), cls)

    def resolve(self, name: str, store: Path, folder: Path) -> Relation:
        """The relation as an engine can read it: absolute paths, no `Published`. Raises KeyError for unknown names.

        Each relation becomes one object, however many read it; chains of views are followed without recursion.
        """
        done: dict[str, Relation] = {}
        stack = [name]
        while stack:
            relation = self.relations[stack[-1]].relation
            wanted = [one.name for one in walk(relation) if isinstance(one, Published) and one.name not in done]
            if wanted:
                stack += wanted
            else:
                done[stack.pop()] = placed(relation, store, folder, done)
        return done[name]


def _named(data: Any) -> Any:
    """A record of format 1, where relations did not say their names. Raises ValueError for any other."""
    try:
        if data["format"] != 1:
            raise ValueError(f"format {data['format']} of publications is not known")
        relations = {of: data.get(of, {}) for of in ("relations", "retired")}
        named = {of: {name: {**one, "name": name} for name, one in them.items()} for of, them in relations.items()}
        return {**data, **named, "format": FORMAT}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is no publication") from error


def walk(relation: Relation) -> list[Relation]:
    """The relation and all that its queries read, short of other published ones."""
    found: list[Relation] = []
    seen: set[int] = set()
    stack: list[Relation] = [relation]
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        found.append(one)
        if isinstance(one, Query):
            stack += one.inputs.values()
    return found


def placed(relation: Relation, store: Path, folder: Path, published: Mapping[str, Relation] | None = None) -> Relation:
    """A recorded relation with the paths it has now; published ones replaced, if they are given.

    Recursive: queries nested in one relation are ephemeral models, few and shallow.
    """
    match relation:
        case Stored(columns=columns, parts=parts):
            return Stored(columns, tuple(path_of(part, store) for part in parts))
        case Published(name=name):
            return relation if published is None else published[name]
        case Query(sql=sql, slots=slots, inputs=inputs):
            return Query(sql, slots, {name: placed(one, store, folder, published) for name, one in inputs.items()})
        case Files():
            return replace(relation, paths=tuple(absolute(path, str(folder)) for path in relation.paths))
        case Attached():
            return replace(relation, database=absolute(relation.database, str(folder)))


def path_of(part: str, store: Path) -> str:
    """Where a recorded part lies: a URI stays as it is."""
    return part if is_uri(part) else f"{store}{os.sep}{part}"


def is_there(path: str) -> bool:
    """Raises StoreError where a URI cannot be looked at."""
    try:
        return exists(path) if is_uri(path) else Path(path).exists()
    except OSError as error:
        raise StoreError(f"`{path}` cannot be looked for: {error}") from error


def recorded(relation: Relation, store: Path, folder: Path) -> Relation:
    """The opposite of `placed`: paths as a publication keeps them, relative to the store and the project."""
    match relation:
        case Stored(columns=columns, parts=parts):
            return Stored(columns, tuple(_relative(part, store) for part in parts))
        case Query(sql=sql, slots=slots, inputs=inputs):
            return Query(sql, slots, {name: recorded(one, store, folder) for name, one in inputs.items()})
        case Files():
            plain = (_relative(path, Path(glob.escape(str(folder)))) for path in relation.paths)
            return replace(relation, paths=tuple(_relative(path, folder) for path in plain))
        case Attached():
            return replace(relation, database=_relative(relation.database, folder))
        case Published():
            return relation


def _relative(path: str, folder: Path) -> str:
    return path.removeprefix(f"{folder}{os.sep}")
