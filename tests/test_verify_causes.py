"""What is said to be the likely cause of a difference."""

from __future__ import annotations

import pytest

from odibi_sql.engines.duckdb.comparing import Comparison, RowsDiffer, TypesDiffer
from odibi_sql.verify.causes import likely_causes


def of(*pairs: tuple[str | None, str | None]) -> Comparison:
    return Comparison(rows=1, left_rows=1, right_rows=1, sample=tuple(RowsDiffer({}, {"x": pair}) for pair in pairs))


@pytest.mark.parametrize(
    ("comparison", "sql", "word"),
    [
        (of((None, "nan")), "select corr ( a , b ) from t", "NaN"),
        (of(("0.5", "0.7")), "select random ( ) from t", "random"),
        (of(("2024-01-01 10:00:00", "2024-01-01 12:00:00")), "select at from t", "time zone"),
        (of(("0.30000000000000004", "0.3")), "select sum ( a ) from t", "order of rows"),
        (of(("1.0", "1.00")), "select cast ( a as varchar ) from t", "text"),
        (of(("a", "b")), "select first ( a order by b ) from t", "leaves some of them equal"),
        (Comparison(rows=1, types=(TypesDiffer("x", "float", "decimal"),)), "select a from t", "another type"),
    ],
)
def test_a_known_cause_is_named(comparison: Comparison, sql: str, word: str) -> None:
    assert word in likely_causes(comparison, sql)[0]


def test_what_is_not_known_is_not_guessed() -> None:
    assert likely_causes(of(("1", "5")), "select a from t") == ()
