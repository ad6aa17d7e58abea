"""Aggregates: what they make of NULL, order and decimals."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlglot import exp

from odibi_sql.sql.spark.nested import in_order
from odibi_sql.sql.spark.numbers import untyped
from odibi_sql.sql.spark.operands import (
    TYPE,
    Kind,
    Refused,
    as_double,
    as_text,
    averaged,
    kind,
    kind_of,
    known_kind,
    literal,
    not_decimal,
    raw,
    said,
    whole_number,
)

_NARROW = frozenset({"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"})
_HALF = 2**32


_TIMES = frozenset({"date", "timestamp", "zoned"})


def average(node: exp.Expr) -> exp.Expr:
    """A double on DuckDB: of whole numbers and decimals their exact sum as a double, divided by their number."""
    value = averaged(node)
    if value is None:
        raise Refused(node, "there is nothing to average", "write avg(x)")
    type_ = str(node.meta.get(TYPE, ""))
    known, once = kind(value) or kind_of(type_), "DISTINCT " if isinstance(node.this, exp.Distinct) else ""
    _no_times(node, value, "an average")
    if (pivot := node.find_ancestor(exp.Pivot)) is not None:
        return _in_pivot(node, value, known, once, pivot)
    target, around = _around(node)
    if known not in (None, "decimal", "integer"):
        return raw(f"avg({once}{as_double(value)})", "double")
    whole = _of_integers(said(value), type_, once, around)
    if known == "integer":
        made = whole
    else:
        total, number = around(f"sum({once}{said(value)})"), around(f"count({once}{said(value)})")
        made = f"CAST({total} AS DOUBLE) / nullif({number}, 0)"
        if known is None:
            otherwise = around(f"avg({once}CAST({said(value)} AS DOUBLE))")
            made = (
                f"CASE WHEN typeof({total}) LIKE 'decimal%' THEN {made} "
                f"WHEN typeof({total}) = 'bigint' THEN {whole} ELSE {otherwise} END"
            )
    _put(target, node, raw(f"({made})", "double"))
    return node


def _in_pivot(node: exp.Expr, value: exp.Expr, known: Kind | None, once: str, pivot: exp.Pivot) -> exp.Expr:
    """Here Spark takes functions of aggregates, but no expressions."""
    if known is None:
        message = "the type of what is averaged in this PIVOT cannot be told"
        raise Refused(node, message, "cast it: avg(x::double)", untold=True)
    if len(pivot.expressions) > 1 and not isinstance(node.parent, exp.Alias):
        raise Refused(node, "an average among others in a PIVOT has another name on Spark", "name it: avg(x) AS name")
    if known == "decimal":
        value_ = f"{once}{said(value)}"
        return raw(f"try_divide(CAST(sum({value_}) AS DOUBLE), count({value_}))", "double")
    return raw(f"avg({once}{as_double(value)})", "double")


def _no_times(node: exp.Expr, value: exp.Expr, what: str) -> None:
    if kind(value) in _TIMES:
        raise Refused(node, f"{what} of dates or times is not known to Spark", "take it of epoch(x)")


def _of_integers(value: str, type_: str, once: str, around: Callable[[str], str]) -> str:
    """Spark sums BIGINT as BIGINT, which may not hold the sum, and in its avg() as doubles, which loses digits: all of
    them where large numbers cancel out. A sum of decimals is exact, and sums of both halves are so at half the cost."""
    if type_ in _NARROW and not once:
        total = around(f"sum({value})")
    elif type_ == "BIGINT" and not once:
        high, low = around(f"sum(({value}) DIV {_HALF})"), around(f"sum(({value}) % {_HALF})")
        total = f"CAST({high} AS DECIMAL(38, 0)) * {_HALF} + {low}"
    else:
        value = f"CAST({value} AS DECIMAL(38, 0))"
        total = around(f"sum({once}{value})")
    return f"CAST({total} AS DOUBLE) / nullif({around(f'count({once}{value})')}, 0)"


def _around(node: exp.Expr) -> tuple[exp.Expr, Callable[[str], str]]:
    """The aggregate with its FILTER and OVER, and how another aggregate is said with the same."""
    target, depth = node, 0
    while isinstance(target.parent, (exp.Filter, exp.Window)) and target.arg_key == "this":
        target, depth = target.parent, depth + 1

    def around(aggregate: str) -> str:
        if depth == 0:
            return aggregate
        copied = target.copy()
        inner = copied
        for _ in range(depth):
            inner = inner.this
        inner.replace(raw(aggregate))
        return said(copied)

    return target, around


def count(node: exp.Expr) -> exp.Expr:
    _without_order(node)
    if node.this is None and not node.expressions:
        return exp.Count(this=exp.Star())
    if isinstance(node.this, exp.Distinct) and len(node.this.expressions) > 1:
        raise Refused(node, "DuckDB counts one value only", "count(DISTINCT {'a': x, 'b': y})")
    if isinstance(node.this, exp.Distinct) and any(isinstance(one, exp.Tuple) for one in node.this.expressions):
        raise Refused(node, "a DISTINCT count of rows treats NULL in another way on Spark", "count DISTINCT one column")
    return node


def count_if(node: exp.Expr) -> exp.Expr:
    """A sum on DuckDB: NULL where there is nothing but NULL."""
    return raw(f"sum(CAST({said(node.this)} AS INT))", "integer")


def _without_order(node: exp.Expr) -> None:
    if isinstance(node.this, exp.Order):
        node.set("this", node.this.this)


def extreme(node: exp.Expr) -> exp.Expr:
    _without_order(node)
    in_order(node.this, "compare their elements")
    if node.expressions:
        raise Refused(node, "Spark gives one minimum or maximum, not the first few", "use array_agg(… ORDER BY …)")
    return node


def extreme_by(node: exp.Expr) -> exp.Expr:
    """DuckDB skips rows in which the value is NULL."""
    if node.args.get("count") is not None:
        raise Refused(node, "Spark gives one value here, not the first few", "use array_agg(… ORDER BY …)")
    name = "max_by" if isinstance(node, exp.ArgMax) else "min_by"
    in_order(node.expression, "compare one of their elements")
    if isinstance(node.expression, exp.Tuple):
        raise Refused(node, "rows with a NULL have another order on Spark", "use first(x ORDER BY …)")
    value, by = said(node.this), said(node.expression)
    return raw(f"{name}({value}, CASE WHEN {value} IS NOT NULL THEN {by} END)")


class _Ordered(Struct, frozen=True):
    """Rows of an aggregate collected as structs `v, k0, k1, …` and sorted."""

    target: exp.Expr
    array: str
    condition: str

    def nonempty(self, made: str, known: Kind) -> exp.Var:
        return raw(f"CASE WHEN count(*){self.condition} > 0 THEN {made} END", known)


def _ordered(node: exp.Expr, value: str | None = None, skip_nulls: bool = False) -> _Ordered:
    ordered = node.this
    if not isinstance(ordered, exp.Order):
        raise Refused(node, "the order in which rows come is another one on Spark", "say it: (x ORDER BY …)")
    inner = ordered.this
    distinct = isinstance(inner, exp.Distinct)
    inner = inner.expressions[0] if isinstance(inner, exp.Distinct) else inner
    target: exp.Expr = node.parent if isinstance(node.parent, exp.IgnoreNulls) else node
    conditions = [f"{said(inner)} IS NOT NULL"] if skip_nulls else []
    if isinstance(target.parent, exp.Filter):
        target = target.parent
        conditions.insert(0, f"({said(target.expression.this)})")
    if isinstance(target.parent, exp.Window):
        raise Refused(node, "an ordered aggregate is no window function on Spark", "aggregate in a query of its own")
    keys = [
        (said(one.this), bool(one.args.get("desc")), bool(one.args.get("nulls_first"))) for one in ordered.expressions
    ]
    fields = ", ".join([f"'v', {value or said(inner)}", *(f"'k{n}', {sql}" for n, (sql, _, _) in enumerate(keys))])
    condition = f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else ""
    collected = f"{'collect_set' if distinct else 'collect_list'}(named_struct({fields})){condition}"
    return _Ordered(target, f"array_sort({collected}, (l, r) -> {_comparison(keys)})", condition)


def _comparison(keys: list[tuple[str, bool, bool]]) -> str:
    made = "0"
    for number, (_, descending, nulls_first) in reversed(list(enumerate(keys))):
        left, right = f"l.k{number}", f"r.k{number}"
        null, less = (-1 if nulls_first else 1), (1 if descending else -1)
        made = (
            f"CASE WHEN {left} <=> {right} THEN {made} "
            f"WHEN {left} IS NULL THEN {null} WHEN {right} IS NULL THEN {-null} "
            f"WHEN {left} < {right} THEN {less} ELSE {-less} END"
        )
    return made


def array_agg(node: exp.Expr) -> exp.Expr:
    """Keeps NULLs and the order, and is NULL of no rows."""
    ordered = _ordered(node)
    _put(ordered.target, node, ordered.nonempty(f"transform({ordered.array}, e -> e.v)", "list"))
    return node


def string_agg(node: exp.Expr) -> exp.Expr:
    inner = node.this.this if isinstance(node.this, exp.Order) else node.this
    inner = inner.expressions[0] if isinstance(inner, exp.Distinct) else inner
    ordered = _ordered(node, as_text(inner), skip_nulls=True)
    separator = said(node.args.get("separator")) if node.args.get("separator") else literal(",")
    made = f"array_join(transform({ordered.array}, e -> e.v), {separator})"
    _put(ordered.target, node, ordered.nonempty(made, "text"))
    return node


def first(node: exp.Expr) -> exp.Expr:
    ordered = _ordered(node, skip_nulls=isinstance(node, exp.AnyValue))
    place = -1 if isinstance(node, exp.Last) else 1
    _put(ordered.target, node, raw(f"try_element_at({ordered.array}, {place}).v"))
    return node


def _put(target: exp.Expr, node: exp.Expr, made: exp.Var) -> None:
    """Replaces what stands around the aggregate too; the mark tells that the aggregate is done."""
    target.replace(made)
    node.meta["replaced"] = True


def median(node: exp.Expr) -> exp.Expr:
    return raw(f"percentile({_without_nan(node, node.this, 'the median')}, 0.5D)", "double")


def quantile(node: exp.Expr) -> exp.Expr:
    if isinstance(node.parent, exp.WithinGroup):
        return node
    return raw(f"percentile({_without_nan(node, node.this, 'a quantile')}, {_share(node, node.expression)})", "double")


def within_group(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.this, exp.PercentileCont):
        raise Refused(
            node, "this quantile has another type on Spark", "use quantile_cont(), or a window with row_number()"
        )
    by = node.expression.expressions[0]
    if by.args.get("desc"):
        raise Refused(node, "a descending quantile is not known to Spark", "take the quantile of 1 - p")
    value = _without_nan(node, by.this, "a quantile")
    return raw(f"percentile({value}, {_share(node, node.this.this)})", "double")


def _share(node: exp.Expr, share: exp.Expr | None) -> str:
    if not isinstance(share, exp.Literal) or share.is_string:
        raise Refused(node, "a quantile that is not one number written out is not known to Spark", "write it out")
    return f"{share.name}D"


def _without_nan(node: exp.Expr, value: exp.Expr, what: str) -> str:
    if isinstance(value, exp.Distinct):
        raise Refused(node, f"{what} of DISTINCT values is not known to Spark", "take it of a query with DISTINCT")
    _no_times(node, value, what)
    if kind(value) in ("text", "list", "struct"):
        raise Refused(node, f"{what} of these values is not known to Spark", "cast them to DOUBLE")
    return not_decimal(value, what)


def neighbour(node: exp.Expr) -> exp.Expr:
    """lag, lead. What stands for none is made a value of the same type: rounded on DuckDB, cut off on Spark."""
    default = node.args.get("default")
    if default is None or isinstance(default, exp.Null) or known_kind(default) == "integer":
        return node
    if kind(default) != kind(node.this) and {kind(default), kind(node.this)} & {"integer", "decimal"}:
        raise Refused(node, "a default of another type becomes another value on Spark", "cast it to the column's type")
    return node


def nth(node: exp.Expr) -> exp.Expr:
    if whole_number(node.args.get("offset")) is None:
        raise Refused(node, "nth_value of a number that is not written out is not known to Spark", "write the number")
    return node


def unordered(node: exp.Expr) -> exp.Expr:
    """first_value and last_value of a window stay; those of a group must say an order."""
    if isinstance(node.parent, (exp.Window, exp.IgnoreNulls)) and not isinstance(node.this, exp.Order):
        if isinstance(node.parent, exp.IgnoreNulls) and not isinstance(node.parent.parent, exp.Window):
            return first(node)
        return node
    return first(node)


def sum_(node: exp.Expr) -> exp.Expr:
    _without_order(node)
    untyped(node)
    if kind(node.this) == "boolean":
        node.set("this", raw(f"CAST({said(node.this)} AS INT)", "integer"))
    return node


def grouping(node: exp.Expr) -> exp.Expr:
    """A bit for each key, the last one the lowest."""
    bits = [f"CAST(grouping({said(key)}) AS BIGINT)" for key in node.expressions]
    sql = " + ".join(f"{bit} * {2**n}" if n else bit for n, bit in enumerate(reversed(bits)))
    return raw(sql if len(bits) == 1 else f"({sql})", "integer")


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Avg: average,
    exp.Sum: sum_,
    exp.Count: count,
    exp.CountIf: count_if,
    exp.Min: extreme,
    exp.Max: extreme,
    exp.ArgMax: extreme_by,
    exp.ArgMin: extreme_by,
    exp.ArrayAgg: array_agg,
    exp.GroupConcat: string_agg,
    exp.First: unordered,
    exp.Last: unordered,
    exp.AnyValue: unordered,
    exp.Median: median,
    exp.PercentileCont: quantile,
    exp.WithinGroup: within_group,
    exp.NthValue: nth,
    exp.Lag: neighbour,
    exp.Lead: neighbour,
    exp.Grouping: grouping,
    exp.GroupingId: grouping,
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {"mean": average}
