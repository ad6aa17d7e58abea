"""The engines, by the name a project says: one line an engine."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from odibi_sql.engines.protocol import Engine
from odibi_sql.errors import ProjectError, nearest

ENGINES = {
    "duckdb": "odibi_sql.engines.duckdb",
    "pandas": "odibi_sql.engines.duckdb",  # frames in, frames out: DuckDB runs the SQL between
    "spark": "odibi_sql.engines.spark",
}


def load_engine(name: str) -> Engine:
    """The engine's module; a name that is none is a ProjectError."""
    if name not in ENGINES:
        near = nearest(name, ENGINES)
        known = ", ".join(f"`{engine}`" for engine in ENGINES)
        raise ProjectError(
            f"there is no engine `{name}`", hint=f"did you mean `{near}`?" if near else f"the engines are {known}"
        )
    return cast(Engine, import_module(ENGINES[name]))
