"""The floor: the same SQL in one DuckDB file, in topological order, with nothing around it.

    python -m benchmarks.floor FOLDER --models 1000 --cursors 2
    python -m benchmarks.floor FOLDER --tpch DATA

`FOLDER` gets the database. The SQL is that of `benchmarks.generate` with the same number and seed, or of
`benchmarks.tpch`. With several cursors, models whose upstream is done are handed out first come, first served.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import duckdb

from benchmarks.generate import GeneratedModel, generate
from benchmarks.tpch import tpch_models, tpch_sources


def run(database: Path, sources: Mapping[str, str], models: Sequence[GeneratedModel], cursors: int) -> None:
    """`sources` are views by name; those with a schema are only declared."""
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        for name, select in sources.items():
            schema, _, _ = name.rpartition(".")
            if schema:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            connection.execute(f"CREATE {'VIEW' if schema else 'TABLE'} {name} AS {select}")
        waiting = {model.name: {up for up in model.upstream if up not in sources} for model in models}
        by_name = {model.name: model for model in models}
        running: dict[Future[None], str] = {}
        with ThreadPoolExecutor(cursors) as pool:
            ready = [name for name, upstream in waiting.items() if not upstream]
            while ready or running:
                while ready and len(running) < cursors:
                    name = ready.pop(0)
                    running[pool.submit(_run_model, connection.cursor(), by_name[name])] = name
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    ready += _unlocked(running.pop(future), waiting)


def run_generated(folder: Path, models: int, seed: int, cursors: int) -> None:
    seeds, made = generate(models, seed)
    sources = {}
    for name, text in seeds.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
        sources[name] = f"FROM read_csv('{folder / name}.csv')"
    run(folder / "floor.duckdb", sources, made, cursors)


def run_tpch(folder: Path, data: Path, cursors: int) -> None:
    run(folder / "floor.duckdb", tpch_sources(data), tpch_models(), cursors)


def _run_model(cursor: duckdb.DuckDBPyConnection, model: GeneratedModel) -> None:
    cursor.execute(f"CREATE TABLE {model.name} AS {model.sql}")


def _unlocked(done: str, waiting: dict[str, set[str]]) -> list[str]:
    found = []
    for name, upstream in waiting.items():
        if done in upstream:
            upstream.discard(done)
            if not upstream:
                found.append(name)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cursors", type=int, default=2)
    parser.add_argument("--tpch", type=Path, metavar="DATA", help="folder of TPC-H's tables as Parquet")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.tpch:
        run_tpch(given.folder, given.tpch, given.cursors)
    else:
        run_generated(given.folder, given.models, given.seed, given.cursors)


if __name__ == "__main__":
    main()
