"""What WITH RECURSIVE goes on with -> cast to the types that it began with, as DuckDB does without a word.

Spark widens a type only in the first step, and stops where the next one is wider still.
"""

from __future__ import annotations

from sqlglot import exp

from odibi_sql.sql.spark.operands import ASKED, kind_of
from odibi_sql.sql.spark.schemas import Ask, is_star, leaves

_CAST = ("integer", "decimal", "double", "date", "timestamp", "zoned")


def keep_types(root: exp.Expr, ask: Ask | None) -> None:
    for union in root.find_all(exp.Union):
        if not is_recursive(union):
            continue
        if ask is None:
            union.meta[ASKED] = True
            continue
        first = next(leaves(union.this), None)
        began = ask(first, first.expressions) if first is not None else None
        for select in leaves(union.expression) if began is not None else ():
            if any(map(is_star, select.expressions)) or len(select.expressions) != len(began or ()):
                continue
            goes_on = ask(select, [one.unalias() for one in select.expressions])
            for number, (column, start) in enumerate(zip(select.expressions, began or (), strict=True)):
                known = kind_of(start.type)
                same = goes_on is not None and goes_on[number].type == start.type
                if known not in _CAST or (same and known != "decimal"):
                    continue
                value = column.unalias()
                made = exp.Cast(this=value.copy(), to=exp.DataType.build(start.type, dialect="duckdb"))
                value.replace(made)


def is_recursive(union: exp.Expr) -> bool:
    cte = union.parent
    if not isinstance(cte, exp.CTE):
        return False
    return any(table.name.lower() == cte.alias.lower() and not table.db for table in union.find_all(exp.Table))
