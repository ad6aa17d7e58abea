"""`odibi-sql source`"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Literal

import click
from msgspec import Struct

from odibi_sql.asking import Asking, newest_file
from odibi_sql.cache import expand
from odibi_sql.commands.options import orchestrate, output_option, project_options
from odibi_sql.errors import OdibiError, ProjectError
from odibi_sql.inputs import is_remote, relation_of
from odibi_sql.model import Source
from odibi_sql.orchestrator import Orchestrator
from odibi_sql.reports.text import counted
from odibi_sql.selection import select as choose
from odibi_sql.sql import at_home

Status = Literal["pass", "warn", "error", "runtime error"]


class Age(Struct, frozen=True):
    """How old a source is; `by` is what told it, `error` why nothing could. Without `loaded_at` there are no rows."""

    source: Source
    status: Status
    by: str
    loaded_at: datetime | None = None
    age: timedelta | None = None
    error: OdibiError | None = None


@click.group("source")
def command() -> None:
    """Look at what is read and not made here.

    \b
    odibi-sql source freshness
    """


@command.command("freshness")
@click.option("--select", "-s", multiple=True, metavar="SELECTOR", help="Which: source:raw, source:raw.orders, tag:")
@click.option("--exclude", "-x", multiple=True, metavar="SELECTOR", help="Which not")
@click.option("--as-of", metavar="TIME", help="The time against which ages are told, in ISO 8601 [default: now]")
@project_options
@output_option("text", "json")
def freshness(output: str, **options: Any) -> int:
    """Say which sources are older than their `freshness` allows.

    The exit code is 1 where one is beyond `error_after`, or cannot be asked.

    \b
    odibi-sql source freshness --select source:raw
    """
    with orchestrate(**options) as orchestrator:
        ages = [_age(source, orchestrator) for source in _asked(orchestrator)]
        now = orchestrator.moment.now
    if output == "json":
        click.echo(json.dumps([_row(age, now) for age in ages], indent=2))
    else:
        for line in _lines(ages):
            click.echo(line)
    _summarise(ages)
    return 1 if any(age.status in ("error", "runtime error") for age in ages) else 0


def _asked(orchestrator: Orchestrator) -> list[Source]:
    """The selected sources that `freshness` says something of."""
    dag, options = orchestrator.compiled.check().dag, orchestrator.options
    names = choose(dag, options.select, options.exclude) if options.select or options.exclude else tuple(dag.nodes)
    sources = [dag.nodes[name].definition for name in names]
    return [source for source in sources if isinstance(source, Source) and _is_asked(source)]


def _is_asked(source: Source) -> bool:
    return source.freshness is not None and bool(source.freshness.warn_after or source.freshness.error_after)


def _age(source: Source, orchestrator: Orchestrator) -> Age:
    by = "loaded_at_query" if source.loaded_at_query else "loaded_at_field" if source.loaded_at_field else "files"
    try:
        loaded_at = _files_at(source, orchestrator) if by == "files" else _rows_at(source, orchestrator)
    except OdibiError as error:
        return Age(source, "runtime error", by, error=error)
    age = orchestrator.moment.now - loaded_at if loaded_at else None
    return Age(source, _status(source, age), by, loaded_at, age)


def _status(source: Source, age: timedelta | None) -> Status:
    """A source without rows is older than anything, as dbt has it."""
    assert source.freshness is not None  # noqa: S101 - for the type checker
    for status, limit in (("error", source.freshness.error_after), ("warn", source.freshness.warn_after)):
        if limit is not None and (age is None or age.total_seconds() > limit.seconds):
            return "error" if status == "error" else "warn"
    return "pass"


def _rows_at(source: Source, orchestrator: Orchestrator) -> datetime | None:
    if source.kind == "frame":
        raise ProjectError(f"`{source.name}` is a frame, and none was given", source.where)
    asking = Asking(
        orchestrator.open_session, orchestrator.engine.DIALECT, orchestrator.project.root, orchestrator.cache.scratch
    )
    return asking.loaded_at(source, relation_of(source, orchestrator.project.root))


def _files_at(source: Source, orchestrator: Orchestrator) -> datetime | None:
    remote = next((path for path in source.paths if is_remote(path)), None)
    if remote is not None:
        hint = "give `loaded_at_field`"
        raise ProjectError(f"when `{remote}` was written is not known here", source.where, hint)
    root = orchestrator.project.root
    found = tuple(file for path in source.paths for file in expand(at_home(path), root))
    if not found:
        raise ProjectError(f"no file is named `{source.paths[0]}`", source.where)
    return newest_file(found)


def _row(age: Age, now: datetime) -> dict[str, Any]:
    limits = age.source.freshness
    assert limits is not None  # noqa: S101 - for the type checker
    return {
        "source": age.source.name,
        "status": age.status,
        "loaded_at": age.loaded_at.isoformat() if age.loaded_at else None,
        "as_of": now.isoformat(),
        "age_s": age.age.total_seconds() if age.age is not None else None,
        "told_by": age.by,
        "warn_after_s": limits.warn_after.seconds if limits.warn_after else None,
        "error_after_s": limits.error_after.seconds if limits.error_after else None,
        "error": str(age.error) if age.error else None,
    }


def _lines(ages: list[Age]) -> list[str]:
    width = max((len(age.source.name) for age in ages), default=0)
    lines = []
    for age in ages:
        if age.error:
            lines.append(f"error  {age.source.name:{width}}  {age.error}")
            continue
        said = f"{_span(age.age)} old" if age.age is not None else "no rows"
        at = f", by {age.by}: {age.loaded_at:%Y-%m-%d %H:%M:%S}" if age.loaded_at else f", by {age.by}"
        limits = age.source.freshness
        asked = [
            f"{word} after {limit.count} {limit.period}{'' if limit.count == 1 else 's'}"
            for word, limit in (("warn", limits and limits.warn_after), ("error", limits and limits.error_after))
            if limit
        ]
        lines.append(f"{age.status:5}  {age.source.name:{width}}  {said}{at} ({', '.join(asked)})")
    return lines


def _span(age: timedelta) -> str:
    seconds = age.total_seconds()
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if abs(seconds) >= size:
            return f"{seconds / size:,.1f} {word}s"
    return f"{seconds:.0f} seconds"


def _summarise(ages: list[Age]) -> None:
    if not ages:
        click.echo("no source that was selected has `freshness`", err=True)
        return
    statuses = [age.status for age in ages]
    told = ", ".join(f"{statuses.count(status):,} {status}" for status in sorted(set(statuses)))
    click.echo(f"{counted(len(ages), 'source')}: {told}", err=True)
