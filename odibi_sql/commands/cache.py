"""`odibi-sql cache`"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from odibi_sql.cache import Entry
from odibi_sql.commands.options import orchestrate, output_option, project_options
from odibi_sql.reports.text import size


@click.group("cache")
def command() -> None:
    """Look after the store of results.

    \b
    odibi-sql cache stats
    """


@command.command("stats")
@project_options
@output_option("text", "json")
def stats(output: str, **options: Any) -> None:
    """Count results and bytes.

    \b
    odibi-sql cache stats
    """
    with orchestrate(**options) as orchestrator:
        found = orchestrator.cache.stats()
        used = len(orchestrator.used_parts())
    if output == "json":
        row = {"entries": found.entries, "parts": found.parts, "bytes": found.bytes, "orphans": found.orphans}
        click.echo(json.dumps({**row, "published_parts": used}))
        return
    click.echo(f"{found.entries:,} results, {found.parts:,} files, {size(found.bytes)}, {used:,} files published")
    if found.orphans:
        click.echo(f"{found.orphans:,} files belong to no result; `odibi-sql cache prune` removes what nobody uses")


@command.command("ls")
@project_options
@output_option("text", "json")
def ls(output: str, **options: Any) -> None:
    """List the results, the newest first.

    \b
    odibi-sql cache ls --output json
    """
    with orchestrate(**options) as orchestrator:
        entries = sorted(orchestrator.cache.entries(), key=lambda entry: entry.created_at, reverse=True)
    if output == "json":
        rows = [
            {
                "name": e.name,
                "key": e.key,
                "content": e.content,
                "rows": e.rows,
                "bytes": e.bytes,
                "created_at": e.created_at,
                "run_id": e.run_id,
            }
            for e in entries
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        rows_text = f"{entry.rows:>12,} rows" if entry.rows is not None else " " * 17
        click.echo(f"{entry.created_at}  {entry.name:{width}}  {rows_text}  {size(entry.bytes):>9}  {entry.key}")


@command.command("prune")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(0),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="What counts as old",
)
@project_options
def prune(days: float, **options: Any) -> None:
    """Remove old results that nothing needs.

    Kept are those that are published, and the last one of every model.

    \b
    odibi-sql cache prune --older-than 7
    """
    limit = datetime.now(UTC) - timedelta(days=days)

    def is_old(entry: Entry) -> bool:
        return datetime.fromisoformat(entry.created_at) <= limit

    with orchestrate(**options) as orchestrator, orchestrator.cache.alone():
        gone, freed = orchestrator.cache.prune(orchestrator.used_parts(), is_old)
    click.echo(f"removed {gone:,} results, {size(freed)}", err=True)


@command.command("clear")
@project_options
def clear(**options: Any) -> None:
    """Remove every result that is not published.

    Builds run again what they need.

    \b
    odibi-sql cache clear
    """
    with orchestrate(**options) as orchestrator, orchestrator.cache.alone():
        gone = orchestrator.cache.clear(orchestrator.used_parts())
    click.echo(f"removed {gone:,} results", err=True)


@command.command("verify")
@project_options
def verify(**options: Any) -> int:
    """Compare every result with what was written.

    Those that differ are removed; the exit code is then 1.

    \b
    odibi-sql cache verify
    """
    bad = good = 0
    with orchestrate(**options) as orchestrator:
        for key, name, wrong in orchestrator.cache.verify(orchestrator.check_stored):
            if wrong:
                bad += 1
                click.echo(f"{name} ({key}): {wrong}")
            else:
                good += 1
    click.echo(
        f"{good:,} results are as they were written, {bad:,} are not" + (" and were removed" if bad else ""), err=True
    )
    return 1 if bad else 0
