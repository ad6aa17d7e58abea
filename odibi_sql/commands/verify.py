"""`odibi-sql verify`"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from odibi_sql.commands.options import build_options, output_option, project_options, select_options
from odibi_sql.engines import load_engine
from odibi_sql.errors import OdibiError
from odibi_sql.events import Event, EventEmitter, NodeError, NodeFinished, Warned
from odibi_sql.reports.text import counted, number

if TYPE_CHECKING:
    from odibi_sql.engines.duckdb.comparing import Comparison, RowsDiffer
    from odibi_sql.verify import Verdict, Verification

VERSION = 1


def _two_engines(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, str]:  # noqa: ARG001
    names = [name.strip() for name in value.split(",") if name.strip()]
    if len(names) != 2:
        raise click.BadParameter(f"`{value}` does not name two engines, such as duckdb,spark")
    for name in names:
        load_engine(name)
    return names[0], names[1]


@click.command("verify")
@click.argument("models", nargs=-1, metavar="[SELECTOR]...")
@select_options
@project_options
@click.option("--threads", type=click.IntRange(1), help="Models to run at once [default: number of CPUs]")
@click.option(
    "--engines",
    default="duckdb,spark",
    show_default=True,
    callback=_two_engines,
    metavar="FIRST,SECOND",
    help="The two to compare: the second runs over the first one's rows",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=1e-9,
    show_default=True,
    help="How far floats may lie apart, relative to the larger",
)
@output_option("text", "json")
def command(models: tuple[str, ...], engines: tuple[str, str], tolerance: float, output: str, **options: Any) -> int:
    """Compare the rows of two engines, model by model.

    Both run each model from the same inputs. Nothing is published. The exit code is 1 if rows differ or a model fails;
    what the second engine refuses is listed.

    \b
    odibi-sql verify orders --engines duckdb,spark
    """
    from odibi_sql.verify import verify

    if options["engine"]:
        raise OdibiError("`verify` runs on two engines", hint=f"--engines {options['engine']},…")
    options["select"] = (*options["select"], *models)
    verification = verify(build_options(**options), engines, tolerance, EventEmitter(_Talk()))
    if output == "json":
        click.echo(json.dumps(as_document(verification), indent=1))
    else:
        for line in as_lines(verification):
            click.echo(line)
    counts = Counter(one.status for one in verification.verdicts)
    said = ", ".join(f"{number(count)} {status}" for status, count in counts.items())
    click.echo(f"{' and '.join(verification.engines)}, floats within {tolerance:g}: {said}", err=True)
    return 0 if verification.ok else 1


class _Talk:
    """What goes on, on stderr: a run may take long, and both engines read the same project."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def __call__(self, event: Event) -> None:
        match event:
            case Warned(message=message) if message not in self._warned:
                self._warned.add(message)
                click.echo(f"warning: {message}", err=True)
            case NodeFinished(result=result) if result.status in ("ran", "failed"):
                click.echo(f"  {result.status:7}{result.name}", err=True)


def as_lines(verification: Verification) -> Iterator[str]:
    width = max((len(one.name) for one in verification.verdicts), default=0)
    for verdict in verification.verdicts:
        yield f"{verdict.status:8} {verdict.name:{width}}  {_in_short(verdict, verification)}".rstrip()
        if verdict.error:
            yield from (f"           {line}" for line in _error_lines(verdict.error))
        if verdict.comparison and verdict.status == "differ":
            yield from (
                f"           {line}" for line in _differences(verdict, verdict.comparison, verification.engines)
            )


def _in_short(verdict: Verdict, verification: Verification) -> str:
    if verdict.engine is not None:
        return f"on {verdict.engine}"
    comparison = verdict.comparison
    if comparison is None:
        return verdict.reason or ""
    if comparison.agree:
        near = "" if comparison.exact else f", floats within {verification.tolerance:g}"
        return f"{counted(comparison.rows, 'row')}{near}"
    if most := max(comparison.left_rows, comparison.right_rows):
        return f"{number(most)} of {counted(comparison.rows, 'row')} without an equal"
    return "columns differ"


def _error_lines(error: NodeError) -> Iterator[str]:
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    yield f"{place}: {error.message}" if place else error.message
    if error.hint:
        yield f"hint: {error.hint}"


def _differences(verdict: Verdict, comparison: Comparison, engines: tuple[str, str]) -> Iterator[str]:
    for names, engine in ((comparison.left_only, engines[0]), (comparison.right_only, engines[1])):
        yield from (f"column `{name}`: on {engine} alone" for name in names)
    for types in comparison.types:
        yield f"column `{types.column}`: {types.left} on {engines[0]}, {types.right} on {engines[1]}"
    for column in comparison.columns:
        values = counted(column.values, "value")
        yield f"column `{column.column}`, {' and '.join(column.types)}: {values} without an equal"
    if comparison.left_rows != comparison.right_rows:
        counts = zip((comparison.left_rows, comparison.right_rows), engines, strict=True)
        yield "; ".join(f"{counted(rows, 'row')} of {engine} without an equal" for rows, engine in counts)
    for row in comparison.sample:
        yield _row_line(row, engines)
    yield from (f"likely: {cause}" for cause in verdict.causes)


def _row_line(row: RowsDiffer, engines: tuple[str, str]) -> str:
    where = ", ".join(f"{name} {_shown(value)}" for name, value in row.same.items())
    values = "; ".join(
        f"{name}: {_shown(left)} on {engines[0]}, {_shown(right)} on {engines[1]}"
        for name, (left, right) in row.different.items()
    )
    return f"at {where}: {values}" if where else values


def _shown(value: str | None) -> str:
    return "NULL" if value is None else value


def as_document(verification: Verification) -> dict[str, Any]:
    """The JSON document; see README."""
    return {
        "version": VERSION,
        "engines": list(verification.engines),
        "tolerance": verification.tolerance,
        "ok": verification.ok,
        "models": [_as_row(one) for one in verification.verdicts],
    }


def _as_row(verdict: Verdict) -> dict[str, Any]:
    comparison, error = verdict.comparison, verdict.error
    row: dict[str, Any] = {
        "name": verdict.name,
        "path": verdict.path,
        "status": verdict.status,
        "engine": verdict.engine,
        "reason": verdict.reason,
        "error": None,
        "rows": comparison.rows if comparison else None,
        "causes": list(verdict.causes),
        "difference": None,
    }
    if error is not None:
        row["error"] = {name: getattr(error, name) for name in ("message", "file", "line", "column", "hint")}
    if comparison is not None and not comparison.agree:
        row["difference"] = {
            "columns_of_one": [list(comparison.left_only), list(comparison.right_only)],
            "types": [{"column": one.column, "types": [one.left, one.right]} for one in comparison.types],
            "rows": [comparison.left_rows, comparison.right_rows],
            "columns": [
                {"column": one.column, "types": list(one.types), "values": one.values} for one in comparison.columns
            ],
            "sample": [
                {"same": one.same, "different": {name: list(pair) for name, pair in one.different.items()}}
                for one in comparison.sample
            ],
        }
    return row
