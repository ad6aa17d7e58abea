"""`odibi-sql test`"""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from odibi_sql.commands.options import (
    orchestrate,
    output_option,
    project_options,
    run_options,
    select_options,
    wants_colour,
)
from odibi_sql.events import EventEmitter, Tracker
from odibi_sql.reports import open_report


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
    interactive = sys.stderr.isatty() and wants_colour() and not quiet
    name = "quiet" if quiet else "live" if interactive else "lines"
    report = open_report(name, sys.stderr, verbose=verbose, colour=wants_colour())
    tracker = Tracker()
    try:
        with orchestrate(EventEmitter(tracker, report), only_checks=True, **options) as orchestrator:
            build = orchestrator.build()
    finally:
        report.close()
    if output == "json":
        from odibi_sql.reports.json import build_document

        click.echo(json.dumps(build_document(tracker), indent=2))
    if build.execution.interrupted:
        return 130
    return 0 if build.execution.ok else 1
