"""`odibi-sql show`"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from odibi_sql.commands.options import complete_names, orchestrate, output_option, project_options
from odibi_sql.errors import SelectionError, StoreError, nearest
from odibi_sql.orchestrator import Orchestrator
from odibi_sql.relation import Relation

if TYPE_CHECKING:
    import duckdb


@click.command("show")
@click.argument("model", shell_complete=complete_names)
@project_options
@click.option("--limit", "-n", type=click.IntRange(1), default=10, show_default=True, help="Rows at most")
@click.option("--check", is_flag=True, help="Print the failing rows of a check instead")
@output_option("table", "csv", "json")
def command(model: str, limit: int, check: bool, output: str, **options: Any) -> None:
    """Print rows that are published, or that fail a check.

    \b
    odibi-sql show orders --limit 5
    odibi-sql show --check not_null_orders_id
    """
    if check:
        options["select"] = ("+" + re.sub(r"[^\w.-]", "?", model),)
    with orchestrate(**options) as orchestrator:
        relation = (failing_rows if check else published_rows)(orchestrator, model).limit(limit)
        if output == "table":
            click.echo(str(relation).rstrip("\n"))
            return
        text = relation.select("COLUMNS(*)::VARCHAR") if output == "csv" else relation
        click.echo(_as_csv(text) if output == "csv" else _as_json(text), nl=False)


def failing_rows(orchestrator: Orchestrator, check: str) -> duckdb.DuckDBPyRelation:
    """What is kept of a check's rows: those of its current state, else of when it was last run.

    Raises SelectionError where there is no such check, StoreError where nothing is kept.
    """
    nodes = orchestrator.compiled.check().dag.nodes
    names = {name.casefold(): name for name, node in nodes.items() if node.check}
    name = names.get(check.casefold())
    if name is None:
        close = nearest(check, names.values())
        raise SelectionError(
            f"no check `{check}`", hint=f"did you mean `{close}`?" if close else "`odibi-sql ls` lists them"
        )
    entry = orchestrator.plan.steps[name].entry
    if entry is None and (latest := orchestrator.cache.latest(name)) is not None:
        entry = orchestrator.cache.get(latest.key)
    if entry is None:
        raise StoreError(f"the check `{name}` has not been run yet", hint="`odibi-sql build` runs it")
    return _read(orchestrator, name, orchestrator.cache.stored(entry))


def published_rows(orchestrator: Orchestrator, model: str) -> duckdb.DuckDBPyRelation:
    """What the target shows of a model. Raises StoreError or SelectionError where it shows nothing of it."""
    target = orchestrator.project.target.name
    publication = orchestrator.publisher.current()
    if publication is None:
        raise StoreError(f"target `{target}` has no publication yet", hint="`odibi-sql build` makes one")
    names = {name.casefold(): name for name in publication.relations}
    name = names.get(model.casefold())
    if name is None:
        close = nearest(model, publication.relations)
        hint = f"did you mean `{close}`?" if close else f"published are: {', '.join(sorted(publication.relations))}"
        raise SelectionError(f"target `{target}` shows no `{model}`", hint=hint)
    return _read(orchestrator, name, publication.resolve(name, orchestrator.cache.store, orchestrator.project.root))


def _read(orchestrator: Orchestrator, name: str, relation: Relation) -> duckdb.DuckDBPyRelation:
    import duckdb

    from odibi_sql.publish.catalog import rows_of

    try:
        return rows_of(relation, str(orchestrator.project.root))
    except duckdb.Error as error:
        raise StoreError(f"`{name}` cannot be read: {error}") from error


def _as_csv(relation: duckdb.DuckDBPyRelation) -> str:
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(relation.columns)
    writer.writerows(relation.fetchall())
    return stream.getvalue()


def _as_json(relation: duckdb.DuckDBPyRelation) -> str:
    """One object a line. DuckDB makes the text: its JSON knows every type."""
    shown = relation.query("shown", "SELECT to_json(shown)::VARCHAR FROM shown")
    lines = shown.fetchall() if shown is not None else []
    return "".join(f"{line}\n" for (line,) in lines)
