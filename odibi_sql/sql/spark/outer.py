"""Tables of a query around a subquery -> under a name that is no column's within, where Spark would read that column.

In `from t as k where exists (select 1 from u where u.a = k.a)`, `k.a` is of the table `k` on both engines as long as
`u` has no column `k`. If it has one that is a struct with an `a`, both take that; if it is anything else, DuckDB goes
on to the table, and Spark stops, or takes a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from odibi_sql.sql.spark.operands import ASKED, Refused
from odibi_sql.sql.spark.schemas import Ask

_RENAMED = "__"  # before a name


def rename_outer(root: exp.Expr, ask: Ask | None) -> None:
    read: dict[int, tuple[exp.Expr, list[exp.Column]]] = {}
    hidden: set[int] = set()
    for column in root.find_all(exp.Column):
        select = column.find_ancestor(exp.Select)
        if len(column.parts) == 1 or not isinstance(select, exp.Select) or _is_parameter(column):
            continue
        source, within, owner = _source(column.parts[0].name.lower(), select)
        if source is None:
            continue
        if within:
            if ask is None:
                column.meta[ASKED] = True
            elif any(ask(one, [column]) is not None for one in within):
                continue  # a column within, and a part of it
            elif any(ask(one, [exp.Column(this=column.parts[0].copy())]) is not None for one in within):
                hidden.add(id(source))
            if ask is not None:
                _check_sayable(column, within, owner)
        read.setdefault(id(source), (source, []))[1].append(column)
    for source, columns in (found for key, found in read.items() if key in hidden):
        _rename(source, columns)


def _check_sayable(column: exp.Column, within: Sequence[exp.Select], owner: exp.Select) -> None:
    """What Spark's subqueries cannot read of the queries around them. Raises Refused."""
    subqueries = [one for one in within if not _is_source(one)]
    if not subqueries:
        return
    node: exp.Expr = subqueries[-1]
    while node.parent is not None and node.parent is not owner:
        node = node.parent
    if len(subqueries) > 1:
        message, hint = "on Spark a subquery reads the query around it and none further out", "join the tables"
        raise Refused(column, message, hint)
    if isinstance(column.find_ancestor(exp.AggFunc, exp.Select), exp.AggFunc):
        message, hint = "Spark has no column from outside in an aggregate", "aggregate columns of the subquery alone"
        raise Refused(column, message, hint)
    if node.arg_key == "order":
        message, hint = "Spark has no such subquery in ORDER BY", "select it, and order by its name"
        raise Refused(column, message, hint)
    is_aggregated = isinstance(subqueries[-1].find_ancestor(exp.AggFunc, exp.Select), exp.AggFunc)
    if node.arg_key == "expressions" and owner.args.get("group") is not None and not is_aggregated:
        message, hint = "Spark has no such subquery beside GROUP BY", "group in a query within, and ask around it"
        raise Refused(column, message, hint)


def _is_source(select: exp.Select) -> bool:
    """Whether it stands where a table could."""
    node = select.parent
    while isinstance(node, (exp.Subquery, exp.SetOperation, exp.Lateral, exp.CTE, exp.With)):
        node = node.parent
    return isinstance(node, (exp.From, exp.Join))


def _source(name: str, select: exp.Select) -> tuple[exp.Expr | None, list[exp.Select], exp.Select]:
    """The table of that name which the SELECT sees, the SELECTs from this one out that have none, and the one that has
    it."""
    within: list[exp.Select] = []
    around: exp.Expr | None = select
    while isinstance(around, exp.Select):
        for source in _sources(around):
            if source.alias_or_name.lower() == name:
                return source, within, around
        within.append(around)
        around = around.find_ancestor(exp.Select)
    return None, [], select


def _sources(select: exp.Select) -> Iterator[exp.Expr]:
    from_ = select.args.get("from_")
    for clause in [from_, *(select.args.get("joins") or ())]:
        source = clause.this if clause is not None else None
        while source is not None:
            yield source
            for join in source.args.get("joins") or ():
                yield join.this
            is_nested = isinstance(source, exp.Subquery) and not source.alias and not isinstance(source.this, exp.Query)
            source = source.this if is_nested else None


def _is_parameter(column: exp.Column) -> bool:
    """Whether it is a lambda's."""
    name = column.parts[0].name.lower()
    around = column.find_ancestor(exp.Lambda)
    while around is not None:
        if name in (one.name.lower() for one in around.expressions):
            return True
        around = around.find_ancestor(exp.Lambda)
    return False


def _rename(source: exp.Expr, columns: list[exp.Column]) -> None:
    if not isinstance(source, (exp.Table, exp.Subquery)) or source.args.get("pivots"):
        return
    name = exp.to_identifier(_RENAMED + source.alias_or_name, quoted=True)
    alias = source.args.get("alias")
    if alias is None:
        source.set("alias", exp.TableAlias(this=name))
    else:
        alias.set("this", name)
    for column in columns:
        column.parts[0].set("this", name.name)
        column.parts[0].set("quoted", True)
