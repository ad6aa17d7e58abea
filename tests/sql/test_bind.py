"""Bound SQL runs on tables of other names and gives just the rows and columns of the SQL as written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odibi_sql.quoting import quote_name
from odibi_sql.relation import Slot
from odibi_sql.sql import Bound, Statement, analyse, bind

from .queries import QUERIES, TABLES, Query, connected, shown


def slots_of(statement: Statement) -> list[Slot]:
    relations = [
        Slot(read.start, read.end, "relation", shown(read.parts).lower().removeprefix("main."), read.suffix)
        for read in statement.references
    ]
    paths = [Slot(file.start, file.end, "path", file.path) for file in statement.files]
    return [*paths, *statement.rewrites, *relations]


@pytest.fixture(scope="module")
def plain() -> duckdb.DuckDBPyConnection:
    """The tables under the names that queries use."""
    return connected()


@pytest.fixture(scope="module")
def elsewhere() -> tuple[duckdb.DuckDBPyConnection, Mapping[str, str]]:
    """The same rows behind views of names that no query uses."""
    connection = duckdb.connect()
    names = {}
    for number, (name, sql) in enumerate(TABLES.items()):
        names[name.lower()] = quote_name(f'input {number} of "run"')
        connection.execute(f"create view {names[name.lower()]} as {sql}")
    return connection, names


def outcome(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[str]]:
    cursor = connection.execute(sql)
    columns = [f"{name} {kind}" for name, kind, *_ in cursor.description or ()]
    return columns, sorted(map(repr, cursor.fetchall()))


@pytest.mark.parametrize("query", [query for query in QUERIES if not query.fails], ids=lambda query: query.sql)
def test_bound_query_gives_the_same_rows_and_columns(
    query: Query,
    plain: duckdb.DuckDBPyConnection,
    elsewhere: tuple[duckdb.DuckDBPyConnection, Mapping[str, str]],
) -> None:
    connection, names = elsewhere
    statement = analyse(query.sql)
    bound = bind(statement.sql, slots_of(statement), names, "/project")
    assert outcome(connection, bound.sql) == outcome(plain, query.sql.removeprefix("\ufeff").lstrip(" ;"))


@pytest.mark.parametrize("query", [query for query in QUERIES if query.fails], ids=lambda query: query.sql)
def test_query_that_duckdb_refuses_is_refused_for_the_reason_given(
    query: Query, plain: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(duckdb.Error, match=query.fails):
        plain.execute(query.sql)


def test_files_are_read_from_the_project_whatever_the_process_is_in(tmp_path: Path) -> None:
    folder = tmp_path / "it's"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "a.csv").write_text("id\n1\n")
    (folder / "data" / "b.csv").write_text("id\n2\n")
    statement = analyse("select a.id from 'data/a.csv' union all from read_csv(['data/a.csv', 'data/*.csv'])")
    bound = bind(statement.sql, slots_of(statement), {}, str(folder))
    assert sorted(duckdb.connect().execute(bound.sql).fetchall()) == [(1,), (1,), (1,), (2,)]


@pytest.mark.parametrize(
    ("path", "bound"),
    [
        ("data/*.csv", "'/project/data/*.csv'"),
        ("/data/x.csv", "'/data/x.csv'"),
        ("s3://bucket/x.parquet", "'s3://bucket/x.parquet'"),
        ("https://example.org/x.csv", "'https://example.org/x.csv'"),
        ("it's.csv", "'/project/it''s.csv'"),
        ("~/x.csv", f"'{Path.home()}/x.csv'"),
    ],
)
def test_path_becomes_an_absolute_string(path: str, bound: str) -> None:
    assert bind("from x", [Slot(5, 6, "path", path)], {}, "/project/").sql == f"from {bound}"


def test_text_between_slots_is_untouched_and_errors_lead_back() -> None:
    sql = "select 𝄞, orders.id /* orders */\nfrom orders, t"
    slots = [Slot(38, 44, "relation", "orders", " AS orders"), Slot(46, 47, "relation", "t", " AS t")]
    bound = bind(sql, slots, {"orders": '"p"', "t": '"a long name"'}, "/")
    assert bound.sql == 'select 𝄞, orders.id /* orders */\nfrom "p" AS orders, "a long name" AS t'
    assert bound.origin(bound.sql.index("id")) == sql.index("id")
    assert bound.origin(bound.sql.index('"p"') + 5) == 38
    assert bound.origin(bound.sql.index(', "a')) == 44
    assert bound.origin(len(bound.sql)) == len(sql)
    assert bind(sql, [], {}, "/") == Bound(sql)


def test_overlapping_slots_and_unknown_names_are_bugs_of_the_caller() -> None:
    with pytest.raises(ValueError, match="overlap"):
        bind("from abc", [Slot(5, 8, "text", "x"), Slot(6, 7, "text", "y")], {}, "/")
    with pytest.raises(KeyError):
        bind("from abc", [Slot(5, 8, "relation", "abc")], {}, "/")


@given(
    st.lists(st.tuples(st.text("ab \n", max_size=4), st.text("XY", min_size=1, max_size=3), st.text("z", max_size=5)))
)
def test_every_offset_outside_of_replacements_leads_back_to_its_own_character(
    parts: list[tuple[str, str, str]],
) -> None:
    sql = ""
    slots = []
    for kept, replaced, value in parts:
        slots.append(Slot(len(sql + kept), len(sql + kept + replaced), "text", value))
        sql += kept + replaced
    bound = bind(sql, slots, {}, "/")
    assert bound.sql == "".join(kept + value for kept, _, value in parts)
    for offset, character in enumerate(bound.sql):
        origin = bound.origin(offset)
        assert sql[origin] == character if character != "z" else any(slot.start == origin for slot in slots)
