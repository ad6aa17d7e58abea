"""`odibi-sql why`"""

from __future__ import annotations

import re
from typing import Any

import click

from odibi_sql.cache import Difference, Entry, Recipe, differences
from odibi_sql.commands.options import complete_names, orchestrate, project_options
from odibi_sql.errors import SelectionError, nearest
from odibi_sql.orchestrator import Orchestrator
from odibi_sql.plan import Step
from odibi_sql.reasons import describe_value, notes_of
from odibi_sql.recipes import UNKNOWN, content_of, is_stored, seen
from odibi_sql.reports.text import counted
from odibi_sql.sql import token_diff


@click.command("why")
@click.argument("model", shell_complete=complete_names)
@project_options
def command(model: str, **options: Any) -> None:
    """Say why a model runs or does not.

    Shows every part that differs from its last result: SQL, inputs, vars, files, engine.

    \b
    odibi-sql why orders
    """
    selector = "+" + re.sub(r"[^\w.]", "?", model)  # blanks and colons mean something in selectors
    with orchestrate(select=(selector,), **options) as orchestrator:
        nodes = orchestrator.compiled.check().dag.nodes.values()
        made = {node.name.casefold(): node.name for node in nodes if node.resource != "source"}
        if model.casefold() not in made:
            close = nearest(model, made.values())
            hint = f"did you mean `{close}`?" if close else "`odibi-sql ls` lists them"
            raise SelectionError(f"no model or seed `{model}`", hint=hint)
        for line in explain(orchestrator.plan.steps[made[model.casefold()]], orchestrator):
            click.echo(line)


def explain(step: Step, orchestrator: Orchestrator) -> list[str]:
    """Lines: what will happen, the last result, and every part of the key that differs from it."""
    node, cache = step.node, orchestrator.cache
    lines = [f"`{node.name}`: {step.action}, {step.reason}"]
    latest = cache.latest(node.name)
    previous = cache.get(latest.key) if latest else None
    if previous is None:
        return lines if step.entry is None else [*lines, *_told("stored result", step.entry)]
    lines += _told("last result", previous)
    contents = {name: given.content for name, given in orchestrator.plan.given.items()}
    for name, other in orchestrator.plan.steps.items():
        if other.entry is not None:
            contents[name] = content_of(other.node, other.entry)
        elif other.key is not None and not is_stored(other.node):
            contents[name] = other.key
    recipe = orchestrator.plan.recipes.recipe(node, contents)
    for difference in differences(seen(previous.recipe), seen(recipe)):
        lines += _part(difference, previous, recipe)
    return lines + _read_by_jinja(step, previous)


def _told(what: str, entry: Entry) -> list[str]:
    rows = f", {counted(entry.rows, 'row')}" if entry.rows is not None else ""
    return [
        f"  {what}: {entry.created_at}, run {entry.run_id}{rows}",
        f"    key      {entry.key}",
        f"    content  {entry.content}",
    ]


def _part(difference: Difference, previous: Entry, recipe: Recipe) -> list[str]:
    match difference.part:
        case "sql":
            diff = token_diff(previous.recipe.sql, recipe.sql).splitlines()
            return ["  SQL:", *(f"    {line}" for line in diff)]
        case "input" if difference.new == UNKNOWN:
            return [f"  input `{difference.name}`: known when it has run"]
        case "input":
            old, new = (f"…{one[-16:]}" if one else "(not read)" for one in (difference.old, difference.new))
            return [f"  input `{difference.name}`: {old} → {new}"]
        case part:
            name = "" if difference.name == part else f" `{difference.name}`"
            return [f"  {part}{name}: {difference.old or '(none)'} → {difference.new or '(none)'}"]


def _read_by_jinja(step: Step, previous: Entry) -> list[str]:
    lines = []
    now = notes_of(step.node)
    for word, kind in (("var", "vars"), ("environment variable", "env")):
        old, new = dict(previous.notes.get(kind) or {}), now.get(kind)
        for name, value in (new if isinstance(new, dict) else {}).items():
            if name in old and old[name] != value:
                lines.append(f"  {word} `{name}`: {describe_value(old[name])} → {describe_value(value)}")
    return lines
