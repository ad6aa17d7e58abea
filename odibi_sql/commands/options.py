"""Options that several commands take, and the orchestrator made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from odibi_sql.documents import read_document
from odibi_sql.errors import OdibiError, ProjectError
from odibi_sql.events import Event, EventEmitter, Warned
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from odibi_sql.part import Part
from odibi_sql.project import find_project

F = TypeVar("F", bound=Callable[..., Any])


def complete_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Names of models and seeds by their files alone: a shell does not wait for a project to be read."""
    try:
        root = find_project(Path(ctx.params.get("project_dir") or "."))
    except OdibiError:
        return []
    word = incomplete.lstrip("+@0123456789")
    before = incomplete[: len(incomplete) - len(word)]
    stems = {
        path.stem
        for pattern in ("models/**/*.sql", "models/**/[!_]*.py", "seeds/**/*.csv")
        for path in root.glob(pattern)
    }
    return sorted(before + stem for stem in stems if stem.startswith(word))


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """One decorator of these options, in the order in which help lists them."""

    def take(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return take


project_options = _together(
    click.option(
        "--project-dir", type=click.Path(path_type=Path), help="Folder of the project [default: here or above]"
    ),
    click.option("--target", "-t", help="Target to publish to or to compare with [default: dev]"),
    click.option("--engine", help="Engine to run on: duckdb (also called pandas) or spark"),
    click.option(
        "--vars", "variables", metavar="YAML", help="Vars above the project's, as `{name: value}` or `name=value`"
    ),
)
select_options = _together(
    click.option(
        "--select",
        "-s",
        multiple=True,
        metavar="SELECTOR",
        shell_complete=complete_names,
        help="What to take: name, +name, name+, 2+name, @name, tag:, path:, config.KEY:, state:modified; "
        "a space is `or`, a comma `and`",
    ),
    click.option(
        "--exclude",
        "-x",
        multiple=True,
        metavar="SELECTOR",
        shell_complete=complete_names,
        help="What to leave out",
    ),
)
run_options = _together(
    click.option("--threads", type=click.IntRange(1), help="Models to run at once [default: number of CPUs]"),
    click.option("--no-cache", is_flag=True, help="Run everything selected, whatever is stored"),
    click.option("--as-of", metavar="TIME", help="The build's time for current_date and now(), in ISO 8601"),
    click.option("--defer", metavar="TARGET", help="Read what is not selected from this target's publication"),
)
increment_options = _together(
    click.option("--full-refresh", is_flag=True, help="Make incremental models anew, from all of their inputs"),
    click.option("--start", metavar="TIME", help="Make intervals anew that end after this time, in ISO 8601"),
    click.option("--end", metavar="TIME", help="Make intervals anew that begin before this time"),
)
checks_option = click.option("--no-checks", is_flag=True, help="Leave checks out")


def output_option(*formats: str) -> Callable[[F], F]:
    return click.option(
        "--output", "-o", type=click.Choice(formats), default=formats[0], show_default=True, help="Format of stdout"
    )


def orchestrate(emitter: EventEmitter | None = None, part: Part | None = None, **options: Any) -> Orchestrator:
    """An orchestrator for the options a command was given, as in `build_options`."""
    return Orchestrator(build_options(**options), emitter or EventEmitter(print_warnings), part)


def build_options(**options: Any) -> BuildOptions:
    """Those that a command does not have keep their defaults. Raises OdibiError for what cannot be understood."""
    start = options.get("project_dir") or Path()
    if not start.is_dir():
        raise ProjectError(f"no folder `{start}`", hint="--project-dir takes the folder of a project")
    return BuildOptions(
        folder=find_project(start),
        select=tuple(options.get("select") or ()),
        exclude=tuple(options.get("exclude") or ()),
        target=options.get("target"),
        engine=options.get("engine"),
        threads=options.get("threads"),
        vars=parse_vars(options.get("variables")),
        use_cache=not options.get("no_cache", False),
        as_of=parse_time("--as-of", options.get("as_of")),
        start=parse_time("--start", options.get("start")),
        end=parse_time("--end", options.get("end")),
        fail_fast=options.get("fail_fast", False),
        full_refresh=options.get("full_refresh", False),
        defer=options.get("defer"),
        checks=not options.get("no_checks", False),
        only_checks=options.get("only_checks", False),
    )


def print_warnings(event: Event) -> None:
    """What commands without a report listen with."""
    if isinstance(event, Warned):
        click.echo(warning_line(event.message), err=True, nl=False)


def warning_line(message: str) -> str:
    return f"warning: {message}\n"


def parse_vars(text: str | None) -> Mapping[str, Any]:
    """`{a: 1, b: x}` (YAML or JSON) or `a=1`. Raises OdibiError."""
    if not text:
        return {}
    name, equals, value = text.partition("=")
    short = equals and name.strip().isidentifier()
    try:
        parsed = read_document(value if short else text, "--vars").value
    except ProjectError as error:
        raise OdibiError(f"--vars is not YAML: {error.message}", hint="write --vars '{name: value}'") from error
    if short:
        return {name.strip(): parsed}
    if not isinstance(parsed, dict) or not all(isinstance(key, str) for key in parsed):
        raise OdibiError(
            f"--vars must be a mapping of names to values, not `{text}`", hint="write --vars '{name: value}'"
        )
    return parsed


def parse_time(option: str, text: str | None) -> datetime | None:
    """ISO 8601; without a zone it is UTC. Raises OdibiError."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise OdibiError(f"{option} is not a time: `{text}`", hint="write 2026-01-31 or 2026-01-31T08:00:00") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
