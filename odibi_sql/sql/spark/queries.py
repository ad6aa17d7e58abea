"""Clauses and joins: what is said in another way, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp, transforms

from odibi_sql.sql.references import names_matter
from odibi_sql.sql.spark.mixed import meet
from odibi_sql.sql.spark.naming import has_name
from odibi_sql.sql.spark.nested import NESTED, in_order, series
from odibi_sql.sql.spark.operands import TYPE, Kind, Refused, kind, known_kind, raw, said, whole_number
from odibi_sql.sql.spark.recursion import is_recursive
from odibi_sql.sql.spark.schemas import COLUMNS, is_star, leaves
from odibi_sql.sql.spark.spelled import OWN
from odibi_sql.sql.spark.times import counted
from odibi_sql.sql.spark.totals import KEPT, WAITS


def select(node: exp.Expr) -> exp.Expr:
    distinct, qualify = node.args.get("distinct"), node.args.get("qualify")
    first_of = distinct is not None and distinct.args.get("on")
    if first_of or qualify:
        name = "DISTINCT ON" if first_of else "QUALIFY"
        if node.args.get("limit") or node.args.get("offset") or (qualify and distinct):
            raise Refused(node, f"{name} cannot be said to Spark beside LIMIT or DISTINCT", "use a query around it")
        if first_of and any(map(is_star, node.expressions)):
            raise Refused(node, "DISTINCT ON cannot be said to Spark with `*`", "name the columns", untold=True)
    unnested = [one for one in node.expressions if isinstance(one.unalias(), exp.Explode)]
    if len(unnested) > 1:
        message, hint = "two unnest() beside each other are paired on DuckDB only", "unnest one list a query"
        raise Refused(unnested[1], message, hint)
    _check_names(node)
    for column in list(qualify.find_all(exp.Column)) if qualify else ():
        if column.meta.get(OWN):  # sqlglot leaves it, since it is no column
            column.replace(raw(said(column)))
    if qualify and any(isinstance(one, exp.Var) and " OVER (" in one.name for one in qualify.walk()):
        return _with_condition(node)
    return _without_qualify(node) if qualify and any(map(is_star, node.expressions)) else node


def _with_condition(node: exp.Expr) -> exp.Expr:
    """sqlglot selects the windows of QUALIFY within. Where one is spelled out, it is no window any more, and the whole
    condition is selected."""
    within = node.copy()
    kept = exp.to_identifier("__kept", quoted=True)
    condition = exp.Paren(this=within.args["qualify"].this)
    aliases = {one.alias.lower(): one.this for one in within.expressions if isinstance(one, exp.Alias)}
    for column in list(condition.find_all(exp.Column)):
        if not column.table and (meant := aliases.get(column.name.lower())) is not None:
            column.replace(exp.Paren(this=meant.copy()))
    stars = any(map(is_star, within.expressions))
    names = [one.output_name for one in within.expressions]
    within.set("qualify", None)
    within.append("expressions", exp.Alias(this=condition, alias=kept))
    columns = (
        [exp.Star(except_=[exp.Column(this=kept.copy())])]
        if stars
        else [exp.column(name, quoted=True) for name in names]
    )
    source = exp.Subquery(this=within, alias=exp.TableAlias(this=exp.to_identifier("_t")))
    return exp.Select(
        expressions=columns, from_=exp.From(this=source), where=exp.Where(this=exp.Column(this=kept.copy()))
    )


def _without_qualify(node: exp.Expr) -> exp.Expr:
    """sqlglot selects the conditions of QUALIFY within and `*` around: they are left out again."""
    if len(node.expressions) != 1:
        message = "QUALIFY cannot be said to Spark with `*` and other columns"
        raise Refused(node, message, "name the columns", untold=True)
    made = transforms.eliminate_qualify(node.copy())
    within = made.args["from_"].this.this
    added = [column.alias for column in within.expressions[1:]]
    made.set("expressions", [exp.Star(except_=[exp.column(name) for name in added])])
    return made


def _check_names(select: exp.Expr) -> None:
    """A column without a name is named by its text, and by another one on each engine."""
    for column in select.expressions:
        if not has_name(column) and names_matter(select):
            raise Refused(column, "a column without a name has another name on Spark", "name it: … AS name")


def combined(node: exp.Expr) -> exp.Expr:
    """UNION and so on. Where a text meets something else, DuckDB makes texts of all, Spark numbers and dates."""
    if isinstance(node.parent, exp.SetOperation):
        return node
    if isinstance(node, exp.Union) and node.args.get("distinct") and is_recursive(node):
        message, hint = "Spark's recursion has no UNION without ALL", "write UNION ALL, and a condition that ends it"
        raise Refused(node, message, hint)
    for columns in zip(*map(_columns, leaves(node)), strict=False):
        _meet_in_column(columns)
        fields = {names for one, _, _ in columns if (names := _fields(one.unalias()))}
        if len(fields) > 1:
            message, hint = "structs of other fields are not one column on Spark", "write the same fields in one order"
            raise Refused(columns[-1][0], message, hint)
        if "text" not in (known for _, _, known in columns):
            continue
        other = next((one for one, _, known in columns if known not in (None, "text")), None)
        if other is not None:
            raise Refused(other, "with texts in the same column this is no text on Spark", "cast it: x::VARCHAR")
    return node


def _fields(struct: exp.Expr) -> tuple[str, ...]:
    """Their names, in lower case, as far as they are known."""
    if isinstance(struct, exp.Struct):
        return tuple(one.this.name.lower() for one in struct.expressions if isinstance(one, exp.PropertyEQ))
    if known_kind(struct) != "struct" or TYPE not in struct.meta:
        return ()
    return tuple(one.name.lower() for one in exp.DataType.build(struct.meta[TYPE], dialect="duckdb").expressions)


def _meet_in_column(columns: Sequence[tuple[exp.Expr, str, Kind | None]]) -> None:
    """As `meet`; of a `*` there is nothing that is written out."""
    parts = {id(one): (one.unalias() if not isinstance(one, exp.Select) else one, known) for one, _, known in columns}
    kinds = {id(part): known for part, known in parts.values()}
    meet([part for part, _ in parts.values()], lambda part: kinds[id(part)])


def _columns(select: exp.Select, place: int | None = None) -> Sequence[tuple[exp.Expr, str, Kind | None]]:
    """What each column is, its name and its kind; or of the one at a place, counted from 1."""
    chosen = slice(None) if place is None else slice(place - 1, place)
    if any(map(is_star, select.expressions)):
        found = select.meta.get(COLUMNS)
        return [(select, "", kind(select))] if found is None else [(select, *one) for one in found[chosen]]
    return [(one, one.output_name, kind(one.unalias())) for one in select.expressions[chosen]]


def ordered(node: exp.Expr) -> exp.Expr:
    """By a number, or in a UNION by a name, it is a column of the query."""
    query = node.parent.parent if isinstance(node.parent, exp.Order) and node.parent.arg_key == "order" else None
    selects = list(leaves(query)) if isinstance(query, (exp.Select, exp.SetOperation)) else []
    place = whole_number(node.this)
    if isinstance(query, exp.SetOperation) and place is None:
        names = [name.lower() for _, name, _ in _columns(selects[0])]
        place = names.index(node.this.name.lower()) + 1 if node.this.name.lower() in names else None
    if not selects or place is None:
        in_order(node.this, "order by their elements")
    for select in selects if place is not None else ():
        for _, _, known in _columns(select, place):
            if known in NESTED:
                raise Refused(node, f"{known}s with a NULL have another order on Spark", "order by their elements")
    return node


def star(node: exp.Expr) -> exp.Expr:
    if node.args.get("replace") or node.args.get("rename"):
        message, hint = "Spark has no REPLACE or RENAME beside `*`", "EXCLUDE the column and add it by itself"
        raise Refused(node, message, hint, untold=True)
    return node


def cte(node: exp.Expr) -> exp.Expr:
    node.set("materialized", None)  # advice on how, not on what
    return node


def totals(node: exp.Expr) -> exp.Expr:
    if node.meta.get(KEPT):
        return node
    group = node.find_ancestor(exp.Group)
    message, hint = "of no rows this has a total on DuckDB and none on Spark", "add the total by UNION ALL"
    raise Refused(node, message, hint, untold=group is not None and bool(group.meta.get(WAITS)))


def sample(node: exp.Expr) -> exp.Expr:
    raise Refused(node, "a sample has other rows on Spark", "choose rows by a condition")


def limit(node: exp.Expr) -> exp.Expr:
    """LIMIT and OFFSET."""
    word, given = node.key.upper(), node.expression
    if isinstance(given, exp.Null) or (isinstance(given, exp.Literal) and not given.is_int):
        raise Refused(node, f"Spark's {word} is a whole number", "write one, or leave it out")
    if node.expression is not None and node.expression.find(exp.Query):
        raise Refused(node, "Spark's LIMIT is no query", "write a number of rows, or use row_number()")
    if isinstance(node.expression, exp.LimitOptions) or node.find(exp.LimitOptions):
        raise Refused(node, "Spark has no LIMIT in percent", "write a number of rows")
    return node


def position(node: exp.Expr) -> exp.Expr:
    raise Refused(node, "Spark has no columns by number", "write the column's name")


def values(node: exp.Expr) -> exp.Expr:
    alias, select = node.args.get("alias"), node.find_ancestor(exp.Select)
    if select is not None and select.is_star and len(select.expressions) == 1 and not names_matter(select):
        return node  # WITH t(a, b) AS (VALUES …)
    if not (alias and alias.args.get("columns")) and not isinstance(node.parent, (exp.In, exp.Insert)):
        raise Refused(node, "the columns of VALUES have other names on Spark", "name them: (VALUES …) AS t(a, b)")
    for query in node.find_all(exp.Query):
        if query is not node:
            raise Refused(query, "Spark has no queries in VALUES", "write SELECT … UNION ALL SELECT …")
    rows = [row.expressions for row in node.expressions if isinstance(row, exp.Tuple)]
    for column in map(list, zip(*rows, strict=False)):
        meet(column)
        kinds = {known_kind(one) for one in column if not isinstance(one, exp.Null)}
        if "text" in kinds and len(kinds) > 1:
            one = next(one for one in column if known_kind(one) == "text")
            raise Refused(one, "a text in a column of others is no text on Spark", "make all of the column texts")
    return node


def pivot(node: exp.Expr) -> exp.Expr:
    if node.args.get("group"):
        raise Refused(node, "Spark's PIVOT has no GROUP BY", "select only the columns to group by before the PIVOT")
    if any(one.find(exp.Count, exp.CountIf) for one in node.expressions):
        raise Refused(node, "a count in a PIVOT is NULL and not 0 on Spark", "use sum(CASE WHEN … THEN 1 ELSE 0 END)")
    if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Alias) and not node.args.get("unpivot"):
        _name_pivoted(node)
    return node


def _name_pivoted(pivot: exp.Expr) -> None:
    """To Spark the name of the one aggregate says nothing: each value has the whole name of its column."""
    (aggregate,) = pivot.expressions
    for field in pivot.args["fields"]:
        for value in field.expressions:
            if (name := _value_name(value)) is None:
                raise Refused(value, "the column of this value has another name on Spark", "name it: value AS name")
            named = exp.PivotAlias(
                this=(value.this if isinstance(value, exp.PivotAlias) else value).copy(),
                alias=exp.to_identifier(f"{name}_{aggregate.alias}", quoted=True),
            )
            value.replace(named)
    pivot.set("expressions", [aggregate.this])


def _value_name(value: exp.Expr) -> str | None:
    """DuckDB's, in a PIVOT's list."""
    if isinstance(value, exp.PivotAlias):
        return str(value.args["alias"].name)
    if isinstance(value, exp.Boolean):
        return "true" if value.this else "false"
    if isinstance(value, exp.Neg) and isinstance(value.this, exp.Literal):
        return f"-{value.this.name}"
    return str(value.name) if isinstance(value, exp.Literal) else None


def table(node: exp.Expr) -> exp.Expr:
    """range() as a table. Its rows are wanted one by one and its column by DuckDB's name."""
    series_ = node.this
    if not isinstance(series_, exp.GenerateSeries):
        return node
    if node.args.get("ordinality"):
        raise Refused(node, "Spark has no WITH ORDINALITY", "add the number in the list of columns")
    alias = node.args.get("alias")
    name = "range" if series_.args.get("is_end_exclusive") else "generate_series"
    table_name = said(alias.this) if alias and alias.this else f"`{name}`"
    columns = alias.args.get("columns") if alias else None
    column = said(columns[0]) if columns else table_name if alias else f"`{name}`"
    node.replace(raw(f"(SELECT explode({series(series_)}) AS {column}) AS {table_name}"))
    return node


def join(node: exp.Expr) -> exp.Expr:
    """LEFT JOIN unnest() keeps the rows whose list is empty."""
    unnest = node.this
    if not isinstance(unnest, exp.Unnest):
        return node
    side = str(node.args.get("side") or "")
    if side == "LEFT":
        on = node.args.get("on")
        if not (isinstance(on, exp.Boolean) and on.this):
            raise Refused(node, "LEFT JOIN unnest() with a condition is not known to Spark", "write ON true")
        alias = unnest.args.get("alias")
        if alias is None or not alias.args.get("columns") or len(unnest.expressions) != 1:
            raise Refused(node, "this unnest() needs a name for its column", "write unnest(list) AS t(column)")
        table_name, column = said(alias.this), said(alias.args["columns"][0])
        made = f"(SELECT explode_outer({said(unnest.expressions[0])}) AS {column}) AS {table_name}"
        node.set("this", raw(f"LATERAL {made}"))
    elif side:
        raise Refused(node, f"{side} JOIN unnest() is not known to Spark", "use CROSS JOIN or LEFT JOIN")
    return node


def unnest(node: exp.Expr) -> exp.Expr:
    alias = node.args.get("alias")
    if node.args.get("offset") or len(node.expressions) != 1:
        raise Refused(node, "this unnest() is not known to Spark", "unnest one list, without WITH ORDINALITY")
    if isinstance(node.parent, (exp.From, exp.Join)) and not (alias and alias.args.get("columns")):
        raise Refused(node, "the column of unnest() has another name on Spark", "name it: unnest(list) AS t(column)")
    return node


def explode(node: exp.Expr) -> exp.Expr:
    if node.expressions:
        raise Refused(node, "unnest() with options is not known to Spark", "unnest one list")
    return node


def frame(node: exp.Expr) -> exp.Expr:
    if node.args.get("exclude") or str(node.args.get("kind")).upper() == "GROUPS":
        raise Refused(node, "Spark has no window frames in GROUPS or with EXCLUDE", "use ROWS or RANGE")
    ends = [one for key in ("start", "end") if isinstance(one := node.args.get(key), exp.Interval)]
    units = {counted(one)[1] for one in ends}
    if len(units & {"MONTH", "YEAR"}) == 1 and len(units) > 1:
        raise Refused(node, "Spark's window frames have months on both sides, or days", "count both in days")
    for one in ends if len(units) > 1 else ():
        number, unit = counted(one)
        if number is not None:
            of, other = _IN_FRAMES[unit]
            one.replace(raw(f"INTERVAL '{number * of}' {other}", "interval"))
    return node


_IN_FRAMES = {  # both ends are in one unit
    "YEAR": (12, "MONTH"), "MONTH": (1, "MONTH"), "DAY": (86400, "SECOND"), "HOUR": (3600, "SECOND"),
    "MINUTE": (60, "SECOND"), "SECOND": (1, "SECOND"),
}  # fmt: skip
_BY_PLACE = (
    exp.RowNumber, exp.First, exp.Last, exp.FirstValue, exp.LastValue, exp.AnyValue, exp.NthValue, exp.Lag, exp.Lead,
    exp.Ntile,
)  # fmt: skip


_BY_ORDER = (exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist)


def _spell_window(node: exp.Expr) -> None:
    """OVER (w ORDER BY …), which Spark does not know."""
    if any(node.args.get(key) for key in _PARTS) and (named := _window_by_name(node)) is not None:
        _take_over(named, node, _PARTS)


def _window_by_name(node: exp.Expr) -> exp.Expr | None:
    name, select = node.args.get("alias"), node.find_ancestor(exp.Select)
    if name is None or select is None:
        return None
    return next((one for one in select.args.get("windows") or () if one.name.lower() == name.name.lower()), None)


def _take_over(named: exp.Expr, node: exp.Expr, parts: Sequence[str]) -> None:
    """What the window by name has of these and the node has not; and the name of the window that it is made of."""
    for key in parts:
        if not node.args.get(key) and (value := named.args.get(key)):
            node.set(key, [each.copy() for each in value] if isinstance(value, list) else value.copy())
    node.set("alias", named.args["alias"].copy() if named.args.get("alias") else None)


_PARTS = ("partition_by", "order", "spec")
_UNFRAMED = (exp.RowNumber, exp.Lag, exp.Lead, exp.Ntile, *_BY_ORDER)


def _drop_frame(node: exp.Expr) -> None:
    """Of functions to which it does not matter, and of which Spark refuses it; also where a window by name has it."""
    node.set("spec", None)
    while (named := _window_by_name(node)) is not None:
        _take_over(named, node, ("partition_by", "order"))


def window(node: exp.Expr) -> exp.Expr:
    _spell_window(node)
    function = node.this
    while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls, exp.Filter)):
        function = function.this
    if isinstance(function, _UNFRAMED):
        _drop_frame(node)
    if isinstance(function.this, exp.Distinct):
        raise Refused(node, "Spark has no DISTINCT in window functions", "count in a query of its own and join it")
    ordered = node.args.get("order") or node.args.get("alias")
    if not ordered and isinstance(function, _BY_PLACE):
        raise Refused(node, "without an order the rows of a window come as they please", "OVER (… ORDER BY …)")
    if not ordered and isinstance(function, _BY_ORDER):
        raise Refused(node, "without an order all rows of a window have the same rank", "OVER (… ORDER BY …)")
    if isinstance(function, exp.Expr) and function.find(exp.Order):
        raise Refused(node, "Spark has no ORDER BY within a window function's arguments", "order the window")
    return node


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Select: select,
    exp.Union: combined,
    exp.Except: combined,
    exp.Intersect: combined,
    exp.Star: star,
    exp.CTE: cte,
    exp.Rollup: totals,
    exp.Cube: totals,
    exp.GroupingSets: totals,
    exp.TableSample: sample,
    exp.Ordered: ordered,
    exp.Limit: limit,
    exp.Offset: limit,
    exp.PositionalColumn: position,
    exp.Values: values,
    exp.Pivot: pivot,
    exp.Table: table,
    exp.Join: join,
    exp.Unnest: unnest,
    exp.Explode: explode,
    exp.WindowSpec: frame,
    exp.Window: window,
}
