"""Folder -> Project: settings, model files with what YAML says of them, seeds, sources, macros.

Nothing is rendered or parsed here. All mistakes of all files are raised together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.documents import Document, read_document
from odibi_sql.errors import Location, OdibiError, Problems, ProjectError
from odibi_sql.model import Config, Docs, Hook, Seed, Source
from odibi_sql.project.declared import CHECK_KEYS, Declared
from odibi_sql.project.defaults import FolderDefaults
from odibi_sql.project.described import Descriptions, Kind
from odibi_sql.project.folders import files, read_text
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import (
    SEED_FORM,
    Check,
    Known,
    check_settings,
    known_names,
    merge,
    model_settings,
    seed_settings,
    suggestion,
)
from odibi_sql.project.settings_file import FILE, Settings, Target, read_settings
from odibi_sql.project.snapshots import blocks, name_of_relation, selecting
from odibi_sql.project.sources import read_sources
from odibi_sql.project.unit_tests import DeclaredUnitTest, Fixtures

__all__ = [
    "FILE",
    "Known",
    "MacroFile",
    "ModelFile",
    "Project",
    "Target",
    "find_project",
    "load_project",
    "place_of_setting",
    "read_project",
]


class ModelFile(Struct, frozen=True):
    """A model as written. `defaults` are its checked settings from outside of the file: the project's, then YAML's.

    `places` says where YAML gives them, by name; under "" where it declares the model, if that is all there is of it.
    In `text`, white space stands for what the file has besides this model.

    A check that has a file of its own is one, too: with a check's settings, and rows that are wrong.
    """

    name: str
    path: str
    text: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    docs: Docs = field(default_factory=Docs)
    places: Mapping[str, Location] = field(default_factory=dict)
    is_check: bool = False

    def template(self) -> str:
        """A hash of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class MacroFile(Struct, frozen=True):
    path: str
    text: str


class Project(Struct, frozen=True):
    """A project for one target. Paths of files are relative to `root`, with `/`.

    `vars` are the project's, then the target's, then the command line's. `engines` are settings by engine's name.
    `retry_delay` and `timeout` are seconds. `folders` are those in which models, seeds, macros and checks are.
    `checks` are files, each a query that must return no rows; `declared` are the checks that YAML asks for. `problems`
    are the mistakes of single files, where `read_project` went on without them.
    """

    root: Path
    name: str
    target: Target
    targets: Mapping[str, Target]
    known: Known
    warehouse: Path
    vars: Mapping[str, Any] = field(default_factory=dict)
    retries: int = 2
    retry_delay: float = 1.0
    timeout: float | None = None
    models: tuple[ModelFile, ...] = ()
    seeds: tuple[Seed, ...] = ()
    sources: tuple[Source, ...] = ()
    macros: tuple[MacroFile, ...] = ()
    checks: tuple[ModelFile, ...] = ()
    declared: tuple[Declared, ...] = ()
    unit_tests: tuple[DeclaredUnitTest, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[OdibiError, ...] = ()
    folders: tuple[str, ...] = ()
    on_run_start: tuple[Hook, ...] = ()
    on_run_end: tuple[Hook, ...] = ()

    @property
    def engine(self) -> str:
        return self.target.engine

    @property
    def threads(self) -> int:
        return self.target.threads

    @property
    def engines(self) -> Mapping[str, Mapping[str, Any]]:
        return self.target.engines

    def running_on(self, engine: str | None, threads: int | None) -> Project:
        """With what was asked for instead of what the target has."""
        return replace(self, target=replace(self.target, engine=engine or self.engine, threads=threads or self.threads))


def find_project(start: Path) -> Path:
    """The nearest folder at or above `start` that has an odibi_project.yml. Raises ProjectError."""
    begin = start.absolute()
    for folder in (begin, *begin.parents):
        if (folder / FILE).is_file():
            return folder
    misnamed = begin / "odibi_project.yaml"
    hint = f"rename `{misnamed.name}`" if misnamed.exists() else "`odibi-sql init` makes a project"
    raise ProjectError(f"no {FILE} in `{begin}` or above", hint=hint)


def load_project(
    folder: Path,
    target: str | None = None,
    vars: Mapping[str, Any] | None = None,  # noqa: A002 - the word that users write
    known: Known | None = None,
) -> Project:
    """Raises Problems with every mistake of every file; ProjectError where there is no project at all.

    `vars` go above the target's and the project's. `known` are the names that settings may give, by default those of
    the registries.
    """
    project = read_project(folder, target, vars, known)
    if project.problems:
        raise Problems(project.problems)
    return project


def read_project(
    folder: Path,
    target: str | None = None,
    vars: Mapping[str, Any] | None = None,  # noqa: A002 - the word that users write
    known: Known | None = None,
    only: Collection[str] | None = None,
) -> Project:
    """`load_project` that leaves mistakes to the project's `problems`, so that more can be found in what is right.

    Without sound settings nothing else can be judged: mistakes in odibi_project.yml are raised. `only` are paths of the
    models and checks to read, if not all, without unit tests; descriptions of others are no mistake then.
    """
    root = folder.absolute()
    if not (root / FILE).is_file():
        raise ProjectError(f"no {FILE} in `{root}`", hint="`odibi-sql init` makes a project")
    loading = _Loading(root, known or known_names(), only)
    project = loading.project(target, vars or {})
    problems = loading.reading.errors
    if any(error.where is None or error.where.path == FILE for error in problems):
        raise Problems(problems)
    return replace(project, problems=tuple(problems))


def place_of_setting(root: Path, name: str) -> Location:
    """Where odibi_project.yml first has this key, however deep."""
    stack = [read_document(read_text(root, FILE), FILE)]
    while stack:
        document = stack.pop()
        if name in document.entries:
            return document.entries[name].key
        stack += [entry.document for entry in reversed(tuple(document.entries.values()))]
    return Location(FILE)


def is_model(path: str) -> bool:
    """Python files whose name begins with `_` are for models to import."""
    name = path.rpartition("/")[2]  # asked of thousands: no PurePosixPath
    return name[1:].endswith(".sql") or (name[1:].endswith(".py") and not name.startswith("_"))


class _Loading:
    """One project being read; every step goes on after mistakes, which `reading` keeps."""

    def __init__(self, root: Path, known: Known, only: Collection[str] | None) -> None:
        self.root = root
        self.known = known
        self.only = only
        self.reading = Reading()
        of_models = model_settings(known)
        self.checks: Mapping[Kind, Mapping[str, Check]] = {
            "models": of_models,
            "seeds": seed_settings(),
            "snapshots": of_models,
            "checks": check_settings(),
        }

    def project(self, target: str | None, given_vars: Mapping[str, Any]) -> Project:
        settings = read_settings(self.reading, self._document(FILE), self.known)
        name = target or settings.default_target
        chosen = settings.targets.get(name)
        if chosen is None:
            if target is not None:
                self.reading.mistake(f"no target `{name}`", Location(FILE), suggestion(name, settings.targets))
            chosen = next(iter(settings.targets.values()))
        found = {kind: self._files(folders) for kind, folders in settings.paths.items()}
        described = (*found["models"], *found["seeds"], *found["snapshots"], *found["checks"])
        descriptions, sources = self._described(settings, described, self._fixtures(found["checks"]))
        models = self._models(settings, found["models"], descriptions)
        snapshots = self._snapshots(settings, found["snapshots"], descriptions)
        seeds = self._seeds(settings, chosen, found["seeds"], descriptions)
        generic = [path for path in _sql(found["checks"]) if "generic" in _steps(path, found["checks"][path])[:-1]]
        checks, declared = self._checks(settings, found, descriptions)
        if self.only is None:  # else nobody knows what there is
            descriptions.warn_of_missing("models", (model.name for model in models))
            descriptions.warn_of_missing("seeds", (seed.name for seed in seeds))
            related = (name for name, _ in descriptions.related())
            descriptions.warn_of_missing("snapshots", (*(snapshot.name for snapshot in snapshots), *related))
            descriptions.warn_of_missing("checks", (check.name for check in checks))
        return Project(
            root=self.root,
            name=settings.name,
            target=chosen,
            targets=settings.targets,
            known=self.known,
            warehouse=self.root / settings.warehouse,
            vars={**chosen.vars, **given_vars},
            retries=settings.retries,
            retry_delay=settings.retry_delay,
            timeout=settings.timeout,
            models=(*models, *snapshots),
            seeds=seeds,
            sources=sources,
            macros=tuple(MacroFile(path, self._text(path)) for path in (*_sql(found["macros"]), *generic)),
            folders=tuple(folder for folders in settings.paths.values() for folder in folders),
            checks=checks,
            declared=declared,
            unit_tests=tuple(descriptions.unit_tests) if self.only is None else (),
            warnings=self.reading.all_warnings(),
            on_run_start=settings.on_run_start,
            on_run_end=settings.on_run_end,
        )

    def _files(self, folders: Iterable[str]) -> dict[str, str]:
        """Paths of all files in these folders, each with the folder it was found through."""
        found: dict[str, str] = {}
        for folder in folders:
            try:
                found |= {path: found.get(path, folder) for path in files(self.root, folder)}
            except ProjectError as error:
                self.reading.errors.append(error)
        return dict(sorted(found.items()))

    def _is_wanted(self, path: str) -> bool:
        return self.only is None or path in self.only

    def _text(self, path: str) -> str:
        try:
            return read_text(self.root, path)
        except ProjectError as error:
            self.reading.errors.append(error)
            return ""

    def _document(self, path: str) -> Document:
        try:
            return read_document(self._text(path), path)
        except ProjectError as error:
            self.reading.errors.append(error)
            return Document(None, Location(path))

    def _fixtures(self, paths: Mapping[str, str]) -> Fixtures:
        """The files in folders called `fixtures`, which unit tests name."""
        found = {}
        for path, folder in paths.items():
            if path.endswith((".csv", ".sql")) and "fixtures" in _steps(path, folder)[:-1]:
                found[PurePosixPath(path).stem] = (path, self._text(path))
        return found

    def _described(
        self, settings: Settings, paths: Iterable[str], fixtures: Fixtures
    ) -> tuple[Descriptions, tuple[Source, ...]]:
        descriptions = Descriptions(self.reading, self.checks, fixtures=fixtures)
        declared = [settings.sections["sources"]] if "sources" in settings.sections else []
        for path in dict.fromkeys(paths):
            if path.endswith((".yml", ".yaml")):
                sources = descriptions.add(self._document(path))
                declared += [sources] if sources else []
        by_name: dict[str, Source] = {}
        for source in (
            source for document in declared for source in read_sources(self.reading, document, descriptions.declared)
        ):
            before = by_name.setdefault(source.name.casefold(), source)
            if before is not source:
                self.reading.mistake(
                    f"the source `{source.name}` is declared twice, first at {before.where}", source.where
                )
        return descriptions, tuple(by_name.values())

    def _checks(
        self, settings: Settings, found: Mapping[str, Mapping[str, str]], descriptions: Descriptions
    ) -> tuple[tuple[ModelFile, ...], tuple[Declared, ...]]:
        """Check files, and what YAML declares, each with the settings that the project has for all in its folder."""
        folders = {**found["models"], **found["seeds"], **found["checks"]}
        all_steps = {path: _steps(path, folder) for path, folder in folders.items()}
        existing = {steps[:depth] for steps in all_steps.values() for depth in range(1, len(steps) + 1)}
        defaults = FolderDefaults(self.reading, self.checks["checks"])
        for key in CHECK_KEYS:
            if key in settings.sections:
                defaults.read(settings.sections[key], existing, settings.name)
        files = []
        for path in _sql(found["checks"]):
            if self._is_wanted(path) and not {"generic", "fixtures"} & set(all_steps[path][:-1]):
                name = PurePosixPath(path).stem
                described = descriptions.of("checks", name)
                merged = merge(defaults.of(all_steps[path]), described.settings)
                files.append(ModelFile(name, path, self._text(path), merged, described.docs, is_check=True))
        declared = (
            replace(one, settings=merge(defaults.of(all_steps.get(one.where.path, ())), one.settings))
            for one in descriptions.declared
        )
        return tuple(files), tuple(declared)

    def _defaults(self, kind: Kind, settings: Settings, all_steps: Collection[tuple[str, ...]]) -> FolderDefaults:
        defaults = FolderDefaults(self.reading, self.checks[kind])
        if kind in settings.sections:
            existing = {steps[:depth] for steps in all_steps for depth in range(1, len(steps) + 1)}
            defaults.read(settings.sections[kind], existing, settings.name)
        return defaults

    def _models(
        self, settings: Settings, paths: Mapping[str, str], descriptions: Descriptions
    ) -> tuple[ModelFile, ...]:
        ours = {path: folder for path, folder in paths.items() if is_model(path)}
        defaults = self._defaults("models", settings, [_steps(*pair) for pair in ours.items()])
        lowest = {"dialect": settings.dialect} if settings.dialect else {}
        models = []
        for path, folder in ((path, folder) for path, folder in ours.items() if self._is_wanted(path)):
            name = PurePosixPath(path).stem
            described = descriptions.of("models", name)
            merged = merge(merge(lowest, defaults.of(_steps(path, folder))), described.settings)
            models.append(ModelFile(name, path, self._text(path), merged, described.docs, described.places))
        return tuple(models)

    def _snapshots(
        self, settings: Settings, paths: Mapping[str, str], descriptions: Descriptions
    ) -> tuple[ModelFile, ...]:
        """Those of `{% snapshot %}` blocks, then those that YAML alone declares."""
        texts = {path: self._text(path) for path in _sql(paths) if self._is_wanted(path)}
        found = [block for path in texts for block in blocks(self.reading, path, texts[path])]
        for name, described in descriptions.related() if self.only is None else ():
            document = described.relation
            if document and (relation := self.reading.value("relation", document, name_of_relation)):
                found.append((name, selecting(relation, document), described.docs.where or document.where))
        steps = {(name, at.path): (*_steps(at.path, paths.get(at.path, ".")), name) for name, _, at in found}
        defaults = self._defaults("snapshots", settings, steps.values())
        lowest = {"dialect": settings.dialect} if settings.dialect else {}
        snapshots = []
        for name, text, at in found:
            described = descriptions.of("snapshots", name)
            merged = merge(merge(lowest, defaults.of(steps[name, at.path])), described.settings)
            merged["materialized"] = "snapshot"
            places = {**described.places, "": at}
            snapshots.append(ModelFile(name, at.path, text, merged, described.docs, places))
        return tuple(snapshots)

    def _seeds(
        self, settings: Settings, target: Target, paths: Mapping[str, str], descriptions: Descriptions
    ) -> tuple[Seed, ...]:
        ours = {path: folder for path, folder in paths.items() if path.endswith(".csv")}
        defaults = self._defaults("seeds", settings, [_steps(*pair) for pair in ours.items()])
        seeds = []
        for path, folder in ours.items():
            name = PurePosixPath(path).stem
            described = descriptions.of("seeds", name)
            given = merge({"schema": target.schema}, merge(defaults.of(_steps(path, folder)), described.settings))
            form = {key: given.pop(key) for key in SEED_FORM if key in given}
            seed = Seed(name, path, Config(**given), docs=described.docs, **form)
            if seed.quote == seed.delimiter:
                told = f"`quote` and `delimiter` of `{name}` are the same"
                self.reading.mistake(
                    told, described.docs.where or Location(FILE), "give it another `quote`, or '' for none"
                )
            seeds.append(seed)
        return tuple(seeds)


def _sql(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if path.endswith(".sql")]


def _steps(path: str, folder: str) -> tuple[str, ...]:
    """`models/staging/orders.sql` in `models` -> `("staging", "orders")`."""
    within = path.removeprefix(f"{folder.rstrip('/')}/")
    *above, name = within.split("/")  # of thousands of files, and PurePosixPath takes ten times as long
    stem, dot, _ = name.rpartition(".")
    return (*above, stem if dot and stem else name)
