"""What Spark does while SQL is bound: it comes to its end, or is stopped, and leaves nothing running."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from odibi_sql.engines.spark.warming import WORTH_FOR, Warming
from tests.projects import write_project

SOON_S = 60


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "odibi-warming"]


def test_it_reads_and_writes(running_spark: Any, tmp_path: Path) -> None:
    warming = Warming(running_spark, tmp_path)
    for thread in threads():
        thread.join(SOON_S)
    warming.end()
    assert {file.name.partition(".")[0] for file in tmp_path.iterdir()} == {"warm", "warmer"}


def test_it_can_be_stopped_at_once(running_spark: Any, tmp_path: Path) -> None:
    Warming(running_spark, tmp_path).end()
    assert threads() == []
    assert list(running_spark.sparkContext.statusTracker().getActiveJobsIds()) == []
    assert running_spark.range(3).count() == 3


def test_a_build_of_many_models_begins_with_it(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java for Spark to run on")
    log = tmp_path / "log"
    log.mkdir()
    conf = f"{{spark.eventLog.enabled: true, spark.eventLog.dir: 'file:{log}', spark.eventLog.compress: false}}"
    files = {f"models/m{number}.sql": f"select {number} as a\n" for number in range(WORTH_FOR)}
    settings = f"name: many\nengine: spark\nengines: {{spark: {{conf: {conf}}}}}\n"
    folder = write_project(tmp_path / "project", {**files, "odibi_project.yml": settings}, base={})
    command = [sys.executable, "-m", "odibi_sql", "build", "--project-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = [line for file in log.rglob("events_*") for line in file.read_text("utf-8").splitlines()]
    jobs = [event["Properties"] for event in map(json.loads, lines) if event["Event"] == "SparkListenerJobStart"]
    assert len([job for job in jobs if "odibi-sql-warming" in job.get("spark.job.tags", "")]) >= 2
