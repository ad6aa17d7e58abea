"""`odibi-sql clean`"""

from __future__ import annotations

import shutil
from typing import Any

import click

from odibi_sql.commands.options import orchestrate, project_options


@click.command("clean")
@click.option("--all", "everything", is_flag=True, help="The whole warehouse: published tables and results, too")
@click.confirmation_option("--yes", prompt="Remove these files?", help="Do not ask")
@project_options
def command(everything: bool, **options: Any) -> None:
    """Remove the records of runs and what killed builds left.

    With --all, everything that builds made, published tables too.

    \b
    odibi-sql clean --yes
    """
    with orchestrate(**options) as orchestrator:
        warehouse = orchestrator.project.warehouse
        orchestrator.cache.sweep()
        removed = [warehouse / "runs"]
        if everything:
            removed = [warehouse / name for name in ("runs", "store", "publications", "warm")]
            for target in orchestrator.project.targets:
                catalog = orchestrator.publisher_of(target).catalog
                if orchestrator.publisher_of(target).current() is not None:
                    catalog.unlink(missing_ok=True)
        with orchestrator.cache.alone():
            for folder in removed:
                shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"cleaned {warehouse}", err=True)
