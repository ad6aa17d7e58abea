"""The catalog file: whoever has it open, whatever became of it, a build leaves it whole and right."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import duckdb
import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder, client

FILES = {
    "seeds/numbers.csv": "n\n1\n2\n3\n",
    "models/doubled.sql": "select n, 2 * n as m from numbers",
    "models/big.sql": "{{ config(materialized='view') }} select * from doubled where m > 2",
}
RIGHT = [(2, 4), (3, 6)]

OPEN_AND_WAIT = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
if sys.argv[2] == "write":
    connection.execute("CREATE TABLE notes AS SELECT 'kept' AS note")
connection.execute("SELECT * FROM doubled").fetchall()
print("ready", flush=True)
for line in sys.stdin:
    print(connection.execute(line).fetchall(), flush=True)
"""


def edit(shop: Folder, factor: int) -> None:
    shop.write({"models/doubled.sql": f"select n, {factor} * n as m from numbers"})


def test_a_log_beside_the_catalog_is_taken_over_with_the_tables_in_it(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    with client(OPEN_AND_WAIT, str(shop.catalog), "write") as writer:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert Path(f"{shop.catalog}.wal").exists()
    edit(shop, 4)
    assert "warning" not in shop.build().err
    assert not Path(f"{shop.catalog}.wal").exists()
    assert shop.rows("SELECT note FROM notes") == [("kept",)]
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(4,), (8,), (12,)]
    assert shop.left_over() == []


def test_a_log_beside_an_unchanged_catalog_changes_nothing(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    with client(OPEN_AND_WAIT, str(shop.catalog), "write") as writer:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert "already shows this state" in shop.build().err
    with duckdb.connect(str(shop.catalog)) as owner:
        assert owner.execute("SELECT note FROM notes").fetchall() == [("kept",)]
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


@pytest.mark.parametrize("log", ["garbage", "another database's"])
def test_a_log_of_another_file_does_not_stop_a_build(folder: MakeFolder, tmp_path: Path, log: str) -> None:
    shop = folder(FILES)
    shop.build()
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as made:
        made.execute("CREATE TABLE doubled (a INTEGER)")
    with client(OPEN_AND_WAIT, str(other), "write"):
        found = Path(f"{other}.wal").read_bytes()
    Path(f"{shop.catalog}.wal").write_bytes(found if log != "garbage" else b"not a log of this file" * 100)
    edit(shop, 4)
    shop.build()
    assert not Path(f"{shop.catalog}.wal").exists()
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(4,), (8,), (12,)]


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_client_that_has_the_catalog_open_keeps_the_old_state(folder: MakeFolder, how: str) -> None:
    shop = folder(FILES)
    shop.build()
    with client(OPEN_AND_WAIT, str(shop.catalog), how) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        edit(shop, 10)
        shop.write({"models/more.sql": "select 1 as one"})
        shop.build()
        other.stdin.write("SELECT * FROM big ORDER BY n\n")
        other.stdin.flush()
        assert other.stdout.readline() == f"{RIGHT}\n"
        assert shop.rows("SELECT m FROM big ORDER BY n") == [(10,), (20,), (30,)]
        assert ("more" in shop.tables(), "notes" in shop.tables()) == (True, how == "write")


def test_what_a_client_of_the_replaced_file_still_writes_does_no_harm(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    with client(OPEN_AND_WAIT, str(shop.catalog), "write") as other:
        assert other.stdin is not None
        assert other.stdout is not None
        edit(shop, 10)
        shop.build()
        for line in ("CREATE TABLE late AS SELECT 1 AS a", "CHECKPOINT", "CREATE TABLE later AS SELECT 1 AS a"):
            other.stdin.write(f"{line}\n")
            other.stdin.flush()
            other.stdout.readline()
        other.stdin.close()
        other.wait()
    edit(shop, 20)
    shop.build()
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(20,), (40,), (60,)]
    assert shop.left_over() == []


def test_a_connection_of_this_process_is_not_in_the_way(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    with duckdb.connect(str(shop.catalog)) as held:
        edit(shop, 10)
        shop.build()
        assert held.execute("SELECT * FROM big ORDER BY n").fetchall() == RIGHT
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(10,), (20,), (30,)]


DAMAGES = {
    "garbage": b"\x00garbage\xff" * 10_000,
    "text": b"select 1;\n",
    "a page of zeros": bytes(4096),
    "half": None,
    "one page": None,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("edited", [False, True])
def test_a_damaged_catalog_is_made_again_with_a_warning(folder: MakeFolder, damage: str, edited: bool) -> None:
    shop = folder(FILES)
    shop.build()
    whole = shop.catalog.read_bytes()
    ruined = DAMAGES[damage] or whole[: len(whole) // 2 if damage == "half" else 4096]
    shop.catalog.write_bytes(ruined)
    if edited:
        edit(shop, 10)
    assert "the catalog `dev.duckdb` cannot be read, so it is made again" in shop.build().err
    wanted = [(1, 10), (2, 20), (3, 30)] if edited else RIGHT
    assert shop.rows("SELECT * FROM big ORDER BY n") == wanted
    assert history(shop)[0]["publication"] == 2
    assert shop.left_over() == []


def test_a_partial_build_over_a_damaged_catalog_keeps_what_was_recorded(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shop.catalog.write_bytes(b"garbage")
    edit(shop, 10)
    shop.build("--select", "doubled")
    assert shop.tables() == {"numbers", "doubled", "big"}
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(10,), (20,), (30,)]


def test_an_empty_file_is_no_catalog(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shop.catalog.write_bytes(b"")
    shop.build()
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


def test_a_folder_where_the_catalog_should_be_is_refused(folder: MakeFolder) -> None:
    shop = folder(FILES)
    (shop.catalog / "inside").mkdir(parents=True)
    ended = shop.run("build")
    assert ended.code == 2
    assert "is a folder" in ended.err
    assert (shop.catalog / "inside").is_dir()


@pytest.mark.parametrize("built_before", [False, True])
def test_the_database_of_somebody_else_is_refused_and_not_touched(folder: MakeFolder, built_before: bool) -> None:
    shop = folder(FILES)
    shop.warehouse.mkdir()
    if built_before:
        shop.build()
        shop.catalog.unlink()
    with duckdb.connect(str(shop.catalog)) as theirs:
        theirs.execute("CREATE TABLE precious AS SELECT 42 AS answer")
    before = shop.catalog.read_bytes()
    ended = shop.run("build")
    assert ended.code == 2
    assert "is a database that odibi-sql did not make" in ended.err
    assert "Traceback" not in ended.err
    assert shop.catalog.read_bytes() == before
    assert shop.left_over() == []


def test_a_deleted_catalog_is_made_again_from_the_store(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shop.catalog.unlink()
    assert "3 cached" in shop.build().err
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


def test_deleted_publications_are_no_loss_for_the_catalog(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shutil.rmtree(shop.warehouse / "publications")
    edit(shop, 10)
    shop.build()
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(10,), (20,), (30,)]


def test_a_deleted_store_is_filled_again(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shutil.rmtree(shop.store)
    assert "3 ran" in shop.build().err
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


def test_a_catalog_that_may_only_be_read_is_replaced_with_its_permissions(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shop.catalog.chmod(0o440)
    edit(shop, 10)
    shop.build()
    assert shop.rows("SELECT m FROM big ORDER BY n") == [(10,), (20,), (30,)]
    assert shop.catalog.stat().st_mode & 0o777 == 0o440


def test_a_link_to_the_catalog_stays_a_link(folder: MakeFolder, tmp_path: Path) -> None:
    shop = folder(FILES)
    shop.warehouse.mkdir()
    elsewhere = tmp_path / "elsewhere.duckdb"
    shop.catalog.symlink_to(elsewhere)
    shop.build()
    edit(shop, 10)
    shop.build()
    assert shop.catalog.is_symlink()
    with duckdb.connect(str(elsewhere), read_only=True) as reader:
        assert reader.execute("SELECT max(m) FROM big").fetchall() == [(30,)]


def test_tables_and_views_of_the_user_are_kept(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    with duckdb.connect(str(shop.catalog)) as user:
        user.execute("CREATE TABLE notes AS SELECT 1 AS id, 'x' AS note")
        user.execute("CREATE VIEW noted AS SELECT * FROM doubled JOIN notes ON id = n")
        user.execute("CREATE SCHEMA mine; CREATE TABLE mine.doubled (a INTEGER)")
    edit(shop, 10)
    shop.build()
    assert shop.rows("SELECT * FROM noted") == [(1, 10, 1, "x")]
    assert shop.rows("SELECT count(*) FROM mine.doubled") == [(0,)]
    assert len(history(shop)) == 2


def test_a_table_of_the_user_with_the_name_of_a_model_is_refused_by_name(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    with duckdb.connect(str(shop.catalog)) as user:
        user.execute("CREATE TABLE extra AS SELECT 1 AS a")
    shop.write({"models/extra.sql": "select 2 as a"})
    ended = shop.run("build")
    assert ended.code != 0
    assert "`extra`" in ended.err
    assert "table of that name" in ended.err
    assert "Traceback" not in ended.err
    assert shop.rows("SELECT * FROM extra") == [(1,)]
    shop.remove("models/extra.sql")
    shop.build()
    assert shop.rows("SELECT * FROM extra") == [(1,)]


def test_a_table_of_the_user_in_place_of_a_removed_model_is_kept(folder: MakeFolder) -> None:
    shop = folder({**FILES, "models/extra.sql": "select 2 as a"})
    shop.build()
    with duckdb.connect(str(shop.catalog)) as user:
        user.execute("DROP VIEW extra")
        user.execute("CREATE TABLE extra AS SELECT 'mine' AS a")
    shop.remove("models/extra.sql")
    shop.build()
    assert shop.rows("SELECT * FROM extra") == [("mine",)]


def test_views_over_views_follow_a_change_of_columns(folder: MakeFolder) -> None:
    view = "{{ config(materialized='view') }} "
    shop = folder(
        {
            "models/base.sql": "select 1 as a, 'x' as b",
            "models/low.sql": view + "select * from base",
            "models/middle.sql": view + "select * from low",
            "models/high.sql": view + "select * from middle",
        }
    )
    shop.build()
    assert shop.rows("SELECT * FROM high") == [(1, "x")]
    shop.write({"models/base.sql": "select date '2024-01-01' as d, 1::utinyint as a, 'x' as b"})
    shop.build()
    assert [name for name, *_ in shop.rows("DESCRIBE high")] == ["d", "a", "b"]
    shop.write({"models/base.sql": "select 7 as only"})
    shop.build("--select", "base")
    assert shop.rows("SELECT * FROM high") == [(7,)]


def test_a_removed_model_goes_with_a_full_build_and_stays_with_a_partial_one(folder: MakeFolder) -> None:
    shop = folder({**FILES, "models/extra.sql": "select 1 as a"})
    shop.build()
    shop.remove("models/extra.sql")
    edit(shop, 10)
    shop.build("--select", "doubled")
    assert shop.tables() == {"numbers", "doubled", "big", "extra"}
    shop.build()
    assert shop.tables() == {"numbers", "doubled", "big"}


def test_a_model_may_move_to_another_schema_and_become_a_view_and_back(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    shop.write(
        {"models/doubled.sql": "{{ config(schema='lab', materialized='view') }} select n, 2 * n as m from numbers"}
    )
    shop.build()
    assert shop.rows("SELECT table_schema FROM information_schema.tables WHERE table_name = 'doubled'") == [("lab",)]
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT
    shop.write({"models/doubled.sql": FILES["models/doubled.sql"]})
    shop.build()
    assert shop.rows("SELECT table_schema FROM information_schema.tables WHERE table_name = 'doubled'") == [("main",)]
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


def test_a_new_inode_with_the_old_content_is_recognised(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build()
    copied = shop.catalog.with_name("copied")
    shutil.copyfile(shop.catalog, copied)
    copied.replace(shop.catalog)
    os.utime(shop.catalog, (1, 1))
    assert "already shows this state" in shop.build().err
    assert len(history(shop)) == 1


def history(shop: Folder) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(shop.run("history", "--output", "json").out)
    return found
