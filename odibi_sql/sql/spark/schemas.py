"""The columns that a query reads, where their types are given -> kinds marked on the tree.

A column is marked only where no doubt is possible: all tables read are given, they agree on the type of the name, and
nothing in the query makes a column of that name itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import ParseError

from odibi_sql.sql.spark.operands import Kind, of_type

Schemas = Mapping[str, Mapping[str, str]]  # table as written, in lower case -> column -> type in DuckDB's words


def mark_columns(root: exp.Expr, schemas: Schemas) -> None:
    ctes = {cte.alias.lower() for cte in root.find_all(exp.CTE)}
    tables = [table for table in root.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    read = [_written(table) for table in tables if table.args.get("db") or table.name.lower() not in ctes]
    if any(name not in schemas for name in read) or root.find(exp.SetOperation, exp.Pivot):
        return
    kinds: dict[str, set[Kind | None]] = {}
    for name in read:
        for column, type_ in schemas[name].items():
            kinds.setdefault(column.lower(), set()).add(_kind(type_))
    made = {alias.alias.lower() for alias in root.find_all(exp.Alias)}
    made |= {one.name.lower() for alias in root.find_all(exp.TableAlias) for one in alias.args.get("columns") or ()}
    sources = {table.alias_or_name.lower() for table in tables}
    sources |= {one.alias.lower() for one in root.find_all(exp.Subquery) if one.alias}
    for node in root.find_all(exp.Column):
        name, qualifier = node.name.lower(), node.table.lower()
        if name in made or (qualifier and (qualifier not in sources or qualifier in kinds)):
            continue
        known = kinds.get(name, set())
        if len(known) == 1 and (one := next(iter(known))) is not None:
            node.meta["kind"] = one


def _written(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts).lower()


def _kind(type_: str) -> Kind | None:
    try:
        return of_type(exp.DataType.build(type_, dialect="duckdb"))
    except (ParseError, ValueError):
        return None
