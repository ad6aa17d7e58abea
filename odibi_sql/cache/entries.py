"""What the store keeps, as data: entries, their parts, and the JSON of both."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from odibi_sql.cache.keys import FORMAT, Recipe
from odibi_sql.engines.protocol import Count
from odibi_sql.relation import Column


class Part(Struct, frozen=True, array_like=True):
    """A Parquet file of the store, by its name in a folder or its URI. `mtime_ns` is what tells an untouched file from
    one to look into; `rows` and `total` what it holds, where that was counted for itself."""

    file: str
    bytes: int
    mtime_ns: int
    rows: int | None = None
    total: int | None = None

    @property
    def count(self) -> Count | None:
        return Count(self.rows, self.total) if self.rows is not None and self.total is not None else None

    @classmethod
    def of(cls, file: str, size: int, mtime_ns: int, count: Count | None) -> Part:
        return cls(file, size, mtime_ns, *((count.rows, count.total) if count else ()))

    @property
    def path(self) -> str:
        """Relative to the store, where a file lies in the folder of the key that it was made for; or a URI."""
        return f"{self.file[:2]}{os.sep}{self.file}" if "/" not in self.file else self.file


class Entry(Struct, frozen=True, tag_field="format", tag=FORMAT):
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


def entry_as_json(entry: Entry) -> bytes:
    return msgspec.json.encode(entry)


def entry_from_json(text: bytes) -> Entry:
    """Raises ValueError where it is no entry."""
    return msgspec.json.decode(text, type=Entry)


class Latest(Struct, frozen=True):
    key: str
    duration_s: float


class StoreStats(Struct, frozen=True):
    """`bytes` on disk, entries and orphans (files that belong to no entry) together."""

    entries: int
    parts: int
    bytes: int
    orphans: int
