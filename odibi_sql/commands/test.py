"""`odibi-sql test`"""

from __future__ import annotations

from typing import Any

import click

from odibi_sql.commands.options import orchestrate, output_option, project_options, run_options, select_options
from odibi_sql.commands.telling import print_document, reported
from odibi_sql.events import Tracker


@click.command("test")
@select_options
@run_options
@project_options
@click.option("--fail-fast", is_flag=True, help="Stop when the first check fails")
@click.option("--verbose", "-v", is_flag=True, help="Say more: checks that passed, what was cached")
@click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong")
@output_option("text", "json")
def command(verbose: bool, quiet: bool, output: str, **options: Any) -> int:
    """Run unit tests, and checks of what is published.

    No model runs, and nothing is published.

    \b
    odibi-sql test --select orders
    """
    tracker = Tracker()
    with (
        reported(tracker, verbose=verbose, quiet=quiet) as emitter,
        orchestrate(emitter, only_checks=True, **options) as orchestrator,
    ):
        build = orchestrator.build()
    if output == "json":
        print_document(tracker)
    if build.execution.interrupted:
        return 130
    return 0 if build.execution.ok else 1
