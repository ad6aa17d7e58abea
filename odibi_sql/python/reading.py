"""A Python model's file -> PythonModel: its settings and the tables that it reads, found without running it.

Two styles are read. In ours, the parameters of `model` are the tables; in dbt's, `model(dbt, session)` asks for them:

    def model(orders, rates="raw.rates"):          def model(dbt, session):
        ...                                            orders, rates = dbt.ref("orders"), dbt.source("raw", "rates")
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import CodeError, Location, OdibiError, Problems
from odibi_sql.model import Config, Frame, PythonModel, TableRead, config_of
from odibi_sql.project import ModelFile, Project
from odibi_sql.project.settings import HOOKS, Check, check_setting, flag, merge, model_settings, names
from odibi_sql.python.code import Code, parse_code
from odibi_sql.python.imports import Imports, installed
from odibi_sql.python.repeatable import why_not
from odibi_sql.sql import FileRead, Reference

FRAMES: Mapping[str, Frame] = {
    "pandas.DataFrame": "pandas",
    "pyarrow.Table": "arrow",
    "polars.DataFrame": "polars",
    "duckdb.DuckDBPyRelation": "duckdb",
    "pyspark.sql.DataFrame": "spark",
    "pyspark.sql.dataframe.DataFrame": "spark",
}
PACKAGES: Mapping[Frame, str] = {"pandas": "pandas", "arrow": "pyarrow", "polars": "polars", "spark": "pyspark"}
_NO_FUNCTION = "write `def model(orders): …`, with the tables that it reads as parameters; modules that models import "
_NO_FUNCTION += "stand outside of the folder of models, or have a name that begins with `_`"


def read_python_model(
    file: ModelFile, project: Project, imports: Imports, dialect_of: Callable[[Config], str]
) -> tuple[PythonModel, tuple[str, ...]]:
    """The model, and warnings of settings without effect. `dialect_of` is that of the engine that a model runs on.

    Raises CodeError, or Problems where there are several mistakes.
    """
    reading = _Reading(parse_code(file.path, file.text), {"schema": project.target.schema, **file.defaults})
    model = reading.model(file, model_settings(project.known), imports, dialect_of)
    if reading.mistakes:
        raise Problems(reading.mistakes)
    return model, tuple(reading.warnings)


class _Reading(Struct):
    code: Code
    settings: dict[str, Any]
    mistakes: list[OdibiError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def model(
        self,
        file: ModelFile,
        checks: Mapping[str, Check],
        imports: Imports,
        dialect_of: Callable[[Config], str],
    ) -> PythonModel:
        function = self._function()
        style, asks = _style(function)
        own = {name: check for name, check in checks.items() if name != "dialect"}
        self._module_config({**own, "volatile": flag, "files": names})
        if asks:
            self._dbt_config(asks, own)
        files: tuple[FileRead, ...] = tuple(
            FileRead(path, 0, 0, self._offset_of_text(path)) for path in self.settings.pop("files", ())
        )
        volatile = self.settings.pop("volatile", None)
        self.settings.pop("dialect", None)
        config = config_of(self.settings)
        self._check_kind(config)
        dialect = dialect_of(config)
        reads = self._asked_for(asks, dialect) if asks else self._parameters(function, config, dialect)
        closure = imports.closure(self.code, {PACKAGES[read.frame] for read in reads if read.frame in PACKAGES})
        self.mistakes += closure.mistakes
        codes = (self.code, *closure.codes)
        found = next((reason for code in codes if (reason := why_not(code, files_are_named=bool(files)))), None)
        return PythonModel(
            name=file.name,
            path=file.path,
            config=config,
            source=self.code.text,
            canonical=self.code.canonical(),
            reads=reads,
            files=files,
            modules=closure.modules,
            packages=closure.packages,
            volatile="its `config` says that it is" if volatile else found if volatile is None else None,
            style=style,
            docs=file.docs,
            template=file.template(),
            looked_at=closure.looked_at,
        )

    def _mistake(
        self, message: str, node: ast.expr | ast.stmt | ast.arg | ast.keyword, hint: str | None = None
    ) -> None:
        self.mistakes.append(CodeError(message, self.code.place(node), hint))

    def _function(self) -> ast.FunctionDef:
        found: ast.FunctionDef | None = None
        for node in self.code.tree.body:
            if isinstance(node, ast.AsyncFunctionDef) and node.name == "model":
                raise CodeError("`model` is called, not awaited", self.code.place(node), "write `def model(…)`")
            if isinstance(node, ast.FunctionDef) and node.name == "model":
                found = node
        if found is None:
            raise CodeError("there is no function `model` here", Location(self.code.path, 1), _NO_FUNCTION)
        return found

    # -- settings

    def _module_config(self, checks: Mapping[str, Check]) -> None:
        """`config = {…}` at the top level."""
        for node in self.code.tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if (
                not isinstance(target, ast.Name)
                or target.id != "config"
                or not isinstance(node, (ast.Assign, ast.AnnAssign))
            ):
                continue
            if not isinstance(node.value, ast.Dict):
                self._mistake("`config` must be a dict in braces", node, "it is read without running the file")
                continue
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    self._setting(key.value, key, value, checks)
                else:
                    self._mistake("the keys of `config` must be text", key or value)

    def _dbt_config(self, asks: str, checks: Mapping[str, Check]) -> None:
        for call in self._calls_of(asks, "config"):
            for argument in call.args:
                self._mistake(f"`{asks}.config` takes settings by name", argument)
            for keyword in call.keywords:
                if keyword.arg is None:
                    self._mistake(f"`{asks}.config` is read without running it: name each setting", keyword.value)
                else:
                    self._setting(keyword.arg, keyword, keyword.value, checks)

    def _setting(self, key: str, at: ast.expr | ast.keyword, value: ast.expr, checks: Mapping[str, Check]) -> None:
        try:
            plain = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            self._mistake(f"`{key}` must be a plain value", value, "settings are read without running the file")
            return
        if key == "dialect":
            self._mistake("`dialect` is for models in SQL", at)
            return
        found = check_setting(key, plain, checks)
        if found.harmless:
            self.warnings.append(f"{self.code.place(at)}: {found.message}")
        elif found.message:
            self._mistake(found.message, at if found.about == "key" else value, found.hint)
        else:
            value_of = found.value
            if found.key in HOOKS:
                value_of = tuple(replace(hook, where=self.code.place(value)) for hook in value_of)
            self.settings = merge(self.settings, {found.key: value_of})

    def _check_kind(self, config: Config) -> None:
        kind = config.materialized
        if kind != "table":
            where = Location(self.code.path)
            for node in ast.walk(self.code.tree):
                if isinstance(node, ast.Constant) and node.value == kind:
                    where = self.code.place(node)
            rows = "its rows are kept: only SQL can be a view or go into another query"
            reason = "it is made whole each time: increments are for models in SQL" if kind == "incremental" else rows
            hint = f"{reason}; `config = {{'materialized': 'table'}}`"
            self.mistakes.append(CodeError(f"a Python model cannot be `{kind}`", where, hint))

    def _offset_of_text(self, text: str) -> int:
        constants = (node for node in ast.walk(self.code.tree) if isinstance(node, ast.Constant) and node.value == text)
        first = next(constants, None)
        return self.code.offset(first) if first is not None else 0

    # -- tables

    def _parameters(self, function: ast.FunctionDef, config: Config, dialect: str) -> tuple[TableRead, ...]:
        given = function.args
        for star in (given.vararg, given.kwarg):
            if star is not None:
                self._mistake(f"`*{star.arg}`: every table that is read has a parameter of its own", star)
        for parameter in given.posonlyargs:
            self._mistake(
                "tables are given by name: this parameter has only a position", parameter, "leave out the `/`"
            )
        plain = [*given.posonlyargs, *given.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(given.defaults))
        pairs = zip([*plain, *given.kwonlyargs], [*defaults, *given.defaults, *given.kw_defaults], strict=True)
        reads = []
        for parameter, default in pairs:
            parts = self._named(parameter, default, config)
            frame = self._frame(parameter, dialect)
            if parts and frame:
                at: ast.expr | ast.arg = default or parameter
                reads.append(TableRead(self._reference(parts, at), parameter.arg, frame))
        return tuple(sorted(reads, key=lambda read: read.reference.start))

    def _named(self, parameter: ast.arg, default: ast.expr | None, config: Config) -> tuple[str, ...] | None:
        if default is None:
            dotted = [name.split(".") for name in config.depends_on]
            meant = next((parts for parts in dotted if parts[-1].casefold() == parameter.arg.casefold()), None)
            return tuple(meant or (parameter.arg,))
        if isinstance(default, ast.Constant) and isinstance(default.value, str) and all(default.value.split(".")):
            return tuple(default.value.split("."))
        hint = f'{parameter.arg}="raw.{parameter.arg}", where the table is not called `{parameter.arg}`'
        self._mistake("a parameter's default is the name of its table, as text", default, hint)
        return None

    def _frame(self, parameter: ast.arg, dialect: str) -> Frame | None:
        annotation: ast.expr | None = parameter.annotation
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            with contextlib.suppress(SyntaxError):
                annotation = ast.copy_location(ast.parse(annotation.value, mode="eval").body, annotation)
        name = "pandas.DataFrame" if annotation is None else self.code.dotted(annotation)
        frame = FRAMES.get(name or "")
        at = parameter.annotation or parameter
        if frame is None:
            told = ast.unparse(parameter.annotation) if parameter.annotation else ""
            self._mistake(f"a table cannot arrive as `{told}`", at, f"as one of {', '.join(list(FRAMES)[:5])}")
        elif (frame == "spark") != (dialect == "spark") and frame in ("spark", "duckdb"):
            engine = "spark" if frame == "spark" else "duckdb"
            hint = (
                f'`config = {{"engine": "{engine}"}}` runs this model there; a pandas.DataFrame arrives on any engine'
            )
            self._mistake(f"a `{name}` is there on the engine {engine} only", at, hint)
        elif frame in PACKAGES and not installed(PACKAGES[frame]):
            self._mistake(f"`{PACKAGES[frame]}` is not installed", at, f"pip install {PACKAGES[frame]}")
        else:
            return frame
        return None

    def _asked_for(self, asks: str, dialect: str) -> tuple[TableRead, ...]:
        frame: Frame = "spark" if dialect == "spark" else "duckdb"
        reads = []
        for word, counts in (("ref", (1, 2)), ("source", (2,))):
            for call in self._calls_of(asks, word):
                texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if call.keywords or len(texts) != len(call.args) or len(texts) not in counts or not all(texts):
                    example = f'{asks}.ref("orders")' if word == "ref" else f'{asks}.source("raw", "orders")'
                    told = f"`{asks}.{word}` takes names as text: what is read is found without running the file"
                    self._mistake(told, call, example)
                    continue
                parts = (texts[-1],) if word == "ref" else tuple(texts)
                reads.append(TableRead(self._reference(parts, call), ".".join(parts), frame))
        return tuple(sorted(reads, key=lambda read: read.reference.start))

    def _calls_of(self, asks: str, word: str) -> list[ast.Call]:
        return [call for call in self.code.calls() if self.code.dotted(call.func) == f"{asks}.{word}"]

    def _reference(self, parts: tuple[str, ...], at: ast.expr | ast.arg) -> Reference:
        start = self.code.offset(at)
        return Reference(parts, start, start + 1, "", start)


def _style(function: ast.FunctionDef) -> tuple[Any, str | None]:
    """`model(dbt, session)` is dbt's."""
    parameters = function.args.args
    if [parameter.arg for parameter in parameters] == ["dbt", "session"] and not function.args.defaults:
        return "dbt", "dbt"
    return "tables", None
