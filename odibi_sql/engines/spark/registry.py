"""Published tables -> views in a database of Spark's catalog, over the store's files.

Views, not tables: one is replaced in a moment that no reader sees, it takes what is stored in another form back to its
type, it can name any number of files, and whoever drops it cannot take the files with it. Where the project wants it,
external tables instead, which Hive and Trino read too, for as much as these can hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from odibi_sql.engines.protocol import Cursor, EngineFailure, Listed, Registered, Session
from odibi_sql.engines.spark import types
from odibi_sql.engines.spark.hive_tables import HiveTable, hive_table, keep_last, link, unlink
from odibi_sql.engines.spark.paths import address as address_of
from odibi_sql.engines.spark.paths import pattern
from odibi_sql.engines.spark.settings import REGISTER, REGISTER_AS, text
from odibi_sql.relation import Stored

# Neither name nor value looks like a secret or an address, which Spark would not show.
MARK, TEXT, COLUMNS = "odibi_sql.catalog", "odibi_sql.text", "odibi_sql.columns"


class SparkRegistry(Struct, frozen=True):
    name: str
    place: str
    as_tables: bool = False

    def address(self, name: str) -> str:
        return f"{self.name}.{name.casefold()}"  # as a metastore has names

    def register(
        self,
        session: Session,
        tables: Sequence[Listed],
        marks: Sequence[str],
        before: Sequence[str] | None,
        folder: Path,
    ) -> Registered:
        cursor = session.cursor("registering")
        try:
            return _Registering(self, cursor, marks, folder).all(tables, before)
        finally:
            cursor.close()


def registry(settings: Mapping[str, object]) -> SparkRegistry | None:
    if REGISTER not in settings:
        return None
    place = json.dumps({name: text(value) for name, value in settings.items()}, sort_keys=True)
    return SparkRegistry(str(settings[REGISTER]).casefold(), place, settings.get(REGISTER_AS) == "tables")


class _There(Struct, frozen=True):
    """What is registered and ours: `text` tells what it was made of, `columns` which a table has; None of a view."""

    text: str
    columns: str | None = None

    @property
    def kind(self) -> str:
        return "VIEW" if self.columns is None else "TABLE"


class _Registering:
    """One time, by one cursor, which lets Ctrl-C end it between two statements."""

    def __init__(self, registry: SparkRegistry, cursor: Cursor, marks: Sequence[str], folder: Path) -> None:
        self._registry = registry
        self._cursor = cursor
        self._marks = marks
        self._folder = folder
        self._wrong: list[str] = []

    def all(self, tables: Sequence[Listed], before: Sequence[str] | None) -> Registered:
        own = self._registry.name
        lasts = str(self._cursor.native().conf.get("spark.sql.catalogImplementation")) != "in-memory"
        if self._registry.as_tables and not lasts:
            raise EngineFailure(
                "tables take a metastore, and the catalog of the Spark that runs here is in its memory",
                hint="`register_as: views`, or a Spark with Hive's support",
            )
        there = self._names("TABLES", own)
        if before is None:
            before = sorted(there if self._registry.as_tables else self._names("VIEWS", own))
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
            as_table = self._table(table, left) if self._registry.as_tables else None
            told = _digest(repr((as_table or select, table.description)))
            was = ours.get(address)
            if was is None or was.text != told:
                if self._made(address, table, as_table, select, told, was):
                    changed.append(address)
                elif address not in ours:
                    continue
            stays.append(address)
        gone = [address for address in ours if address not in stays]
        dropped = [address for address in gone if self._dropped(address, ours[address])]
        stays += [address for address in gone if address not in dropped]
        return Registered(tuple(stays), tuple(changed), tuple(dropped), tuple(left), tuple(self._wrong), lasts)

    def _table(self, table: Listed, left: list[str]) -> HiveTable | None:
        """None where it is to be a view, which is told."""
        try:
            found = hive_table(table, self._folder)
            link(found)
        except EngineFailure as failure:
            left.append(f"`{table.name}` as a table, whose {failure.message}: it is a view")
            return None
        except OSError as error:
            left.append(f"`{table.name}` as a table, whose files cannot be linked ({error}): it is a view")
            return None
        return found

    def _made(
        self, address: str, table: Listed, as_table: HiveTable | None, select: str, told: str, was: _There | None
    ) -> bool:
        if as_table is None:
            away = was is None or was.kind == "VIEW" or self._dropped(address, was)
            return away and self._runs(self._creating_view(address, table, select, told), address)
        location = f"LOCATION {_literal(address_of(str(as_table.location)))}"
        columns = _digest(as_table.columns)
        marks = f"'{MARK}' = '{self._marks[0]}', '{TEXT}' = '{told}', '{COLUMNS}' = '{columns}'"
        name, comment = _quoted(address), _literal(table.description)
        if was is not None and was.columns == columns:
            statements = [
                f"ALTER TABLE {name} SET {location}",  # one call of the metastore's: no reader sees half of it
                f"COMMENT ON TABLE {name} IS {comment}",
                f"ALTER TABLE {name} SET TBLPROPERTIES ({marks})",
            ]
        else:
            statements = [f"DROP {was.kind} IF EXISTS {name}"] if was is not None else []
            statements.append(
                f"CREATE EXTERNAL TABLE {name} ({as_table.columns}) COMMENT {comment} STORED AS PARQUET {location} "
                f"TBLPROPERTIES ({marks})"
            )
        made = all(self._runs(sql, address) for sql in statements)
        if made:
            keep_last(as_table)
        return made

    def _dropped(self, address: str, was: _There) -> bool:
        dropped = self._runs(f"DROP {was.kind} IF EXISTS {_quoted(address)}", address)
        if dropped and was.kind == "TABLE":
            unlink(self._folder, address.partition(".")[2])
        return dropped

    def _names(self, what: str, database: str) -> set[str]:
        try:
            rows = self._cursor.rows(f"SHOW {what} IN {_quoted(database)}")
        except EngineFailure as failure:
            if "cannot be found" in failure.message:
                failure.hint = f"`CREATE DATABASE {database}` in Spark makes it"
            raise
        return {f"{database}.{name.casefold()}" for _, name, is_temporary in rows if not is_temporary}

    def _ours(self, addresses: Collection[str], known: Mapping[str, set[str]]) -> dict[str, _There]:
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
                    ours[address] = _There(properties.get(TEXT, "") if same else "", properties.get(COLUMNS))
        return ours

    def _creating_view(self, address: str, table: Listed, select: str, told: str) -> str:
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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _quoted(address: str) -> str:
    return ".".join(map(types.quote_name, address.split(".", 1)))


def _literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
