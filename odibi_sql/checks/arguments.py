"""What an argument of a check may be: each is checked, and made into SQL where it goes into SQL as it is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from odibi_sql.quoting import quote_name, quote_text

_CALL = re.compile(r"\s*(ref|source)\s*\(\s*(.*?)\s*\)\s*")
_STRING = re.compile(r"""'([^']*)'|"([^"]*)\"""")

_REQUIRED: Any = object()


class ArgumentError(ValueError):
    """The text completes "`values` must be …"."""


class Argument(Struct, frozen=True):
    """`read` takes YAML's value and gives the one to use, or raises ArgumentError."""

    read: Callable[[Any], Any]
    default: Any = _REQUIRED

    @property
    def required(self) -> bool:
        return self.default is _REQUIRED


def literal(value: Any) -> str:
    """A plain value as an SQL string.

    >>> literal("it's"), literal(True), literal(3)
    ("'it''s'", "'true'", "'3'")
    """
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return quote_text(text)


def quoted(name: str) -> str:
    """A column's name as SQL; a name that is quoted already stays as it is."""
    if len(name) > 2 and name[0] == name[-1] == '"':
        return name
    return quote_name(name)


def expression(value: Any) -> str:
    """SQL, as it is; a number or date by itself is SQL, too."""
    if isinstance(value, bool) or value is None:
        raise ArgumentError("an SQL expression")
    if isinstance(value, datetime.datetime):
        return f"timestamp '{value.isoformat(' ')}'"
    if isinstance(value, datetime.date):
        return f"date '{value.isoformat()}'"
    if not isinstance(value, (str, int, float)) or not str(value).strip():
        raise ArgumentError("an SQL expression")
    return str(value)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ArgumentError("true or false")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ArgumentError("text")
    return value


def whole_number(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ArgumentError(f"a whole number from {least}")
        return value

    return read


def one_of(choices: Iterable[str]) -> Callable[[Any], str]:
    allowed = tuple(choices)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value.casefold() not in allowed:
            raise ArgumentError(f"one of {', '.join(allowed)}")
        return value.casefold()

    return read


def values(value: Any) -> list[Any]:
    """A list of plain values, none of them null."""
    if not isinstance(value, list) or not value:
        raise ArgumentError("a list of values")
    if any(item is None or isinstance(item, (list, dict)) for item in value):
        raise ArgumentError("a list of plain values, without null, which `not_null` forbids")
    return value


def columns(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise ArgumentError("a list of columns")
    return value


def relation(value: Any) -> str:
    """`ref('x')`, `source('a', 'b')` or a name -> the table as SQL names it.

    >>> relation("ref('customers')"), relation("source('raw', 'orders')"), relation("raw.orders")
    ('"customers"', '"raw"."orders"', '"raw"."orders"')
    """
    if not isinstance(value, str) or not value.strip():
        raise ArgumentError("a model, as `ref('customers')`")
    plain = value.strip()
    if plain.startswith("{{") and plain.endswith("}}"):
        plain = plain[2:-2].strip()
    if match := _CALL.fullmatch(plain):
        strings = [one.strip() for one in match[2].split(",")]
        names = [found[1] or found[2] for one in strings if (found := _STRING.fullmatch(one))]
        wanted = (2,) if match[1] == "source" else (1, 2)
        if len(names) != len(strings) or len(names) not in wanted:
            raise ArgumentError("a model, as `ref('customers')`, or a source, as `source('raw', 'orders')`")
        parts = names if match[1] == "source" else names[-1:]
    elif "(" in plain or "{" in plain:
        raise ArgumentError("a model, as `ref('customers')`, or a source, as `source('raw', 'orders')`")
    else:
        parts = plain.split(".")
    return ".".join(quoted(part) for part in parts)
