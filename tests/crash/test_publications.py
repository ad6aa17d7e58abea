"""Publications: history, rollback, export, several targets, and projects that are moved or oddly named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.crash.conftest import MakeFolder
from tests.crash.project_files import Folder

FILES = {
    "odibi_project.yml": "name: shop\ntargets:\n  dev: {}\n  prod: {}\n",
    "seeds/numbers.csv": "n\n1\n2\n3\n",
    "models/doubled.sql": "select n, 2 * n as m from numbers",
    "models/big.sql": "{{ config(materialized='view') }} select * from doubled where m > 2",
}
RIGHT = [(2, 4), (3, 6)]


def built(shop: Folder, *factors: int) -> None:
    for factor in factors:
        shop.write({"models/doubled.sql": f"select n, {factor} * n as m from numbers"})
        shop.build()


def history(shop: Folder, *arguments: str) -> list[int]:
    return [row["publication"] for row in json.loads(shop.run("history", "--output", "json", *arguments).out)]


def test_rollback_without_a_number_goes_one_back_and_can_be_undone(folder: MakeFolder) -> None:
    shop = folder(FILES)
    built(shop, 2, 3, 4)
    assert shop.run("rollback").code == 0
    assert shop.rows("SELECT max(m) FROM big") == [(9,)]
    assert shop.run("rollback").code == 0
    assert shop.rows("SELECT max(m) FROM big") == [(12,)]
    assert history(shop) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("select", [(), ("--select", "mine")])
def test_a_catalog_that_another_project_published_to_is_made_again(
    folder: MakeFolder, tmp_path: Path, select: tuple[str, ...]
) -> None:
    shared = tmp_path / "shared.duckdb"
    settings = f"name: shop\ntargets:\n  dev: {{path: '{shared}'}}\n"
    mine = folder({"odibi_project.yml": settings, "models/mine.sql": "select 1 as x"})
    theirs = Folder(mine.path.with_name("other"))
    shutil.copytree(mine.path, theirs.path)
    (theirs.path / "models/mine.sql").rename(theirs.path / "models/theirs.sql")

    def shown() -> list[tuple[str]]:
        with duckdb.connect(shared, read_only=True) as client:
            return client.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()

    mine.build()
    for _ in range(2):
        assert f"published elsewhere (from {mine.path})" in theirs.build().err
        assert shown() == [("theirs",)]
        assert f"published elsewhere (from {theirs.path})" in mine.build(*select).err
        assert shown() == [("mine",)]


def test_records_that_do_not_say_the_names_of_relations_are_read(folder: MakeFolder) -> None:
    """As all were in format 1."""
    shop = folder(FILES)
    built(shop, 2, 3)
    for path in (shop.warehouse / "publications/dev").glob("0*.json"):
        record = json.loads(path.read_bytes())
        assert [one.pop("name") for one in record["relations"].values()] == list(record["relations"])
        path.write_text(json.dumps({**record, "format": 1}))
    assert history(shop) == [2, 1]
    assert shop.run("rollback").code == 0
    assert shop.rows("SELECT max(m) FROM big") == [(6,)]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"format": 3}',
        '{"format": 1, "relations": []}',
        '{"format": 2, "relations": 1}',
    ],
)
def test_what_is_no_record_counts_as_damaged(folder: MakeFolder, text: str) -> None:
    shop = folder(FILES)
    built(shop, 2)
    (shop.warehouse / "publications/dev/000001.json").write_text(text)
    ended = shop.run("build")
    assert ended.code == 0, ended.err
    assert "cannot be read" in ended.err or "elsewhere" in ended.err
    assert shop.rows("SELECT * FROM big") == RIGHT


def test_rollback_to_a_number_and_a_build_after_it(folder: MakeFolder) -> None:
    shop = folder(FILES)
    built(shop, 2, 3, 4)
    assert shop.run("rollback", "1").code == 0
    assert shop.rows("SELECT max(m) FROM big") == [(6,)]
    said = shop.build().err
    assert "3 cached" in said
    assert shop.rows("SELECT max(m) FROM big") == [(12,)]


@pytest.mark.parametrize(("number", "said"), [("7", "publication 7 is not kept"), ("0", "0")])
def test_rollback_to_what_is_not_there_changes_nothing(folder: MakeFolder, number: str, said: str) -> None:
    shop = folder(FILES)
    built(shop, 2, 3)
    ended = shop.run("rollback", number)
    assert ended.code == 2
    assert said in ended.err
    assert history(shop) == [2, 1]


def test_rollback_of_the_first_publication_or_none_is_refused(folder: MakeFolder) -> None:
    shop = folder(FILES)
    assert "has no publication" in shop.run("rollback").err
    built(shop, 2)
    ended = shop.run("rollback")
    assert ended.code == 2
    assert "no publication before the current one" in ended.err
    assert history(shop) == [1]


def test_ten_publications_are_kept(folder: MakeFolder) -> None:
    shop = folder(FILES)
    built(shop, *range(2, 15))
    assert history(shop) == list(range(13, 3, -1))
    assert shop.run("rollback", "4").code == 0
    assert shop.rows("SELECT max(m) FROM big") == [(15,)]


def test_an_export_needs_nothing_else_and_has_exact_types(folder: MakeFolder, tmp_path: Path) -> None:
    typed = """select 1::hugeint as h, 2::decimal(9, 3) as d, 'a'::enum('a', 'b') as e, [1::utinyint, null] as l,
        {'x': interval 1 day} as s, timestamp_s '2024-01-01' as t, time '01:02:03' as c, '101'::bit as b, uuid() as u"""
    shop = folder({**FILES, "models/typed.sql": typed})
    shop.build()
    wanted = shop.rows("DESCRIBE typed"), shop.rows("SELECT * FROM typed")
    file = tmp_path / "out.duckdb"
    assert shop.run("export", str(file)).code == 0
    shutil.rmtree(shop.warehouse)
    with duckdb.connect(str(file), read_only=True) as reader:
        assert (reader.execute("DESCRIBE typed").fetchall(), reader.execute("FROM typed").fetchall()) == wanted
        assert reader.execute("SELECT * FROM big ORDER BY n").fetchall() == RIGHT
        assert reader.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone() == (0,)


def test_an_export_replaces_a_file_only_by_force(folder: MakeFolder, tmp_path: Path) -> None:
    shop = folder(FILES)
    assert "nothing was published yet" in shop.run("export", str(tmp_path / "early.duckdb")).err
    shop.build()
    file = tmp_path / "out.duckdb"
    file.write_text("precious")
    ended = shop.run("export", str(file))
    assert (ended.code, file.read_text()) == (2, "precious")
    assert "--force replaces it" in ended.err
    assert shop.run("export", str(file), "--force").code == 0
    with duckdb.connect(str(file), read_only=True) as reader:
        assert reader.execute("SELECT * FROM big ORDER BY n").fetchall() == RIGHT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.duckdb", "project"]


def test_an_export_to_no_folder_is_a_plain_mistake(folder: MakeFolder, tmp_path: Path) -> None:
    shop = folder(FILES)
    shop.build()
    ended = shop.run("export", str(tmp_path / "no" / "such" / "out.duckdb"))
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_targets_share_results_and_nothing_else(folder: MakeFolder) -> None:
    shop = folder(FILES)
    built(shop, 2)
    assert "3 cached" in shop.build("--target", "prod").err
    built(shop, 3)
    assert shop.rows("SELECT max(m) FROM big") == [(9,)]
    assert shop.rows("SELECT max(m) FROM big", "prod.duckdb") == [(6,)]
    assert (history(shop), history(shop, "--target", "prod")) == ([2, 1], [1])
    ended = shop.run("build", "--target", "prd")
    assert ended.code == 2
    assert "`prd`" in ended.err


def test_defer_reads_what_is_not_selected_from_another_target(folder: MakeFolder) -> None:
    shop = folder(FILES)
    shop.build("--target", "prod")
    shop.write({"models/big.sql": "{{ config(materialized='view') }} select * from doubled where m > 4"})
    refused = shop.run("build", "--select", "big")
    assert refused.code == 2
    assert "neither selected nor shown by target `dev`" in refused.err
    shop.build("--select", "big", "--defer", "prod")
    assert shop.tables() == {"big"}
    assert shop.rows("SELECT * FROM big") == [(3, 6)]
    assert shop.rows("SELECT * FROM big ORDER BY n", "prod.duckdb") == RIGHT


def test_a_partial_build_reads_what_the_target_shows(folder: MakeFolder) -> None:
    shop = folder({**FILES, "models/sums.sql": "select sum(m) as total from doubled"})
    shop.build()
    shop.write({"models/doubled.sql": "select 'broken'", "models/sums.sql": "select max(m) as total from doubled"})
    shop.build("--select", "sums")
    assert shop.rows("SELECT * FROM sums") == [(6,)]
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT


@pytest.mark.parametrize("how", ["moved", "copied", "copied and the old one removed"])
def test_a_project_in_another_place_runs_nothing_again(folder: MakeFolder, tmp_path: Path, how: str) -> None:
    shop = folder({**FILES, "data/more.csv": "a\n7\n", "models/more.sql": "select * from 'data/*.csv'"})
    shop.build()
    shop.build()
    other = Folder(tmp_path / "other place")
    if how == "moved":
        shop.path.rename(other.path)
    else:
        shutil.copytree(shop.path, other.path)
    if "removed" in how:
        shutil.rmtree(shop.path)
    assert "4 cached" in other.build().err
    assert other.rows("SELECT * FROM big ORDER BY n") == RIGHT
    assert other.rows("SELECT * FROM more") == [(7,)]
    texts = " ".join(text for (text,) in other.rows("SELECT sql FROM duckdb_views() WHERE NOT internal"))
    assert str(shop.path) not in texts
    assert other.run("rollback").code == 0
    assert other.rows("SELECT * FROM big ORDER BY n") == RIGHT


NAMES = [
    "with spaces",
    "it's",
    'say "hi"',
    "[a-z]*",
    "{a,b}",
    "k=v",
    "year=2024/month=01",
    "größe 数据 🦆",
    "100%",
    "a;b--c",
    "~",
    "$HOME",
    "new\nline",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_project_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    shop = Folder(tmp_path / name)
    shop.write({**FILES, "data/more.csv": "a\n7\n", "models/more.sql": "select a from 'data/more.csv'"})
    shop.build()
    assert shop.rows("SELECT * FROM big ORDER BY n") == RIGHT
    assert [column for column, *_ in shop.rows("DESCRIBE doubled")] == ["n", "m"]
    shop.write({"seeds/numbers.csv": "n\n5\n"})
    shop.build()
    assert shop.rows("SELECT * FROM big") == [(5, 10)]
    assert shop.rows("SELECT * FROM more") == [(7,)]
    file = tmp_path / "out.duckdb"
    assert shop.run("export", str(file)).code == 0
    assert shop.run("cache", "verify").code == 0
    assert shop.left_over() == []


@pytest.mark.parametrize("name", ["what?", "back\\slash"])
def test_a_folder_in_which_duckdb_cannot_keep_a_database_is_named(tmp_path: Path, name: str) -> None:
    shop = Folder(tmp_path / name)
    shop.write(FILES)
    ended = shop.run("build")
    assert ended.code == 2
    assert "DuckDB cannot keep a database in a folder with" in ended.err
    shop.write({"odibi_project.yml": f"name: shop\ntargets:\n  dev:\n    path: {tmp_path / 'dev.duckdb'}\n"})
    shop.build()
    with duckdb.connect(str(tmp_path / "dev.duckdb"), read_only=True) as reader:
        assert reader.execute("SELECT * FROM big ORDER BY n").fetchall() == RIGHT
