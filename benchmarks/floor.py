"""The floor: the same SQL in one DuckDB file, in topological order, with nothing around it.

    python -m benchmarks.floor FOLDER --models 1000 --cursors 2

`FOLDER` gets the database. The SQL is that of `benchmarks.generate` with the same number and seed. With several
cursors, models whose upstream is done are handed out first come, first served.
"""

from __future__ import annotations

import argparse
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import duckdb

from benchmarks.generate import GeneratedModel, generate


def run(database: Path, models: int, seed: int, cursors: int) -> None:
    seeds, made = generate(models, seed)
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        for name, text in seeds.items():
            csv = database.with_name(f"{name}.csv")
            csv.write_text(text, "utf-8")
            connection.execute(f"CREATE TABLE {name} AS FROM read_csv('{csv}')")
        waiting = {model.name: {up for up in model.upstream if up not in seeds} for model in made}
        by_name = {model.name: model for model in made}
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
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    run(given.folder / "floor.duckdb", given.models, given.seed, given.cursors)


if __name__ == "__main__":
    main()
