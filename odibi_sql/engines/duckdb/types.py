"""DuckDB's type names -> a tree of types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

_NESTED = frozenset({"STRUCT", "TUPLE", "UNION", "MAP"})
_PUNCTUATION = frozenset("()[],")
_TOKEN = re.compile(r"""\s*('(?:[^']|'')*' | "(?:[^"]|"")*" | [()\[\],] | [^\s()\[\],'"]+)""", re.VERBOSE)


class DuckType(Struct, frozen=True):
    """`kind` is LIST, ARRAY, STRUCT, TUPLE, UNION, MAP, ENUM, or a scalar's name without its parameters; `text` is the
    whole type as DuckDB writes it.

    Members are (label, type); a label is kept as written, quotes and all. LIST and ARRAY have one member, MAP two, all
    without labels.
    """

    kind: str
    text: str
    members: tuple[tuple[str, DuckType], ...] = ()

    def walk(self) -> Iterator[DuckType]:
        yield self
        for _, member in self.members:
            yield from member.walk()


@lru_cache(4096)
def parse_type(text: str) -> DuckType:
    """The tree of a type name as DESCRIBE or typeof() give it; ValueError if it is none."""
    parser = _Parser(text)
    parsed = parser.type()
    if parser.peek() is not None:
        raise ValueError(f"not a type of DuckDB: {text}")
    return parsed


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.end = 0  # where the last token taken ends: `text` of a type must not hold the white space behind it

    def peek(self) -> str | None:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            if self.text[self.position :].strip():
                raise ValueError(f"not a type of DuckDB: {self.text}")
            return None
        return match.group().lstrip()

    def take(self, expected: str | None = None) -> str:
        match = _TOKEN.match(self.text, self.position)
        token = match.group().lstrip() if match else None
        if match is None or token is None or expected not in (None, token):
            raise ValueError(f"not a type of DuckDB: {self.text}")
        self.position = self.end = match.end()
        return token

    def type(self) -> DuckType:
        self.peek()
        start = self.position + len(self.text[self.position :]) - len(self.text[self.position :].lstrip())
        word = self.take()
        if word in _NESTED:
            members = self.members(labelled=word in ("STRUCT", "UNION")) if self.peek() == "(" else ()
            parsed = DuckType(word, self.text[start : self.end], members)
        else:
            kind = self.scalar(word)
            parsed = DuckType(kind, self.text[start : self.end])
        while self.peek() == "[":
            self.take()
            kind = "LIST" if self.peek() == "]" else "ARRAY"
            if kind == "ARRAY":
                self.take()
            self.take("]")
            parsed = DuckType(kind, self.text[start : self.end], (("", parsed),))
        return parsed

    def scalar(self, word: str) -> str:
        words = [word]
        while (self.peek() or ")") not in _PUNCTUATION:
            words.append(self.take())  # TIMESTAMP WITH TIME ZONE
        if self.peek() == "(":
            while self.take() != ")":  # no parameter of a scalar holds a parenthesis outside of quotes
                pass
        return " ".join(words)

    def members(self, labelled: bool) -> tuple[tuple[str, DuckType], ...]:
        members = []
        self.take("(")
        while True:
            label = self.take() if labelled else ""
            members.append((label, self.type()))
            if self.take() == ")":
                return tuple(members)
