"""A `*` -> its columns one by one, where Spark would make others of it.

That is where it has EXCLUDE, REPLACE or RENAME or stands beside QUALIFY or DISTINCT ON, since Spark itself has EXCEPT
only, and Sail nothing; where columns have the same name, which DuckDB numbers and Spark refuses; and where columns are
joined by USING, which Spark puts first and DuckDB leaves in their places. Which columns there are is said by DuckDB's
binder: of the `*`, and of each table that is joined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from sqlglot import exp

from odibi_sql.relation import Column
from odibi_sql.sql.spark.naming import number_columns, numbered
from odibi_sql.sql.spark.operands import Refused
from odibi_sql.sql.spark.schemas import Ask, is_star
from odibi_sql.sql.spark.spelled import groups_by_all, orders_by_all

_HALF = ("SEMI", "ANTI")
_MERGED = "merged"  # noted on a column that is one of two tables
Columns = tuple[exp.Expr, ...]  # each reads one column, and has its name before repeated ones are numbered


class _Joined(Struct, frozen=True):
    """What a FROM clause has, in DuckDB's order and in Spark's."""

    columns: Columns
    on_spark: Columns

    @property
    def in_order(self) -> bool:
        return [id(one) for one in self.columns] == [id(one) for one in self.on_spark]


def waits_for_columns(select: exp.Select) -> bool:
    """Whether a `*` in it may be spelled out as soon as the columns are known."""
    stars = [column for column in select.expressions if is_star(column)]
    if not stars:
        return False
    more = len(select.expressions) > 1 or bool(select.args.get("joins")) or any(map(_is_nested, _sources(select)))
    return more or any(_has_no_words(column, select) for column in stars)


def spell_stars(root: exp.Expr, ask: Ask) -> None:
    """Innermost first. Where the binder cannot tell the columns, or one of them by its name, the `*` stays. Raises
    Refused where it would then have them in another order."""
    for select in reversed(list(root.find_all(exp.Select))):
        if waits_for_columns(select):
            unnamed = _name_sources(select)
            if not _spell(select, ask):
                for source in unnamed:
                    source.set("alias", None)


def _spell(select: exp.Select, ask: Ask) -> bool:
    """Whether any is spelled out."""
    joined = _joined(select, ask)
    moved = any(map(_merges, _all_joins(select))) and (joined is None or not joined.in_order)
    told: dict[int, Columns | None] = {}
    for column in select.expressions:
        if is_star(column):
            told[id(column)] = _columns(column, select, joined, ask)
            if moved and told[id(column)] is None and ask(select, [column]) is not None:
                message = "columns that are joined by USING come in another order on Spark"
                raise Refused(column, message, "name the columns instead of `*`")
    names = [one.output_name.lower() for column in select.expressions for one in told.get(id(column)) or (column,)]
    repeated = all(names) and len(set(names)) < len(names)
    spelled = [
        told.get(id(column)) if repeated or moved or (is_star(column) and _has_no_words(column, select)) else None
        for column in select.expressions
    ]
    if not any(spelled):
        return False
    columns = [one for column, ones in zip(select.expressions, spelled, strict=True) for one in ones or (column,)]
    select.set("expressions", columns)
    number_columns(select)
    return True


def _has_no_words(column: exp.Expr, select: exp.Select) -> bool:
    distinct = select.args.get("distinct")
    first_of = distinct is not None and distinct.args.get("on")
    by_all = groups_by_all(select) or orders_by_all(select) or _orders_by_window(select)
    return bool(first_of or by_all or select.args.get("qualify") or any(_star(column).args.values()))


def _orders_by_window(select: exp.Select) -> bool:
    order = select.args.get("order")
    return order is not None and order.find(exp.Window) is not None


def _star(column: exp.Expr) -> exp.Expr:
    star: exp.Expr = column.this if isinstance(column, exp.Column) else column
    return star


def _columns(column: exp.Expr, select: exp.Select, joined: _Joined | None, ask: Ask) -> Columns | None:
    """Of one `*`, if the binder says the same of them as of the `*` itself."""
    found = ask(select, [column])
    if found is None:
        return None
    if isinstance(column, exp.Star):
        given = joined.columns if joined is not None else None
    else:
        qualifier = {part: value for part in ("table", "db", "catalog") if (value := column.args.get(part))}
        given = _all_of(select, qualifier, ask)
    if given is None:
        return None
    columns = _changed(given, _star(column))
    types = ask(select, [one.unalias() for one in columns])
    if types is None or [one.type for one in types] != [one.type for one in found]:
        return None
    return columns if numbered([one.output_name for one in columns]) == [one.name for one in found] else None


def _changed(given: Columns, star: exp.Expr) -> Columns:
    """By EXCLUDE, REPLACE and RENAME."""
    replaced = {one.alias.lower(): one for one in star.args.get("replace") or ()}
    renamed = {one.this.name.lower(): one.alias for one in star.args.get("rename") or ()}
    columns: list[exp.Expr] = []
    for one in given:
        name = one.output_name
        if any(_is_of(one, left_out) for left_out in star.args.get("except_") or ()):
            continue
        if (other := replaced.get(name.lower())) is not None:
            columns.append(exp.alias_(other.this.copy(), other.alias, quoted=True))
        elif (new := renamed.get(name.lower())) is not None:
            columns.append(exp.alias_(one.unalias().copy(), new, quoted=True))
        else:
            columns.append(one.copy())
    return tuple(columns)


def _is_of(column: exp.Expr, left_out: exp.Expr) -> bool:
    table = left_out.args.get("table")
    same_table = table is None or table.name.lower() == column.text("table").lower()
    return same_table and left_out.name.lower() == column.output_name.lower()


# -- what is joined


def _sources(select: exp.Select) -> list[exp.Expr]:
    from_ = select.args.get("from_")
    sources: list[exp.Expr] = [one.this for one in (from_, *(select.args.get("joins") or ())) if one is not None]
    return sources


def _name_sources(select: exp.Select) -> Sequence[exp.Expr]:
    """Queries among the sources need names, to tell of which of them a column is."""
    unnamed = [
        one for one in _sources(select) if isinstance(one, exp.Subquery) and not one.alias and not _is_nested(one)
    ]
    for number, one in enumerate(unnamed, 1):
        one.set("alias", exp.TableAlias(this=exp.to_identifier(f"__source_{number}")))
    return unnamed


def _is_nested(source: exp.Expr) -> bool:
    """`(a JOIN b)`, and not a query."""
    return isinstance(source, exp.Subquery) and isinstance(source.this, (exp.Table, exp.Subquery))


def _joined(select: exp.Select, ask: Ask) -> _Joined | None:
    """None where not every column can be said by its table."""
    from_ = select.args.get("from_")
    first = _joined_in(from_.this, select, ask) if from_ is not None else None
    joined = _with_joins(first, select.args.get("joins") or (), select, ask)
    return _with_plain_names(joined) if joined is not None else None


def _with_plain_names(joined: _Joined) -> _Joined:
    """What is merged is known by its name alone where no other column has it: Sail knows it by no table."""
    times = Counter(map(_folded, joined.columns))
    plain = {
        id(one): exp.Column(this=exp.to_identifier(one.output_name, quoted=True))
        for one in joined.columns
        if one.meta.get(_MERGED) and times[_folded(one)] == 1
    }
    columns, on_spark = (tuple(plain.get(id(one), one) for one in ones) for ones in (joined.columns, joined.on_spark))
    return _Joined(columns, on_spark)


def _joined_in(source: exp.Expr, select: exp.Select, ask: Ask) -> _Joined | None:
    first: _Joined | None = None
    if _is_nested(source) and not source.alias:
        first = _joined_in(source.this, select, ask)
    elif not _is_nested(source) and (name := _name(source)) is not None:
        columns = _all_of(select, {"table": name}, ask)
        first = _Joined(columns, columns) if columns is not None else None
    return _with_joins(first, source.args.get("joins") or (), select, ask)


def _with_joins(joined: _Joined | None, joins: Sequence[exp.Expr], select: exp.Select, ask: Ask) -> _Joined | None:
    for join in joins:
        half = str(join.args.get("kind")).upper() in _HALF  # its right side has no columns
        right = _joined_in(join.this, select, ask) if not half else joined
        if joined is None or right is None or (half and _merges(join) and not join.args.get("using")):
            return None
        if not _merges(join):
            joined = _and(joined, right) if not half else joined
            continue
        both = _merged(join, joined.columns, right.columns)
        if both is None:
            return None
        left = tuple(both.get(_folded(one), one) for one in joined.columns)
        rest = _Joined(_without(both, right.columns), _without(both, right.on_spark))
        joined = _Joined(left, (*both.values(), *_without(both, joined.on_spark)))
        joined = _and(joined, rest) if not half else joined
    return joined


def _and(left: _Joined, right: _Joined) -> _Joined:
    return _Joined((*left.columns, *right.columns), (*left.on_spark, *right.on_spark))


def _all_joins(select: exp.Select) -> Iterator[exp.Expr]:
    stack: list[exp.Expr] = [select]
    while stack:
        node = stack.pop()
        joins = node.args.get("joins") or ()
        yield from joins
        stack += (one.this for one in (node.args.get("from_"), *joins) if one is not None)
        stack += [node.this] if _is_nested(node) else []


def _merges(join: exp.Expr) -> bool:
    return bool(join.args.get("using")) or str(join.args.get("method")).upper() == "NATURAL"


def _merged(join: exp.Expr, left: Columns, right: Columns) -> Mapping[str, exp.Expr] | None:
    """What is joined by USING, in Spark's order: name, in lower case -> the column of both."""
    on_left, on_right = _by_name(left), _by_name(right)
    using = [one.name.lower() for one in join.args.get("using") or ()]
    side = str(join.args.get("side") or "").upper()
    both: dict[str, exp.Expr] = {}
    for name in using or [name for name in on_left if name in on_right]:
        if len(on_left.get(name, ())) != 1 or len(on_right.get(name, ())) != 1:
            return None
        (one,), (other,) = on_left[name], on_right[name]
        if side == "FULL":
            either = exp.Coalesce(this=one.unalias().copy(), expressions=[other.unalias().copy()])
            both[name] = exp.alias_(either, one.output_name, quoted=True)
        else:
            both[name] = (other if side == "RIGHT" else one).copy()
        both[name].meta[_MERGED] = True
    return both


def _without(both: Mapping[str, exp.Expr], columns: Columns) -> Columns:
    return tuple(one for one in columns if _folded(one) not in both)


def _by_name(columns: Columns) -> Mapping[str, Sequence[exp.Expr]]:
    by_name: dict[str, list[exp.Expr]] = {}
    for column in columns:
        by_name.setdefault(_folded(column), []).append(column)
    return by_name


def _folded(column: exp.Expr) -> str:
    return str(column.output_name).lower()


def _name(source: exp.Expr) -> exp.Expr | None:
    pivots = source.args.get("pivots")
    alias = (pivots[-1] if pivots else source).args.get("alias")
    name = alias.this if isinstance(alias, exp.TableAlias) else source.this if isinstance(source, exp.Table) else None
    return name if isinstance(name, exp.Identifier) else None


def _all_of(select: exp.Select, qualifier: Mapping[str, exp.Expr], ask: Ask) -> Columns | None:
    found: Sequence[Column] | None = ask(select, [exp.Column(this=exp.Star(), **_copied(qualifier))])
    if found is None:
        return None
    return tuple(exp.Column(this=exp.to_identifier(one.name, quoted=True), **_copied(qualifier)) for one in found)


def _copied(qualifier: Mapping[str, exp.Expr]) -> dict[str, exp.Expr]:
    return {part: value.copy() for part, value in qualifier.items()}
