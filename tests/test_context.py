"""NodeContext: every node reads its own inputs, whatever runs beside it, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from odibi_sql.context import NodeContext
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import EngineFailure, Session, SessionOptions
from odibi_sql.relation import Files, Query, Slot, Stored
from odibi_sql.sql import analyse


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    options = SessionOptions(datetime(2026, 1, 1, tzinfo=UTC), 2, tmp_path / "spill")
    opened = load_engine("duckdb").open_session(options)
    yield opened
    opened.close()


def stored(session: Session, tmp_path: Path, sql: str, name: str) -> Stored:
    cursor = session.cursor()
    written = cursor.write(sql, tmp_path / name)
    cursor.close()
    return written.stored()


def slots(sql: str) -> tuple[Slot, ...]:
    return tuple(Slot(r.start, r.end, "relation", r.parts[-1], r.suffix) for r in analyse(sql).references)


def rows(result: Stored) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM read_parquet({list(result.parts)}) ORDER BY ALL").fetchall()


SQL = "select orders.x, orders.x + 1 as y from orders"


def test_two_nodes_at_once_read_their_own_rows_under_one_name(session: Session, tmp_path: Path) -> None:
    """The same model name means other rows to each of 8 nodes that run at once, 200 times."""
    inputs = [stored(session, tmp_path, f"select {n} as x", f"in{n}") for n in range(8)]

    def run(number: int) -> bool:
        n = number % 8
        with NodeContext(session.cursor(), f"__odibi_run_{number}_", tmp_path) as context:
            bound = context.bind(SQL, slots(SQL), context.make_views({"orders": inputs[n]}, SQL))
            written = context.write(bound, tmp_path / f"out{number}")
        return rows(written.stored()) == [(n, n + 1)]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(200)))


def test_one_shared_connection_and_plain_names_would_collide(tmp_path: Path) -> None:
    """What the prefix and the cursor of its own are for: without them the second node replaces the first one's view."""
    with duckdb.connect() as shared:
        shared.execute("CREATE OR REPLACE TEMP VIEW orders AS SELECT 1 AS x")
        shared.execute("CREATE OR REPLACE TEMP VIEW orders AS SELECT 2 AS x")
        assert shared.execute(SQL).fetchall() != [(1, 2)]


def test_views_are_gone_afterwards_also_after_a_failure(session: Session, tmp_path: Path) -> None:
    closed: list[str] = []

    class Watched:
        """A cursor that remembers its end, which is that of its views; everything else is the cursor itself."""

        def __init__(self) -> None:
            self.inner = session.cursor()

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def close(self) -> None:
            closed.append("closed")
            self.inner.close()

    (tmp_path / "one.csv").write_text("x\n1\n")
    one = Files("csv", (str(tmp_path / "one.csv"),))
    with (
        pytest.raises(EngineFailure, match="nope"),
        NodeContext(Watched(), "__odibi_r_1_", tmp_path) as context,  # type: ignore[arg-type]
    ):
        bad = "select nope from orders"
        bound = context.bind(bad, slots(bad), context.make_views({"orders": one}, bad))
        made = context.views
        context.write(bound, tmp_path / "out")
    assert closed == ["closed"]
    assert made == ("__odibi_r_1_0",)
    assert not list(tmp_path.glob("out*"))


def test_an_error_is_at_its_place_in_the_sql_before_binding(session: Session, tmp_path: Path) -> None:
    one = stored(session, tmp_path, "select 1 as x", "one")
    sql = "select orders.x, orders.wrong from orders"
    with NodeContext(session.cursor(), "__odibi_a_very_long_prefix_indeed_", tmp_path) as context:
        bound = context.bind(sql, slots(sql), context.make_views({"orders": one}, sql))
        with pytest.raises(EngineFailure) as caught:
            context.write(bound, tmp_path / "out")
    assert caught.value.offset == sql.index("orders.wrong")


def test_a_long_chain_of_views_needs_no_recursion_of_ours(session: Session, tmp_path: Path) -> None:
    relation: Stored | Query = stored(session, tmp_path, "select 1 as x", "one")
    sql = "select x + 1 as x from up"
    for _ in range(60):
        relation = Query(sql, slots(sql), {"up": relation})
    with NodeContext(session.cursor(), "__odibi_chain_", tmp_path) as context:
        bound = context.bind(sql, slots(sql), context.make_views({"up": relation}, sql))
        written = context.write(bound, tmp_path / "out")
    assert rows(written.stored()) == [(62,)]


def test_a_relation_that_many_read_is_one_view(session: Session, tmp_path: Path) -> None:
    one = stored(session, tmp_path, "select 1 as x", "one")
    sql = "from a join b using (x)"
    view = Query("from one", slots("from one"), {"one": one})
    with NodeContext(session.cursor(), "__odibi_d_", tmp_path) as context:
        context.make_views({"a": view, "b": view, "c": Query(sql, slots(sql), {"a": view, "b": one})}, sql)
        assert len(context.views) == 2


def test_an_error_inside_a_view_is_given_no_place_in_its_reader(session: Session, tmp_path: Path) -> None:
    one = stored(session, tmp_path, "select 'abc' as x", "one")
    inner = "select x::integer as x from one"
    view = Query(inner, slots(inner), {"one": one})
    sql = "select x from v"
    with NodeContext(session.cursor(), "__odibi_e_", tmp_path) as context:
        bound = context.bind(sql, slots(sql), context.make_views({"v": view}, sql))
        with pytest.raises(EngineFailure, match="abc") as caught:
            context.write(bound, tmp_path / "out")
    assert caught.value.offset is None


def test_a_cancelled_node_starts_no_further_statement(session: Session, tmp_path: Path) -> None:
    with (
        pytest.raises(EngineFailure) as caught,
        NodeContext(session.cursor(), "__odibi_f_", tmp_path, cancelled=lambda: True) as context,
    ):
        context.make_views({"x": Files("csv", (str(tmp_path / "none.csv"),))}, "from x")
    assert caught.value.interrupted
