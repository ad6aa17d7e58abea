"""Values of several kinds that meet: in a comparison, a CASE, a list, a column of UNION or VALUES.

Of a REAL and a decimal or whole number DuckDB makes a REAL, Spark a DOUBLE, in which 0.1 is another number. A boolean
is a number to DuckDB there, and a whole number a condition; Spark takes them for mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from odibi_sql.sql.spark.operands import Kind, Refused, kind, known_kind, raw, string

NUMBERS: frozenset[Kind | None] = frozenset({"integer", "decimal", "double", "real"})


def meet(parts: Iterable[exp.Expr], of: Callable[[exp.Expr], Kind | None] = kind) -> None:
    """Numbers that are written out become REALs where they meet one. Raises Refused."""
    together = [one for one in parts if not isinstance(one, exp.Null)]
    if any(known_kind(one) not in (None, "boolean", *NUMBERS) for one in together):
        return
    kinds = {id(one): of(one) for one in together}
    number = next((one for one in together if kinds[id(one)] in NUMBERS), None)
    truth = next((one for one in together if kinds[id(one)] == "boolean"), None)
    if number is not None and truth is not None:
        raise Refused(truth, "a boolean is no number on Spark", "cast it: x::INTEGER")
    if "real" not in kinds.values() or "double" in kinds.values():
        return
    for one in together:
        if kinds[id(one)] not in ("integer", "decimal"):
            continue
        if not _is_short(one):
            raise Refused(one, "where it meets a REAL this is another number on Spark", "cast the REAL to DOUBLE")
        one.replace(raw(f"CAST({one.sql('spark')} AS FLOAT)", "real"))


def _is_short(node: exp.Expr) -> bool:
    """Whether it is a number that is written out, of which a REAL is made in one way only."""
    node = node.this if isinstance(node, exp.Neg) else node
    digits = node.name.replace(".", "").strip("0") if isinstance(node, exp.Literal) else "?"
    return bool(re.fullmatch(r"\d{0,7}", digits))


def compared(node: exp.Expr) -> exp.Expr:
    """=, <>, IS DISTINCT FROM and so on, and nullif()."""
    meet((node.this, node.expression))
    return node


def between(node: exp.Expr) -> exp.Expr:
    meet((node.this, node.args["low"], node.args["high"]))
    return node


def case(node: exp.Expr) -> exp.Expr:
    cases, otherwise = node.args["ifs"], node.args.get("default")
    if node.this is not None:
        meet((node.this, *(one.this for one in cases)))
    else:
        for one in cases:
            is_condition(one.this)
    meet([one.args["true"] for one in cases] + ([otherwise] if otherwise is not None else []))
    return node


def either(node: exp.Expr) -> exp.Expr:
    """if(a, b, c)"""
    if isinstance(node.parent, exp.Case):
        return node
    is_condition(node.this)
    meet(one for one in (node.args["true"], node.args.get("false")) if one is not None)
    return node


def chosen(node: exp.Expr) -> exp.Expr:
    """coalesce, greatest, least"""
    meet((node.this, *node.expressions))
    return node


def alike(node: exp.Expr) -> None:
    """What Spark takes no text for; what DuckDB reads in it is a value of the others' kind."""
    parts = (node.this, *node.expressions)
    if any(known_kind(one) not in (None, "text") for one in parts):
        for one in parts:
            if string(one) is not None:
                raise Refused(one, "a text among other values is no such value on Spark", "cast it: '2024-12-31'::DATE")


def is_condition(node: exp.Expr) -> None:
    if kind(node) not in (None, "boolean"):
        raise Refused(node, "Spark's conditions are booleans only", "write what is asked: x <> 0")


def clause(node: exp.Expr) -> exp.Expr:
    """WHERE, HAVING, NOT"""
    is_condition(node.this)
    return node


def connected(node: exp.Expr) -> exp.Expr:
    """AND, OR"""
    is_condition(node.this)
    is_condition(node.expression)
    return node


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.EQ: compared,
    exp.NEQ: compared,
    exp.NullSafeEQ: compared,
    exp.NullSafeNEQ: compared,
    exp.Nullif: compared,
    exp.Between: between,
    exp.Case: case,
    exp.If: either,
    exp.Coalesce: chosen,
    exp.Where: clause,
    exp.Having: clause,
    exp.Not: clause,
    exp.And: connected,
    exp.Or: connected,
}
