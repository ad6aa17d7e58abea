"""The columns that a query reads, where the types of its inputs are given -> kinds marked on the tree.

DuckDB's binder says the types. Of each SELECT it is asked for the columns that stand in it, over its FROM clause alone
and the CTEs that it can see, with inputs that have no rows. So there is one set of rules for names, and it is the right
one; what the binder does not know in this form has no mark, and the SQL asks Spark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlglot import exp

from odibi_sql.quoting import quote_name
from odibi_sql.relation import Column
from odibi_sql.sql.spark.nested_casts import is_nested
from odibi_sql.sql.spark.operands import HUGE, TYPE, UNTYPED, Kind, Refused, averaged, kind_of, known_kind

Schemas = Mapping[str, Mapping[str, str]]  # table as written, in lower case -> column -> type in DuckDB's words
Describe = Callable[[str], Sequence[Column] | None]  # a SELECT -> its columns as DuckDB binds it, if it can
Ask = Callable[[exp.Select, Sequence[exp.Expr]], Sequence[Column] | None]  # the same of parts, beside what it reads

COLUMNS = "columns"  # where a SELECT with a `*` notes names and kinds of its columns, if somebody counts them
INPUT = "input"  # where a table in the tree notes the name under which `Schemas` has it
OWN_NAME = "own name"  # noted on a column whose name is asked for, too
_MADE = (exp.Func, exp.Binary, exp.Bracket, exp.Dot, exp.Window)
_BY_COLUMN = ("expressions", "where", "from_", "joins", "laterals")  # where a column goes before an alias of its name


def asking(schemas: Schemas, describe: Describe) -> Ask | None:
    """Tables that are read carry their names in `meta[INPUT]`. None where nothing is known of all that there are."""
    inputs = {name: f"__input_{number}" for number, name in enumerate(schemas)}
    empty = [f"{inputs[name]} AS ({_nothing(columns)})" for name, columns in schemas.items() if columns]
    if schemas and not empty:
        return None
    given = f"WITH {', '.join(empty)} SELECT * FROM " if empty else "SELECT * FROM "

    def ask(select: exp.Select, columns: Sequence[exp.Expr]) -> Sequence[Column] | None:
        return describe(f"{given}({_question(select, columns, inputs)})")

    return ask


def is_star(column: exp.Expr) -> bool:
    return isinstance(column.this if isinstance(column, exp.Column) else column, exp.Star)


def mark_columns(root: exp.Expr, ask: Ask) -> None:
    by_select: dict[int, tuple[exp.Select, list[exp.Column]]] = {}
    for column in root.find_all(exp.Column):
        select = column.find_ancestor(exp.Select)
        if isinstance(select, exp.Select) and not is_star(column):
            by_select.setdefault(id(select), (select, []))[1].append(column)
    for select, columns in by_select.values():
        _mark(select, columns, ask)
    for node in root.find_all(exp.Avg, exp.Anonymous):
        value, select = averaged(node), node.find_ancestor(exp.Select)
        if value is not None and isinstance(select, exp.Select) and (found := ask(select, [value])):
            node.meta[TYPE] = found[0].type
    for pivot in root.find_all(exp.Pivot):
        _mark_pivot(pivot, ask)
    for query in root.find_all(exp.SetOperation, exp.Select):
        combined = isinstance(query, exp.SetOperation) and not isinstance(query.parent, exp.SetOperation)
        for select in leaves(query) if combined or _orders_by_number(query) else ():
            if any(map(is_star, select.expressions)) and (known := ask(select, select.expressions)) is not None:
                select.meta[COLUMNS] = [(one.name, kind_of(one.type)) for one in known]


def _orders_by_number(query: exp.Expr) -> bool:
    order = query.args.get("order")
    return order is not None and any(isinstance(one.this, exp.Literal) for one in order.expressions)


def _mark_pivot(pivot: exp.Pivot, ask: Ask) -> None:
    """What is aggregated are columns of the table before the PIVOT."""
    select = pivot.find_ancestor(exp.Select)
    if not isinstance(select, exp.Select) or pivot.arg_key != "pivots":
        return
    with before(pivot):
        for aggregate in pivot.expressions:
            for column in aggregate.find_all(exp.Column):
                if found := ask(select, [column]):
                    column.meta["kind"] = kind_of(found[0].type)
            for node in aggregate.find_all(exp.Avg, exp.Anonymous):
                if (value := averaged(node)) is not None and (found := ask(select, [value])):
                    node.meta[TYPE] = found[0].type


@contextmanager
def before(pivot: exp.Pivot) -> Iterator[None]:
    """What is asked inside is asked of the table before a PIVOT or UNPIVOT."""
    source = pivot.parent
    assert source is not None  # noqa: S101 - for the type checker
    pivots = source.args["pivots"]
    source.set("pivots", pivots[: [one is pivot for one in pivots].index(True)])
    try:
        yield
    finally:
        source.set("pivots", pivots)


def leaves(node: exp.Expr) -> Iterator[exp.Select]:
    """The queries of UNION and so on."""
    node = node.unnest()
    if isinstance(node, exp.SetOperation):
        yield from leaves(node.this)
        yield from leaves(node.expression)
    elif isinstance(node, exp.Select):
        yield node


def mark_operands(root: exp.Expr, ask: Ask, is_operand: Callable[[exp.Expr], bool]) -> None:
    """The same for what is made of columns, where its text does not tell; those with an aggregate apart, since they
    cannot stand beside columns."""
    by_select: dict[tuple[int, bool], tuple[exp.Select, list[exp.Expr]]] = {}
    for node in root.walk():
        if not isinstance(node, _MADE) or isinstance(node, exp.Explode) or not is_operand(node):
            continue
        if known_kind(node) and not _is_cast_whole(node):
            continue
        select = node.find_ancestor(exp.Select, exp.Lambda)
        if isinstance(select, exp.Select):
            key = id(select), node.find(exp.AggFunc) is not None
            by_select.setdefault(key, (select, []))[1].append(node)
    for select, nodes in by_select.values():
        found = ask(select, nodes)
        types = [one.type for one in found] if found is not None else [_type(select, node, ask) for node in nodes]
        for node, type_ in zip(nodes, types, strict=True):
            if type_ is not None:
                _note(node, type_)


def _is_cast_whole(node: exp.Expr) -> bool:
    """Whether its kind says too little."""
    parent = node.parent
    return isinstance(parent, exp.Cast) and is_nested(parent.to) and node.arg_key == "this"


def _type(select: exp.Select, node: exp.Expr, ask: Ask) -> str | None:
    found = ask(select, [node])
    return found[0].type if found else None


def _mark(select: exp.Select, columns: list[exp.Column], ask: Ask) -> None:
    texts = [column.sql("duckdb", copy=False) for column in columns]
    each = dict(zip(texts, columns, strict=True))
    found_all = ask(select, list(each.values()))
    known: dict[str, str | None]
    if found_all is not None:
        known = {text: found.type for text, found in zip(each, found_all, strict=True)}
    else:  # one that cannot be told hides the others
        known = {text: _alone(select, column, ask) for text, column in each.items()}
    aliases = {one.alias.lower(): one.this for one in select.expressions if isinstance(one, exp.Alias)}
    aliased: list[tuple[exp.Column, Kind | None]] = []
    for column, text in zip(columns, texts, strict=True):
        type_ = known.get(text)
        found = kind_of(type_) if type_ is not None else None
        is_alias = not column.table and column.name.lower() in aliases
        if is_alias and (type_ is None or not _is_column_first(column, select)):
            aliased.append((column, found))
        elif type_ is not None:
            if _is_row(column, type_, select, ask):
                message, hint = "a whole row is no value on Spark", f"name its columns: {{'a': {column.name}.a, …}}"
                raise Refused(column, message, hint)
            _note(column, type_)
    for column, found in aliased:
        meant = aliases[column.name.lower()]
        other = None if any(one is column for one in meant.find_all(exp.Column)) else known_kind(meant)
        if other is not None and found in (None, other):
            column.meta["kind"] = other


def _is_row(column: exp.Column, type_: str, select: exp.Select, ask: Ask) -> bool:
    """Whether it is a table and not a column that is named."""
    if column.table or not type_.startswith("STRUCT"):
        return False
    tables = (one.alias_or_name.lower() for one in select.find_all(exp.Table, exp.Subquery))
    return column.name.lower() in tables and ask(select, [exp.column(column.this.copy(), column.this.copy())]) is None


def _note(node: exp.Expr, type_: str) -> None:
    known = kind_of(type_)
    if known is not None:
        node.meta["kind"] = known
    if known in ("list", "struct") or type_.startswith("MAP(") or type_ in (HUGE, UNTYPED):
        node.meta[TYPE] = type_


def _alone(select: exp.Select, column: exp.Column, ask: Ask) -> str | None:
    """Of the SELECT, or of the nearest one around it that knows the column."""
    around: exp.Expr | None = select
    while isinstance(around, exp.Select):
        if found := ask(around, [column]):
            return found[0].type
        around = around.find_ancestor(exp.Select)
    return None


def _is_column_first(column: exp.Column, select: exp.Select) -> bool:
    """Whether a name is a column before it is an alias; within expressions it is so in GROUP BY and ORDER BY too."""
    node: exp.Expr = column
    while node.parent is not None and node.parent is not select:
        node = node.parent
    within = not isinstance(column.parent, (exp.Group, exp.Ordered, exp.Tuple, exp.Rollup, exp.Cube, exp.GroupingSets))
    return node.arg_key in _BY_COLUMN or (node.arg_key in ("group", "order") and within)


def _question(select: exp.Select, columns: Sequence[exp.Expr], inputs: Mapping[str, str]) -> str:
    named = [
        one.copy() if is_star(one) or one.meta.get(OWN_NAME) else exp.alias_(one.copy(), f"c{n}")
        for n, one in enumerate(columns)
    ]
    asked = exp.Select(expressions=named)
    for part in ("with_", "from_", "joins", "laterals"):
        value = select.args.get(part)
        if value:
            asked.set(part, [one.copy() for one in value] if isinstance(value, list) else value.copy())
    sql = _used_up(asked, inputs)
    for with_, ctes in _visible(select):
        recursive = "RECURSIVE " if with_.args.get("recursive") else ""
        sql = f"WITH {recursive}{', '.join(_used_up(cte.copy(), inputs) for cte in ctes)} SELECT * FROM ({sql})"
    return sql


def _visible(select: exp.Select) -> Iterator[tuple[exp.With, list[exp.Expr]]]:
    """The WITH clauses around the SELECT, the nearest first, each with the CTEs that it can see."""
    node: exp.Expr = select
    within: exp.Expr | None = None  # the CTE through which we came up
    while node.parent is not None:
        node = node.parent
        if isinstance(node, exp.CTE):
            within = node
        elif isinstance(node, exp.With):
            seen = node.expressions[: node.expressions.index(within)]
            if node.args.get("recursive") and within is not None:
                seen = [*seen, within]
            if seen:
                yield node, seen
            node = node.parent or node  # its own query's WITH is this one
        elif (with_ := node.args.get("with_")) is not None:
            yield with_, with_.expressions


def _used_up(node: exp.Expr, inputs: Mapping[str, str]) -> str:
    """The SQL of a tree that nobody needs any more."""
    schemas: set[tuple[str, str]] = set()
    for table in list(node.find_all(exp.Table)):
        name = inputs.get(table.meta.get(INPUT, ""))
        if name is None:
            continue
        if table.args.get("alias") is None:
            schemas.add((table.db.lower(), table.name.lower()))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
        table.set("this", exp.to_identifier(name))
        table.set("db", None)
        table.set("catalog", None)
    for column in node.find_all(exp.Column):
        if column.db and (column.db.lower(), column.table.lower()) in schemas:
            column.set("db", None)
    return node.sql("duckdb", comments=False, copy=False)


def _nothing(columns: Mapping[str, str]) -> str:
    listed = ", ".join(f"CAST(NULL AS {type_}) AS {quote_name(name)}" for name, type_ in columns.items())
    return f"SELECT {listed} WHERE false"
