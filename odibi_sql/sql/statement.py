"""Statement: one query, the tables and files that it reads, and all that binding it to other names needs. `analyse`
makes it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from odibi_sql.relation import Slot

Moment = Literal["fixed", "date", "volatile"]


class SyntaxProblem(Exception):
    """SQL that cannot be used; `at` is the character offset in the text that was given."""

    def __init__(self, message: str, at: int = 0, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint


class Reference(Struct, frozen=True):
    """One place where a table is read.

    `parts` is the name unquoted, as written. `start` and `end` (exclusive) span the whole dotted name in
    `Statement.sql`. `suffix` must follow the name that replaces it, so that columns can still be qualified by the name
    written. `at` is the offset in the text given to `analyse`.
    """

    parts: tuple[str, ...]
    start: int
    end: int
    suffix: str
    at: int


class FileRead(Struct, frozen=True):
    """A literal that names a file, a glob or a URL; the span is that of the literal with its quotes."""

    path: str
    start: int
    end: int
    at: int


class Note(Struct, frozen=True):
    """Nothing wrong, but easily misread: `name` is a CTE in one place and a table in another."""

    at: int
    message: str
    name: str = ""


class Written(Struct, frozen=True):
    """What was given to be transpiled. `rules` is empty where the types of the columns read make no difference; else
    the text to run is made again when they are known, and `rules` says by which state of the program."""

    text: str
    dialect: str
    engine_dialect: str
    rules: str = ""


class Statement(Struct, frozen=True):
    """One query, ready to be bound and run.

    sql:           the text to run, in the engine's dialect: from the first token to the last, or transpiled
    offset:        where `sql` starts in the text given; 0 where it was transpiled
    references:    in text order
    files:         in text order
    rewrites:      text slots that binding needs besides the names: `staging.orders.id` has to become `orders.id`
    canonical:     the token stream of `sql`, see `canonical`
    moment:        volatile: other rows in every run (chance, the clock, the engine's state); date: other rows on
                   another day; fixed: neither
    unknown_files: some file is named by an expression, so that its content cannot be known
    written:       there where it was transpiled, or has to be
    """

    sql: str
    offset: int
    references: tuple[Reference, ...]
    files: tuple[FileRead, ...]
    rewrites: tuple[Slot, ...]
    canonical: str
    moment: Moment
    unknown_files: bool
    notes: tuple[Note, ...]
    written: Written | None = None

    @property
    def transpiled(self) -> bool:
        return self.written is not None

    @property
    def needs_types(self) -> bool:
        """Whether this is for planning only, until `analyse` is told the types of the columns that it reads."""
        return self.written is not None and bool(self.written.rules)
