"""DuckDB queries with the tables that they read, and the tables themselves.

Every query runs on TABLES, unless it says why not; so each is a case for finding references, for binding them to other
names, and for DuckDB's own opinion of what is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

TABLES = {
    "orders": "select i as id, i * 2 as x, i % 2 as b, [i, i + 1] as items from range(1, 5) r(i)",
    "customers": "select i as id, 'c' || i as name, i % 2 as b from range(1, 4) r(i)",
    "t": "select 7 as n",
    "staging.orders": "select i as id, i * 3 as x from range(1, 4) r(i)",
    "raw.orders": "select 100 as id, 200 as x",
    "raw.left": "select 15 as id",
    '"Or.ders"': "select 11 as id",
    '"select"': "select 12 as id",
    '"Mixed Case"': "select 13 as id",
    "wide": "select 1 as k, 10 as jan, 20 as feb",
    "events": "select i as id, i as at from range(1, 4) r(i)",
    '"naïve 𝄞"': "select 14 as id",
}


def connected() -> duckdb.DuckDBPyConnection:
    """To a database that has the tables under the names that queries use."""
    connection = duckdb.connect()
    connection.execute("create schema staging; create schema raw")
    for name, sql in TABLES.items():
        connection.execute(f"create table {name} as {sql}")
    return connection


@dataclass(frozen=True)
class Query:
    """`reads` are names in text order. `fails`: what DuckDB says of it on plain tables."""

    sql: str
    reads: str
    fails: str | None = None

    @property
    def tables(self) -> list[str]:
        return re.findall(r'(?:"[^"]*"|[^\s"])+', self.reads)


def shown(parts: tuple[str, ...]) -> str:
    return ".".join(part if re.fullmatch(r"\w+", part) and part.lower() != "select" else f'"{part}"' for part in parts)


CTES = [
    Query("with orders as (select * from orders) select * from orders", "orders"),
    Query("with a as (select * from orders), b as (select * from a) select * from a join b using (id)", "orders"),
    Query("with orders as (select 1 as id) select * from main.orders", "main.orders"),
    Query("with orders as (select 1 as n) select staging.orders.id, n from staging.orders, orders", "staging.orders"),
    Query('with ORDERS as (select 1 as id) select * from "orders"', ""),
    Query('with "Orders" as (select 1 as id) select * from oRDERS', ""),
    Query("with a as (select * from t), t as (select 1 as n) select * from a", "t"),
    Query("with a as (with t as (select 1 as n) select * from t) select a.n from a, t", "t"),
    Query("with a as (select 1 as n) select * from (with a as (select * from a) from a)", ""),
    Query("with t as (select * from (with t as (select n + 1 as n from t) select n + 1 as n from t)) from t", "t"),
    Query("select * from (with t as (select 1 as n) select * from t) u, t", "t"),
    Query("(with t as (select 1 as n) select * from t) union all select * from t", "t"),
    Query("select * from t union all (with t as (select 1 as n) select * from t)", "t"),
    Query("with t as (select 1 as n) select * from t union all select * from t", ""),
    Query("with t as (select 1 as n) (select * from t)", ""),
    Query("select (with t as (select 1 as n) select n from t) as one, n from t", "t"),
    Query("with t as materialized (select n + 1 as n from t), u as not materialized (from t) from u", "t"),
    Query("with c(n) as (select 1), d as (values (1), (2)) select * from c, d, t", "t"),
    Query("with a as (from orders) pivot a on b using sum(x)", "orders"),
    Query("with a as (from orders) select * from (pivot a on b using sum(x))", "orders"),
    Query("with wide as (from wide) from wide unpivot (v for month in (jan, feb))", "wide"),
    Query("with orders as (from customers) select count(*) from orders where exists (from orders)", "customers"),
    Query("with a as (select 1 as id union all select id from orders union all select id from customers) from a",
          "orders customers"),
    Query("with a as ((from orders)), b as (((from a))) from b", "orders"),
    Query("with a as (summarize orders) select column_name from a", "orders"),
    Query("with a as (table orders) table a", "orders"),
]  # fmt: skip

RECURSION = [
    Query("with recursive t as (select n from t) select * from t", "t"),
    Query("with recursive a as (select n from t), t as (select 1 as n) select * from a", "t"),
    Query("with recursive c as (select 1 as n union all select n + 1 from c where n < 3) select * from c", ""),
    Query("with recursive C as (select 1 as n union all select n + 1 from c where n < 3) select * from \"c\"", ""),
    Query("with t as (select 1 as n union all select n + 1 from t) select * from t", "t"),
    Query("with recursive t as (select n from t union all select n + 1 from t where n < 9) select * from t", "t"),
    Query("with recursive t as (select 1 as n union all select n + 1 from t where n < 3) select t.n from t, main.t u",
          "main.t"),
    Query("with recursive t as (select 1 as n union all select n from t union all select n + 1 from t where n < 9)"
          " from t", "t"),
    Query("with recursive t as (select 1 as n union all (select n + 1 from t where n < 3 union all select 9 from t"
          " where n < 2)) from t", ""),
    Query("with recursive t as ((select 1 as n union all select n + 1 from t where n < 3)) from t", ""),
    Query("with recursive t as ((((select 1 as n) union all (select n + 1 from t where n < 3)))) from t", ""),
    Query("with recursive t as (select 7 as n except select n from t) from t", "t"),
    Query("with recursive t as (select 7 as n intersect select n from t) from t", "t"),
    Query("with recursive t as (select 1 as n union by name select n + 1 as n from t) from t", "t"),
    Query("with recursive t as (select 1 as n union all by name select n + 1 as n from t) from t", "t"),
    Query("with recursive t as (select 1 as n union all select n + 1 from t where n < 3 intersect"
          " select n from (values (2), (3)) v(n)) from t", ""),
    Query("with recursive t as (with u as (select n from t) select n from u union all select n + 1 from t where n < 9)"
          " from t", "t"),
    Query("with recursive t as (select 1 as n union all select n + 1 from (with k as (from t) from k) where n < 3)"
          " from t", ""),
    Query("with recursive t as (from (select 1 as n union all select n + 1 from t)) from t", "t"),
    Query("with recursive t(n) using key (n) as (select 1 union select n + 1 from t where n < 3 and n + 1 not in"
          " (select n from recurring.t)) from t", ""),
    Query("with recursive t as (select 1 as n union all select n + 1 from t where n < 3), u as (from t) from u", ""),
    Query("with recursive t as materialized (select 1 as n union all from t where n > 3) from t", ""),
    Query("with recursive t as (select 1 as n union all select o.id from orders o, t where o.id = t.n + 1) from t",
          "orders"),
]  # fmt: skip

PLACES = [
    Query("select * from orders", "orders"),
    Query("from orders", "orders"),
    Query("from orders select x", "orders"),
    Query("table orders", "orders"),
    Query("table orders order by orders.id", "orders"),
    Query("(table orders) union all (table orders)", "orders orders"),
    Query("values (1), (2)", ""),
    Query("select 1", ""),
    Query("values ((select max(n) from t))", "t"),
    Query("select (select max(id) from customers) as m, x from orders", "customers orders"),
    Query("select * from orders where id in (select id from customers)", "orders customers"),
    Query("select * from orders where id in (table t)", "orders t"),
    Query("select * from orders where (id, x) in (select id, x from staging.orders)", "orders staging.orders"),
    Query("select * from orders o where exists (select 1 from customers c where c.id = o.id)", "orders customers"),
    Query("select * from orders where id = any(select id from customers) or x >= all(select n from t)",
          "orders customers t"),
    Query("select * from orders join customers on orders.id = (select max(n) - 4 from t)", "orders customers t"),
    Query("select * from orders order by (select max(n) from t), id", "orders t"),
    Query("select * from orders limit (select count(*) from customers)", "orders customers"),
    Query("select * from orders qualify row_number() over (order by x) <= (select max(n) from t)", "orders t"),
    Query("select b, sum(x) from orders group by b having sum(x) > (select min(n) from t)", "orders t"),
    Query("select coalesce((select max(id) from customers), 0) as m from t", "customers t"),
    Query("select count(*) filter (where id in (select id from customers)) as c from orders", "customers orders"),
    Query("select case when exists (from t) then (select max(id) from orders) else (select 1 from events limit 1) end"
          " as c", "t orders events"),
    Query("select array(select id from orders order by id) as l", "orders"),
    Query("select {'m': (select max(n) from t), 'l': [(select min(n) from t)]} as s", "t t"),
    Query("select list_transform((select items from orders where id = 1), lambda i: i + (select n from t)) as l",
          "orders t", fails="subqueries in lambda expressions are not supported"),
    Query("select * replace ((select max(n) from t) as x) from orders", "t orders"),
    Query("select o.*, l.name from orders o, lateral (select name from customers c where c.id = o.id) l",
          "orders customers"),
    Query("select o.id, l.name from orders o left join lateral (select name from customers c where c.id = o.id) l"
          " on true", "orders customers"),
    Query("select o.id, u.i from orders o, unnest(o.items) u(i)", "orders"),
    Query("select id, unnest(items) as i from orders", "orders"),
    Query("from unnest((select list(n) from t)) u(n)", "t"),
    Query("from range((select max(n) from t))", "t"),
    Query("select * from (values (1)) v(id), orders", "orders"),
    Query("select * from (from orders) o", "orders"),
    Query("from (from orders) o select o.id", "orders"),
    Query("(((from orders)))", "orders"),
    Query("select * from (orders join customers using (id)) join t on true", "orders customers t"),
    Query("select * from t join (orders join customers using (id)) on orders.id < t.n", "t orders customers"),
    Query("select orders.id, c.name from orders, customers c where c.id = orders.id", "orders customers"),
    Query("select * from orders cross join t", "orders t"),
    Query("select * from orders natural join customers", "orders customers"),
    Query("select * from orders positional join customers", "orders customers"),
    Query("select orders.id, events.at from orders asof join events on orders.id >= events.at", "orders events"),
    Query("select * from orders semi join customers using (id)", "orders customers"),
    Query("select * from orders anti join customers on orders.id = customers.id", "orders customers"),
    Query("select * from orders full outer join customers using (id) left join t on customers.id = t.n",
          "orders customers t"),
    Query("select * from orders tablesample 100%", "orders"),
    Query("select orders.id from orders tablesample reservoir(10 rows) repeatable (1)", "orders"),
    Query("select orders.id from orders using sample 100%", "orders"),
    Query("select sum(x) over w as s from orders window w as (partition by orders.b order by orders.id)", "orders"),
    Query("select * from orders union all by name select * from customers", "orders customers"),
    Query("from orders except from orders intersect (from orders)", "orders orders orders"),
    Query("select e: events.at, from events", "events"),
    Query("select * from o: orders where o.id = 1", "orders"),
]  # fmt: skip

SHAPES = [
    Query("pivot orders on b using sum(x)", "orders"),
    Query("pivot orders on b using sum(x) group by id", "orders"),
    Query("pivot (select * from orders) on b in (0, 1) using sum(x)", "orders"),
    Query("pivot orders on b in (select distinct b from customers) using sum(x)", "orders customers",),
    Query("select * from (pivot orders on b using sum(x)) p", "orders"),
    Query("from orders pivot (sum(x) for b in (0, 1))", "orders"),
    Query("from orders pivot (sum(x) for b in (0, 1)) as p where p.id = 1", "orders"),
    Query("from staging.orders pivot (sum(x) for id in (1, 2))", "staging.orders"),
    Query("unpivot wide on jan, feb into name month value v", "wide"),
    Query("unpivot wide on columns(* exclude k)", "wide"),
    Query("from wide unpivot (v for month in (jan, feb))", "wide"),
    Query("from wide w unpivot include nulls (v for month in (jan, feb)) as u", "wide"),
    Query("summarize orders", "orders"),
    Query("summarize select * from orders", "orders"),
    Query("describe orders", "orders"),
    Query("describe select * from orders join customers using (id)", "orders customers"),
    Query("select column_name from (summarize orders)", "orders"),
    Query("select column_name from (describe orders)", "orders"),
    Query("select column_name from (describe staging.orders) d", "staging.orders"),
    Query("from orders at (version => 1)", "orders", fails="does not support time travel"),
]  # fmt: skip

NAMES = [
    Query("select * from raw.orders", "raw.orders"),
    Query("select orders.id from raw.orders", "raw.orders"),
    Query("select id, raw.left.id as again from raw.left", "raw.left"),
    Query("select raw.orders.id, r.x from raw.orders, staging.orders r", "raw.orders staging.orders"),
    Query("select raw.orders.id from raw.orders where exists (select 1 from t where t.n < raw.orders.x)",
          "raw.orders t"),
    Query('select "raw" . "orders"."id" from "raw"."orders"', "raw.orders"),
    Query("select raw.orders.id, staging.orders.x from raw.orders, staging.orders", "raw.orders staging.orders"),
    Query("select orders.x, raw.orders.id from raw.orders where not exists"
          " (select 1 from staging.orders where staging.orders.id = raw.orders.id and orders.x > 0)",
          "raw.orders staging.orders"),
    Query("select orders.* exclude (items) from orders where exists (select 1 from staging.orders where"
          " main.orders.id = orders.id and staging.orders.id = orders.id)", "orders staging.orders"),
    Query("with orders as (select 100 as id) select raw.orders.x from raw.orders where exists"
          " (select 1 from orders where raw.orders.id = orders.id)", "raw.orders"),
    Query("select raw.orders.id from raw.orders where exists (select 1 from (select {'id': 0} as orders) raw"
          " where raw.orders.id = 0)", "raw.orders"),
    Query("select raw.orders.id as a, main.orders.id as b from raw.orders join orders on raw.orders.id > main.orders.x",
          "raw.orders orders"),
    Query("select raw.orders as row_, orders as again from raw.orders", "raw.orders"),
    Query("select main.orders.id from orders", "orders"),
    Query("select main.orders.id from main.orders", "main.orders"),
    Query("select orders.* exclude (items), orders from orders", "orders"),
    Query("select columns(orders.*) from orders", "orders"),
    Query("select ORDERS.ID, Orders.x from oRdErS", "oRdErS"),
    Query('select * from "Or.ders"', '"Or.ders"'),
    Query('select "Or.ders".id from "Or.ders"', '"Or.ders"'),
    Query('select "select".id from "select"', '"select"'),
    Query('select "mixed case".id from "mixed case"', '"mixed case"'),
    Query('select "naïve 𝄞".id, \'𝄞\' as "𝄞" from "naïve 𝄞", orders', '"naïve 𝄞" orders'),
    Query("select orders.id from 'orders'", "orders"),
    Query("select orders.n from t as orders", "t"),
    Query("select customers.id from orders customers, customers orders where orders.name > ''", "orders customers"),
    Query("select o.a from orders as o(a, c)", "orders"),
    Query("select orders from (select 1 as orders) where 'from customers' <> orders::varchar", ""),
    Query("select 1 as id -- from customers\n/* from orders, /* nested */ t */ from t where n <> 0 -- raw.orders", "t"),
    Query("select\tid\r\n\tfrom\torders\r\n", "orders"),
    Query("\ufeffselect * from orders", "orders"),
    Query(" ;; /* a */ ; select * from orders ; -- b\n ; ", "orders"),
    Query("select n from t where $$from orders$$ <> ''", "t"),
    Query("select id from orders where id in (select orders.id from customers where customers.id = orders.id)",
          "orders customers"),
    Query("select s.orders.id from (select {'id': 5} as orders) s, staging.orders", "staging.orders"),
    Query("select raw.orders.id from (select {'id': 5} as orders) raw", ""),
]  # fmt: skip

QUERIES = [*CTES, *RECURSION, *PLACES, *SHAPES, *NAMES]
