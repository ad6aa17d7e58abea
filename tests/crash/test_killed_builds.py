"""Builds that are killed, wherever they are just then: readers see whole publications, and nothing is lost."""

from __future__ import annotations

import json
import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder, Rows, ended, wait_until

WHOLE_BUILD_EVERY = 10
VIEW = "{{ config(materialized='view') }} "


def shop_files() -> dict[str, str]:
    """Twelve models in layers over three seeds. All of them carry the number of the edit."""
    people = "".join(f"{n},person {n}\n" for n in range(50))
    orders = "".join(f"{n},{n % 50},{n * 7 % 101}\n" for n in range(2_000))
    return {
        "seeds/edit.csv": "n\n0\n",
        "seeds/people.csv": f"id,name\n{people}",
        "seeds/orders.csv": f"id,person,amount\n{orders}",
        "models/sales.sql": "select edit.n, orders.* from orders, edit",
        "models/buyers.sql": VIEW + "select edit.n, people.* from people, edit",
        "models/bought.sql": "select s.n, b.name, s.amount from sales s join buyers b on s.person = b.id",
        "models/totals.sql": "select n, name, sum(amount) as total from bought group by all",
        "models/best.sql": "select * from totals order by total desc, name limit 10",
        "models/podium.sql": VIEW + "select * from best limit 3",
        **{f"models/share_{k}.sql": f"select n, id, amount % {k + 2} as rest from sales" for k in range(4)},
        "models/shares.sql": " union all ".join(f"select * from share_{k}" for k in range(4)),
        "models/summary.sql": "select n, count(*) as lines, sum(rest) as rests from shares group by all",
    }


MODELS = sorted(Path(name).stem for name in shop_files() if name.startswith("models/"))


def edit(shop: Folder, number: int) -> None:
    shop.write({"seeds/edit.csv": f"n\n{number}\n"})


def shown_edit(shop: Folder) -> int:
    """The number of the edit that the catalog shows, in all of its models alike."""
    numbers = " UNION ALL ".join(f"SELECT '{name}', min(n), max(n) FROM {name}" for name in MODELS)
    rows = shop.rows(numbers)
    [(low, high)] = {(low, high) for _, low, high in rows}
    assert low == high
    return int(low)


def undisturbed(shop: Folder) -> float:
    """Seconds that a build takes which nobody kills."""
    began = time.monotonic()
    build = shop.fork("build", "--quiet")
    build.join()
    assert build.exitcode == 0
    return time.monotonic() - began


def everything(shop: Folder) -> dict[str, Rows]:
    return {name: sorted(shop.rows(f"SELECT * FROM {name}")) for name in MODELS}


def built_clean(shop: Folder, at: Path) -> dict[str, Rows]:
    """What a build from nothing makes of the project as it is now."""
    shutil.rmtree(at, ignore_errors=True)
    shutil.copytree(shop.path, at, ignore=shutil.ignore_patterns("warehouse"))
    clean = Folder(at)
    clean.build()
    return everything(clean)


def test_a_build_killed_at_any_moment_leaves_one_whole_publication(
    folder: MakeFolder, tmp_path: Path, kills: int
) -> None:
    shop = folder(shop_files())
    shop.build()
    dice = random.Random(20_240_229)  # noqa: S311 - the same moments in every run
    killed = 0
    for number in range(1, kills + 1):
        edit(shop, number)
        if number % WHOLE_BUILD_EVERY == 1:
            undisturbed_s, shown = undisturbed(shop), number
            assert everything(shop) == built_clean(shop, tmp_path / "clean")
            assert shop.left_over() == []
            edit(shop, -number)
        build = shop.fork("build", "--quiet")
        build.join(dice.uniform(0.0, 1.0) * undisturbed_s)
        build.kill()
        build.join()
        killed += build.exitcode == -signal.SIGKILL
        now = shown_edit(shop)
        assert now in (shown, number, -number)
        shown = now
    assert killed > kills / 4
    shop.build()
    assert everything(shop) == built_clean(shop, tmp_path / "clean")
    assert shop.left_over() == []
    assert shop.run("cache", "verify").code == 0


@pytest.mark.parametrize(
    "pattern",
    [
        "store/tmp/*/lock",
        "store/tmp/*/*.parquet",
        "store/tmp/*/*.json",
        "store/??/*.<run>.*.parquet",
        "store/tmp/<run>/7.parquet",
        ".dev.duckdb.*.new",
        "publications/dev/.000002.json.*",
        "publications/dev/000002.json",
    ],
)
def test_a_build_killed_as_soon_as_a_file_appears_is_made_up_for(folder: MakeFolder, pattern: str) -> None:
    shop = folder(shop_files())
    shop.build()
    edit(shop, 1)
    build = shop.start("build")
    wait_until(lambda: build.poll() is not None or bool(_matching(shop, pattern)), pattern)
    build.kill()
    assert ended(build).code in (-signal.SIGKILL, 0)
    assert shown_edit(shop) in (0, 1)
    shop.build()
    assert shown_edit(shop) == 1
    assert shop.left_over() == []


def test_what_a_killed_build_has_finished_is_not_run_again(folder: MakeFolder) -> None:
    slow = (
        "select count(*) as n, (select n from first) as f from range(200000) a, range(100000) b where a.range < b.range"
    )
    shop = folder({"models/first.sql": "select 1 as n", "models/slow.sql": slow})
    build = shop.start("build")
    wait_until(lambda: any("first" in entry.read_text() for entry in shop.store.glob("??/*.json")), "the first model")
    build.kill()
    ended(build)
    shop.write({"models/slow.sql": "select n + 1 as n from first"})
    said = shop.build("--output", "json").out
    assert {node["name"]: node["status"] for node in json.loads(said)["results"]} == {"first": "cached", "slow": "ran"}
    assert shop.left_over() == []


@pytest.mark.parametrize("linked", [False, True])
def test_parts_go_unless_the_killed_build_lived_to_name_them(folder: MakeFolder, linked: bool) -> None:
    """As a kill leaves the store between moving a result's parts and making its entry, or right after that."""
    shop = folder({"models/a.sql": "select 1 as n"})
    shop.build()
    [entry], [part] = shop.store.glob("??/*.json"), shop.parts()
    killed = shop.store / "tmp" / "killed"
    killed.mkdir(parents=True)
    shutil.copyfile(entry, killed / f"{entry.stem}.1.json")
    (killed / "torn.json").write_text(entry.read_text()[:100])
    if not linked:
        entry.unlink()
    shop.write({"models/b.sql": "select 2 as n"})
    shop.build()
    assert part.exists() == linked
    assert shop.rows("SELECT * FROM a") == [(1,)]
    assert shop.left_over() == []


def test_files_of_a_killed_build_go_even_where_nothing_is_left_to_do(folder: MakeFolder) -> None:
    shop = folder(shop_files())
    shop.build()
    edit(shop, 1)
    build = shop.start("build")
    wait_until(lambda: bool(_matching(shop, "store/tmp/*/*.parquet")), "a result in the making")
    build.kill()
    ended(build)
    edit(shop, 0)
    shop.build()
    assert shown_edit(shop) == 0
    assert shop.left_over() == []


def _matching(shop: Folder, pattern: str) -> list[Path]:
    runs = [path.name for path in (shop.store / "tmp").glob("*")]
    return [path for run in runs or [""] for path in shop.warehouse.glob(pattern.replace("<run>", run))]
