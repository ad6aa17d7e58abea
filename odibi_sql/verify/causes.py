"""A comparison and the SQL that made both results -> what is likely to have made the difference, in words."""

from __future__ import annotations

import re
from datetime import datetime

from odibi_sql.engines.duckdb.comparing import Comparison, RowsDiffer

_BY_CHANCE = re.compile(r"\b(random|rand|uuid|gen_random_uuid|uuidv4|uuidv7|tablesample|using sample)\b", re.IGNORECASE)
_BY_ORDER = re.compile(
    r"\b(first|last|any_value|first_value|last_value|nth_value|arg_max|arg_min|max_by|min_by|row_number|lag|lead|ntile"
    r"|list|array_agg|string_agg|group_concat|listagg|limit|distinct on)\b",
    re.IGNORECASE,
)
_SUMS = re.compile(r"\b(sum|avg|mean|stddev\w*|var\w*|corr|covar\w*|regr_\w+)\s*\(", re.IGNORECASE)
LAST_DIGITS = 1e-6


def likely_causes(comparison: Comparison, sql: str) -> tuple[str, ...]:
    """The likeliest first; none where nothing known fits."""
    said = []
    if comparison.types:
        said.append("a function gives another type on either engine: cast the column")
    pairs = [pair for row in comparison.sample for pair in row.different.values()]
    if any({one, other} & {"nan", None} and "nan" in (one, other) for one, other in pairs):
        said.append(
            "NULL or a number on one engine, NaN on the other: an aggregate of no or of one row, or NaN in data"
        )
    if _BY_CHANCE.search(sql):
        said.append("random values: they differ in every run")
    if any(_hours_apart(one, other) for one, other in pairs):
        said.append("times that lie whole quarters of an hour apart: a time zone")
    if _last_digits(comparison) and _SUMS.search(sql):
        said.append("sums of floats depend on the order of rows: round them, or sum decimals; or give --tolerance")
    if _texts_of_numbers(comparison.sample):
        said.append("a number was made a text, and has another form there")
    if _BY_ORDER.search(sql):
        said.append("a function that depends on the order of rows, and an order that leaves some of them equal")
    return tuple(said)


def _last_digits(comparison: Comparison) -> bool:
    pairs = [pair for row in comparison.sample for pair in row.different.values()]
    return bool(pairs) and all(_close(one, other) for one, other in pairs)


def _close(one: str | None, other: str | None) -> bool:
    left, right = _number(one), _number(other)
    return left is not None and right is not None and abs(left - right) <= LAST_DIGITS * max(abs(left), abs(right), 1)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _hours_apart(one: str | None, other: str | None) -> bool:
    try:
        left, right = (datetime.fromisoformat(text or "") for text in (one, other))
        seconds = abs((left - right).total_seconds())
    except (TypeError, ValueError):
        return False
    return 0 < seconds <= 14 * 3600 and seconds % 900 == 0


def _texts_of_numbers(sample: tuple[RowsDiffer, ...]) -> bool:
    pairs = [pair for row in sample for pair in row.different.values()]
    numbers = [(one, other) for one, other in pairs if _number(one) is not None and _number(other) is not None]
    return any(one != other and _number(one) == _number(other) for one, other in numbers)
