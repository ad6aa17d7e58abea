"""What a setting may be: checks of single values, the settings of models and seeds, and how they add up.

Settings come from YAML and from `config()` in a file; both are checked here, against one table. A check takes a plain
value and returns the one to keep, or raises SettingError with what the value must be.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from odibi_sql.checks.verdict import SEVERITIES, condition
from odibi_sql.errors import nearest
from odibi_sql.model import Hook
from odibi_sql.objects import URI

Check = Callable[[Any], Any]
STRATEGIES = ("append", "merge", "delete+insert", "insert_overwrite", "time_range")
GRAINS = ("hour", "day", "month", "year")


class SettingError(ValueError):
    """The value is not what it must be; the text completes "`threads` must be …"."""

    def __init__(self, expected: str, hint: str | None = None) -> None:
        super().__init__(expected)
        self.hint = hint


class Known(Struct, frozen=True):
    """The names that settings may give, from the registries of engines and materializations."""

    engines: tuple[str, ...]
    materializations: tuple[str, ...]


def known_names() -> Known:
    from odibi_sql.engines import ENGINES
    from odibi_sql.materializations import MATERIALIZATIONS

    return Known(tuple(ENGINES), tuple(name for name, kind in MATERIALIZATIONS.items() if kind.for_models))


def text(value: Any) -> str:
    if not isinstance(value, str):
        hint = "YAML reads a bare yes, no, on or off as true or false: quote it" if isinstance(value, bool) else None
        raise SettingError("text", hint)
    return value


def identifier(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[^\W\d]\w*", value):
        raise SettingError("a name of letters, digits and underscores")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingError("true or false")
    return value


def place(value: Any) -> str:
    """A folder's URI that every reader takes alike."""
    if not isinstance(value, str) or "://" not in value:
        raise SettingError("a URI such as s3://bucket/folder", "a folder of this machine is set by `warehouse`")
    if value.startswith(("s3a://", "s3n://")):
        raise SettingError("a URI that begins with s3://", "Spark gets it as s3a:// by itself")
    uri = value.rstrip("/")
    found = URI.fullmatch(uri)
    if found is None or not (found["place"] or found["path"]):
        raise SettingError(
            "a URI of letters, digits and `_.~-+=@:,`",
            "what other signs mean differs from reader to reader; endpoint and credentials come from the environment",
        )
    return uri


def mapping(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise SettingError("a mapping of names to values")
    return value


def whole_number(least: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise SettingError(f"a whole number from {least}")
        return value

    return check


def seconds(value: Any) -> float:
    """A number of seconds, or text such as `90s`, `10m`, `1.5h`."""
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?", value.strip())):
        value = float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[match[2] or "s"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise SettingError("a time in seconds, or text such as '10m'")
    return float(value)


def names(value: Any) -> tuple[str, ...]:
    """One name or a list of them, each once."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not all(isinstance(item, str) and item for item in listed):
        raise SettingError("a name or a list of names")
    return tuple(dict.fromkeys(listed))


def one_of(choices: Iterable[str]) -> Check:
    allowed = tuple(choices)

    def check(value: Any) -> str:
        if value in allowed:
            return str(value)
        close = nearest(value, allowed) if isinstance(value, str) else None
        raise SettingError("one of " + ", ".join(allowed), f"did you mean `{close}`?" if close else None)

    return check


def engine(known: Known) -> Check:
    """The name of an engine; `pandas` means DuckDB, which runs the SQL over DataFrames."""
    check = one_of(dict.fromkeys((*known.engines, "pandas")))
    return lambda value: "duckdb" if (name := check(value)) == "pandas" else name


def optional(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def none_or(check: Check) -> Check:
    return lambda value: () if value is None else check(value)


def column_types(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not all(isinstance(k, str) and isinstance(v, str) for k, v in value.items()):
        raise SettingError("a mapping of column names to types")
    return tuple(value.items())


def moment(value: Any) -> str:
    """A date or time, as ISO 8601 or as YAML reads it; in UTC unless it says otherwise."""
    try:
        time = datetime.fromisoformat(value if isinstance(value, str) else value.isoformat())
    except (AttributeError, ValueError):
        raise SettingError("a date or a time", "for instance '2026-01-31'") from None
    return (time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time).isoformat()


def strategy(value: Any) -> str:
    """`microbatch` is dbt's word for `time_range`."""
    name = one_of((*STRATEGIES, "microbatch"))(value)
    return "time_range" if name == "microbatch" else name


def any_strategy(value: Any) -> str:
    """Of an incremental model, or of a snapshot."""
    name = one_of(("timestamp", "check", *STRATEGIES, "microbatch"))(value)
    return name if name in ("timestamp", "check") else strategy(name)


def partition_columns(value: Any) -> tuple[str, ...]:
    """Columns; or dbt's mapping for BigQuery with one `field`, if its values are not to be cut."""
    if isinstance(value, Mapping):
        if value.get("granularity", "day") != "day" or "range" in value:
            raise SettingError("columns", "make the part of the time a column: date_trunc('month', day) as month")
        value = value.get("field")
    return names(value)


def contract(value: Any) -> bool:
    """dbt's `contract: {enforced: true}`."""
    known = {"alias_types", "enforced"}
    flags = isinstance(value, Mapping) and known >= value.keys() and all(isinstance(v, bool) for v in value.values())
    if not flags:
        raise SettingError("a mapping such as {enforced: true}")
    return bool(value.get("enforced", False))


def delimiter(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n":
        raise SettingError("one character")
    return value


def quote(value: Any) -> str:
    if value is not None and value != "" and (not isinstance(value, str) or len(value) != 1 or value in "\r\n"):
        raise SettingError("one character, or '' where cells are never quoted")
    return value or ""


def encoding(value: Any) -> str:
    """Python's own name of an encoding, so that `UTF8` and `utf-8` are one."""
    try:
        name = codecs.lookup(text(value)).name
        with contextlib.suppress(UnicodeError):
            b"x".decode(name)  # `rot13` is no encoding of text
    except LookupError as error:
        raise SettingError("the name of an encoding", "utf-8, utf-16, latin-1, cp1252, …") from error
    return name


def null_strings(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not all(isinstance(item, str) for item in listed):
        raise SettingError("a text or a list of texts", "quote what YAML takes for a number, a date or nothing: '-1'")
    return tuple(item for item in dict.fromkeys(listed) if item)


def node_name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\w[\w.-]*", value):
        raise SettingError("a name of letters, digits, underscores, dots and hyphens")
    return value


def severity(value: Any) -> str:
    return str(one_of(SEVERITIES)(value.casefold() if isinstance(value, str) else value))


def comparison(value: Any) -> str:
    try:
        condition(text(value))
    except (SettingError, ValueError):
        raise SettingError("a comparison with the number of failing rows", 'quote it: `error_if: "> 10"`') from None
    return str(value)


def columns_or_all(value: Any) -> str | tuple[str, ...]:
    return "all" if value == "all" else names(value)


def new_names(allowed: Iterable[str]) -> Check:
    """Other names for some columns, as pairs."""
    checked = tuple(allowed)

    def check(value: Any) -> tuple[tuple[str, str], ...]:
        for key, name in mapping(value).items():
            if key not in checked:
                raise SettingError("names by column", suggestion(key, checked))
            identifier(name)
        return tuple(mapping(value).items())

    return check


# What only some materializations take: `Kind.takes` says which.
OPTIONS: Mapping[str, Check] = {
    "strategy": any_strategy,
    "updated_at": text,
    "check_cols": columns_or_all,
    "hard_deletes": one_of(("ignore", "invalidate", "new_record")),
    "invalidate_hard_deletes": flag,
    "dbt_valid_to_current": text,
    "snapshot_meta_column_names": new_names(
        ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_is_deleted")
    ),
}


def hooks(value: Any) -> tuple[Hook, ...]:
    """Statements, one or many; dbt's form with `sql:` and `transaction:` too."""
    listed = value if isinstance(value, (list, tuple)) else [value]
    found = []
    for item in listed:
        if isinstance(item, Mapping) and set(item) <= {"sql", "transaction"}:
            item = item.get("sql")
        if not isinstance(item, str):
            raise SettingError("a statement of SQL or a list of them")
        found.append(Hook(item))
    return tuple(found)


def model_settings(known: Known) -> Mapping[str, Check]:
    """The settings of a model, by name."""
    return {
        **OPTIONS,
        "materialized": one_of(known.materializations),
        "schema": identifier,
        "target_schema": identifier,
        "tags": names,
        "enabled": flag,
        "depends_on": names,
        "dialect": optional(identifier),
        "engine": optional(engine(known)),
        "retries": optional(whole_number(0)),
        "retry_delay": optional(seconds),
        "timeout": optional(seconds),
        "incremental_strategy": optional(strategy),
        "unique_key": none_or(names),
        "partition_by": none_or(partition_columns),
        "merge_update_columns": none_or(names),
        "merge_exclude_columns": none_or(names),
        "on_schema_change": one_of(("fail", "append_new_columns", "sync_all_columns", "ignore")),
        "on_change": one_of(("refresh", "keep", "fail")),
        "full_refresh": optional(flag),
        "event_time": optional(text),
        "batch_size": optional(one_of(GRAINS)),
        "lookback": whole_number(0),
        "begin": optional(moment),
        "contract": contract,
        "meta": mapping,
        "pre_hook": hooks,
        "post_hook": hooks,
    }


def seed_settings() -> Mapping[str, Check]:
    """The settings of a seed, by name."""
    return {
        "schema": identifier,
        "tags": names,
        "enabled": flag,
        "event_time": optional(text),
        "meta": mapping,
        "column_types": column_types,
        "delimiter": delimiter,
        "quote": quote,
        "encoding": encoding,
        "null_strings": null_strings,
    }


SEED_FORM = ("column_types", "delimiter", "quote", "encoding", "null_strings")


def check_settings() -> Mapping[str, Check]:
    """The settings of a check, by name."""
    return {
        "severity": severity,
        "warn_if": comparison,
        "error_if": comparison,
        "where": optional(text),
        "limit": optional(whole_number(1)),
        "fail_calc": text,
        "tags": names,
        "enabled": flag,
        "meta": mapping,
    }


# dbt's settings that change no result: taken, and reported as without effect.
WITHOUT_EFFECT = frozenset(
    (
        *("access", "concurrent_batches", "contract", "docs", "freshness", "grants", "group"),
        *("incremental_predicates", "indexes", "predicates"),
        *("on_configuration_change", "on_error", "persist_docs", "quote_columns", "severity", "static_analysis"),
        *("store_failures", "target_database"),
    )
)

# dbt's settings that would change a result: refused, with what to do instead.
REFUSED = {
    "alias": "a model's table has the name of its file: rename the file",
    "database": "one target has one database: set `path` of the target",
    "file_format": "results are Parquet",
    **dict.fromkeys(("post_hook", "post-hook", "pre_hook", "pre-hook"), "hooks are for models"),
    "packages": "a Python model uses what is installed, and runs again for another version of what it imports",
    "python_version": "a Python model runs in the Python that runs odibi-sql",
    "quoting": "names are quoted where they need it",
    "submission_method": "a Python model runs where odibi-sql does; on Spark, its frames are Spark's",
    "sql_header": "a model is one SELECT: what has to run before it is a `pre_hook`",
}


# Other words for settings: ours, where dbt has another one.
ALSO_CALLED = {
    "time_column": "event_time",
    "grain": "batch_size",
    "pre-hook": "pre_hook",
    "post-hook": "post_hook",
}
HOOKS = ("pre_hook", "post_hook")


class Finding(Struct, frozen=True):
    """What came of one setting: `value` where it is good, `message` where it is wrong or (`harmless`) has no effect.

    `key` is the setting's own name; `about` says whether `message` is about the key or the value.
    """

    key: str
    value: Any = None
    message: str | None = None
    hint: str | None = None
    about: str = "key"
    harmless: bool = False


def check_setting(key: str, value: Any, checks: Mapping[str, Check]) -> Finding:
    name = ALSO_CALLED.get(key, key)
    if name in checks:
        try:
            return Finding(name, checks[name](value))
        except SettingError as wrong:
            return Finding(key, message=f"`{key}` must be {wrong}, not {shown(value)}", hint=wrong.hint, about="value")
    if key in WITHOUT_EFFECT:
        return Finding(key, message=f"`{key}` has no effect here", harmless=True)
    if key in REFUSED:
        return Finding(key, message=f"`{key}` is not supported", hint=REFUSED[key])
    return Finding(key, message=f"no setting `{key}`", hint=suggestion(key, checks))


def suggestion(name: str, known: Collection[str]) -> str:
    """`did you mean …?`, or all that there is where nothing is near."""
    close = nearest(name, known)
    return f"did you mean `{close}`?" if close else "known: " + (", ".join(sorted(known)) or "none")


def shown(value: Any) -> str:
    """A wrong value, short enough for a message, as YAML has it."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    whole = repr(value)
    return whole if len(whole) <= 60 else whole[:57] + "..."


def merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Checked settings, the second ones on top: tags and hooks add up, of all others the last one wins."""
    merged = {**under, **over}
    merged |= {name: under[name] + over[name] for name in HOOKS if name in under and name in over}
    if "tags" in under and "tags" in over:
        merged["tags"] = tuple(dict.fromkeys((*under["tags"], *over["tags"])))
    return merged
