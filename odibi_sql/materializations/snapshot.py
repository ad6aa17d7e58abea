"""snapshot: how the rows of a query changed over time (SCD type 2), with dbt's options, columns and semantics.

Each version is made in one statement from the one before and from the query's rows: rows that have gone or changed are
closed, new and changed ones are added. All else in the history stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from msgspec import Struct

from odibi_sql.engines.protocol import EngineFailure, Written
from odibi_sql.errors import nearest
from odibi_sql.materializations.kind import Kind, Making, OptionProblem, Options
from odibi_sql.quoting import quote_name
from odibi_sql.relation import Column, Stored
from odibi_sql.sql import SyntaxProblem, analyse

ColumnsOf = Mapping[str, Sequence[Column]]

STRATEGIES = ("timestamp", "check")
META = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_is_deleted")
UNTYPED = '"NULL"'  # a column of NULLs that have no type yet
_NAME = re.compile(r"[^\W\d]\w*|\"[^\"]+\"")


def wrong(options: Options) -> Iterator[OptionProblem]:
    """What can be told without the query's columns."""
    if "unique_key" not in options:
        yield OptionProblem("unique_key", "a snapshot needs a `unique_key`", "the column that tells its rows apart")
    strategy: str | None = options.get("strategy")
    if strategy is None:
        hint = "`timestamp` with `updated_at`, or `check` with `check_cols`"
        yield OptionProblem("strategy", "a snapshot needs a `strategy`", hint)
    elif strategy not in STRATEGIES:
        close = nearest(strategy, STRATEGIES)
        message = f"`strategy` must be one of timestamp, check, not {strategy!r}"
        yield OptionProblem("strategy", message, f"did you mean `{close}`?" if close else None, strategy)
    if strategy == "timestamp" and "updated_at" not in options:
        hint = "the column that says when a row last changed"
        yield OptionProblem("strategy", "the strategy `timestamp` needs `updated_at`", hint)
    if strategy == "check" and not options.get("check_cols"):
        hint = "a list of columns, or 'all'"
        yield OptionProblem("strategy", "the strategy `check` needs `check_cols`", hint)
    if "hard_deletes" in options and options.get("invalidate_hard_deletes") is not None:
        hint = "`invalidate_hard_deletes: true` is the old spelling of `hard_deletes: invalidate`"
        yield OptionProblem("invalidate_hard_deletes", "`hard_deletes` says it already", hint)
    for setting in ("unique_key", "updated_at", "dbt_valid_to_current"):
        given = options.get(setting, ())
        for expression in (given,) if isinstance(given, str) else given:
            yield from _wrong_expression(setting, expression)


def _wrong_expression(setting: str, expression: str) -> Iterator[OptionProblem]:
    if _NAME.fullmatch(expression):
        return
    try:
        statement = analyse(f"select ({expression})")
    except SyntaxProblem as problem:
        message = f"`{setting}` is no SQL expression: {problem.message}"
        yield OptionProblem(setting, message, "an expression of DuckDB's SQL", expression)
        return
    if statement.references or statement.files or statement.moment != "fixed":
        message = f"`{setting}` must be the same in every run, and reads no tables: `{expression}`"
        yield OptionProblem(setting, message, None, expression)


class Rules(Struct, frozen=True, dict=True):
    """A snapshot's options for a query with these columns. `names` are its own columns', by dbt's names."""

    options: Options
    columns: tuple[Column, ...]
    now: datetime

    @cached_property
    def names(self) -> dict[str, str]:
        return {**{name: name for name in META}, **dict(self.options.get("snapshot_meta_column_names", ()))}

    @property
    def hard_deletes(self) -> str:
        old = "invalidate" if self.options.get("invalidate_hard_deletes") else "ignore"
        return str(self.options.get("hard_deletes", old))

    @property
    def by_time(self) -> bool:
        return bool(self.options["strategy"] == "timestamp")

    def meta(self) -> tuple[str, ...]:
        return tuple(self.names[name] for name in (META if self.hard_deletes == "new_record" else META[:-1]))

    def column(self, name: str) -> str | None:
        """The query's column of this name as SQL has it; names in SQL have no case."""
        folded = name.strip('"').casefold()
        return next((quote_name(one.name) for one in self.columns if one.name.casefold() == folded), None)

    def expression(self, setting: str, text: str) -> str:
        """A column or an expression over columns. Raises OptionProblem for a column that is not there."""
        if (column := self.column(text)) is not None:
            return column
        if not _NAME.fullmatch(text):
            return f"({text})"
        raise no_column(setting, text, self.columns)

    def keys(self) -> list[str]:
        return [self.expression("unique_key", key) for key in self.options["unique_key"]]

    def moment(self) -> str:
        return f"TIMESTAMP '{self.now:%Y-%m-%d %H:%M:%S.%f}'"

    def updated_at(self) -> str:
        given = self.options.get("updated_at")
        return self.expression("updated_at", given) if given else self.moment()

    def current(self) -> str:
        return f"({self.options.get('dbt_valid_to_current') or 'NULL'})"

    def checked(self) -> list[str]:
        """The columns that the strategy `check` compares, by their names."""
        wanted = self.options["check_cols"]
        if wanted == "all":
            return [column.name for column in self.columns]
        by_name = {column.name.casefold(): column.name for column in self.columns}
        missing = [name for name in wanted if name.strip('"').casefold() not in by_name]
        if missing:
            raise no_column("check_cols", missing[0], self.columns)
        return [by_name[name.strip('"').casefold()] for name in wanted]

    def refuse_clashes(self) -> None:
        taken = {name.casefold() for name in self.meta()}
        clash = next((column.name for column in self.columns if column.name.casefold() in taken), None)
        if clash is not None:
            raise OptionProblem(
                "snapshot_meta_column_names",
                f"the query has a column `{clash}`, which a snapshot adds itself",
                "leave it out of the query, or give another name in `snapshot_meta_column_names`",
            )


def no_column(setting: str, name: str, columns: Sequence[Column]) -> OptionProblem:
    names = [column.name for column in columns]
    close = nearest(name, names)
    hint = f"did you mean `{close}`?" if close else f"columns: {', '.join(names)}"
    return OptionProblem(setting, f"the query has no column `{name}`", hint, name)


def fresh_sql(rules: Rules, view: str) -> str:
    """The query's rows with their keys and the time from which they hold."""
    keys = "".join(f", {key} AS odibi_key_{number}" for number, key in enumerate(rules.keys()))
    return f"SELECT *{keys}, {rules.updated_at()} AS odibi_at FROM {view}"


def bad_keys_sql(rules: Rules, view: str) -> str:
    """Keys that do not tell rows apart."""
    keys = [f"odibi_key_{number}" for number in range(len(rules.keys()))]
    nulls = " OR ".join(f"{key} IS NULL" for key in keys)
    listed = ", ".join(keys)
    return f"SELECT {listed} FROM ({fresh_sql(rules, view)}) AS fresh GROUP BY {listed} HAVING count(*) > 1 OR {nulls}"


def first_sql(rules: Rules, view: str) -> str:
    """The first version: all rows hold since they were changed last, or from now on."""
    own = ", ".join(quote_name(column.name) for column in rules.columns)
    meta = ", ".join(f"{value} AS {quote_name(name)}" for name, value in _added(rules).items())
    return f"SELECT {own}, {meta} FROM ({fresh_sql(rules, view)}) AS fresh"


def next_sql(rules: Rules, view: str, history: str, before: Sequence[Column]) -> str:
    """The next version, from the rows now (`view`) and the version before (`history`, with the columns `before`)."""
    names = rules.names
    valid_to, deleted = quote_name(names["dbt_valid_to"]), quote_name(names["dbt_is_deleted"])
    keys = range(len(rules.keys()))
    same = " AND ".join(f"past.odibi_key_{number} = fresh.odibi_key_{number}" for number in keys)
    had_deleted = any(column.name.casefold() == names["dbt_is_deleted"].casefold() for column in before)
    keeps_deleted = rules.hard_deletes == "new_record"
    is_gone = f"coalesce(past.{deleted} = 'True', FALSE)" if keeps_deleted and had_deleted else "FALSE"
    current = f"{valid_to} IS NULL"
    if rules.options.get("dbt_valid_to_current"):
        current = f"({valid_to} = {rules.current()} OR {current})"
    past_keys = "".join(f", {key} AS odibi_key_{number}" for number, key in enumerate(rules.keys()))
    changed = f"({_changed(rules, before)} OR {is_gone})"
    ended = f"past.{valid_to}"
    if rules.hard_deletes != "ignore":
        ended = f"CASE WHEN {is_gone} THEN {ended} ELSE {rules.moment()} END"
    closed = (
        f"CASE WHEN NOT past.odibi_current THEN past.{valid_to} WHEN fresh.odibi_key_0 IS NULL THEN {ended} "
        f"WHEN {changed} THEN fresh.odibi_at ELSE past.{valid_to} END"
    )
    columns = _columns(rules, before)
    kept = {column.name: f"past.{quote_name(column.name)}" for column in before}
    kept[_named(before, names["dbt_valid_to"])] = closed
    if keeps_deleted and not had_deleted:
        kept[names["dbt_is_deleted"]] = "'False'"
    added = {column.name: f"fresh.{quote_name(column.name)}" for column in rules.columns} | _added(rules)
    parts = [
        f"SELECT {_listed(columns, kept)} FROM past LEFT JOIN fresh ON past.odibi_current AND {same}",
        f"SELECT {_listed(columns, added)} FROM fresh LEFT JOIN past ON past.odibi_current AND {same} "
        f"WHERE past.odibi_key_0 IS NULL OR {changed}",
    ]
    if keeps_deleted:
        scd_id = f"past.{quote_name(names['dbt_scd_id'])}"
        gone = {column.name: f"past.{quote_name(column.name)}" for column in before if rules.column(column.name)} | {
            names["dbt_scd_id"]: _hash([scd_id, rules.moment()]),
            names["dbt_updated_at"]: rules.moment(),
            names["dbt_valid_from"]: rules.moment(),
            names["dbt_valid_to"]: f"past.{valid_to}",
            names["dbt_is_deleted"]: "'True'",
        }
        parts.append(
            f"SELECT {_listed(columns, gone)} FROM past LEFT JOIN fresh ON {same} "
            f"WHERE past.odibi_current AND fresh.odibi_key_0 IS NULL AND NOT {is_gone}"
        )
    return (
        f"WITH fresh AS ({fresh_sql(rules, view)}), "
        f"past AS (SELECT *, {current} AS odibi_current{past_keys} FROM {history}) " + " UNION ALL ".join(parts)
    )


def _added(rules: Rules) -> dict[str, str]:
    """A snapshot's own columns for a row that is added, read from `fresh`."""
    names = rules.names
    keys = [f"fresh.odibi_key_{number}" for number in range(len(rules.keys()))]
    added = {
        names["dbt_scd_id"]: _hash([*keys, "fresh.odibi_at"]),
        names["dbt_updated_at"]: "fresh.odibi_at",
        names["dbt_valid_from"]: "fresh.odibi_at",
        names["dbt_valid_to"]: f"coalesce(nullif(fresh.odibi_at, fresh.odibi_at), {rules.current()})",
    }
    return {**added, names["dbt_is_deleted"]: "'False'"} if rules.hard_deletes == "new_record" else added


def _hash(values: Sequence[str]) -> str:
    return "md5(" + " || '|' || ".join(f"coalesce(CAST({value} AS VARCHAR), '')" for value in values) + ")"


def _changed(rules: Rules, before: Sequence[Column]) -> str:
    if rules.by_time:
        return f"coalesce(past.{quote_name(rules.names['dbt_valid_from'])} < fresh.odibi_at, FALSE)"
    had = {column.name.casefold(): column.name for column in before}
    checked = rules.checked()
    if any(name.casefold() not in had for name in checked):
        return "TRUE"  # a column that is new: as dbt has it, all rows changed
    pairs = [f"past.{quote_name(had[n.casefold()])} IS DISTINCT FROM fresh.{quote_name(n)}" for n in checked]
    return f"({' OR '.join(pairs)})"


def _columns(rules: Rules, before: Sequence[Column]) -> list[tuple[str, str]]:
    """The next version's columns, each with the type it must keep: those there were, then new ones."""
    had = {column.name.casefold() for column in before}
    now = {column.name.casefold(): column.type for column in rules.columns}
    old = [(c.name, now.get(c.name.casefold(), c.type) if c.type == UNTYPED else c.type) for c in before]
    new = [(column.name, column.type) for column in rules.columns if column.name.casefold() not in had]
    new += [(name, "VARCHAR") for name in rules.meta() if name.casefold() not in had]
    return [*old, *new]


def _named(columns: Sequence[Column], name: str) -> str:
    return next(column.name for column in columns if column.name.casefold() == name.casefold())


def _listed(columns: Sequence[tuple[str, str]], values: dict[str, str]) -> str:
    """A select list; what `values` do not have is NULL."""
    by_name = {name.casefold(): value for name, value in values.items()}
    return ", ".join(
        f"CAST({by_name.get(name.casefold(), 'NULL')} AS {kind}) AS {quote_name(name)}" for name, kind in columns
    )


class _Version(Struct, frozen=True):
    """The next version as a query over views of the context, which have these `columns`."""

    rules: Rules
    views: Mapping[str, str]
    columns: ColumnsOf
    sql: str


def _version(making: Making, now: Stored) -> _Version:
    """Raises OptionProblem for what can be told by columns."""
    rules = Rules(making.options, now.columns, making.now)
    rules.refuse_clashes()
    if not rules.by_time:
        rules.checked()  # whether its columns are there
    inputs = {"now": now, **({"history": making.previous} if making.previous else {})}
    views = making.context.make_views(inputs, repr(making.options))
    if making.previous is None:
        sql = first_sql(rules, views["now"])
    else:
        refuse_changes(rules, making.previous.columns)
        sql = next_sql(rules, views["now"], views["history"], making.previous.columns)
    return _Version(rules, views, {view: inputs[name].columns for name, view in views.items()}, sql)


def columns_of(making: Making, query: tuple[Column, ...]) -> tuple[Column, ...]:
    """Of the next version, as the engine binds it."""
    version = _version(making, Stored(query, ()))
    try:
        return making.context.describe(making.own(version.sql, version.columns))
    except EngineFailure as failure:
        failure.offset = None  # a place in SQL that no user wrote
        raise


def make(making: Making) -> Written:
    """The query's rows are kept for a moment, so that it runs once; what is wrong in it has its own places."""
    context = making.context
    fresh = context.write(making.bound, making.stem.with_name(f"{making.stem.name}-now"))
    try:
        version = _version(making, fresh.stored())
        _refuse_bad_keys(making, version.rules, version.views["now"], version.columns)
        if making.previous is not None:
            _refuse_to_go_back(making, version.rules, version.views["history"], version.columns)
        return context.write(making.own(version.sql, version.columns), making.stem)
    except EngineFailure as failure:
        failure.offset = None  # a place in SQL that no user wrote
        raise
    finally:
        fresh.discard()


def _count(making: Making, sql: str, columns: ColumnsOf) -> int:
    written = making.context.write(making.own(sql, columns), making.stem.with_name(f"{making.stem.name}-look"))
    written.discard()
    return written.rows


def _refuse_to_go_back(making: Making, rules: Rules, history: str, columns: ColumnsOf) -> None:
    """Where the build's time is that of the changes, it cannot be before the last of them."""
    valid_from = quote_name(rules.names["dbt_valid_from"])
    later = f"SELECT {valid_from} FROM {history} WHERE {valid_from} > {rules.moment()}"
    if "updated_at" not in rules.options and _count(making, later, columns):
        raise OptionProblem(
            "",
            f"its history goes beyond the build's time, {rules.now:%Y-%m-%d %H:%M:%S}: changes cannot be put before it",
            "`odibi-sql rollback` to a publication of that time, or build without `--as-of`",
        )


def _refuse_bad_keys(making: Making, rules: Rules, view: str, columns: ColumnsOf) -> None:
    if rows := _count(making, bad_keys_sql(rules, view), columns):
        keys = ", ".join(making.options["unique_key"])
        is_one = rows == 1
        raise OptionProblem(
            "unique_key",
            f"`{keys}` does not tell the query's rows apart: {rows:,} value{'' if is_one else 's'} of it "
            f"{'stands' if is_one else 'stand'} in more than one row, or {'is' if is_one else 'are'} NULL",
            f"look at them: select {keys}, count(*) … group by all having count(*) > 1",
            making.options["unique_key"][0],
        )


def refuse_changes(rules: Rules, before: Sequence[Column]) -> None:
    """Raises OptionProblem where the history cannot go on in columns that it has."""
    had = {column.name.casefold(): column for column in before}
    for name in rules.meta()[:4]:
        if name.casefold() not in had:
            hint = "give `snapshot_meta_column_names` as they were when the history began"
            raise OptionProblem("snapshot_meta_column_names", f"the history has no column `{name}`", hint)
    for column in rules.columns:
        old = had.get(column.name.casefold())
        if old is not None and old.type != column.type and UNTYPED not in (old.type, column.type):
            raise OptionProblem(
                "",
                f"the column `{column.name}` is {old.type} in the history, and {column.type} now",
                f"cast it, `{column.name}::{old.type} as {column.name}`, or give it another name",
                column.name,
            )


def tells_time(options: Options) -> bool:
    """Whether the build's time can be in a version: as the time of a change, or of a deletion."""
    ignores = options.get("hard_deletes", "ignore") == "ignore" and not options.get("invalidate_hard_deletes")
    return not (options.get("updated_at") and ignores)


TAKES: frozenset[str] = frozenset(
    (
        *("strategy", "unique_key", "updated_at", "check_cols", "hard_deletes", "invalidate_hard_deletes"),
        *("dbt_valid_to_current", "snapshot_meta_column_names"),
    )
)
KIND = Kind(
    "snapshot",
    stored=True,
    published="rows",
    takes=TAKES,
    wrong=wrong,
    make=make,
    columns=columns_of,
    irreplaceable=True,
    tells_time=tells_time,
)
