"""odibi-sql: a folder of SQL models becomes published tables.

A build is a pipeline, one module a stage:

    project       folder -> Project
    render        templates -> SQL text
    sql           SQL text -> references, canonical form
    compile       all of that -> models and their DAG
    dag           names -> edges, levels, mistakes
    selection     `+orders`, `tag:x` -> names
    inputs        sources and files -> contents
    plan          DAG + store -> what runs, and why
    executor      plan -> results, many at a time
    runner        one step: context + engine + store
    publish       results -> a target's catalog
    orchestrator  the stages in a row

The public names are `build` and `plan_build`, which take what the command line takes, and the types that they return.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true; importing typing would cost a third of a start
if TYPE_CHECKING:
    from typing import Any

    from odibi_sql.api import Result, Run, build, plan_build

__all__ = ["Result", "Run", "build", "plan_build"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in __all__:
        from odibi_sql import api  # not needed for the command line, which starts through this module too

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
