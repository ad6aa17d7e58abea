"""What the settings of an incremental model mean, and which of them do not go together.

append, merge, delete+insert, insert_overwrite    the next version is the published one and what is new: it grows
time_range                                        every interval is a result of its own, made from its inputs alone
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Config

UNTIL = "--as-of"  # the name of an input: after which time a model by intervals has none

# Settings that say something of an incremental model only, and by which strategies they are heeded.
_HEEDED_BY = {
    "unique_key": ("merge", "delete+insert"),
    "partition_by": ("insert_overwrite",),
    "merge_update_columns": ("merge",),
    "merge_exclude_columns": ("merge",),
    "batch_size": ("time_range",),
    "lookback": ("time_range",),
    "begin": ("time_range",),
}
_OF_EVERY_MODEL = frozenset(["batch_size", "lookback", "begin"])  # such as folder defaults


class WrongSetting(Struct, frozen=True):
    setting: str
    message: str
    hint: str


class Replacing(Struct, frozen=True):
    """New rows take the place of those that agree with one of them in `columns`. `nulls`: NULL agrees with NULL;
    `once`: no two new rows may agree. Of a row that is replaced, the columns that are not `updated`, or are `excluded`,
    stay as they were, if either says anything."""

    columns: tuple[str, ...]
    nulls: bool
    once: bool
    updated: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def stays(self, column: str) -> bool:
        """Whether a column keeps its value where a row is replaced."""
        folded = column.casefold()
        if self.updated:
            return all(folded != name.casefold() for name in self.updated)
        return any(folded == name.casefold() for name in self.excluded)


def strategy_of(config: Config) -> str:
    """`append` where nothing says which rows are replaced, as dbt has it."""
    return config.incremental_strategy or ("merge" if config.unique_key else "append")


def grows(config: Config) -> bool:
    """Whether the next version is made of the one before."""
    return config.materialized == "incremental" and strategy_of(config) != "time_range"


def has_intervals(config: Config) -> bool:
    return config.materialized == "incremental" and strategy_of(config) == "time_range"


def replacing(config: Config) -> Replacing | None:
    match strategy_of(config):
        case "merge":
            updated, excluded = config.merge_update_columns, config.merge_exclude_columns
            return Replacing(config.unique_key, nulls=False, once=True, updated=updated, excluded=excluded)
        case "delete+insert":
            return Replacing(config.unique_key, nulls=False, once=False)
        case "insert_overwrite":
            return Replacing(config.partition_by, nulls=True, once=False)
    return None


def named_columns(config: Config) -> Iterator[tuple[str, str]]:
    """Columns that a growing model must have, each with the setting that says so."""
    rows = replacing(config) if grows(config) else None
    if rows is not None:
        yield from (("partition_by" if rows.nulls else "unique_key", column) for column in rows.columns)
        yield from (("merge_update_columns", column) for column in rows.updated)
        yield from (("merge_exclude_columns", column) for column in rows.excluded)


def no_column(setting: str, column: str) -> str:
    return f"`{setting}` names `{column}`, which is no column of the model"


def result_options(config: Config) -> tuple[tuple[str, str], ...]:
    """The settings by which a result of this model is another one."""
    if config.materialized != "incremental":
        return ()
    strategy = strategy_of(config)
    options = [("incremental_strategy", strategy)]
    if (rows := replacing(config)) is not None:
        options.append(("partition_by" if strategy == "insert_overwrite" else "unique_key", ", ".join(rows.columns)))
        options += [("merge_update_columns", ", ".join(rows.updated))] * bool(rows.updated)
        options += [("merge_exclude_columns", ", ".join(rows.excluded))] * bool(rows.excluded)
    if strategy == "time_range":
        options += [("event_time", str(config.event_time)), ("batch_size", str(config.batch_size))]
        options += [("lookback", str(config.lookback)), ("begin", config.begin or "")]
    return tuple(options)


def wrong_settings(config: Config) -> Iterator[WrongSetting]:
    """What an incremental model's settings leave open."""
    if config.materialized != "incremental":
        return
    strategy = strategy_of(config)
    if strategy in ("timestamp", "check"):
        hint = "materialized='snapshot' keeps how rows changed"
        yield WrongSetting("incremental_strategy", f"`{strategy}` is the strategy of a snapshot", hint)
    if strategy in ("merge", "delete+insert") and not config.unique_key:
        hint = "unique_key='id', or a list of columns; without one, rows are appended: incremental_strategy='append'"
        yield WrongSetting("incremental_strategy", f"`{strategy}` needs a `unique_key`", hint)
    if strategy == "merge" and config.merge_update_columns and config.merge_exclude_columns:
        hint = "one of the two: the columns that a new row updates, or those that it leaves as they are"
        yield WrongSetting("merge_exclude_columns", "`merge_update_columns` says it already", hint)
    if strategy == "insert_overwrite" and not config.partition_by:
        hint = "partition_by='day', or a list of columns: a day that is among the new rows is replaced as a whole"
        yield WrongSetting("incremental_strategy", "`insert_overwrite` needs `partition_by`", hint)
    if strategy == "time_range" and not config.event_time:
        hint = "time_column='day': the column of this model by which a row belongs to an interval"
        yield WrongSetting("incremental_strategy", "`time_range` needs a `time_column`", hint)
    if strategy == "time_range" and not config.batch_size:
        hint = "grain='day'; or hour, month, year"
        yield WrongSetting("incremental_strategy", "`time_range` needs a `grain`", hint)


def unheeded(config: Config) -> Iterator[str]:
    """Settings that change nothing in a model of this kind, each with why."""
    incremental = config.materialized == "incremental"
    takes = MATERIALIZATIONS[config.materialized].takes
    word = f"the strategy is {strategy_of(config)}" if incremental else f"the model is {_a(config.materialized)}"
    for setting, strategies in _HEEDED_BY.items():
        heeded = incremental and strategy_of(config) in strategies
        heeded = heeded or setting in takes
        if getattr(config, setting) and not heeded and (incremental or setting not in _OF_EVERY_MODEL):
            yield f"`{setting}` has no effect: {word}"
    yield from (f"`{setting}` has no effect: {word}" for setting in config.options if setting not in takes)


def _a(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"
