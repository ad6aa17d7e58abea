"""One SparkSession a build, and for each node its tag, its pool and its views.

Temporary views belong to the session, which all nodes share: their names must be of one node alone, and are never used
twice. A frame over a view is analysed when it is made, and run before the view is dropped. Stored rows never change, so
a view of them is made once for all of their readers, and is there until the session ends.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from odibi_sql.engines.duckdb.session import DuckDBSession
from odibi_sql.engines.polars_frames import to_polars
from odibi_sql.engines.protocol import NO_ROWS, ONE_FILE, Count, CsvSeed, EngineFailure, Layout, SessionOptions, Written
from odibi_sql.engines.sessions import writer_of
from odibi_sql.engines.spark import content, types
from odibi_sql.engines.spark.clock import Timed, fixing_statements, literals, timed
from odibi_sql.engines.spark.connecting import connect
from odibi_sql.engines.spark.counting import Counting
from odibi_sql.engines.spark.failures import answered, translated
from odibi_sql.engines.spark.reading import Reader, is_remote
from odibi_sql.engines.spark.writing import write_parts
from odibi_sql.relation import Attached, Column, Files, Stored

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MOST_AT_HAND = 500  # a view takes some 120 KB of Java's memory


class SparkEngineSession:
    """May be used from several threads; each cursor by one at a time, but for `interrupt`."""

    def __init__(self, options: SessionOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._time_is_fixed = False
        self._may_be_lost = False
        self._for_all: SparkCursor | None = None
        self.most_at_hand = MOST_AT_HAND
        self._at_hand: dict[Stored, str] = {}
        with translated():
            self.connection = connect(options)
        self.is_sail = options.settings.get("server") == "sail"
        # Sail has no temporary functions: the time is written into the text instead.
        self.moments = literals(options.now) if self.is_sail else None
        self.parts_at = options.parts_at
        self.reader = Reader(lambda: self.spark, options.scratch, lambda: self.duckdb, options.parts_at)

    @property
    def spark(self) -> SparkSession:
        return self.connection.spark

    @cached_property
    def duckdb(self) -> DuckDBSession:
        """Opened where something is read that only DuckDB reads."""
        options = self._options
        return DuckDBSession(SessionOptions(options.now, options.threads, options.scratch / "duckdb"))

    def cursor(self, label: str = "") -> SparkCursor:
        with self._lock, answered():
            if self._may_be_lost and self.connection.is_own and not self.connection.is_alive():
                self._connect_again()
            self._may_be_lost = False
            tag = f"odibi-sql-{id(self):x}-{next(self._numbers)}"
        # Over Spark Connect a job may have tags and no description, so its UI has the name there. They take no commas.
        return SparkCursor(self, label, f"{label.replace(',', ' ')} {tag}".lstrip())

    def note(self, failure: EngineFailure) -> None:
        """What failed may have failed because Spark is gone: the next cursor asks."""
        self._may_be_lost = self._may_be_lost or failure.passing

    def _connect_again(self) -> None:
        with suppress(EngineFailure), answered():
            self.connection.end()
        self.connection = connect(self._options)
        self._time_is_fixed = False
        self._at_hand = {}

    def content(self, relation: Stored | Files | Attached) -> str:
        if isinstance(relation, Stored) and writer_of(relation) == "duckdb":
            return self.duckdb.content(relation)  # as it was when it was written
        with closing(self.cursor()) as cursor:
            return cursor.content(relation)

    def run(self, sql: str) -> None:
        cursor = self._for_all = self.cursor("hooks")
        try:
            cursor.run_for_all(sql)
        finally:
            self._for_all = None
            cursor.close()

    def interrupt(self) -> None:
        if (cursor := self._for_all) is not None:
            cursor.interrupt()

    def rehearsal(self, statements: Sequence[str]) -> SparkEngineSession | None:  # noqa: ARG002 - there is one Spark
        return None

    def fix_time(self) -> None:
        """Once a session: the build has one time."""
        with self._lock, answered():
            if not self._time_is_fixed and self.moments is None:
                for fixing in fixing_statements(self._options.now):
                    self.spark.sql(fixing)
                self._time_is_fixed = True

    def at_hand(self, stored: Stored) -> str | None:
        """The name of a view of these rows; None where there are too many views, and readers make their own.

        Two threads that ask for one at once may both make it: either will do.
        """
        at_hand = self._at_hand  # of this connection
        if (known := at_hand.get(stored)) is not None:
            return known
        if len(at_hand) >= self.most_at_hand:
            return None
        name = f"__odibi_at_hand_{next(self._numbers)}"
        self.reader.frame(stored).createTempView(name)
        return at_hand.setdefault(stored, name)

    def numbered(self, stored: Stored, number: str) -> DataFrame:
        return self.reader.numbered(stored, number, tells_files=not self.is_sail)

    def named(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """The columns with their types as DuckDB writes them: it quotes the labels of structs by rules of its own."""
        if not any('"' in column.type for column in columns):
            return columns
        cursor = self.duckdb.cursor()
        try:
            nulls = ", ".join(f"CAST(NULL AS {column.type})" for column in columns)
            written = cursor.describe(f"SELECT {nulls}")
        finally:
            cursor.close()
        return tuple(Column(column.name, exact.type) for column, exact in zip(columns, written, strict=True))

    def close(self) -> None:
        if "duckdb" in self.__dict__:
            self.duckdb.close()
        with suppress(EngineFailure), answered():  # Java may be gone
            self.connection.end()


class SparkCursor:
    def __init__(self, session: SparkEngineSession, label: str, tag: str) -> None:
        self._session = session
        self._spark = session.spark
        self._is_far = session.connection.is_far
        self._label = label
        self._tag = tag
        self._views: set[str] = set()
        self._interrupted = False

    def at_hand(self, stored: Stored, readers: Sequence[str]) -> str | None:  # noqa: ARG002 - a view is as good as any
        with self._running():
            return self._session.at_hand(stored)

    def create_view(self, name: str, relation: Stored | Files | Attached) -> None:
        with self._running():
            self._keep_view(name, self._session.reader.frame(relation))

    def create_parts_view(self, name: str, stored: Stored, number: str) -> None:
        with self._running():
            self._keep_view(name, self._session.numbered(stored, number))

    def create_query_view(self, name: str, sql: str) -> None:
        self._keep_view(name, self._frame(sql))

    def fix_time(self) -> None:
        """It is fixed wherever SQL asks for it: views that are made before must have it as well."""

    def describe(self, sql: str) -> tuple[Column, ...]:
        return self._session.named(types.exact_columns(self._frame(sql).schema))

    def needs_rows(self, sql: str) -> bool:  # noqa: ARG002 - a PIVOT of Spark's has a list
        return False

    def columns_of(self, relation: Stored | Files | Attached | CsvSeed) -> tuple[Column, ...]:
        """By DuckDB, which says what files hold for both engines; by Spark where only Spark may get at them."""
        if isinstance(relation, Files) and is_remote(relation) and relation.format == "parquet":
            with self._running():
                return self._session.named(types.exact_columns(self._session.reader.frame(relation).schema))
        cursor = self._session.duckdb.cursor()
        try:
            return cursor.columns_of(relation)
        finally:
            cursor.close()

    def write(self, sql: str, stem: Path, layout: Layout = ONE_FILE) -> Written:
        return self._write(self._frame(sql), sql, stem, layout)

    def _write(self, frame: DataFrame, sql: str, stem: Path, layout: Layout = ONE_FILE) -> Written:
        columns = self._session.named(types.exact_columns(frame.schema))
        casts = types.write_expressions(frame.schema)
        frame = frame.selectExpr(*casts) if casts else frame
        counting = None if self._is_far or layout.partition_by else Counting.of(frame)
        writing = write_parts(
            counting.frame if counting else frame,
            stem,
            self._session.parts_at,
            layout,
            counts_rows=not self._session.is_sail,
        )
        with self._running(sql), writing as parts:
            written = Written(columns, parts.files, 0, parts.bytes, "", uris=parts.uris)
            stored = written.stored()
            counted = counting.result() if counting else None
            counts: tuple[Count, ...] = (counted,) if counted and len(stored.parts) == 1 else ()
            if counted is None and layout != ONE_FILE:  # whoever shares files out wants to know what is in each
                counts = self._counts(stored)
                counted = sum(counts, NO_ROWS)
            counted = counted or self._count(self._session.reader.frame(stored))
        return replace(written, rows=counted.rows, content=self.digest(columns, counted), counts=counts)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._running(sql):
            return [tuple(row) for row in self._spark.sql(sql).collect()]

    def count(self, stored: Stored) -> tuple[Count, ...]:
        with self._running():
            return self._counts(stored)

    def count_by(self, sql: str) -> dict[Any, Count]:
        with self._running(sql):
            return self._counted_by(self._spark.sql(sql))

    def _counts(self, stored: Stored) -> tuple[Count, ...]:
        if len(stored.parts) < 2:
            return tuple(self._count(self._session.reader.frame(stored)) for _ in stored.parts)
        found = self._counted_by(self._session.numbered(stored, "__odibi_number"))
        return tuple(found.get(number, NO_ROWS) for number in range(len(stored.parts)))

    def _counted_by(self, frame: DataFrame) -> dict[Any, Count]:
        """By the first column."""
        from pyspark.sql import types as st

        expr = self._functions().expr
        by, *fields = frame.schema.fields
        counts = map(expr, content.counting_expressions(st.StructType(fields)))
        found = frame.groupBy(expr(types.quote_name(by.name))).agg(*counts).collect()
        return {value: Count(int(rows), int(total or 0)) for value, rows, total in found}

    def digest(self, columns: Sequence[Column], count: Count) -> str:
        return content.digest(columns, count.rows, count.total)

    def write_nothing(self, sql: str) -> Written:
        columns = self.describe(sql)
        return Written(columns, (), 0, 0, content.digest(columns, 0, 0))

    def first_row(self, sql: str) -> tuple[Any, ...]:
        frame = self._frame(sql)
        with self._running(sql):
            return tuple(frame.limit(1).collect()[0])

    def write_csv(self, seed: CsvSeed, stem: Path) -> Written:
        cursor = self._session.duckdb.cursor()
        try:
            return cursor.write_csv(seed, stem)
        finally:
            cursor.close()

    def frame(self, view: str, kind: str) -> Any:
        frame = self._frame(f"SELECT * FROM {types.quote_name(view)}")
        if kind == "spark":
            return frame
        with self._running():
            table: Any = frame.toArrow()
        match kind:
            case "arrow":
                return table
            case "pandas":
                return table.to_pandas()
            case "polars":
                return to_polars(table)
        raise EngineFailure(f"Spark has no frame of the kind {kind}")

    def native(self) -> SparkSession:
        return self._spark

    def write_frame(self, frame: Any, stem: Path) -> Written:
        if hasattr(frame, "sparkSession"):
            return self._write(frame, "", stem)
        cursor = self._session.duckdb.cursor()
        try:
            return cursor.write_frame(frame, stem)
        finally:
            cursor.close()

    def content(self, relation: Stored | Files | Attached) -> str:
        with self._running():
            frame = self._session.reader.frame(relation)
            stored = relation.columns if isinstance(relation, Stored) else None
            columns = stored or self._session.named(types.exact_columns(frame.schema))
            return self.digest(columns, self._count(frame))

    def run(self, sql: str) -> None:
        if re.match(r"\s*(SET|RESET|USE)\b", sql, re.IGNORECASE):
            told = "on Spark, settings are those of the whole run"
            raise EngineFailure(told, hint="write it as `on_run_start`, or under `engines` in odibi_project.yml")
        self.run_for_all(sql)

    def run_for_all(self, sql: str) -> None:
        """Of the whole session, whose settings it may change."""
        with self._running(sql):
            self._spark.sql(_without_end(sql)).collect()

    def interrupt(self) -> None:
        self._interrupted = True
        with suppress(EngineFailure), answered():  # Spark may be gone
            if self._is_far:
                self._spark.interruptTag(self._tag)
            else:
                self._spark.sparkContext.cancelJobsWithTag(self._tag)

    def close(self) -> None:
        with suppress(EngineFailure), answered():
            while self._views:
                self._spark.catalog.dropTempView(self._views.pop())

    def _frame(self, sql: str) -> DataFrame:
        """The analysed query; places in errors are those of `sql`."""
        asking = timed(sql, self._session.moments)
        if asking.tells_time:
            self._session.fix_time()
        with _at_origin(asking), self._running(asking.sql):
            frame = self._spark.sql(asking.sql)
            _check_names(frame.schema.names)  # Spark Connect analyses when it is asked
            return frame

    def _keep_view(self, name: str, frame: DataFrame) -> None:
        with answered():
            frame.createTempView(name)  # a plain one: Sail takes quotes for a part of it
        self._views.add(name)

    def _functions(self) -> Any:
        if self._is_far:
            from pyspark.sql.connect import functions as far

            return far
        from pyspark.sql import functions

        return functions

    def _count(self, frame: DataFrame) -> Count:
        row = frame.selectExpr(*content.counting_expressions(frame.schema)).collect()[0]
        return Count(int(row[0]), int(row[1] or 0))

    @contextmanager
    def _running(self, sql: str = "") -> Iterator[None]:
        """What the calling thread runs inside is known to Spark by this cursor's tag, and can be cancelled by it."""
        if self._interrupted:
            raise EngineFailure("interrupted", interrupted=True)
        try:
            with answered(sql, self.interrupt), self._tagged():
                yield
        except EngineFailure as failure:
            failure.interrupted = failure.interrupted or self._interrupted
            self._session.note(failure)
            raise

    @contextmanager
    def _tagged(self) -> Iterator[None]:
        if self._is_far:
            self._spark.addTag(self._tag)
        else:
            context = self._spark.sparkContext
            context.addJobTag(self._tag)
            context.setLocalProperty("spark.scheduler.pool", f"odibi-{threading.get_ident()}")
            context.setJobDescription(self._label or None)  # type: ignore[arg-type]  # None takes it away
        try:
            yield
        finally:
            with suppress(EngineFailure), answered():
                if self._is_far:
                    self._spark.removeTag(self._tag)
                else:
                    context.removeJobTag(self._tag)
                    context.setLocalProperty("spark.scheduler.pool", None)  # type: ignore[arg-type]
                    context.setJobDescription(None)  # type: ignore[arg-type]


def _check_names(names: Sequence[str]) -> None:
    """Spark itself refuses them when it writes, and then says no place."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            hint = "name each column, with another name for one of them: `… AS other`"
            raise EngineFailure(f"two columns are called `{name}`", offset=0, hint=hint)
        seen.add(name.lower())


def _without_end(sql: str) -> str:
    return sql.rstrip().rstrip(";")


@contextmanager
def _at_origin(asking: Timed) -> Iterator[None]:
    try:
        yield
    except EngineFailure as failure:
        if failure.offset is not None:
            failure.offset = asking.origin(failure.offset)
        raise
