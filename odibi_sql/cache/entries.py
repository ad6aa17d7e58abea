"""What the store keeps, as data: entries, their parts, and the JSON of both."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from odibi_sql.cache.keys import FORMAT, Recipe
from odibi_sql.engines.protocol import Count
from odibi_sql.relation import Column


class Part(Struct, frozen=True):
    """A Parquet file of the store, by its name in a folder or its URI. `mtime_ns` is what tells an untouched file from
    one to look into; `count` what it holds, where that was counted for itself."""

    file: str
    bytes: int
    mtime_ns: int
    count: Count | None = None

    @property
    def path(self) -> str:
        """Relative to the store, where a file lies in the folder of the key that it was made for; or a URI."""
        return f"{self.file[:2]}{os.sep}{self.file}" if "/" not in self.file else self.file

    def as_json(self) -> list[Any]:
        count = [self.count.rows, self.count.total] if self.count else []
        return [self.file, self.bytes, self.mtime_ns, *count]

    @classmethod
    def from_json(cls, data: list[Any]) -> Part:
        file, size, mtime_ns, *count = data
        return cls(file, size, mtime_ns, Count(*count) if count else None)


class Entry(Struct, frozen=True):
    """A stored result, or for a view (`rows` None, no parts) the fact that it binds. `notes` only explain."""

    key: str
    name: str
    recipe: Recipe
    columns: tuple[Column, ...]
    content: str
    rows: int | None
    parts: tuple[Part, ...]
    duration_s: float
    run_id: str
    created_at: str
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "key": self.key,
            "name": self.name,
            "recipe": self.recipe.as_json(),
            "columns": [[c.name, c.type, c.stored_as] for c in self.columns],
            "content": self.content,
            "rows": self.rows,
            "parts": [part.as_json() for part in self.parts],
            "duration_s": self.duration_s,
            "run_id": self.run_id,
            "created_at": self.created_at,
            "notes": dict(self.notes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        return cls(
            key=data["key"],
            name=data["name"],
            recipe=Recipe.from_json(data["recipe"]),
            columns=tuple(Column(*column) for column in data["columns"]),
            content=data["content"],
            rows=data["rows"],
            parts=tuple(map(Part.from_json, data["parts"])),
            duration_s=data["duration_s"],
            run_id=data["run_id"],
            created_at=data["created_at"],
            notes=data["notes"],
        )


class Latest(Struct, frozen=True):
    key: str
    duration_s: float


class StoreStats(Struct, frozen=True):
    """`bytes` on disk, entries and orphans (files that belong to no entry) together."""

    entries: int
    parts: int
    bytes: int
    orphans: int
