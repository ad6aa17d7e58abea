"""What is spelled out before anything is rewritten, since not every engine that speaks Spark's SQL has the short form.

The columns that GROUP BY ALL and ORDER BY ALL mean. Aliases, where Spark reads columns alone or takes for an alias what
is a column. And what a grouped query is ordered by without selecting it, for which Sail wants a query within.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from odibi_sql.sql.spark.operands import ASKED, Refused
from odibi_sql.sql.spark.schemas import Ask, is_star

OWN = "own column"  # noted on a column in QUALIFY that has the name of an alias
_HIDDEN = "__order_"
_ELEMENT = "__element"
_NOT_PLAIN = (exp.Anonymous, exp.Window, exp.Select, exp.Explode, exp.Unnest)
_OF_COLUMNS = (exp.Window, exp.AggFunc, exp.Filter)
_IN_SOURCE = (exp.With, exp.CTE, exp.Subquery, exp.From, exp.Join, exp.SetOperation)


def spell_all(root: exp.Expr) -> None:
    """ALL as numbers of columns. Spark would group by what stands beside an aggregate as well; where it is not plain
    which columns have an aggregate, ALL stays."""
    for select in root.find_all(exp.Select):
        group = select.args.get("group")
        for rows in [one for one in group.expressions if isinstance(one, exp.Tuple)] if group is not None else ():
            rows.replace(rows.expressions)  # to Spark, (a, b) is one key
        if group is not None and not any(group.args.values()):
            _without_keys(select)
        if any(map(is_star, select.expressions)):
            continue
        if groups_by_all(select) and not any(column.find(*_NOT_PLAIN) for column in select.expressions):
            keys = [n for n, one in enumerate(select.expressions, 1) if one.find(exp.AggFunc) is None]
            if keys and all(select.expressions[n - 1].find(exp.Column) for n in keys):
                select.set("group", exp.Group(expressions=[exp.Literal.number(n) for n in keys]))
        if orders_by_all(select):
            (ordered,) = select.args["order"].expressions
            each = [ordered.copy() for _ in select.expressions]
            for number, one in enumerate(each, 1):
                one.set("this", exp.Literal.number(number))
            select.args["order"].set("expressions", each)


def _without_keys(select: exp.Select) -> None:
    """GROUP BY () alone says nothing that an aggregate does not say."""
    parts = [*select.expressions, select.args.get("having")]
    if not any(part is not None and part.find(exp.AggFunc) for part in parts):
        raise Refused(
            select.args["group"], "GROUP BY () is not known to Spark", "leave it out, and select an aggregate"
        )
    select.set("group", None)


def groups_by_all(select: exp.Select) -> bool:
    group = select.args.get("group")
    return group is not None and bool(group.args.get("all"))


def orders_by_all(select: exp.Select) -> bool:
    order = select.args.get("order")
    by = [one.this for one in order.expressions] if order is not None else []
    return len(by) == 1 and isinstance(by[0], exp.Var) and by[0].name.upper() == "ALL"


def spell_aliases(root: exp.Expr, ask: Ask | None) -> None:
    """WHERE, and windows and aggregates that are selected, may say what is selected by its alias, unless a column that
    is read has that name. Spark reads columns alone there."""
    for select in root.find_all(exp.Select):
        aliases = {one.alias.lower(): one for one in select.expressions if isinstance(one, exp.Alias)}
        for column in _where_columns_are_read(select) if aliases else ():
            alias = aliases.get(column.name.lower())
            if alias is None or not _is_plain(column) or column.find_ancestor(exp.Select, exp.Lambda) is not select:
                continue
            meant = alias.this
            if any(one is column for one in meant.find_all(exp.Column)) or _is_column(alias):
                continue
            if ask is None:
                column.meta[ASKED] = column != meant
            elif ask(select, [column]) is None:
                column.replace(exp.Paren(this=meant.copy()))


def _where_columns_are_read(select: exp.Select) -> Iterator[exp.Column]:
    """Also those that come in for an alias."""
    where, qualify = select.args.get("where"), select.args.get("qualify")
    seen: set[int] = set()
    while True:
        parts = [
            one for part in (*select.expressions, qualify) if part is not None for one in part.find_all(*_OF_COLUMNS)
        ]
        parts += [where] if where is not None else []
        new = next((one for part in parts for one in part.find_all(exp.Column) if id(one) not in seen), None)
        if new is None:
            return
        seen.add(id(new))
        yield new


def unnest_whole(root: exp.Expr) -> None:
    """unnest() within an expression becomes that of a list to whose elements the expression is applied."""
    for select in root.find_all(exp.Select):
        for column in select.expressions:
            made = column.unalias()
            found = [one for one in made.find_all(exp.Explode) if one.find_ancestor(exp.Select) is select]
            if len(found) != 1 or found[0] is made or made.find(exp.AggFunc, exp.Window):
                continue
            element = exp.to_identifier(_ELEMENT)
            items = found[0].this
            found[0].replace(element)
            whole = exp.Explode()
            made.replace(whole)
            applied = exp.Lambda(this=made, expressions=[element.copy()])
            whole.set("this", exp.Transform(this=items, expression=applied))


def order_by_columns(root: exp.Expr, ask: Ask | None) -> None:
    """A grouped query becomes one within another, which orders by its columns. So does one whose order says within an
    expression a name that is a column's and an alias as well: to DuckDB it is the column, to Spark the alias."""
    for select in reversed(list(root.find_all(exp.Select))):
        order, distinct = select.args.get("order"), select.args.get("distinct")
        if order is None or (distinct is not None and distinct.args.get("on")):
            continue
        clashing = [one.this for one in order.expressions if _clashes(one.this, select, ask)]
        selected = [one.unalias() for one in select.expressions]
        for ordered in [one.this for one in order.expressions] if distinct is not None else clashing:
            if ordered in selected and not isinstance(ordered, (exp.Column, exp.Literal)):
                ordered.replace(exp.Literal.number(selected.index(ordered) + 1))
        is_hidden = any(_is_hidden(one.this, select) or one.this in clashing for one in order.expressions)
        if is_hidden and distinct is None and is_source(select):
            _wrap(select, order, ask)
        stars = any(map(is_star, select.expressions))
        for one in order.find_all(exp.Window) if stars or distinct is not None else ():
            message = f"Spark has no windows in the ORDER BY of {'a `*`' if stars else 'DISTINCT'}"
            hint = "name the columns" if stars else "select DISTINCT in a query within"
            raise Refused(one, message, hint, untold=stars and ask is None)
        for one in order.expressions:
            if _clashes(one.this, select, ask):
                message = "a name in this expression is an alias to Spark, and a column to DuckDB"
                raise Refused(one, message, "write the table before the column: orders.day")


def own_columns(root: exp.Expr, ask: Ask | None) -> None:
    """QUALIFY says columns before aliases; sqlglot would put in what is selected. DISTINCT ON and its order say what is
    selected, and Spark is given a window, in which a name is a column's and a number is none."""
    for select in root.find_all(exp.Select):
        qualify, distinct = select.args.get("qualify"), select.args.get("distinct")
        for column in qualify.find_all(exp.Column) if qualify is not None else ():
            if not _clashes(column, select, ask):
                continue
            if column.find_ancestor(exp.Window, exp.Select) is select:
                message = f"`{column.name}` is an alias to Spark here, and a column to DuckDB"
                raise Refused(column, message, "give the alias another name")
            column.meta[OWN] = True
        if distinct is not None and (first_of := distinct.args.get("on")) is not None:
            order = select.args.get("order")
            said = [*first_of.expressions, *((one.this for one in order.expressions) if order is not None else ())]
            for one in said:
                if (meant := _meant(one, select)) is not None and meant != one:
                    one.replace(exp.Paren(this=meant.copy()))


def _meant(said: exp.Expr, select: exp.Select) -> exp.Expr | None:
    """What is selected, by its number or alias."""
    number = int(said.name) if isinstance(said, exp.Literal) and said.is_int else None
    if number is not None and not any(map(is_star, select.expressions)):
        return select.expressions[number - 1].unalias() if 1 <= number <= len(select.expressions) else None
    aliases = {one.alias.lower(): one.this for one in select.expressions if isinstance(one, exp.Alias)}
    return aliases.get(said.name.lower()) if _is_plain(said) else None


def _clashes(said: exp.Expr, select: exp.Select, ask: Ask | None) -> bool:
    """Whether a name in it is a column's, and the alias of something else. A whole name in ORDER BY is an alias."""
    if _is_plain(said) and isinstance(said.parent, exp.Ordered) and said.parent.parent is select.args.get("order"):
        return False
    aliases = {one.alias.lower(): one for one in select.expressions if isinstance(one, exp.Alias)}
    for column in said.find_all(exp.Column):
        alias = aliases.get(column.name.lower())
        if alias is None or not _is_plain(column) or column.find_ancestor(exp.Select) is not select:
            continue
        if isinstance(alias.this, exp.Column) and alias.this.name.lower() == column.name.lower():
            continue
        if _is_column(alias) or (ask is not None and ask(select, [column]) is not None):
            return True
        column.meta[ASKED] = ask is None
    return False


def _is_hidden(ordered: exp.Expr, select: exp.Select) -> bool:
    if ordered.find(exp.Window) is not None:
        return True
    return ordered.find(exp.AggFunc) is not None and all(ordered != one.unalias() for one in select.expressions)


def is_source(select: exp.Select) -> bool:
    """Whether it stands where a table could, and so reads no columns of a query around it."""
    node: exp.Expr = select
    while node.parent is not None:
        if not isinstance(node.parent, _IN_SOURCE) and node.arg_key not in ("from_", "joins", "with_"):
            return False
        node = node.parent
    return True


def _wrap(select: exp.Select, order: exp.Expr, ask: Ask | None) -> None:
    names = [column.output_name.lower() for column in select.expressions]
    if not all(names) or len(set(names)) < len(names) or any(map(is_star, select.expressions)):
        return
    hidden: list[exp.Expr] = []
    changed: list[tuple[exp.Expr, str]] = []
    for ordered in (one.this for one in order.expressions):
        if isinstance(ordered, exp.Literal) or (_is_plain(ordered) and ordered.name.lower() in names):
            continue
        same = next((one.output_name for one in select.expressions if one.unalias() == ordered), None)
        if same is None:
            if not _is_movable(ordered, select, ask):
                return
            same = f"{_HIDDEN}{len(hidden) + 1}"
            hidden.append(exp.alias_(ordered.copy(), same, quoted=True))
        changed.append((ordered, same))
    for ordered, name in changed:
        ordered.replace(exp.column(name, quoted=True))
    outside = {key: select.args.get(key) for key in ("with_", "order", "limit", "offset")}
    within = exp.Select(**{key: value for key, value in select.args.items() if key not in outside})
    outer = [exp.column(column.output_name, quoted=True) for column in within.expressions]
    within.set("expressions", [*within.expressions, *hidden])
    for key in list(select.args):
        if key not in outside:
            select.set(key, None)
    select.set("expressions", outer)
    select.set("from_", exp.From(this=exp.Subquery(this=within)))


def _is_plain(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column) and not node.table


def _is_movable(ordered: exp.Expr, select: exp.Select, ask: Ask | None) -> bool:
    """Unless it may mean something that is selected: within an expression, a name is first that of a column."""
    selected = select.expressions
    aliases = {one.alias.lower() for one in selected if isinstance(one, exp.Alias) and not _is_column(one)}
    if ordered.find(exp.Query):
        return False
    unclear = [one for one in ordered.find_all(exp.Column) if _is_plain(one) and one.name.lower() in aliases]
    return not unclear or (ask is not None and ask(select, unclear) is not None)


def _is_column(alias: exp.Alias) -> bool:
    """Whether there is a column of that name as well, since the alias is made of it."""
    return any(one.name.lower() == alias.alias.lower() for one in alias.this.find_all(exp.Column))
