"""Models by intervals of time: which are made, from which rows, and that all of them are what one query would give."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.incremental.conftest import Log, MakeShop, Shop

TIMED = {
    "seeds/log.yml": "seeds: [{name: log, config: {event_time: day, "
    "column_types: {id: BIGINT, day: TIMESTAMP, v: BIGINT}}}]\n"
}
DAILY = (
    "{{ config(materialized='incremental', strategy='time_range', time_column='day', grain='day') }} "
    "select day::date as day, count(*) as n, sum(v) as v from log group by all"
)
ROWS = [
    (1, "2026-01-30 10:00:00", 1),
    (2, "2026-01-30 23:59:59", 2),
    (3, "2026-01-31", 4),
    (4, "2026-02-02 07:00:00", 8),
]


def made(shop: MakeShop, sql: str = DAILY, rows: Log = ROWS, files: Mapping[str, str] | None = None) -> Shop:
    one = shop(sql, rows, files={**TIMED, **(files or {})})
    one.build()
    return one


def days(one: Shop) -> dict[str, tuple[int, int]]:
    return {str(day): (n, v) for day, n, v in one.kept()}


def test_intervals_run_from_the_first_event_to_the_last(shop: MakeShop) -> None:
    one = shop(DAILY, ROWS, files=TIMED)
    assert one.outcome() == ("ran", "no stored result (4 of 4 days)")
    assert days(one) == {"2026-01-30": (2, 3), "2026-01-31": (1, 4), "2026-02-02": (1, 8)}
    assert one.outcome("--threads", "1") == ("cached", "unchanged")
    assert one.run("cache", "verify").code == 0


EDITS: dict[str, tuple[Log, str]] = {
    "a row that comes late": ([*ROWS, (5, "2026-01-31 12:00:00", 16)], "1 of 4"),
    "a day more": ([*ROWS, (5, "2026-02-03", 16)], "1 of 5"),
    "a row that changed": ([*ROWS[:3], (4, "2026-02-02 07:00:00", 9)], "1 of 4"),
    "a row that is gone": (ROWS[1:], "1 of 4"),
    "rows in another order": (ROWS[::-1], ""),
    "a row that goes to another day": ([*ROWS[:3], (4, "2026-02-01 07:00:00", 8)], "1 of 3"),
    "a row without a time": ([*ROWS, (5, None, 16)], "0 of 4"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_only_intervals_whose_rows_changed_are_made_again(shop: MakeShop, edit: str) -> None:
    rows, again = EDITS[edit]
    one = made(shop)
    before = one.files()
    one.log(rows)
    status, reason = one.outcome()
    assert (status, reason) == (("ran", f"`log` changed ({again} days)") if again else ("cached", "unchanged"))
    changed = one.kept(), len(before & one.files())
    one.build("--full-refresh")
    assert one.kept() == changed[0]
    assert one.run("cache", "verify").code == 0


def test_an_input_without_a_time_counts_whole(shop: MakeShop) -> None:
    sql = DAILY.replace("from log", "from log join names using (id)")
    one = made(shop, sql, files={"models/names.sql": "select id, 'x' as name from log where id < 4"})
    assert list(days(one)) == ["2026-01-30", "2026-01-31"]
    one.write({"models/names.sql": "select id, 'y' as name from log"})
    assert one.outcome() == ("ran", "`names` changed (4 of 4 days)")
    assert list(days(one)) == ["2026-01-30", "2026-01-31", "2026-02-02"]


def test_month_by_month_is_what_it_is_at_once(shop: MakeShop) -> None:
    rows = [(n, f"2026-{n % 7 + 1:02}-{n % 28 + 1:02} {n % 24:02}:30:00", n) for n in range(200)]
    sql = DAILY.replace("'day') }}", "'month') }}")
    one = shop(sql, rows, files=TIMED)
    for month in range(1, 8):
        one.build("--as-of", f"2026-{month:02}-15")
        assert {str(day)[:7] for day, *_ in one.kept()} == {f"2026-{m:02}" for m in range(1, month + 1)}
    stepwise = one.kept()
    one.build()
    assert one.kept() == stepwise
    one.build("--full-refresh")
    assert one.kept() == stepwise
    one.write({"models/kept.sql": sql.partition("}}")[2]})
    one.build()
    assert one.kept() == stepwise


@pytest.mark.parametrize("grain", ["hour", "day", "month", "year"])
@pytest.mark.parametrize(
    "kind", ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"]
)
def test_times_of_every_type_and_grain(shop: MakeShop, kind: str, grain: str) -> None:
    times = ["2026-02-28 23:59:59", "2026-03-01 00:00:00", "2026-02-28 23:00:00", "2026-03-01 01:00:00"]
    sql = f"select id, cast(day as {kind}) as at, v from log"
    one = shop(
        "{{ config(materialized='incremental', strategy='time_range', time_column='at', grain='" + grain + "') }} "
        "select *, count(*) over () as seen from typed",
        [(n, time, n) for n, time in enumerate(times)],
        files={**TIMED, "models/typed.sql": "{{ config(event_time='at') }} " + sql},
    )
    one.build()
    whole = f"SELECT *, count(*) OVER (PARTITION BY date_trunc('{grain}', CAST(t.at AS TIMESTAMP))) FROM typed AS t"
    assert one.kept() == sorted(one.rows(whole), key=repr)
    assert one.run("cache", "verify").code == 0


def test_lookback_shows_earlier_intervals_and_keeps_none_of_their_rows(shop: MakeShop) -> None:
    sql = (
        "{{ config(materialized='incremental', strategy='time_range', time_column='day', grain='day', lookback=1) }} "
        "select day, v, lag(v) over (order by day) as before from log"
    )
    one = made(shop, sql)
    assert [(v, before) for _, v, before in one.kept()] == [(1, None), (2, 1), (4, 2), (8, None)]
    one.log([(1, "2026-01-30 10:00:00", 1), (2, "2026-01-30 23:59:59", 3), *ROWS[2:]])
    assert one.outcome() == ("ran", "`log` changed (2 of 4 days)")
    assert [(v, before) for _, v, before in one.kept()] == [(1, None), (3, 1), (4, 3), (8, None)]


def test_a_beginning_leaves_out_what_is_before(shop: MakeShop) -> None:
    one = made(shop, DAILY.replace("grain='day'", "grain='day', begin='2026-01-31'"))
    assert list(days(one)) == ["2026-01-31", "2026-02-02"]
    one.write({"models/kept.sql": DAILY.replace("grain='day'", "grain='day', begin='2026-01-30 12:00:00'")})
    assert one.outcome() == ("ran", "option `begin` changed (1 of 4 days)")
    assert len(days(one)) == 3


def test_start_and_end_make_their_intervals_anew(shop: MakeShop) -> None:
    one = made(shop)
    assert one.outcome("--start", "2026-01-31") == ("ran", "--start (3 of 4 days)")
    assert one.outcome("--end", "2026-01-31") == ("ran", "--end (1 of 4 days)")
    assert one.outcome("--start", "2026-01-31", "--end", "2026-02-01") == ("ran", "--start --end (1 of 4 days)")
    assert one.outcome("--start", "2026-01-31T05:00+05:00", "--end", "2026-01-31T01:00") == (
        "ran",
        "--start --end (1 of 4 days)",
    )
    assert "already shows" in one.build().err
    assert one.outcome("--no-cache") == ("ran", "stored results are not used (--no-cache) (4 of 4 days)")
    assert one.run("cache", "prune", "--older-than", "0").code == 0
    assert one.run("cache", "verify").code == 0
    assert len(days(one)) == 3


def test_no_events_make_an_empty_table_with_its_columns(shop: MakeShop) -> None:
    one = made(shop, rows=[])
    assert one.rows("SELECT count(*), count(day), count(n) FROM kept") == [(0, 0, 0)]
    one.log(ROWS)
    one.build()
    assert len(one.kept()) == 3


def test_integers_of_more_than_64_bits_in_one_interval(shop: MakeShop) -> None:
    sql = DAILY.replace("sum(v) as v", "sum(v::hugeint * case id when 3 then 1::hugeint << 80 else 1 end) as v")
    one = made(shop, sql)
    assert one.rows("SELECT v FROM kept ORDER BY day") == [(3,), (4 << 80,), (8,)]
    assert one.run("cache", "verify").code == 0


WRONG: dict[str, tuple[str, Log, str]] = {
    "a row of another time": (
        DAILY.replace("day::date", "day::date - 1"),
        ROWS,
        "the day 2026-01-30 gave 1 row of another time: `day` is 2026-01-29",
    ),
    "a row without a time": (DAILY.replace("day::date", "null::date"), ROWS, "the day 2026-01-30 gave 1 row of"),
    "no such column in the model": (
        DAILY.replace("time_column='day'", "time_column='dai'"),
        ROWS,
        "`time_column` is `dai`, which is no column there",
    ),
    "a column that is no time": (
        DAILY.replace("time_column='day'", "time_column='n'"),
        ROWS,
        "`time_column` is `n` of type BIGINT: it must be a date or a timestamp",
    ),
    "more intervals than anybody wants": (
        DAILY.replace("grain='day'", "grain='hour'"),
        [(1, "0001-01-01", 1), (2, "2026-01-01", 2)],
        "there are more than 50,000 hours from 0001-01-01 00:00:00 to 2026-01-01 00:00:00",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_made_by_intervals_is_told(shop: MakeShop, case: str) -> None:
    sql, rows, message = WRONG[case]
    error = shop(sql, rows, files=TIMED).results()["kept"]["error"]
    assert error["message"].startswith(message)
    assert error.get("hint") or "must be" in message


@pytest.mark.parametrize("column", ["dai", "id"])
def test_a_wrong_time_of_an_input_is_told(shop: MakeShop, column: str) -> None:
    files = {"seeds/log.yml": TIMED["seeds/log.yml"].replace("event_time: day", f"event_time: {column}")}
    error = shop(DAILY, ROWS, files=files).results()["kept"]["error"]
    assert error["message"].startswith(f"`event_time` of `log` is `{column}`")


def test_an_error_in_the_sql_has_its_place(shop: MakeShop) -> None:
    one = shop(DAILY.replace("sum(v)", "sum(vv)"), ROWS, files=TIMED)
    refused = one.run("build")
    assert refused.code == 2
    assert f"models/kept.sql:1:{DAILY.index('sum(v)') + 5}: Referenced column" in refused.err


def test_a_source_may_tell_its_time_and_is_incremental_is_false(shop: MakeShop) -> None:
    sql = DAILY.replace("from log", "from raw.log") + " {% if is_incremental() %} having false {% endif %}"
    sources = "sources: [{name: raw, path: 'seeds/{name}.csv', tables: [{name: log, config: {event_time: day}}]}]"
    one = shop(sql, ROWS, files={"models/s.yml": sources})
    said = one.build().err
    assert "`is_incremental()` is false here: every interval is made by itself" in said
    assert len(one.kept()) == 3
    one.log([*ROWS, (5, "2026-02-02", 1)])
    assert one.outcome() == ("ran", "`raw.log` changed (1 of 4 days)")


def test_what_was_done_before_a_build_was_stopped_is_not_done_again(shop: MakeShop) -> None:
    wrong = DAILY.replace("sum(v) as v", "sum(case when v = 8 then error('no') else v end) as v")
    one = shop(wrong, ROWS, files=TIMED)
    assert one.outcome()[0] == "failed"
    one.log(ROWS[:3])
    assert one.outcome() == ("ran", "no stored result (0 of 2 days)")
