"""DuckDB's own answer to what a query reads, wherever it has one."""

from __future__ import annotations

import re

import duckdb
import pytest

from odibi_sql.sql import analyse

from .queries import QUERIES, Query, connected, shown

SEVERAL = "InvalidInputException"  # PIVOT without a list of values is several statements to DuckDB
NO_COLUMNS = "BinderException"  # get_table_names binds to tables that have no columns, and the query needs some

# What DuckDB gives where it does not answer the question.
DIFFERENT = {
    "from orders at (version => 1)": "BinderException",  # none of its own tables can travel in time
    "select * replace ((select max(n) from t) as x) from orders": "orders",  # it does not look into REPLACE
    "with a as (select * from orders), b as (select * from a) select * from a join b using (id)": NO_COLUMNS,
    "with a as (from orders) pivot a on b using sum(x)": SEVERAL,
    "with a as (from orders) select * from (pivot a on b using sum(x))": SEVERAL,
    "with wide as (from wide) from wide unpivot (v for month in (jan, feb))": NO_COLUMNS,
    "select * from orders where (id, x) in (select id, x from staging.orders)": NO_COLUMNS,
    "select o.id, u.i from orders o, unnest(o.items) u(i)": NO_COLUMNS,
    "select * from (orders join customers using (id)) join t on true": NO_COLUMNS,
    "select * from t join (orders join customers using (id)) on orders.id < t.n": NO_COLUMNS,
    "select * from orders natural join customers": NO_COLUMNS,
    "select orders.id, events.at from orders asof join events on orders.id >= events.at": NO_COLUMNS,
    "select * from orders semi join customers using (id)": NO_COLUMNS,
    "select * from orders full outer join customers using (id) left join t on customers.id = t.n": NO_COLUMNS,
    "pivot orders on b using sum(x)": SEVERAL,
    "pivot orders on b using sum(x) group by id": SEVERAL,
    "pivot orders on b in (select distinct b from customers) using sum(x)": SEVERAL,
    "select * from (pivot orders on b using sum(x)) p": SEVERAL,
    "unpivot wide on jan, feb into name month value v": NO_COLUMNS,
    "from wide unpivot (v for month in (jan, feb))": NO_COLUMNS,
    "from wide w unpivot include nulls (v for month in (jan, feb)) as u": NO_COLUMNS,
    "describe select * from orders join customers using (id)": NO_COLUMNS,
}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return connected()


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.sql)
def test_duckdb_reads_the_same_names(query: Query, connection: duckdb.DuckDBPyConnection) -> None:
    ours = {shown(read.parts) for read in analyse(query.sql).references}
    try:
        answer = connection.get_table_names(query.sql.removeprefix("\ufeff"), qualified=True)
    except duckdb.Error as error:
        theirs = {f"{type(error).__name__}"}
    else:
        theirs = {re.sub(r" (AS|TABLESAMPLE) .*", "", name).replace('"left"', "left") for name in answer}
    if query.sql in DIFFERENT:
        assert theirs == {DIFFERENT[query.sql]}
    else:
        assert theirs == ours
