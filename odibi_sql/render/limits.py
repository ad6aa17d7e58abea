"""Bounds on what a template may make (text, widths, numbers), and the methods that it may call."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from jinja2 import TemplateRuntimeError

MAX_STEPS = 1_000_000
MAX_TEXT = 10_000_000
MAX_WIDTH = 1_000
MAX_BITS = 4_096

METHODS: Mapping[type, Collection[str]] = {
    str: frozenset(
        (
            *("capitalize", "casefold", "center", "count", "endswith", "find", "format", "format_map", "index"),
            *("isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isspace"),
            *("istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix"),
            *("replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines"),
            *("startswith", "strip", "swapcase", "title", "upper", "zfill"),
        )
    ),
    list: frozenset(["copy", "count", "index"]),
    tuple: frozenset(["count", "index"]),
    dict: frozenset(["copy", "get", "items", "keys", "values"]),
    float: frozenset(["is_integer"]),
    date: frozenset(["isoformat", "isocalendar", "isoweekday", "replace", "strftime", "weekday"]),
    datetime: frozenset(["date", "isoformat", "isocalendar", "isoweekday", "replace", "strftime", "time", "weekday"]),
    time: frozenset(["isoformat", "replace", "strftime"]),
    timedelta: frozenset(["total_seconds"]),
}


class TooMuchError(TemplateRuntimeError):
    """A template wants more time or memory than any model needs."""


def too_long() -> TooMuchError:
    return TooMuchError(f"this makes a text of more than {MAX_TEXT:,} characters")


def check_growth(operator: str, left: Any, right: Any) -> None:
    sized = (str, list, tuple)
    if operator == "+":
        if isinstance(left, sized) and isinstance(right, sized) and len(left) + len(right) > MAX_TEXT:
            raise too_long()
        return
    for items, times in ((left, right), (right, left)):
        if isinstance(items, sized) and isinstance(times, int):
            most = MAX_TEXT if isinstance(items, str) else MAX_STEPS // 10
            if len(items) * max(times, 0) > most:
                raise TooMuchError("this repeats too much")


def check_format(pattern: str, values: Any) -> None:
    """No widths that would fill the memory: neither written in the pattern nor taken from a value."""
    if re.search(r"\d{4,}|\*|\{[^{}]*\{", pattern.replace("{{", "")) and re.search(r"[%{]", pattern):
        raise TooMuchError("a width in a format may not be above 999")
    texts = values if isinstance(values, (list, tuple)) else (values,)
    longest = max((len(item) for item in texts if isinstance(item, str)), default=0)
    if len(pattern) + longest * (pattern.count("%") + pattern.count("{")) > MAX_TEXT:
        raise too_long()


def check_method(owner: str, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The arguments, after a look at what the method of `owner` would make of them."""
    if name in {"center", "ljust", "rjust", "zfill"}:
        if any(isinstance(item, int) and item > MAX_WIDTH for item in (*args, *kwargs.values())):
            raise TooMuchError(f"a width may not be above {MAX_WIDTH}")
    elif name == "join" and len(args) == 1:
        items = list(args[0])
        if sum(len(item) for item in items if isinstance(item, str)) + len(items) * len(owner) > MAX_TEXT:
            raise too_long()
        return (items,)
    elif name == "replace" and len(args) >= 2:
        old, new = args[:2]
        if isinstance(old, str) and isinstance(new, str) and len(owner) + owner.count(old) * len(new) > MAX_TEXT:
            raise too_long()
    return args
