"""Rows that come to a large incremental model: what that costs, and how much is written for it.

    python -m benchmarks.incremental FOLDER --rows 10000000 --new 100000

`FOLDER` gets a project for each strategy, whose source is Parquet files: one of `--rows` rows, then one of `--new`
rows a round. Rows have an id that counts, a time that goes with it, a number and a text. `merge, recent` replaces rows
among the last tenth, `merge, anywhere` rows of all ages. Seconds are of CPU; written is what is new in the store.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import duckdb

DAYS = 100
NEWER = "{% if is_incremental() %} where time > (select max(time) from {{ this }}) {% endif %}"
# Name: settings, condition for new rows, and the id of a new row, of which there are `new` after `rows` old ones.
STRATEGIES = {
    "append": ("strategy='append'", NEWER, "{rows} + range"),
    "merge, recent": ("unique_key='id'", NEWER, "{rows} - 1 - (range * 7 + {number}) % ({rows} // 10)"),
    "merge, anywhere": ("unique_key='id'", NEWER, "(range * 97 + {number}) % {rows}"),
    "insert_overwrite": ("strategy='insert_overwrite', partition_by='day'", "{days}", "{rows} - 1 - range"),
    "time_range": ("strategy='time_range', time_column='day', grain='day'", "", "{rows} + range"),
    "table": ("", "", "{rows} + range"),
}
LAST_DAY = "{% if is_incremental() %} where day >= (select max(day) from {{ this }}) {% endif %}"


def make_project(folder: Path, strategy: str, rows: int) -> None:
    settings, condition, _ = STRATEGIES[strategy]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "models").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "odibi_project.yml").write_text(
        "name: growing\nsources: [{name: raw, path: 'data/*.parquet', event_time: time}]\n", "utf-8"
    )
    kind = f"materialized='incremental', {settings}" if settings else "materialized='table'"
    where = condition.replace("{days}", LAST_DAY)
    sql = f"{{{{ config({kind}) }}}}\nselect id, time, time::date as day, v, s from raw {where}\n"
    (folder / "models" / "grown.sql").write_text(sql, "utf-8")
    write_rows(folder / "data" / "0.parquet", "range", rows, rows, 0)


def write_rows(file: Path, ids: str, count: int, rows: int, number: int) -> None:
    """Times go from the first day to the last in the order of ids; rows of a later `number` come after all others."""
    at = f"TIMESTAMP '2026-01-01' + to_microseconds(id * {DAYS * 86_400_000_000 // rows})"
    at = at if not number else f"greatest({at}, TIMESTAMP '2026-04-11') + to_seconds({number})"
    rows_sql = f"SELECT id, {at} AS time, hash(id + {number}) % 1000 AS v, 'row ' || hash(id) AS s"
    duckdb.sql(f"COPY ({rows_sql} FROM (SELECT {ids} AS id FROM range({count}))) TO '{file}'")


def build(folder: Path) -> tuple[float, int]:
    """Seconds of CPU, and bytes that are new in the store."""
    store = folder / "warehouse" / "store"
    before = set(store.glob("??/*.parquet"))
    began = _cpu_s()
    command = [sys.executable, "-m", "odibi_sql", "build", "--quiet", "--project-dir", str(folder)]
    subprocess.run(command, check=True)  # noqa: S603 - our own program
    took = _cpu_s() - began
    return took, sum(file.stat().st_size for file in store.glob("??/*.parquet") if file not in before)


def _cpu_s() -> float:
    """Of the processes that have ended, user and system together: other work on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--new", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strategies", nargs="*", default=list(STRATEGIES))
    given = parser.parse_args()
    sys.stdout.write(
        f"| {given.rows:,} rows, then {given.new:,} | first build | | new rows | |\n|---|---|---|---|---|\n"
    )
    for strategy in given.strategies:
        folder = given.folder / strategy.replace(", ", "-")
        make_project(folder, strategy, given.rows)
        first_s, first_bytes = build(folder)
        later = []
        for number in range(1, given.rounds + 1):
            ids = STRATEGIES[strategy][2].format(rows=given.rows, number=number)
            write_rows(folder / "data" / f"{number}.parquet", ids, given.new, given.rows, number)
            later.append(build(folder))
        seconds = statistics.median(s for s, _ in later)
        written = statistics.median(b for _, b in later)
        first = f"{first_s:.1f} s | {first_bytes / 1e6:.0f} MB"
        sys.stdout.write(f"| {strategy} | {first} | {seconds:.2f} s | {written / 1e6:.1f} MB |\n")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
