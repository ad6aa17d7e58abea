"""`odibi-sql build`"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from msgspec.structs import replace

from odibi_sql.commands import Invocation
from odibi_sql.commands.options import (
    checks_option,
    increment_options,
    orchestrate,
    output_option,
    project_options,
    run_options,
    select_options,
)
from odibi_sql.commands.telling import print_document, reported
from odibi_sql.events import NodeFinished, Tracker, Warned
from odibi_sql.publish import OvertakenError
from odibi_sql.reports import open_report
from odibi_sql.reports.text import duration
from odibi_sql.warm import DURATION


@click.command("build")
@select_options
@run_options
@increment_options
@checks_option
@project_options
@click.option("--fail-fast", is_flag=True, help="Stop when the first model or check fails")
@click.option("--dry-run", is_flag=True, help="Say what would run and why, like `plan`")
@click.option("--verbose", "-v", is_flag=True, help="Say more: what was cached, names that could mean two things")
@click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong")
@output_option("text", "json")
@click.pass_context
def command(ctx: click.Context, /, dry_run: bool, verbose: bool, quiet: bool, output: str, **options: Any) -> int:
    """Run what is not up to date, and publish if all went well.

    \b
    odibi-sql build --select +orders
    """
    if dry_run:
        from odibi_sql.commands.plan import command as plan

        options.pop("fail_fast")
        return int(ctx.invoke(plan, output=output, **options) or 0)
    invocation: Invocation = ctx.find_root().obj
    try:
        return _build(invocation, verbose, quiet, output, options)
    except OvertakenError:
        return _build(replace(invocation, part=None), verbose, quiet, output, options)


def _build(invocation: Invocation, verbose: bool, quiet: bool, output: str, options: Mapping[str, Any]) -> int:
    tracker = Tracker()
    with reported(tracker, verbose=verbose, quiet=quiet) as emitter:
        talk = contextlib.redirect_stdout(_Talk())  # what Python models print is no data
        with orchestrate(emitter, invocation.part, **options) as orchestrator, talk:
            build = orchestrator.build()
    if output == "json":
        print_document(tracker)
    elif not verbose:
        from odibi_sql.proof import keep_build

        part, project, compiled = invocation.part, orchestrator.project, orchestrator.compiled
        lasting = part.warnings if part else (*project.warnings, *compiled.warnings, *orchestrator.lasting)
        keep_build(orchestrator, build, invocation.arguments, lambda: nothing_to_do(tracker, lasting, quiet=quiet))
    if build.execution.interrupted:
        return 130
    return 0 if build.published else 1


class _Talk(io.TextIOBase):
    """stderr, whatever stands for it at the moment: a display that is redrawn takes its place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def nothing_to_do(tracker: Tracker, warnings: Iterable[str], *, quiet: bool) -> str:
    """What the same build will say when nothing has changed since: the report's own words, with a gap for the time.

    `warnings` are those of the project; others, of a damaged result for one, are of this build alone.
    """
    if tracker.started is None or tracker.finished is None:
        return ""
    stream = io.StringIO()
    report = open_report("quiet" if quiet else "lines", stream)
    for warning in warnings:
        report(Warned(warning))
    nodes = tuple(replace(node, action="cached", reason="unchanged") for node in tracker.started.nodes)
    report(replace(tracker.started, nodes=nodes, at=0.0))
    for result in tracker.results.values():
        report(NodeFinished(replace(result, status="cached", duration_s=0.0), 0.0))
    report(replace(tracker.finished, at=0.0))
    return stream.getvalue().replace(duration(0.0), DURATION, 1)
