"""Measure other tools at the same work, where they are installed: `build` in its states, over the same SQL.

    python -m benchmarks.peers --models 1000 --dbt PATH/TO/dbt --sqlmesh PATH/TO/sqlmesh --rounds 1

Each tool has the edition of the project that it needs: ref() for dbt, MODEL headers for SQLMesh, SELECTs for yato,
and for lea names with the folder's; where a tool knows no seeds, a SELECT reads the file. Its own command is what is
run, as a process, with two threads where it takes threads. dbt and yato build everything each time.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import GeneratedModel, generate, write_file, write_project
from benchmarks.measure import Case, Measured, measure, table


@dataclass(frozen=True)
class Peer:
    """`write` makes its edition of the project; `made` are what its builds leave there."""

    name: str
    write: Callable[[Path, int], None]
    build: list[str]
    made: tuple[str, ...]
    models: str = "models"


def dbt(program: str) -> Peer:
    def write(folder: Path, models: int) -> None:
        write_project(folder, models, dbt=True)

    return Peer("dbt", write, [program, "build", "--profiles-dir", "."], ("generated.duckdb", "target", "logs"))


def sqlmesh(program: str) -> Peer:
    return Peer(
        "SQLMesh",
        _write_for_sqlmesh,
        [program, "plan", "--auto-apply", "--no-prompts"],
        ("generated.duckdb", ".cache", "logs"),
    )


def yato(program: str) -> Peer:
    def write(folder: Path, models: int) -> None:
        seeds, made = generate(models)
        _write_seeds_as_queries(folder, folder / "models", seeds)
        for model in made:
            write_file(folder / "models" / f"{model.name}.sql", model.sql)

    return Peer("yato", write, [program, "run", "--db", "generated.duckdb", "models"], ("generated.duckdb",))


def lea(program: str) -> Peer:
    def write(folder: Path, models: int) -> None:
        seeds, made = generate(models)
        scripts = folder / "scripts" / "marts"
        _write_seeds_as_queries(folder, scripts, seeds)
        for model in made:
            write_file(scripts / f"{model.name}.sql", _qualified(model, "marts"))

    return Peer("lea", write, [program, "run", "--production"], ("generated.duckdb",), "scripts")


def _write_seeds_as_queries(folder: Path, models: Path, seeds: Mapping[str, str]) -> None:
    for name, text in seeds.items():
        path = folder / "seeds" / f"{name}.csv"
        write_file(path, text)
        write_file(models / f"{name}.sql", f"select id, grp, day, amount from read_csv('{path}')\n")


def _qualified(model: GeneratedModel, schema: str) -> str:
    sql = model.sql
    for name in model.upstream:
        sql = re.sub(rf"\b(from|join) {name}\b(?! as)", rf"\1 {schema}.{name} as {name}", sql)
        sql = re.sub(rf"\b(from|join) {name} as\b", rf"\1 {schema}.{name} as", sql)
    return sql


def _write_for_sqlmesh(folder: Path, models: int) -> None:
    seeds, made = generate(models)
    connection = "{type: duckdb, database: generated.duckdb, concurrent_tasks: 2}"
    config = f"gateways: {{local: {{connection: {connection}}}}}\nmodel_defaults: {{dialect: duckdb}}\n"
    write_file(folder / "config.yaml", config)
    for name, text in seeds.items():
        write_file(folder / "seeds" / f"{name}.csv", text)
        columns = "id bigint, grp text, day date, amount bigint"
        seed = f"MODEL (name main.{name}, kind SEED (path '../seeds/{name}.csv'), columns ({columns}));\n"
        write_file(folder / "models" / f"{name}.sql", seed)
    for model in made:
        text = f"MODEL (name main.{model.name}, kind FULL);\n{_qualified(model, 'main')}"
        write_file(folder / "models" / f"layer_{model.layer}" / f"{model.name}.sql", text)


def cases(peer: Peer, project: Path) -> list[Case]:
    leaf = max(project.glob(f"{peer.models}/**/m0*.sql"), key=lambda path: path.name)
    root = min(project.glob(f"{peer.models}/**/m0*.sql"), key=lambda path: path.name)

    def edit(path: Path, text: str) -> None:
        path.write_text(path.read_text("utf-8") + text, "utf-8")
        time.sleep(0.2)

    def clean() -> None:
        for name in peer.made:
            path = project / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    return [
        Case(f"{peer.name}: the first build", peer.build, clean, project),
        Case(f"{peer.name}: nothing to do", peer.build, lambda: None, project),
        Case(f"{peer.name}: after a comment in a root model", peer.build, lambda: edit(root, "-- more\n"), project),
        Case(
            f"{peer.name}: after an edit of one leaf",
            peer.build,
            lambda: edit(leaf, f"and ranked.id <> {time.time_ns()}\n"),
            project,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--dbt", metavar="PROGRAM", help="dbt-core with dbt-duckdb")
    parser.add_argument("--sqlmesh", metavar="PROGRAM", help="SQLMesh with its extra for DuckDB")
    parser.add_argument("--yato", metavar="PROGRAM", help="yato-lib")
    parser.add_argument("--lea", metavar="PROGRAM", help="lea-cli")
    given = parser.parse_args()
    programs = ((dbt, given.dbt), (sqlmesh, given.sqlmesh), (yato, given.yato), (lea, given.lea))
    peers = [make(program) for make, program in programs if program]
    os.environ |= {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}
    os.environ |= {"LEA_WAREHOUSE": "duckdb", "LEA_DUCKDB_PATH": "generated.duckdb"}
    results: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for peer in peers:
            project = Path(folder) / peer.name
            peer.write(project, given.models)
            for _ in range(given.rounds):
                for case in cases(peer, project):
                    case.prepare()
                    results.setdefault(case.name, []).append(measure(case.command, project))
    sys.stdout.write(f"{given.rounds} rounds, medians\n\n{table(results)}\n")


if __name__ == "__main__":
    main()
