"""Grouping sets with a total -> a query that has the total of no rows too, as on DuckDB.

Spark makes no group of no rows, whatever ROLLUP, CUBE or GROUPING SETS ask for. So what is grouped goes into a query
within, which is joined to one row: where there are no groups, that row stays, with NULLs, and 0 for a count. HAVING,
windows, QUALIFY and ORDER BY are about groups, and come around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from msgspec import Struct, field
from sqlglot import exp

from odibi_sql.sql.spark.operands import known_kind, whole_number
from odibi_sql.sql.spark.schemas import Ask, is_star
from odibi_sql.sql.spark.spelled import is_source

_SETS = (exp.Rollup, exp.Cube, exp.GroupingSets)
_AROUND = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls)
_AGGREGATES = ("mean", "every")  # those that sqlglot has no class for
_WITHIN = ("from_", "joins", "laterals", "where", "group", "pivots", "sample")
_AROUND_GROUPS = ("qualify", "order", "windows")
KEPT = "total kept"  # noted on sets whose total of no rows is seen to
WAITS = "waits for types"
_GROUPS, _ROW = "__groups", "__row"


def keep_totals(root: exp.Expr, ask: Ask | None) -> None:
    """Innermost first. What does not fit stays as it is, and is refused."""
    for select in reversed(list(root.find_all(exp.Select))):
        group = select.args.get("group")
        if group is None or not any(isinstance(one, _SETS) for one in group.expressions):
            continue
        number = totals(group)
        if number == 0 or (number == 1 and is_source(select) and _split(select, group, ask)):
            for one in group.find_all(*_SETS):
                one.meta[KEPT] = True


def totals(sets: exp.Expr) -> int:
    """How many of the grouping sets are empty."""
    if isinstance(sets, (exp.Rollup, exp.Cube)):
        return 1
    if isinstance(sets, exp.GroupingSets):
        return sum(map(totals, sets.expressions))
    if isinstance(sets, exp.Group):
        return prod(map(totals, sets.expressions))
    return int(isinstance(sets, exp.Tuple) and not sets.expressions)


class _Within(Struct):
    """The columns of the query within: what each is there, and in the query around it."""

    keys: Sequence[exp.Expr]
    columns: dict[exp.Expr, tuple[str, exp.Expr]] = field(default_factory=dict)

    def around(self, part: exp.Expr) -> exp.Expr:
        if part not in self.columns:
            name = f"__part_{len(self.columns) + 1}"
            made: exp.Expr = exp.column(name, table=_GROUPS)
            made.meta["kind"] = known_kind(part)
            if (otherwise := _of_no_rows(part)) is not None:
                made = exp.Coalesce(this=made, expressions=[exp.Literal.number(otherwise)])
            self.columns[part.copy()] = name, made
        return self.columns[part][1].copy()


def _of_no_rows(part: exp.Expr) -> int | None:
    """What an aggregate is of no rows, where that is not NULL."""
    if isinstance(part, (exp.Grouping, exp.GroupingId)):
        return int(2 ** len(part.expressions) - 1)
    while isinstance(part, _AROUND):
        part = part.this
    return 0 if isinstance(part, exp.Count) else None


def _split(select: exp.Select, group: exp.Expr, ask: Ask | None) -> bool:
    aliases = {one.alias.lower(): one.this for one in select.expressions if isinstance(one, exp.Alias)}
    if any(map(is_star, select.expressions)) or not _keys_spelled(select, group, aliases, ask):
        return False
    within = _Within(list(_keys(group)))
    if not all(key.find(exp.Column) for key in within.keys):
        return False
    outputs = {one.output_name.lower() for one in select.expressions}
    clauses = [*select.expressions, *_clauses(select)]
    places: list[tuple[exp.Expr, exp.Expr]] = []
    for clause in clauses:
        for node, part in _parts(clause, within.keys):
            if part is not None:
                places.append((node, part))
            elif not _is_plain(node) or node.name.lower() not in aliases:
                return False
    having = select.args.get("having")
    if having is not None:
        for node, part in list(_parts(having, within.keys)):
            if part is None:
                meant = aliases.get(node.name.lower()) if _is_plain(node) else None
                if meant is None or meant.find(exp.Window):
                    return False
                node.replace(meant.copy())
        found = list(_parts(having, within.keys))
        if any(part is None for _, part in found):
            return False
        places += [(node, part) for node, part in found if part is not None]
    asked = [one for node, _ in places for one in node.find_all(exp.Grouping, exp.GroupingId)]
    if not all(_key(key, within.keys) is not None for one in asked for key in one.expressions):
        return False
    if any(clause.find(exp.Query) for clause in (*clauses, having) if clause is not None):
        return False
    for node, part in places:
        is_sorted = isinstance(node.parent, exp.Ordered) and node.parent.parent is select.args.get("order")
        if is_sorted and _is_plain(node) and node.name.lower() in outputs:
            continue
        made = within.around(part)
        if node.parent is select and node.output_name:
            made = exp.alias_(made, node.output_name, quoted=True)
        node.replace(made)
    _put_within(select, within)
    return True


def _put_within(select: exp.Select, within: _Within) -> None:
    grouped = exp.Select(**{key: select.args[key] for key in _WITHIN if select.args.get(key)})
    columns = [exp.alias_(part, name) for part, (name, _) in within.columns.items()]
    grouped.set("expressions", columns or [exp.alias_(exp.Literal.number(1), "__part_1")])
    having = select.args.get("having")
    for key in (*_WITHIN, "having"):
        select.set(key, None)
    row = exp.Select(expressions=[exp.alias_(exp.Literal.number(1), _ROW)])
    select.set("from_", exp.From(this=exp.Subquery(this=row, alias=exp.TableAlias(this=exp.to_identifier(_ROW)))))
    groups = exp.Subquery(this=grouped, alias=exp.TableAlias(this=exp.to_identifier(_GROUPS)))
    select.set("joins", [exp.Join(this=groups, side="LEFT", on=exp.true())])
    if having is not None:
        select.set("where", exp.Where(this=having.this))


def _keys_spelled(select: exp.Select, group: exp.Expr, aliases: dict[str, exp.Expr], ask: Ask | None) -> bool:
    """Numbers and aliases among the keys become what they stand for. A name is first that of a column that is read."""
    for key in list(_keys(group)):
        number = whole_number(key)
        if number is not None:
            if not 1 <= number <= len(select.expressions):
                return False
            key.replace(select.expressions[number - 1].unalias().copy())
        elif _is_plain(key) and key.name.lower() in aliases:
            meant = aliases[key.name.lower()]
            if meant == key:
                continue
            if ask is None:
                group.meta[WAITS] = True
                return False
            if ask(select, [key]) is None:
                key.replace(meant.copy())
    return True


def _keys(sets: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(sets, (exp.Group, exp.Tuple, *_SETS)):
        for one in sets.expressions:
            yield from _keys(one)
    elif isinstance(sets, exp.Paren):
        yield from _keys(sets.this)
    else:
        yield sets


def _clauses(select: exp.Select) -> Iterator[exp.Expr]:
    for key in _AROUND_GROUPS:
        value = select.args.get(key) or ()
        yield from value if isinstance(value, list) else [value] if value else ()


def _parts(
    node: exp.Expr, keys: Sequence[exp.Expr], of_window: bool = False
) -> Iterator[tuple[exp.Expr, exp.Expr | None]]:
    """What groups have: keys, aggregates and groupings, each as the query within has it; None for all other columns."""
    if (_is_aggregate(node)) and not of_window:
        yield node, node
    elif (key := _key(node, keys)) is not None:
        yield node, key
    elif isinstance(node, exp.Column):
        yield node, None
    else:
        for child in list(node.iter_expressions()):
            function = isinstance(node, exp.Window) or (of_window and isinstance(node, _AROUND))
            yield from _parts(child, keys, function and child.arg_key == "this")


def _is_aggregate(node: exp.Expr) -> bool:
    while isinstance(node, _AROUND):
        node = node.this
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _AGGREGATES
    return isinstance(node, exp.AggFunc)


def _key(node: exp.Expr, keys: Sequence[exp.Expr]) -> exp.Expr | None:
    """The key that the node is; tables may be named in one of them only."""
    if isinstance(node, (exp.Alias, exp.Ordered)):
        return None
    folded = _folded(node)
    found = next((key for key in keys if _folded(key) == folded), None)
    if found is not None or not node.find(exp.Column):
        return found
    plain = _folded(node, tables=False)
    alike = [key for key in keys if _folded(key, tables=False) == plain]
    return alike[0] if len({_folded(key) for key in alike}) == 1 else None


def _folded(node: exp.Expr, *, tables: bool = True) -> exp.Expr:
    folded = node.copy()
    for name in folded.find_all(exp.Identifier):
        name.set("this", name.name.lower())
        name.set("quoted", False)
    if not tables:
        for column in folded.find_all(exp.Column):
            for part in ("table", "db", "catalog"):
                column.set(part, None)
    return folded


def _is_plain(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and not node.table
