"""One run of a growing model: its delta and the version before -> the files of the next version.

Files of the version before stay as they are, but for those that hold a row that is replaced: of these, the other rows
are written again. What a version holds is known without reading it, since the hash of its rows is a sum over its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from odibi_sql.cache import Part
from odibi_sql.context import NodeContext
from odibi_sql.engines.protocol import NO_ROWS, Count, EngineFailure, Layout, Written
from odibi_sql.errors import nearest
from odibi_sql.incremental.schema_changes import Fit, fitting
from odibi_sql.incremental.strategies import Replacing, named_columns, no_column, replacing
from odibi_sql.model import Config
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Column, Stored
from odibi_sql.sql import Bound

FILE_ROWS = 983_040  # a file is what is written again for one row in it
MOST_SMALL_FILES = 32
# What queries call the rows so far and the new ones: for Spark, `b.id` in a subquery may be a part of a column `b`.
OLD, NEW = "__odibi_old", "__odibi_new"


class Made(Struct, frozen=True):
    """A result to be kept. `written` tells of all of its rows, and its parts are the new files; `shared` are those of
    other results that belong to it as well. `note` says how much was made."""

    written: Written
    shared: tuple[Part, ...] = ()
    note: str = ""


class Before(Struct, frozen=True):
    """The version before: `parts` as its entry has them, `stored` where they are. Only where `counted` is what the
    entry says of each file's rows the sum that this engine would have. `foreign`: another engine wrote it."""

    parts: tuple[Part, ...]
    stored: Stored
    counted: bool = True
    foreign: bool = False


class _File(Struct, frozen=True):
    """A file of the version before."""

    part: Part
    path: str
    count: Count


class Increment(Struct):
    """`stems` are names for files in the making."""

    context: NodeContext
    config: Config
    stems: Iterator[Path]

    def first(self, bound: Bound) -> Made:
        """All rows, from nothing. Raises EngineFailure, as all that is here."""
        self._replacing(self.context.describe(bound))
        return Made(self._filled(self.context.write(bound, next(self.stems), self._layout())))

    def upon(self, before: Before, bound: Bound) -> Made:
        """The version before, and what `bound` gives."""
        had = self.context.columns(self.context.view(before.stored)) if before.foreign else before.stored.columns
        fit = fitting(had, self.context.describe(bound), self.config.on_schema_change, self._nothing)
        rows = self._replacing(fit.columns)
        new = self._delta(bound, fit, had)
        replaced_by = self._replaced_by(new, rows)
        if before.foreign or new.columns != had:  # in name, type or form: one result has one form, and one writer
            fitted = self.context.query(f"SELECT {fit.old or '*'} FROM {self.context.view(before.stored)}")
            new = self._with_what_stays(new, rows, fitted)
            return self._together(new.columns, (), [*self._all_again(fitted, new, replaced_by), new])
        files = self._files(before)
        gone = self._gone(files, new.columns, replaced_by)
        if gone:
            new = self._with_what_stays(new, rows, self._view((f for f in files if f.path in gone), new.columns))
        kept = [file for file in files if file.path not in gone]
        again = self._survivors([file for file in files if file.path in gone], gone, new.columns, replaced_by)
        kept, merged = self._merged(kept, new.columns)
        return self._together(new.columns, kept, [*merged, *again, new])

    # -- the new rows

    def _layout(self, stored: tuple[Column, ...] = ()) -> Layout:
        if self.config.partition_by and (rows := replacing(self.config)) is not None and rows.nulls:
            return Layout(partition_by=rows.columns, stored=stored)
        return Layout(rows=FILE_ROWS, stored=stored)

    def _nothing(self, columns: tuple[Column, ...]) -> str:
        return self.context.view(Stored(columns, ()))

    def _replacing(self, columns: Sequence[Column]) -> Replacing | None:
        """Which rows new ones replace, with the names of columns as they are."""
        rows = replacing(self.config)
        if rows is None:
            return None
        names = {column.name.casefold(): column.name for column in columns}
        for setting, column in named_columns(self.config):
            if column.casefold() not in names:
                raise EngineFailure(no_column(setting, column), suggestion=nearest(column, names.values()))
        return replace(rows, columns=tuple(names[column.casefold()] for column in rows.columns))

    def _delta(self, bound: Bound, fit: Fit, stored: tuple[Column, ...]) -> Written:
        layout = self._layout(stored)
        if fit.new is None:
            return self._filled(self.context.write(bound, next(self.stems), layout))
        raw = self.context.write(bound, next(self.stems))
        select = f"SELECT {fit.new} FROM {self.context.view(raw.stored())}"
        return self._kept(select, layout)

    def _replaced_by(self, new: Written, rows: Replacing | None) -> str | None:
        """The condition by which a row (OLD) of the version before is replaced; None if none is."""
        if rows is None or new.rows == 0:
            return None
        view = self.context.view(new.stored())
        if rows.once:
            self._check_once(view, rows, new.columns)
        return f"EXISTS (SELECT 1 FROM {view} AS {NEW} WHERE {_agree(rows, new.columns)})"

    def _with_what_stays(self, new: Written, rows: Replacing | None, old: str) -> Written:
        """The new rows, with the values of the rows that they replace where these stay. `old` is a view that has all
        of these rows, in the columns of the new ones."""
        staying = {column.name for column in new.columns if rows is not None and rows.stays(column.name)}
        if rows is None or not staying or not new.rows:
            return new
        had = _unlike("had", [column.name for column in new.columns])
        values = ", ".join(
            f"CASE WHEN {OLD}.{had} THEN {OLD}.{name} ELSE {NEW}.{name} END AS {name}"
            if column.name in staying
            else f"{NEW}.{name}"
            for column in new.columns
            for name in [quote_name(column.name)]
        )
        joined = (
            f"SELECT {values} FROM {self.context.view(new.stored())} AS {NEW} "
            f"LEFT JOIN (SELECT *, TRUE AS {had} FROM {old}) AS {OLD} ON {_agree(rows, new.columns)}"
        )
        return self._kept(joined, self._layout(new.columns))

    def _check_once(self, view: str, rows: Replacing, columns: Sequence[Column]) -> None:
        keys = ", ".join(map(quote_name, rows.columns))
        compared = ", ".join(f"{_key(column, columns)} AS {quote_name(column)}" for column in rows.columns)
        known = " AND ".join(f"{quote_name(column)} IS NOT NULL" for column in rows.columns)
        each = f"SELECT {compared} FROM {view} WHERE {known}"
        twice = f"SELECT count(*), {keys} FROM ({each}) GROUP BY {keys} HAVING count(*) > 1"
        for count, *values in self.context.ask(f"{twice} ORDER BY {keys} LIMIT 1"):
            key = " and ".join(f"{column} = {value}" for column, value in zip(rows.columns, values, strict=True))
            raise EngineFailure(
                f"{count:,} of the new rows have {key}, and `merge` takes one of a key",
                hint="let the SQL choose: `qualify row_number() over (partition by …) = 1`; "
                "or incremental_strategy='delete+insert'",
            )

    # -- the rows so far

    def _files(self, before: Before) -> list[_File]:
        counts = [part.count for part in before.parts]
        if not before.counted or None in counts:
            counts = list(self.context.count(before.stored))
        pairs = zip(before.parts, before.stored.parts, counts, strict=True)
        return [
            _File(Part.of(part.file, part.bytes, part.mtime_ns, count), path, count or NO_ROWS)
            for part, path, count in pairs
        ]

    def _gone(self, files: Sequence[_File], columns: tuple[Column, ...], replaced_by: str | None) -> dict[str, int]:
        """Files with rows that are replaced, and how many."""
        if replaced_by is None or not files:
            return {}
        name = _unlike("file", [column.name for column in columns])
        rows = self.context.parts_view(Stored(columns, tuple(file.path for file in files)), name)
        counting = f"SELECT {OLD}.{name}, count(*) FROM {rows} AS {OLD} WHERE {replaced_by} GROUP BY {OLD}.{name}"
        found = self.context.ask(counting)
        return {files[int(number)].path: int(count) for number, count in found}

    def _survivors(
        self,
        files: Sequence[_File],
        gone: dict[str, int],
        columns: tuple[Column, ...],
        replaced_by: str | None,
    ) -> list[Written]:
        """What stays of files in which rows are replaced; small ones become one."""
        again = []
        for group in _groups([(file, file.count.rows - gone[file.path]) for file in files]):
            stays = f"SELECT * FROM {self._view(group, columns)} AS {OLD} WHERE NOT {replaced_by}"
            again.append(self._kept(stays, self._layout(columns)))
        return again

    def _all_again(self, fitted: str, new: Written, replaced_by: str | None) -> list[Written]:
        stays = f"SELECT * FROM {fitted} AS {OLD}" + (f" WHERE NOT {replaced_by}" if replaced_by else "")
        return [self._kept(stays, self._layout(new.columns))]

    def _merged(self, files: list[_File], columns: tuple[Column, ...]) -> tuple[list[_File], list[Written]]:
        """Of many small files the smaller half become one: what is written once is not written again at every run."""
        small = sorted((file for file in files if file.count.rows < FILE_ROWS), key=lambda file: file.count.rows)
        if len(small) <= MOST_SMALL_FILES or self._layout().partition_by:
            return files, []
        chosen = {file.path for file in small[: len(small) // 2]}
        rows = f"SELECT * FROM {self._view([file for file in files if file.path in chosen], columns)}"
        merged = self._kept(rows, self._layout(columns))
        return [file for file in files if file.path not in chosen], [merged]

    def _view(self, files: Iterable[_File], columns: tuple[Column, ...]) -> str:
        return self.context.view(Stored(columns, tuple(file.path for file in files)))

    # -- both

    def _kept(self, sql: str, layout: Layout) -> Written:
        return self._filled(self.context.keep(sql, next(self.stems), layout))

    def _filled(self, written: Written) -> Written:
        """Without files that hold nothing, but for one if that is all."""
        written = counted(self.context, written)
        full = [bool(count.rows) for count in written.counts]
        full = full if any(full) else [number == 0 for number in range(len(full))]
        uris, parts = full[: len(written.uris)], full[len(written.uris) :]
        return replace(
            written,
            uris=tuple(compress(written.uris, uris)),
            parts=tuple(compress(written.parts, parts)),
            counts=tuple(compress(written.counts, full)),
        )

    def _together(self, columns: tuple[Column, ...], kept: Sequence[_File], written: Sequence[Written]) -> Made:
        """One of the files at least is kept, though it is empty: it says which engine wrote it."""
        full = [one for one in written if one.rows] or ([] if kept else list(written[-1:]))
        return together(self.context, columns, [file.part for file in kept], full)


def counted(context: NodeContext, written: Written) -> Written:
    """With what each of its files holds, which an engine need not have told."""
    stored = written.stored()
    return written if written.counts or not stored.parts else replace(written, counts=context.count(stored))


def together(context: NodeContext, columns: tuple[Column, ...], shared: Sequence[Part], new: Sequence[Written]) -> Made:
    """A result of files that other results have as well, and of new ones."""
    counts = tuple(count for one in new for count in one.counts)
    whole = sum((*(part.count or NO_ROWS for part in shared), *counts), NO_ROWS)
    written = Written(
        columns=columns,
        parts=tuple(part for one in new for part in one.parts),
        rows=whole.rows,
        bytes=sum(one.bytes for one in new) + sum(part.bytes for part in shared),
        content=context.cursor.digest(columns, whole),
        counts=counts,
        uris=tuple(uri for one in new for uri in one.uris),
    )
    return Made(written, tuple(shared))


def _agree(rows: Replacing, columns: Sequence[Column]) -> str:
    """The condition by which a new row has the key of an old one."""
    same = "IS NOT DISTINCT FROM" if rows.nulls else "="
    sides = ((_key(column, columns, f"{NEW}."), _key(column, columns, f"{OLD}.")) for column in rows.columns)
    return " AND ".join(f"{new} {same} {old}" for new, old in sides)


def _key(name: str, columns: Sequence[Column], of: str = "") -> str:
    """A column of a key, as it is compared. Sail tells -0.0 from 0.0, and one NaN from another."""
    value = of + quote_name(name)
    is_float = any(column.name == name and column.type in ("FLOAT", "DOUBLE") for column in columns)
    return f"CASE WHEN isnan({value}) THEN 'NaN'::DOUBLE ELSE {value}::DOUBLE + 0e0 END" if is_float else value


def _unlike(word: str, names: Sequence[str]) -> str:
    """A name that no column has."""
    while any(word == name.casefold() for name in names):
        word += "_"
    return word


def _groups(files: Sequence[tuple[_File, int]]) -> Iterator[list[_File]]:
    """Files in their order, together up to the rows of one file; those of which no rows are left are in none."""
    group: list[_File] = []
    total = 0
    for file, rows in files:
        if group and total + rows > FILE_ROWS:
            yield group
            group, total = [], 0
        if rows:
            group.append(file)
            total += rows
    if group:
        yield group
