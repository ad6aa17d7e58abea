"""A model's contract: the columns that its YAML promises, against those that it has.

Names are compared without regard to case, and their order does not count. Types are the engine's; a bare `decimal` or
`numeric` is kept by a decimal of any precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress

from odibi_sql.engines.protocol import EngineFailure, Session
from odibi_sql.errors import Location, OdibiError, Problems, ProjectError, nearest
from odibi_sql.model import AnyModel, ColumnDoc
from odibi_sql.relation import Column, Stored

_ANY_DECIMAL = frozenset(["decimal", "dec", "numeric"])

Columns = tuple[Column, ...]
Describe = Callable[[Stored], Columns]


def has_contract(definition: object) -> bool:
    return isinstance(definition, AnyModel) and definition.config.contract


def keep_contract(model: AnyModel, columns: Sequence[Column], session: Session) -> None:
    """Raises Problems where a model with these columns breaks its contract. `session` is DuckDB's."""
    with closing(session.cursor()) as cursor:
        broken = breaches(model, columns, cursor.columns_of)
    if broken:
        raise Problems(broken)


def breaches(model: AnyModel, columns: Sequence[Column], describe: Describe) -> tuple[OdibiError, ...]:
    """What a model with these columns does not keep of its contract. `describe` is the engine's own."""
    try:
        if is_kept_as_written(model, columns):
            return ()
        return tuple(_breaches(model, columns, promised(model, describe)))
    except Problems as problems:
        return tuple(problems.errors)


def promised(model: AnyModel, describe: Describe) -> Columns:
    """The contract's columns with the engine's names of their types. Raises Problems for what is not a contract."""
    if problems := list(_incomplete(model)):
        raise Problems(problems)
    written = tuple(Column(column.name, column.data_type or "") for column in model.docs.columns)
    with suppress(EngineFailure):
        return describe(Stored(written, ()))
    exact: list[Column] = []
    for column, declared in zip(written, model.docs.columns, strict=True):
        try:
            exact += describe(Stored((column,), ()))
        except EngineFailure as failure:
            hint = failure.advice
            told = f"`{column.type}` is not a type: {failure.message}"
            problems.append(ProjectError(told, declared.type_where, hint))
    if problems:
        raise Problems(problems)
    return tuple(exact)


def _incomplete(model: AnyModel) -> Iterator[OdibiError]:
    where = model.docs.where or Location(model.path)
    if not model.docs.columns:
        hint = "list them in YAML under `columns:`, each with `name` and `data_type`"
        yield ProjectError(f"the contract of `{model.name}` has no columns", where, hint)
    for column in model.docs.columns:
        if not column.data_type:
            told = f"the contract of `{model.name}` does not say the type of `{column.name}`"
            yield ProjectError(told, column.where, "give the column a `data_type`")


def is_kept_as_written(model: AnyModel, columns: Sequence[Column]) -> bool:
    """Then no engine need be asked what the contract's types mean."""
    written = {column.name.casefold(): (column.data_type or "").upper() for column in model.docs.columns}
    return written == {column.name.casefold(): column.type for column in columns}


def _breaches(model: AnyModel, columns: Sequence[Column], exact: Columns) -> Iterator[OdibiError]:
    has = {column.name.casefold(): column for column in columns}
    for declared, wanted in zip(model.docs.columns, exact, strict=True):
        column = has.pop(declared.name.casefold(), None)
        if column is None:
            close = nearest(declared.name, [one.name for one in columns])
            told = f"the contract of `{model.name}` promises a column `{declared.name}`, which it does not have"
            yield ProjectError(told, declared.where, f"did you mean `{close}`?" if close else None)
        elif column.type != wanted.type and not _is_any_decimal(column, declared):
            told = f"`{column.name}` of `{model.name}` is {column.type}, and its contract promises {wanted.type}"
            yield ProjectError(told, declared.type_where, f"cast it in {model.path}, or change the contract")
    for column in has.values():
        told = f"`{model.name}` has a column `{column.name}` ({column.type}), which its contract does not name"
        hint = f"add `- {{name: {column.name}, data_type: {column.type.lower()}}}` to its columns, or leave it out"
        yield ProjectError(told, model.docs.where or Location(model.path), hint)


def _is_any_decimal(column: Column, declared: ColumnDoc) -> bool:
    return (declared.data_type or "").strip().casefold() in _ANY_DECIMAL and column.type.startswith("DECIMAL")
