"""Several builds of one project at once, and those who tidy up the store meanwhile."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder, ended, wait_until

WIDE = {
    "seeds/edit.csv": "n\n1\n",
    **{f"models/left_{k}.sql": f"select n, {k} as k from edit, range(100)" for k in range(5)},
    **{f"models/right_{k}.sql": f"select n, -{k} as k from edit, range(100)" for k in range(5)},
}

# Counts pairs for a second or so, and the gate's file is read only then: what is built meanwhile is built in between.
SLOW = "select count(*) as pairs from range(30000) a, range(12000) b where a.range * 7 % 11 < b.range % 5"


def entries(shop: Folder) -> int:
    return len(list(shop.store.glob("??/*.json")))


@pytest.mark.parametrize("builds", [2, 3])
def test_builds_at_once_all_end_well(folder: MakeFolder, builds: int) -> None:
    shop = folder(WIDE)
    for edit in (1, 2):
        shop.write({"seeds/edit.csv": f"n\n{edit}\n"})
        running = [shop.fork("build", "--quiet") for _ in range(builds)]
        for build in running:
            build.join()
        assert [build.exitcode for build in running] == [0] * builds
        numbers = " UNION ".join(f"SELECT n FROM {side}_{k}" for side in ("left", "right") for k in range(5))
        assert shop.rows(numbers) == [(edit,)]
        assert shop.left_over() == []
    assert entries(shop) == 22
    assert shop.run("cache", "verify").code == 0


def test_builds_of_different_models_at_once_add_up(folder: MakeFolder) -> None:
    shop = folder(WIDE)
    running = [shop.fork("build", "--quiet", "--select", f"+{side}_*") for side in ("left", "right")]
    for build in running:
        build.join()
    assert [build.exitcode for build in running] == [0, 0]
    assert shop.tables() == {"edit", *(f"{side}_{k}" for side in ("left", "right") for k in range(5))}
    assert shop.left_over() == []


def test_of_two_builds_of_one_result_the_first_to_end_is_kept(folder: MakeFolder) -> None:
    shop = folder({"models/slow.sql": SLOW})
    running = [shop.fork("build", "--quiet") for _ in range(2)]
    for build in running:
        build.join()
    assert [build.exitcode for build in running] == [0, 0]
    assert (entries(shop), len(shop.parts())) == (1, 1)
    assert shop.rows("SELECT pairs > 0 FROM slow") == [(True,)]


def test_two_forced_builds_at_once_leave_a_catalog_that_can_be_read(folder: MakeFolder) -> None:
    shop = folder(WIDE)
    shop.build()
    running = [shop.fork("build", "--quiet", "--no-cache") for _ in range(3)]
    for build in running:
        build.join()
    assert [build.exitcode for build in running] == [0, 0, 0]
    assert shop.rows("SELECT count(*) FROM left_4 JOIN right_4 USING (n)") == [(10_000,)]


TIDY: dict[str, tuple[str, ...]] = {
    "prune": ("cache", "prune", "--older-than", "0"),
    "clear": ("cache", "clear"),
}


@pytest.mark.parametrize("tidying", TIDY)
def test_results_that_a_running_build_counts_on_stay(folder: MakeFolder, tidying: str) -> None:
    """The build has found `old` in the store, where nothing published uses it, and publishes it at its end."""
    shop = folder({"models/old.sql": "select 1 as a"})
    shop.build()
    shop.write({"models/old.sql": "select 2 as a"})
    shop.build()
    for path in (shop.warehouse / "publications").rglob("*.json"):
        path.unlink()  # nothing is published any more: all results may go
    shop.catalog.unlink()
    shop.write({"models/old.sql": "select 1 as a", "models/slow.sql": SLOW})
    build = shop.start("build")
    wait_until(lambda: bool(list((shop.store / "tmp").glob("*/lock"))), "the build to run")
    tidied = shop.start(*TIDY[tidying])
    assert ended(build).code == 0
    assert ended(tidied).code == 0
    assert shop.rows("SELECT a FROM old") == [(1,)]
    assert shop.rows("SELECT pairs > 0 FROM slow") == [(True,)]
    assert "cached" in shop.build().err


def test_what_takes_results_away_says_that_it_waits_for_builds(folder: MakeFolder, tmp_path: Path) -> None:
    shop = folder(WIDE)
    shop.build()
    said = tmp_path / "said"
    with (shop.store / "lock").open() as held, said.open("w") as err:
        fcntl.flock(held, fcntl.LOCK_SH)
        tidied = shop.start("cache", "clear", stderr=err)
        wait_until(lambda: "waits for a build" in said.read_text(), "a word of the wait")
        assert tidied.poll() is None
    assert ended(tidied).code == 0


@pytest.mark.parametrize("damage", ["delete", "truncate"])
def test_builds_at_once_make_up_for_the_same_damage(folder: MakeFolder, damage: str) -> None:
    break_it: Callable[[Path], object] = {
        "delete": lambda path: path.unlink(),
        "truncate": lambda path: path.write_bytes(b"PAR1"),
    }[damage]
    shop = folder(WIDE)
    shop.build()
    for part in shop.parts():
        break_it(part)
    running = [shop.fork("build", "--quiet") for _ in range(3)]
    for build in running:
        build.join()
    assert [build.exitcode for build in running] == [0, 0, 0]
    assert shop.rows("SELECT count(*) FROM left_4 JOIN right_4 USING (n)") == [(10_000,)]
    shown = json.loads(shop.run("history", "--output", "json").out)
    assert shown[0]["relations"] == 11
