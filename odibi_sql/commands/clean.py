"""`odibi-sql clean`"""

from __future__ import annotations

import shutil
from typing import Any

import click

from odibi_sql.cache import remove_places
from odibi_sql.commands.options import orchestrate, project_options
from odibi_sql.errors import StoreError
from odibi_sql.orchestrator import Orchestrator


@click.command("clean")
@click.option("--all", "everything", is_flag=True, help="The whole warehouse: published tables and results, too")
@click.option("--snapshots", is_flag=True, help="With --all: snapshots' histories, too, which nothing can make again")
@click.confirmation_option("--yes", prompt="Remove these files?", help="Do not ask")
@project_options
def command(everything: bool, snapshots: bool, **options: Any) -> None:
    """Remove the records of runs and what killed builds left.

    With --all, everything that builds made, published tables too.

    \b
    odibi-sql clean --yes
    """
    with orchestrate(**options) as orchestrator:
        warehouse = orchestrator.project.warehouse
        if everything and not snapshots:
            _refuse_to_lose(orchestrator)
        orchestrator.cache.sweep()
        removed = [warehouse / "runs"]
        if everything:
            removed = [warehouse / name for name in ("runs", "store", "stores", "publications", "warm")]
            for target in orchestrator.project.targets:
                catalog = orchestrator.publisher_of(target).catalog
                if orchestrator.publisher_of(target).current() is not None:
                    catalog.unlink(missing_ok=True)
        with orchestrator.cache.alone():
            if everything:
                remove_places(warehouse)
            for folder in removed:
                shutil.rmtree(folder, ignore_errors=True)
    click.echo(f"cleaned {warehouse}", err=True)


def _refuse_to_lose(orchestrator: Orchestrator) -> None:
    publishers = [orchestrator.publisher_of(target) for target in orchestrator.project.targets]
    names = sorted({name for publisher in publishers for name in publisher.irreplaceable()})
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise StoreError(f"the history of {listed} would be lost for good", hint="--snapshots removes it all the same")
