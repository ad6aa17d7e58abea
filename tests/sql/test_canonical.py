"""The canonical form: the same for what means the same, different for all that can change a result."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odibi_sql.sql import analyse, canonical, token_diff
from odibi_sql.sql.canonical import KEYWORDS

from .queries import QUERIES, Query, connected

SAME = [
    ("select 1", "SELECT 1"),
    ("select a,b from t", "select\n  a, -- the first\n  b /* the second */\nfrom t;"),
    ("select a from t order by a", "Select a From t Order   By\n a ;;"),
    ("select a from t group by a", "\ufeffselect a from t group/* */by a"),
    ("select sum(x), count(*) from t", "select SUM (x), Count(*) from t"),
    ("select x from t left join u using (x)", "select x from t LEFT JOIN u USING(x)"),
    ("select a || 'b' from t", "select a||'b' from t"),
    ("select a>=-1 from t", "select a >= - 1 from t"),
    ("select case when a then 1 else 2 end from t", "select CASE WHEN a THEN 1 ELSE 2 END from t"),
    ("select 1 /*+ no hint in DuckDB */", "select 1"),
    ("select 1 /* /* nested */ */", "select 1"),
]

DIFFERENT = [
    ("select a as Total from t", "select a as total from t"),
    ("select a Total from t", "select a total from t"),
    ("select a as Select from t", "select a as select from t"),
    ("select struct_pack(Left := 1)", "select struct_pack(left := 1)"),
    ("select {A: 1}", "select {a: 1}"),
    ("select \"a b\" from t", "select a b from t"),
    ("select \"A\" from t", "select \"a\" from t"),
    ("select \"a\" from t", "select a from t"),
    ("select 'a' from t", "select \"a\" from t"),
    ("select 'A'", "select 'a'"),
    ("select 'a''b'", "select 'a' 'b'"),
    ("select 'a  b'", "select 'a b'"),
    ("select 'a' -- b'", "select 'a -- b'"),
    ("select $$a$$", "select 'a'"),
    ("select x'00'", "select x '00'"),
    ("select Foo(a) from (select 1) Foo(a)", "select Foo(a) from (select 1) foo(a)"),
    ("with Sum(a) as (select 1) from Sum", "with sum(a) as (select 1) from Sum"),
    ("with b as (select 1), Sum(a) as (select 1) from Sum", "with b as (select 1), sum(a) as (select 1) from Sum"),
    ("select a-b from t", "select a --b\n from t"),
    ("select 1.5", "select 1 .5"),
    ("select ab", "select a b"),
    ("select 1 union select 2", "select 1 union all select 2"),
    ("select Current_Date", "select current_date"),
    ("select 5 ! ~~ 1", "select 5 !~~ 1"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_layout_comments_and_case_of_keywords_do_not_matter(one: str, other: str) -> None:
    assert canonical(one, "duckdb") == canonical(other, "duckdb")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_can_show_in_a_result_matters(one: str, other: str) -> None:
    assert canonical(one, "duckdb") != canonical(other, "duckdb")


def test_hints_matter_to_a_dialect_that_reads_them() -> None:
    assert canonical("select /*+ broadcast(t) */ 1", "spark") != canonical("select 1", "spark")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.sql)
def test_a_statement_carries_the_canonical_form_and_it_is_its_own(query: Query) -> None:
    form = analyse(query.sql).canonical
    assert form == canonical(query.sql, "duckdb")
    assert canonical(form, "duckdb") == form


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.sql)
def test_the_canonical_form_reads_the_same(query: Query) -> None:
    again = analyse(analyse(query.sql).canonical)
    assert [read.parts for read in again.references] == [read.parts for read in analyse(query.sql).references]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return connected()


PLACES = [
    "select 1 {}",
    "select 1 {} from t",
    "select 1 as {}",
    "select {} from (select 1 as {}) as s",
    'select s.{} from (select 1 as "{}") as s',
    "select {} from t",
    "select {}: 1",
    "select {{{}: 1}} as s",
    "select struct_pack({} := 1) as s",
    "select row(1)::struct({} int) as s",
    "select n {} from t",
    "from t {}",
    "select {} from t as {}",
    "from (select 1) t({})",
    "select * rename (n as {}) from t",
    "with {} as (select 1 as a) select a from {}",
    "with {}(a) as (select 1) from {}",
    "select {}(n) from t",
    "select {}(n, 1) from t",
    "select 1 {} 1",
    "select 'a' {} 'b'",
    "select {} 1",
    "select {} (select 1)",
    "select sum(n) {} from t",
    "unpivot wide on jan, feb into name {} value v",
    "unpivot wide on jan, feb into name v value {}",
    "from wide unpivot (v for {} in (jan, feb))",
    "from wide unpivot ({} for v in (jan, feb))",
    "from wide unpivot (v for m in (jan as {}, feb))",
    "pivot orders on b using sum(x) as {}",
    "pivot orders on b using sum(x) {}",
    "from orders {} pivot (sum(x) for b in (0, 1))",
    "select list_transform([1], lambda {}: 1)",
    "select n from t window {} as ()",
    "select * exclude ({}) from t",
    "from range(1) {}",
    "from {}(3)",
    "select {}.a from (select 1 as a) as s",
    "select interval 1 {}",
    "select cast(1 as {})",
    "select 1::{}",
    "select 1::{}(3, 1)",
    "select {} '1'",
    "select {}(3, 1) '1'",
    "select extract({} from date '2020-01-01')",
    "select 'a' collate {}",
    "select n from t order by n {}",
]
NAMES = (
    "sum row struct map decimal date range over values coalesce list nullif if try_cast columns interval count unnest"
    " struct_pack"
)
WORDS = [*sorted(KEYWORDS), *NAMES.split()]


def results(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...] | None:
    try:
        cursor = connection.execute(sql)
        rows = sorted(map(repr, cursor.fetchall()))  # a UNION has no order
        return tuple((name, str(kind)) for name, kind, *_ in cursor.description or ()), repr(rows)
    except duckdb.Error:
        return None


def variants(place: str) -> Iterator[tuple[str, str]]:
    for word in WORDS:
        yield place.replace("{}", word), place.replace("{}", word.capitalize())


@pytest.mark.parametrize("place", PLACES)
def test_no_fold_changes_what_duckdb_gives(place: str, connection: duckdb.DuckDBPyConnection) -> None:
    place = place.replace("{{", "{").replace("}}", "}") if "{{" in place else place
    for lower, capital in variants(place):
        if canonical(lower, "duckdb") == canonical(capital, "duckdb"):
            assert results(connection, lower) == results(connection, capital), capital


SIMPLE = """select a A b "a" 'a' 'a''b' 1 1.5 . , ( ) - + || as x '00' :: : [ ] = ! ~~ by sum $1 { } ->>"""
LEXEMES = [*SIMPLE.split(), '"a b"', "'a b'", "$$a b$$"]
SPACES = st.sampled_from([" ", "\n", "\t ", " /* a */ ", " --b\n", "\r\n"])


@given(st.lists(st.tuples(st.sampled_from(LEXEMES), SPACES, SPACES), max_size=12))
def test_white_space_and_comments_between_tokens_never_matter(tokens: list[tuple[str, str, str]]) -> None:
    one = "".join(lexeme + space for lexeme, space, _ in tokens)
    other = "".join(lexeme + space for lexeme, _, space in tokens)
    assert canonical(one, "duckdb") == canonical(other, "duckdb")


@given(st.lists(st.sampled_from(LEXEMES), max_size=6), st.lists(st.sampled_from(LEXEMES), max_size=6))
def test_different_tokens_give_different_forms(one: list[str], other: list[str]) -> None:
    same = canonical(" ".join(one), "duckdb") == canonical(" ".join(other), "duckdb")
    assert same is (one == other)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("select a from t where x > 1", "select a from t where x > 2", "- x > 1 / + x > 2"),
        ("select a from t", "select a , b from t", "- select a from t / + select a , b from t"),
        ("select 'it''s a'", "select 'it''s b'", "- select 'it''s a' / + select 'it''s b'"),
        ("select a", "select a", ""),
    ],
)
def test_a_difference_is_told_in_a_line(old: str, new: str, said: str) -> None:
    assert token_diff(old, new) == said


def test_many_differences_are_counted() -> None:
    old = " ".join(f"a{i} , x , y , z , w ," for i in range(9))
    told = token_diff(old, old.replace("a", "b")).splitlines()
    assert len(told) == 4
    assert told[-1] == "and 6 more"
