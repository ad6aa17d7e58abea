"""Sail: Spark's SQL from a process of this program's own, where there is no Java."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

import odibi_sql
from benchmarks.generate import write_project as write_generated
from odibi_sql.cli import run
from odibi_sql.engines.protocol import EngineFailure, Session
from odibi_sql.engines.spark.sail import HINT
from odibi_sql.errors import Problems
from tests.engines.pressing import done_when
from tests.projects import write_project

EXAMPLE = Path(__file__).parent.parent.parent / "example_project"
SAIL = "engines:\n  spark: {server: sail}\n"


@pytest.fixture(autouse=True)
def engine_name() -> str:
    for package in ("pyspark", "pysail", "grpc_status", "zstandard"):
        pytest.importorskip(package)
    return "spark"


@pytest.fixture
def engine_settings() -> dict[str, str | int | float | bool]:
    return {"server": "sail"}


def with_sail(folder: Path) -> None:
    settings = folder / "odibi_project.yml"
    settings.write_text(settings.read_text("utf-8") + SAIL, "utf-8")


def test_a_project_gives_the_rows_and_types_of_duckdb_without_java(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    for name in ("duckdb", "sail"):
        write_generated(tmp_path / name, 200 if pytestconfig.getoption("--thorough") else 60)
    with_sail(tmp_path / "sail")
    assert odibi_sql.build(tmp_path / "duckdb").ok
    environment = {name: value for name, value in os.environ.items() if name not in ("JAVA_HOME", "SPARK_HOME")}
    command = [sys.executable, "-m", "odibi_sql", "build", "--engine", "spark", "--project-dir", str(tmp_path / "sail")]
    for said in (" ran in ", " cached in "):
        done = subprocess.run(command, env={**environment, "PATH": ""}, capture_output=True, text=True)
        assert done.returncode == 0 and said in done.stderr, done.stderr
    assert differences(tmp_path) == []


def test_the_example_project_is_the_same_as_on_duckdb(tmp_path: Path) -> None:
    """All models and checks, on an eighth of the flights, for speed."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    shutil.copytree(EXAMPLE, tmp_path / "duckdb", ignore=shutil.ignore_patterns("warehouse"))
    for file in (tmp_path / "duckdb/data/flights").iterdir():
        duckdb.sql(f"COPY (FROM '{EXAMPLE / 'data/flights' / file.name}' WHERE flight % 8 = 0) TO '{file}'")
    shutil.copytree(tmp_path / "duckdb", tmp_path / "sail")
    with_sail(tmp_path / "sail")
    for name, engine in (("duckdb", "duckdb"), ("sail", "spark")):
        assert odibi_sql.build(tmp_path / name, engine=engine, as_of=at).ok
    assert differences(tmp_path) == ["int_aircraft_rotations: leg_of_day is INTEGER, not BIGINT"]


def differences(folder: Path) -> list[str]:
    """Between what the projects `sail` and `duckdb` in it show."""
    found = []
    with duckdb.connect() as both:
        for name in ("duckdb", "sail"):
            both.execute(f"ATTACH '{folder / name}/warehouse/dev.duckdb' AS {name} (READ_ONLY)")
        names, others = (
            sorted(
                row[0]
                for row in both.execute(
                    f"SELECT view_name FROM duckdb_views() WHERE database_name = '{of}' AND schema_name = 'main'"
                    " AND NOT internal"
                ).fetchall()
            )
            for of in ("sail", "duckdb")
        )
        assert names == others and len(names) >= 25
        for name in names:
            described, expected = (
                both.execute(f"SELECT column_name, column_type FROM (DESCRIBE {of}.main.{name})").fetchall()
                for of in ("sail", "duckdb")
            )
            assert [column[0] for column in described] == [column[0] for column in expected]
            pairs = zip(described, expected, strict=True)
            found += [f"{name}: {one} is {ours}, not {theirs}" for (one, ours), (_, theirs) in pairs if ours != theirs]
            for one, other in (("sail", "duckdb"), ("duckdb", "sail")):
                sql = f"SELECT count(*) FROM (FROM {one}.main.{name} EXCEPT ALL FROM {other}.main.{name})"
                if more := both.execute(sql).fetchall()[0][0]:
                    found.append(f"{name}: {more} rows only on {one}")
    return found


def test_mistakes_are_told_with_their_place(tmp_path: Path) -> None:
    models = {
        "models/column.sql": "{{ config(dialect='spark') }}\nselect\n    custmer_id\nfrom orders\n",
        "models/syntax.sql": "{{ config(dialect='spark') }}\nselect 'é' as a,\n    * except (id)\nfrom orders\n",
        "models/unknown.sql": "{{ config(dialect='spark') }}\nselect\n    soundless(id) as a\nfrom orders\n",
        "models/window.sql": "select max(id) filter (where id > 1) over (order by id) as a from orders\n",
    }
    folder = write_project(tmp_path, models)
    with_sail(folder)
    with pytest.raises(Problems) as raised:
        odibi_sql.build(folder, engine="spark")
    first, second, third, fourth = map(str, raised.value.errors)
    assert first == "models/column.sql:3:5: the column `custmer_id` cannot be found"
    assert second.startswith("models/syntax.sql:3:15: ")
    assert third == f"models/unknown.sql:3:5: Sail has no function `soundless`\n  hint: {HINT}"
    assert fourth.startswith("models/window.sql: Sail cannot run this: ") and len(fourth.splitlines()[0]) < 250


def test_ctrl_c_ends_what_a_run_begins_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = tmp_path / "begun"
    hooks = [
        f"CREATE TABLE begun USING parquet LOCATION '{begun}' AS SELECT 1 AS a",
        "SELECT count(*) FROM range(1000000000000000) WHERE xxhash64(id) = 1",
    ]
    settings = f"name: shop\nengine: spark\non_run_start: {json.dumps(hooks)}\n{SAIL}"
    folder = write_project(tmp_path, {"odibi_project.yml": settings, "models/one.sql": "select 1 as a\n"}, base={})
    with done_when(begun.exists):
        code = run(["build", "--project-dir", str(folder)])
    said = capsys.readouterr().err
    assert (code, "Traceback" in said) == (130, False), said


def servers(pid: int) -> list[int]:
    """Sail among the children of a process: Java may be another."""
    found = (int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [child for child in found if b"sail" in Path(f"/proc/{child}/cmdline").read_bytes()]


needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@needs_proc
def test_after_the_servers_death_the_next_node_gets_another(session: Session, tmp_path: Path) -> None:
    before = session.cursor()
    content = before.write("select 1 as a", tmp_path / "before").content
    (server,) = servers(os.getpid())
    os.kill(server, signal.SIGKILL)
    with pytest.raises(EngineFailure) as raised:
        before.write("select 1 as a", tmp_path / "lost")
    assert raised.value.passing
    before.close()
    after = session.cursor()
    assert after.write("select 1 as a", tmp_path / "after").content == content
    after.close()


@needs_proc
def test_the_server_ends_with_the_program_however_that_ends(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\nfrom odibi_sql.engines.spark.sail import start_server\n"
        f"print(start_server(pathlib.Path({str(tmp_path)!r}))[0], flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None and program.stdout.readline().startswith("sc://127.0.0.1:")
        (server,) = servers(program.pid)
        handle = os.pidfd_open(server)
        program.kill()
    assert select.select([handle], [], [], 60)[0] == [handle]
    os.close(handle)
