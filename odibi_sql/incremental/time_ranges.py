"""A model that is made by intervals of time -> the results of its intervals, and what they are together.

Inputs that say when their rows happened are bound to the rows of one interval (and of as many before it as `lookback`
has), the others whole. So an interval is a result with a key of its own, of the SQL, the interval and what these inputs
hold in it; all intervals' contents come from one pass over each input. An interval that is stored is not made again,
and a row that comes late makes the intervals again that see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.context import NodeContext
from odibi_sql.dag import DAGNode
from odibi_sql.engines.protocol import NO_ROWS, Count, EngineFailure, Layout, Written
from odibi_sql.errors import nearest
from odibi_sql.incremental.increments import Made, counted, together
from odibi_sql.incremental.intervals import Interval, floor, intervals, label, shift
from odibi_sql.incremental.strategies import UNTIL
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Column
from odibi_sql.sql import Bound

MOST_INTERVALS = 50_000
_NAMED = datetime.min, datetime(9999, 12, 31)  # intervals between these have a beginning and an end in Python
_TIMES = frozenset(["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"])


class _Timed(Struct, frozen=True):
    """An input by intervals: the view of all of its rows, and what each interval holds, by where it begins."""

    view: str
    columns: tuple[Column, ...]
    time: Column
    counts: Mapping[datetime, Count]


class TimeRange(Struct, dict=True):
    """One run of such a model. `views` are those of its inputs by their names; `entry_of` makes an entry to be kept.

    `is_due` says of an interval whether it is made whatever is stored; `until`: no interval begins after it.
    """

    context: NodeContext
    node: DAGNode
    recipe: Recipe
    views: Mapping[str, str]
    cache: CacheManager
    entry_of: Callable[[Recipe, Written], Entry]
    stems: Iterator[Path]
    is_due: Callable[[Interval], bool] = lambda _: False
    until: datetime | None = None

    def made(self) -> Made:
        """Raises EngineFailure, its offset in the text before binding, and StoreError."""
        found: list[Entry] = []
        ran = 0
        wanted = self._wanted()
        for interval in wanted:
            recipe = self._recipe(interval)
            due = self.is_due(interval)
            entry = None if due else self.cache.get(recipe.key())
            if entry is None:
                written = self._written(interval)
                entry = self.cache.put(self.entry_of(recipe, written), written, force=due, latest=False)
                ran += 1
            found.append(entry)
        if not found:
            return self._nothing()
        made = self._together(found)
        return replace(made, note=f" ({ran:,} of {len(wanted):,} {self.grain}{'s' if len(wanted) > 1 else ''})")

    # -- which intervals

    @property
    def grain(self) -> str:
        return str(self.node.config.batch_size)

    @cached_property
    def _timed(self) -> Mapping[str, _Timed]:
        return {name: self._by_intervals(name, column) for name, column in self.node.timed}

    def _by_intervals(self, name: str, column: str) -> _Timed:
        view = self.views[name]
        columns = self.context.columns(view)
        time = _time_column(columns, column, f"`event_time` of `{name}`")
        moment = f"CAST({quote_name(time.name)} AS TIMESTAMP)"
        value = quote_name(time.name) if time.type == "DATE" else moment  # there are dates that no timestamp can be
        first, end = (f"{'DATE' if time.type == 'DATE' else 'TIMESTAMP'} '{one.date()}'" for one in _NAMED)
        counts = self.context.count_by(
            f"SELECT date_trunc('{self.grain}', {moment}), * FROM {view} WHERE {value} >= {first} AND {value} < {end}"
        )
        return _Timed(view, columns, time, counts)

    def _wanted(self) -> list[Interval]:
        starts = [start for timed in self._timed.values() for start in timed.counts]
        begin = self.node.config.begin
        last = max(starts, default=None)
        if last is None:
            return []
        if self.until is not None:
            last = min(last, self.until)
        first = floor(datetime.fromisoformat(begin), self.grain) if begin else min(starts)
        wanted = []
        for interval in intervals(first, last, self.grain):
            wanted.append(interval)
            if len(wanted) > MOST_INTERVALS:
                raise EngineFailure(
                    f"there are more than {MOST_INTERVALS:,} {self.grain}s from {first} to {last}",
                    hint="begin='2020-01-01' leaves out what is before; or a coarser grain",
                )
        return wanted

    def _recipe(self, interval: Interval) -> Recipe:
        """That of the model, but for where it begins and ends, and with what is in the interval alone."""
        held = {name: self._held(timed, interval) for name, timed in self._timed.items()}
        options = tuple(option for option in self.recipe.options if option[0] != "begin")
        return replace(
            self.recipe,
            kind="interval",
            options=(*options, ("from", interval.start.isoformat()), ("to", interval.end.isoformat())),
            inputs=tuple((name, held.get(name, content)) for name, content in self.recipe.inputs if name != UNTIL),
        )

    def _held(self, timed: _Timed, interval: Interval) -> str:
        steps = range(-self.node.config.lookback, 1)
        starts = (shift(interval.start, self.grain, step) for step in steps)
        return self.context.cursor.digest(timed.columns, sum((timed.counts.get(s, NO_ROWS) for s in starts), NO_ROWS))

    # -- one of them

    def _written(self, interval: Interval) -> Written:
        bound = self._bound(lambda timed: self._within(timed, interval))
        columns = self.context.describe(bound)
        time = _time_column(columns, str(self.node.config.event_time), "`time_column`")
        name, start, end = quote_name(time.name), _at(interval.start, time), _at(interval.end, time)
        if self.node.config.lookback:
            bound = self.context.filtered(bound, columns, f"{name} IS NULL OR {name} >= {start}")
        written = counted(self.context, self.context.write(bound, next(self.stems)))
        view = self.context.view(written.stored())
        wrong = self.context.ask(
            f"SELECT count(*), min(CAST({name} AS VARCHAR)) FROM {view} "
            f"WHERE {name} IS NULL OR {name} < {start} OR {name} >= {end}"
        )
        for count, value in wrong:
            if count:
                raise EngineFailure(
                    f"the {self.grain} {label(interval, self.grain)} gave {count:,} row{'s' if count > 1 else ''} "
                    f"of another time: `{time.name}` is {value or 'NULL'}",
                    hint="a row belongs to the interval that its `time_column` is in: every input of another time "
                    "needs `event_time` too; `lookback` shows earlier intervals of the inputs",
                )
        return written

    def _bound(self, restricted: Callable[[_Timed], str]) -> Bound:
        views = {name: self.context.query(restricted(timed)) for name, timed in self._timed.items()}
        return self.context.bind(self.node.model.statement.sql, self.node.slots, {**self.views, **views})

    def _within(self, timed: _Timed, interval: Interval) -> str:
        start = _at(shift(interval.start, self.grain, -self.node.config.lookback), timed.time)
        value = quote_name(timed.time.name)
        return f"SELECT * FROM {timed.view} WHERE {value} >= {start} AND {value} < {_at(interval.end, timed.time)}"

    # -- all of them

    def _nothing(self) -> Made:
        bound = self._bound(lambda timed: f"SELECT * FROM {timed.view} WHERE false")
        none = self.context.filtered(bound, self.context.describe(bound), "false")
        return Made(counted(self.context, self.context.write(none, next(self.stems))))

    def _together(self, entries: list[Entry]) -> Made:
        """Parts without rows are left out, but for one if that is all; those of another form are written again."""
        columns = entries[-1].columns
        for entry in entries:
            if [(c.name, c.type) for c in entry.columns] != [(c.name, c.type) for c in columns]:
                raise EngineFailure("not all intervals have the same columns", hint="name and cast them in the SQL")
            if any(c.stored_as == "VARCHAR" != d.stored_as for c, d in zip(entry.columns, columns, strict=True)):
                columns = entry.columns
        full = [entry for entry in entries if entry.rows] or entries[:1]
        again = [self._in_form(entry, columns) for entry in full if entry.columns != columns]
        shared = tuple(part for entry in full if entry.columns == columns for part in entry.parts)
        return together(self.context, columns, shared, again)

    def _in_form(self, entry: Entry, columns: tuple[Column, ...]) -> Written:
        """Of an interval without integers of more than 64 bits, where another has some."""
        view = self.context.view(self.cache.stored(entry))
        return counted(
            self.context, self.context.keep(f"SELECT * FROM {view}", next(self.stems), Layout(stored=columns))
        )


def _time_column(columns: tuple[Column, ...], wanted: str, named: str) -> Column:
    found = next((column for column in columns if column.name.casefold() == wanted.casefold()), None)
    if found is None:
        close = nearest(wanted, [column.name for column in columns])
        raise EngineFailure(f"{named} is `{wanted}`, which is no column there", suggestion=close)
    if found.type not in _TIMES:
        raise EngineFailure(f"{named} is `{found.name}` of type {found.type}: it must be a date or a timestamp")
    return found


def _at(time: datetime, column: Column) -> str:
    """A literal that the column is compared with as it is stored, so that files can be passed over; a date is only
    where all of its rows are on one side."""
    if column.type == "DATE" and time == floor(time, "day"):
        return f"DATE '{time.date().isoformat()}'"
    text = time.isoformat(sep=" ")
    return f"TIMESTAMPTZ '{text}'" if "ZONE" in column.type else f"TIMESTAMP '{text}'"
