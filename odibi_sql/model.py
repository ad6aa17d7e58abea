"""Models, seeds and sources as data: what a project declares, after rendering and parsing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from odibi_sql.errors import Location
from odibi_sql.sql import Statement


@dataclass(frozen=True)
class ColumnDoc:
    name: str
    description: str = ""
    data_type: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Docs:
    """What YAML says of a model, seed or source table."""

    description: str = ""
    columns: tuple[ColumnDoc, ...] = ()
    where: Location | None = None


@dataclass(frozen=True)
class Config:
    """Settings of one model: project defaults, then YAML, then `config()` in its file; the last one wins.

    `retry_delay` and `timeout` are seconds; None means the project's own.
    """

    materialized: str = "table"
    schema: str = "main"
    tags: tuple[str, ...] = ()
    enabled: bool = True
    depends_on: tuple[str, ...] = ()
    dialect: str | None = None
    engine: str | None = None
    retries: int | None = None
    retry_delay: float | None = None
    timeout: float | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """`path` is relative to the project, with `/`. `statement` is its SQL, rendered and analysed.

    `vars` and `env` are what its Jinja read, with the values it got (as JSON text; None: not set, default used);
    `template` is a hash of its text before rendering.
    """

    name: str
    path: str
    config: Config
    statement: Statement
    docs: Docs = Docs()
    template: str = ""
    vars: tuple[tuple[str, str | None], ...] = ()
    env: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Seed:
    name: str
    path: str
    config: Config
    column_types: tuple[tuple[str, str], ...] = ()
    delimiter: str = ","
    docs: Docs = Docs()


@dataclass(frozen=True)
class Source:
    """A table that the project reads and does not make; its name is `schema.table`, or `table` if declared so.

    files: `paths` relative to the project, or absolute; each a file or a glob.
    database: `paths` is one DuckDB file, `identifier` the table in it (`schema.table`).
    frame: handed over by Python under the source's name.
    """

    schema: str | None
    table: str
    kind: Literal["parquet", "csv", "json", "database", "frame"]
    where: Location
    paths: tuple[str, ...] = ()
    identifier: str | None = None
    options: tuple[tuple[str, str | int | float | bool], ...] = ()
    tags: tuple[str, ...] = ()
    docs: Docs = Docs()

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}" if self.schema else self.table
