"""Declared checks and check files -> Check: SQL written or rendered, and analysed.

Every check that is wrong is a problem with its place in YAML, and the others go on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from odibi_sql.checks.kind import Failing
from odibi_sql.errors import Location, OdibiError, Problems, RenderError, SqlError
from odibi_sql.model import AnyModel, Check, Config, Docs, Model, Seed, Source
from odibi_sql.project import ModelFile, Project
from odibi_sql.project.declared import Declared
from odibi_sql.quoting import quote_name
from odibi_sql.remembered import ModelMemo
from odibi_sql.render import Renderer, has_jinja
from odibi_sql.sql import SyntaxProblem, analyse
from odibi_sql.testing.writing import translated, written

LONGEST_NAME = 63
_TEST = re.compile(r"\{%[-+]?\s*(?:test\s+|data_test\s+|macro\s+test_)([^\W\d]\w*)")
_CALL = re.compile(r"\s*(env_var|ref|var|source)\s*\(.+\)\s*", re.DOTALL)
_EXPRESSION = re.compile(r"(\{\{.*?\}\})", re.DOTALL)


class CheckCompiler(Struct, dict=True):
    """`dialect_of` gives the dialect that a node of these settings is run in."""

    project: Project
    renderer: Renderer
    dialect_of: Callable[[Config], str]
    memo: ModelMemo | None = None
    problems: list[OdibiError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    env: set[str] = field(default_factory=set)

    def checks(self, definitions: Iterable[AnyModel | Seed | Source]) -> list[Check]:
        """Those that are enabled, of what is there."""
        subjects = {(_resource(one), one.name.casefold()): one for one in definitions}
        made: list[Check] = []
        for declared in self.project.declared:
            subject = subjects.get((declared.resource, declared.subject.casefold()))
            if subject is not None and declared.settings.get("enabled", True):
                made += self._or_problem(partial(self._declared, declared, subject))
        for file in self.project.checks:
            made += self._or_problem(partial(self._singular, file))
        return made

    def _or_problem(self, make: Callable[[], Check]) -> Iterator[Check]:
        try:
            check = make()
        except OdibiError as error:
            self.problems += error.errors if isinstance(error, Problems) else [error]
        else:
            self.env.update(name for name, _ in check.env)
            if check.config.enabled:
                yield check

    # -- a file of its own

    def _singular(self, file: ModelFile) -> Check:
        model = self._model(file, file.path, lambda at: self.renderer.locate(file, at))
        return Check(**asdict(model))

    # -- declared in YAML

    def _declared(self, declared: Declared, subject: AnyModel | Seed | Source) -> Check:
        rows = _rows(subject, declared.settings.get("where"))
        if f"test_{declared.test}" in self._custom and declared.package in (None, self.project.name):
            failing, jinja = Failing(_call(declared, subject)), True
        else:
            declared = translated(declared)
            rows = _rows(subject, declared.settings.get("where"))
            failing, jinja = written(declared, rows, self._custom), _has_jinja(declared)
        name = declared.name or _name(declared, subject)
        settings = {key: value for key, value in declared.settings.items() if key != "where"}
        engine = subject.config.engine if isinstance(subject, AnyModel) else None
        file = ModelFile(name, str(declared.where), failing.sql, settings, Docs(declared.description), is_check=True)
        try:
            model = self._model(file, f"check {name}", lambda _: declared.where, engine, jinja)
        except RenderError as error:
            raise _at_declaration(error, declared.where) from error
        return Check(
            **{**asdict(model), "path": declared.where.path},
            kind=declared.test,
            subject=subject.name,
            column=declared.column,
            where=declared.where,
            count=None if jinja or settings.get("fail_calc") else failing.count,
            wrong=failing.wrong,
            counted=rows,
        )

    @cached_property
    def _custom(self) -> frozenset[str]:
        """Macros that are types of checks, by their names."""
        found = (_TEST.findall(file.text) for file in self.project.macros)
        return frozenset(f"test_{name}" for names in found for name in names)

    # -- both

    def _model(
        self,
        file: ModelFile,
        memory: str,
        locate: Callable[[int], Location],
        engine: str | None = None,
        jinja: bool = True,
    ) -> Model:
        """`memory` is the name under which it is remembered."""
        remembered = self.memo.get(file, memory) if self.memo else None
        if remembered is not None:
            self.warnings += remembered.warnings
            return remembered.model
        rendered = self.renderer.render(file if jinja else replace(file, text=""))
        text = rendered.text if jinja else file.text
        config = replace(rendered.config, engine=engine)
        try:
            statement = analyse(text, "duckdb", self.dialect_of(config))
        except SyntaxProblem as problem:
            raise SqlError(problem.message, locate(problem.at), problem.hint) from problem
        model = Model(
            name=file.name,
            path=file.path,
            config=config,
            statement=statement,
            docs=file.docs,
            template=file.template(),
            vars=rendered.vars,
            env=rendered.env,
        )
        self.warnings += rendered.warnings
        if self.memo:
            self.memo.put(file, model, text, rendered.warnings, memory)
        return model


def _resource(definition: AnyModel | Seed | Source) -> str:
    return "seed" if isinstance(definition, Seed) else "source" if isinstance(definition, Source) else "model"


def _table(subject: AnyModel | Seed | Source) -> tuple[str, ...]:
    """Its name, quoted, in parts."""
    parts = (subject.schema, subject.table) if isinstance(subject, Source) and subject.schema else (subject.name,)
    return tuple(quote_name(part) for part in parts)


def _rows(subject: AnyModel | Seed | Source, where: str | None) -> str:
    """What stands behind FROM: the table, or those of its rows that `where` is true of."""
    parts = _table(subject)
    table = ".".join(parts)
    return f"(select * from {table} where {where}\n) as {parts[-1]}" if where else table


def _has_jinja(declared: Declared) -> bool:
    """Whether what the user wrote is to be rendered; names of tables may look like Jinja, too."""
    given: list[Any] = [declared.settings.get("where") or "", *(e.document.value for e in declared.arguments.values())]
    return any(has_jinja(str(value)) for value in given)


def _call(declared: Declared, subject: AnyModel | Seed | Source) -> str:
    """A template that calls the check's macro, as dbt does: a value that is Jinja, such as `ref('x')`, is rendered."""
    table, where = ".".join(_table(subject)), declared.settings.get("where")
    model = f"{f'(select * from {table} where '!r} ~ {_value(where)} ~ '\\n)'" if where else repr(table)
    arguments = [f"model={model}"]  # which the macro may give a name
    if declared.column is not None:
        arguments.append(f"column_name={declared.column!r}")
    arguments += [f"{name}={_value(entry.document.value)}" for name, entry in declared.arguments.items()]
    return f"{{{{ test_{declared.test}({', '.join(arguments)}) }}}}"


def _value(value: Any) -> str:
    """A value of YAML as a Jinja expression."""
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return "{" + ", ".join(f"{str(key)!r}: {_value(one)}" for key, one in value.items()) + "}"
    text = str(value)
    if _CALL.fullmatch(text):
        return text.strip()
    parts = [part for part in _EXPRESSION.split(text) if part]
    told = [f"({part[2:-2].strip()})" if _EXPRESSION.fullmatch(part) else repr(part) for part in parts]
    return f"({' ~ '.join(told)})" if told else "''"


def _at_declaration(error: RenderError, where: Location) -> RenderError:
    """The template that calls a macro is ours: its place is that of the check."""
    inside = str(where)
    message = re.sub(rf"{re.escape(inside)}(:\d+)+", inside, error.message)
    place = where if error.where and error.where.path == inside else error.where
    return RenderError(message, place, error.hint)


def _name(declared: Declared, subject: AnyModel | Seed | Source) -> str:
    """dbt's: `not_null_orders_id`, `accepted_values_orders_status__placed__shipped`; what is long ends in a hash."""
    of = f"{subject.schema}_{subject.table}" if isinstance(subject, Source) and subject.schema else subject.name
    prefix = "source_" if isinstance(subject, Source) else ""
    arguments: dict[str, Any] = {name: entry.document.value for name, entry in declared.arguments.items()}
    if declared.column is not None:
        arguments["column_name"] = declared.column
    flat = [part for name in sorted(arguments) for part in _parts(arguments[name])]
    told = "__".join(re.sub(r"[^0-9a-zA-Z_]+", "_", part) for part in flat)
    begin = re.sub(r"[^\w.-]+", "_", f"{prefix}{declared.test}_{of}")
    whole = f"{begin}_{told}" if told else begin
    if len(whole) <= LONGEST_NAME:
        return whole
    return f"{begin[:30]}_{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def _parts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(item) for item in value.values()]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
