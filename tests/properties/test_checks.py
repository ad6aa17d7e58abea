"""Random checks of random tables, against what plain Python says fails."""

from __future__ import annotations

import operator
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

import odibi_sql
from tests.projects import write_project

Row = tuple[int | None, str | None]
OPERATORS: dict[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
}

numbers = st.none() | st.integers(-3, 3)
texts = st.none() | st.sampled_from(["", "a", "b", "it's", 'say "x"', "{% x", "ü;--", "ab"])
tables = st.lists(st.tuples(numbers, texts), max_size=8)


@dataclass(frozen=True)
class Drawn:
    """A check as YAML has it, under a column if there is one, and how many of these rows fail it."""

    column: str | None
    test: str
    arguments: dict[str, Any]
    failing: Callable[[list[Row]], int]


def _values(rows: list[Row], column: str) -> list[Any]:
    return [value for row in rows if (value := row[0 if column == "n" else 1]) is not None]


def _not_null(column: str) -> Drawn:
    return Drawn(column, "not_null", {}, lambda rows: len(rows) - len(_values(rows, column)))


def _unique(column: str) -> Drawn:
    def failing(rows: list[Row]) -> int:
        return sum(count > 1 for count in Counter(_values(rows, column)).values())

    return Drawn(column, "unique", {}, failing)


def _accepted(column: str, values: list[Any]) -> Drawn:
    return Drawn(
        column, "accepted_values", {"values": values}, lambda rows: len(set(_values(rows, column)) - set(values))
    )


def _range(least: int, most: int, inclusive: bool) -> Drawn:
    def failing(rows: list[Row]) -> int:
        inside = [least <= n <= most if inclusive else least < n < most for n in _values(rows, "n")]
        return inside.count(False)

    return Drawn("n", "accepted_range", {"min_value": least, "max_value": most, "inclusive": inclusive}, failing)


def _constant(column: str) -> Drawn:
    return Drawn(column, "not_constant", {}, lambda rows: int(len(set(_values(rows, column))) == 1))


def _combination() -> Drawn:
    return Drawn(
        None,
        "unique_combination_of_columns",
        {"combination_of_columns": ["n", "t"]},
        lambda rows: sum(count > 1 for count in Counter(rows).values()),
    )


def _row_count(least: int, most: int) -> Drawn:
    arguments = {"min_value": least, "max_value": most}
    return Drawn(None, "row_count_between", arguments, lambda rows: int(not least <= len(rows) <= most))


def _true(bound: int) -> Drawn:
    return Drawn(
        "n",
        "expression_is_true",
        {"expression": f"< {bound}"},
        lambda rows: sum(n >= bound for n in _values(rows, "n")),
    )


def _regex(letter: str) -> Drawn:
    return Drawn(
        "t", "matches_regex", {"regex": letter}, lambda rows: sum(letter not in text for text in _values(rows, "t"))
    )


def _parents() -> Drawn:
    arguments = {"to": "ref('parents')", "field": "id"}
    return Drawn("n", "relationships", arguments, lambda rows: sum(n not in (0, 1) for n in _values(rows, "n")))


columns = st.sampled_from(["n", "t"])
drawn_checks = st.one_of(
    st.builds(_not_null, columns),
    st.builds(_unique, columns),
    st.builds(_accepted, st.just("n"), st.lists(st.integers(-3, 3), min_size=1, max_size=3)),
    st.builds(_accepted, st.just("t"), st.lists(st.sampled_from(["a", "it's", 'say "x"', ""]), min_size=1, max_size=3)),
    st.builds(_range, st.integers(-3, 0), st.integers(0, 3), st.booleans()),
    st.builds(_constant, columns),
    st.builds(_combination),
    st.builds(_row_count, st.integers(0, 3), st.integers(3, 8)),
    st.just(Drawn(None, "not_empty", {}, lambda rows: int(not rows))),
    st.builds(_true, st.integers(-2, 3)),
    st.builds(_regex, st.sampled_from(["a", "b", "ü", "'"])),
    st.builds(_parents),
)


@dataclass(frozen=True)
class Judged:
    """`above`: only rows with a larger `n` are looked at. `error_if` and `warn_if` as an operator and a number."""

    check: Drawn
    above: int | None
    severity: str
    error_if: tuple[str, int] | None
    warn_if: tuple[str, int] | None

    def rows(self, table: list[Row]) -> int:
        kept = [row for row in table if row[0] is not None and row[0] > self.above] if self.above is not None else table
        return self.check.failing(kept)

    def verdict(self, table: list[Row]) -> str:
        failing = self.rows(table)
        if self.severity == "error" and _holds(self.error_if, failing):
            return "fail"
        return "warn" if _holds(self.warn_if, failing) else "pass"

    def as_yaml(self, name: str) -> dict[str, Any]:
        config: dict[str, Any] = {"severity": self.severity}
        if self.above is not None:
            config["where"] = f"n > {self.above}"
        if self.error_if:
            config["error_if"] = " ".join(map(str, self.error_if))
        if self.warn_if:
            config["warn_if"] = "".join(map(str, self.warn_if))
        return {self.check.test: {"arguments": self.check.arguments, "name": name, "config": config}}


def _holds(condition: tuple[str, int] | None, failing: int) -> bool:
    sign, bound = condition or ("!=", 0)
    return OPERATORS[sign](failing, bound)


conditions = st.none() | st.tuples(st.sampled_from(list(OPERATORS)), st.integers(0, 3))
judged = st.builds(
    Judged,
    drawn_checks,
    st.none() | st.integers(-3, 2),
    st.sampled_from(["error", "warn"]),
    conditions,
    conditions,
)


def _literal(value: int | str | None, kind: str) -> str:
    text = "null" if value is None else "'" + str(value).replace("'", "''") + "'"
    return f"cast({text} as {kind})"


def _model(table: list[Row]) -> str:
    """The table in SQL that is no template, whatever the texts look like."""
    rows = [f"select {_literal(n, 'integer')} as n, {_literal(t, 'varchar')} as t" for n, t in table]
    nothing = "select cast(null as integer) as n, cast(null as varchar) as t where false"
    return "{% raw %}" + " union all ".join([nothing, *rows]) + "{% endraw %}"


@given(tables, st.lists(judged, min_size=1, max_size=8))
def test_what_fails_is_what_plain_python_says(table: list[Row], checks: list[Judged]) -> None:
    described: dict[str, Any] = {"name": "things", "tests": [], "columns": []}
    for number, one in enumerate(checks):
        declared = one.as_yaml(f"check_{number}")
        if one.check.column is None:
            described["tests"].append(declared)
        else:
            described["columns"].append({"name": one.check.column, "tests": [declared]})
    files = {
        "odibi_project.yml": "name: oracle\n",
        "models/things.sql": _model(table),
        "models/parents.sql": "select unnest([0, 1, 1]) as id",
        "models/things.yml": yaml.safe_dump({"models": [described]}, allow_unicode=True),
    }
    expected = {f"check_{n}": (one.rows(table), one.verdict(table)) for n, one in enumerate(checks)}
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), files, {})
        for _ in ("run", "found in the store"):
            run = odibi_sql.build(folder)
            found = {name: (one.rows, one.verdict) for name, one in run.results.items() if one.resource == "check"}
            assert found == expected
            assert run.published == all(verdict != "fail" for _, verdict in expected.values())
