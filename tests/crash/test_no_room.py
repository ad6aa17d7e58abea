"""A warehouse that cannot be written or is full: one clear message, and the next build with room works."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import ended

SMALL = {"models/small.sql": "select 1 as a"}
BIG = {"models/big.sql": "select range as n, hash(range) as h from range(2000000)"}  # some 20 MB


@contextlib.contextmanager
def disk(at: Path, megabytes: int, *, read_only: bool = False) -> Iterator[None]:
    """A disk of its own, in memory, for what is in the folder `at`."""
    at.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m{',ro' if read_only else ''}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(at)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"mounting needs rights that this process does not have: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


def remount(at: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(at)], check=True)


def is_clear(said: str) -> bool:
    return "Traceback" not in said and "a bug in" not in said


def fill(at: Path, but_kilobytes: int) -> Path:
    """Take all room on the disk but some."""
    stat = os.statvfs(at)
    hog = at / "hog"
    hog.write_bytes(bytes(max(0, stat.f_bavail * stat.f_frsize - but_kilobytes * 1024)))
    return hog


def test_a_disk_that_may_only_be_read_is_said_once(folder: MakeFolder) -> None:
    shop = folder(SMALL)
    with disk(shop.warehouse, 16):
        shop.build()
        shop.write({"models/small.sql": "select 2 as a"})
        remount(shop.warehouse, "ro")
        end = ended(shop.start("build"))
        assert end.code in (1, 2)
        assert "Read-only file system" in end.err
        assert is_clear(end.err), end.err
        assert shop.rows("SELECT * FROM small") == [(1,)]
        for command in ("plan", "ls", "history"):
            assert ended(shop.start(command)).code == 0
        remount(shop.warehouse, "rw")
        shop.build()
        assert shop.rows("SELECT * FROM small") == [(2,)]
        assert shop.left_over() == []


def test_a_build_with_nothing_to_do_needs_no_writing(folder: MakeFolder) -> None:
    shop = folder(SMALL)
    with disk(shop.warehouse, 16):
        shop.build()
        remount(shop.warehouse, "ro")
        shop.write({"models/small.sql": "select 1 as a -- the same"})
        end = ended(shop.start("build"))
        assert is_clear(end.err), end.err
        assert "1 cached" in end.err


def test_a_result_that_does_not_fit_fails_its_model_and_leaves_nothing(folder: MakeFolder) -> None:
    shop = folder(SMALL)
    with disk(shop.warehouse, 8):
        shop.build()
        shop.write(BIG)
        end = ended(shop.start("build"))
        assert end.code == 1
        assert "No space left" in end.err
        assert "models/big.sql" in end.err
        assert is_clear(end.err), end.err
        assert shop.left_over() == []
        assert shop.rows("SELECT * FROM small") == [(1,)]
        remount(shop.warehouse, "size=64m")
        assert "1 ran" in shop.build().err
        assert shop.rows("SELECT count(*) FROM big") == [(2_000_000,)]
        assert shop.left_over() == []


@pytest.mark.parametrize("kilobytes", [0, 4, 12, 24, 64, 200, 400, 700, 900, 1200])
def test_wherever_the_room_ends_nothing_is_lost(folder: MakeFolder, kilobytes: int) -> None:
    """From no room at all, to some that is used up by the result, the run's record, or the new catalog."""
    shop = folder(SMALL)
    with disk(shop.warehouse, 8):
        shop.build()
        shop.write({"models/small.sql": "select 2 as a", "models/more.sql": "select hash(range) as h from range(3000)"})
        hog = fill(shop.warehouse, kilobytes)
        end = ended(shop.start("build"))
        assert end.code in (0, 1, 2)
        assert is_clear(end.err), end.err
        assert shop.rows("SELECT * FROM small") == [(2 if end.code == 0 else 1,)]
        hog.unlink()
        shop.build()
        assert shop.rows("SELECT * FROM small") == [(2,)]
        assert shop.left_over() == []
        assert shop.run("cache", "verify").code == 0


@pytest.mark.parametrize("where", ["", "store", "publications", "runs", "store/tmp"])
def test_a_file_where_a_folder_should_be_is_a_plain_mistake(folder: MakeFolder, where: str) -> None:
    shop = folder(SMALL)
    file = shop.warehouse / where
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    end = ended(shop.start("build"))
    assert is_clear(end.err), end.err
    assert end.code in (1, 2)
    assert str(file) in end.err
    file.unlink()
    shop.build()
    assert shop.rows("SELECT * FROM small") == [(1,)]
    assert shop.left_over() == []


def test_rollback_and_export_without_room_change_nothing(folder: MakeFolder) -> None:
    shop = folder(SMALL)
    with disk(shop.warehouse, 8):
        shop.build()
        shop.write({"models/small.sql": "select 2 as a"})
        shop.build()
        hog = fill(shop.warehouse, 8)
        for command in (("rollback",), ("export", str(shop.warehouse / "out.duckdb"))):
            end = ended(shop.start(*command))
            assert end.code == 2
            assert is_clear(end.err), end.err
        assert shop.rows("SELECT * FROM small") == [(2,)]
        hog.unlink()
        assert not (shop.warehouse / "out.duckdb").exists()
        assert shop.run("rollback").code == 0
        assert shop.rows("SELECT * FROM small") == [(1,)]
        assert shop.left_over() == []


def test_the_catalog_stays_where_its_folder_may_not_be_changed(folder: MakeFolder) -> None:
    shop = folder(SMALL)
    shop.build()
    shop.write({"models/small.sql": "select 2 as a"})
    locked = subprocess.run(["chattr", "+i", str(shop.catalog)], capture_output=True, text=True)
    if locked.returncode != 0:
        pytest.skip(f"no file can be made unchangeable here: {locked.stderr.strip()}")
    try:
        end = ended(shop.start("build"))
    finally:
        subprocess.run(["chattr", "-i", str(shop.catalog)], check=True)
    assert end.code == 2
    assert f"cannot replace `{shop.catalog}`" in end.err
    assert shop.rows("SELECT * FROM small") == [(1,)]
    assert shop.left_over() == []
    assert "1 cached" in shop.build().err
    assert shop.rows("SELECT * FROM small") == [(2,)]
