"""Tokens -> one text without comments and white space, equal exactly where the tokens say the same.

Lexemes are kept as written and joined by single spaces; a quoted one carries its quotes, so no two token streams give
one text. Only what can never show in a result loses its case: words that the engine reserves, and the names of called
functions. Other names keep theirs, because `select a as Total` and `select a as total` make different columns.
Hints (`/*+ … */`) stay in those dialects that read them: their tokenizers do not take them for comments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import Token

# Words that DuckDB takes as a name only after AS or a dot, or before a colon or `:=`.
_KEYWORDS_TEXT = """
    all analyse analyze and anti any array as asc asof asymmetric at authorization both by case cast check
    collate column constraint create cross default deferrable desc describe distinct do else end except false
    fetch for foreign freeze from full glob group having ilike in initially inner intersect into is join lambda
    lateral leading left like limit natural not null offset on only or order outer overlaps pivot pivot_longer
    pivot_wider placing positional primary qualify references returning right select semi show similar some
    summarize symmetric table tablesample then to trailing true union unique unpivot using variadic when where
    window with
"""
KEYWORDS = frozenset(_KEYWORDS_TEXT.split())
_NAMES_FOLLOW = frozenset({"as", "."})
_NAMES_PRECEDE = frozenset({":", ":=", "=>"})
_COMMENTS = ("--", "/*", "#", "//")
# White space after one of these and before a symbol can make two operators of one.
_GLUE = frozenset({"!", "@", "#", "~", "~~", "?", "&", "|", "^", "<", ">"})


def canonical(text: str, dialect: str) -> str:
    """
    >>> canonical("SELECT Sum( x ) AS Total -- all of it", "duckdb")
    'select sum ( x ) as Total'
    """
    from odibi_sql.sql.parsing import sql_dialect, tokenize  # loads sqlglot

    return join_tokens(text, tokenize(text, sql_dialect(dialect)))


def join_tokens(text: str, tokens: Sequence[Token]) -> str:
    lexemes = [text[token.start : token.end + 1] for token in tokens]
    folded: list[str] = []
    before = "("
    end = tokens[0].start if tokens else 0
    last = len(tokens) - 1
    for index, token in enumerate(tokens):
        lexeme = lexemes[index]
        after = lexemes[index + 1] if index < last else ""
        lower = lexeme.lower()
        if (lower in KEYWORDS and before not in _NAMES_FOLLOW and after not in _NAMES_PRECEDE) or (
            after == "(" and lower != lexeme and _is_called(lexemes, index, before)
        ):
            lexeme = lower
        elif not lexeme.isalnum():
            lexeme = _words(lexeme, before)
        gap = text[end : token.start]
        if not gap and index and _is_glued(before, lexeme):
            folded[-1] += lexeme
        else:
            if gap and not gap.isspace() and not gap.lstrip().startswith(_COMMENTS):
                folded.append(gap.strip())  # something that the tokenizer skipped and that is no comment
            folded.append(lexeme)
        before = lexeme
        end = token.end + 1
    return " ".join(folded)


def _words(lexeme: str, before: str) -> str:
    """Keywords of several words, such as `ORDER   BY`, are one token."""
    if before in _NAMES_FOLLOW or not lexeme[0].isalpha():
        return lexeme
    words = lexeme.split()
    return " ".join(words).lower() if len(words) > 1 and all(word.isalpha() for word in words) else lexeme


def _is_called(lexemes: Sequence[str], index: int, before: str) -> bool:
    """Whether the name before an opening bracket is that of a function, not one that is being given: an alias with
    columns, a CTE, a type."""
    if not lexemes[index].isidentifier() or before in ("as", "with", "::", "."):
        return False
    if before not in KEYWORDS and before[0] not in "(,+-*/=<>|&%^~![{:":
        return False
    closing = _closing(lexemes, index + 1)
    follow = [lexeme.lower() for lexeme in lexemes[closing + 1 : closing + 3]]
    if not follow:
        return True
    if before == "," and (follow[0] == "using" or (follow[0] == "as" and follow[-1] in ("(", "materialized", "not"))):
        return False
    return follow[0][0] not in "'$"


def _closing(lexemes: Sequence[str], opening: int) -> int:
    depth = 0
    for index in range(opening, len(lexemes)):
        if lexemes[index] == "(":
            depth += 1
        elif lexemes[index] == ")":
            depth -= 1
            if depth == 0:
                return index
    return len(lexemes)


def _is_glued(before: str, lexeme: str) -> bool:
    """Whether `before` and `lexeme`, which touch, would mean something else with a space between them: `x'ab'`."""
    return (before in _GLUE and lexeme[0] in "~!@#%^&|*<>=") or (lexeme[0] == "'" and before.isidentifier())


_LEXEME = re.compile(r"""[A-Za-z]?'(?:[^']|'')*'|"(?:[^"]|"")*"|\S+""")
_SHOWN = 3


def token_diff(old: str, new: str) -> str:
    """What differs between two canonical forms, for people: one line `- … / + …` for each place, the first three.

    >>> token_diff("select a from t where x > 1", "select a from t where x > 2")
    '- x > 1 / + x > 2'
    """
    from difflib import SequenceMatcher

    before, after = _LEXEME.findall(old), _LEXEME.findall(new)
    groups = list(SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(2))
    lines = []
    for group in groups[:_SHOWN]:
        removed = before[group[0][1] : group[-1][2]]
        added = after[group[0][3] : group[-1][4]]
        lines.append(f"- {_shortened(removed)} / + {_shortened(added)}")
    if len(groups) > _SHOWN:
        lines.append(f"and {len(groups) - _SHOWN} more")
    return "\n".join(lines)


def _shortened(lexemes: Sequence[str]) -> str:
    text = " ".join(" ".join(lexemes).split())
    return text if len(text) <= 100 else f"{text[:97]}..."
