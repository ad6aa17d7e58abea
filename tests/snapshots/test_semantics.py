"""Random rows that are edited, deleted and brought back, build after build: the history is what dbt's rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odibi_sql.context import NodeContext
from odibi_sql.engines.duckdb.session import DuckDBSession
from odibi_sql.engines.protocol import SessionOptions
from odibi_sql.materializations.kind import Making
from odibi_sql.materializations.snapshot import make
from odibi_sql.relation import Stored
from odibi_sql.sql import Bound
from tests.snapshots.oracle import FAR, Row, Rules, next_version

BEGIN = datetime(2026, 1, 1)
Build = Mapping[int, tuple[str | None, int]]  # id -> city and hour of the last change

cells = st.tuples(st.sampled_from(["London", "Paris", None]), st.integers(0, 5))
builds = st.lists(st.dictionaries(st.integers(1, 4), cells, max_size=4), min_size=2, max_size=5)

CASES: Mapping[str, tuple[Mapping[str, Any], Rules]] = {
    "check": ({"strategy": "check", "check_cols": ("city",)}, Rules(("id",), ("city",), None, "ignore")),
    "check all, deleted": (
        {"strategy": "check", "check_cols": "all", "hard_deletes": "invalidate"},
        Rules(("id",), ("id", "part", "city", "changed"), None, "invalidate"),
    ),
    "check by the rows' own time": (
        {"strategy": "check", "check_cols": ("CITY",), "updated_at": "changed", "invalidate_hard_deletes": True},
        Rules(("id",), ("city",), "changed", "invalidate"),
    ),
    "check, new records": (
        {"strategy": "check", "check_cols": ("city",), "hard_deletes": "new_record"},
        Rules(("id",), ("city",), None, "new_record"),
    ),
    "timestamp": ({"strategy": "timestamp", "updated_at": "changed"}, Rules(("id",), None, "changed", "ignore")),
    "timestamp, deleted, two keys": (
        {"strategy": "timestamp", "updated_at": "changed", "unique_key": ("id", "part"), "hard_deletes": "invalidate"},
        Rules(("id", "part"), None, "changed", "invalidate"),
    ),
    "timestamp, new records": (
        {"strategy": "timestamp", "updated_at": "changed", "hard_deletes": "new_record"},
        Rules(("id",), None, "changed", "new_record"),
    ),
    "an end of its own": (
        {
            "strategy": "check",
            "check_cols": ("city",),
            "hard_deletes": "new_record",
            "dbt_valid_to_current": "TIMESTAMP '9999-12-31'",
        },
        Rules(("id",), ("city",), None, "new_record", FAR),
    ),
}


def rows_of(build: Build) -> list[Row]:
    return [
        {"id": number, "part": "ab"[number % 2], "city": city, "changed": BEGIN + timedelta(hours=hour)}
        for number, (city, hour) in build.items()
    ]


def values_sql(rows: Sequence[Row]) -> str:
    cities = {None: "NULL::VARCHAR", "London": "'London'", "Paris": "'Paris'"}
    listed = ", ".join(
        f"({row['id']}, '{row['part']}', {cities[row['city']]}, TIMESTAMP '{row['changed']}')" for row in rows
    )
    no_rows = "SELECT 1, '', ''::VARCHAR, TIMESTAMP '2026-01-01' WHERE FALSE"
    return f"SELECT * FROM ({f'VALUES {listed}' if rows else no_rows}) AS t(id, part, city, changed)"


def version(session: DuckDBSession, stem: Path, sql: str, options: Mapping[str, Any], **more: Any) -> Stored:
    with NodeContext(session.cursor(), f"v_{stem.name}_", stem.parent) as context:
        written = make(Making(context, Bound(sql), stem, {"unique_key": ("id",), **options}, **more))
    return written.stored()


def held(session: DuckDBSession, stored: Stored) -> list[Row]:
    with NodeContext(session.cursor(), "held_", Path()) as context:
        view = context.make_views({"x": stored}, "")["x"]
        relation = context.cursor._connection.sql(f"SELECT * FROM {view}")  # type: ignore[attr-defined]
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def ordered(rows: Sequence[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> DuckDBSession:
    return DuckDBSession(SessionOptions(BEGIN, 1, tmp_path_factory.mktemp("scratch")))


@pytest.mark.parametrize("case", CASES)
@given(builds)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_history_is_what_the_rules_say(
    session: DuckDBSession, tmp_path: Path, case: str, drawn: Sequence[Build]
) -> None:
    options, rules = CASES[case]
    history: list[Row] = []
    previous = None
    for number, build in enumerate(drawn):
        now = BEGIN + timedelta(days=number + 1, microseconds=500)
        rows = rows_of(build)
        previous = version(session, tmp_path / f"v{number}", values_sql(rows), options, previous=previous, now=now)
        history = next_version(rules, history, rows, now)
        assert ordered(held(session, previous)) == ordered(history)
