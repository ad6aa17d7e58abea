"""Published tables -> views in a database of Spark's catalog, over the store's files.

Views, not tables: one is replaced in a moment that no reader sees, it takes what is stored in another form back to its
type, it can name any number of files, and whoever drops it cannot take the files with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from odibi_sql.engines.protocol import Cursor, EngineFailure, Listed, Registered, Session
from odibi_sql.engines.spark import types
from odibi_sql.engines.spark.paths import pattern
from odibi_sql.engines.spark.settings import REGISTER, text
from odibi_sql.relation import Stored

# Neither name nor value looks like a secret or an address, which Spark would not show.
MARK, TEXT = "odibi_sql.catalog", "odibi_sql.text"


class SparkRegistry(Struct, frozen=True):
    name: str
    place: str

    def address(self, name: str) -> str:
        return f"{self.name}.{name.casefold()}"  # as a metastore has names

    def register(
        self, session: Session, tables: Sequence[Listed], marks: Sequence[str], before: Sequence[str] | None
    ) -> Registered:
        cursor = session.cursor("registering")
        try:
            return _Registering(self, cursor, marks).all(tables, before)
        finally:
            cursor.close()


def registry(settings: Mapping[str, object]) -> SparkRegistry | None:
    if REGISTER not in settings:
        return None
    place = json.dumps({name: text(value) for name, value in settings.items()}, sort_keys=True)
    return SparkRegistry(str(settings[REGISTER]).casefold(), place)


class _Registering:
    """One time, by one cursor, which lets Ctrl-C end it between two statements."""

    def __init__(self, registry: SparkRegistry, cursor: Cursor, marks: Sequence[str]) -> None:
        self._registry = registry
        self._cursor = cursor
        self._marks = marks
        self._wrong: list[str] = []

    def all(self, tables: Sequence[Listed], before: Sequence[str] | None) -> Registered:
        own = self._registry.name
        there = self._names("TABLES", own)
        if before is None:
            before = sorted(self._names("VIEWS", own))
        wanted = {self._registry.address(table.name): table for table in tables}
        ours = self._ours({*(address for address in wanted if address in there), *before}, {own: there})
        stays, changed, left = [], [], []
        for address, table in wanted.items():
            try:
                select = view_text(table.rows)
            except EngineFailure as failure:
                left.append(f"`{table.name}`, whose {failure.message}")
                continue
            if address in there and address not in ours:
                self._wrong.append(f"`{address}` is there already, and this target did not make it")
                continue
            told = hashlib.sha256(repr((select, table.description)).encode()).hexdigest()
            if ours.get(address) != told:
                if self._runs(self._creating(address, table, select, told), address):
                    changed.append(address)
                elif address not in ours:
                    continue
            stays.append(address)
        gone = [address for address in ours if address not in stays]
        dropped = [address for address in gone if self._runs(f"DROP VIEW IF EXISTS {_quoted(address)}", address)]
        stays += [address for address in gone if address not in dropped]
        lasts = str(self._cursor.native().conf.get("spark.sql.catalogImplementation")) != "in-memory"
        return Registered(tuple(stays), tuple(changed), tuple(dropped), tuple(left), tuple(self._wrong), lasts)

    def _names(self, what: str, database: str) -> set[str]:
        try:
            rows = self._cursor.rows(f"SHOW {what} IN {_quoted(database)}")
        except EngineFailure as failure:
            if "cannot be found" in failure.message:
                failure.hint = f"`CREATE DATABASE {database}` in Spark makes it"
            raise
        return {f"{database}.{name.casefold()}" for _, name, is_temporary in rows if not is_temporary}

    def _ours(self, addresses: Collection[str], known: Mapping[str, set[str]]) -> dict[str, str]:
        """Those that are there and bear a mark of ours, and what each was made of."""
        there = dict(known)
        for database in {address.partition(".")[0] for address in addresses} - there.keys():
            try:
                there[database] = self._names("TABLES", database)
            except EngineFailure as failure:
                if failure.passing or failure.interrupted:
                    raise
                there[database] = set()  # it has gone, and ours with it
        ours = {}
        for address in sorted(addresses):
            if address in there[address.partition(".")[0]]:
                rows = self._cursor.rows(f"SHOW TBLPROPERTIES {_quoted(address)}")
                properties = {str(key): str(value) for key, value in rows}
                if properties.get(MARK) in self._marks:
                    # One that was taken over from another mark is made again, with the mark of now.
                    same = properties[MARK] == self._marks[0]
                    ours[address] = properties.get(TEXT, "") if same else ""
        return ours

    def _creating(self, address: str, table: Listed, select: str, told: str) -> str:
        comment = f"COMMENT {_literal(table.description)} " if table.description else ""
        marks = f"'{MARK}' = '{self._marks[0]}', '{TEXT}' = '{told}'"
        return f"CREATE OR REPLACE VIEW {_quoted(address)} {comment}TBLPROPERTIES ({marks}) AS {select}"

    def _runs(self, sql: str, address: str) -> bool:
        try:
            self._cursor.run(sql)
        except EngineFailure as failure:
            if failure.passing or failure.interrupted:
                raise
            self._wrong.append(f"`{address}`: {failure.message}")
            return False
        return True


def view_text(rows: Stored) -> str:
    """A SELECT that gives stored rows in any session of Spark's. EngineFailure for a column that Spark cannot read."""
    if types.needs_duckdb(rows.columns):
        column = next(column for column in rows.columns if types.needs_duckdb([column]))
        raise EngineFailure(f"column `{column.name}` is of type {column.type}, which Spark cannot read")
    reading = types.reading(rows.columns)
    if not rows.parts:
        return f"SELECT {', '.join(reading.nulls)} WHERE false"
    return f"SELECT {', '.join(reading.select)} FROM parquet.{types.quote_name(pattern(rows.parts))}"


def _quoted(address: str) -> str:
    return ".".join(map(types.quote_name, address.split(".", 1)))


def _literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
