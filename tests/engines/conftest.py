"""Sessions of engines, each with a scratch folder of its own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Cursor, Session, SessionOptions
from tests.conftest import NOW

# For a Java that tests start themselves; JDK_JAVA_OPTIONS has it compile quickly, as all others.
JAVA_OPTIONS = "-XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
Value = str | int | float | bool
OpenSession = Callable[..., Session]
Rows = list[tuple[object, ...]]


@pytest.fixture
def engine_name() -> str:
    return "duckdb"


@pytest.fixture
def engine_settings() -> dict[str, Value]:
    return {}


@pytest.fixture
def open_session(engine_name: str, engine_settings: dict[str, Value], tmp_path: Path) -> Iterator[OpenSession]:
    """Sessions that are closed at the end of the test; settings are given as keywords."""
    opened: list[Session] = []

    def make(**settings: Value) -> Session:
        given = {**engine_settings, **settings}
        options = SessionOptions(now=NOW, threads=2, scratch=tmp_path / "scratch", settings=given)
        opened.append(load_engine(engine_name).open_session(options))
        return opened[-1]

    yield make
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of the client of Spark Connect
        for session in opened:
            session.close()


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    return open_session()


@pytest.fixture
def cursor(session: Session) -> Iterator[Cursor]:
    cursor = session.cursor()
    yield cursor
    cursor.close()


@pytest.fixture
def content_of(cursor: Cursor, tmp_path: Path) -> Callable[[str], str]:
    """The content of what a SELECT gives."""

    def content(sql: str) -> str:
        return cursor.write(sql, tmp_path / "content").content

    return content


@pytest.fixture
def rows_of(cursor: Cursor, tmp_path: Path) -> Callable[[str], Rows]:
    """What a SELECT gives, through a stored result; every cell as text."""
    import duckdb

    from odibi_sql.engines.duckdb import reading_sql

    def rows(sql: str) -> Rows:
        written = cursor.write(sql, tmp_path / "rows")
        stored = written.stored()
        with duckdb.connect(config={"threads": 1}) as reader:
            reader.execute("SET TimeZone = 'UTC'")
            return reader.execute(
                f"SELECT COLUMNS(*)::VARCHAR FROM ({reading_sql(stored.columns, stored.parts)})"
            ).fetchall()

    return rows
