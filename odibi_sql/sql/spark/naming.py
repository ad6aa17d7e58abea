"""Columns without a name -> columns with the name that DuckDB gives them, which is made of their text; and of columns
with the same name, each with one of its own.

Spark makes another one of the same text. DuckDB's own parser says its name, for the text as it was written and bound;
where that cannot be found, the column stays without a name, and is refused where its name matters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp

from odibi_sql.relation import Slot
from odibi_sql.sql.parsing import Parsed, parse
from odibi_sql.sql.references import names_matter
from odibi_sql.sql.statement import SyntaxProblem

_NAMED = (exp.Column, exp.Alias, exp.Star, exp.Dot, exp.Aliases, exp.PropertyEQ)
_ENDS = frozenset({
    "from", "where", "group", "having", "window", "qualify", "order", "limit", "offset", "union", "except", "intersect",
    "using", "tablesample", "into",
})  # fmt: skip
_NO_ENDS = {("within", "group"), ("distinct", "from")}  # of an aggregate, of IS DISTINCT FROM
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
Span = tuple[int, int]


def has_name(column: exp.Expr) -> bool:
    """Whether DuckDB takes its name from a part of it. That of `t.a.b` is `b`, that of `(a).b` is all of it."""
    part = column
    while isinstance(part, exp.Dot):
        part = part.this
    return isinstance(column, _NAMED) and (part is column or isinstance(part, exp.Column))


def name_columns(parsed: Parsed, rewrites: Iterable[Slot]) -> None:
    """Changes the tree of `parsed`, which is as it was parsed; `rewrites` are what binding changes in its text."""
    slots = [slot for slot in rewrites if slot.kind == "text"]
    spans: list[Span] | None = None
    for select in parsed.root.find_all(exp.Select):
        if not names_matter(select):
            continue
        for column in select.expressions:
            if isinstance(column, exp.Paren) and isinstance(column.unnest(), exp.Column):
                column.replace(column.unnest())
                continue
            if isinstance(column, exp.Explode) or (has_name(column) and not _has_plus(column, parsed)):
                continue  # unnest() of a struct is many columns
            spans = list(_columns(parsed)) if spans is None else spans
            name = _name(column, spans, parsed, slots)
            if name is not None and not _is_read(name, select):
                _put_name(column, exp.to_identifier(name, quoted=True))
        number_columns(select)


def number_columns(select: exp.Expr) -> None:
    """Columns with the same name have one of their own each, as `numbered`. Nothing is changed where there is a `*`."""
    names = [column.output_name for column in select.expressions]
    if not all(names) or any(column.is_star for column in select.expressions):
        return
    repeated = {name for name, times in Counter(map(str.lower, names)).items() if times > 1}
    order = select.args.get("order")
    for ordered in order.expressions if order is not None and repeated else ():
        by = ordered.this
        if isinstance(by, exp.Column) and not by.table and by.name.lower() in repeated:
            aliases = [n for n, one in enumerate(select.expressions, 1) if one.alias.lower() == by.name.lower()]
            if aliases:  # to DuckDB it is the last of them
                by.replace(exp.Literal.number(aliases[-1]))
    for column, name, new in zip(select.expressions, names, numbered(names), strict=True):
        if new != name:
            alias = exp.to_identifier(new, quoted=True)
            if isinstance(column, exp.Alias):
                column.set("alias", alias)
            else:
                _put_name(column, alias)


def numbered(names: Iterable[str]) -> list[str]:
    """Repeated names as DuckDB makes others of them for a table: a, a_1, a_2."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        new = name
        while new.lower() in seen:
            seen[name.lower()] += 1
            new = f"{name}_{seen[name.lower()]}"
        seen[new.lower()] = 0
        found.append(new)
    return found


def _put_name(column: exp.Expr, name: exp.Expr) -> None:
    alias = exp.Alias(alias=name)
    column.replace(alias)
    alias.set("this", column)


def _has_plus(column: exp.Expr, parsed: Parsed) -> bool:
    """Of `+x` there is only `x` in the tree."""
    starts = [part.meta["start"] for part in column.parts if "start" in part.meta] if type(column) is exp.Column else []
    return bool(starts) and parsed.text[: min(starts)].rstrip().endswith("+")


def _is_read(name: str, select: exp.Select) -> bool:
    """Whether a column of the inputs has this name: to Spark, it would mean this one in some clauses."""
    return any(one.name.lower() == name.lower() for one in select.find_all(exp.Column))


def _name(column: exp.Expr, spans: Iterable[Span], parsed: Parsed, slots: Sequence[Slot]) -> str | None:
    marks = [node.meta for node in column.walk() if "start" in node.meta and not isinstance(node, exp.Star)]
    first = min((meta["start"] for meta in marks), default=parsed.end)
    last = max((meta["end"] for meta in marks), default=parsed.start)
    for start, end in spans:
        if start <= first and last < end and _same(column, parsed.text[start:end], parsed.dialect):
            return _named_by_duckdb(_bound(parsed, (start, end), slots))
    return None


def _same(column: exp.Expr, text: str, dialect: str) -> bool:
    try:
        found = parse(f"SELECT {text}\n", dialect).root.expressions
    except SyntaxProblem:
        return False
    return len(found) == 1 and found[0] == column


def _bound(parsed: Parsed, span: Span, slots: Sequence[Slot]) -> str:
    start, end = span
    made, copied = "", start
    for slot in sorted(slots, key=lambda slot: slot.start):
        at, after = parsed.start + slot.start, parsed.start + slot.end
        if copied <= at and after <= end:
            made += parsed.text[copied:at] + slot.value
            copied = after
    return made + parsed.text[copied:end]


def _named_by_duckdb(text: str) -> str | None:
    import duckdb

    try:
        return duckdb.SQLExpression(text).get_name()
    except duckdb.Error:
        return None


def _columns(parsed: Parsed) -> Iterator[Span]:
    """Where the columns of each SELECT stand in the text; of one within another, both."""
    words = [parsed.text[token.start : token.end + 1].lower() for token in parsed.tokens]  # quoted ones with quotes
    for number, word in enumerate(words, 1):
        if word == "select":
            for first, last in _listed(words, _after_distinct(words, number)):
                yield parsed.tokens[first].start, parsed.tokens[last].end + 1


def _after_distinct(words: Sequence[str], at: int) -> int:
    if words[at : at + 2] == ["distinct", "on"]:
        depth, at = 0, at + 2
        while at < len(words):
            depth += (words[at] in _OPENING) - (words[at] in _CLOSING)
            at += 1
            if depth == 0:
                break
        return at
    return at + 1 if words[at : at + 1] in (["distinct"], ["all"]) else at


def _listed(words: Sequence[str], first: int) -> Iterator[tuple[int, int]]:
    """The first and the last word of each column from `first` on."""
    depth = 0
    for at in range(first, len(words) + 1):
        word = words[at] if at < len(words) else ";"
        keyword = word.split(maxsplit=1)[0]  # `order by` is one token
        is_end = word in (*_CLOSING, ";") or (keyword in _ENDS and (words[at - 1], keyword) not in _NO_ENDS)
        if depth == 0 and (is_end or word == ","):
            if first < at:
                yield first, at - 1
            if is_end:
                return
            first = at + 1
        depth += (word in _OPENING) - (word in _CLOSING)
