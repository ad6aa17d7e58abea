"""Declared unit tests -> UnitTest: a query whose rows are the difference between what is expected and what is given.

The model's own SQL stands in it, with fixtures in place of what it reads. A fixture has the columns and types of what
it stands for: that is joined to it without rows, and a value is cast by being an alternative to a NULL of its column.
While the query is written, marks say where its parts come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import Location, OdibiError, Problems, ProjectError, SqlError, nearest
from odibi_sql.model import AnyModel, Config, Docs, Model, Span, UnitTest, place_in
from odibi_sql.project import ModelFile, Project
from odibi_sql.project.unit_tests import Cell, DeclaredUnitTest, Fixture
from odibi_sql.quoting import quote_name, quote_text
from odibi_sql.relation import Slot
from odibi_sql.render import Renderer
from odibi_sql.sql import Statement, SyntaxProblem, analyse, bind

ENGINE = "duckdb"
THIS = ("this",)
SIGN = '"+/-"'


class UnitTestCompiler(Struct):
    project: Project
    environ: Mapping[str, str]
    problems: list[OdibiError] = field(default_factory=list)
    env: set[str] = field(default_factory=set)

    def unit_tests(self, models: Iterable[AnyModel]) -> list[UnitTest]:
        """Those that are enabled, of the models that are there and right."""
        known = {model.name.casefold(): model for model in models}
        files = {file.name.casefold(): file for file in self.project.models}
        made = []
        for declared in self.project.unit_tests:
            model, file = known.get(declared.model.casefold()), files.get(declared.model.casefold())
            try:
                if file is None:
                    close = nearest(declared.model, files)
                    hint = f"did you mean `{close}`?" if close else None
                    raise ProjectError(f"no model is named `{declared.model}`", declared.where, hint)
                if declared.enabled and isinstance(model, Model):
                    made.append(self._made(declared, model, file))
            except OdibiError as error:
                self.problems += error.errors if isinstance(error, Problems) else [error]
        return made

    def _made(self, declared: DeclaredUnitTest, model: Model, file: ModelFile) -> UnitTest:
        as_it_runs = self._statement(declared, file, incremental=declared.macros.get("is_incremental") is True)
        writing = _Writing(declared, model)
        marked = writing.query(as_it_runs, lambda: self._statement(declared, file, incremental=False))
        text, spans = writing.marks.taken_from(marked)
        config = Config(materialized="check", engine=ENGINE, tags=declared.tags)
        try:
            statement = analyse(text, ENGINE, ENGINE)
        except SyntaxProblem as problem:
            where = place_in(spans, problem.at) or declared.where
            raise SqlError(problem.message, where, problem.hint) from problem
        return UnitTest(
            name=declared.name,
            path=declared.where.path,
            config=config,
            statement=statement,
            docs=Docs(declared.description, where=declared.where),
            kind="unit_test",
            subject=model.name,
            where=declared.where,
            spans=spans,
        )

    def _statement(self, declared: DeclaredUnitTest, file: ModelFile, *, incremental: bool) -> Statement:
        project = replace(self.project, vars={**self.project.vars, **declared.vars})
        environ = {**self.environ, **{name: str(value) for name, value in declared.env_vars.items()}}
        macros = {name: value for name, value in declared.macros.items() if name != "is_incremental"}
        renderer = Renderer(project, environ, lambda _: incremental)
        rendered = renderer.render(replace(file, text=f"{_replacing(macros)}{file.text}"))
        self.env.update(name for name, _ in rendered.env if name not in declared.env_vars)
        try:
            return analyse(rendered.text, rendered.config.dialect or "duckdb", ENGINE)
        except SyntaxProblem as problem:
            told = f"with these overrides, `{declared.model}` is no SQL: {problem.message}"
            raise SqlError(told, declared.where, problem.hint) from problem


def _replacing(macros: Mapping[str, object]) -> str:
    """Macros of the template's own, which stand before those of the project."""
    return "".join(
        f"{{% macro {name.rpartition('.')[2]}() %}}{{% set _ = [varargs, kwargs] %}}{_plain(value)}{{% endmacro %}}"
        for name, value in macros.items()
    )


def _plain(value: object) -> str:
    written = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else str(value)
    return f"{{% raw %}}{written}{{% endraw %}}"


class _Marks(Struct):
    """Marks in a text that is being put together; YAML and SQL cannot hold the character that they are made of."""

    places: list[tuple[Location | None, bool]] = field(default_factory=list)

    def at(self, where: Location | None, text: str, *, is_text: bool = False) -> str:
        """The text, marked as coming from there; what follows it comes from nowhere."""
        self.places.append((where, is_text))
        return f"\0{len(self.places) - 1}\0{text}\0\0"

    def lines(self, fixture: Fixture, text: str) -> str:
        inside = fixture.inside
        if inside is None or inside.line is None:
            return self.at(fixture.where, text)
        first = inside.line
        lines = enumerate(text.split("\n"))
        return "\n".join(self.at(replace(inside, line=first + number), one, is_text=True) for number, one in lines)

    def taken_from(self, marked: str) -> tuple[str, tuple[Span, ...]]:
        """The text without marks, and what they said."""
        first, *parts = marked.split("\0")
        text, spans = first, []
        for number, part in zip(parts[::2], parts[1::2], strict=True):
            where, is_text = self.places[int(number)] if number else (None, False)
            spans.append(Span(len(text), where, is_text))
            text += part
        return text, tuple(spans)


class _Writing(Struct):
    """The query of one unit test: `given` as CTEs, the model's SQL over them, and the two differences."""

    declared: DeclaredUnitTest
    model: Model
    ctes: list[str] = field(default_factory=list)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    marks: _Marks = field(default_factory=_Marks)

    def query(self, as_it_runs: Statement, from_nothing: Callable[[], Statement]) -> str:
        for number, (parts, where, _) in enumerate(self.declared.given):
            key = _fold(parts)
            if key in self.names:
                raise ProjectError(f"`{'.'.join(parts)}` is given twice", where)
            self.names[key] = f"odibi_given_{number}"
        self._check_given(as_it_runs)
        for parts, _, fixture in sorted(self.declared.given, key=lambda one: self._is_own(_fold(one[0]))):
            source = ".".join(map(quote_name, parts))
            if self._is_own(_fold(parts)):
                self.ctes.append(f"odibi_full AS (\n{self._bound(from_nothing())}\n)")
                source = "odibi_full"
            self.ctes.append(f"{self.names[_fold(parts)]} AS (\n{self._rows(fixture, source)}\n)")
        expect = self.declared.expect
        self.ctes.append(f"odibi_actual AS (\n{self._bound(as_it_runs)}\n)")
        listed = ", ".join(map(quote_name, expect.columns)) or "*"
        self.ctes.append(f"odibi_expected AS (SELECT {listed} FROM (\n{self._rows(expect, 'odibi_actual')}\n) AS t)")
        self.ctes.append(f"odibi_given AS (SELECT {listed} FROM odibi_actual)")
        return (
            f"WITH {', '.join(self.ctes)}\n"
            f"SELECT '-' AS {SIGN}, * FROM (SELECT * FROM odibi_expected EXCEPT ALL SELECT * FROM odibi_given) AS a\n"
            f"UNION ALL\n"
            f"SELECT '+' AS {SIGN}, * FROM (SELECT * FROM odibi_given EXCEPT ALL SELECT * FROM odibi_expected) AS b\n"
            f"ORDER BY ALL"
        )

    def _check_given(self, statement: Statement) -> None:
        """All that the model reads must be given, and nothing else."""
        read = {_fold(reference.parts) for reference in statement.references}
        problems: list[OdibiError] = []
        for parts in sorted(read):
            if self._name_of(parts) is None:
                told = f"`{self.model.name}` reads `{'.'.join(parts)}`, for which no rows are given"
                problems.append(ProjectError(told, self.declared.where, f"- input: {'.'.join(parts)}, and its `rows`"))
        for parts, where, _ in self.declared.given:
            if not any(self._stands_for(_fold(parts), one) for one in read):
                close = nearest(".".join(parts), [".".join(one) for one in read])
                hint = f"did you mean `{close}`?" if close else None
                problems.append(ProjectError(f"`{self.model.name}` does not read `{'.'.join(parts)}`", where, hint))
        if problems:
            raise Problems(problems)

    def _name_of(self, parts: tuple[str, ...]) -> str | None:
        return next((name for key, name in self.names.items() if self._stands_for(key, parts)), None)

    def _stands_for(self, given: tuple[str, ...], read: tuple[str, ...]) -> bool:
        if self._is_own(given):
            return self._is_own(read)
        return given == read or (len(given) == 1 and given[0] == read[-1] and len(read) == 2)

    def _is_own(self, parts: tuple[str, ...]) -> bool:
        own = self.model.name.casefold()
        return parts in (THIS, (own,), (self.model.config.schema.casefold(), own))

    def _bound(self, statement: Statement) -> str:
        slots = [*statement.rewrites, *(Slot(one.start, one.end, "path", one.path) for one in statement.files)]
        names = {}
        for reference in statement.references:
            key = ".".join(reference.parts)
            names[key] = self._name_of(_fold(reference.parts)) or key
            slots.append(Slot(reference.start, reference.end, "relation", key, reference.suffix))
        return bind(statement.sql, [slot for slot in slots if slot.kind != "path"], names, "").sql

    def _rows(self, fixture: Fixture, source: str) -> str:
        """The SELECT of a fixture's rows, with all columns of `source` and their types; what is not given is NULL."""
        empty = f"(SELECT * FROM {source} WHERE false) AS t"
        if fixture.sql is not None:
            query = self.marks.lines(fixture, fixture.sql.rstrip().rstrip(";"))
            return f"SELECT * FROM {empty} UNION ALL BY NAME\n(\n{query}\n)"
        if not fixture.rows:
            return f"SELECT * FROM {empty}"
        named: set[str] = set()
        return "\nUNION ALL\n".join(self._row(row, empty, named) for row in fixture.rows)

    def _row(self, row: tuple[Cell, ...], empty: str, named: set[str]) -> str:
        """`named` are columns of rows before. The others are named in the join: what is not there is missed with its
        place, which a list of REPLACE does not tell."""
        given = ", ".join(self._value(cell) for cell in row)
        new = {cell.column: cell.named for cell in row if cell.column not in named}
        named.update(new)
        joined = " AND ".join(f"{self.marks.at(where, quote_name(column))} IS NULL" for column, where in new.items())
        replaced = f" REPLACE ({given})" if given else ""
        return f'SELECT t.*{replaced} FROM (SELECT 1 AS "1") AS o LEFT JOIN {empty} ON {joined or "true"}'

    def _value(self, cell: Cell) -> str:
        column = quote_name(cell.column)
        if cell.text is None:
            return f"t.{column} AS {column}"
        return f"coalesce(t.{column}, {self.marks.at(cell.where, quote_text(cell.text))}) AS {column}"


def _fold(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in parts)
