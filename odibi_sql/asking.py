"""Questions to a source before anything runs: how old it is, or what its content is to be known by.

The question is SQL in DuckDB's words, bound to the source alone, and run by the target's engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from odibi_sql.context import NodeContext
from odibi_sql.engines.protocol import EngineFailure, Session, Written
from odibi_sql.errors import Location, ProjectError
from odibi_sql.model import Source
from odibi_sql.project.freshness import as_query
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Relation, Slot, Stored
from odibi_sql.sql import analyse


class Asking(Struct, frozen=True):
    """`folder` is the project's, `scratch` makes a folder for answers, which are not kept."""

    session: Callable[[], Session]
    dialect: str
    folder: Path
    scratch: Callable[[], Path]

    def content(self, source: Source, relation: Relation) -> str:
        """A hash of the rows that the source's `fingerprint_query` gives. Raises ProjectError."""
        written = self._answer(source, "fingerprint_query", str(source.fingerprint_query), relation)
        written.discard()
        return written.content

    def loaded_at(self, source: Source, relation: Relation) -> datetime | None:
        """When the newest of its rows came, in UTC; None where there are none. Raises ProjectError."""
        setting = "loaded_at_query" if source.loaded_at_query else "loaded_at_field"
        sql: str = source.loaded_at_query or _newest(source)
        written = self._answer(source, setting, sql, relation)
        try:
            return _moment(written.stored())
        except ValueError as error:
            raise ProjectError(f"`{setting}` of `{source.name}` {error}", _place(source, setting)) from error
        finally:
            written.discard()

    def _answer(self, source: Source, setting: str, sql: str, relation: Relation) -> Written:
        where = _place(source, setting)
        statement = analyse(as_query(sql, _quoted(source)), "duckdb", self.dialect)
        slots = []
        for reference in statement.references:
            called = ".".join(reference.parts).casefold()
            if called not in (source.name.casefold(), source.table.casefold()):
                told = f"`{setting}` of `{source.name}` reads `{called}`"
                raise ProjectError(told, where, f"it can read `{source.name}` alone")
            slots.append(Slot(reference.start, reference.end, "relation", source.name, reference.suffix))
        safe = re.sub(r"\W", "_", source.name)
        try:
            cursor = self.session().cursor(source.name)
            with NodeContext(cursor, f"__odibi_ask_{safe}_", self.folder) as context:
                views = context.make_views({source.name: relation}, sql)
                if statement.moment != "fixed":
                    cursor.fix_time()
                bound = context.bind(statement.sql, (*statement.rewrites, *slots), views)
                return context.write(bound, self.scratch() / f"ask-{safe}")
        except EngineFailure as failure:
            told = f"`{setting}` of `{source.name}`: {failure.message}"
            raise ProjectError(told, where, failure.advice) from failure


def _quoted(source: Source) -> str:
    return ".".join(quote_name(part) for part in source.name.split("."))


def _newest(source: Source) -> str:
    asked = source.freshness.filter if source.freshness else None
    field = source.loaded_at_field or ""
    field = quote_name(field) if field.isidentifier() else field
    return f"SELECT max({field}) AS loaded_at FROM {_quoted(source)}{f' WHERE {asked}' if asked else ''}"


def _moment(stored: Stored) -> datetime | None:
    """The one value that was asked for. Raises ValueError, with what is wrong, for what is no time."""
    import duckdb

    from odibi_sql.publish.catalog import rows_of

    relation = rows_of(stored, "")
    if len(relation.columns) != 1:
        raise ValueError("gives more than one column")
    try:
        rows = relation.project(f"epoch_us({quote_name(relation.columns[0])}::TIMESTAMPTZ)").limit(2).fetchall()
    except duckdb.Error as error:
        raise ValueError(f"gives no time, but {relation.types[0]}") from error
    if len(rows) > 1:
        raise ValueError("gives more than one row")
    value = rows[0][0] if rows else None
    return datetime.fromtimestamp(value / 1e6, UTC) if value is not None else None


def _place(source: Source, setting: str) -> Location:
    return dict(source.places).get(setting, source.where)


def newest_file(paths: tuple[Path, ...]) -> datetime | None:
    """When the last of these files was written."""
    times = [path.stat().st_mtime for path in paths]
    return datetime.fromtimestamp(max(times), UTC) if times else None
