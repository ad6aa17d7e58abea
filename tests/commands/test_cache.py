"""`odibi-sql cache`: counting, listing, pruning and verifying the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.commands.conftest import Run
from tests.projects import write_project


@pytest.fixture
def built(shop: Path, run: Run) -> Path:
    assert run("build").code == 0
    return shop


def test_stats(built: Path, run: Run) -> None:
    ran = run("cache", "stats")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("4 results, 3 files, ") and ran.out.endswith(", 3 files published\n")
    stats = run("cache", "stats", "-o", "json").json
    assert list(stats) == ["entries", "parts", "bytes", "orphans", "published_parts"]
    assert (stats["entries"], stats["parts"], stats["orphans"], stats["published_parts"]) == (4, 3, 0, 3)


def test_stats_of_nothing(shop: Path, run: Run) -> None:
    assert run("cache", "stats").out == "0 results, 0 files, 0 B, 0 files published\n"
    assert run("cache", "ls", "-o", "json").json == []


def test_ls(built: Path, run: Run) -> None:
    rows = run("cache", "ls", "--output", "json").json
    assert list(rows[0]) == ["name", "key", "content", "rows", "bytes", "created_at", "run_id"]
    assert {row["name"]: row["rows"] for row in rows} == {"customers": 3, "orders": 3, "stg_orders": None, "revenue": 2}
    lines = run("cache", "ls").out.splitlines()
    assert sorted(line.split()[-1] for line in lines) == sorted(row["key"] for row in rows)


def test_prune_keeps_what_is_published_and_the_last_of_each_model(built: Path, run: Run) -> None:
    assert run("cache", "prune", "--older-than", "0").err == "removed 0 results, 0 B\n"
    assert run("build").err.startswith("4 cached")


def test_clear_removes_what_is_not_published(shop: Path, run: Run) -> None:
    write_project(shop, {"models/broken.sql": "select name::integer as n from customers\n"})
    assert run("build").code == 1
    ran = run("cache", "clear")
    assert (ran.code, ran.out, ran.err) == (0, "", "removed 4 results\n")
    assert run("cache", "stats", "-o", "json").json["entries"] == 0


def part_of(folder: Path, key: str) -> Path:
    return next((folder / "warehouse" / "store").glob(f"{key[:2]}/{key}*.parquet"))


def test_verify_reads_every_result(built: Path, run: Run) -> None:
    ran = run("cache", "verify")
    assert (ran.code, ran.out, ran.err) == (0, "", "3 results are as they were written, 0 are not\n")


def other_rows(part: Path) -> None:
    part.unlink()
    duckdb.execute(f"copy (select 'Eve' as name, 1.0::double as amount) to '{part}'")


def torn(part: Path) -> None:
    part.write_bytes(part.read_bytes()[:-10])


def scribbled(part: Path) -> None:
    part.write_bytes(b"\0" * part.stat().st_size)


@pytest.mark.parametrize("damage", [other_rows, torn, scribbled, Path.unlink])
def test_verify_finds_damage_and_the_next_build_mends_it(
    built: Path, run: Run, damage: Callable[[Path], object]
) -> None:
    key = next(row["key"] for row in run("cache", "ls", "-o", "json").json if row["name"] == "revenue")
    damage(part_of(built, key))
    ran = run("cache", "verify")
    assert ran.code == 1
    assert ran.out.startswith(f"revenue ({key}): ") and ran.out.count("\n") == 1
    assert ran.err.splitlines()[-1] == "2 results are as they were written, 1 are not and were removed"
    assert "1 ran, 3 cached" in run("build").err
    assert run("cache", "verify").code == 0


def test_without_a_subcommand_the_help_is_shown(shop: Path, run: Run) -> None:
    ran = run("cache")
    assert ran.code == 2 and "verify" in ran.err and "hint" not in ran.err
    assert run("cache", "stat").err == "no such command `stat`\n  hint: did you mean `stats`?\n"
