"""Small stored results as tables in the session's own database, so that reading one opens no file.

Opening a Parquet file and planning its scan costs more than a query over a few rows. Which form a result is read in is
told by its file alone, whoever made it and whenever: a build reads the same whether its inputs were made or found.

A file is known by what tells an unchanged one, its inode among them, so that it may be renamed into the store. Tables
are dropped, the longest unread first, when there are too many of them; not while a cursor holds their names.
"""

from __future__ import annotations

import os
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from itertools import count
from threading import Lock

import duckdb
from msgspec import Struct

from odibi_sql.engines.duckdb.failures import translated
from odibi_sql.engines.duckdb.storage import reading_sql
from odibi_sql.objects import is_uri
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Stored

MOST_ROWS = 20_000
MOST_BYTES = 1 << 20  # of the file
MOST_MEMORY = 128 << 20
_CELL = 16
_COLUMN = 12 << 10  # what DuckDB takes for a column of few rows

_Identity = tuple[int, ...]


class _Table(Struct, frozen=True):
    """`name` None: the file is small and holds many rows."""

    name: str | None
    memory: int = 0


class AtHand:
    """Used by all cursors of a session, from several threads."""

    def __init__(self, most_memory: int = MOST_MEMORY) -> None:
        """`most_memory` is in bytes, roughly."""
        self._most_memory = most_memory
        self._lock = Lock()
        self._tables: OrderedDict[_Identity, _Table] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._numbers = count()
        self._memory = 0

    def new_name(self) -> str:
        return f"__odibi_at_hand_{next(self._numbers)}"

    def held(self, stored: Stored, connection: duckdb.DuckDBPyConnection) -> str | None:
        """The table of these rows, made on `connection` if there is none yet; not dropped until `release`. None where
        they are not small, or cannot be read. Raises EngineFailure where reading is interrupted."""
        identity = _identity(stored.parts)
        if identity is None:
            return None
        with self._lock:
            if (known := self._tables.get(identity)) is not None:
                return self._hold(identity, known)
        name = self.new_name()
        try:
            select = reading_sql(stored.columns, stored.parts)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM ({select}) LIMIT {MOST_ROWS + 1}")
            rows = connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
        except duckdb.InterruptException:
            with translated():
                raise
        except duckdb.Error:
            return None  # a damaged file, for one: whoever reads it by its name finds out
        return self._kept(identity, name, rows, len(stored.columns), connection, hold=True)

    def keep(self, part: str, name: str, rows: int, columns: int, connection: duckdb.DuckDBPyConnection) -> None:
        """Table `name` holds what the file `part` does: keep it if it is small, or drop it."""
        identity = _identity((part,))
        if identity is None:
            drop(name, connection)
        else:
            self._kept(identity, name, rows, columns, connection, hold=False)

    def release(self, names: Iterable[str]) -> None:
        with self._lock:
            self._held.subtract(names)

    def _kept(
        self,
        identity: _Identity,
        name: str,
        rows: int,
        columns: int,
        connection: duckdb.DuckDBPyConnection,
        *,
        hold: bool,
    ) -> str | None:
        """Drops `name` where the rows are many, or another thread was quicker."""
        table = _Table(name, columns * max(rows * _CELL, _COLUMN)) if rows <= MOST_ROWS else _Table(None)
        with self._lock:
            kept = self._tables.setdefault(identity, table)
            if kept is table:
                self._memory += table.memory
            found = self._hold(identity, kept) if hold else kept.name
            unread = self._unread()
        for one in (*unread, *(() if found == name else (name,))):
            drop(one, connection)
        return found

    def _hold(self, identity: _Identity, table: _Table) -> str | None:
        self._tables.move_to_end(identity)
        if table.name is not None:
            self._held[table.name] += 1
        return table.name

    def _unread(self) -> list[str]:
        """Takes out what is too much, without a look at all the others: it is asked for every result."""
        gone: dict[_Identity, str] = {}
        for identity, table in self._tables.items():
            if self._memory <= self._most_memory:
                break
            if table.name is not None and not self._held[table.name]:
                self._memory -= table.memory
                gone[identity] = table.name
        for identity in gone:
            del self._tables[identity]
        return list(gone.values())


def drop(name: str, connection: duckdb.DuckDBPyConnection) -> None:
    with translated():
        connection.execute(f"DROP TABLE IF EXISTS {quote_name(name)}")


def _identity(parts: Sequence[str]) -> _Identity | None:
    """None where there is not one small file of this machine."""
    if len(parts) != 1 or is_uri(parts[0]):
        return None
    try:
        found = os.stat(parts[0])  # noqa: PTH116 - thousands of them
    except OSError:
        return None
    if found.st_size > MOST_BYTES:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
