"""Lists, structs, maps and JSON: indexes from 1, NULL elements, and reading past the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from odibi_sql.sql.spark.mixed import NUMBERS, alike, meet
from odibi_sql.sql.spark.operands import (
    TYPE,
    Kind,
    Refused,
    as_text,
    kind,
    kind_of,
    known_kind,
    literal,
    of_type,
    raw,
    said,
    stop,
    string,
    whole_number,
)
from odibi_sql.sql.spark.texts import joined_lists
from odibi_sql.sql.spark.times import series_of_times

_EXPONENT = r"^(-?|[\\[{].*[\\[:,]-?)[0-9]\\.[0-9]+E-?[0-9]+([\\]},].*)?$"
NESTED: tuple[Kind, ...] = ("list", "struct")


def read_indexes(root: exp.Expr) -> None:
    """Counts from 0 where sqlglot has left an index as it was written, since it saw no list before it. `MAP {…}[1]` is
    an element of the map, and not a map of an element."""
    for map_ in list(root.find_all(exp.ToMap)):
        bracket = map_.this
        if isinstance(bracket, exp.Bracket) and isinstance(bracket.this, exp.Struct):
            map_.replace(bracket)
            bracket.set("this", exp.ToMap(this=bracket.this))
            bracket.this.type = exp.DataType.build("MAP")
    for node in root.find_all(exp.Bracket):
        type_ = node.this.type
        if type_ is None or type_.this in (exp.DType.UNKNOWN, exp.DType.ARRAY):
            continue
        for index in node.expressions:
            if (place := whole_number(index)) is not None:
                index.replace(exp.Literal.number(place - 1))


def element(node: exp.Expr) -> exp.Expr:
    """sqlglot has counted the index from 0 already, also the negative ones."""
    index = node.expressions[0]
    if isinstance(index, exp.Slice):
        return _sliced(node, index)
    if string(index) is not None:
        return node  # a field of a struct, or a key of a map
    if (place := whole_number(index)) is None:
        raise Refused(node, "an index that is not written out may be a key as well", "use list_extract(list, index)")
    return _element_of(node.this, place + 1)


def _element_of(whole: exp.Expr, place: int) -> exp.Expr:
    """Of a text, a character, where it is known to be one: Spark would not take it."""
    if kind(whole) == "text":
        made = f"substring({said(whole)}, {f'{place}, 1' if place else '1, 0'})"
        if place < -1:  # Sail would begin at the start
            made = f"CASE WHEN length({said(whole)}) < {-place} THEN '' ELSE {made} END"
        return raw(made, "text")
    return raw(_element(said(whole), place))


def _sliced(node: exp.Expr, part: exp.Slice) -> exp.Expr:
    """`[from:to]` of a list or text. Places are counted from 1, or from the end on if they are negative."""
    value, known = said(node.this), kind(node.this)
    if known not in ("list", "text"):
        raise Refused(node, "of this, Spark has no parts", "use substr() of a text", untold=known is None)
    size = f"{'size' if known == 'list' else 'length'}({value})"
    ends = [whole_number(one) if one is not None else given for one, given in ((part.this, 1), (part.expression, -1))]
    if None in ends or 0 in ends or part.args.get("step") is not None:
        raise Refused(node, "Spark has parts only from and to a place that is written out", "write [1:2]")
    first, last = (str(one) if one and one > 0 else f"{size} - {-(one or 0) - 1}" for one in ends)
    first = first if first.isdigit() else f"greatest({first}, 1)"
    name, count = "slice" if known == "list" else "substring", f"greatest({last} - {first} + 1, 0)"
    return raw(f"{name}({value}, {first}, {count})", known)


def _element(items: str, place: int) -> str:
    return f"try_element_at({items}, {place})" if place else f"CASE WHEN false THEN try_element_at({items}, 1) END"


def extract(node: exp.Expr) -> exp.Expr:
    items, place = node.expressions
    if string(place) is not None:
        raise Refused(node, "a field is not taken so on Spark", "write it with a dot: struct.field")
    if (number := whole_number(place)) is not None:
        return _element_of(items, number)
    return raw(f"CASE WHEN {said(place)} <> 0 THEN try_element_at({said(items)}, CAST({said(place)} AS INT)) END")


def at(place: int) -> Callable[[exp.Expr], exp.Expr]:
    return lambda node: raw(_element(said(node.expressions[0] if node.expressions else node.this), place))


def contains(node: exp.Expr) -> exp.Expr:
    """False and not NULL where the list has a NULL and not the value."""
    if kind(node.expression) == "real":
        raise Refused(node, "a REAL among other numbers is another one on Spark", "cast it to DOUBLE")
    items, value = said(node.this), said(node.expression)
    found = f"coalesce(array_contains({items}, {value}), false)"
    if isinstance(node.expression, exp.Literal):
        return raw(f"CASE WHEN {items} IS NOT NULL THEN {found} END", "boolean")
    known = f"{items} IS NOT NULL AND {value} IS NOT NULL"
    return raw(f"CASE WHEN size({items}) = 0 THEN false WHEN {known} THEN {found} END", "boolean")


def position(node: exp.Expr) -> exp.Expr:
    """That of a NULL, too."""
    items, value = node.expressions if isinstance(node, exp.Anonymous) else (node.this, node.expression)
    place, null = f"array_position({said(items)}, {said(value)})", f"transform({said(items)}, e -> e IS NULL)"
    if kind(value) in NUMBERS and _is_of_numbers(items):  # Spark wants them of one type
        place = f"array_position(transform({said(items)}, e -> e = {said(value)}), true)"
    if isinstance(value, exp.Null):
        place = f"array_position({null}, true)"
    elif not isinstance(value, exp.Literal):
        place = f"CASE WHEN {said(value)} IS NULL THEN array_position({null}, true) ELSE {place} END"
    return raw(f"nullif({place}, 0)", "integer")


def concat(node: exp.Expr) -> exp.Expr:
    lists = node.expressions if isinstance(node, exp.Anonymous) else [node.this, *node.expressions]
    return raw(joined_lists(tuple(lists)), "list")


def length(node: exp.Expr) -> exp.Expr:
    """Of a list, where that is known; of a text otherwise, which Spark would not take from a list."""
    if kind(node.this) == "list":
        return raw(f"CAST(size({said(node.this)}) AS BIGINT)", "integer")
    return node


def size(node: exp.Expr) -> exp.Expr:
    return raw(f"CAST(size({said(node.this)}) AS BIGINT)", "integer")


def cardinality(node: exp.Expr) -> exp.Expr:
    return raw(f"CAST(size({said(node.expressions[0])}) AS BIGINT)", "integer")


def joined(node: exp.Expr) -> exp.Expr:
    """NULL where all elements are."""
    if node.args.get("null") is not None:
        raise Refused(node, "a text for NULL is not known to Spark here", "leave it out")
    items = said(node.this)
    texts = f"transform({items}, e -> {as_text(exp.column('e'))})"
    between = said(node.expression)
    if string(node.expression) is None:
        between = f"coalesce({between}, ',')"
    made = f"array_join({texts}, {between})"
    return raw(f"CASE WHEN size({items}) = 0 OR exists({items}, e -> e IS NOT NULL) THEN {made} END", "text")


def numbers(node: exp.Expr) -> exp.Expr:
    """range() and generate_series(): never downward unless the step says so."""
    return node if isinstance(node.parent, exp.Table) else raw(series(node), "list")


def series(node: exp.Expr) -> str:
    start, end, step = (node.args.get(name) for name in ("start", "end", "step"))
    if isinstance(step, exp.Interval):
        return series_of_times(node, step)
    by = 1 if step is None else whole_number(step)
    if not by:
        raise Refused(node, "Spark knows this series only of whole numbers", "write the step, not 0, as a number")
    first, last = f"CAST({said(start)} AS BIGINT)", f"CAST({said(end)} AS BIGINT)"
    if node.args.get("is_end_exclusive"):
        last = f"{last} {'-' if by > 0 else '+'} 1"
    compare = "<=" if by > 0 else ">="
    known = f"{first} IS NOT NULL AND {last} IS NOT NULL"
    none = f"WHEN {known} THEN CAST(array() AS ARRAY<BIGINT>)"
    return f"CASE WHEN {first} {compare} {last} THEN sequence({first}, {last}, {by}L) {none} END"


def map_of(node: exp.Expr) -> exp.Expr:
    pairs = node.this.expressions if isinstance(node.this, exp.Struct) else []
    if not pairs or not all(isinstance(pair, exp.PropertyEQ) for pair in pairs):
        raise Refused(node, "this MAP is not known to mean the same on Spark", "use MAP([keys], [values])")
    parts = []
    for pair in pairs:
        key = pair.this
        parts += [literal(key.name) if isinstance(key, exp.Identifier) else said(key), said(pair.expression)]
    return raw(f"map({', '.join(parts)})")


def json_text(node: exp.Expr) -> exp.Expr:
    """Both give the text of what is there; only paths of names and numbers are known to be read alike."""
    path = node.expression
    if not isinstance(path, exp.JSONPath) or not all(
        isinstance(part, (exp.JSONPathRoot, exp.JSONPathKey))
        or (isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, int) and part.this >= 0)
        for part in path.expressions
    ):
        raise Refused(
            node, "this path into JSON is not known to mean the same on Spark", "use a path such as '$.a.b[0]'"
        )
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    if isinstance(parent, exp.Cast) and of_type(parent.to) in ("integer", "decimal", "double"):
        return node
    value = said(node)
    refusal = stop("a number in JSON has another text on Spark: cast it to a number (x::DECIMAL(18, 4))")
    return raw(f"CASE WHEN {value} RLIKE '{_EXPONENT}' THEN {refusal} ELSE {value} END", "text")


def json_array_length(node: exp.Expr) -> exp.Expr:
    if len(node.expressions) != 1:
        raise Refused(node, "Spark counts the elements of a whole JSON array only", "extract the array with ->> first")
    value = said(node.expressions[0])
    made = f"CASE WHEN {value} IS NOT NULL THEN coalesce(json_array_length({value}), 0) END"
    return raw(f"CAST({made} AS BIGINT)", "integer")


def function(node: exp.Expr) -> exp.Expr:
    if len(node.expressions) > 1 and isinstance(node.parent, (exp.Transform, exp.ArrayFilter)):
        raise Refused(node, "the index in a lambda begins at 0 on Spark, not at 1", "use a lambda of the element alone")
    if isinstance(node.parent, exp.Anonymous):
        raise Refused(node, "`->` is not known to mean the same here on Spark", "use ->> for the text of what is there")
    return node


def row(node: exp.Expr) -> exp.Expr:
    if isinstance(node.parent, exp.PivotAlias):
        return node  # columns of an UNPIVOT
    if isinstance(node.parent, (exp.Alias, exp.Select, exp.Array, exp.PropertyEQ, exp.AggFunc, exp.Ordered)):
        raise Refused(node, "the fields of a row have other names on Spark", "name them: {'a': x, 'b': y}")
    return node


def chosen(node: exp.Expr) -> exp.Expr:
    """greatest, least. Of one value they are that value, and Spark takes two at least."""
    parts = (node.this, *node.expressions)
    for one in parts:
        in_order(one, "compare their elements")
    alike(node)
    meet(parts)
    return node if node.expressions else node.this


def comprehension(node: exp.Expr) -> exp.Expr:
    raise Refused(node, "Spark has no list comprehensions", "use list_transform(list, lambda x: …) and list_filter")


def array(node: exp.Expr) -> exp.Expr:
    if not node.expressions and isinstance(node.parent, exp.Cast):
        return node
    if not node.expressions:
        raise Refused(node, "an empty list has another type on Spark", "cast it: []::INTEGER[]")
    if isinstance(node.expressions[0], exp.Query):
        raise Refused(node, "ARRAY(SELECT …) is not known to Spark", "write (SELECT list(x ORDER BY y) FROM …)")
    meet(node.expressions)
    return node


def order_of(node: exp.Expr) -> exp.Expr:
    if node.args.get("asc") is not None and not isinstance(node.args["asc"], exp.Boolean):
        raise Refused(node, "this order of a list is not known to Spark", "use list_sort() or list_reverse_sort()")
    return elements_in_order(node)


def elements_in_order(node: exp.Expr) -> exp.Expr:
    """list_sort, list_max and so on, unless they compare lists or structs."""
    elements = _kind_of_elements(node.this)
    message, hint = "lists and structs with a NULL have another order on Spark", "compare one of their elements"
    if elements in NESTED:
        raise Refused(node, message, hint)
    if elements is not None:
        return node
    test = f"typeof({said(node.this)}) RLIKE '^array<(array|struct)'"
    return raw(f"CASE WHEN {test} THEN {stop(f'{message}: {hint}')} ELSE {said(node)} END")


def _kind_of_elements(items: exp.Expr) -> Kind | None:
    """`integer` for whatever is neither a list nor a struct."""
    if isinstance(items, exp.Array):
        kinds = {known_kind(one) for one in items.expressions if not isinstance(one, exp.Null)}
        return next((one for one in NESTED if one in kinds), None if None in kinds else "integer")
    if kind(items) == "list" and (type_ := items.meta.get(TYPE)) is not None:
        of_one = str(type_).rpartition("[")[0]
        return kind_of(of_one) if kind_of(of_one) in NESTED else "integer"
    return None


def _is_of_numbers(items: exp.Expr) -> bool:
    if isinstance(items, exp.Array):
        return {known_kind(one) for one in items.expressions} <= NUMBERS
    type_ = items.meta.get(TYPE) if kind(items) == "list" else None
    return type_ is not None and kind_of(str(type_).rpartition("[")[0]) in NUMBERS


def reverse(node: exp.Expr) -> exp.Expr:
    return raw(f"reverse({said(node.expressions[0])})", "list")


def compared(node: exp.Expr) -> exp.Expr:
    sides = (node.this, node.expression)
    if any(isinstance(one.unnest(), exp.Tuple) for one in sides):
        raise Refused(node, "rows with a NULL have another order on Spark", "compare their parts")
    meet(sides)
    if any(known_kind(one) not in (None, *NESTED) for one in sides):
        return node  # so the other is none
    for one in sides:
        in_order(one, "compare their elements")
    return node


def in_order(node: exp.Expr, hint: str) -> None:
    """Refuses what is put in order, or compared, in another way. A NULL within is the last one on DuckDB."""
    if (what := kind(node)) in NESTED:
        raise Refused(node, f"{what}s with a NULL have another order on Spark", hint)


def among(node: exp.Expr) -> exp.Expr:
    if node.args.get("field") is not None:
        raise Refused(node, "IN a list is not known to Spark", "use list_contains(list, value)")
    if any(isinstance(one, exp.Values) for one in (node.args.get("query"), *node.expressions)):
        raise Refused(node, "IN VALUES is not known to Spark", "write IN (1, 2)")
    if node.args.get("query") is None:
        meet((node.this, *node.expressions))
    if node.args.get("query") is None or _is_condition(node):
        return node
    value = said(node)
    return raw(f"CASE WHEN {value} THEN true WHEN NOT {value} THEN false END", "boolean")


def _is_condition(node: exp.Expr) -> bool:
    """Where NULL is as good as false. Elsewhere Spark would say false."""
    while isinstance(node.parent, (exp.And, exp.Or, exp.Not, exp.Paren)):
        node = node.parent
    parent = node.parent
    if isinstance(parent, (exp.If, exp.Join)):
        return node.arg_key in ("this", "on")
    return isinstance(parent, (exp.Where, exp.Having, exp.Qualify))


def any_of(node: exp.Expr) -> exp.Expr:
    raise Refused(node, "ANY and ALL are not known to mean the same on Spark", "use IN (SELECT …) or list_contains()")


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Bracket: element,
    exp.ArrayContains: contains,
    exp.ArrayPosition: position,
    exp.ArrayConcat: concat,
    exp.ArraySize: size,
    exp.Length: length,
    exp.ArrayToString: joined,
    exp.GenerateSeries: numbers,
    exp.ToMap: map_of,
    exp.JSONExtractScalar: json_text,
    exp.Comprehension: comprehension,
    exp.Array: array,
    exp.ArraySort: order_of,
    exp.ArrayMax: elements_in_order,
    exp.ArrayMin: elements_in_order,
    exp.Any: any_of,
    exp.LT: compared,
    exp.LTE: compared,
    exp.GT: compared,
    exp.GTE: compared,
    exp.In: among,
    exp.All: any_of,
    exp.Lambda: function,
    exp.Tuple: row,
    exp.Greatest: chosen,
    exp.Least: chosen,
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    "list_position": position,
    "list_indexof": position,
    "list_cat": concat,
    "array_extract": extract,
    "list_extract": extract,
    "list_element": extract,
    "list_first": at(1),
    "list_last": at(-1),
    "list_reverse": reverse,
    "cardinality": cardinality,
    "json_array_length": json_array_length,
}
