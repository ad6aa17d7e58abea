"""`odibi-sql history`"""

from __future__ import annotations

import json
from typing import Any

import click

from odibi_sql.commands.options import orchestrate, output_option, project_options


@click.command("history")
@project_options
@output_option("text", "json")
def command(output: str, **options: Any) -> None:
    """List a target's publications, the current one first.

    \b
    odibi-sql history --target prod
    """
    with orchestrate(**options) as orchestrator:
        kept = orchestrator.publisher.history()
    rows: list[dict[str, Any]] = []
    for number, publication in enumerate(kept):
        before = kept[number + 1].relations if number + 1 < len(kept) else {}
        rows.append(
            {
                "publication": publication.number,
                "current": number == 0,
                "published_at": publication.published_at,
                "run_id": publication.run_id,
                "relations": len(publication.relations),
                "changed": [name for name, one in publication.relations.items() if before.get(name) != one],
                "removed": [name for name in before if name not in publication.relations],
            }
        )
    if output == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        mark = "*" if row["current"] else " "
        removed = f", {len(row['removed'])} removed" if row["removed"] else ""
        click.echo(
            f"{mark} {row['publication']:>4}  {row['published_at']}  {row['relations']:,} relations, "
            f"{len(row['changed'])} changed{removed}  run {row['run_id']}"
        )
    if not rows:
        click.echo("nothing was published yet", err=True)
