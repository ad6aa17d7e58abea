"""Casts from one nested type to another: of each part, by the rules that it has alone.

Spark casts the parts of nested values itself, but not as DuckDB does: it cuts off where that rounds, and takes the
fields of a struct by their order where that goes by names.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.errors import ParseError

from odibi_sql.sql.spark.operands import TYPE, Refused, is_null, kind, literal, of_type, raw, said

Cast = Callable[[exp.Expr], exp.Expr]  # of one part
_HINT = "make it of its parts: list_transform(xs, lambda x: x::BIGINT), {'a': s.a::BIGINT}"


def is_nested(type_: exp.DataType) -> bool:
    return type_.this in (exp.DType.ARRAY, exp.DType.LIST, exp.DType.STRUCT, exp.DType.MAP)


def cast_nested(node: exp.Expr, cast: Cast) -> exp.Expr:
    """`node` is a CAST of what has a type that is known whole, of NULL, or of what is written out."""
    if (written := _of_written(node, cast)) is not None:
        return written
    value, to = node.this, node.args["to"]
    kind(value)
    given = value.meta.get(TYPE)
    told = f"a cast {f'of {given} ' if given else ''}to {to.sql('duckdb')} is not known to mean the same on Spark"
    if not is_null(value) and (given is None or isinstance(node, exp.TryCast)):
        raise Refused(node, told, _HINT, untold=given is None)
    try:
        was = exp.DataType.build(given, dialect="duckdb") if not is_null(value) else None
        made = _part(said(value), was, to, cast, 0) if was is not None else _nothing(to, cast)
    except (Refused, ParseError, ValueError) as error:
        raise Refused(node, told, _HINT) from error
    return raw(made, "list" if to.this == exp.DType.ARRAY else "struct" if to.this == exp.DType.STRUCT else None)


def _of_written(node: exp.Expr, cast: Cast) -> exp.Expr | None:
    """Of `[…]` and `{…}`, each part."""
    value, to = node.args["this"], node.args["to"]
    if to.args.get("values"):
        return None
    if isinstance(value, exp.Array) and len(to.expressions) == 1 and to.this != exp.DType.STRUCT:
        if not value.expressions:
            return raw(f"filter(array({_nothing(to.expressions[0], cast)}), e -> false)", "list")
        parts = [cast(type(node)(this=one.copy(), to=to.expressions[0].copy())) for one in value.expressions]
        return exp.Array(expressions=parts)
    if isinstance(value, exp.Struct) and to.this == exp.DType.STRUCT:
        types = {name.lower(): type_ for name, type_ in _fields(to)}
        if [one.this.name.lower() for one in value.expressions if isinstance(one, exp.PropertyEQ)] != list(types):
            return None
        for one, type_ in zip(value.expressions, types.values(), strict=True):
            one.set("expression", cast(type(node)(this=one.expression.copy(), to=type_.copy())))
        return value
    return None


def _part(value: str, was: exp.DataType, to: exp.DataType, cast: Cast, depth: int) -> str:
    if was == to:
        return value
    if not is_nested(to) and not is_nested(was):
        return said(cast(exp.Cast(this=raw(value, of_type(was)), to=to.copy())))
    if was.this != to.this or was.args.get("values") or to.args.get("values"):
        raise ValueError(to)
    if to.this == exp.DType.STRUCT:
        fields = {name.lower(): (name, type_) for name, type_ in _fields(was)}
        if not any(name.lower() in fields for name, _ in _fields(to)):
            raise ValueError(to)
        parts = []
        for name, type_ in _fields(to):
            had = fields.get(name.lower())
            field = f"{value}.`{had[0].replace('`', '``')}`" if had else ""
            part_ = _part(field, had[1], type_, cast, depth) if had else _nothing(type_, cast)
            parts.append(f"{literal(name)}, {part_}")
        return f"CASE WHEN {value} IS NOT NULL THEN named_struct({', '.join(parts)}) END"
    key, each = f"__odibi_key{depth}", f"__odibi_each{depth}"
    pairs = zip(was.expressions, to.expressions, (key, each)[-len(to.expressions) :], strict=True)
    parts = [_part(name, old, new, cast, depth + 1) for old, new, name in pairs]
    if to.this == exp.DType.MAP:
        keyed = value if parts[0] == key else f"transform_keys({value}, ({key}, {each}) -> {parts[0]})"
        return f"transform_values({keyed}, ({key}, {each}) -> {parts[1]})"
    return f"transform({value}, {each} -> {parts[0]})"


def _fields(type_: exp.DataType) -> list[tuple[str, exp.DataType]]:
    """ValueError where they have no names."""
    found = []
    for one in type_.expressions:
        if not isinstance(one, exp.ColumnDef) or one.args.get("kind") is None:
            raise ValueError(type_)
        found.append((one.name, one.args["kind"]))
    return found


def _nothing(type_: exp.DataType, cast: Cast) -> str:
    """A NULL of that type."""
    if not is_nested(type_):
        return said(cast(exp.Cast(this=exp.Null(), to=type_.copy())))
    if type_.this == exp.DType.STRUCT:
        parts = ", ".join(f"{literal(name)}, {_nothing(part, cast)}" for name, part in _fields(type_))
        return f"IF(false, named_struct({parts}), NULL)"
    if type_.args.get("values"):
        raise ValueError(type_)
    parts = ", ".join(_nothing(part, cast) for part in type_.expressions)
    return f"IF(false, {'map' if type_.this == exp.DType.MAP else 'array'}({parts}), NULL)"
