"""What each strategy makes of new rows, and which files it writes for that."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from tests.incremental.conftest import MakeShop

NEWER = "{% if is_incremental() %} where id > (select coalesce(max(id), 0) from {{ this }}) {% endif %}"
FIRST = [(1, "2026-01-01", 10), (2, "2026-01-02", 20), (3, "2026-01-02", 30)]
TYPED = {"seeds/log.yml": "seeds: [{name: log, config: {column_types: {id: BIGINT, day: DATE, v: BIGINT}}}]\n"}
Rows = Sequence[tuple[Any, ...]]


def days(rows: Rows) -> list[tuple[Any, ...]]:
    return sorted(((i, datetime.date.fromisoformat(day) if day else None, v) for i, day, v in rows), key=repr)


def config(**settings: object) -> str:
    said = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    return f"{{{{ config(materialized='incremental', {said}) }}}} "


# Strategy, the model's SQL, the log as it is then, what is kept, how many of the files before stay.
CASES: dict[str, tuple[str, Rows, Rows, int]] = {
    "append takes what the SQL calls new": (
        config() + f"select * from log {NEWER}",
        [*FIRST[:2], (3, "2026-01-02", 31), (4, "2026-01-03", 40)],
        [*FIRST, (4, "2026-01-03", 40)],
        1,
    ),
    "append without a condition takes all": (
        config(strategy="append") + "select * from log",
        [(4, "2026-01-03", 40)],
        [*FIRST, (4, "2026-01-03", 40)],
        1,
    ),
    "merge replaces by key and adds the others": (
        config(unique_key="id") + "select * from log {% if is_incremental() %} where v > 20 {% endif %}",
        [(1, "2026-01-01", 10), (2, "2026-01-02", 21), (4, "2026-01-03", 40)],
        [FIRST[0], (2, "2026-01-02", 21), FIRST[2], (4, "2026-01-03", 40)],
        0,
    ),
    "merge by two columns, in any case of letters": (
        config(unique_key=["ID", "Day"]) + "select * from log",
        [(1, "2026-01-01", 11), (1, "2026-01-02", 12)],
        [(1, "2026-01-01", 11), (1, "2026-01-02", 12), *FIRST[1:]],
        0,
    ),
    "merge updates the columns that it is told to, in any case of letters": (
        config(unique_key="id", merge_update_columns="V") + "select * from log",
        [(2, "2026-02-02", 21), (4, "2026-01-03", 40)],
        [FIRST[0], (2, "2026-01-02", 21), FIRST[2], (4, "2026-01-03", 40)],
        0,
    ),
    "merge leaves the columns as they are that it is told to": (
        config(unique_key="id", merge_exclude_columns=["day"]) + "select * from log",
        [(3, "2026-02-02", None), (None, "2026-01-03", 40)],
        [*FIRST[:2], (3, "2026-01-02", None), (None, "2026-01-03", 40)],
        0,
    ),
    "merge with columns that stay, and no row of a key that is there": (
        config(unique_key="id", merge_exclude_columns=["day", "id"]) + "select * from log",
        [(4, "2026-01-03", 40)],
        [*FIRST, (4, "2026-01-03", 40)],
        1,
    ),
    "a key that is NULL replaces nothing": (
        config(unique_key="id") + "select * from log",
        [(None, "2026-01-01", 11), (None, "2026-01-01", 12)],
        [*FIRST, (None, "2026-01-01", 11), (None, "2026-01-01", 12)],
        1,
    ),
    "delete+insert takes several rows of a key": (
        config(strategy="delete+insert", unique_key="day") + "select * from log",
        [(8, "2026-01-02", 80), (9, "2026-01-02", 90)],
        [FIRST[0], (8, "2026-01-02", 80), (9, "2026-01-02", 90)],
        0,
    ),
    "insert_overwrite replaces partitions whole and leaves the others' files": (
        config(strategy="insert_overwrite", partition_by="day") + "select * from log",
        [(8, "2026-01-02", 80), (7, None, 70)],
        [FIRST[0], (8, "2026-01-02", 80), (7, None, 70)],
        1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_new_rows_come_to_those_that_are_kept(shop: MakeShop, case: str) -> None:
    sql, log, kept, stay = CASES[case]
    one = shop(sql, FIRST, files=TYPED)
    one.build()
    before = one.files()
    assert one.kept() == days(FIRST)
    one.log(log)
    status, reason = one.outcome()
    strategy = sql.split("strategy='")[1].split("'")[0] if "strategy=" in sql else "merge" if "key" in sql else "append"
    assert (status, reason) == ("ran", f"`log` changed: {strategy}")
    assert one.kept() == days(kept)
    assert len(before & one.files()) == stay
    assert one.run("cache", "verify").code == 0
    assert "already shows this state" in one.build().err
    assert one.left_over() == []


def test_a_partition_that_is_null_is_one_of_them(shop: MakeShop) -> None:
    sql = CASES["insert_overwrite replaces partitions whole and leaves the others' files"][0]
    one = shop(sql, [*FIRST, (4, None, 40)], files=TYPED)
    one.build()
    one.log([(5, None, 50)])
    one.build()
    assert one.kept() == days([*FIRST, (5, None, 50)])


@pytest.mark.parametrize("name", ["file", "had"])
def test_a_key_may_have_any_name(shop: MakeShop, name: str) -> None:
    config_by_name = config(unique_key=name, merge_exclude_columns=["day"])
    one = shop(config_by_name + f"select id as {name}, day, v from log", FIRST, files=TYPED)
    one.build()
    one.log([(2, "2026-02-02", 21)])
    one.build()
    assert one.kept() == days([FIRST[0], (2, "2026-01-02", 21), FIRST[2]])


def test_no_new_rows_leave_files_and_readers_as_they_are(shop: MakeShop) -> None:
    one = shop(
        CASES["append takes what the SQL calls new"][0], FIRST, files={"models/reader.sql": "select * from kept"}
    )
    one.build()
    before = one.files()
    one.log([*FIRST[:2], (3, "2026-01-02", 99)])
    results = one.results()
    assert (results["kept"]["status"], results["reader"]["status"]) == ("ran", "cached")
    assert one.files() == before


def test_two_new_rows_of_one_key_are_a_mistake_where_one_must_win(shop: MakeShop) -> None:
    one = shop(config(unique_key="id") + "select * from log", FIRST)
    one.build()
    one.log([(7, "2026-01-05", 1), (7, "2026-01-06", 2)])
    error = one.results()["kept"]["error"]
    assert error["message"] == "2 of the new rows have id = 7, and `merge` takes one of a key"
    assert one.kept() == days(FIRST)


def test_an_error_in_the_delta_has_its_place_in_the_file(shop: MakeShop) -> None:
    one = shop(config() + "select *\nfrom log\n{% if is_incremental() %}\nwhere idd > 0\n{% endif %}", FIRST)
    ran = one.run("build")
    assert ran.code == 2 and ran.err.startswith('models/kept.sql:4:7: Referenced column "idd" not found')


def test_a_key_that_is_no_column_is_told_when_only_rows_tell_the_columns(shop: MakeShop) -> None:
    pivot = "pivot (select id, 'v' as name, v from log) on name using sum(v) group by id"
    error = shop(config(unique_key="idd") + pivot, FIRST).results()["kept"]["error"]
    assert error["message"] == "`unique_key` names `idd`, which is no column of the model"
    assert error["hint"] == "did you mean `id`?"


@pytest.mark.parametrize("name", ["append_new_columns", "sync_all_columns"])
def test_what_stays_has_no_value_in_a_column_that_is_new(shop: MakeShop, name: str) -> None:
    said = config(unique_key="id", merge_update_columns=["v"], on_schema_change=name, on_change="keep")
    one = shop(said + "select id, v from log", FIRST)
    one.build()
    one.write({"models/kept.sql": said + "select v, id, day::varchar as day, v * 2**70::hugeint as had from log"})
    one.log([(2, "2026-01-02", 21), (4, "2026-01-03", 40)])
    one.build()
    kept = one.rows("SELECT id, v, day, had FROM kept ORDER BY id")
    new = (4, 40, "2026-01-03", 40 * 2**70)
    assert kept == [(1, 10, None, None), (2, 21, None, None), (3, 30, None, None), new]
    one.log([(4, "2026-05-05", 41), (5, "2026-01-05", 50)])
    one.build()
    assert one.rows("SELECT id, v, day, had FROM kept WHERE id > 3 ORDER BY id") == [
        (4, 41, *new[2:]),
        (5, 50, "2026-01-05", 50 * 2**70),
    ]
    assert one.run("cache", "verify").code == 0


def test_a_table_of_many_small_files_is_kept_in_few(shop: MakeShop) -> None:
    one = shop(config() + "select * from log", [(0, "2026-01-01", 0)])
    for number in range(1, 40):
        one.build("--quiet")
        one.log([(number, "2026-01-01", number)])
    one.build()
    assert one.kept() == days([(number, "2026-01-01", number) for number in range(40)])
    assert len(one.files()) < 34
    assert one.run("cache", "verify").code == 0


@pytest.mark.parametrize("wide_first", [False, True])
def test_integers_of_more_than_64_bits_may_come_first_or_later(shop: MakeShop, wide_first: bool) -> None:
    small, big = "2", str(2**100)
    sql = config() + "select id, v::hugeint as n from log"
    one = shop(sql, [(1, "2026-01-01", big if wide_first else small)])
    one.build()
    one.log([(2, "2026-01-01", small if wide_first else big)])
    one.build()
    values = {1: int(big if wide_first else small), 2: int(small if wide_first else big)}
    assert one.rows("SELECT id, n FROM kept ORDER BY id") == list(values.items())
    assert one.run("cache", "verify").code == 0
