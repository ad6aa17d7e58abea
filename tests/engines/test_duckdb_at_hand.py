"""Small results are read from tables, and made by way of tables: nothing about them tells."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from odibi_sql.engines.duckdb.at_hand import MOST_ROWS, AtHand
from odibi_sql.engines.duckdb.session import DuckDBCursor, DuckDBSession
from odibi_sql.engines.duckdb.storage import reading_sql
from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.relation import Stored

OpenSession = Callable[..., DuckDBSession]

CASES = {
    "every type": "select * from test_all_types()",
    "nested": "select [{'a': time_tz, 'b': [[bit]]}] as n, map {'k': row(uhugeint)} as m from test_all_types()",
    "no rows": "select 1::hugeint as a, null as b where false",
    "wide": "select 170141183460469231731687303715884105727::hugeint as a union all select -1",
    "no type": "select null as a, [] as b, {'c': null} as d",
    "names": 'select 1 as a, 2 as "A", 3 as "a b", 4 as "rowId"',
    "collation": "select 'a' collate nocase as a union all select 'A'",
    "order": "select i from range(5000) t(i) order by hash(i)",
    "pivot": "pivot (select 'k' || i % 3 as k, i as v from range(9) t(i)) on k using sum(v)",
    "too many rows": f"select i from range({MOST_ROWS + 1}) t(i) order by hash(i)",
    "as many as there may be": f"select i from range({MOST_ROWS}) t(i)",
}


def tables(session: DuckDBSession) -> int:
    return len(session._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall())


@pytest.fixture
def one(session: DuckDBSession, tmp_path: Path) -> Stored:
    """A stored result of one row, so that a query which reads it reads nothing but what is at hand."""
    cursor = session.cursor()
    try:
        return cursor.write("select 1 as x", tmp_path / "one").stored()
    finally:
        cursor.close()


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_stored_either_way(case: str, session: DuckDBSession, one: Stored, tmp_path: Path) -> None:
    by_query, by_table = session.cursor(), session.cursor()
    expected = by_query.write(CASES[case], tmp_path / "expected")
    assert by_table.at_hand(one, ()) is not None
    found = by_table.write(CASES[case], tmp_path / "found")
    assert (found.columns, found.rows, found.content) == (expected.columns, expected.rows, expected.content)
    assert session.content(found.stored()) == found.content
    with duckdb.connect() as reader:
        reader.execute("SET TimeZone = 'UTC'")
        rows = [
            reader.execute(f"SELECT t::VARCHAR FROM ({reading_sql(one.columns, one.parts)}) t").fetchall()
            for one in (expected.stored(), found.stored())
        ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("case", CASES)
def test_the_same_is_read_either_way(case: str, session: DuckDBSession, one: Stored, tmp_path: Path) -> None:
    """From the table that the result was made by, from one that was made of the file, and from the file."""
    maker = session.cursor()
    maker.at_hand(one, ())
    result = maker.write(CASES[case], tmp_path / "result").stored()
    made, loaded, plain = (session.cursor() for _ in range(3))
    names = [made.at_hand(result, ())]
    copy = Path(result.parts[0]).with_name("copy.parquet")
    copy.write_bytes(Path(result.parts[0]).read_bytes())
    names.append(loaded.at_hand(Stored(result.columns, (str(copy),)), ()))
    assert [name is None for name in names] == [case == "too many rows"] * 2
    plain.create_view("from_file", result)
    texts = [
        session._connection.execute(f"SELECT t::VARCHAR FROM {name} t").fetchall() for name in names if name is not None
    ]
    expected = plain._connection.execute("SELECT t::VARCHAR FROM from_file t").fetchall()
    assert texts == [expected] * len(texts)
    for cursor in (made, loaded):
        assert all(cursor.describe(f"FROM {name}") == plain.describe("FROM from_file") for name in names if name)


def test_what_tables_alone_have_is_not_there(session: DuckDBSession, one: Stored) -> None:
    cursor = session.cursor()
    assert cursor.at_hand(one, ("select x from one", "SELECT RowId FROM one")) is None
    name = cursor.at_hand(one, ("select x from one",))
    assert name is not None
    assert cursor.at_hand(one, ("select y from one",)) == name


def test_a_collation_of_the_project_keeps_nothing_at_hand(open_session: OpenSession, one: Stored) -> None:
    assert open_session(default_collation="nocase").cursor().at_hand(one, ()) is None


@pytest.mark.parametrize(
    "sql", ["select nope from t", "select 'a'::integer as x", "select get_type(x) as x from one", "select ("]
)
def test_what_fails_leaves_nothing(sql: str, session: DuckDBSession, one: Stored, tmp_path: Path) -> None:
    cursor = session.cursor()
    name = cursor.at_hand(one, ())
    with pytest.raises(EngineFailure) as caught:
        cursor.write(sql.replace("one", str(name)), tmp_path / "out")
    plain = session.cursor()
    plain.create_view("one", one)
    with pytest.raises(EngineFailure) as expected:
        plain.write(sql, tmp_path / "out")
    assert (caught.value.message, caught.value.offset) == (expected.value.message, expected.value.offset)
    assert not list(tmp_path.glob("out*"))
    assert tables(session) == 1


def test_a_small_table_grown_large_is_written_from_its_query(
    session: DuckDBSession, one: Stored, tmp_path: Path
) -> None:
    cursor = session.cursor()
    name = cursor.at_hand(one, ())
    sql = f"select a.i * 1000 + b.i as i from range(1000) a(i), range(300) b(i), {name}"
    assert cursor.write(sql, tmp_path / "large").rows == 300_000
    assert tables(session) == 1


def test_a_changed_file_is_read_again(session: DuckDBSession, one: Stored, tmp_path: Path) -> None:
    cursor = session.cursor()
    before = cursor.at_hand(one, ())
    other = session.cursor().write("select 2 as x", tmp_path / "two")
    other.parts[0].replace(one.parts[0])
    after = cursor.at_hand(one, ())
    assert cursor._connection.execute(f"SELECT x FROM {after}").fetchall() == [(2,)]
    assert cursor._connection.execute(f"SELECT x FROM {before}").fetchall() == [(1,)]


@pytest.mark.parametrize("damage", [b"", b"PAR1 is not all that it takes", None])
def test_a_damaged_file_is_told_by_whoever_reads_it(damage: bytes | None, session: DuckDBSession, one: Stored) -> None:
    path = Path(one.parts[0])
    path.unlink() if damage is None else path.write_bytes(damage)
    cursor = session.cursor()
    assert cursor.at_hand(one, ()) is None
    with pytest.raises(EngineFailure, match=path.name):
        cursor.create_view("one", one)


def test_the_longest_unread_go_first_and_none_that_is_being_read(open_session: OpenSession, tmp_path: Path) -> None:
    session = open_session()
    session.at_hand = AtHand(most_memory=3 * (12 << 10))  # three tables of one column
    results = [session.cursor().write(f"select {n} as x", tmp_path / str(n)).stored() for n in range(6)]
    reading = session.cursor()
    first = reading.at_hand(results[0], ())
    for result in results[1:]:
        other = session.cursor()
        assert other.at_hand(result, ()) is not None
        other.close()
    assert tables(session) == 3
    assert reading._connection.execute(f"SELECT x FROM {first}").fetchall() == [(0,)]
    assert session.cursor().at_hand(results[0], ()) == first


def test_many_cursors_share_one_table(session: DuckDBSession, one: Stored) -> None:
    def read(_: int) -> int:
        cursor = session.cursor()
        try:
            name = cursor.at_hand(one, ())
            return int(cursor._connection.execute(f"SELECT x FROM {name}").fetchall()[0][0])
        finally:
            cursor.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(200))) == {1}
    assert tables(session) == 1


def test_an_interrupted_cursor_makes_no_table(session: DuckDBSession, one: Stored) -> None:
    cursor: DuckDBCursor = session.cursor()
    cursor.interrupt()
    with pytest.raises(EngineFailure) as caught:
        cursor.at_hand(one, ())
    assert caught.value.interrupted
    assert tables(session) == 0
