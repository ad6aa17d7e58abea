"""Text -> tokens and syntax tree of one query, or a SyntaxProblem with its place.

sqlglot is generous: it takes bare expressions, turns what it does not know into `Command` nodes, and reports mistakes
with terminal codes and names of its own classes. Here all of that becomes a refusal that a reader can use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from sqlglot import Token, TokenType, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError

from odibi_sql.errors import nearest
from odibi_sql.sql.mistakes import CLOSING, OPENING, explained
from odibi_sql.sql.statement import SyntaxProblem

_STARTS = {"select", "with", "from", "(", "values", "table", "pivot", "unpivot", "summarize", "describe"}
_ROOTS = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values, exp.Pivot, exp.Summarize, exp.Describe)
# The compiled parser recurses on the C stack: some thousands of open brackets end the process, not just the parse.
_DEEPEST = 300


class Parsed(Struct, frozen=True, dict=True):
    """One query. Offsets in tokens and tree count in `text`; the query is `text[start:end]`."""

    text: str
    dialect: str
    tokens: Sequence[Token]
    root: exp.Expr
    start: int
    end: int

    @property
    def sql(self) -> str:
        return self.text[self.start : self.end]

    @cached_property
    def table_keywords(self) -> Mapping[int, Token]:
        """The keywords TABLE by the offset of what follows them."""
        following = zip(self.tokens, self.tokens[1:], strict=False)
        return {after.start: token for token, after in following if token.token_type is TokenType.TABLE}


def sql_dialect(name: str) -> Dialect:
    try:
        return Dialect.get_or_raise(name)
    except ValueError:
        near = nearest(name, Dialect.classes)
        raise SyntaxProblem(
            f"there is no SQL dialect `{name}`", hint=f"did you mean `{near}`?" if near else None
        ) from None


def tokenize(text: str, dialect: Dialect) -> list[Token]:
    """The tokens of `text` without leading and trailing semicolons; a byte order mark counts as white space."""
    if text.startswith("\ufeff"):
        text = " " + text[1:]
    try:
        tokens = dialect.tokenize(text)
    except TokenError as error:
        # the quoted context ends where the token that never ends begins, or where the text does
        end = error.end if error.end is not None else len(text)
        raise SyntaxProblem(
            "a string, quoted name or comment is not closed",
            _unclosed(text, end, dialect),
            "close it; a quote inside of a string is written twice",
        ) from None
    first, last = 0, len(tokens)
    while first < last and tokens[first].token_type is TokenType.SEMICOLON:
        first += 1
    while last > first and tokens[last - 1].token_type is TokenType.SEMICOLON:
        last -= 1
    return tokens[first:last]


def parse(text: str, dialect: str) -> Parsed:
    """Raises SyntaxProblem unless `text` is one SELECT-like query of `dialect`."""
    rules = sql_dialect(dialect)
    tokens = tokenize(text, rules)
    _check_outline(tokens)
    try:
        trees = rules.parser().parse(tokens, text)
    except ParseError as error:
        raise explained(error, tokens) from None
    except RecursionError:
        raise _too_deep(tokens[0].start) from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):  # the parser stumbles over some nonsense
        raise SyntaxProblem("this cannot be parsed", tokens[0].start, "check its brackets, commas and colons") from None
    root = trees[0]
    if not isinstance(root, _ROOTS):
        message = "a model only reads" if isinstance(root, exp.DML) else "this is not a query"
        raise SyntaxProblem(message, tokens[0].start, "a model is one SELECT: its rows become the table")
    return Parsed(text, dialect, tokens, root, tokens[0].start, tokens[-1].end + 1)


def _check_outline(tokens: Sequence[Token]) -> None:
    """Refuse what the parser would take for a command, for two statements, or at the cost of the process."""
    if not tokens:
        raise SyntaxProblem("there is no SQL here", 0, "a model is one SELECT")
    if tokens[0].text.lower() not in _STARTS:
        close = nearest(tokens[0].text, _STARTS) if tokens[0].token_type is TokenType.VAR else None
        raise SyntaxProblem(
            f"a model is one SELECT, and this starts with `{tokens[0].text}`",
            tokens[0].start,
            f"did you mean `{close}`?" if close else "write only the query: its rows become the table",
        )
    depth = 0
    ended = False
    for token in tokens:
        kind = token.token_type
        if kind in OPENING:
            depth += 1
            if depth > _DEEPEST:
                raise _too_deep(token.start)
        elif kind in CLOSING:
            depth -= 1
        elif kind is TokenType.SEMICOLON:
            ended = True
        elif ended:
            raise SyntaxProblem(
                "a second statement starts here, and a model is one SELECT",
                token.start,
                "put it into a model of its own, or remove the semicolon before it",
            )


def _too_deep(at: int) -> SyntaxProblem:
    return SyntaxProblem("this is nested too deeply to be parsed", at, "move inner parts into CTEs or other models")


def _unclosed(text: str, end: int, dialect: Dialect) -> int:
    """The offset of the opening quote: everything before it can be tokenized, and nothing that includes it."""
    for found in reversed(list(re.finditer(r"'|\"|`|/\*|\$", text[:end]))):
        try:
            dialect.tokenize(text[: found.start()])
        except TokenError:
            continue
        return found.start()
    return 0
