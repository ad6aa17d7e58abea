"""Names of columns that have none, in what is sent to Spark: those that DuckDB gives."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from odibi_sql.sql import SyntaxProblem, analyse
from odibi_sql.sql.parsing import parse
from odibi_sql.sql.references import find_reads
from odibi_sql.sql.spark import name_columns

from .test_spark_expressions import EXPRESSIONS
from .two_engines import duckdb_engine

# Of this struct's field DuckDB takes the whole text, of others the field's name; all else here is refused.
OTHERS = {"unnest(li)", "{'a': i}.a", "unnest(st)", "COLUMNS(*)", "COLUMNS('^d')", "min(COLUMNS(*))"}


def test_each_expression_has_the_name_that_duckdb_gives_it(tmp_path: Path) -> None:
    duckdb_engine(tmp_path)
    connection = duckdb.connect()
    for table in ("t", "u"):
        connection.execute(f"CREATE VIEW {table} AS FROM '{tmp_path / table}.parquet'")
    wrong, compared = [], 0
    for expression in EXPRESSIONS:
        if expression.topic == "queries" or expression.sql in OTHERS:
            continue
        query = f"SELECT {expression.sql} FROM t"
        try:
            expected = connection.sql(query).columns
            parsed = parse(query, "duckdb")
            rewrites = find_reads(parsed).rewrites
        except (duckdb.Error, SyntaxProblem):  # one that needs a GROUP BY, or is refused for another reason
            continue
        name_columns(parsed, rewrites)
        compared += 1
        if [column.output_name for column in parsed.root.expressions] != expected:
            wrong.append(expression.sql)
    assert wrong == []
    assert compared > 900


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select sum(raw.u.k), k + 1 from raw.u group by all", ["sum(u.k)", "(k + 1)"]),  # as it is bound on DuckDB
        ("select /* a */ sum( k ), -- b\n sum(K) from t", ["sum(k)", "sum(K)_1"]),
        ("select (select max(g) from a) from (select 1 as g) as a", None),
        ("with a as (select 1 as g) select (select max(g) from a)", ["(SELECT max(g) FROM a)"]),
        ("select k, k, sum(k), sum(k), k as k_1 from t group by k", ["k", "k_1", "sum(k)", "sum(k)_1", "k_1_1"]),
        ("select 1, from t union all select k from t", ["1"]),
        ("from t select k % 2 order by all", ["(k % 2)"]),
        ("select k is not distinct from 1, f from t", ["(k IS NOT DISTINCT FROM 1)", "f"]),
        ("select k + 1 as x, x + 1 from t", ["x", "(x + 1)"]),
        ("select distinct on (k + 1, f) k + 2 from t order by k", ["(k + 2)"]),
        ("select 'select 1, 2', \"select\" + 1 from t", ["'select 1, 2'", '("select" + 1)']),
    ],
)
def test_names(sql: str, names: list[str] | None) -> None:
    if names is None:
        with pytest.raises(SyntaxProblem):
            analyse(sql, "duckdb", "spark")
        return
    made = parse(analyse(sql, "duckdb", "spark").sql, "spark").root
    assert isinstance(made, exp.Query) and made.named_selects == names
