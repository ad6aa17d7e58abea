"""What sqlglot raises about a query -> SyntaxProblem: in plain words, at the token that is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import ParseError, Token, TokenType

from odibi_sql.errors import nearest
from odibi_sql.sql.statement import SyntaxProblem

OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE}
CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE}

# Words that are often misspelled; shorter ones have too many neighbours.
_KEYWORDS = ("select", "from", "where", "group", "order", "having", "limit", "join", "union", "distinct", "between")
_IN_OTHER_WORDS = "check the words and commas before it; a query that DuckDB accepts can often be said in another way"


def explained(error: ParseError, tokens: Sequence[Token]) -> SyntaxProblem:
    details = error.errors[0] if error.errors else {}
    place = (details.get("line"), details.get("col"))
    at = next((i for i, token in enumerate(tokens) if (token.line, token.col) == place), len(tokens) - 1)
    description = str(details.get("description") or "this cannot be parsed")
    if description.startswith("Expecting") and (opened := _never_closed(tokens)) is not None:
        return SyntaxProblem(f"`{opened.text}` is never closed", opened.start)
    if description.startswith("Required keyword") and (called := _called(tokens, at)) is not None:
        return SyntaxProblem(f"`{called.text}` needs more than it is given here", called.start)
    hint = _misspelled(tokens, at) or (_IN_OTHER_WORDS if at < len(tokens) - 1 else None)
    return SyntaxProblem(_message(description, shown(tokens[at])), tokens[at].start, hint)


def shown(token: Token) -> str:
    return token.text if len(token.text) <= 40 else f"{token.text[:37]}..."


def _message(description: str, near: str) -> str:
    if description.startswith("Required keyword"):
        return f"something is missing after `{near}`"
    if description.startswith("Invalid expression"):
        return f"`{near}` is unexpected here"
    if description.startswith("Expected table name"):
        return f"a table name is missing after `{near}`"
    plain = re.sub(r"<[^>]*>|\x1b\[[0-9;]*m", "", description).strip()
    return f"{plain[:1].lower()}{plain[1:]}, near `{near}`"


def _never_closed(tokens: Sequence[Token]) -> Token | None:
    """The innermost bracket that is open at the end."""
    opened: list[Token] = []
    for token in tokens:
        if token.token_type in OPENING:
            opened.append(token)
        elif token.token_type in CLOSING and opened:
            opened.pop()
    return opened[-1] if opened else None


def _called(tokens: Sequence[Token], at: int) -> Token | None:
    """The name of the function whose brackets close at this token."""
    if tokens[at].token_type is not TokenType.R_PAREN:
        return None
    depth = 0
    for i in range(at, 0, -1):
        depth += (tokens[i].token_type in CLOSING) - (tokens[i].token_type in OPENING)
        if depth == 0:
            return tokens[i - 1] if tokens[i - 1].text.isidentifier() else None
    return None


def _misspelled(tokens: Sequence[Token], at: int) -> str | None:
    """A keyword nearly spelled in one of the two words up to here: `form orders`, `gruop by`."""
    for token in reversed(tokens[max(at - 1, 0) : at]):
        close = nearest(token.text, _KEYWORDS) if token.token_type is TokenType.VAR else None
        if close and not token.text.lower().startswith(close):  # `orders` is a name
            return f"did you mean `{close}` in place of `{token.text}`?"
    return None
