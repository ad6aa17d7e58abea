"""A DuckDB query -> the same query for Spark, the same in its rows, or a Refused.

naming      names of columns that have none
cases       names of columns in the case that they have
schemas     types of the columns read, where those of the inputs are given
outer       names of tables around subqueries, where a column within has the same
stars       the columns of `*`, spelled out where Spark would have others
spelled     what is spelled out before: the columns of ALL, aliases, and what is ordered by but not selected
recursion   types of what WITH RECURSIVE goes on with
totals      grouping sets, so that they have a total of no rows
operands    parts of a query, their types, and the SQL of a refusal that only Spark can decide
numbers, texts, times, nested, mixed, aggregates, queries
            what is rewritten or refused, by topic
known       what needs neither

Most functions of both engines share a name, and many of them not the meaning. So nothing passes because sqlglot has a
word for it: every node must be on one of these lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from odibi_sql.sql.spark import aggregates, mixed, nested, numbers, queries, texts, times
from odibi_sql.sql.spark.cases import spell_names, waits_for_names
from odibi_sql.sql.spark.known import EQUAL, EQUAL_BY_NAME
from odibi_sql.sql.spark.naming import name_columns
from odibi_sql.sql.spark.operands import ASKED, TYPE, Refused, known_kind
from odibi_sql.sql.spark.outer import rename_outer
from odibi_sql.sql.spark.recursion import keep_types
from odibi_sql.sql.spark.schemas import INPUT, Describe, Schemas, asking, mark_columns, mark_operands
from odibi_sql.sql.spark.spelled import order_by_columns, own_columns, spell_aliases, spell_all, unnest_whole
from odibi_sql.sql.spark.stars import spell_stars, waits_for_columns
from odibi_sql.sql.spark.totals import keep_totals

__all__ = ["INPUT", "Describe", "Refused", "Schemas", "for_spark", "name_columns"]

_TOPICS = (numbers, texts, times, nested, aggregates)
REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    **queries.REWRITES,
    **mixed.REWRITES,
    **{class_: rewrite for topic in _TOPICS for class_, rewrite in topic.REWRITES.items()},
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    name: rewrite for topic in _TOPICS for name, rewrite in topic.FUNCTIONS.items()
}


def for_spark(
    root: exp.Expr, schemas: Schemas | None = None, describe: Describe | None = None
) -> tuple[exp.Expr, bool]:
    """The tree changed, innermost parts first, so that each rewrite finds its operands in Spark's terms already; and
    whether it is one to plan with only, because types that are not told may change it."""
    ask = asking(schemas, describe) if schemas is not None and describe is not None else None
    names_wait = waits_for_names(root)
    _quote_names(root)
    nested.read_indexes(root)
    rename_outer(root, ask)
    if ask is not None and schemas is not None:
        spell_names(root, schemas, ask)
        spell_stars(root, ask)
    keep_types(root, ask)
    keep_totals(root, ask)
    spell_all(root)
    spell_aliases(root, ask)
    unnest_whole(root)
    own_columns(root, ask)
    order_by_columns(root, ask)
    stars_wait = any(map(waits_for_columns, root.find_all(exp.Select)))
    nodes = list(root.walk())
    _check_known(nodes)
    if ask is not None:
        mark_columns(root, ask)
        mark_operands(root, ask, _is_operand)
    if schemas is not None and describe is not None:
        for node in nodes:
            node.meta["typed"] = True
    kinds = {id(node): known_kind(node) for node in nodes}
    asked = list(nodes)
    for node in reversed(nodes):
        rewrite = _rewrite(node)
        if rewrite is None or node.meta.get("replaced"):
            continue
        starts = [one.meta["start"] for one in node.walk() if "start" in one.meta and not isinstance(one, exp.Star)]
        made = rewrite(node)
        if made is not node:
            asked.append(made)
            if starts:
                made.meta["start"] = min(starts)  # where a refusal around it stands
            if node.comments and not made.comments:
                made.add_comments(node.comments)
            known = made.meta.get("kind") or kinds[id(node)]
            if known:
                made.meta["kind"] = known
            if known in ("list", "struct") and TYPE in node.meta:
                made.meta.setdefault(TYPE, node.meta[TYPE])
            if node is root:
                root = made
            else:
                node.replace(made)
    return root, schemas is None and (names_wait or stars_wait or any(node.meta.get(ASKED) for node in asked))


def _quote_names(root: exp.Expr) -> None:
    """Spark's names are of ASCII unless they are quoted."""
    for name in root.find_all(exp.Identifier):
        if not name.name.isascii():
            name.set("quoted", True)


def _is_operand(node: exp.Expr) -> bool:
    parent = node.parent
    return parent is not None and not isinstance(parent, exp.Select) and _rewrite(parent) is not None


def _rewrite(node: exp.Expr) -> Callable[[exp.Expr], exp.Expr] | None:
    if isinstance(node, exp.Anonymous):
        return FUNCTIONS.get(node.name.lower())
    return REWRITES.get(type(node))


def _check_known(nodes: list[exp.Expr]) -> None:
    for node in nodes:
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            called = f"{node.expression.name}(…)"
            raise Refused(node, f"Spark has no functions behind a dot: `.{called}`", "write the value in the brackets")
        if type(node) in EQUAL or _rewrite(node) is not None:
            continue
        name = node.name.lower() if isinstance(node, exp.Anonymous) else node.key
        if name in EQUAL_BY_NAME:
            continue
        shown = node.sql("duckdb").split("(")[0].lower() if isinstance(node, exp.Func) else name.upper()
        raise Refused(
            node,
            f"`{shown}` is not known to mean the same on Spark",
            "say it in another way, or give the model the engine duckdb",
        )
