"""Whoever reads the catalog while builds go on sees one whole build at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import odibi_sql

BUILDS = 20
MODELS = 12

# Opens the catalog again and again, as short-lived clients do, and reads every relation through one connection; it
# says which build numbers it saw in each, from before the first build that it is told of until its input ends.
READER = """
import json, select, sys
import duckdb

catalog, names = sys.argv[1], sys.argv[2].split(",")
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    with duckdb.connect(catalog, read_only=True) as connection:
        seen = sorted({row[0] for name in names for row in connection.execute(f"select n from {name}").fetchall()})
    print(json.dumps(seen), flush=True)
"""

# Keeps one connection open for as long as it reads all relations several times over.
SLOW_READER = READER.replace("for name in names for row", "for _ in range(3) for name in names for row")


def test_readers_see_one_build_at_a_time(tmp_path: Path) -> None:
    names = _write(tmp_path)
    _build(tmp_path, 0)
    catalog = tmp_path / "warehouse" / "dev.duckdb"
    readers = [_start(program, catalog, names) for program in (READER, SLOW_READER)]
    for number in range(1, BUILDS + 1):
        _build(tmp_path, number)
    for reader in readers:
        seen = _stop(reader)
        assert len(seen) > BUILDS / 4, "the reader was too slow to see anything"
        assert [numbers for numbers in seen if len(numbers) != 1] == []
        flat = [numbers[0] for numbers in seen]
        assert flat == sorted(flat)
        assert len(set(flat)) > 2, "the reader saw no change"


def test_a_connection_that_stays_open_keeps_its_build(tmp_path: Path) -> None:
    import duckdb

    names = _write(tmp_path)
    _build(tmp_path, 0)
    with duckdb.connect(str(tmp_path / "warehouse" / "dev.duckdb"), read_only=True) as connection:
        for number in range(1, 4):
            _build(tmp_path, number)
            seen = {row[0] for name in names for row in connection.execute(f"select n from {name}").fetchall()}
            assert seen == {0}


def test_a_build_that_fails_changes_nothing_for_readers(tmp_path: Path) -> None:
    names = _write(tmp_path)
    _build(tmp_path, 0)
    model = tmp_path / "models" / f"{names[-1]}.sql"
    text = model.read_text("utf-8")
    catalog = tmp_path / "warehouse" / "dev.duckdb"
    reader = _start(READER, catalog, names)
    model.write_text("select error('boom') as n", "utf-8")
    before = catalog.read_bytes()
    for number in range(1, 6):
        assert not odibi_sql.build(tmp_path, vars={"number": number}).ok
    assert catalog.read_bytes() == before
    assert set(map(tuple, _stop(reader))) == {(0,)}
    model.write_text(text, "utf-8")
    _build(tmp_path, 6)


def _write(folder: Path) -> list[str]:
    """Models that all show the number of the build: tables, views over them, and both through other models."""
    (folder / "models").mkdir()
    (folder / "odibi_project.yml").write_text("name: numbered\nthreads: 2\nvars: {number: 0}\n", "utf-8")
    names = [f"m{i}" for i in range(MODELS)]
    for i, name in enumerate(names):
        kind = "view" if i % 3 == 2 else "table"
        sql = (
            "select {{ var('number') }} as n, 1 as k"
            if i < 3
            else f"select n, k from m{i - 3} join m{i - 2} using (n, k)"
        )
        (folder / "models" / f"{name}.sql").write_text(f"{{{{ config(materialized='{kind}') }}}} {sql}\n", "utf-8")
    return names


def _build(folder: Path, number: int) -> None:
    assert odibi_sql.build(folder, vars={"number": number}).raise_for_failure().ok


def _start(program: str, catalog: Path, names: list[str]) -> subprocess.Popen[str]:
    """A reader in another process, that has begun to read when this returns."""
    reader = subprocess.Popen(
        [sys.executable, "-c", program, str(catalog), ",".join(names)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    return reader


def _stop(reader: subprocess.Popen[str]) -> list[list[int]]:
    output, _ = reader.communicate(timeout=60)
    assert reader.returncode == 0
    return [json.loads(line) for line in output.splitlines()]
