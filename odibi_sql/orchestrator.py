"""Orchestrator: a whole build, from a folder to a publication. The command line and the Python API both go through it.

    read_project -> compile_project -> select -> Planner -> DAGExecutor(StepRunner) -> Publisher

Each stage is made when it is first asked for, so that `ls` does no more than `ls` needs.
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.asking import Asking
from odibi_sql.cache import CacheManager, Entry, FileDigests, store_of
from odibi_sql.compile import Compiled, compile_project
from odibi_sql.dag import DAG
from odibi_sql.engine_settings import EngineSettings
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Engine, EngineFailure, Session, SessionOptions
from odibi_sql.engines.sessions import Sessions
from odibi_sql.errors import Problems, SelectionError, StoreError
from odibi_sql.events import BuildFinished, BuildStarted, EventEmitter, NodeFinished, Noted, Published, Tracker, Warned
from odibi_sql.executor import INTERRUPTED, DAGExecutor, Execution, ExecutorOptions
from odibi_sql.frames import keep_frames
from odibi_sql.hooks import AroundRun
from odibi_sql.incremental.intervals import in_utc
from odibi_sql.incremental.versions import Versions
from odibi_sql.inputs import Digests, Given, InputReader, Presence
from odibi_sql.part import Part
from odibi_sql.plan import Plan, Planner
from odibi_sql.project import Project, read_project
from odibi_sql.publish import (
    LiveContents,
    OvertakenError,
    PlanToShow,
    PreviousVersions,
    Publication,
    Publisher,
    Standing,
    meaning_of,
    publisher_of,
)
from odibi_sql.publish.previous import columns_so_far
from odibi_sql.publish.registering import Registrar, register_all, registrars
from odibi_sql.recipes import Moment, Previous, Recipes
from odibi_sql.relation import Relation, Stored
from odibi_sql.remembered import ModelMemo, context_of
from odibi_sql.reports.text import counted
from odibi_sql.runner import StepRunner
from odibi_sql.runs import RunFolder
from odibi_sql.schemas import Inference, Schema, Validation, looking_at_files, schemas_to_run, undecided_contracts
from odibi_sql.selection import select
from odibi_sql.tasks import as_planned, planned, tasks_of
from odibi_sql.testing.columns import ColumnMemo
from odibi_sql.testing.stand_ins import StandIns, read_by_unit_tests, with_stand_ins
from odibi_sql.typed import Fitted
from odibi_sql.wanted import checks_without_input, read_besides, with_ephemerals


class BuildOptions(Struct, frozen=True):
    """What a user can ask for. `start`, `end`: intervals that are made anew. `defer` names the target whose publication
    stands in for what is not selected. With `only_checks` no model runs, and nothing is published."""

    folder: Path
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    target: str | None = None
    engine: str | None = None
    threads: int | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)
    use_cache: bool = True
    as_of: datetime | None = None
    fail_fast: bool = False
    full_refresh: bool = False
    start: datetime | None = None
    end: datetime | None = None
    defer: str | None = None
    checks: bool = True
    only_checks: bool = False
    frames: Mapping[str, Any] = field(default_factory=dict)


class Build(Struct, frozen=True):
    """How a build ended. `published` is also True where the target showed this state already."""

    run_id: str
    plan: Plan
    execution: Execution
    published: bool
    publication: Publication | None
    relations: Mapping[str, Relation]
    entries: Mapping[str, Entry]


class Orchestrator:
    """One use of a project; a context manager. Nothing is printed: who wants to know listens to the emitter."""

    def __init__(self, options: BuildOptions, emitter: EventEmitter | None = None, part: Part | None = None) -> None:
        """`part` is what is left to build of the whole that `options` asks for."""
        self.options = options
        self.part = part
        self.emitter = emitter or EventEmitter()
        self.started_at = datetime.now(UTC)
        self._begun = time.monotonic()
        self.since_ns = time.time_ns()  # nothing of the project was read before
        self.lasting: tuple[str, ...] = ()  # warnings that come of what was asked for
        self.looked_at: tuple[str, ...] = ()  # paths and globs of data, once there is a plan
        self.inferred: tuple[str, ...] = ()  # names whose columns count, though they may not be part of the plan
        self.run_id = f"{self.started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self._expected: Mapping[str, int] = {}  # models to run, by the name of their engine
        self._sessions = Sessions(self._session_options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the engine and this run's temporary files."""
        try:
            self._sessions.close()
        finally:
            if "cache" in self.__dict__:
                if "digests" in self.__dict__:
                    self.digests.save(self.cache.scratch)
                self.cache.close()

    # -- the stages, each made when first asked for

    @cached_property
    def project(self) -> Project:
        """Raises Problems for every mistake in the project's settings and descriptions."""
        if self._as_read.problems:
            raise Problems(self._as_read.problems)
        return self._as_read

    @cached_property
    def _as_read(self) -> Project:
        if self.part is not None:
            for warning in self.part.warnings:
                self._warn(warning)
            return self.part.compiled.project
        asked = self.options
        project = read_project(asked.folder, asked.target, asked.vars).running_on(asked.engine, asked.threads)
        for warning in project.warnings:
            self._warn(warning)
        return project

    @cached_property
    def engine(self) -> Engine:
        return load_engine(self._as_read.engine)

    @cached_property
    def engine_settings(self) -> EngineSettings:
        return EngineSettings(self._as_read)

    @cached_property
    def compiled(self) -> Compiled:
        """The graph, and what is wrong with it; `compiled.check()` raises if anything is."""
        if self.part is not None:
            return self.part.compiled
        project, dialect = self._as_read, self.engine.DIALECT
        memo = ModelMemo(project.warehouse / "warm" / f"models-{project.target.name}.json", self._context)
        compiled = compile_project(project, dialect, tuple(self.options.frames), memo)
        for warning in compiled.warnings:
            self._warn(warning)
        return compiled

    @cached_property
    def _context(self) -> str:
        return context_of(self._as_read, self.engine.DIALECT)

    @cached_property
    def cache(self) -> CacheManager:
        return store_of(self._as_read, self.run_id, self._warn, self.check_stored)

    @cached_property
    def digests(self) -> FileDigests:
        return FileDigests(self.cache.records / "files.json")

    @cached_property
    def publisher(self) -> Publisher:
        return self.publisher_of(self.project.target.name)

    def publisher_of(self, target: str) -> Publisher:
        """Raises ProjectError for a target that is not declared."""
        return publisher_of(self.project, target, self.cache, self._warn)

    @cached_property
    def standing(self) -> Standing:
        defer = self.options.defer
        return Standing(self.publisher, self.publisher_of(defer) if defer else self.publisher)

    @cached_property
    def registrars(self) -> tuple[Registrar, ...]:
        """Of the engines that this target's models run on."""
        names = (self._as_read.engine, *self.compiled.engines)
        return tuple(registrars(names, self.publisher, self.engine_settings.of, self.open_session, self._warn))

    def register(self) -> None:
        """List what the target shows in the catalogs of engines, where the project says so."""
        register_all(self.registrars, self.emitter.emit)

    @cached_property
    def moment(self) -> Moment:
        """In UTC, as everything in the engine is; a time without a zone is taken to be."""
        now = self.options.as_of or self.started_at
        now = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        return Moment(now, self.run_id, is_given=self.options.as_of is not None)

    @cached_property
    def selected(self) -> tuple[str, ...]:
        """What was asked for, in the DAG's order. Raises SelectionError."""
        if self.part is not None:
            return self.part.names
        nodes = self.compiled.dag.nodes
        chosen = select(self.compiled.dag, self.options.select, self.options.exclude, self.state)
        made = tuple(name for name in chosen if nodes[name].resource != "source")
        if chosen and not made:
            wanted = " ".join(self.options.select)
            raise SelectionError(f"`{wanted}` selects sources only, and nothing makes these", hint="add `+` at its end")
        if self.options.only_checks:
            return tuple(name for name in made if nodes[name].check)
        if not self.options.checks:
            kept = tuple(name for name in made if not nodes[name].check)
            if len(kept) < len(made):
                self._say(f"{counted(len(made) - len(kept), 'check')} left out (--no-checks)")
            return kept
        return made

    def _readable(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Without the checks that read what is neither selected nor shown by the target; which they are is said."""
        shown = functools.cache(self.standing.names)  # which most builds need not know
        lacking = checks_without_input(self._stand_ins.dag, names, lambda name: name in shown())
        if self.options.only_checks and names and len(lacking) == len(names):
            raise StoreError("nothing that these checks look at is published", hint="`odibi-sql build` publishes")
        for name, up in lacking.items():
            self._say(f"the check `{name}` is left out: `{up}` is neither selected nor shown by the target")
        return tuple(name for name in names if name not in lacking)

    @cached_property
    def plan(self) -> Plan:
        """Raises Problems, as nothing is planned in a project that has mistakes, and OvertakenError.

        From here on no other process takes results out of the store, until this use of the project ends.
        """
        dag = self._stand_ins.dag
        self.cache.hold()
        if self.part is not None and not self.part.proved.stands():
            raise OvertakenError
        wanted = with_ephemerals(dag, self._readable(self.selected))
        reader = self._input_reader(self.digests)
        reader.frames = {**reader.frames, **self._stand_ins.given}
        inputs = reader.read(dag, wanted)
        if inputs.problems:
            raise Problems(inputs.problems)
        self.looked_at = tuple(dict.fromkeys((*self.looked_at, *reader.looked_at)))
        return Planner(
            dag=dag,
            cache=self.cache,
            recipes=replace(self._recipes(inputs.files), previous=self.previous_of(dag, wanted)),
            inputs=inputs,
            published=self._published(wanted),
            force=not self.options.use_cache,
            versions=self._versions(wanted),
            mention=self.compiled.places.mention,
        ).plan(wanted)

    def previous_of(self, dag: DAG, names: tuple[str, ...]) -> Mapping[str, Previous]:
        """The versions that those of irreplaceable results build on. Raises Problems."""
        return PreviousVersions(self.cache, self.project.root, self.check_stored).of(dag, names, self.publisher)

    # -- before a build

    def validate(self, only: str | None = None) -> Validation:
        """Bind what is selected, and all that it reads, without results and without data. Raises SelectionError. `only`
        is the engine to ask; Spark is asked only where the `engine` option names it, since it takes long to start."""
        dag, options = self.compiled.dag, self.options
        names = dag.with_upstream(select(dag, options.select, options.exclude, self.state))
        only = only or ("duckdb" if options.engine is None else None)
        return Validation(self._infer(names, only, None), self.compiled.problems)

    def _infer(self, names: tuple[str, ...], only: str | None, memo: ColumnMemo | None) -> Mapping[str, Schema]:
        reader = self._input_reader(Presence())
        schemas: dict[str, Schema] = {}
        look = looking_at_files(reader) if memo is None else memo.looking(looking_at_files(reader), schemas)
        so_far = columns_so_far(self.compiled.dag, names, lambda: self.publisher)
        with Inference(self.compiled, look, self.open_session, self.run_id, only, so_far, schemas) as inference:
            found = inference.infer(names)
        self.looked_at = (*self.looked_at, *reader.looked_at)
        return found

    @cached_property
    def _stand_ins(self) -> StandIns:
        """The project as it is planned and run. Raises Problems for its mistakes, and SelectionError."""
        compiled = self.compiled.check()
        self.inferred = read_by_unit_tests(compiled.dag, self.selected)
        if not self.inferred:
            return StandIns(compiled)
        recipes, path = self._recipes({}), self.project.warehouse / "warm" / f"columns-{self.project.target.name}.json"
        context = f"{self._context} {recipes.engine} {dict(self.engine_settings.of(self.engine))}"
        memo = ColumnMemo(path, context, lambda node: meaning_of(node, recipes))
        memo.keep(compiled.dag.nodes, schemas := self._infer(self.inferred, "duckdb", memo))
        return with_stand_ins(compiled, schemas)

    # -- a build

    def build(self) -> Build:
        """Run the plan and publish if all went well. Failed models are results, a failed `on_run_end` is a RunError.

        Raises OvertakenError where only a build of the whole can tell.
        """
        self.compiled.check()
        self._sweep()
        plan = self.plan
        self._expected = Counter(load_engine(name).NAME if name else self.engine.NAME for name in plan.engines_to_run)
        fitted: Fitted = {}
        schemas = schemas_to_run(plan, self._stand_ins.compiled, self.open_session, self.run_id, fitted)
        tracker = Tracker()
        self.emitter.subscribe(tracker)
        for note in self.compiled.notes:
            self.emitter.emit(Noted(note))
        runs = RunFolder(self.project.warehouse / "runs" / self.run_id)
        places, root, undecided = self.compiled.places, self.project.root, undecided_contracts(plan, schemas)
        around = AroundRun(self.compiled.on_run_start, self.compiled.on_run_end)
        runner = StepRunner(plan, self.cache, self.open_session, places, root, runs.sql, undecided, around, fitted)
        options = ExecutorOptions(self.project.threads, self.options.fail_fast)
        try:
            self._start(plan)
            execution = DAGExecutor(tasks_of(plan, self.project), runner, self.emitter, time.monotonic, options).run()
        except KeyboardInterrupt:  # before the first node: nobody else tells of it
            self._finish(None, interrupted=True, because=INTERRUPTED)
            raise
        publication, because = None, execution.told_failures
        try:
            if because is None and not self.options.only_checks:
                publication = self._publish(plan, runner)
                self.register()
        except StoreError as error:
            because = error.message
            raise
        finally:
            self._finish(publication, interrupted=execution.interrupted, because=because)
            self._keep_run(runs, tracker)
        around.finish(self.open_session, interrupted=execution.interrupted)
        published = publication is not None
        return Build(self.run_id, plan, execution, published, publication, runner.relations, runner.entries)

    def _finish(self, publication: Publication | None, *, interrupted: bool, because: str | None) -> None:
        shown, now = str(self.publisher.catalog) if publication is not None else None, time.monotonic()
        self.emitter.emit(BuildFinished(self.run_id, now, shown is not None, interrupted, because, shown))

    def open_session(self, engine: str | None = None) -> Session:
        """The engine of that name or the target's, started by whoever needs it first. Raises EngineFailure."""
        return self._sessions.of(load_engine(engine).NAME if engine else self.engine.NAME)

    def check_stored(self, stored: Stored) -> str:
        """The content hash of stored rows, made anew. Raises StoreError where they cannot be read."""
        try:
            return self._sessions.content(stored, self.engine.NAME)
        except EngineFailure as failure:
            raise StoreError(failure.message) from failure

    def used_parts(self) -> set[str]:
        """Absolute paths of the store's files that any target's kept publications use."""
        return {part for target in self.project.targets for part in self.publisher_of(target).used_parts()}

    # -- within

    def _session_options(self, engine: str) -> SessionOptions:
        settings = self.engine_settings.of(load_engine(engine))
        now, scratch = self.moment.now, self.cache.scratch() / "spill" / engine
        parts_at, expected = self.cache.shelf.parts_at, self._expected.get(engine, 0)
        return SessionOptions(now, self._as_read.threads, scratch, settings, parts_at, expected)

    def _warn(self, message: str) -> None:
        self.emitter.emit(Warned(message))

    def _say(self, message: str) -> None:
        """A warning that the same command will always give."""
        self.lasting = (*self.lasting, message)
        self._warn(message)

    def _recipes(self, files: Mapping[str, str]) -> Recipes:
        told = self.engine_settings.in_recipes
        own = {name: told(load_engine(name)) for name in self.compiled.engines}
        return Recipes(
            *told(self.engine), self.moment, files, self.project.root, own, on_run_start=self.compiled.on_run_start
        )

    def state(self, which: str) -> frozenset[str]:
        """Names that are `modified` or `new` against what the target shows, or the one that is deferred to."""
        return self.standing.state(which, self.compiled.dag.nodes.values(), self._recipes({}))

    def _published(self, wanted: tuple[str, ...]) -> dict[str, Given]:
        """What the target (or the one deferred to) shows of upstream that is not selected."""
        besides = read_besides(self._stand_ins.dag, wanted)
        if not besides:
            return {}
        live = LiveContents(self.compiled.dag, self.cache, self._input_reader(self.digests), self.moment, self.engine)
        return live.given(besides, self.standing.read)

    def _versions(self, wanted: tuple[str, ...]) -> Versions:
        """What the target itself shows of the models that build on it."""
        nodes, given = [self.compiled.dag.nodes[name] for name in wanted], self.options
        asked = Versions(full_refresh=given.full_refresh, start=in_utc(given.start), end=in_utc(given.end))
        return self.standing.versions(nodes, self.cache, asked)

    def _input_reader(self, digests: Digests) -> InputReader:
        frames = keep_frames(self.options.frames, self.open_session, self.cache, self.engine.NAME)
        root, places = self._as_read.root, self.compiled.places
        reader = InputReader(root, digests, frames, places.locate, self.run_id, places.locate_delta)
        if digests is self.digests:
            reader.ask = Asking(self.open_session, self.engine.DIALECT, root, self.cache.scratch).content
        return reader

    def _start(self, plan: Plan) -> None:
        unread = self.part.unread if self.part is not None else ()
        started = BuildStarted(
            self.run_id,
            self.project.target.name,
            self.engine.NAME,
            self.project.threads,
            at=self._begun,  # reading the project is part of what a user waits for
            started_at=self.started_at,
            only_checks=self.options.only_checks,
            nodes=(*map(as_planned, unread), *planned(plan)),
        )
        self.emitter.emit(started)
        for result in unread:
            self.emitter.emit(NodeFinished(result, self._begun))

    def _publish(self, plan: Plan, runner: StepRunner) -> Publication:
        """With `defer`, upstream that is not selected is another target's: views take it in instead of naming it."""
        nodes, recipes = self.compiled.dag.nodes, self._recipes({})
        sources = {node.name for node in nodes.values() if node.resource == "source"}
        ours = frozenset() if self.options.defer else frozenset(plan.given) - sources
        to_show = PlanToShow(plan, runner.entries, self.cache, self.project.root, recipes, ours, nodes)
        change = self.publisher.publish(
            to_show.relations(),
            to_show.hidden(),
            whole=not self.options.select and not self.options.exclude and self.part is None,
            upon=self.part.upon if self.part is not None else None,
            run_id=self.run_id,
            published_at=datetime.now(UTC).isoformat(timespec="seconds"),
            built_on={name: version.key for name, version in plan.recipes.previous.items()},
        )
        if change.changed or change.removed:
            shown, path = change.publication, str(self.publisher.catalog)
            told = Published(shown.target, shown.number, path, len(shown.relations), change.changed, change.removed)
            self.emitter.emit(told)
        return change.publication

    def _sweep(self) -> None:
        """Remove what killed builds left. Of the files in `warm`, a living one can do without its own."""
        self.cache.sweep()
        for path in (self.project.warehouse / "warm").glob(".*.tmp"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _keep_run(self, runs: RunFolder, tracker: Tracker) -> None:
        """The run's record is for people to look at: a build is not worse without it."""
        try:
            runs.keep(tracker)
        except StoreError as error:
            self._warn(error.message)
