"""What dies while a build on Spark runs: a machine of the cluster, Java, or this program; and Ctrl-C there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

import odibi_sql
from tests.engines.conftest import JAVA_OPTIONS
from tests.projects import write_project

EXAMPLE = Path(__file__).parents[2] / "example_project"
SLOW = (
    "{{ config(dialect='spark') }}\n"
    "select id % 10 as k, count(*) as n, sum(id % 7) as s from range(20000000) group by id % 10\n"
)
SLOW_OF_EXAMPLE = (
    "select carrier, count(*) as n, sum((distance + x) % 7) as s\n"
    "from raw.flights, range(200) as r(x)\ngroup by carrier\n"
)
pytestmark = pytest.mark.usefixtures("java")
SPARK = {"spark.default.parallelism": "6", "spark.sql.adaptive.enabled": "true"}


def settings(place: str, **conf: str) -> str:
    lines = "".join(f"      {name}: {value}\n" for name, value in {**SPARK, **conf}.items())
    return f"engines:\n  spark:\n    master: {place}\n    conf:\n{lines}"


def build(folder: Path, victim: str, *selected: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.engines.killing", str(folder), "slow", victim, *selected]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, cwd=root, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
    )


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def shown(folder: Path, name: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as catalog:
        rows: list[tuple[object, ...]] = catalog.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
    return rows


@contextmanager
def started(role: str, *arguments: str, until: str) -> Iterator[int]:
    """One of a cluster's processes, in a group of its own, which is killed at the end; yields the group."""
    import pyspark

    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{role}", "--host", "127.0.0.1"]
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_JAVA_OPTS": JAVA_OPTIONS,
    }
    pipe, out = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(
        [*command, *arguments], stdout=pipe, stderr=out, env=environment, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if until in line:
                    break
            else:
                pytest.fail("".join(said))
            threading.Thread(target=process.stdout.read, daemon=True).start()  # or it would wait for a reader
            yield process.pid
        finally:
            with ExitStack() as stack:
                stack.callback(process.wait)
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[int]]]:
    """A standalone master, and the process groups of its two workers."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        arguments = ("--port", port, "--webui-port", "0")
        stack.enter_context(started("master.Master", *arguments, until="New state: ALIVE"))
        workers = []
        for n in range(2):
            limits = ("--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", str(tmp_path / f"worker{n}"))
            worker = started("worker.Worker", *limits, master, until="Successfully registered with master")
            workers.append(stack.enter_context(worker))
        yield master, workers


def test_ctrl_c_and_the_death_of_a_machine_of_the_cluster(
    cluster: tuple[str, list[int]], tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """Some models of the example: views, files that executors read, joins, windows. Ctrl-C, which takes half a minute
    more, where the tests are to be thorough."""
    master, workers = cluster
    chosen = ("slow", "+carrier_punctuality", "+worst_days")
    folders = [tmp_path / "duckdb", tmp_path / "spark"]
    for folder in folders:
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("warehouse", "snapshots"))  # which hold the time
        (folder / "models" / "slow.sql").write_text(SLOW_OF_EXAMPLE)
    assert odibi_sql.build(folders[0], select=chosen, checks=False).ok
    assert odibi_sql.build(folders[1], select=["airports"], checks=False).ok
    catalog = folders[1] / "warehouse" / "dev.duckdb"
    before = catalog.read_bytes()
    project = folders[1] / "odibi_project.yml"
    small = {
        "spark.executor.memory": "512m",
        "spark.driver.host": "127.0.0.1",
        "spark.executor.extraJavaOptions": JAVA_OPTIONS,
    }
    project.write_text(project.read_text() + settings(master, **small))

    if pytestconfig.getoption("--thorough"):
        stopped = build(folders[1], "ctrl-c", *chosen, SPARK_LOCAL_IP="127.0.0.1")
        assert stopped.returncode == 130, stopped.stderr
        status = {row["name"]: row["status"] for row in json.loads(stopped.stdout)["results"]}
        assert status["slow"] == "skipped"
        assert catalog.read_bytes() == before and list((folders[1] / "warehouse" / "store" / "tmp").iterdir()) == []

    ended = told(build(folders[1], str(workers[0]), *chosen, SPARK_LOCAL_IP="127.0.0.1"))
    assert ended["results"]["slow"] == ["ran", 1, None]
    assert {how[0] for how in ended["results"].values()} <= {"ran", "cached"}
    assert {how[1] for how in ended["results"].values()} <= {0, 1}
    assert ended["published"]
    with duckdb.connect() as both:
        for folder in folders:
            both.execute(f"ATTACH '{folder}/warehouse/dev.duckdb' AS {folder.name} (READ_ONLY)")
        listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' AND table_catalog = ?"
        shown = [{name for (name,) in both.execute(listed, [folder.name]).fetchall()} for folder in folders]
        assert shown[0] <= shown[1] and len(shown[0]) >= 6  # on Spark, what DuckDB shows as a query is kept as rows
        for name in shown[0]:
            for one, other in (("spark", "duckdb"), ("duckdb", "spark")):
                sql = f"SELECT count(*) FROM (FROM {one}.main.{name} EXCEPT ALL FROM {other}.main.{name})"
                assert both.execute(sql).fetchone() == (0,), name


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that shows the rows of a quick model, and then gets a slow one."""
    files = {
        "odibi_project.yml": "name: test\n",
        "models/quick.sql": "select 1 as a\n",
    }
    folder = write_project(tmp_path, files)
    assert odibi_sql.build(folder).ok
    changed = {
        "odibi_project.yml": f"name: test\nretry_delay: 0\n{settings('local[2]')}",
        "models/quick.sql": "select 2 as a\n",
        "models/slow.sql": SLOW,
        "models/after.sql": "select sum(n)::bigint as n from slow, quick\n",
    }
    return write_project(folder, changed, base={})


@pytest.mark.parametrize("retries", [0, 1])
def test_java_dies(project: Path, retries: int) -> None:
    settings_file = project / "odibi_project.yml"
    settings_file.write_text(f"{settings_file.read_text()}retries: {retries}\n")
    ended = told(build(project, "java"))
    status, attempts, message = ended["results"]["slow"]
    if retries:
        assert (status, attempts, ended["published"]) == ("ran", 2, True)
        assert (shown(project, "quick"), shown(project, "after")) == ([(2,)], [(20000000,)])
    else:
        assert (status, attempts, ended["published"]) == ("failed", 1, False)
        assert message == "the connection to Spark was lost"
        assert ended["results"]["after"][0] == "skipped"
        assert shown(project, "quick") == [(1,)]


def test_this_program_dies(project: Path) -> None:
    done = build(project, "python")
    assert done.returncode == -signal.SIGKILL
    assert shown(project, "quick") == [(1,)]
    run = odibi_sql.build(project, engine="spark")
    assert run.ok and shown(project, "after") == [(20000000,)]
    assert list((project / "warehouse" / "store" / "tmp").iterdir()) == []
