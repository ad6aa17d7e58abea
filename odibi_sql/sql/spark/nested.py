"""Lists, structs, maps and JSON: indexes from 1, NULL elements, and reading past the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from odibi_sql.sql.spark.operands import Refused, as_text, kind, literal, raw, said, string, whole_number
from odibi_sql.sql.spark.texts import joined_lists


def element(node: exp.Expr) -> exp.Expr:
    """sqlglot has counted the index from 0 already, also the negative ones."""
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise Refused(node, "Spark has no slices in brackets", "use array_slice(list, from, to) or substr()")
    index = node.expressions[0]
    if string(index) is not None:
        return node  # a field of a struct, or a key of a map
    if (place := whole_number(index)) is None:
        raise Refused(node, "an index that is not written out may be a key as well", "use list_extract(list, index)")
    return raw(_element(said(node.this), place + 1))


def _element(items: str, place: int) -> str:
    return f"try_element_at({items}, {place})" if place else f"CASE WHEN false THEN try_element_at({items}, 1) END"


def extract(node: exp.Expr) -> exp.Expr:
    items, place = node.expressions
    if (number := whole_number(place)) is not None:
        return raw(_element(said(items), number))
    return raw(f"CASE WHEN {said(place)} <> 0 THEN try_element_at({said(items)}, CAST({said(place)} AS INT)) END")


def at(place: int) -> Callable[[exp.Expr], exp.Expr]:
    return lambda node: raw(_element(said(node.expressions[0] if node.expressions else node.this), place))


def contains(node: exp.Expr) -> exp.Expr:
    """False and not NULL where the list has a NULL and not the value."""
    items, value = said(node.this), said(node.expression)
    known = f"{items} IS NOT NULL" + ("" if isinstance(node.expression, exp.Literal) else f" AND {value} IS NOT NULL")
    return raw(f"CASE WHEN {known} THEN coalesce(array_contains({items}, {value}), false) END", "boolean")


def position(node: exp.Expr) -> exp.Expr:
    items, value = node.expressions if isinstance(node, exp.Anonymous) else (node.this, node.expression)
    return raw(f"nullif(array_position({said(items)}, {said(value)}), 0)", "integer")


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
    texts = f"transform({items}, e -> {as_text(exp.column('e'))})" if kind(node.this) != "list" else items
    made = f"array_join({texts}, {said(node.expression)})"
    return raw(f"CASE WHEN size({items}) = 0 OR exists({items}, e -> e IS NOT NULL) THEN {made} END", "text")


def numbers(node: exp.Expr) -> exp.Expr:
    """range() and generate_series(): never downward unless the step says so."""
    return node if isinstance(node.parent, exp.Table) else raw(series(node), "list")


def series(node: exp.Expr) -> str:
    start, end, step = (node.args.get(name) for name in ("start", "end", "step"))
    by = 1 if step is None else whole_number(step)
    if not by:
        raise Refused(node, "Spark knows this series only of whole numbers", "write the step, not 0, as a number")
    if step is not None and any(kind(one) in ("date", "timestamp", "zoned") for one in (start, end)):
        raise Refused(node, "a series of times has another type on Spark", "add the numbers of a range() to the date")
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
    return node


def json_array_length(node: exp.Expr) -> exp.Expr:
    if len(node.expressions) != 1:
        raise Refused(node, "Spark counts the elements of a whole JSON array only", "extract the array with ->> first")
    return raw(f"CAST(json_array_length({said(node.expressions[0])}) AS BIGINT)", "integer")


def comprehension(node: exp.Expr) -> exp.Expr:
    raise Refused(node, "Spark has no list comprehensions", "use list_transform(list, lambda x: …) and list_filter")


def array(node: exp.Expr) -> exp.Expr:
    if not node.expressions:
        raise Refused(node, "an empty list has another type on Spark", "take it of a list with list_filter")
    return node


def order_of(node: exp.Expr) -> exp.Expr:
    if node.args.get("asc") is not None and not isinstance(node.args["asc"], exp.Boolean):
        raise Refused(node, "this order of a list is not known to Spark", "use list_sort() or list_reverse_sort()")
    return node


def reverse(node: exp.Expr) -> exp.Expr:
    return raw(f"reverse({said(node.expressions[0])})", "list")


def compared(node: exp.Expr) -> exp.Expr:
    if "list" in (kind(node.this), kind(node.expression)):
        raise Refused(node, "lists with a NULL have another order on Spark", "compare their elements")
    return node


def among(node: exp.Expr) -> exp.Expr:
    if node.args.get("field") is not None:
        raise Refused(node, "IN a list is not known to Spark", "use list_contains(list, value)")
    return node


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
    exp.Any: any_of,
    exp.LT: compared,
    exp.LTE: compared,
    exp.GT: compared,
    exp.GTE: compared,
    exp.In: among,
    exp.All: any_of,
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    "list_position": position,
    "list_indexof": position,
    "list_cat": concat,
    "list_extract": extract,
    "list_element": extract,
    "list_first": at(1),
    "list_last": at(-1),
    "list_reverse": reverse,
    "cardinality": cardinality,
    "json_array_length": json_array_length,
}
