"""Project -> Compiled: every model rendered and analysed, and the DAG of them all.

A file that is wrong is a problem with a place; the rest goes on, so that all mistakes are told at once and the graph
of what is right can still be listed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.dag import DAG, DAGBuilder, DAGNode
from odibi_sql.engines import load_engine
from odibi_sql.errors import GraphError, Location, OdibiError, Problems, ProjectError, SqlError
from odibi_sql.forks import shared_out, spare_cpus
from odibi_sql.incremental.strategies import grows, has_intervals, strategy_of, unheeded, wrong_settings
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import AnyModel, Check, Config, Hook, Model, PythonModel, Seed, Source, UnitTest
from odibi_sql.project import FILE, ModelFile, Project
from odibi_sql.project.settings import ALSO_CALLED
from odibi_sql.remembered import ModelMemo
from odibi_sql.render import RenderedHooks, RenderedModel, Renderer
from odibi_sql.sql import Statement, SyntaxProblem, analyse
from odibi_sql.testing.checks import CheckCompiler
from odibi_sql.testing.unit_tests import UnitTestCompiler

if TYPE_CHECKING:
    from odibi_sql.python import Imports

_Some = TypeVar("_Some", Model, PythonModel)

CATALOG_DIALECT = "duckdb"
FEW_FILES = 200


class Places(Struct, frozen=True):
    """Offsets in a model's rendered text -> places in the files that the user wrote."""

    renderer: Renderer
    delta_renderer: Renderer
    files: dict[tuple[str, str], ModelFile]
    _lock: Lock = field(default_factory=Lock)

    def locate(self, model: AnyModel, at: int) -> Location:
        """`at` counts in the rendered text. Safe in any thread: finding a place renders the model again."""
        if isinstance(model, PythonModel):
            from odibi_sql.python.code import place_in

            return place_in(model.path, model.source, at)
        if isinstance(model, Check) and (place := model.place(at)) is not None:
            return place
        with self._lock:
            return self.renderer.locate(self.files[model.path, model.name], at)

    def locate_delta(self, model: AnyModel, at: int) -> Location:
        """As `locate`, in the text where `is_incremental()` is true."""
        with self._lock:
            return self.delta_renderer.locate(self.files[model.path, model.name], at)

    def mention(self, model: AnyModel, setting: str, name: str | None = None) -> Location:
        """Where the model's settings name something; the file alone where that is not known."""
        if isinstance(model, Check) and model.where is not None:
            return model.where
        return mention(self.renderer, self.files[model.path, model.name], setting, name)

    def locate_statement(self, model: Model, offset: int, *, delta: bool = False) -> Location | None:
        """`offset` counts in the SQL that ran, the model's or its `delta`; None where that was transpiled."""
        statement = model.delta if delta and model.delta is not None else model.statement
        if statement.transpiled and not isinstance(model, Check):
            return None
        locate = self.locate if statement is model.statement else self.locate_delta
        return locate(model, offset + statement.offset)


class Compiled(Struct, frozen=True, dict=True):
    """`problems` is all that is wrong; the DAG holds what is not. `warnings` are of settings without effect. `env`
    names the environment variables that models read, those that are not enabled too."""

    project: Project
    dag: DAG
    problems: tuple[OdibiError, ...]
    places: Places
    warnings: tuple[str, ...] = ()
    env: frozenset[str] = frozenset()
    on_run_start: tuple[Hook, ...] = ()
    on_run_end: tuple[Hook, ...] = ()

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Where a name could be mistaken for another, with its place."""
        models = [node.definition for node in self.dag.nodes.values() if isinstance(node.definition, Model)]
        names = {name.casefold().split(".")[-1] for name in self.dag.nodes}
        return tuple(
            f"{self.places.locate(model, note.at)}: {note.message}"
            for model in models
            for note in model.statement.notes
            if note.name.casefold() in names
        )

    @property
    def engines(self) -> tuple[str, ...]:
        """Names of the engines that models and checks ask for themselves."""
        nodes = (node for node in self.dag.nodes.values() if node.resource in ("model", "check"))
        return tuple(sorted({node.config.engine for node in nodes if node.config.engine is not None}))

    def check(self) -> Compiled:
        """Raises Problems unless all is right."""
        if self.problems:
            raise Problems(self.problems)
        return self


def compile_project(
    project: Project,
    engine_dialect: str,
    frames: Collection[str] = (),
    memo: ModelMemo | None = None,
    unread: Iterable[Model] = (),
) -> Compiled:
    """`frames` are names of frames handed over from Python; those not declared become sources of their own. `unread`
    are models that the project does not hold and that others may name."""
    renderer, delta_renderer = Renderer(project), Renderer(project, incremental=lambda _: True)
    compiling = _Compiling(project, renderer, delta_renderer, engine_dialect, memo)
    models = compiling.models()
    start = compiling.run_hooks("on_run_start", project.on_run_start)
    end = compiling.run_hooks("on_run_end", project.on_run_end)
    undeclared = _undeclared(project, frames)
    checks = compiling.checks((*project.seeds, *models, *project.sources, *undeclared))
    unit_tests = compiling.unit_tests(models)
    compiling.remember()
    files = {(file.path, file.name): file for file in (*project.models, *project.checks)}
    places = Places(renderer, delta_renderer, files)
    builder = DAGBuilder(places.locate, compiling.broken, places.locate_delta, places.mention)
    builder.add(project.seeds).add(unread).add(models).add(project.sources).add(undeclared).add(checks).add(unit_tests)
    dag = builder.build()
    crossings = _crossings(dag, places, engine_dialect)
    if not project.models and not project.seeds and not frames:
        compiling.warnings.append(f"{FILE}: no models and no seeds: SQL belongs into models/, CSV into seeds/")
    problems = list(compiling.problems)
    if not any(path.endswith((".yml", ".yaml")) for path in compiling.unread):  # which may declare what is missing
        problems += [*builder.problems, *crossings]
    each_once = {str(problem): problem for problem in problems}  # a macro's mistake is met by every model that calls it
    warnings = tuple(dict.fromkeys(compiling.warnings))
    return Compiled(project, dag, tuple(each_once.values()), places, warnings, frozenset(compiling.env), start, end)


def compile_models(project: Project, engine_dialect: str) -> list[AnyModel]:
    """The project's models one by one, without graph, checks and memory. Raises Problems, also for mere warnings."""
    renderer, delta_renderer = Renderer(project), Renderer(project, incremental=lambda _: True)
    compiling = _Compiling(project, renderer, delta_renderer, engine_dialect, None)
    models = compiling.models()
    if compiling.problems or compiling.warnings:
        raise Problems([*compiling.problems, *map(ProjectError, compiling.warnings)])
    return models


class _Compiling(Struct, dict=True):
    """All models of a project, one after the other; what is wrong is kept, and the rest goes on."""

    project: Project
    renderer: Renderer
    delta_renderer: Renderer
    engine_dialect: str
    memo: ModelMemo | None
    broken: dict[str, Location] = field(default_factory=dict)
    problems: list[OdibiError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    env: set[str] = field(default_factory=set)
    anew: bool = False
    unread: set[str] = field(default_factory=set)

    @cached_property
    def imports(self) -> Imports:
        from odibi_sql.python import Imports

        return Imports(self.project.root)

    def models(self) -> list[AnyModel]:
        self.problems += self.project.problems
        self.unread = {problem.where.path for problem in self.problems if problem.where}
        made: list[AnyModel] = []
        self._share_out()
        for file in self.project.models:
            is_python = file.path.endswith(".py")
            remembered = self.memo.get(file) if self.memo and not is_python else None
            if remembered is not None:
                model: AnyModel | None = remembered.model
                self.warnings += remembered.warnings
            else:
                self.anew = self.anew or not is_python
                model = self._model(file)
            if model is None:
                continue
            self.env.update(name for name, _ in model.env)
            if model.config.enabled:
                made.append(model)
        return made

    def _share_out(self) -> None:
        """Many files that are not remembered are compiled on all CPUs, and are remembered then. What is wrong is left
        to be met again, in its turn."""
        memo, children = self.memo, spare_cpus()
        if memo is None or not children:
            return
        unknown = [file for file in self.project.models if not (file.path.endswith(".py") or memo.knows(file))]
        if len(unknown) < FEW_FILES:
            return
        self.anew = True
        ahead = replace(self, broken={}, problems=[], warnings=[], env=set())

        def compile_share(share: Sequence[ModelFile]) -> dict[str, list[Any]]:
            for file in share:
                ahead._model(file)
            return memo.made(share)

        compile_share(unknown[:1])  # what it imports is there in the children
        own, *shares = [unknown[number :: children + 1] for number in range(children + 1)]
        with shared_out(compile_share, shares) as answers:
            memo.learn(compile_share(own))
            for answer in answers():
                memo.learn(answer)

    def checks(self, definitions: Iterable[AnyModel | Seed | Source]) -> list[Check]:
        compiler = CheckCompiler(self.project, self.renderer, self._dialect_of, self.memo)
        made = compiler.checks(definitions)
        self.problems += compiler.problems
        self.warnings += compiler.warnings
        self.env |= compiler.env
        return made

    def unit_tests(self, models: Iterable[AnyModel]) -> list[UnitTest]:
        compiler = UnitTestCompiler(self.project, os.environ)
        made = compiler.unit_tests(models)
        self.problems += compiler.problems
        self.env |= compiler.env
        return made

    def remember(self) -> None:
        wrong_macros = self.renderer.check_macros() if self.anew and self.project.macros else []
        self.problems += wrong_macros
        if self.memo and not wrong_macros:  # which would not be looked for, were all models remembered
            self.memo.save()

    def _model(self, file: ModelFile) -> AnyModel | None:
        try:
            if file.path in self.unread:
                self.broken[file.name.casefold()] = Location(file.path)
                return None
            if file.path.endswith(".py"):
                from odibi_sql.python import read_python_model

                python, warnings = read_python_model(file, self.project, self.imports, self._dialect_of)
                self.warnings += warnings
                return self._with_hooks(file, python)
            rendered = self.renderer.render(file)
            delta = self._delta(file, rendered)
            model = self._with_hooks(file, self._analysed(file, rendered, delta))
        except OdibiError as error:
            self.problems += error.errors if isinstance(error, Problems) else [error]
            self.broken[file.name.casefold()] = Location(file.path)
            return None
        unheard = list(unheeded(rendered.config))
        if rendered.asks_incremental and has_intervals(rendered.config):
            unheard.append("`is_incremental()` is false here: every interval is made by itself, from its own rows")
        warnings = (*rendered.warnings, *(f"{file.path}: {said}" for said in unheard))
        self.warnings += warnings
        if self.memo:
            self.memo.put(file, model, rendered.text, warnings, delta_text=delta.text if delta is not None else None)
        return model

    def _delta(self, file: ModelFile, rendered: RenderedModel) -> RenderedModel | None:
        """The model where `is_incremental()` is true, if that makes a difference."""
        if not (rendered.asks_incremental and grows(rendered.config)):
            return None
        return self.delta_renderer.render(file)

    def _with_hooks(self, file: ModelFile, model: _Some) -> _Some:
        """Raises OdibiError."""
        if not model.config.pre_hook and not model.config.post_hook:
            return model
        hooks: RenderedHooks = self.renderer.hooks()
        config: Config = hooks.of_model(file, model.config, lambda name, text: self.renderer.mention(file, name, text))
        first = next(iter((*config.pre_hook, *config.post_hook)), None)
        if first is not None and not MATERIALIZATIONS[config.materialized].stored:
            told = f"`{model.name}` is materialized as {config.materialized}, and has no hooks"
            raise ProjectError(told, first.where, "its query runs in what reads it; a table can have hooks")
        read_vars, env = (*model.vars, *hooks.vars.items()), (*model.env, *hooks.env.items())
        return replace(model, config=config, vars=tuple(dict(read_vars).items()), env=tuple(dict(env).items()))

    def run_hooks(self, name: str, written: tuple[Hook, ...]) -> tuple[Hook, ...]:
        hooks = self.renderer.hooks()
        made = hooks.of(name, written, ModelFile(name, FILE, ""))
        self.problems += hooks.mistakes
        self.env.update(hooks.env)
        return made

    def _analysed(self, file: ModelFile, rendered: RenderedModel, delta: RenderedModel | None) -> Model:
        self._check_kind(file, rendered.config)
        return Model(
            name=rendered.name,
            path=rendered.path,
            config=_as_can_be_shown(rendered.config, self._dialect_of(rendered.config)),
            statement=self._statement(file, rendered, self.renderer),
            delta=self._statement(file, delta, self.delta_renderer) if delta is not None else None,
            docs=rendered.docs,
            template=file.template(),
            vars=tuple(sorted({*rendered.vars, *(delta.vars if delta else ())})),
            env=tuple(sorted({*rendered.env, *(delta.env if delta else ())})),
        )

    def _statement(self, file: ModelFile, rendered: RenderedModel, renderer: Renderer) -> Statement:
        dialect = rendered.config.dialect or "duckdb"
        try:
            return analyse(rendered.text, dialect, self._dialect_of(rendered.config))
        except SyntaxProblem as problem:
            raise SqlError(problem.message, renderer.locate(file, problem.at), problem.hint) from problem

    def _check_kind(self, file: ModelFile, config: Config) -> None:
        """Raises Problems for settings that do not go together."""
        wrong = [
            ProjectError(one.message, mention(self.renderer, file, one.setting, strategy_of(config)), one.hint)
            for one in wrong_settings(config)
        ]
        wrong += [
            ProjectError(problem.message, mention(self.renderer, file, problem.setting, problem.value), problem.hint)
            for problem in MATERIALIZATIONS[config.materialized].wrong(config.all_options())
        ]
        if wrong:
            raise Problems(wrong)

    def _dialect_of(self, config: Config) -> str:
        return load_engine(config.engine).DIALECT if config.engine else self.engine_dialect


def mention(renderer: Renderer, file: ModelFile, setting: str, name: str | None) -> Location:
    """Where the settings of the file's model name something, by whatever word for the setting; where it is declared, or
    the file alone, where none does."""
    words = [setting, *(word for word, meant in ALSO_CALLED.items() if meant == setting)]
    words += ["strategy"] if setting == "incremental_strategy" else []
    found = (renderer.mention(file, word, name) for word in words)
    return next((place for place in found if place.line), file.places.get("") or Location(file.path))


def _crossings(dag: DAG, places: Places, engine_dialect: str) -> Iterator[OdibiError]:
    """What cannot cross from one engine to another: a query that is not kept as rows."""

    def dialect(node: DAGNode) -> str:
        own = node.config.engine if node.resource in ("model", "check") else None
        return load_engine(own).DIALECT if own else engine_dialect

    for node in dag.nodes.values():
        for up in node.upstream:
            read = dag.nodes[up]
            if not isinstance(read.definition, Model) or MATERIALIZATIONS[read.config.materialized].stored:
                continue
            if dialect(read) != dialect(node):
                own = node.config.engine
                yield GraphError(
                    f"`{node.name}` runs on another engine than `{up}`, which keeps no rows",
                    places.mention(node.any_model, "engine", own) if own else Location(node.path),
                    hint=f"give `{up}` `materialized='table'`: rows can cross, queries cannot",
                )


def _as_can_be_shown(config: Config, engine_dialect: str) -> Config:
    """The catalog is DuckDB's, and shows no query in another engine's words: the rows of a view are kept instead."""
    if engine_dialect != CATALOG_DIALECT and MATERIALIZATIONS[config.materialized].published == "query":
        return replace(config, materialized="table")
    return config


def _undeclared(project: Project, frames: Collection[str]) -> list[Source]:
    declared = {source.name.casefold() for source in project.sources}
    made = []
    for name in frames:
        if name.casefold() not in declared:
            schema, _, table = name.rpartition(".")
            made.append(Source(schema or None, table, "frame", Location("<frames>")))
    return made
