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

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import StoreError
from odibi_sql.objects import exists, is_uri
from odibi_sql.relation import Attached, Column, Files, Published, Query, Relation, Slot, Stored
from odibi_sql.sql.bind import absolute

FORMAT = 1


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


class Publication(Struct, frozen=True):
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

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "number": self.number,
            "previous": self.previous,
            "target": self.target,
            "run_id": self.run_id,
            "published_at": self.published_at,
            "folder": self.folder,
            "hidden": dict(self.hidden),
            "relations": {name: _as_json(one) for name, one in self.relations.items()},
            "retired": {name: _as_json(one) for name, one in self.retired.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Publication:
        """Raises KeyError, TypeError or ValueError where `data` is no publication of this format."""
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']} of publications is not known")
        return cls(
            number=data["number"],
            previous=data["previous"],
            target=data["target"],
            run_id=data["run_id"],
            published_at=data["published_at"],
            folder=data["folder"],
            relations={name: _from_json(name, one) for name, one in data["relations"].items()},
            hidden=data["hidden"],
            retired={name: _from_json(name, one) for name, one in data.get("retired", {}).items()},
        )

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


def _as_json(one: PublishedRelation) -> dict[str, Any]:
    return {
        "schema": one.schema,
        "key": one.key,
        "meaning": one.meaning,
        "content": one.content,
        "columns": [[c.name, c.type, c.stored_as] for c in one.columns],
        "rows": one.rows,
        "description": one.description,
        "relation": relation_as_json(one.relation),
        **({"irreplaceable": True} if one.irreplaceable else {}),
    }


def _from_json(name: str, one: Mapping[str, Any]) -> PublishedRelation:
    relation = relation_from_json(one["relation"])
    if not isinstance(relation, Stored | Query):
        raise TypeError(f"`{name}` is neither rows nor a query")
    return PublishedRelation(
        name=name,
        schema=one["schema"],
        key=one["key"],
        meaning=one["meaning"],
        content=one["content"],
        columns=tuple(Column(*column) for column in one["columns"]),
        relation=relation,
        rows=one["rows"],
        description=one["description"],
        irreplaceable=one.get("irreplaceable", False),
    )


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


def relation_as_json(relation: Relation) -> dict[str, Any]:
    match relation:
        case Stored():
            return {
                "is": "stored",
                "columns": [[c.name, c.type, c.stored_as] for c in relation.columns],
                "parts": list(relation.parts),
            }
        case Files():
            return {
                "is": "files",
                "format": relation.format,
                "paths": list(relation.paths),
                "options": [list(option) for option in relation.options],
            }
        case Attached():
            return {"is": "attached", "database": relation.database, "schema": relation.schema, "table": relation.table}
        case Published():
            return {"is": "published", "name": relation.name}
        case Query():
            return {
                "is": "query",
                "sql": relation.sql,
                "slots": [[s.start, s.end, s.kind, s.value, s.suffix] for s in relation.slots],
                "inputs": {name: relation_as_json(one) for name, one in relation.inputs.items()},
            }


def relation_from_json(data: Mapping[str, Any]) -> Relation:
    match data["is"]:
        case "stored":
            return Stored(tuple(Column(*column) for column in data["columns"]), tuple(data["parts"]))
        case "files":
            options = tuple((name, value) for name, value in data["options"])
            return Files(data["format"], tuple(data["paths"]), options)
        case "attached":
            return Attached(data["database"], data["schema"], data["table"])
        case "published":
            return Published(data["name"])
        case "query":
            inputs = {name: relation_from_json(one) for name, one in data["inputs"].items()}
            return Query(data["sql"], tuple(Slot(*slot) for slot in data["slots"]), inputs)
        case kind:
            raise ValueError(f"unknown kind of relation `{kind}`")
