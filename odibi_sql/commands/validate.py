"""`odibi-sql validate`"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from odibi_sql.commands.options import complete_names, orchestrate, output_option, project_options, select_options
from odibi_sql.errors import Location, OdibiError, Problems
from odibi_sql.reports.text import counted, duration
from odibi_sql.schemas import Schema, Validation

VERSION = 1


@click.command("validate")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...", shell_complete=complete_names)
@select_options
@project_options
@click.option("--verbose", "-v", is_flag=True, help="List every node with its columns")
@output_option("text", "json")
def command(selectors: tuple[str, ...], verbose: bool, output: str, **options: Any) -> None:
    """Find mistakes in SQL without running it.

    Every model is bound over empty inputs by the engine. What only rows can tell is undecided.

    \b
    odibi-sql validate
    odibi-sql validate +orders --output json
    """
    begun = time.monotonic()
    options["select"] = (*options["select"], *selectors)
    with orchestrate(**options) as orchestrator:
        validation = orchestrator.validate()
        resources = {name: orchestrator.compiled.dag.nodes[name].resource for name in validation.schemas}
    if output == "json":
        click.echo(json.dumps(document(validation, resources), indent=2))
    else:
        for line in lines(validation, verbose):
            click.echo(line)
    if validation.mistakes:
        raise Problems(validation.mistakes)
    if output == "text":
        statuses = Counter(schema.status for schema in validation.schemas.values())
        said = ", ".join(f"{statuses[status]:,} {status}" for status in ("valid", "undecided") if statuses[status])
        took = duration(time.monotonic() - begun)
        click.echo(f"{counted(len(validation.schemas), 'node')}: {said or 'nothing to bind'} in {took}", err=True)


def lines(validation: Validation, verbose: bool) -> list[str]:
    """What is not valid, or (verbose) everything with its columns."""
    shown = {name: one for name, one in validation.schemas.items() if verbose or one.status == "undecided"}
    width = max((len(name) for name in shown), default=0)
    return [f"{one.status:9}  {name:{width}}  {_said(one)}".rstrip() for name, one in shown.items()]


def _said(schema: Schema) -> str:
    if schema.undecided:
        return schema.undecided
    return ", ".join(f"{column.name} {column.type}" for column in schema.columns or ())


def document(validation: Validation, resources: Mapping[str, str]) -> dict[str, Any]:
    """JSON types only; `errors` at the top are those that belong to no node."""
    nodes = [
        {
            "name": name,
            "resource": resources[name],
            "status": schema.status,
            "reason": schema.undecided,
            "columns": None if schema.columns is None else [{"name": c.name, "type": c.type} for c in schema.columns],
            "errors": [_error(mistake) for mistake in schema.mistakes],
        }
        for name, schema in validation.schemas.items()
    ]
    errors = [_error(problem) for problem in validation.problems]
    return {"version": VERSION, "valid": not validation.mistakes, "nodes": nodes, "errors": errors}


def _error(mistake: OdibiError) -> dict[str, Any]:
    where = mistake.where or Location("")
    place = {"file": where.path or None, "line": where.line, "column": where.column}
    return {"message": mistake.message, **place, "hint": mistake.hint}
