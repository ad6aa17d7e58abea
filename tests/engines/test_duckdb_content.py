"""The content hash: equal for equal multisets of rows, different for everything else."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odibi_sql.engines.protocol import Cursor, Session
from odibi_sql.relation import Attached

ContentOf = Callable[[str], str]

# Within one line, all values are different, though DuckDB's hash, its comparison or its text takes some for equal.
DIFFERENT = [
    ("DOUBLE", "'0.0'", "'-0.0'", "'nan'", "'-nan'", "null", "'inf'"),
    ("FLOAT", "'0.0'", "'-0.0'", "'nan'", "'-nan'", "null"),
    ("DOUBLE[]", "['0.0']", "['-0.0']", "['nan']", "['-nan']", "[null]", "[]", "null"),
    ("INTERVAL", "'1 month'", "'30 days'", "'720 hours'", "'0 days'", "null"),
    ("INTERVAL[]", "[interval '1 month']", "[interval '30 days']", "[]"),
    ("TIMETZ", "'10:00:00+00'", "'11:00:00+01'", "'10:00:00+01'"),
    ("BIT", "'101'", "'0101'", "'0'", "null"),
    ("VARCHAR", "''", "' '", "'NULL'", "null", "chr(0)", "'a'", "'a' || chr(0)", "'A'"),
    ("VARCHAR[]", "null", "[]", "[null]", "['']", "['NULL']", "['a, b']", "['a', 'b']", "['a', null]", "[null, 'a']"),
    ("INTEGER[][]", "[[1], [2]]", "[[1, 2], []]", "[[], [1, 2]]", "[[1, 2]]", "[[1, 2], null]", "[null]", "null"),
    ("STRUCT(a INT, b INT)", "null", "{'a': null, 'b': null}", "{'a': 1, 'b': null}", "{'a': null, 'b': 1}"),
    ("STRUCT(a VARCHAR)[]", "null", "[null]", "[{'a': null}]", "[{'a': 'null'}]", "[{'a': 'x, a: y'}]", "[]"),
    ("MAP(VARCHAR, VARCHAR)", "null", "map {}", "map {'a': null}", "map {'a=b': 'c'}", "map {'a': 'b=c'}"),
    ("UNION(a INT, b INT)", "null", "union_value(a := 1)", "union_value(b := 1)", "union_value(a := null::int)"),
    ("HUGEINT", "0", "18446744073709551616", "-1", "340282366920938463463374607431768211455 // 2", "null"),
    ("DECIMAL(38,2)", "0", "-0.01", "0.01", "184467440737095516.16", "null"),
    ("UUID", "'80000000-0000-0000-0000-000000000000'", "'80000000-0000-0001-0000-000000000001'"),
    ("UHUGEINT", "0", "340282366920938463463374607431768211455", "18446744073709551616"),
    ("BIGNUM", "0", "1", "-1", "123456789012345678901234567890123456789012345678901234567890"),
    ("JSON", "'null'", "null", "'{\"a\":1}'", "'{\"a\": 1}'"),
    ("BLOB", "''", "'\\x00'", "'\\x00\\x00'", "null"),
    ("BLOB[]", "['\\x00'::blob]", "['\\x5Cx00'::blob]"),
    ("BOOLEAN", "true", "false", "null"),
    ("TIMESTAMP_NS", "'2020-01-01 00:00:00.000000001'", "'2020-01-01 00:00:00.000000002'"),
    ("TIMESTAMPTZ", "'infinity'", "'-infinity'", "'1970-01-01 00:00:00+00'", "null"),
    ("STRUCT", "{}", "null"),
    ("GEOMETRY", "'POINT (1 2)'", "'POINT (2 1)'", "'POINT EMPTY'", "null"),
]


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: str(case[0]))
def test_different_values_have_different_contents(case: tuple[str, ...], content_of: ContentOf) -> None:
    kind, *values = case
    contents = [content_of(f"SELECT CAST({value} AS {kind}) AS c") for value in values]
    assert len(set(contents)) == len(values)


def test_every_value_of_every_type_counts(content_of: ContentOf) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        columns = [row[0] for row in connection.execute("DESCRIBE SELECT * FROM test_all_types()").fetchall()]
    rows = "SELECT *, row_number() OVER () AS row_no FROM test_all_types()"
    for column in columns:
        contents = {content_of(f'SELECT "{column}" AS c FROM ({rows}) WHERE row_no = {n}') for n in (1, 2, 3)}
        assert len(contents) == (2 if column == "empty_struct" else 3), column  # {}, {} and NULL


def test_names_and_types_count(content_of: ContentOf) -> None:
    different = [
        "SELECT 1 AS a, 2 AS b",
        "SELECT 2 AS b, 1 AS a",
        "SELECT 1 AS b, 2 AS a",
        "SELECT 1 AS A, 2 AS b",
        "SELECT 1::BIGINT AS a, 2 AS b",
        "SELECT 1::HUGEINT AS a, 2 AS b",
        "SELECT 1 AS a, 2 AS b WHERE false",
        "SELECT 1 AS a WHERE false",
        "SELECT 1 AS a, 2 AS b, null AS c",
        "SELECT 'x'::ENUM('x', 'y') AS a",
        "SELECT 'x'::ENUM('y', 'x') AS a",
        "SELECT 'x' AS a",
        "SELECT 'x'::BLOB AS a",
        "SELECT 0 AS a",
        "SELECT 0 AS a FROM range(2)",
        "SELECT 0 AS a FROM range(3)",
    ]
    assert len({content_of(sql) for sql in different}) == len(different)


Row = tuple[object, ...]
CELLS = (
    st.none() | st.integers(-3, 3),
    st.none() | st.text("ab'", max_size=2),
    st.none() | st.floats(),
    st.none() | st.booleans(),
)


def table(rows: list[Row]) -> str:
    def text(value: object) -> str:
        if value is None:
            return "null"
        return str(value).lower() if isinstance(value, bool) else "'" + str(value).replace("'", "''") + "'"

    values = ", ".join(f"({', '.join(map(text, row))})" for row in [(None,) * 4, *rows])
    return (
        "SELECT i::INT AS i, s::VARCHAR AS s, d::DOUBLE AS d, b::BOOLEAN AS b, "
        "[i::HUGEINT] AS l, {'x': s::VARCHAR} AS r "
        f"FROM (VALUES {values}) AS t(i, s, d, b)"
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*CELLS), max_size=6), seed=st.integers(0, 99), data=st.data())
def test_content_is_equal_for_equal_multisets_only(
    content_of: ContentOf, rows: list[Row], seed: int, data: st.DataObject
) -> None:
    content = content_of(table(rows))
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311
    assert content_of(table(shuffled)) == content

    other: list[Row] = list(data.draw(st.permutations(rows)))
    swap = data.draw(st.booleans())
    if other and swap:
        first, second = data.draw(st.integers(0, len(other) - 1)), data.draw(st.integers(0, len(other) - 1))
        n = data.draw(st.integers(0, 3))
        left, right = list(other[first]), list(other[second])
        left[n], right[n] = right[n], left[n]
        other[first], other[second] = tuple(left), tuple(right)
    else:
        other.append(data.draw(st.tuples(*CELLS)))
    same = sorted(map(repr, other)) == sorted(map(repr, rows))
    assert (content_of(table(other)) == content) == same


def test_swapped_cells_never_cancel(content_of: ContentOf) -> None:
    straight = content_of("SELECT i, i AS j FROM range(1000) t(i)")
    assert content_of("SELECT i, 999 - i AS j FROM range(1000) t(i)") != straight
    assert content_of("SELECT i, i ^ 1 AS j FROM range(1000) t(i)") != straight


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("HUGEINT", "-1"),
        ("HUGEINT", "170141183460469231731687303715884105727"),
        ("HUGEINT[]", "[-1, null, 170141183460469231731687303715884105727]"),
        ("UHUGEINT", "1"),
        ("INTERVAL", "'-1 month 3 days'"),
        ("UNION(a INT, b DOUBLE)", "1::INT"),
        ("ENUM('1', '2')", "'2'"),
        ("ENUM('1', '2')[]", "['2', null]"),
        ("TIMESTAMP_S", "'2020-01-01'"),
        ("TIMETZ", "'10:00:00+01'"),
        ("BIT", "'0101'"),
        ("UUID", "'80000000-0000-0001-0000-000000000001'"),
        ("GEOMETRY", "'POINT (1 2)'"),
    ],
)
def test_a_table_in_a_file_has_the_content_of_the_same_result(
    kind: str, value: str, session: Session, content_of: ContentOf, tmp_path: Path
) -> None:
    sql = f"SELECT CAST({value} AS {kind}) AS c, 1 AS n"
    path = tmp_path / "source.duckdb"
    with duckdb.connect(path, config={"threads": 1}) as other:
        other.execute(f"CREATE SCHEMA raw; CREATE TABLE raw.t AS {sql}")
    assert session.content(Attached(str(path), "raw", "t")) == content_of(sql)


def test_a_wide_and_a_narrow_store_of_one_value_have_their_own_contents(cursor: Cursor, tmp_path: Path) -> None:
    narrow = cursor.write("SELECT 1::HUGEINT AS c", tmp_path / "narrow")
    wide = cursor.write("SELECT unnest([1, 170141183460469231731687303715884105727])::HUGEINT AS c", tmp_path / "wide")
    assert (narrow.columns[0].stored_as, wide.columns[0].stored_as) == ("BIGINT", "VARCHAR")
    assert narrow.content != wide.content
