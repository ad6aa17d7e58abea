"""Ctrl-C where this program itself waits for Spark: it is answered with 130, and Spark goes on to be asked aright."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import odibi_sql
from odibi_sql.cli import run
from tests.engines.pressing import asks_java, done_when
from tests.projects import write_project

MODELS = {"models/totals.sql": "select customer_id, sum(amount) as total from orders group by customer_id\n"}
ENDLESS = "SELECT count(*) FROM range(1000000000000000) WHERE id % 7 = 9"


def stopped(folder: Path, running_spark: Any, capsys: pytest.CaptureFixture[str], is_time: Callable[[], bool]) -> None:
    """A build in which Ctrl-C comes then."""
    with done_when(is_time) as pressed:
        code = run(["build", "--engine", "spark", "--project-dir", str(folder)])
    said = capsys.readouterr().err
    assert pressed.is_set()
    assert (code, "Traceback" in said, "a bug" in said) == (130, False, False), said
    assert "interrupted" in said
    assert list((folder / "warehouse" / "store" / "tmp").iterdir()) == []
    assert list(running_spark.sparkContext.statusTracker().getActiveJobsIds()) == []
    assert running_spark.range(3).count() == 3


def builds_again(folder: Path) -> None:
    write_project(folder, {"odibi_project.yml": "name: shop\n"}, base={})
    again = odibi_sql.build(folder, engine="spark")
    assert again.ok and len(again["totals"].relation()) == 2


@pytest.mark.parametrize(("file", "function"), [("schemas.py", "infer"), ("connecting.py", "connect")])
def test_ctrl_c_while_spark_is_asked(
    running_spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, function: str
) -> None:
    folder = write_project(tmp_path, MODELS)
    stopped(folder, running_spark, capsys, asks_java(file, function))
    assert not (folder / "warehouse" / "dev.duckdb").exists()
    builds_again(folder)


@pytest.mark.parametrize("hook", ["on_run_start", "pre_hook", "post_hook", "on_run_end"])
def test_ctrl_c_amid_a_hook_cancels_its_jobs(
    running_spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], hook: str
) -> None:
    hooks = json.dumps(["SELECT 1", ENDLESS])
    text = f"{hook}: {hooks}" if hook.startswith("on_run") else f"models: {{+{hook}: {hooks}}}"
    folder = write_project(tmp_path, {**MODELS, "odibi_project.yml": f"name: shop\n{text}\n"})
    jobs = running_spark.sparkContext.statusTracker()

    def runs() -> bool:
        running = [jobs.getStageInfo(stage) for stage in jobs.getActiveStageIds()]
        return any(stage is not None and stage.numTasks > 1 and stage.numActiveTasks for stage in running)

    stopped(folder, running_spark, capsys, runs)
    assert (folder / "warehouse" / "dev.duckdb").exists() == (hook == "on_run_end")
    builds_again(folder)


@pytest.mark.parametrize(("what", "code"), [("ctrl-c", 130), ("java", 0)])
def test_spark_is_cut_off_as_it_stops(running_spark: object, tmp_path: Path, what: str, code: int) -> None:
    """All is done by then. Its folder is called as people call theirs."""
    files = {"models/one.sql": "select 1 as a\n", "odibi_project.yml": "name: shop\n"}
    folder = write_project(tmp_path / "My é %20 project", files, base={})
    command = [sys.executable, "-m", "tests.engines.pressing", str(folder), what]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "a bug" not in done.stderr, done.stderr
    assert list((folder / "warehouse" / "store" / "tmp").iterdir()) == []
    assert odibi_sql.build(folder, engine="spark").results["one"].status == "cached"
