"""The store: whatever happens to its files, results are right, and what is published stays until it is not."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder

FILES = {
    "seeds/numbers.csv": "n\n1\n2\n3\n",
    "models/doubled.sql": "select n, 2 * n as m from numbers",
    "models/big.sql": "{{ config(materialized='view') }} select * from doubled where m > 2",
}
RIGHT = [(2, 4), (3, 6)]


def flip_a_byte(part: Path, *, keep_times: bool) -> None:
    stat = part.stat()
    held = bytearray(part.read_bytes())
    held[6] ^= 0xFF
    part.write_bytes(held)
    if keep_times:
        os.utime(part, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def entry_of(shop: Folder, name: str) -> Path:
    [entry] = [path for path in shop.store.glob("??/*.json") if json.loads(path.read_bytes())["name"] == name]
    return entry


def cached(shop: Folder) -> dict[str, object]:
    stats: dict[str, object] = json.loads(shop.run("cache", "stats", "--output", "json").out)
    return stats


DAMAGES: dict[str, Callable[[Folder], object]] = {
    "a flipped byte": lambda shop: flip_a_byte(shop.part_of("doubled"), keep_times=False),
    "a part of half the size": lambda shop: os.truncate(shop.part_of("doubled"), 100),
    "an empty part": lambda shop: os.truncate(shop.part_of("doubled"), 0),
    "a missing part": lambda shop: shop.part_of("doubled").unlink(),
    "another result's part": lambda shop: shutil.copyfile(shop.part_of("numbers"), shop.part_of("doubled")),
    "a truncated entry": lambda shop: os.truncate(entry_of(shop, "doubled"), 200),
    "an empty entry": lambda shop: os.truncate(entry_of(shop, "doubled"), 0),
    "an entry of other JSON": lambda shop: entry_of(shop, "doubled").write_text("[1, 2]"),
    "an entry under another key": lambda shop: shutil.copyfile(entry_of(shop, "numbers"), entry_of(shop, "doubled")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_result_is_a_miss_with_a_warning(folder: MakeFolder, damage: str) -> None:
    shop = folder(FILES)
    shop.build()
    DAMAGES[damage](shop)
    shop.write({"odibi_project.yml": "name: shop\n# damaged entries are found when the project is looked at again"})
    said = shop.build().err
    assert "warning: stored result" in said
    assert "is not used" in said
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT
    assert "warning" not in shop.build().err
    assert shop.run("cache", "verify").code == 0


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if "part" in damage or "byte" in damage])
def test_damage_is_found_where_the_answer_was_known(folder: MakeFolder, damage: str) -> None:
    """Builds of the same before have proved that there is nothing to do."""
    shop = folder(FILES)
    for _ in range(3):
        shop.build()
        time.sleep(0.1)  # younger files prove nothing
    DAMAGES[damage](shop)
    assert "is not used" in shop.build().err
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT
    assert "warning" not in shop.build().err


def test_verify_finds_a_flipped_byte_that_nothing_else_shows(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    flip_a_byte(shop.part_of("doubled"), keep_times=True)
    found = shop.run("cache", "verify")
    assert found.code == 1
    assert found.out.startswith("doubled (")
    assert "1 are not" in found.err
    shop.build()
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT
    assert shop.run("cache", "verify").code == 0


def test_a_store_copied_with_other_times_is_read_and_then_trusted(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    for path in shop.store.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    said = shop.build().err
    assert "3 cached" in said
    assert "warning" not in said
    recorded = json.loads(entry_of(shop, "doubled").read_bytes())["parts"][0][2]
    assert recorded == shop.part_of("doubled").stat().st_mtime_ns


def test_files_that_mean_nothing_here_are_no_trouble(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    for junk in ("junk.txt", "00/junk", "tmp/junk", "ab/nodots.parquet"):
        (shop.store / junk).parent.mkdir(exist_ok=True)
        (shop.store / junk).write_text("?")
    shop.write({"seeds/numbers.csv": "n\n5\n"})
    shop.build()
    for arguments in (("stats",), ("ls",), ("verify",), ("prune", "--older-than", "0"), ("clear",)):
        ended = shop.run("cache", *arguments)
        assert ended.code == 0, ended.err
    assert shop.rows("SELECT * FROM big") == [(5, 10)]


def test_listing_and_counting(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    listed = json.loads(shop.run("cache", "ls", "--output", "json").out)
    assert {row["name"]: row["rows"] for row in listed} == {"numbers": 3, "doubled": 3, "big": None}
    stats = cached(shop)
    assert (stats["entries"], stats["parts"], stats["orphans"], stats["published_parts"]) == (3, 2, 0, 2)


def test_prune_keeps_every_kept_publication_of_every_target(folder: MakeFolder) -> None:
    targets = "targets:\n  dev: {}\n  prod: {}\n"
    shop = folder({**FILES, "odibi_project.yml": f"name: shop\n{targets}"})
    shop.build()
    shop.build("--target", "prod")
    for factor in (3, 4, 5):
        shop.write({"models/doubled.sql": f"select n, {factor} * n as m from numbers"})
        shop.build()
    assert shop.run("cache", "prune", "--older-than", "0").code == 0
    assert shop.run("cache", "clear").code == 0
    assert shop.rows("SELECT max(m) FROM big", "prod.duckdb") == [(6,)]
    for publication, m in ((1, 6), (2, 9), (3, 12), (4, 15)):
        assert shop.run("rollback", str(publication)).code in (0,)
        assert shop.rows("SELECT max(m) FROM big") == [(m,)]


def test_prune_takes_old_results_that_nobody_uses(folder: MakeFolder) -> None:
    shop = folder(FILES)
    for factor in range(2, 16):  # ten of these 14 are kept; of the view, all but the last can be told anew
        shop.write({"models/doubled.sql": f"select n, {factor} * n as m from numbers"})
        shop.build()
    before = cached(shop)
    assert shop.run("cache", "prune").code == 0
    assert cached(shop) == before
    assert "removed 17 results" in shop.run("cache", "prune", "--older-than", "0").err
    after = cached(shop)
    assert int(str(after["parts"])) == int(str(before["parts"])) - 4
    assert after["orphans"] == 0
    assert shop.rows("SELECT max(m) FROM big") == [(45,)]


def test_clear_keeps_what_is_published_and_the_next_build_runs_nothing_of_it(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    assert shop.run("cache", "clear").code == 0
    assert "2 cached" in shop.build().err
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


def test_clean_all_leaves_the_project_and_a_database_of_somebody_else(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    (shop.warehouse / "theirs.txt").write_text("precious")
    assert shop.run("clean", "--yes", "--all").code == 0
    assert [path.name for path in shop.warehouse.iterdir()] == ["theirs.txt"]
    shop.build()
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


def test_clean_leaves_what_is_published_and_stored(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    assert shop.run("clean", "--yes").code == 0
    assert not (shop.warehouse / "runs").exists()
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT
    assert "3 cached" in shop.build().err
