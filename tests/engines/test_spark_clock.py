"""The build's one time in Spark's SQL: which text asks for it, and that places in the text are still found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.engines.spark.clock import literals, timed

ASKING = {
    "select current_date": "select current_date()",
    "select CURRENT_DATE as d, now()": "select CURRENT_DATE() as d, now()",
    "select current_timestamp(), localtimestamp": "select current_timestamp(), localtimestamp()",
    "select current_date -- current_date": "select current_date() -- current_date",
    "select current_timestamp () + 'now'": "select current_timestamp () + 'now'",
}
NOT_ASKING = [
    "select 'current_date' as x, \"now()\", `current_date`",
    "select t.current_date, x as current_timestamp, now, nowhere() from t",
    "select 1 /* current_date */",
    "select unix_timestamp(x), date '2024-01-01'",
    r"select 'it\'s current_date'",
]


@pytest.mark.parametrize("sql", ASKING)
def test_words_that_ask_for_the_time_become_calls(sql: str) -> None:
    assert (timed(sql).sql, timed(sql).tells_time) == (ASKING[sql], True)


@pytest.mark.parametrize("sql", NOT_ASKING)
def test_other_words_stay(sql: str) -> None:
    assert (timed(sql).sql, timed(sql).tells_time) == (sql, False)


@pytest.mark.parametrize("sql", ["select date 'today'", "select TIMESTAMP_NTZ 'now'", "select unix_timestamp( )"])
def test_what_only_sparks_own_clock_can_tell_is_refused_in_its_place(sql: str) -> None:
    with pytest.raises(EngineFailure, match="from its own clock") as raised:
        timed(sql)
    assert raised.value.offset == len("select ")


INSTEAD = {
    "select current_date, now( )": "select (DATE '2024-02-29'), (TIMESTAMP '2024-02-29 12:00:00.000000+00:00')",
    "select 'now()', current_timestamp(6)": "select 'now()', current_timestamp(6)",
}


@pytest.mark.parametrize("sql", INSTEAD)
def test_the_time_itself_can_stand_instead(sql: str) -> None:
    assert timed(sql, literals(datetime(2024, 2, 29, 12, tzinfo=UTC))).sql == INSTEAD[sql]


@pytest.mark.parametrize("instead", [None, literals(datetime(2024, 2, 29, tzinfo=UTC))], ids=["calls", "literals"])
def test_places_are_those_of_the_text_before(instead: dict[str, str] | None) -> None:
    sql = "select current_date, a, localtimestamp, b"
    asking = timed(sql, instead)
    words = ["select", " a,", " b"] if instead else ["select", "current_date", " a,", "localtimestamp", " b"]
    for word in words:
        assert sql[asking.origin(asking.sql.index(word)) :].startswith(word)
    if instead:
        assert sql[asking.origin(asking.sql.index("DATE ")) :].startswith("current_date")
