"""Types of columns, told from those of the inputs: through CTEs, set operations, aliases and correlated queries."""

from __future__ import annotations

import pytest

from odibi_sql.sql import SyntaxProblem, analyse

SCHEMAS = {
    "t": {"k": "INTEGER", "d": "DECIMAL(10,2)", "f": "DOUBLE", "r": "REAL", "ts": "TIMESTAMP", "tz": "TIMESTAMPTZ"},
    "raw.u": {"k": "BIGINT", "g": "DOUBLE", "day": "DATE", "odd name": "DECIMAL(4,1)"},
}
TOLD = [
    "select round(f, 1) as x from t",
    "select t.k // t.k as x from t",
    "select raw.u.k // 2 as x from raw.u",
    'select round("odd name") as x, avg("odd name") as y from raw.u',
    "with a as (select k, avg(f) as m from t group by all) select round(m, 1) as x from a",
    "with a as (select * from t), b as (select *, f * 2 as m from a) select round(m, 1) as x from b",
    "with t as (select f as k from t) select round(k, 1) as x from t",
    "with recursive a as (select 1 as n, f as m from t union all select n + 1, m from a where n < 3) "
    "select round(m, 1) as x from a",
    "select round(v, 1) as x from (select f as v from t union all select d from t)",
    "select round(s.v, 1) as x from t join (select k, max(g) as v from raw.u group by k) as s using (k)",
    "select f + r as s, round(s, 1) as x from t",
    "select k, avg(f) as f from t group by k having round(avg(f), 1) > 1 order by round(f, 1)",
    "select k, (select round(t.f + max(g), 1) from raw.u where u.k // t.k > 1) as x from t",
    "select k from t where exists (select 1 as one from raw.u where round(t.f, 1) = round(g, 1))",
    "select k, case when round(m, 1) > 1 then 1 else 2 end as x from (select k, median(f) as m from t group by all)",
    "select round(x, 1) as x from (select unnest([f, f]) as x from t)",
]


@pytest.mark.parametrize("sql", TOLD)
def test_a_type_that_follows_from_the_inputs_is_not_asked_of_spark(sql: str) -> None:
    unknown, told = analyse(sql, "duckdb", "spark"), analyse(sql, "duckdb", "spark", SCHEMAS)
    assert unknown.needs_types and not told.needs_types
    assert "typeof(" in unknown.sql or "avg(" in unknown.sql
    assert "typeof(" not in told.sql
    assert [(one.parts, one.at) for one in told.references] == [(one.parts, one.at) for one in unknown.references]


@pytest.mark.parametrize(
    "sql",
    [
        "select epoch_ms(ts) as x from t",
        "select tz at time zone 'Europe/Berlin' as x from t",
        "select try_cast(m as decimal(8, 2)) as x from (select k::varchar as m from t)",
    ],
)
def test_what_only_types_can_tell_waits_for_them(sql: str) -> None:
    waiting = analyse(sql, "duckdb", "spark")
    assert waiting.needs_types and waiting.sql == sql
    assert analyse(sql, "duckdb", "spark", SCHEMAS).sql != sql


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select k,\n  r + d as x from t", "r + d"),
        ("select ceil(k) as a,\n  trunc(d) as x from t", "d"),
        ("select d // 2 as x from t", "d"),
        ("with a as (select median(d) as m from t) select m from a", "d)"),
        ("select epoch_ms(f) as x from t", "epoch_ms(f)"),
    ],
)
def test_what_types_make_wrong_is_refused_where_it_stands(sql: str, word: str) -> None:
    assert analyse(sql, "duckdb", "spark").needs_types
    with pytest.raises(SyntaxProblem) as raised:
        analyse(sql, "duckdb", "spark", SCHEMAS)
    assert raised.value.hint
    assert sql[raised.value.at :].startswith(word)


def test_a_whole_row_is_refused_once_it_is_known_to_be_one() -> None:
    sql = "select round(f, 1) as x, T as whole from t"
    with pytest.raises(SyntaxProblem) as raised:
        analyse(sql, "duckdb", "spark", SCHEMAS)
    assert sql[raised.value.at :].startswith("T as whole")
    assert analyse("select t from t", "duckdb", "spark", {"t": {"t": "STRUCT(a INTEGER)"}}).sql


@pytest.mark.parametrize(
    "sql",
    [
        "select k as l, f as g from t",
        "select count(*) as n from t where k is not null",
        "select k + 1 as n, count(f) as s from t group by k",
        "select count(*) as n from (select k, f from t)",
        "select * from t where k is null",
    ],
)
def test_a_query_that_needs_no_types_says_so(sql: str) -> None:
    assert not analyse(sql, "duckdb", "spark").needs_types
    assert analyse(sql, "duckdb", "spark").sql == analyse(sql, "duckdb", "spark", SCHEMAS).sql


def test_a_refusal_of_what_has_no_name_stands_at_the_nearest_one() -> None:
    sql = "select k,\n  f > 1 and b > interval 1 day as x\nfrom t"
    with pytest.raises(SyntaxProblem) as raised:
        analyse(sql, "duckdb", "spark")
    assert sql[raised.value.at :].startswith("b > interval")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ('select total, "DAY" as d, day + 1 as x from t', "SELECT total AS `Total`, `DAY` AS d, day + 1 AS x FROM t"),
        ("select Total, t.TOTAL as y from t", "SELECT Total, t.TOTAL AS y FROM t"),
        ("with a as (select day from t) select * from a", "WITH a AS ( SELECT day AS `Day` FROM t ) SELECT * FROM a"),
        ("select * from t unpivot (v for m in (total, DAY))",
         "SELECT * FROM t UNPIVOT(v FOR m IN (total AS `Total`, DAY AS `Day`))"),
        ("select * from t unpivot ((v, w) for m in ((total, Day), (Total, Day)))",
         "SELECT * FROM t UNPIVOT((v, w) FOR m IN ((total, Day) AS `Total_Day`, (Total, Day)))"),
        ("select a.x from (select total as X from t) as a", "SELECT a.x AS `X` FROM ( SELECT total AS X FROM t ) AS a"),
    ],
)  # fmt: skip
def test_columns_are_called_as_their_tables_call_them(sql: str, said: str) -> None:
    made = analyse(sql, "duckdb", "spark", {"t": {"Total": "BIGINT", "Day": "BIGINT"}})
    assert " ".join(made.sql.split()) == said
    assert analyse(sql, "duckdb", "spark").needs_types
