"""`odibi-sql export`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from odibi_sql.commands.options import orchestrate, project_options
from odibi_sql.errors import StoreError


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a file that exists")
@project_options
def command(file: Path, force: bool, **options: Any) -> None:
    """Write what a target shows into one DuckDB file.

    Its tables are real ones: the file needs nothing else.

    \b
    odibi-sql export flights.duckdb
    """
    if file.exists() and not force:
        raise StoreError(f"`{file}` exists", hint="--force replaces it")
    if not file.absolute().parent.is_dir():
        raise StoreError(f"no folder `{file.parent}`", hint="make it first")
    with orchestrate(**options) as orchestrator:
        publication = orchestrator.publisher.current()
        if publication is None:
            raise StoreError("nothing was published yet", hint="`odibi-sql build` makes a publication")
        from odibi_sql.publish.catalog import export_tables

        export_tables(file.absolute(), publication, orchestrator.cache.store, orchestrator.project.root)
    size = file.stat().st_size / 1e6
    click.echo(f"{file}: {len(publication.relations)} tables, {size:,.1f} MB", err=True)
