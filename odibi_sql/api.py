"""The Python API: the pipeline of the command line, with frames in and frames out. Nothing prints, nothing exits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from odibi_sql.errors import OdibiError, RunError, nearest
from odibi_sql.events import EventEmitter, Listener, NodeExecutionResult, Summary, Tracker
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from odibi_sql.plan import Step
from odibi_sql.relation import Relation

if TYPE_CHECKING:
    import duckdb
    import pandas
    import pyarrow


class Result(Struct, frozen=True):
    """The rows of one model or seed, read from the store when asked for."""

    name: str
    _relation: Relation
    _folder: Path

    def relation(self) -> duckdb.DuckDBPyRelation:
        """A lazy DuckDB relation on a connection of its own."""
        from odibi_sql.publish.catalog import rows_of

        return rows_of(self._relation, str(self._folder))

    def df(self) -> pandas.DataFrame:
        """All rows as a pandas DataFrame."""
        frame: pandas.DataFrame = self.relation().df()
        return frame

    def arrow(self) -> pyarrow.Table:
        """All rows as a pyarrow Table, with exact types."""
        return self.relation().to_arrow_table()


class Run(Mapping[str, Result]):
    """What a build came to: a mapping of the models and seeds that are well to their rows. A check that has run is one
    of the rows that fail it.

    `results` has every node, failed and skipped ones too; `ok` is True where all are well and published, or were only
    checked.
    """

    def __init__(
        self, tracker: Tracker, relations: Mapping[str, Relation], folder: Path, *, published: bool, ok: bool
    ) -> None:
        self.results: Mapping[str, NodeExecutionResult] = dict(tracker.results)
        self.warnings: tuple[str, ...] = tuple(tracker.warnings)
        self.published = published
        self.ok = ok
        self.summary: Summary = tracker.summary()
        self.run_id = tracker.started.run_id if tracker.started else ""
        self._relations = relations
        self._folder = folder

    def raise_for_failure(self) -> Run:
        """Raises RunError naming what failed; returns the run itself if all is well."""
        failed = [result for result in self.results.values() if result.status == "failed"]
        if failed:
            said = "\n".join(f"`{r.name}`: {r.error.message if r.error else r.reason}" for r in failed)
            raise RunError(said)
        return self

    def __getitem__(self, name: str) -> Result:
        """Raises RunError for a model that failed or was skipped, KeyError for one that was not part of the build."""
        result = self.results.get(name)
        if result is not None and result.status in ("failed", "skipped") and result.verdict is None:
            raise RunError(f"`{name}` has no rows: {result.error.message if result.error else result.reason}")
        if result is None or name not in self._relations:
            close = nearest(name, self._relations)
            raise KeyError(f"{name!r} is not part of this build" + (f"; did you mean {close!r}?" if close else ""))
        return Result(name, self._relations[name], self._folder)

    def __iter__(self) -> Iterator[str]:
        names = (name for name, result in self.results.items() if result.resource != "check")
        return iter(name for name in names if name in self._relations)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def build(
    folder: str | PathLike[str] = ".",
    *,
    select: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    frames: Mapping[str, Any] | None = None,
    listener: Listener | None = None,
    **options: Any,
) -> Run:
    """Build and publish a project, as `odibi-sql build` does.

    `frames` are the rows of sources by name: pandas, polars or Arrow. `options` are fields of BuildOptions: target,
    engine, threads, vars, use_cache, as_of, fail_fast, defer, checks (False leaves them out), only_checks (of what is
    published, as `odibi-sql test`). `listener` is called with every event. Raises OdibiError
    where the project is wrong; failed models are in the run that is returned.
    """
    tracker = Tracker()
    emitter = EventEmitter(tracker, *([listener] if listener else []))
    with Orchestrator(_options(folder, select, exclude, frames, options), emitter) as orchestrator:
        done = orchestrator.build()
        ok = done.execution.ok if orchestrator.options.only_checks else done.published
        return Run(tracker, done.relations, orchestrator.project.root, published=done.published, ok=ok)


def plan_build(
    folder: str | PathLike[str] = ".",
    *,
    select: str | Iterable[str] = (),
    exclude: str | Iterable[str] = (),
    frames: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[Step, ...]:
    """What `build` would do with the same arguments, in order."""
    with Orchestrator(_options(folder, select, exclude, frames, options)) as orchestrator:
        return tuple(orchestrator.plan.steps.values())


def _options(
    folder: str | PathLike[str],
    select: str | Iterable[str],
    exclude: str | Iterable[str],
    frames: Mapping[str, Any] | None,
    options: Mapping[str, Any],
) -> BuildOptions:
    known = BuildOptions.__struct_fields__
    for name in options:
        if name not in known:
            close = nearest(name, known)
            raise TypeError(f"build() has no option {name!r}" + (f"; did you mean {close!r}?" if close else ""))
    as_of = options.get("as_of")
    if as_of is not None and not isinstance(as_of, datetime):
        raise OdibiError(f"as_of must be a datetime, not {type(as_of).__name__}")
    return BuildOptions(
        folder=Path(folder),
        select=(select,) if isinstance(select, str) else tuple(select),
        exclude=(exclude,) if isinstance(exclude, str) else tuple(exclude),
        frames=dict(frames or {}),
        **options,
    )
