"""`odibi-sql ls`"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import click

from odibi_sql.commands.options import (
    orchestrate,
    output_option,
    print_warnings,
    project_options,
    select_options,
    warning_line,
)
from odibi_sql.dag import DAG, DAGNode
from odibi_sql.errors import OdibiError, Problems
from odibi_sql.events import EventEmitter, Tracker
from odibi_sql.orchestrator import Orchestrator
from odibi_sql.selection import select as choose


def listed(node: DAGNode) -> dict[str, Any]:
    """A node as `ls --output json` and `plan --output json` show it, the former with its columns besides."""
    return {
        "name": node.name,
        "resource": node.resource,
        "level": node.level,
        "upstream": list(node.upstream),
        "path": node.path,
        "materialized": node.config.materialized,
        "tags": list(node.config.tags),
    }


@click.command("ls")
@select_options
@project_options
@click.option("--levels", is_flag=True, help="Group by level: the longest path from what reads nothing")
@output_option("text", "json", "mermaid", "dot")
@click.pass_context
def command(ctx: click.Context, /, levels: bool, output: str, **options: Any) -> None:
    """List models, seeds and sources, and how they hang together.

    \b
    odibi-sql ls --levels
    odibi-sql ls --output mermaid --select +orders
    """
    tracker = Tracker()
    with orchestrate(EventEmitter(tracker, print_warnings), **options) as orchestrator:
        compiled = orchestrator.compiled
        names = tuple(compiled.dag.nodes)
        if options["select"] or options["exclude"]:
            names = choose(compiled.dag, options["select"], options["exclude"], orchestrator.state)
        columns = known_columns(orchestrator) if output == "json" else {}
        text = listing(compiled.dag, names, "levels" if levels and output == "text" else output, columns)
        click.echo(text, nl=False)
        if compiled.problems:
            raise Problems(compiled.problems)
        from odibi_sql.proof import keep_listing

        said = "".join(map(warning_line, tracker.warnings))
        keep_listing(orchestrator, ctx.find_root().obj.arguments, text, said, of_catalog=output == "json")


def known_columns(orchestrator: Orchestrator) -> dict[str, list[dict[str, str]]]:
    """Names and types of columns, by node: of the SQL as it is; where rows must tell, as the target shows them."""
    inferred = {name: one.columns for name, one in orchestrator.validate(only="duckdb").schemas.items()}
    try:
        publication = orchestrator.publisher.current()
    except OdibiError:  # told with the listing, or by whoever needs the catalog
        publication = None
    shown = {name: one.columns for name, one in publication.relations.items()} if publication is not None else {}
    known = {**shown, **{name: columns for name, columns in inferred.items() if columns is not None}}
    return {name: [{"name": c.name, "type": c.type} for c in columns] for name, columns in known.items()}


def listing(dag: DAG, names: tuple[str, ...], output: str, columns: Mapping[str, Any] | None = None) -> str:
    """The nodes named, as text that ends a line: `text`, `levels`, `json`, `mermaid` or `dot`. `columns` are those
    known, by node, for `json`."""
    nodes = [dag.nodes[name] for name in names]
    match output:
        case "json":
            rows = [{**listed(node), "columns": (columns or {}).get(node.name)} for node in nodes]
            return json.dumps(rows, indent=2) + "\n"
        case "mermaid":
            return part_of(dag, names).to_mermaid()
        case "dot":
            return part_of(dag, names).to_dot()
        case "levels":
            return "".join(f"{line}\n" for line in _levels(nodes))
        case _:
            return "".join(f"{node.name}\n" for node in nodes)


def part_of(dag: DAG, names: tuple[str, ...]) -> DAG:
    """The graph of these nodes alone."""
    from msgspec.structs import replace

    kept = set(names)
    return DAG(
        {
            name: replace(dag.nodes[name], upstream=tuple(up for up in dag.nodes[name].upstream if up in kept))
            for name in names
        }
    )


def _levels(nodes: list[DAGNode]) -> Iterator[str]:
    width = max((len(node.name) for node in nodes), default=0)
    for level, group in groupby(nodes, key=lambda node: node.level):
        yield f"level {level}"
        for node in group:
            kind = node.config.materialized if node.resource == "model" else node.resource
            upstream = f"  ← {', '.join(node.upstream)}" if node.upstream else ""
            yield f"  {node.name:{width}}  {kind:9}{upstream}".rstrip()
