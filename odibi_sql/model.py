"""Models, seeds, sources and checks as data: what a project declares, after rendering and parsing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import Location
from odibi_sql.sql import FileRead, Reference, Statement

RESULT = "__odibi_result__"  # in a hook's SQL: the rows that its model has just made


class ColumnDoc(Struct, frozen=True):
    """`where` is the place of the name, `type_where` that of the type."""

    name: str
    description: str = ""
    data_type: str | None = None
    tags: tuple[str, ...] = ()
    where: Location | None = None
    type_where: Location | None = None


class Docs(Struct, frozen=True):
    """What YAML says of a model, seed or source table."""

    description: str = ""
    columns: tuple[ColumnDoc, ...] = ()
    where: Location | None = None


class Hook(Struct, frozen=True):
    """Statements that run beside a model or a run, and where they are written; None where only the model's own file can
    tell."""

    sql: str
    where: Location | None = None


class Config(Struct, frozen=True):
    """Settings of one model: project defaults, then YAML, then `config()` in its file; the last one wins.

    `retry_delay` and `timeout` are seconds; None means the project's own. `event_time` is the column that says when a
    row happened, `begin` a time in ISO 8601. `contract`: the columns that YAML lists, with their types, are enforced.
    `options` are those that only some kinds of nodes have, by name, as JSON can hold them, lists as tuples: a check's
    `severity`, or a snapshot's `check_cols`.
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
    incremental_strategy: str | None = None
    unique_key: tuple[str, ...] = ()
    partition_by: tuple[str, ...] = ()
    merge_update_columns: tuple[str, ...] = ()
    merge_exclude_columns: tuple[str, ...] = ()
    on_schema_change: str = "fail"
    on_change: str = "refresh"
    full_refresh: bool | None = None
    event_time: str | None = None
    batch_size: str | None = None
    lookback: int = 0
    begin: str | None = None
    contract: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    pre_hook: tuple[Hook, ...] = ()
    post_hook: tuple[Hook, ...] = ()

    def all_options(self) -> dict[str, Any]:
        """What a materialization can take: `options`, and those that several take."""
        return {**self.options, **({"unique_key": self.unique_key} if self.unique_key else {})}


CONFIG_FIELDS = frozenset(Config.__struct_fields__) - {"options"}


def config_of(settings: Mapping[str, Any]) -> Config:
    """Checked settings by name; what Config has no field for are `options`.

    dbt's `target_schema` is the schema, and the `strategy` of an incremental model its `incremental_strategy`.
    """
    own = {name: value for name, value in settings.items() if name in CONFIG_FIELDS}
    options = {name: value for name, value in settings.items() if name not in CONFIG_FIELDS}
    if schema := options.pop("target_schema", None):
        own["schema"] = schema
    if own.get("materialized") == "incremental" and (strategy := options.pop("strategy", None)):
        own.setdefault("incremental_strategy", strategy)
    return Config(**own, options=options)


class Model(Struct, frozen=True):
    """`path` is relative to the project, with `/`. `statement` is its SQL, rendered and analysed; `delta` the SQL
    that it becomes where `is_incremental()` is true, if it asks.

    `vars` and `env` are what its Jinja read, with the values it got (as JSON text; None: not set, default used);
    `template` is a hash of its text before rendering.
    """

    name: str
    path: str
    config: Config
    statement: Statement
    delta: Statement | None = None
    docs: Docs = Docs()
    template: str = ""
    vars: tuple[tuple[str, str | None], ...] = ()
    env: tuple[tuple[str, str | None], ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        return (self.statement,) if self.delta is None else (self.statement, self.delta)

    @property
    def references(self) -> tuple[Reference, ...]:
        return self.statement.references

    @property
    def files(self) -> tuple[FileRead, ...]:
        """Those of all of its statements; each has its place in its own."""
        return tuple(file for statement in self.statements for file in statement.files)


Frame = Literal["pandas", "arrow", "polars", "duckdb", "spark"]


class TableRead(Struct, frozen=True):
    """A table that a Python model reads: where it names it, the parameter that gets it, and as what it arrives."""

    reference: Reference
    parameter: str
    frame: Frame


class ProjectModule(Struct, frozen=True):
    """A module of the project that a Python model imports: `name` as it is imported, `text` as it was read, `digest`
    of its code without comments and layout. A folder without `__init__.py` is a package without text."""

    name: str
    path: str
    text: str
    is_package: bool
    digest: str = ""


class PythonModel(Struct, frozen=True):
    """`source` is the file's text with plain line ends; `canonical` the same without comments and layout.

    `modules` and `packages` (name, version) are what it imports, those that it imports through others too. `volatile`
    says why its rows are new in every build, if they are. `style` is whose parameters `model` has. `looked_at` are
    absolute paths of all that was looked at to find this out, and of what was not there. `vars` and `env` are what the
    Jinja of its hooks read.
    """

    name: str
    path: str
    config: Config
    source: str
    canonical: str
    reads: tuple[TableRead, ...] = ()
    files: tuple[FileRead, ...] = ()
    modules: tuple[ProjectModule, ...] = ()
    packages: tuple[tuple[str, str], ...] = ()
    volatile: str | None = None
    style: Literal["tables", "dbt"] = "tables"
    docs: Docs = Docs()
    template: str = ""
    looked_at: tuple[str, ...] = ()
    vars: tuple[tuple[str, str | None], ...] = ()
    env: tuple[tuple[str, str | None], ...] = ()

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(read.reference for read in self.reads)


AnyModel = Model | PythonModel


class Check(Model, frozen=True):
    """A model whose rows are those that are wrong; nobody reads it, and it is not published.

    `kind` is its type (`not_null`, …, or `singular`), `subject` the node that it was declared at, and `column` that
    node's column, as YAML has it; `where` is its place in YAML, None for a file of its own.

    Where it can be counted together with others, `count` is SQL for an aggregate over the rows of `counted` (which may
    stand behind FROM), a number that is 0 exactly where no row fails, and `wrong` the condition of which rows do, if it
    is one that rows can be looked at by one at a time.
    """

    kind: str = "singular"
    subject: str | None = None
    column: str | None = None
    where: Location | None = None
    count: str | None = None
    wrong: str | None = None
    counted: str = ""

    def place(self, at: int) -> Location | None:  # noqa: ARG002 - all of it is written in one place
        """Of an offset in the text of a check that is declared in YAML."""
        return self.where


class Span(Struct, frozen=True):
    """What begins at an offset of a text was written at `where`, None: nowhere; `is_text`: letter by letter."""

    start: int
    where: Location | None
    is_text: bool = False


def place_in(spans: Sequence[Span], at: int) -> Location | None:
    """Of an offset; `spans` are in order."""
    span = max((span for span in spans if span.start <= at), key=lambda span: span.start, default=Span(0, None))
    if span.where is None or span.where.column is None or not span.is_text:
        return span.where
    return replace(span.where, column=span.where.column + at - span.start)


class UnitTest(Check, frozen=True):
    """A check of `subject`'s SQL, over rows that are given: it runs before the model itself. `spans` are in order."""

    spans: tuple[Span, ...] = ()

    def place(self, at: int) -> Location | None:
        return place_in(self.spans, at) or self.where


class Seed(Struct, frozen=True):
    """How its CSV file is read is as in CsvSeed."""

    name: str
    path: str
    config: Config
    column_types: tuple[tuple[str, str], ...] = ()
    delimiter: str = ","
    docs: Docs = Docs()
    quote: str = '"'
    encoding: str = "utf-8"
    null_strings: tuple[str, ...] = ()


Fingerprint = Literal["content", "stat", "query", "always"]
Period = Literal["minute", "hour", "day"]


class Threshold(Struct, frozen=True):
    count: int
    period: Period

    @property
    def seconds(self) -> int:
        return self.count * {"minute": 60, "hour": 3600, "day": 86400}[self.period]


class Freshness(Struct, frozen=True):
    """How old a source's newest rows may be; `filter` is a condition on the rows that are looked at."""

    warn_after: Threshold | None = None
    error_after: Threshold | None = None
    filter: str | None = None


class Source(Struct, frozen=True):
    """A table that the project reads and does not make; its name is `schema.table`, or `table` if declared so.

    files: `paths` relative to the project, or absolute; each a file or a glob.
    database: `paths` is one DuckDB file, `identifier` the table in it (`schema.table`).
    frame: handed over by Python under the source's name.

    `fingerprint` is how its content is known; `loaded_at_field` is an expression, the two queries are whole ones in
    which the source has its name. `places` are where the YAML has them.
    """

    schema: str | None
    table: str
    kind: Literal["parquet", "csv", "json", "database", "frame"]
    where: Location
    paths: tuple[str, ...] = ()
    identifier: str | None = None
    options: tuple[tuple[str, str | int | float | bool], ...] = ()
    tags: tuple[str, ...] = ()
    event_time: str | None = None
    docs: Docs = Docs()
    fingerprint: Fingerprint = "content"
    fingerprint_query: str | None = None
    freshness: Freshness | None = None
    loaded_at_field: str | None = None
    loaded_at_query: str | None = None
    places: tuple[tuple[str, Location], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}" if self.schema else self.table
