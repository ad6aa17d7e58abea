"""Builds of incremental models that are killed: no new row is lost and none comes twice, whatever was done by then."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Sequence

import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder, Rows

TYPES = "seeds: [{name: log, config: {event_time: day, column_types: {id: BIGINT, day: DATE, v: BIGINT}}}]\n"
Row = tuple[int, str, int]
Keeping = Callable[[Sequence[Row], Sequence[Row]], list[Row]]


def delivered(number: int) -> list[Row]:
    """The rows of one delivery: some replace those of others, some are like none."""
    return [((number * 7 + k) % 500, f"2026-01-{(number + k) % 9 + 1:02}", number) for k in range(300)]


def merged(kept: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    return list({row[0]: row for row in (*kept, *new)}.values())


def by_day(kept: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    days = {row[1] for row in new}
    return [*(row for row in kept if row[1] not in days), *new]


# Settings, and what becomes of the rows that are kept.
STRATEGIES: dict[str, tuple[str, Keeping]] = {
    "append": ("strategy='append'", lambda kept, new: [*kept, *new]),
    "merge": ("unique_key='id'", merged),
    "delete+insert": ("strategy='delete+insert', unique_key='day'", by_day),
    "insert_overwrite": ("strategy='insert_overwrite', partition_by='day'", by_day),
    "time_range": ("strategy='time_range', time_column='day', grain='day'", lambda _, new: list(new)),
}


def deliver(shop: Folder, rows: Sequence[Row]) -> None:
    shop.write({"seeds/log.csv": "id,day,v\n" + "".join(f"{i},{day},{v}\n" for i, day, v in rows)})


def shown(shop: Folder) -> Rows:
    return sorted(shop.rows("SELECT id, CAST(day AS VARCHAR), v FROM kept"))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_killed_build_loses_nothing_and_repeats_nothing(folder: MakeFolder, strategy: str, kills: int) -> None:
    settings, keeping = STRATEGIES[strategy]
    sql = f"{{{{ config(materialized='incremental', {settings}) }}}} select id, day, v from log"
    shop = folder(
        {"models/kept.sql": sql, "models/reader.sql": "select count(*) as n from kept", "seeds/log.yml": TYPES}
    )
    kept = delivered(0)
    deliver(shop, kept)
    shop.build()
    dice = random.Random(strategy)  # noqa: S311 - the same moments in every run
    killed, undisturbed_s = 0, 0.5
    for number in range(1, kills + 1):
        new = delivered(number)
        deliver(shop, new)
        before, kept = sorted(kept), keeping(kept, new)
        build = shop.fork("build", "--quiet")
        build.join(dice.uniform(0.0, 1.1) * undisturbed_s)
        build.kill()
        build.join()
        killed += build.exitcode == -signal.SIGKILL
        assert shown(shop) in (before, sorted(kept))
        began = time.monotonic()
        shop.build("--quiet")
        undisturbed_s = max(0.05, (undisturbed_s + time.monotonic() - began) / 2)
        assert shown(shop) == sorted(kept)
        assert shop.rows("SELECT n FROM reader") == [(len(kept),)]
        assert shop.left_over() == []
    assert killed > kills / 4
    assert shop.run("cache", "verify").code == 0
    assert "already shows this state" in shop.build().err
