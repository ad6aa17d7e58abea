"""Declared checks and check files -> Check: arguments looked at, SQL written or rendered, and analysed.

Every check that is wrong is a problem with its place in YAML, and the others go on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from odibi_sql.checks import CHECKS
from odibi_sql.checks.arguments import ArgumentError, quoted
from odibi_sql.checks.kind import CheckKind, Failing, Subject
from odibi_sql.errors import Location, OdibiError, Problems, ProjectError, SqlError, nearest
from odibi_sql.model import AnyModel, Check, Config, Docs, Model, Seed, Source
from odibi_sql.project import ModelFile, Project
from odibi_sql.project.declared import Declared
from odibi_sql.project.settings import shown
from odibi_sql.remembered import ModelMemo, template_hash
from odibi_sql.render import Renderer, has_jinja
from odibi_sql.sql import SyntaxProblem, analyse

LONGEST_NAME = 63


@dataclass
class CheckCompiler:
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
        return Check(**vars(model))

    # -- declared in YAML

    def _declared(self, declared: Declared, subject: AnyModel | Seed | Source) -> Check:
        kind = CHECKS.get(declared.test)
        if kind is None:
            close = nearest(declared.test, CHECKS)
            hint = f"did you mean `{close}`?" if close else f"there are: {', '.join(sorted(CHECKS))}"
            raise ProjectError(f"no check `{declared.test}`", declared.where, hint)
        rows = _rows(subject, declared.settings.get("where"))
        failing = self._failing(kind, declared, rows)
        name = declared.name or _name(declared, subject)
        settings = {key: value for key, value in declared.settings.items() if key != "where"}
        engine = subject.config.engine if isinstance(subject, AnyModel) else None
        file = ModelFile(name, str(declared.where), failing.sql, settings, Docs(declared.description), is_check=True)
        model = self._model(file, f"check {name}", lambda _: declared.where, engine, _jinja_of(declared))
        return Check(
            **{**vars(model), "path": declared.where.path},
            kind=declared.test,
            subject=subject.name,
            column=declared.column,
            where=declared.where,
            count=None if _jinja_of(declared) else failing.count,
            counted=rows,
        )

    def _failing(self, kind: CheckKind, declared: Declared, rows: str) -> Failing:
        given = dict(declared.arguments)
        column = quoted(declared.column) if declared.column is not None else None
        named = given.pop("column_name", None)
        if named is not None and column is None:
            column = str(named.document.value)
        if kind.on == "column" and column is None:
            hint = "put it under a column, or give it a `column_name`"
            raise ProjectError(f"`{declared.test}` is a check of a column", declared.where, hint)
        if kind.on == "table" and declared.column is not None:
            hint = "put it beside `columns`"
            raise ProjectError(f"`{declared.test}` is a check of a whole table", declared.where, hint)
        arguments = {name: one.default for name, one in kind.arguments.items() if not one.required}
        problems: list[OdibiError] = []
        for name, entry in given.items():
            if name not in kind.arguments:
                close = nearest(name, kind.arguments)
                hint = f"did you mean `{close}`?" if close else f"it takes: {', '.join(kind.arguments) or 'none'}"
                problems.append(ProjectError(f"`{declared.test}` has no argument `{name}`", entry.key, hint))
                continue
            try:
                arguments[name] = kind.arguments[name].read(entry.document.value)
            except ArgumentError as wrong:
                said = f"`{name}` must be {wrong}, not {shown(entry.document.value)}"
                problems.append(ProjectError(said, entry.document.where))
        missing = [name for name, one in kind.arguments.items() if one.required and name not in given]
        if missing:
            listed = ", ".join(f"`{name}`" for name in missing)
            problems.append(ProjectError(f"`{declared.test}` needs {listed}", declared.where))
        if problems:
            raise Problems(problems)
        return kind.failing(Subject(rows, column), arguments)

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
            template=template_hash(file),
            vars=rendered.vars,
            env=rendered.env,
        )
        self.warnings += rendered.warnings
        if self.memo:
            self.memo.put(file, model, text, rendered.warnings, memory)
        return model


def _resource(definition: AnyModel | Seed | Source) -> str:
    return "seed" if isinstance(definition, Seed) else "source" if isinstance(definition, Source) else "model"


def _rows(subject: AnyModel | Seed | Source, where: str | None) -> str:
    """What stands behind FROM: the table, or those of its rows that `where` is true of."""
    parts = (subject.schema, subject.table) if isinstance(subject, Source) and subject.schema else (subject.name,)
    table = ".".join(_quoted(part) for part in parts)
    last = _quoted(parts[-1])
    return f"(select * from {table} where {where}) as {last}" if where else table


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _jinja_of(declared: Declared) -> bool:
    """Whether what the user wrote is to be rendered; names of tables may look like Jinja, too."""
    given: list[Any] = [declared.settings.get("where") or "", *(e.document.value for e in declared.arguments.values())]
    return any(has_jinja(str(value)) for value in given)


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
