"""Statements that users write, as hooks -> statements that set what they set where they may.

DuckDB's `SET` sets some things for a connection and others for the whole database, of its own choice. A model's hook
may not change what other models meet, and a run's hook is there to change it for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import duckdb

from odibi_sql.engines.duckdb.failures import translated
from odibi_sql.engines.duckdb.settings import sessions_own
from odibi_sql.engines.protocol import EngineFailure

Scope = Literal["SESSION", "GLOBAL"]

_BLANK = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_SETTING = re.compile(
    rf"{_BLANK}(?P<verb>SET|RESET|PRAGMA)\b{_BLANK}(?:(?P<scope>GLOBAL|SESSION|LOCAL)\b{_BLANK})?(?P<name>\w+)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PREPARES = re.compile(  # what changes the meaning of SQL and nothing else, and is no query itself
    rf"{_BLANK}(?:"
    r"(?:SET|PRAGMA)\s+(?:(?:GLOBAL|SESSION|LOCAL|VARIABLE)\s+)?(?!\w*(?:profil|log))\w+\s*(?:=|\bTO\b)[^()]*"
    r"|RESET\s[^()]*"
    r"|LOAD\s+[\w']+"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:MACRO|FUNCTION)\b.*"
    rf"){_BLANK};?{_BLANK}",
    re.IGNORECASE | re.DOTALL,
)
_NO_SETTINGS = frozenset({"variable"})


def scoped(connection: duckdb.DuckDBPyConnection, sql: str, scope: Scope) -> list[str]:
    """The single statements of `sql`. Raises EngineFailure for what is no SQL, and for settings that are not free."""
    with translated():
        found = connection.extract_statements(sql)
    return [_scoped(one.query, scope) if one.type == duckdb.StatementType.SET else one.query for one in found]


def _scoped(statement: str, scope: Scope) -> str:
    setting = _SETTING.fullmatch(statement)
    if setting is None or setting["name"].casefold() in _NO_SETTINGS:
        return statement
    name = setting["name"]
    if name.casefold() in sessions_own():
        raise EngineFailure(f"DuckDB's setting `{name}` is set by odibi-sql itself", hint="leave it out")
    asked = (setting["scope"] or scope).upper().replace("LOCAL", "SESSION")
    if asked != scope:
        instead = "`on_run_start`" if scope == "SESSION" else "`pre_hook`"
        told = "of the whole run" if asked == "GLOBAL" else "of one model"
        raise EngineFailure(f"`SET {asked}` makes `{name}` a setting {told}", hint=f"write it as {instead}")
    verb = "RESET" if setting["verb"].upper() == "RESET" else "SET"
    return f"{verb} {scope} {name}{setting['rest']}"


def only_prepare(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> bool:
    """Whether they do nothing but settle what is meant by later ones, at once."""
    try:
        with translated():
            found = [one.query for sql in statements for one in connection.extract_statements(sql)]
    except EngineFailure:
        return False
    return all(_PREPARES.fullmatch(one) for one in found)


def run_own(connection: duckdb.DuckDBPyConnection, sql: str, scope: Scope) -> None:
    """Raises EngineFailure."""
    for one in scoped(connection, sql, scope):
        try:
            with translated():
                connection.execute(one).fetchall()
        except EngineFailure as failure:
            if re.search(r"cannot be set (locally|globally)", failure.message):
                instead = (
                    "`on_run_start`, or under `engines` in odibi_project.yml" if scope == "SESSION" else "`pre_hook`"
                )
                failure.hint = f"write it as {instead}"
            raise
