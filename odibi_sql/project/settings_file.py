"""odibi_project.yml -> the settings of a project and its targets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from msgspec import Struct, field

from odibi_sql.documents import Document
from odibi_sql.errors import Location
from odibi_sql.model import Hook
from odibi_sql.project.declared import CHECK_KEYS
from odibi_sql.project.reading import Reading, placed
from odibi_sql.project.settings import (
    Check,
    Known,
    SettingError,
    engine,
    hooks,
    identifier,
    mapping,
    optional,
    place,
    seconds,
    suggestion,
    text,
    whole_number,
)
from odibi_sql.warm import available_cpus

FILE = "odibi_project.yml"

# Of dbt_project.yml: without meaning here.
NO_EFFECT = frozenset(
    (
        *("analyses", "analysis-paths", "asset-paths", "clean-targets", "dispatch", "docs-paths"),
        *("exposures", "flags", "function-paths", "log-path", "metrics"),
        *("packages-install-path", "profile", "query-comment", "quoting", "require-dbt-version"),
        *("restrict-access", "saved-queries", "semantic-models", "target-path", "unit_tests"),
    )
)
SILENT = frozenset(["version", "config-version"])

DBT_PATHS = {
    "model-paths": "models",
    "seed-paths": "seeds",
    "macro-paths": "macros",
    "test-paths": "checks",
    "snapshot-paths": "snapshots",
}
RUN_HOOKS = ("on_run_start", "on_run_end", "on-run-start", "on-run-end")
SECTIONS = frozenset(
    ["paths", "targets", "models", "seeds", "snapshots", "sources", *CHECK_KEYS, *DBT_PATHS, *RUN_HOOKS]
)


class Target(Struct, frozen=True):
    """Where a build publishes. `database` is the catalog's path, relative to the project or absolute.

    `engine`, `threads` and `vars` are the project's own with the target's on top; so are `engines`, the settings of
    every engine by its name. `store` is the URI at which rows of results lie, None: in the warehouse's folder.
    """

    name: str
    database: str
    schema: str = "main"
    engine: str = "duckdb"
    threads: int = 1
    vars: Mapping[str, Any] = field(default_factory=dict)
    engines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    store: str | None = None
    store_where: Location | None = None


class Settings(Struct, frozen=True):
    """`sections` are what the file says of models, seeds and sources, not read yet."""

    name: str = "project"
    dialect: str | None = None
    retries: int = 2
    retry_delay: float = 1.0
    timeout: float | None = None
    warehouse: str = "warehouse"
    default_target: str = "dev"
    targets: Mapping[str, Target] = field(default_factory=dict)
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sections: Mapping[str, Document] = field(default_factory=dict)
    on_run_start: tuple[Hook, ...] = ()
    on_run_end: tuple[Hook, ...] = ()


def read_settings(reading: Reading, document: Document, known: Known) -> Settings:
    """What is wrong is kept in `reading`, and a default stands in its place."""
    readable = not reading.errors
    checks: dict[str, Check] = {
        "name": identifier,
        "engine": engine(known),
        "dialect": optional(identifier),
        "threads": whole_number(1),
        "vars": mapping,
        "retries": whole_number(0),
        "retry_delay": seconds,
        "timeout": optional(seconds),
        "warehouse": text,
        "store": optional(place),
        "target": text,
        "engines": _engine_settings(known),
    }
    given = reading.values(document, {**checks, **dict.fromkeys(SECTIONS, lambda value: value)}, NO_EFFECT | SILENT)
    sections = {key: document.entries[key].document for key in SECTIONS if key in document.entries}
    for key in NO_EFFECT & document.entries.keys():
        reading.without_effect(key, document.entries[key].key)
    if readable and "name" not in document.entries and (document.value is None or isinstance(document.value, dict)):
        reading.mistake("the project needs a `name`", document.where, "name: my_project")
    name = given.get("name", "project")
    targets = _targets(reading, document, given, known)
    default = given.get("target", "dev")
    if "target" in given and default not in targets:
        reading.mistake(
            f"no target `{default}`", document.entries["target"].document.where, suggestion(default, targets)
        )
    return Settings(
        name=name,
        dialect=given.get("dialect"),
        retries=given.get("retries", 2),
        retry_delay=given.get("retry_delay", 1.0),
        timeout=given.get("timeout"),
        warehouse=given.get("warehouse", "warehouse"),
        default_target=default,
        targets=targets,
        paths=_paths(reading, sections),
        sections=sections,
        on_run_start=_run_hooks(reading, sections, "on_run_start"),
        on_run_end=_run_hooks(reading, sections, "on_run_end"),
    )


def _run_hooks(reading: Reading, sections: Mapping[str, Document], name: str) -> tuple[Hook, ...]:
    """In our spelling, and in dbt's."""
    found: tuple[Hook, ...] = ()
    for key in (name, name.replace("_", "-")):
        if key in sections:
            checked = reading.value(key, sections[key], hooks)
            found += placed(checked, sections[key]) if checked else ()
    return found


def _targets(reading: Reading, file: Document, given: Mapping[str, Any], known: Known) -> Mapping[str, Target]:
    project = given.get("name", "")
    checks: dict[str, Check] = {
        "path": text,
        "schema": identifier,
        "engine": engine(known),
        "threads": whole_number(1),
        "vars": mapping,
        "engines": _engine_settings(known),
        "store": optional(place),
    }
    declared: dict[str, Mapping[str, Any]] = {"dev": {}}
    places: dict[str, Location] = {}
    document = file.entries["targets"].document if "targets" in file.entries else None
    if document is not None and reading.is_mapping(document):
        for name, entry in document.entries.items():
            if "store" in entry.document.entries:
                places[name] = entry.document.entries["store"].document.where
            if reading.value("a target's name", Document(name, entry.key), identifier):
                declared[name] = reading.values(entry.document, checks)
    warehouse = given.get("warehouse", "warehouse")
    return {
        name: Target(
            name=name,
            database=target.get("path") or str(PurePosixPath(warehouse, f"{name}.duckdb")),
            schema=target.get("schema", "main"),
            engine=target.get("engine") or given.get("engine", "duckdb"),
            threads=target.get("threads") or given.get("threads") or available_cpus(),
            vars={**_own_vars(given.get("vars", {}), project), **_own_vars(target.get("vars", {}), project)},
            engines=_joined(given.get("engines", {}), target.get("engines", {})),
            store=target.get("store") if name in places else given.get("store"),
            store_where=places.get(name, file.entries["store"].document.where if "store" in file.entries else None),
        )
        for name, target in declared.items()
    }


def _own_vars(given: Mapping[str, Any], project: str) -> Mapping[str, Any]:
    """dbt lets vars be put under the project's name; these come out on top."""
    scoped = given.get(project)
    if not isinstance(scoped, dict):
        return given
    return {**{name: value for name, value in given.items() if name != project}, **scoped}


def _joined(under: Mapping[str, Any], over: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return {name: {**under.get(name, {}), **over.get(name, {})} for name in dict.fromkeys((*under, *over))}


def _engine_settings(known: Known) -> Check:
    which = engine(known)

    def check(value: Any) -> Mapping[str, Mapping[str, Any]]:
        checked: dict[str, Mapping[str, Any]] = {}
        for name, settings in mapping(value).items():
            try:
                checked[which(name)] = mapping(settings)
            except SettingError as wrong:
                raise SettingError(f"settings by the name of an engine, `{name}` is not {wrong}", wrong.hint) from wrong
        return checked

    return check


def _folders(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(item, str) and item for item in listed):
        raise SettingError("a folder or a list of folders")
    paths = [PurePosixPath(item) for item in listed]
    if any(path.is_absolute() or ".." in path.parts or not path.parts for path in paths):
        raise SettingError("a folder inside the project")
    return tuple(str(path) for path in paths)


def _paths(reading: Reading, sections: Mapping[str, Document]) -> Mapping[str, tuple[str, ...]]:
    paths = {kind: (kind,) for kind in DBT_PATHS.values()} | {"checks": ("checks", "tests")}
    for key, kind in DBT_PATHS.items():
        if key in sections and (folders := reading.value(key, sections[key], _folders)):
            paths[kind] = folders
    if "paths" in sections:
        paths |= reading.values(sections["paths"], dict.fromkeys(tuple(paths), _folders))
    return paths
