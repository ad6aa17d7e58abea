"""Spark Connect: a server far away gives what Spark in this program gives."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odibi_sql.cli import run
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import EngineFailure, Session, SessionOptions
from tests.engines.conftest import JAVA_OPTIONS
from tests.engines.pressing import done_when
from tests.engines.test_spark_incremental import grows_as_on_duckdb
from tests.projects import write_project

NOW = datetime(2024, 2, 29, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server writes what its UI shows."""
    return tmp_path_factory.mktemp("events")


@pytest.fixture(scope="module")
def remote(java: None, events: Path) -> Iterator[str]:
    """The address of a server that is started for these tests."""
    for package in ("grpc", "grpc_status", "zstandard"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    import pyspark

    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += ["--master", "local[2]", "--driver-java-options", JAVA_OPTIONS]
    conf = {
        "spark.ui.enabled": "false",
        "spark.connect.grpc.binding.port": port,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.compress": "false",
    }
    command += [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    command.append("spark-internal")
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    pipe, out = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, stdout=pipe, stderr=out, env=environment, text=True) as server:
        try:
            assert server.stdout is not None
            said = []
            for line in server.stdout:
                said.append(line)
                if "Spark Connect server started at" in line:
                    break
            else:
                pytest.fail("".join(said))
            threading.Thread(target=server.stdout.read, daemon=True).start()  # or it would wait for a reader
            yield f"sc://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture
def session(remote: str, tmp_path: Path) -> Iterator[Session]:
    opened = load_engine("spark").open_session(SessionOptions(NOW, 2, tmp_path / "scratch", {"remote": remote}))
    yield opened
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        opened.close()


def test_nodes_are_run_as_on_a_spark_of_ones_own(session: Session, tmp_path: Path) -> None:
    def work(n: int) -> list[str]:
        cursor = session.cursor(f"work {n}")
        contents = []
        for turn in range(2):
            name = f"view_{turn}_of_{n}"
            cursor.create_query_view(name, f"select {n} as a, i from range({n * 1000 + turn}) t(i)")
            sql = f"select min(a) as low, count(*) as n, current_date as d from {name}"
            written = cursor.write(sql, tmp_path / f"{n}-{turn}")
            assert session.content(written.stored()) == written.content
            contents.append(written.content)
        cursor.close()
        return contents

    with ThreadPoolExecutor(4) as pool:
        contents = list(pool.map(work, range(1, 5)))
    cursor = session.cursor()
    for n, made in enumerate(contents, 1):
        sql = f"select {n} as low, {n * 1000 + 1}::bigint as n, date '2024-02-29' as d"
        assert cursor.write(sql, tmp_path / f"e{n}").content == made[1]
    cursor.close()


def test_a_server_of_another_version_is_refused(
    remote: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also after it was upgraded, by the first build that has anything to do there."""
    place = f"name: shop\nengine: spark\nengines: {{spark: {{remote: '{remote}', version: '4.2'}}}}\n"
    folder = write_project(tmp_path, {"odibi_project.yml": place, "models/one.sql": "select 1 as a\n"}, base={})
    assert run(["build", "--project-dir", str(folder)]) != 0
    said = capsys.readouterr().err
    assert f"at {remote} is Spark 4.3, and results are kept as those of Spark 4.2" in said
    assert 'hint: `version: "4.3"` beside `remote` makes them anew' in said


def test_mistakes_have_their_places(session: Session, tmp_path: Path) -> None:
    sql = "select 'é' as a,\n       nope + 1 as b\nfrom (select 1 as node)"
    with pytest.raises(EngineFailure) as raised:
        session.cursor().write(sql, tmp_path / "r")
    assert (raised.value.offset, raised.value.suggestion) == (sql.index("nope"), "node")


def test_an_interrupt_ends_its_own_query_alone(session: Session, tmp_path: Path) -> None:
    cursor, other = session.cursor(), session.cursor()
    endless = "select count(*) as n from range(1000000000000) where xxhash64(id) = 1"
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(cursor.write, endless, tmp_path / "r")
        finishing = pool.submit(other.write, "select count(*) as n from range(1000)", tmp_path / "s")
        while not running.done():
            cursor.interrupt()
        assert finishing.result().rows == 1
    with pytest.raises(EngineFailure) as raised:
        running.result()
    assert raised.value.interrupted
    assert list(tmp_path.glob("r*")) == []


def test_ctrl_c_ends_what_a_run_begins_with(remote: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = tmp_path / "begun"
    hooks = [
        f"INSERT OVERWRITE DIRECTORY '{begun}' USING parquet SELECT 1 AS a",
        "SELECT count(*) FROM range(1000000000000000) WHERE xxhash64(id) = 1",
    ]
    place = f"name: shop\nengine: spark\nengines: {{spark: {{remote: '{remote}'}}}}\n"
    files = {"odibi_project.yml": f"{place}on_run_start: {json.dumps(hooks)}\n", "models/one.sql": "select 1 as a\n"}
    folder = write_project(tmp_path, files, base={})
    with done_when((begun / "_SUCCESS").exists):
        code = run(["build", "--project-dir", str(folder)])
    said = capsys.readouterr().err
    assert (code, "Traceback" in said) == (130, False), said


def test_jobs_bear_the_name_of_the_node(session: Session, events: Path, tmp_path: Path) -> None:
    cursor = session.cursor("daily, orders")
    cursor.write("select count(*) as n from range(10)", tmp_path / "r")
    cursor.close()
    until = time.monotonic() + 60
    while not (tags := jobs_tags(events, "daily  orders")) and time.monotonic() < until:
        pass  # what a listener was told is written a moment later
    assert tags


def jobs_tags(events: Path, word: str) -> list[str]:
    """Those with a word, of jobs that have begun."""
    lines = (line for file in events.rglob("events_*") for line in file.read_text("utf-8").splitlines())
    begun = [json.loads(line) for line in lines if '"SparkListenerJobStart"' in line and line.endswith("}")]
    return [tag for event in begun for tag in event["Properties"]["spark.job.tags"].split(",") if word in tag]


def test_growing_models_have_the_rows_of_duckdb(remote: str, tmp_path: Path) -> None:
    grows_as_on_duckdb(tmp_path, f"engines: {{spark: {{remote: '{remote}'}}}}\n", ("updated", "by_place"))
