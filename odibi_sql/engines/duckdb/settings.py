"""A project's settings for DuckDB -> checked settings, and those of them that can change a result.

What the project does not set stays at DuckDB's defaults; of these, only memory and threads depend on the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odibi_sql.engines.protocol import SessionOptions
from odibi_sql.errors import ProjectError, nearest

TIME_ZONE = "UTC"

# Results must not depend on the variables of a Python program, nor on what can be downloaded today; the project may
# allow extensions. Frames are analysed whole: their types must not depend on which rows a sample hits.
_PRESETS: Mapping[str, str | int | bool] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "pandas_analyze_sample": 2**40,
}
_FIXED: Mapping[str, str | int | bool] = {
    "disabled_optimizers": "type_pushdown",  # it reads '1.6' of an INTEGER column of a CSV file as 1.6 where it is cast
    "errors_as_json": True,
    "preserve_insertion_order": True,
    "python_enable_replacements": False,
}
_SESSIONS_OWN = frozenset(_FIXED) | {
    "access_mode", "enable_external_access", "external_threads", "lock_configuration", "schema", "search_path",
    "temp_directory", "threads", "timezone", "worker_threads",
}  # fmt: skip
_WITHOUT_EFFECT_ON_RESULTS = frozenset(_PRESETS) - {"pandas_analyze_sample"} | {
    "allocator_background_threads", "allocator_bulk_deallocation_flush_threshold", "allocator_flush_threshold",
    "async_threads", "block_allocator_memory", "cache_local_files", "custom_user_agent", "enable_external_file_cache",
    "enable_http_metadata_cache", "enable_logging", "enable_progress_bar", "enable_progress_bar_print",
    "extension_directory", "home_directory", "http_proxy", "http_proxy_password", "http_proxy_username",
    "max_memory", "max_temp_directory_size", "memory_limit", "operator_memory_limit", "parquet_metadata_cache",
    "password", "pin_threads", "progress_bar_time", "secret_directory", "temp_file_encryption", "user", "username",
}  # fmt: skip


def check_settings(settings: Mapping[str, object]) -> Mapping[str, str | int | float | bool]:
    """The settings as given; ProjectError where one is unknown, not a plain value, or the session's own."""
    if not settings:
        return {}
    known = _known_settings()
    checked: dict[str, str | int | float | bool] = {}
    for name, value in settings.items():
        if name.casefold() in _SESSIONS_OWN:
            hint = "`threads` is a setting of the project" if "threads" in name else "leave it out"
            raise ProjectError(f"DuckDB's setting `{name}` is set by odibi-sql itself", hint=hint)
        if name.casefold() not in known:
            near = nearest(name, known)
            raise ProjectError(f"DuckDB has no setting `{name}`", hint=f"did you mean `{near}`?" if near else None)
        if not isinstance(value, str | int | float | bool):
            raise ProjectError(f"DuckDB's setting `{name}` takes a text, a number, or true or false, not {value!r}")
        checked[name] = value
    _try_out(checked)
    return checked


def result_settings(settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The settings that can change a result, by name, with the session's time zone."""
    telling = {
        name.casefold(): _text(value)
        for name, value in settings.items()
        if name.casefold() not in _WITHOUT_EFFECT_ON_RESULTS
    }
    return tuple(sorted({**telling, "timezone": TIME_ZONE}.items()))


def sessions_own() -> frozenset[str]:
    """Names of the settings that nobody else may change."""
    return _SESSIONS_OWN


def connection_settings(options: SessionOptions) -> dict[str, Any]:
    """What a session's database is opened with."""
    own = {"threads": options.threads, "temp_directory": str(options.scratch)}
    given = {name.casefold(): value for name, value in options.settings.items()}
    return {**_PRESETS, **given, **_FIXED, **own}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _known_settings() -> set[str]:
    import duckdb

    with duckdb.connect() as connection:
        return {name.casefold() for (name,) in connection.execute("SELECT name FROM duckdb_settings()").fetchall()}


def _try_out(settings: Mapping[str, str | int | float | bool]) -> None:
    """Only DuckDB knows the values that each setting takes."""
    import duckdb

    from odibi_sql.engines.duckdb.failures import failure_of

    for name, value in settings.items():
        try:
            duckdb.connect(config={name.casefold(): value}).close()
        except duckdb.Error as error:
            raise ProjectError(f"DuckDB refuses the setting `{name}: {_text(value)}`: {failure_of(error)}") from error
