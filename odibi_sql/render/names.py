"""The names that a template sees: config, var, env_var, ref, source, this, target and dbt's small ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NoReturn

from msgspec import Struct, field

from odibi_sql.model import RESULT
from odibi_sql.project import FILE, ModelFile, Project
from odibi_sql.project.declared import WITHOUT_EFFECT
from odibi_sql.project.settings import check_setting, check_settings, merge, model_settings, suggestion
from odibi_sql.render.sandbox import ReturnedValue

# DuckDB's reserved words: names that must be quoted where a table is named.
RESERVED = frozenset(
    re.findall(
        r"\w+",
        """
        all analyse analyze and any array as asc asof asymmetric at authorization binary both by case cast check
        collate collation column columns concurrently constraint create cross default deferrable desc describe
        distinct do else end except false fetch for foreign freeze from full generated glob group having ilike in
        initially inner intersect into is isnull join lambda lateral leading left like limit map natural not notnull
        null offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify
        references returning right select semi show similar some struct summarize symmetric table tablesample then to
        trailing true try_cast tuple union unique unpack unpivot using variadic verbose when where window with
        """,
    )
)
BACKTICK_DIALECTS = frozenset(["bigquery", "clickhouse", "databricks", "doris", "hive", "mysql", "spark", "spark2"])

_NOTHING: Any = object()


class Focus(Struct, frozen=True):
    """What in a statement a mistake is about: a name, a keyword argument, an attribute, or a string's value."""

    kind: Literal["name", "keyword", "value", "attribute", "string"]
    text: str


class TemplateMistakeError(Exception):
    """Raised by the names below; becomes a RenderError where the template that made it is known."""

    def __init__(self, message: str, hint: str | None = None, focus: Focus | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        self.focus = focus


class Recording(Struct):
    """What one rendering sets and reads; `hook` is the name of the hook that is rendered, if it is one."""

    model: ModelFile
    settings: dict[str, Any]
    vars: dict[str, str | None] = field(default_factory=dict)
    env: dict[str, str | None] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    asks_incremental: bool = False
    hook: str | None = None


def quoted(name: str, dialect: str | None) -> str:
    """The name as SQL has it: quoted only where it must be."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in RESERVED:
        return name
    mark = "`" if dialect in BACKTICK_DIALECTS else '"'
    return mark + name.replace(mark, mark * 2) + mark


class Given(Struct, frozen=True):
    """What a template's names take from outside: `incremental` tells whether a model builds on its earlier rows."""

    project: Project
    environ: Mapping[str, str]
    incremental: Callable[[str], bool]


class Names:
    """The values of all names; what a rendering reads and sets goes into `recording`."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._checks = model_settings(given.project.known)
        self._checks_of_checks = check_settings()
        self.recording = Recording(ModelFile("", "", ""), {})

    def table(self) -> dict[str, Any]:
        target = self._given.project.target
        return {
            "config": _Config(self),
            "var": _Var(self),
            "env_var": self._env_var,
            "ref": self._ref,
            "source": self._source,
            "this": _This(self),
            "target": _Target(target.name, target.schema, target.engine, target.threads),
            "is_incremental": self._is_incremental,
            "execute": True,
            "exceptions": _Exceptions(self),
            "log": _say_nothing,
            "print": _say_nothing,
            "return": _return,
        }

    @property
    def dialect(self) -> str | None:
        return self.recording.settings.get("dialect") or self._given.project.target.engine

    @property
    def checks(self) -> Mapping[str, Callable[[Any], Any]]:
        """What the settings of the file that is rendered must be."""
        return self._checks_of_checks if self.recording.model.is_check else self._checks

    def read_var(self, name: str, default: Any) -> Any:
        known = self._given.project.vars
        if name in known:
            self.recording.vars[name] = json.dumps(known[name], sort_keys=True, default=str)
            return known[name]
        if default is _NOTHING:
            close = suggestion(name, known) if known else f"set it: `--vars {name}=…`, or under `vars:` in {FILE}"
            raise TemplateMistakeError(f"no var `{name}`", close, Focus("string", name))
        self.recording.vars[name] = None
        return default

    def has_var(self, name: str) -> bool:
        known = self._given.project.vars
        self.recording.vars[name] = json.dumps(known[name], sort_keys=True, default=str) if name in known else None
        return name in known

    def _env_var(self, name: str, default: Any = _NOTHING) -> Any:
        value = self._given.environ.get(name)
        if value is None and default is _NOTHING:
            hint = f"set it, or give a default: env_var('{name}', '…')"
            raise TemplateMistakeError(f"the environment has no variable `{name}`", hint, Focus("string", name))
        self.recording.env[name] = value
        return default if value is None else value

    def _is_incremental(self) -> bool:
        self.recording.asks_incremental = True
        return self._given.incremental(self.recording.model.name)

    def refuse_in_hooks(self, word: str, hint: str) -> None:
        if self.recording.hook:
            raise TemplateMistakeError(f"`{word}` has no meaning in a hook", hint, Focus("name", word))

    def _ref(self, *names: str, **options: Any) -> str:
        self.refuse_in_hooks("ref", "a hook reads no tables of the project: do that in a model")
        if options:
            hint = "name the other version's model"
            raise TemplateMistakeError("models have no versions here", hint, Focus("keyword", next(iter(options))))
        if len(names) not in {1, 2} or not all(isinstance(name, str) for name in names):
            raise TemplateMistakeError("`ref` takes the name of a model", "ref('orders')", Focus("name", "ref"))
        return quoted(names[-1], self.dialect)

    def _source(self, *names: str) -> str:
        self.refuse_in_hooks("source", "a hook reads no tables of the project: do that in a model")
        if len(names) != 2 or not all(isinstance(name, str) for name in names):
            hint = "source('raw', 'orders')"
            raise TemplateMistakeError("`source` takes the names of a source and of its table", hint)
        return ".".join(quoted(name, self.dialect) for name in names)


class _Config:
    """`config(…)` sets and gives an empty text; `config.get('materialized')` reads."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, *mappings: Mapping[str, Any], **settings: Any) -> str:
        self._names.refuse_in_hooks("config", "a hook has no settings")
        if not all(isinstance(mapping, Mapping) for mapping in mappings):
            raise TemplateMistakeError("`config` takes settings by name", "config(materialized='view')")
        given: dict[str, Any] = {}
        for key, value in [pair for mapping in (*mappings, settings) for pair in mapping.items()]:
            found = check_setting(str(key), value, self._names.checks)
            if self._names.recording.model.is_check and key in WITHOUT_EFFECT:
                self._names.recording.warnings[f"`{key}` has no effect here"] = None
            elif found.harmless:
                self._names.recording.warnings[f"{found.message}"] = None
            elif found.message:
                kind: Literal["value", "keyword"] = "value" if found.about == "value" else "keyword"
                raise TemplateMistakeError(found.message, found.hint, Focus(kind, str(key)))
            else:
                given[found.key] = found.value
        recording = self._names.recording
        recording.settings = merge(recording.settings, given)
        return ""

    def get(self, name: str, default: Any = None) -> Any:
        return self._names.recording.settings.get(name, default)

    def require(self, name: str) -> Any:
        if name not in self._names.recording.settings:
            raise TemplateMistakeError(f"the setting `{name}` is required", None, Focus("string", name))
        return self._names.recording.settings[name]


class _Var:
    def __init__(self, names: Names) -> None:
        self._names = names

    def __call__(self, name: str, default: Any = _NOTHING) -> Any:
        if not isinstance(name, str):
            raise TemplateMistakeError("`var` takes the name of a var", "var('cutoff')", Focus("name", "var"))
        return self._names.read_var(name, default)

    def has_var(self, name: str) -> bool:
        return self._names.has_var(name)


class _This:
    """The model's own table, as SQL names it."""

    def __init__(self, names: Names) -> None:
        self._names = names

    @property
    def schema(self) -> str:
        return str(self._names.recording.settings["schema"])

    @property
    def name(self) -> str:
        return self._names.recording.model.name

    identifier = table = name

    def __str__(self) -> str:
        if self._names.recording.hook == "post_hook":
            return RESULT
        self._names.refuse_in_hooks("this", "rows are there in a `post_hook` only")
        dialect = self._names.dialect
        return f"{quoted(self.schema, dialect)}.{quoted(self.name, dialect)}"


class _Target(Struct, frozen=True):
    name: str
    schema: str
    type: str
    threads: int


class _Exceptions:
    def __init__(self, names: Names) -> None:
        self._names = names

    def raise_compiler_error(self, message: str) -> NoReturn:
        raise TemplateMistakeError(str(message))

    def warn(self, message: str) -> str:
        self._names.recording.warnings[str(message)] = None
        return ""


def _say_nothing(*_: Any, **__: Any) -> str:
    return ""


def _return(value: Any = None) -> NoReturn:
    raise ReturnedValue(value)
