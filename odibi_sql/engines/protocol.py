"""What an engine must offer. An engine is one module beside this one and one line in `engines/__init__.py`.

A Session belongs to one build; a Cursor to one running node. Cursors share nothing but the session's process: views
made through one are not visible to another, or carry names that no other uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, field

from odibi_sql import objects
from odibi_sql.relation import Attached, Column, Files, Stored


class EngineFailure(Exception):
    """The engine refused or broke a statement.

    `offset` is the place in the SQL text that was handed over, in characters; `passing` says that trying again may
    help (I/O, a lost connection); `interrupted` that the statement was cancelled. `suggestion` is the engine's own
    nearest name, if it has one; `hint` another thing to try. `line` is the line, counted from 1, that is wrong in a
    file of data; `input` names what was to be read where that is what cannot be.
    """

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        passing: bool = False,
        interrupted: bool = False,
        suggestion: str | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.passing = passing
        self.interrupted = interrupted
        self.suggestion = suggestion
        self.line = line
        self.hint = hint
        self.input: str | None = None

    @property
    def advice(self) -> str | None:
        """What to try."""
        return f"did you mean `{self.suggestion}`?" if self.suggestion else self.hint

    @property
    def told_with_place(self) -> str:
        """The message beside a place that has the `line` already."""
        return self.message.removeprefix(f"line {self.line}").lstrip(":, ")


@contextmanager
def without_place() -> Iterator[None]:
    """For SQL that no user wrote: a place in it says nothing."""
    try:
        yield
    except EngineFailure as failure:
        failure.offset = None
        raise


class Count(Struct, frozen=True):
    """Rows of a file, and the sum of their hashes: what two files hold together is the sum of both."""

    rows: int
    total: int

    def __add__(self, other: Count) -> Count:
        return Count(self.rows + other.rows, self.total + other.total)


NO_ROWS = Count(0, 0)


class Written(Struct, frozen=True):
    """One result on disk: `parts` are the files written, `bytes` their size together, `content` the hash of its
    columns (names and exact types) and its multiset of rows. `counts` are those of the parts, where an engine counts
    them one by one. `uris` are parts that were written where they stay."""

    columns: tuple[Column, ...]
    parts: tuple[Path, ...]
    rows: int
    bytes: int
    content: str
    counts: tuple[Count, ...] = ()
    uris: tuple[str, ...] = ()

    def stored(self) -> Stored:
        """The rows, where they were written."""
        return Stored(self.columns, (*self.uris, *map(str, self.parts)))

    def discard(self) -> None:
        """Remove it: nobody will read it any more."""
        for part in self.parts:
            part.unlink(missing_ok=True)
        if self.uris:
            with suppress(OSError):  # it goes with the run
                objects.remove(self.uris)


class Layout(Struct, frozen=True):
    """How the rows of a query are spread over files and stored in them.

    `partition_by`: no file holds rows of two values of these columns. `rows`: about as many in a file, in the order of
    the query; None: all in one. `stored`: the form in which other files of the same result store these columns, to be
    kept to where the values fit.
    """

    partition_by: tuple[str, ...] = ()
    rows: int | None = None
    stored: tuple[Column, ...] = ()


ONE_FILE = Layout()


class SessionOptions(Struct, frozen=True):
    """`now` is the build's one time (zone-aware); `scratch` a folder for spilling; `settings` the project's own for
    this engine, already validated by `check_settings`. `parts_at` is the URI of a folder for what is written by more
    machines than this one; None: they share this one's files. `expected` is how many models are to be run: for many,
    it may be worth it to get ready."""

    now: datetime
    threads: int
    scratch: Path
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    parts_at: str | None = None
    expected: int = 0


class CsvSeed(Struct, frozen=True):
    """A CSV file and how to read it: `types` by column name, the others are inferred from all rows.

    `quote` is one character, or none; two of them within a cell stand for one. `encoding` is Python's name of it. Empty
    cells are NULL, and those that are one of `null_strings`.
    """

    path: Path
    types: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    null_strings: tuple[str, ...] = ()


class Cursor(Protocol):
    def at_hand(self, stored: Stored, readers: Sequence[str]) -> str | None:
        """The name under which the session has these rows already for all of its cursors; None: make a view of them.

        `readers` are the queries that will read them, of which some ask for more than a view can give.
        """

    def create_view(self, name: str, relation: Stored | Files | Attached) -> None:
        """Make `relation` readable as `name`, which no other view of this cursor has."""

    def create_parts_view(self, name: str, stored: Stored, number: str) -> None:
        """As `create_view`, with one column more, `number`: in which of the parts a row is, counted from 0."""

    def create_query_view(self, name: str, sql: str) -> None:
        """Make a SELECT readable as `name`; the tables in it are bound to views of this cursor already."""

    def fix_time(self) -> None:
        """Make now(), current_date and their like give the session's `now` in what this cursor runs next."""

    def describe(self, sql: str) -> tuple[Column, ...]:
        """The columns of a SELECT, bound but not run."""

    def needs_rows(self, sql: str) -> bool:
        """Whether the columns of a SELECT depend on the rows it reads, as those of a PIVOT without a list do."""

    def columns_of(self, relation: Stored | Files | Attached | CsvSeed) -> tuple[Column, ...]:
        """The columns that reading the relation gives; no more of its rows are looked at than telling them takes."""

    def write(self, sql: str, stem: Path, layout: Layout = ONE_FILE) -> Written:
        """Run a SELECT and keep its rows as Parquet parts named `<stem>….parquet`, all types lossless."""

    def write_nothing(self, sql: str) -> Written:
        """As `write` of a SELECT that is known to have no rows: it is bound and not run, and there are no parts."""

    def first_row(self, sql: str) -> tuple[Any, ...]:
        """The first row of a SELECT, as Python values: for aggregates."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a SELECT of ours that gives few rows."""

    def count(self, stored: Stored) -> tuple[Count, ...]:
        """What each part holds."""

    def count_by(self, sql: str) -> Mapping[Any, Count]:
        """What the other columns of a SELECT hold for each value of the first, as Python has the value."""

    def digest(self, columns: Sequence[Column], count: Count) -> str:
        """The content of a result with these columns, as `Written.content`."""

    def write_csv(self, seed: CsvSeed, stem: Path) -> Written: ...

    def frame(self, view: str, kind: str) -> Any:
        """All that one of this cursor's views gives, as `kind`: pandas, arrow, polars, or the engine's own, which is
        not read yet: duckdb, spark."""

    def native(self) -> Any:
        """The engine's own connection or session, for code that speaks to it directly."""

    def write_frame(self, frame: Any, stem: Path) -> Written:
        """Keep a frame (pandas, Arrow, polars or the engine's own)."""

    def run(self, sql: str) -> None:
        """Run statements that a user wrote. What they set is set for this cursor alone."""

    def interrupt(self) -> None:
        """Cancel what the cursor runs and all that it is asked for later, but dropping views and closing.

        May be called from another thread, and when nothing runs.
        """

    def close(self) -> None:
        """Its views end with it."""


class Session(Protocol):
    def cursor(self, label: str = "") -> Cursor:
        """`label` is what the engine's own tools call the cursor's work."""

    def run(self, sql: str) -> None:
        """Run statements that a user wrote, for all cursors that are made later."""

    def interrupt(self) -> None:
        """Cancel what `run` runs just now; from another thread. Where it is between two statements, nothing."""

    def rehearsal(self, statements: Sequence[str]) -> Session | None:
        """A new session like this one, empty, in which these of a user's statements can be run for what is bound there;
        None where they could read or write anything, or take long."""

    def content(self, relation: Stored | Files | Attached) -> str:
        """The content hash of what a relation holds now, as `Written.content`."""

    def close(self) -> None: ...


class Listed(Struct, frozen=True):
    """A table as an engine's own catalog is to list it."""

    name: str
    rows: Stored
    description: str = ""


class Registered(Struct, frozen=True):
    """What registering did, by addresses: `there` is all that is registered now. `left` says of tables why the engine
    cannot have them, `wrong` what should have gone well. `lasts`: the catalog is there when the engine has ended."""

    there: tuple[str, ...]
    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    lasts: bool = True


class Registry(Protocol):
    """A place in an engine's own catalog, where its users find tables by name. `place` tells it from any other, and
    `name` is what a user calls it."""

    @property
    def name(self) -> str: ...

    @property
    def place(self) -> str: ...

    def address(self, name: str) -> str:
        """Where the table of that name is, or would be."""
        ...

    def register(
        self,
        session: Session,
        tables: Sequence[Listed],
        marks: Sequence[str],
        before: Sequence[str] | None,
        folder: Path,
    ) -> Registered:
        """Make `tables` what is there of ours, and touch nothing else: ours is what bears one of `marks`, of which the
        first is put on what is made. `before` are addresses at which there may be more of ours; None: anywhere. What
        files it takes besides lie in `folder`.

        Raises EngineFailure where nothing could be done.
        """
        ...


class Engine(Protocol):
    """What an engine module offers at top level.

    FILTERS_SCANS: a condition is asked of a stored result's statistics and dictionaries, so that a scan for each of
    many conditions takes less time than one scan whose rows are judged by all of them.
    """

    NAME: str
    DIALECT: str
    FILTERS_SCANS: bool

    def version(self) -> str:
        """The engine's major.minor version, told without importing the engine."""
        ...

    def check_settings(self, settings: Mapping[str, object]) -> Mapping[str, str | int | float | bool]:
        """The settings as given, or ProjectError; among them none that the session sets itself."""
        ...

    def result_settings(self, settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
        """Those settings that can change a result, with the defaults the session presets: part of every key."""
        ...

    def registry(self, settings: Mapping[str, object]) -> Registry | None:
        """Where the project wants what it publishes to be listed besides; None: nowhere. Nothing is started for it."""
        ...

    def open_session(self, options: SessionOptions) -> Session: ...
