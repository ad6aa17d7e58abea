"""`odibi-sql compile`"""

from __future__ import annotations

import json
from typing import Any

import click

from odibi_sql.commands.options import orchestrate, output_option, project_options, select_options
from odibi_sql.compile import Compiled
from odibi_sql.dag import DAGNode
from odibi_sql.model import PythonModel
from odibi_sql.quoting import quote_name
from odibi_sql.sql import bind


@click.command("compile")
@select_options
@project_options
@click.option("--rendered", is_flag=True, help="The SQL after Jinja, names as written")
@output_option("text", "json")
def command(rendered: bool, output: str, **options: Any) -> None:
    """Print the SQL of models, rendered and bound to the catalog.

    \b
    odibi-sql compile --select orders
    """
    with orchestrate(**options) as orchestrator:
        compiled = orchestrator.compiled.check()
        nodes = [compiled.dag.nodes[name] for name in orchestrator.selected]
    models = [node for node in nodes if node.resource == "model"] or [node for node in nodes if node.check]
    if output == "json":
        rows = [
            {
                "name": node.name,
                "path": node.path,
                "rendered": _code(node, compiled, rendered=True),
                "bound": _code(node, compiled, rendered=False),
            }
            for node in models
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    for number, node in enumerate(models):
        if len(models) > 1:
            comment = "#" if isinstance(node.definition, PythonModel) else "--"
            click.echo(f"{'' if number == 0 else chr(10)}{comment} {node.name} ({node.path})")
        click.echo(_code(node, compiled, rendered=rendered))


def _code(node: DAGNode, compiled: Compiled, *, rendered: bool) -> str:
    """A Python model is shown as it is: nothing of it is replaced."""
    if isinstance(node.definition, PythonModel):
        return node.definition.source.rstrip("\n")
    return node.model.statement.sql if rendered else bound_sql(node, compiled)


def bound_sql(node: DAGNode, compiled: Compiled) -> str:
    """The model's SQL as the catalog could run it: ephemeral models in parentheses, sources by their own names."""
    names: dict[str, str] = {}
    for slot in node.slots:
        if slot.kind != "relation" or slot.value in names:
            continue
        up = compiled.dag.nodes[slot.value]
        if up.config.materialized == "ephemeral":
            names[up.name] = f"({bound_sql(up, compiled)}\n)"
        elif up.resource == "source":
            names[up.name] = ".".join(quote_name(part) for part in up.name.split(".", 1))
        else:
            names[up.name] = f"{quote_name(up.config.schema)}.{quote_name(up.name)}"
    return bind(node.model.statement.sql, node.slots, names, str(compiled.project.root)).sql
