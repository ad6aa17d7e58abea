"""Which tables and files a query reads, where they stand in the text, and what is refused."""

from __future__ import annotations

import duckdb
import pytest

from odibi_sql.sql import Statement, SyntaxProblem, analyse
from odibi_sql.sql.canonical import KEYWORDS

from .queries import QUERIES, Query, shown


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.sql)
def test_reads_just_these_tables_in_text_order(query: Query) -> None:
    assert [shown(read.parts) for read in analyse(query.sql).references] == query.tables


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.sql)
def test_spans_cover_the_names_as_written(query: Query) -> None:
    statement = analyse(query.sql)
    for read in statement.references:
        written = statement.sql[read.start : read.end]
        unquoted = [part.strip(" \"'") for part in written.split('"."' if '"."' in written else " . ")]
        assert ".".join(unquoted).replace('" . "', ".") == ".".join(read.parts)
        assert query.sql[read.at :].startswith(written)
        assert query.sql[statement.offset :].startswith(statement.sql)


@pytest.mark.parametrize("before", ["", "\ufeff", "𝄞 é"], ids=["nothing", "byte order mark", "astral"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_offsets_count_characters_of_the_text_given(before: str, newline: str) -> None:
    comment = before if before == "\ufeff" else f"-- {before}"
    text = f"{comment}{newline}\tselect '𝄞é' as \"é\",{newline}\t1 from\traw.\"orders\"{newline}join 'a.csv' on true;;"
    statement = analyse(text)
    (read,) = statement.references
    (file,) = statement.files
    assert text[read.at : read.at + len('raw."orders"')] == 'raw."orders"'
    assert statement.sql[read.start : read.end] == 'raw."orders"'
    assert statement.sql[file.start : file.end] == text[file.at : file.at + 7] == "'a.csv'"
    assert statement.sql == text[statement.offset :].rstrip(";")
    assert read.suffix == ' AS "orders"'


@pytest.mark.parametrize(
    ("sql", "files", "unknown"),
    [
        ("from 'x.parquet'", ["x.parquet"], False),
        ("from 'data/*.csv' d join \"y.json\" on true", ["data/*.csv", "y.json"], False),
        ("from read_csv('it''s.csv', header = true)", ["it's.csv"], False),
        ("from READ_Parquet(['a.parquet', 'b.parquet'], union_by_name := true)", ["a.parquet", "b.parquet"], False),
        ("select * from orders where x in (select x from read_json_auto('j.json'))", ["j.json"], False),
        ("from glob('*.sql'), parquet_metadata('p'), sniff_csv('s.csv')", ["*.sql", "p", "s.csv"], False),
        ("from orders, lateral read_text('a.txt')", ["a.txt"], False),
        ("from read_blob('s3://bucket/x')", ["s3://bucket/x"], False),
        ("with f as (from read_ndjson('n.json')) from f", ["n.json"], False),
        ("summarize 'x.parquet'", ["x.parquet"], False),
        ("select * from (summarize 'x.parquet') join (describe 'y.csv') on true", ["x.parquet", "y.csv"], False),
        ("from read_csv($$a.csv$$)", [], True),
        ("from parquet_scan('a' || '.parquet')", [], True),
        ("from read_csv(['a.csv', getvariable('b')])", [], True),
        ("select 'x.parquet' as file from orders", [], False),
        ("select read_csv from read_csv", [], False),
    ],
)
def test_files_named_by_literals_are_inputs(sql: str, files: list[str], unknown: bool) -> None:
    statement = analyse(sql)
    assert [file.path for file in statement.files] == files
    assert statement.unknown_files is unknown
    for file in statement.files:
        assert statement.sql[file.start] in "'\"$"
        assert statement.sql[file.end - 1] in "'\"$"


@pytest.mark.parametrize(
    ("sql", "notes"),
    [
        ("with orders as (select * from orders) from orders", [(30, "orders", "the table here")]),
        ("with a as (with t as (select 1 as n) from t) select * from a, t", [(42, "t", "the CTE here")]),
        ("with t as (select 1 as n) from t", []),
        ("with t as (select 1 as n) from t, raw.t", []),
        ("from orders", []),
    ],
)
def test_names_that_are_both_table_and_cte_are_noted(sql: str, notes: list[tuple[int, str, str]]) -> None:
    found = analyse(sql).notes
    assert [(note.at, note.name) for note in found] == [(at, name) for at, name, _ in notes]
    assert all(said in note.message for note, (_, _, said) in zip(found, notes, strict=True))


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "no SQL"),
        ("\ufeff -- only a comment\n;;", 0, "no SQL"),
        ("select 1; select 2", 10, "second statement"),
        ("from a;;from b", 8, "second statement"),
        ("insert into orders select 1", 0, "starts with `insert`"),
        ("  create table x as select 1", 2, "starts with `create`"),
        ("explain select 1", 0, "starts with `explain`"),
        ("copy orders to 'x'", 0, "starts with `copy`"),
        ("orders", 0, "starts with `orders`"),
        ("show orders", 0, "starts with `show`"),
        ("(orders)", 0, "not a query"),
        ("(1 + 1)", 0, "not a query"),
        ("with x as (select 1) insert into orders from x", 0, "only reads"),
        ("with x as (delete from orders returning *) from x", 23, "only reads"),
        ("select * into x from orders", 14, "only reads"),
        ("select * from (show orders)", 15, "`show` is a keyword"),
        ("select * frm orders", 13, "`orders` is unexpected"),
        ("select 1 +", 9, "missing after `+`"),
        ("select * from\n  orders where", 23, "missing after `where`"),
        ("select * from", 9, "table name is missing"),
        ("select (1", 7, "`(` is never closed"),
        ("select 1)", 8, "`)` is unexpected"),
        ("select a b c", 11, "`c` is unexpected"),
        ("select 'a', 'b from orders", 12, "not closed"),
        ("select \"a from orders", 7, "not closed"),
        ("select 1 /* from orders", 9, "not closed"),
        ("select $$a from orders", 7, "not closed"),
        ("from query('from orders')", 5, "`query()`"),
        ("select * from orders, query_table('customers')", 22, "`query_table()`"),
        ("from $1", 0, "cannot be known"),
        ("summarize 'orders'", 10, "a string cannot name a table"),
        ("select {: 5} as s", 0, "cannot be parsed"),
        ("select id, (select max(n) from t) from orders", 31, "has to be named"),
        ("with a as (select n, exists (from orders) from t) from a", 34, "has to be named"),
        ("select n as m from t union all by name select (select n from t)", 61, "has to be named"),
        ("with a as (select 1)", 19, "statement following CTE"),
    ],
)  # fmt: skip
def test_what_is_not_one_query_is_refused_at_its_place(text: str, at: int, message: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        analyse(text)
    assert message in caught.value.message
    assert caught.value.at == at
    assert "\x1b" not in caught.value.message
    assert "sqlglot.expressions" not in caught.value.message
    assert "Token" not in caught.value.message


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_no_keyword_that_duckdb_takes_for_a_table_name_is_refused(word: str) -> None:
    with pytest.raises(duckdb.ParserException):
        duckdb.connect().execute(f"select * from {word}")


@pytest.mark.parametrize(
    "sql",
    [
        "select (select max(n) from t) as m from orders",
        "with c as (select 1 as n) select (select max(n) from c) from c",
        "with c(m) as (select (select max(n) from t)) from c",
        "select s.m from (select (select max(n) from t)) s(m)",
        "select * from orders where id in (select (select max(n) from t))",
        "select n from t union all select (select max(id) from orders)",
        "select count(*), max(id) + 1 from orders",
    ],
)
def test_columns_need_no_name_where_it_shows_no_table_or_does_not_show(sql: str) -> None:
    assert analyse(sql).sql == sql


def test_unknown_dialect_names_the_nearest() -> None:
    with pytest.raises(SyntaxProblem, match="no SQL dialect `snowflak`") as caught:
        analyse("select 1", "snowflak")
    assert caught.value.hint == "did you mean `snowflake`?"


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("select id from orders where " + " and ".join(f"id <> {i}" for i in range(2000)), 1),
        ("select id from orders where " + " or ".join(f"id = {i}" for i in range(2000)), 1),
        ("select " + " || ".join(f"'{i}'" for i in range(2000)) + " as s from t", 1),
        (" union all ".join(f"select {i} as n from t" for i in range(2000)), 2000),
        ("with " + ", ".join(f"c{i} as (from t)" for i in range(1000)) + " from c1", 1000),
        ("select * from " + "(from " * 100 + "t" + ")" * 100, 1),
    ],
    ids=["and", "or", "concatenation", "union", "ctes", "nested"],
)
def test_long_chains_are_no_deeper_than_short_ones(text: str, reads: int) -> None:
    assert len(analyse(text).references) == reads


@pytest.mark.parametrize(
    "text",
    [
        "select " + "(" * 20000 + "1" + ")" * 20000,
        "select * from " + "(from " * 20000 + "t" + ")" * 20000,
        "select " + "case when true then 1 else " * 5000 + "0" + " end" * 5000,
        "select " + "not " * 5000 + "true",
    ],
    ids=["brackets", "subqueries", "case", "not"],
)
def test_what_is_too_deep_is_refused(text: str) -> None:
    with pytest.raises(SyntaxProblem, match="nested too deeply"):
        analyse(text)


def test_a_statement_is_a_value() -> None:
    text = "with a as (from orders) select a.*, now() from a join 'x.csv' on true"
    assert analyse(text) == analyse(text)
    assert isinstance(analyse(text), Statement)
