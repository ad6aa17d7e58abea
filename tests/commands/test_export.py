"""`odibi-sql export`: one DuckDB file that needs nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from tests.commands.conftest import Run


def test_the_file_stands_alone(shop: Path, run: Run) -> None:
    run("build")
    ran = run("export", "shop.duckdb")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("shop.duckdb: 4 tables, ")
    shutil.rmtree(shop / "warehouse")
    with duckdb.connect("shop.duckdb", read_only=True) as connection:
        assert connection.execute("from revenue order by name").fetchall() == [("Ada", 42.5), ("Linus", 99.0)]
        kinds = connection.execute("select distinct table_type from information_schema.tables").fetchall()
    assert kinds == [("BASE TABLE",)]


def test_a_file_is_only_replaced_by_force(shop: Path, run: Run) -> None:
    run("build")
    Path("shop.duckdb").write_text("precious")
    ran = run("export", "shop.duckdb")
    assert (ran.code, ran.err) == (2, "`shop.duckdb` exists\n  hint: --force replaces it\n")
    assert Path("shop.duckdb").read_text() == "precious"
    assert run("export", "shop.duckdb", "--force").code == 0


def test_before_the_first_build(shop: Path, run: Run) -> None:
    ran = run("export", "shop.duckdb")
    assert (ran.code, ran.err) == (2, "nothing was published yet\n  hint: `odibi-sql build` makes a publication\n")
    assert not Path("shop.duckdb").exists()


def test_a_folder_that_is_not_there(shop: Path, run: Run) -> None:
    run("build")
    ran = run("export", "nowhere/shop.duckdb")
    assert (ran.code, ran.err) == (2, "no folder `nowhere`\n  hint: make it first\n")
