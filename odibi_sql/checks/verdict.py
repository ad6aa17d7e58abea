"""How many rows fail, and what a check's settings say of that -> pass, warn or fail; dbt's rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from odibi_sql.events import Verdict

SEVERITIES = ("error", "warn")
_NUMBER = r"\s*(-?\d+)\s*"
_COMPARISON = re.compile(rf"\s*(>=|<=|<>|!=|==|=|>|<){_NUMBER}")
_BETWEEN = re.compile(rf"\s*(not\s+)?between\s{_NUMBER}\sand\s{_NUMBER}", re.IGNORECASE)
_OPERATORS: Mapping[str, Callable[[int, int], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<>": lambda a, b: a != b,
}


def condition(text: str) -> Callable[[int], bool]:
    """`> 10`, `!= 0`, `between 5 and 10` -> whether it holds of a number. Raises ValueError.

    >>> condition(">10")(10), condition("between 1 and 3")(3)
    (False, True)
    """
    if match := _COMPARISON.fullmatch(text):
        operator, bound = _OPERATORS[match[1]], int(match[2])
        return lambda number: operator(number, bound)
    if match := _BETWEEN.fullmatch(text):
        negated, least, most = match[1] is not None, int(match[2]), int(match[3])
        return lambda number: (least <= number <= most) is not negated
    raise ValueError(f"`{text}` is no comparison")


def judge(failing: int, settings: Mapping[str, Any]) -> Verdict:
    """`settings` has `severity`, `warn_if` and `error_if` where they are not `error`, `!= 0` and `!= 0`."""
    if settings.get("severity", "error") == "error" and condition(settings.get("error_if", "!= 0"))(failing):
        return "fail"
    return "warn" if condition(settings.get("warn_if", "!= 0"))(failing) else "pass"


def because(verdict: Verdict, settings: Mapping[str, Any]) -> str:
    """The setting that decided, where it is not the one that nobody has to write."""
    name = "error_if" if verdict == "fail" else "warn_if"
    return f" ({name}: {settings[name]})" if name in settings else ""


def told_of(failing: int, kind: str) -> str:
    """A check's rows in words; those of a unit test are what is expected and not given, and the other way round."""
    rows = f"{failing:,} row{'' if failing == 1 else 's'}"
    if kind == "unit_test":
        return f"{rows} {'differs' if failing == 1 else 'differ'}: `-` is expected, `+` is what the model gives"
    return f"{rows} {'fails' if failing == 1 else 'fail'}"
