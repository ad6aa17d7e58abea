"""What a node can read, as data: stored results, files, tables of another database, and queries over these.

Engines turn a relation into a view; the store and the publication keep relations as JSON, whose form is written in the
heads of the classes. A relation says all that is needed to read it, so whoever holds one needs neither the graph nor
the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct, field


class Column(Struct, frozen=True, array_like=True):
    """`type` is the engine's exact name of the type; `stored_as` the type it has in Parquet where that differs."""

    name: str
    type: str
    stored_as: str | None = None


def types_by_name(columns: Iterable[Column]) -> dict[str, str]:
    return {column.name: column.type for column in columns}


class Stored(Struct, frozen=True, tag_field="is", tag="stored"):
    """Parquet parts of one result: absolute paths, in row order."""

    columns: tuple[Column, ...]
    parts: tuple[str, ...]


class Files(Struct, frozen=True, tag_field="is", tag="files"):
    """Files read where they are: `paths` are absolute, each a file or a glob; `options` go to the engine's reader."""

    format: Literal["parquet", "csv", "json"]
    paths: tuple[str, ...]
    options: tuple[tuple[str, str | int | float | bool], ...] = ()


class Attached(Struct, frozen=True, tag_field="is", tag="attached"):
    """A table in a DuckDB file (absolute path), attached read-only."""

    database: str
    schema: str
    table: str


class Published(Struct, frozen=True, tag_field="is", tag="published"):
    """Another relation of the same publication, by its node's name; resolved before an engine reads it."""

    name: str


class Slot(Struct, frozen=True, array_like=True):
    """A span of SQL text that binding replaces; `start` and `end` are character offsets, end exclusive.

    relation: `value` names the input that stands there; `suffix` follows the bound name (` AS orders`, where the
              name was used to qualify columns).
    path:     `value` is a file path or glob as written; it becomes absolute, as an SQL string.
    text:     `value` is the replacement itself.
    """

    start: int
    end: int
    kind: Literal["relation", "path", "text"]
    value: str
    suffix: str = ""


class Query(Struct, frozen=True, tag_field="is", tag="query"):
    """A SELECT over other relations: a view or ephemeral model. `inputs` has every relation slot's value."""

    sql: str
    slots: tuple[Slot, ...]
    inputs: Mapping[str, Relation] = field(default_factory=dict)


Relation = Stored | Files | Attached | Query | Published
