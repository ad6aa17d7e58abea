"""`odibi-sql plan`"""

from __future__ import annotations

import json
from typing import Any

import click

from odibi_sql.commands.ls import listed
from odibi_sql.commands.options import (
    checks_option,
    increment_options,
    orchestrate,
    output_option,
    project_options,
    run_options,
    select_options,
)


@click.command("plan")
@select_options
@run_options
@increment_options
@checks_option
@project_options
@click.option("--verbose", "-v", is_flag=True, help="List what is cached, too")
@output_option("text", "json")
def command(output: str, verbose: bool = False, **options: Any) -> None:
    """Say what a build would run and why, without running anything.

    `maybe` means: runs unless an input that runs comes out the same.

    \b
    odibi-sql plan --select orders+
    """
    with orchestrate(**options) as orchestrator:
        steps = orchestrator.plan.steps.values()
    if output == "json":
        rows = [{**listed(step.node), "action": step.action, "reason": step.reason} for step in steps]
        click.echo(json.dumps(rows, indent=2))
        return
    shown = [step for step in steps if verbose or step.action != "cached"]
    width = max((len(step.node.name) for step in shown), default=0)
    for step in shown:
        click.echo(f"{step.action:6}  {step.node.name:{width}}  {step.reason}".rstrip())
    counts = {action: sum(1 for step in steps if step.action == action) for action in ("run", "maybe", "cached")}
    click.echo(", ".join(f"{count:,} {action}" for action, count in counts.items() if count) or "nothing", err=True)
