"""What a cold build on Spark takes over the same statements sent to Spark by hand: seconds of wall and CPU time.

    python -m benchmarks.spark_overhead FOLDER --models 40 --threads 1 2 --rounds 3
    python -m benchmarks.spark_overhead FOLDER --example --threads 2 --rounds 2
    python -m benchmarks.spark_overhead FOLDER --models 40 --threads 2 --pipelines
    python -m benchmarks.spark_overhead FOLDER --models 8 --rows 2000000 --threads 2

A first build is recorded: what it makes views of, and the SQL it writes, rendered, transpiled and bound. `by hand` is a
program that has nothing else: the same session, one view a table, `spark.sql(…).write.parquet(…)`, as many threads.
What DuckDB hands over to Spark (seeds, CSV files) is there for it as Parquet. `--pipelines` gives the same queries to
Spark's declarative pipelines as materialized views. `--rows` is for models that hold so many rows each. CPU is that of
all processes, Java's too, which outlives Python.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.generate import write_file, write_project

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HERE = Path(__file__).parent.parent
# A history, a table by intervals and a Python model are more than one statement each.
NOT_COMPARED = ("airlines_history", "airport_months", "good_days")
BUILD = ["build", "--engine", "spark", "--no-checks", *(f"--exclude={name}" for name in NOT_COMPARED)]
_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER
_LARGE = """with groups as (select grp, count(*) as members, max(amount) as largest from {read} group by grp)
select
    r.id,
    r.grp,
    r.day + {number} as day,
    cast((r.amount * 7 + g.members) % 100003 as bigint) as amount,
    case when r.amount > g.largest // 2 then 'large' else 'small' end as size
from {read} as r join groups as g on g.grp = r.grp
"""
_ROW = "| {} | {} | {:.1f} s | {:.1f} s | {} | {} |\n"

Timing = tuple[float, float]


def record(project: Path, folder: Path) -> None:
    """Build the project in this process and write down `steps` and what is `given` to them."""
    from odibi_sql.engines.protocol import ONE_FILE, Layout, Written
    from odibi_sql.engines.spark import session, types
    from odibi_sql.relation import Attached, Files, Stored

    given: dict[str, dict[str, Any]] = {}
    steps: list[dict[str, Any]] = []
    made: dict[int, str] = {}  # inodes stay when files are moved into the store

    class Recording(session.SparkCursor):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            self.inputs: dict[str, str] = {}
            self.queries: list[tuple[str, str]] = []

        def create_view(self, name: str, relation: Stored | Files | Attached) -> None:
            super().create_view(name, relation)
            self.note(name)

        def at_hand(self, stored: Stored, readers: Sequence[str]) -> str | None:
            name = super().at_hand(stored, readers)
            if name is not None:
                self.note(name)
            return name

        def note(self, name: str) -> None:
            files = [file.removeprefix("file://") for file in self._spark.table(name).inputFiles()]
            if not files:
                return  # a query that is only bound
            inode = Path(files[0]).stat().st_ino
            if inode not in made:
                made[inode] = f"given_{len(given)}"
                copies = folder / made[inode]
                copies.mkdir()
                for file in files:
                    shutil.copy(file, copies)
                columns = self._session.duckdb.cursor().describe(f"FROM '{copies}/*.parquet'")
                reading = types.reading(columns)
                given[made[inode]] = {"path": str(copies), "schema": reading.schema, "select": reading.select}
            self.inputs[name] = made[inode]

        def create_query_view(self, name: str, sql: str) -> None:
            super().create_query_view(name, sql)
            self.queries.append((name, sql))

        def write(self, sql: str, stem: Path, layout: Layout = ONE_FILE) -> Written:
            written = super().write(sql, stem, layout)
            made[written.parts[0].stat().st_ino] = self._label
            steps.append({"name": self._label, "inputs": self.inputs, "queries": self.queries, "sql": sql})
            return written

    session.SparkCursor = Recording  # type: ignore[misc]
    from odibi_sql.cli import run

    os.chdir(project)
    if run([*BUILD, "--threads", "1"]):
        raise SystemExit("the build that was to be recorded failed")
    (folder / "recording.json").write_text(json.dumps({"given": given, "steps": steps}, indent=1), "utf-8")


def by_hand(recording: dict[str, Any], folder: Path, threads: int) -> None:
    from odibi_sql.engines.protocol import SessionOptions
    from odibi_sql.engines.spark.connecting import connect

    connection = connect(SessionOptions(datetime.now(UTC), threads, folder / "scratch"))
    spark = connection.spark
    for name, one in recording["given"].items():
        frame = spark.read.schema(one["schema"]).parquet(one["path"]).selectExpr(*one["select"])
        frame.createTempView(name)
    waiting = {step["name"]: set(step["inputs"].values()) - set(recording["given"]) for step in recording["steps"]}
    running: dict[Future[None], str] = {}
    steps = {step["name"]: step for step in recording["steps"]}
    with ThreadPoolExecutor(threads) as pool:
        while waiting or running:
            for name in [name for name, upstream in waiting.items() if not upstream][: threads - len(running)]:
                del waiting[name]
                running[pool.submit(_run_step, spark, steps[name], folder)] = name
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                future.result()
                done = running.pop(future)
                for upstream in waiting.values():
                    upstream.discard(done)
    connection.end()


def _run_step(spark: SparkSession, step: dict[str, Any], folder: Path) -> None:
    for name, sql in step["queries"]:
        spark.sql(_named(sql, step["inputs"])).createTempView(name)
    frame = spark.sql(_named(step["sql"], step["inputs"]))
    path = f"file://{folder / step['name']}"
    frame.write.option("compression", "zstd").parquet(path)
    spark.read.schema(frame.schema).parquet(path).createTempView(step["name"])


def _named(sql: str, names: dict[str, str]) -> str:
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), sql)


def write_pipeline(recording: dict[str, Any], folder: Path, threads: int) -> list[str]:
    """The same queries as a project of Spark's declarative pipelines; returns the command that runs it."""
    import pyspark

    from odibi_sql.engines.protocol import SessionOptions
    from odibi_sql.engines.spark.settings import session_properties

    statements = [
        f"CREATE TEMPORARY VIEW {name} AS SELECT {', '.join(one['select'])} FROM parquet.`file://{one['path']}`"
        for name, one in recording["given"].items()
    ]
    for step in recording["steps"]:
        if step["queries"]:
            raise SystemExit("ephemeral models have no like in pipelines: measure a generated project")
        statements.append(f"CREATE MATERIALIZED VIEW {step['name']} AS {_named(step['sql'], step['inputs'])}")
    (folder / "queries").mkdir()
    (folder / "queries" / "all.sql").write_text(";\n".join(statements) + ";\n", "utf-8")
    properties = {
        **session_properties(SessionOptions(datetime.now(UTC), threads, folder)),
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.pipelines.execution.maxConcurrentFlows": str(threads),
    }
    spec = {
        "name": "same",
        "storage": f"file://{folder / 'storage'}",
        "configuration": properties,
        "libraries": [{"glob": {"include": "queries/**"}}],
    }
    (folder / "spark-pipeline.yml").write_text(json.dumps(spec), "utf-8")  # JSON is YAML
    command = Path(pyspark.__file__).parent / "bin" / "spark-pipelines"
    return [str(command), "--remote", f"local[{threads}]", "--conf", "spark.ui.enabled=false", "run"]


def measure(command: list[str], folder: Path) -> Timing:
    """Wall time until the command ends, and the CPU time of it and of all that it started, which is waited for."""
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYSPARK_PYTHON": sys.executable}
    if "spark-pipelines" in command[0]:
        from odibi_sql.engines.protocol import SessionOptions
        from odibi_sql.engines.spark.settings import starting_properties

        # What a build presets; pipelines start Java in their own way.
        preset = starting_properties(SessionOptions(datetime.now(UTC), 2, folder))
        java = preset["spark.driver.extraJavaOptions"]
        environment |= {"JDK_JAVA_OPTIONS": java, "SPARK_HOME": str(Path(command[0]).parent.parent)}
    begun = time.perf_counter()
    with (folder / "said.log").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said, env=environment)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{(folder / 'said.log').read_text('utf-8')[-3000:]}")
    return wall, cpu


def write_large(project: Path, models: int, rows: int) -> None:
    """Models of `rows` rows each: the first reads a Parquet file, each other one of those before."""
    import duckdb

    (project / "data").mkdir(parents=True)
    columns = (
        "range AS id, 'group ' || range % 1000 AS grp, DATE '2026-01-01' + (range % 300)::INTEGER AS day, "
        "(hash(range) % 100000)::BIGINT AS amount"
    )
    duckdb.sql(f"COPY (SELECT {columns} FROM range({rows})) TO '{project}/data/rows.parquet'")
    write_file(project / "odibi_project.yml", "name: large\n")
    write_file(
        project / "models/raw.yml", "sources: [{name: raw, path: 'data/{name}.parquet', tables: [{name: rows}]}]"
    )
    for number in range(models):
        read = f"large_{(number - 1) // 2}" if number else "raw.rows"
        write_file(project / "models" / f"large_{number}.sql", _LARGE.format(read=read, number=number))


def compare(project: Path, folder: Path, given: argparse.Namespace) -> None:
    ours = [sys.executable, "-m", "benchmarks.spark_overhead"]
    recorded = folder / "recorded"
    recorded.mkdir()
    measure([*ours, str(recorded), "--record", str(project)], recorded)
    recording = json.loads((recorded / "recording.json").read_text("utf-8"))
    sys.stdout.write(f"{len(recording['steps'])} models on Spark, {given.rounds} rounds, medians\n\n")
    sys.stdout.write("| threads | | wall | CPU | wall / by hand | CPU / by hand |\n|---|---|---|---|---|---|\n")

    def build(_: Path, threads: int) -> Timing:
        shutil.rmtree(project / "warehouse", ignore_errors=True)
        return measure([sys.executable, "-m", "odibi_sql", *BUILD, "--threads", str(threads)], project)

    def hand(scratch: Path, threads: int) -> Timing:
        return measure([*ours, str(scratch), "--by-hand", str(recorded), "--threads", str(threads)], scratch)

    def pipeline(scratch: Path, threads: int) -> Timing:
        return measure(write_pipeline(recording, scratch, threads), scratch)

    kinds: dict[str, Callable[[Path, int], Timing]] = {"by hand": hand, "`build`, cold": build}
    if given.pipelines:
        kinds["`spark-pipelines run`"] = pipeline
    for threads in given.threads:
        results: dict[str, list[Timing]] = {kind: [] for kind in kinds}
        for _ in range(given.rounds):
            for kind, run in kinds.items():
                scratch = folder / "scratch"
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir()
                results[kind].append(run(scratch, threads))
                wall, cpu = results[kind][-1]
                sys.stderr.write(f"{threads} {kind}: {wall:.1f} s, {cpu:.1f} s of CPU\n")
        middle = {kind: [statistics.median(column) for column in zip(*r, strict=True)] for kind, r in results.items()}
        for kind, (wall, cpu) in middle.items():
            ratios = [f"{one / bare:.2f}" for one, bare in zip((wall, cpu), middle["by hand"], strict=True)]
            sys.stdout.write(_ROW.format(threads, kind, wall, cpu, *ratios))
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=40)
    parser.add_argument("--example", action="store_true", help="the example project instead")
    parser.add_argument("--rows", type=int, help="of each model")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pipelines", action="store_true", help="also as Spark's declarative pipelines")
    parser.add_argument("--record", type=Path, metavar="PROJECT", help=argparse.SUPPRESS)
    parser.add_argument("--by-hand", type=Path, metavar="RECORDED", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = given.folder.resolve()
    if given.record:
        record(given.record.resolve(), folder)
    elif given.by_hand:
        by_hand(json.loads((given.by_hand / "recording.json").read_text("utf-8")), folder, given.threads[0])
    else:
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
        folder.mkdir(parents=True)
        project = folder / "project"
        if given.example:
            shutil.copytree(HERE / "example_project", project, ignore=shutil.ignore_patterns("warehouse"))
        elif given.rows:
            write_large(project, given.models, given.rows)
        else:
            write_project(project, given.models)
        compare(project, folder, given)


if __name__ == "__main__":
    main()
