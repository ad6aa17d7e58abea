"""Queries of other dialects: places of the text as written, SQL of the engine, and refusals instead of guesses."""

from __future__ import annotations

import duckdb
import pytest

from odibi_sql.relation import Slot
from odibi_sql.sql import SyntaxProblem, analyse, bind

from .queries import shown

TRANSPILED = [
    ("snowflake", "select iff(o.x > 1, 'a', 'b') as k from raw.orders o qualify row_number() over (order by o.id) = 1",
     ["raw.orders"]),
    ("snowflake", "select id from t1 union select id from T1 where id = (select max(id) from s.t2) minus"
     " select 1 from t1", ["t1", "T1", "s.t2", "t1"]),
    ("postgres", "with orders as (select * from orders) select distinct on (id) id, x::int from orders order by id",
     ["orders"]),
    ("postgres", "select raw.orders.id from raw.orders join customers using (id)", ["raw.orders", "customers"]),
    ("bigquery", "select o.id, i from orders o, o.items as i", ["orders"]),
    ("bigquery", "select orders.id, i from raw.orders, orders.items as i", ["raw.orders"]),
    ("bigquery", "select o.id, i from orders o, unnest(o.items) as i", ["orders"]),
    ("bigquery", "select * except (items) from `raw`.orders", ["raw.orders"]),
    ("redshift", "select i from orders o, o.items i", ["orders"]),
    ("tsql", "select top 3 [id], isnull(x, 0) as x from [raw].[orders] o cross apply"
     " (select max(id) m from c where c.x = o.x) z", ["raw.orders", "c"]),
    ("mysql", "select `id` # from c\n from `raw`.`orders`", ["raw.orders"]),
    ("snowflake", "with t as (select 1 as n union all select n + 1 from t where n < 3) select * from t", []),
    ("tsql", "with t as (select id from t union all select id + 1 from t where id < 3) select * from t", ["t"]),
    ("spark", "select /*+ broadcast(o) */ o.id from orders o left semi join customers c on c.id = o.id",
     ["orders", "customers"]),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "reads"), TRANSPILED, ids=lambda value: str(value)[:40])
def test_references_are_found_in_both_texts(dialect: str, sql: str, reads: list[str]) -> None:
    statement = analyse(sql, dialect)
    assert statement.transpiled
    assert statement.offset == 0
    assert [shown(read.parts) for read in statement.references] == reads
    for read in statement.references:
        assert sql[read.at :].lstrip('`["').lower().startswith(read.parts[0].lower())
        assert statement.sql[read.start : read.end].replace('"', "") == ".".join(read.parts)


def test_transpiled_sql_runs_when_bound() -> None:
    connection = duckdb.connect()
    connection.execute("create view p1 as select i as id, i * 2 as x, [i, 10 * i] as items from range(1, 4) r(i)")
    statement = analyse(
        "select raw.orders.id, array_length(raw.orders.items) as n, i from raw.orders, orders.items as i",
        "bigquery",
    )
    slots = [Slot(read.start, read.end, "relation", "orders", read.suffix) for read in statement.references]
    bound = bind(statement.sql, [*slots, *statement.rewrites], {"orders": '"p1"'}, "/")
    rows = connection.execute(bound.sql).fetchall()
    assert sorted(rows) == [(1, 2, 1), (1, 2, 10), (2, 2, 2), (2, 2, 20), (3, 2, 3), (3, 2, 30)]


@pytest.mark.parametrize(
    ("dialect", "engine", "sql", "at", "message"),
    [
        ("duckdb", "spark", "select * from a asof join b on a.x >= b.x", 26, "spark has no ASOF JOIN"),
        ("duckdb", "spark", "select * from a positional join b", 32, "spark has no POSITIONAL JOIN"),
        ("duckdb", "spark", "select 1 as a union by name select 2 as a", 7, "spark has no BY NAME"),
        ("duckdb", "spark", "pivot orders on b using sum(x)", 6, "spark has no PIVOT"),
        ("duckdb", "spark", "select * from (summarize orders)", 25, "spark has no SUMMARIZE"),
        ("duckdb", "spark", "select * from 'a.csv'", 14, "spark SQL cannot read a file"),
        ("duckdb", "spark", "select * from orders, read_csv('a.csv')", 31, "spark SQL cannot read a file"),
        ("bigquery", "duckdb", "select * from orders for system_time as of timestamp '2020-01-01'", 53, "time travel"),
        ("tsql", "duckdb", "select * from orders for xml path", 0, "duckdb has no words for this tsql query"),
        ("snowflake", "duckdb", "select * from orders, lateral flatten(input => items)", 0, "cannot be parsed"),
        ("snowflake", "duckdb", "select $1 from @stage", 0, "cannot be known"),
        ("snowflake", "duckdb", "  select frm x y z", 15, "unexpected"),
        ("postgres", "duckdb", "insert into x select 1", 0, "starts with `insert`"),
    ],
)
def test_what_the_engine_cannot_say_is_refused(dialect: str, engine: str, sql: str, at: int, message: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        analyse(sql, dialect, engine)
    assert message in caught.value.message
    assert caught.value.at == at
    assert "\x1b" not in caught.value.message


def test_spark_on_spark_is_left_as_written() -> None:
    sql = "select /*+ broadcast(o) */ * from orders o, `my db`.`t` where d > date '2020-01-01'"
    statement = analyse(sql, "spark", "spark")
    assert statement.sql == sql
    assert not statement.transpiled
    assert [(read.parts, read.suffix) for read in statement.references] == [
        (("orders",), ""),
        (("my db", "t"), " AS `t`"),
    ]
    assert "broadcast" in statement.canonical


def test_aliases_are_quoted_as_the_engine_quotes() -> None:
    statement = analyse("select a.t.id, b.t.id from a.t, b.t", "spark", "spark")
    assert [read.suffix for read in statement.references] == [" AS `a.t`", " AS `b.t`"]
    assert [slot.value for slot in statement.rewrites] == ["`a.t`", "`b.t`"]
