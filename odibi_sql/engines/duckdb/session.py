"""One in-memory DuckDB a build, one connection to it a node.

Connections to one database are cheap, and each has its own temporary views and macros. What a node reads of small
results, and the small result that it makes of them, are tables of that database (see `at_hand`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import duckdb
from msgspec.structs import replace

from odibi_sql.engines.duckdb import csv
from odibi_sql.engines.duckdb.at_hand import MOST_ROWS, AtHand, drop
from odibi_sql.engines.duckdb.clock import fixing_statements
from odibi_sql.engines.duckdb.content import counting_sql, digest, grouping_sql
from odibi_sql.engines.duckdb.failures import Statement, statement, translated
from odibi_sql.engines.duckdb.frames import framed, scannable
from odibi_sql.engines.duckdb.own_statements import only_prepare, run_own
from odibi_sql.engines.duckdb.settings import TIME_ZONE, connection_settings
from odibi_sql.engines.duckdb.storage import files_sql, raw_sql, reading_sql
from odibi_sql.engines.duckdb.writing import (
    COMPRESSION,
    copying,
    is_one_file,
    is_stored_wide,
    is_too_wide,
    stored_columns,
    stored_expression,
)
from odibi_sql.engines.protocol import (
    NO_ROWS,
    ONE_FILE,
    Count,
    CsvSeed,
    EngineFailure,
    Layout,
    SessionOptions,
    Written,
    without_place,
)
from odibi_sql.objects import is_uri
from odibi_sql.quoting import quote_name, quote_text
from odibi_sql.relation import Attached, Column, Files, Stored

_Copy = Callable[[Path, bool], tuple[Column, ...]]


class DuckDBSession:
    """May be used from several threads; each cursor by one at a time, but for `interrupt`."""

    def __init__(self, options: SessionOptions) -> None:
        options.scratch.mkdir(parents=True, exist_ok=True)
        self.now = options.now
        self._options = options
        self._lock = Lock()
        self._attached: dict[str, str] = {}
        self.at_hand = None if any("collation" in name.casefold() for name in options.settings) else AtHand()
        self.lossless: set[tuple[str, str | None]] = set()  # types, with what they are stored as, that came back
        with translated():
            self._connection = duckdb.connect(config=connection_settings(options))
            self._connection.execute(f"SET GLOBAL TimeZone = {quote_text(TIME_ZONE)}")
            self._connection.execute("SET GLOBAL parquet_metadata_cache = true")  # a result is read by many

    def cursor(self, label: str = "") -> DuckDBCursor:  # noqa: ARG002 - nobody else can look into this process
        with self._lock, translated():
            return DuckDBCursor(self, self._connection.cursor())

    def content(self, relation: Stored | Files | Attached) -> str:
        with closing(self.cursor()) as cursor:
            return cursor.content(relation)

    def run(self, sql: str) -> None:
        with self._lock:
            run_own(self._connection, sql, "GLOBAL")

    def interrupt(self) -> None:
        with suppress(duckdb.Error):
            self._connection.interrupt()

    def rehearsal(self, statements: Sequence[str]) -> DuckDBSession | None:
        with self._lock:
            if not only_prepare(self._connection, statements):
                return None
        return DuckDBSession(replace(self._options, scratch=self._options.scratch / "rehearsal"))

    def select(self, relation: Stored | Files | Attached) -> str:
        """The SELECT that reads a relation."""
        match relation:
            case Stored(columns=columns, parts=parts):
                return reading_sql(columns, self.reachable(parts))
            case Files():
                return files_sql(relation)
            case Attached(database=path, schema=schema, table=table):
                return f"SELECT * FROM {self._attach(path)}.{quote_name(schema)}.{quote_name(table)}"

    def reachable(self, parts: Sequence[str]) -> Sequence[str]:
        """Paths of stored parts as this session reads them."""
        if not any(map(is_uri, parts)):
            return parts
        from odibi_sql.engines.duckdb.remote import reachable

        with self._lock, translated():
            return reachable(self._connection, parts)

    def matching(self, files: Files) -> tuple[str, ...]:
        """The files that are there, in the order in which their rows are read."""
        with closing(self.cursor()) as cursor:
            return cursor.matching(files.paths)

    def close(self) -> None:
        self._connection.close()

    def _attach(self, path: str) -> str:
        if not Path(path).is_file():
            raise EngineFailure(f"there is no file {path}")
        real = str(Path(path).resolve())  # one file cannot be attached by two names
        with self._lock:
            if real not in self._attached:
                alias = f"attached_{len(self._attached)}"
                try:
                    with translated():
                        self._connection.execute(f"ATTACH {quote_text(real)} AS {alias} (TYPE duckdb, READ_ONLY)")
                except EngineFailure as failure:
                    if "Unique file handle conflict" not in failure.message:
                        raise
                    raise EngineFailure(f"{path} is open in this program: close that connection to it") from failure
                self._attached[real] = alias
            return self._attached[real]


class DuckDBCursor:
    def __init__(self, session: DuckDBSession, connection: duckdb.DuckDBPyConnection) -> None:
        self._session = session
        self._connection = connection
        self._longest = 0  # of the statements that made this cursor's views: see `Statement`
        self._interrupted = False
        self._held: list[str] = []
        self._reads_more = False  # than tables at hand
        self._has_run_own = False  # a user's statements, after which nothing is sure

    def at_hand(self, stored: Stored, readers: Sequence[str]) -> str | None:
        hand = self._session.at_hand
        if hand is None or self._has_run_own or any(map(_may_read_rowid, readers)):
            return None
        self._stop_if_interrupted()
        name = hand.held(stored, self._connection)
        if name is not None:
            self._held.append(name)
        return name

    def create_view(self, name: str, relation: Stored | Files | Attached) -> None:
        self._reads_more = True
        with without_place():
            select = self._session.select(relation)
            self._create_view(statement(f"CREATE TEMP VIEW {quote_name(name)} AS", select, ""))

    def create_parts_view(self, name: str, stored: Stored, number: str) -> None:
        """Each part by itself: small ones are at hand, and of the others few have a value that is looked for."""
        names = ", ".join(quote_name(column.name) for column in stored.columns)
        each = []
        for index, one in enumerate([Stored(stored.columns, (part,)) for part in stored.parts] or [stored]):
            rows = self.at_hand(one, ()) or f"({self._session.select(one)})"
            each.append(f"SELECT {index} AS {quote_name(number)}, {names} FROM {rows}")
        with without_place():
            self.create_query_view(name, " UNION ALL ".join(each))

    def create_query_view(self, name: str, sql: str) -> None:
        self._reads_more = self._reads_more or _may_collate(sql)
        before = f"CREATE TEMP VIEW {quote_name(name)} AS SELECT * FROM ("
        self._create_view(statement(before, sql, ")", self._longest))

    def fix_time(self) -> None:
        with translated():
            for fixing in fixing_statements(self._session.now):
                self._connection.execute(fixing)

    def describe(self, sql: str) -> tuple[Column, ...]:
        self._stop_if_interrupted()
        with suppress(duckdb.Error):  # told below, with its place; where there is none, this is quicker
            return _columns(self._connection.sql(statement("SELECT * FROM (", sql, ")").text))
        described = self._run(statement("DESCRIBE SELECT * FROM (", sql, ")", self._longest))
        return tuple(Column(row[0], row[1]) for row in described)

    def needs_rows(self, sql: str) -> bool:
        if "pivot" not in sql.casefold():
            return False
        with translated():  # DuckDB makes several statements of a PIVOT that looks at the data
            return any(one.type == duckdb.StatementType.MULTI for one in duckdb.extract_statements(sql))

    def columns_of(self, relation: Stored | Files | Attached | CsvSeed) -> tuple[Column, ...]:
        with without_place():
            if not isinstance(relation, CsvSeed):
                return self.describe(self._session.select(relation))
            with TemporaryDirectory() as folder, csv.in_utf8(relation, Path(folder) / "seed") as seed:
                csv.check_readable(seed)
                columns = self.describe(csv.seed_sql(seed, {}))
                types = csv.types_by_header(seed, [column.name for column in columns])
                return self.describe(csv.seed_sql(seed, types)) if types else columns

    def write(self, sql: str, stem: Path, layout: Layout = ONE_FILE) -> Written:
        small = self._held and not self._reads_more and not _may_collate(sql) and not layout.partition_by
        written = self._write_small(sql, stem, Layout(stored=layout.stored)) if small else None
        return written or self._write(sql, stem, layout)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._run(statement("", sql, "", self._longest))

    def count(self, stored: Stored) -> tuple[Count, ...]:
        parts = self._session.reachable(stored.parts)
        return tuple(self._count(raw_sql(stored.columns, [part]), stored.columns) for part in parts)

    def count_by(self, sql: str) -> dict[Any, Count]:
        counting = grouping_sql(sql, self.describe(sql)[1:])
        found = self._run(statement("", counting, "", self._longest))
        return {value: Count(int(rows), int(total)) for value, rows, total in found}

    def digest(self, columns: Sequence[Column], count: Count) -> str:
        return digest(columns, count.rows, count.total)

    def write_nothing(self, sql: str) -> Written:
        columns = self.describe(sql)
        return Written(columns, (), 0, 0, digest(columns, 0, 0))

    def first_row(self, sql: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._run(statement("", sql, "", self._longest))[0]
        return row

    def write_csv(self, seed: CsvSeed, stem: Path) -> Written:
        with csv.in_utf8(seed, stem) as readable:
            return self._write_csv(readable, stem)

    def _write_csv(self, seed: CsvSeed, stem: Path) -> Written:
        csv.check_readable(seed)
        types = dict(seed.types)
        try:
            with without_place():
                names = [column.name for column in self.describe(csv.seed_sql(seed, {}))]
                types = csv.types_by_header(seed, names)
                return self._write(csv.seed_sql(seed, types), stem)
        except EngineFailure as failure:
            if not (failure.interrupted or failure.suggestion):
                found = csv.fault(self._connection, seed, types)
                if found is not None:
                    raise found from failure
            raise

    def frame(self, view: str, kind: str) -> Any:
        self._stop_if_interrupted()
        with translated():
            return framed(self._connection.sql(f"SELECT * FROM {quote_name(view)}"), kind)

    def native(self) -> duckdb.DuckDBPyConnection:
        return self._connection

    def write_frame(self, frame: Any, stem: Path) -> Written:
        if isinstance(frame, duckdb.DuckDBPyRelation):
            return self._write_relation(frame, stem)
        self._register("frame_to_write", scannable(frame))
        try:
            with without_place():
                return self._write("SELECT * FROM frame_to_write", stem)
        finally:
            with suppress(duckdb.Error):
                self._connection.unregister("frame_to_write")

    def content(self, relation: Stored | Files | Attached) -> str:
        if isinstance(relation, Stored):
            columns = relation.columns
            select = raw_sql(columns, self._session.reachable(relation.parts))
        else:
            select = self._session.select(relation)
            columns = self.describe(select)
        return self.digest(columns, self._count(select, columns))

    def matching(self, patterns: Sequence[str]) -> tuple[str, ...]:
        found = (self._run(statement("SELECT file FROM glob(", quote_text(one), ")")) for one in patterns)
        return tuple(row[0] for rows in found for row in rows)

    def run(self, sql: str) -> None:
        self._stop_if_interrupted()
        self._reads_more = self._has_run_own = True
        run_own(self._connection, sql, "SESSION")

    def interrupt(self) -> None:
        self._interrupted = True
        with suppress(duckdb.Error):  # it may be closed just now
            self._connection.interrupt()

    def close(self) -> None:
        if self._session.at_hand is not None:
            self._session.at_hand.release(self._held)
        self._held.clear()
        self._connection.close()

    def _register(self, name: str, frame: Any) -> None:
        try:
            with translated():
                self._connection.register(name, frame)
        except EngineFailure as failure:
            if "bad_cast" not in failure.message:
                raise
            with translated():  # DuckDB cannot step backwards through a column, as `frame[::-1]` does
                self._connection.register(name, frame.copy())

    def _create_view(self, creating: Statement) -> None:
        self._longest = max(self._longest, len(creating.text))
        self._run(creating)

    def _run(self, running: Statement) -> list[Any]:
        self._stop_if_interrupted()
        with translated(running):
            return self._connection.execute(running.text).fetchall()

    def _stop_if_interrupted(self) -> None:
        if self._interrupted:
            raise EngineFailure("interrupted", interrupted=True)

    def _write(self, sql: str, stem: Path, layout: Layout = ONE_FILE) -> Written:
        columns = self.describe(sql)
        return self._keep(columns, stem, self._copying(sql, columns, layout), layout)

    def _copying(self, sql: str, columns: tuple[Column, ...], layout: Layout) -> _Copy:
        def copy(path: Path, wide: bool) -> tuple[Column, ...]:
            wide = wide or is_stored_wide(layout.stored)
            copied = copying(sql, columns, path, layout, wide=wide, padding=self._longest)
            self._run(copied.statement)
            return copied.columns

        return copy

    def _write_small(self, sql: str, stem: Path, layout: Layout) -> Written | None:
        """By way of a table, which its readers will find at hand, and which is counted and copied faster than the query
        could be. None where the result is not small, or anything is wrong: the other way tells what and where.
        """
        hand = self._session.at_hand
        assert hand is not None  # noqa: S101 - for the type checker
        name = hand.new_name()
        written = None
        try:
            # Nothing tells how many rows a query will have: the limit bounds what a wrong guess costs.
            self._run(statement(f"CREATE TABLE {name} AS SELECT * FROM (", sql, f") LIMIT {MOST_ROWS + 1}"))
            columns = _columns(self._connection.table(name))
            counted = self._count(f"FROM {name}", columns)
            if counted.rows <= MOST_ROWS:
                copy = self._copying(f"FROM {name}", columns, layout)
                written = self._keep(columns, stem, copy, layout, (counted,))
        except (EngineFailure, duckdb.Error) as error:
            if isinstance(error, EngineFailure) and error.interrupted:
                raise
        finally:
            if written is None:
                drop(name, self._connection)
        if written is not None:
            hand.keep(str(written.parts[0]), name, written.rows, len(written.columns), self._connection)
        return written

    def _write_relation(self, relation: duckdb.DuckDBPyRelation, stem: Path) -> Written:
        """The relation's own connection writes it: Arrow, on the way between, would lose what Parquet loses."""
        columns = _columns(relation)

        def copy(path: Path, wide: bool) -> tuple[Column, ...]:
            stored = stored_columns(columns, wide=wide)
            selected = ", ".join(
                f"{stored_expression(column, quote_name(column.name), wide=wide)} AS {quote_name(column.name)}"
                for column in stored
            )
            with translated():
                relation.project(selected).write_parquet(str(path), compression=COMPRESSION)
            return stored

        return self._keep(columns, stem, copy)

    def _keep(
        self,
        columns: tuple[Column, ...],
        stem: Path,
        copy: _Copy,
        layout: Layout = ONE_FILE,
        counts: tuple[Count, ...] = (),
    ) -> Written:
        def written(path: Path, *, wide: bool) -> Written:
            target = path if is_one_file(layout) else path.with_suffix("")
            return self._written(copy(target, wide), (target,) if target == path else _files_below(target), counts)

        try:
            with _whole_or_not(stem) as path:
                return written(path, wide=False)
        except EngineFailure as failure:
            if not is_too_wide(failure, columns):
                raise
        # Under another name: DuckDB removes the file of a COPY that failed, and nothing says how late it may do so.
        with _whole_or_not(stem.with_name(f"{stem.name}-wide")) as path:
            return written(path, wide=True)

    def _written(self, columns: tuple[Column, ...], files: tuple[Path, ...], counts: tuple[Count, ...]) -> Written:
        stored = Stored(columns, tuple(map(str, files)))
        self._check_types(stored)
        counts = counts or self.count(stored)
        whole = sum(counts, NO_ROWS)
        size = sum(file.stat().st_size for file in files)
        return Written(columns, files, whole.rows, size, self.digest(columns, whole), counts)

    def _check_types(self, stored: Stored) -> None:
        """Should a later DuckDB have a type that Parquet changes; each type is tried once a session."""
        known = self._session.lossless
        if all((column.type, column.stored_as) in known for column in stored.columns):
            return
        held_columns = self.describe(raw_sql(stored.columns, stored.parts[:1]))
        for column, held in zip(stored.columns, held_columns, strict=True):
            if held.type != (column.stored_as or column.type):
                raise EngineFailure(
                    f"column `{column.name}` of type {column.type} comes back from Parquet as {held.type}: "
                    f"cast it to a type that Parquet has"
                )
            known.add((column.type, column.stored_as))

    def _count(self, select: str, columns: Sequence[Column]) -> Count:
        rows, total = self._run(statement("", counting_sql(select, columns), ""))[0]
        return Count(int(rows), int(total or 0))


def _columns(relation: duckdb.DuckDBPyRelation) -> tuple[Column, ...]:
    return tuple(Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))


@lru_cache(256)
def _may_read_rowid(sql: str) -> bool:
    """Which tables have, and views do not; asked for each input."""
    return "rowid" in sql.casefold()


def _may_collate(sql: str) -> bool:
    """Whether a table of the query's rows may compare texts in a way that the same rows from a file do not."""
    return "collat" in sql.casefold()


@contextmanager
def _whole_or_not(stem: Path) -> Iterator[Path]:
    """The file to write, or its name without the suffix for a folder; if anything goes wrong, nothing is left of it."""
    path = stem.with_name(f"{stem.name}.parquet")
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        rmtree(path.with_suffix(""), ignore_errors=True)
        raise


def _files_below(folder: Path) -> tuple[Path, ...]:
    """Of a folder that DuckDB wrote: `data_10` comes after `data_9`."""
    return tuple(sorted(folder.rglob("*.parquet"), key=lambda file: (file.parent, len(file.name), file.name)))
