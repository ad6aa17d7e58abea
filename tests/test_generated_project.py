"""A generated project of 200 models gives what the same SQL gives in one DuckDB session, model by model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import odibi_sql
from benchmarks.generate import generate, write_project


@pytest.fixture(scope="module")
def by_hand() -> Iterator[duckdb.DuckDBPyConnection]:
    seeds, models = generate(200)
    with duckdb.connect() as connection:
        for name, text in seeds.items():
            rows = [line.split(",") for line in text.splitlines()[1:]]
            connection.execute(f"CREATE TABLE {name} (id BIGINT, grp VARCHAR, day DATE, amount BIGINT)")
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)
        for model in models:
            connection.execute(f"CREATE TABLE {model.name} AS {model.sql}")
        yield connection


@pytest.mark.parametrize("threads", [1, 8])
def test_the_same_as_by_hand(tmp_path: Path, by_hand: duckdb.DuckDBPyConnection, threads: int) -> None:
    models = write_project(tmp_path, 200)
    assert odibi_sql.build(tmp_path, threads=threads).ok
    by_hand.execute(f"ATTACH '{tmp_path}/warehouse/dev.duckdb' AS published (READ_ONLY)")
    try:
        for model in models:
            described = "SELECT column_name, column_type FROM (DESCRIBE {}.main.{})"
            mine, theirs = (
                by_hand.execute(described.format(c, model.name)).fetchall() for c in ("published", "memory")
            )
            assert mine == theirs
            for one, other in (("published", "memory"), ("memory", "published")):
                left = by_hand.execute(
                    f"SELECT count(*) FROM (FROM {one}.main.{model.name} EXCEPT ALL FROM {other}.main.{model.name})"
                ).fetchone()
                assert left == (0,), model.name
    finally:
        by_hand.execute("DETACH published")


def test_dbt_edition_of_the_project_is_the_same_to_us(tmp_path: Path) -> None:
    write_project(tmp_path / "plain", 60)
    write_project(tmp_path / "dbt", 60, dbt=True)
    (tmp_path / "dbt" / "odibi_project.yml").write_text("name: generated\n")
    plain, dbt = odibi_sql.build(tmp_path / "plain"), odibi_sql.build(tmp_path / "dbt")
    assert {n: r.content for n, r in plain.results.items()} == {n: r.content for n, r in dbt.results.items()}
