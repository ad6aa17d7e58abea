"""A place in transpiled SQL -> the place in what was written that it comes from.

sqlglot keeps no positions when it writes SQL. So, once something went wrong, the query is transpiled again with a
comment behind every column and function that says where it stood. White space aside, the text without comments is the
one that ran, and so the comments tell what is at a place, through all rewriting.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from odibi_sql.sql.dialects import transpile
from odibi_sql.sql.parsing import Parsed, parse
from odibi_sql.sql.references import find_reads, place
from odibi_sql.sql.statement import SyntaxProblem, Written

if TYPE_CHECKING:
    from odibi_sql.sql.spark import Describe, Schemas

_MARK = re.compile(r"\s*/\* odibi:(\d+) \*/")
_WORD = re.compile(r"[`\"]?(\w+)")


def origin(
    sql: str, offset: int, written: Written, schemas: Schemas | None = None, describe: Describe | None = None
) -> int | None:
    """The offset in `written.text` of what stands at `offset` of `sql`, which was made of it with the same `schemas`;
    None where it cannot be told."""
    try:
        parsed = parse(written.text, written.dialect)
        reads = find_reads(parsed)
        _mark(parsed)
        marked, _ = transpile(parsed, reads, written.engine_dialect, schemas, describe, comments=True)
    except SyntaxProblem:
        return None
    pieces = _MARK.split(marked)
    texts, places = pieces[::2], [int(at) for at in pieces[1::2]]
    if not places or _dense("".join(texts)) != _dense(sql):
        return None
    return places[_nearest(_ends(texts), places, len(_dense(sql[:offset])), _word(sql, offset), written.text)]


def _mark(parsed: Parsed) -> None:
    for node in parsed.root.walk():
        node.pop_comments()
    for node in parsed.root.find_all(exp.Column, exp.Func):
        node.add_comments([f"odibi:{place(node, parsed)}"])


def _ends(texts: Sequence[str]) -> list[int]:
    """How many characters that are no white space stand before each mark."""
    ends, total = [], 0
    for text in texts[:-1]:
        total += len(_dense(text))
        ends.append(total)
    return ends


def _nearest(ends: Sequence[int], places: Sequence[int], at: int, word: str, text: str) -> int:
    """Of the marks behind a place, the first that was written with the same word as stands there, or just the first:
    that of a function comes after those of its arguments."""
    first = min(bisect_right(ends, at), len(ends) - 1)
    same = (number for number in range(first, len(ends)) if word and _word(text, places[number]) == word)
    return next(same, first)


def _word(text: str, offset: int) -> str:
    found = _WORD.match(text, offset)
    return found[1].lower() if found else ""


def _dense(text: str) -> str:
    return "".join(text.split())
