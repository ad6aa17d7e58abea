"""`odibi-sql rollback`"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from odibi_sql.commands.options import orchestrate, project_options
from odibi_sql.reports.text import counted


@click.command("rollback")
@click.argument("publication", type=click.IntRange(1), required=False)
@project_options
def command(publication: int | None, **options: Any) -> None:
    """Publish an earlier publication again.

    Without a number, the last one that showed something else; `odibi-sql history` lists them.

    \b
    odibi-sql rollback 3
    """
    with orchestrate(**options) as orchestrator:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        change = orchestrator.publisher.rollback(publication, run_id=orchestrator.run_id, published_at=now)
        orchestrator.register()
    made = change.publication
    if not change.changed and not change.removed:
        click.echo(f"target `{made.target}` shows that already (publication {made.number})", err=True)
        return
    click.echo(
        f"publication {made.number} of target `{made.target}`: {counted(len(change.changed), 'relation')} changed, "
        f"{len(change.removed):,} removed",
        err=True,
    )
