"""Places in transpiled SQL lead back to what was written, through renaming, rewriting and copies."""

from __future__ import annotations

import pytest

from odibi_sql.sql import analyse, origin

SCHEMAS = {"t": {"a": "INTEGER", "b": "DOUBLE", "s": "VARCHAR", "d": "DECIMAL(8,2)", "ts": "TIMESTAMP"}}
CASES = [
    # what was written, what to look for in what it became, what stands at its origin
    ("select a,\n  t.missing as x from t", "missing", "t.missing"),
    ("select round(b, 2) as r from t", "b * 1e2D", "b"),
    ("select avg(d) as x, s from t group by s", "sum(d)", "d"),
    ("with q as (select a from t) select\n  upper(s) as u, q.a from q, t", "upper(", "upper(s)"),
    ("select a from t where cast(s as integer) > 1", "CAST(s AS STRING)", "s as"),
    ("select s, s as s2 from t where b > 1 and s = 'x /* y */'", "s = 'x", "s = 'x"),
    ("select string_agg(s, ',' order by a) as l from t", "'k0', a", "a) as l"),
]


@pytest.mark.parametrize(("written", "made", "stands"), CASES)
def test_a_place_leads_back(written: str, made: str, stands: str) -> None:
    statement = analyse(written, "duckdb", "spark", SCHEMAS)
    assert statement.written is not None and made in statement.sql, statement.sql
    found = origin(statement.sql, statement.sql.index(made), statement.written, SCHEMAS)
    assert found is not None and written[found:].startswith(stands)


def test_another_dialect_than_sparks() -> None:
    written = "select\n  iff(a > 1, b, wrong) as x from t -- a comment"
    statement = analyse(written, "snowflake", "duckdb")
    assert statement.written is not None
    found = origin(statement.sql, statement.sql.index("wrong"), statement.written)
    assert found == written.index("wrong")


def test_another_text_leads_nowhere() -> None:
    statement = analyse("select a from t", "duckdb", "spark")
    assert statement.written is not None
    assert origin("select a, b from t", 10, statement.written) is None
