"""A declared check of a known type -> SQL, under the name it has here; all mistakes in its arguments at once."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from odibi_sql.checks import CHECKS
from odibi_sql.checks.arguments import ArgumentError, quoted
from odibi_sql.checks.kind import CheckKind, Failing, Subject
from odibi_sql.checks.packages import PACKAGES
from odibi_sql.documents import Document, Entry
from odibi_sql.errors import OdibiError, Problems, ProjectError, nearest
from odibi_sql.project.declared import Declared
from odibi_sql.project.settings import merge, shown


def translated(declared: Declared) -> Declared:
    """A check of one of dbt's packages as it is called here. Raises ProjectError where there is no such thing."""
    if declared.package is None:
        return declared
    package = PACKAGES.get(declared.package)
    if package is None:
        hint = "put the macro into macros/, and leave the package's name out"
        raise ProjectError(f"no checks of a package `{declared.package}`", declared.where, hint)
    found = package.get(declared.test)
    if found is None:
        close = nearest(declared.test, package)
        hint = f"did you mean `{declared.package}.{close}`?" if close else f"there are: {', '.join(package)}"
        raise ProjectError(f"no check `{declared.package}.{declared.test}`", declared.where, hint)
    arguments = {}
    settings = declared.settings
    for name, entry in declared.arguments.items():
        if name == "row_condition" and declared.package == "dbt_expectations":
            settings = merge({"where": str(entry.document.value)}, settings)
            continue
        value = entry.document.value
        if name in found.negated and isinstance(value, bool):
            entry = Entry(entry.key, Document(not value, entry.document.where))
        arguments[found.arguments.get(name, name)] = entry
    return replace(declared, test=found.test, package=None, arguments=arguments, settings=settings)


def written(declared: Declared, rows: str, others: Collection[str]) -> Failing:
    """The SQL for the rows that fail, of the table `rows`. `others` are the project's own types of checks.

    Raises ProjectError, or Problems.
    """
    kind = CHECKS.get(declared.test)
    if kind is None:
        known = [*CHECKS, *(name.removeprefix("test_") for name in others)]
        close = nearest(declared.test, known)
        hint = f"did you mean `{close}`?" if close else f"there are: {', '.join(known)}"
        raise ProjectError(f"no check `{declared.test}`", declared.where, hint)
    given = dict(declared.arguments)
    column = quoted(declared.column) if declared.column is not None else None
    if column is None and "column_name" in given:
        column = str(given.pop("column_name").document.value)
    _check_place(kind, declared, column)
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
    missing = [f"`{name}`" for name, one in kind.arguments.items() if one.required and name not in given]
    if missing:
        problems.append(ProjectError(f"`{declared.test}` needs {', '.join(missing)}", declared.where))
    if problems:
        raise Problems(problems)
    try:
        return kind.failing(Subject(rows, column), arguments)
    except ArgumentError as wrong:
        raise ProjectError(f"`{declared.test}` {wrong}", declared.where) from wrong


def _check_place(kind: CheckKind, declared: Declared, column: str | None) -> None:
    if kind.on == "column" and column is None:
        hint = "put it under a column, or give it a `column_name`"
        raise ProjectError(f"`{declared.test}` is a check of a column", declared.where, hint)
    if kind.on == "table" and declared.column is not None:
        raise ProjectError(f"`{declared.test}` is a check of a whole table", declared.where, "put it beside `columns`")
