"""DuckDB, embedded. What is here is told without importing DuckDB; sessions import it when they open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import metadata

from odibi_sql.engines.duckdb.settings import check_settings, result_settings
from odibi_sql.engines.duckdb.storage import reading_sql, stored_type
from odibi_sql.engines.protocol import Session, SessionOptions

__all__ = [
    "DIALECT",
    "NAME",
    "check_settings",
    "open_session",
    "reading_sql",
    "registry",
    "result_settings",
    "stored_type",
    "version",
]

NAME = "duckdb"
DIALECT = "duckdb"
FILTERS_SCANS = True


@cache
def version() -> str:
    """The major and minor version of the DuckDB that is installed."""
    return ".".join(metadata.version("duckdb").split(".")[:2])


def registry(settings: Mapping[str, object]) -> None:  # noqa: ARG001 - the target's catalog is DuckDB's own
    return None


def open_session(options: SessionOptions) -> Session:
    from odibi_sql.engines.duckdb.session import DuckDBSession

    return DuckDBSession(options)
