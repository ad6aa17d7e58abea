"""Fixtures for all tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

NOW = datetime(2024, 2, 29, 23, 59, 58, 123456, tzinfo=UTC)
Golden = Callable[[str, str], None]
WriteProject = Callable[[Mapping[str, str]], Path]


def pytest_configure() -> None:
    """A shell's background job ignores Ctrl-C, and so would every build that a test starts and interrupts.

    Java's quick compiler is enough for the tests' few rows.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden files instead of comparing")
    parser.addoption(
        "--thorough",
        action="store_true",
        help="more of what takes minutes: 200 models on Spark and Sail, all of TPC-DS, Ctrl-C on a cluster, "
        "expressions as Spark compiles them, five times as many killed builds",
    )


@pytest.fixture(scope="session")
def java() -> None:
    """Without which, and without pyspark, a test of Spark is skipped."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java for Spark to run on")


@pytest.fixture(scope="session")
def running_spark(java: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Spark, started once, as the program starts it; sessions that are opened later find it running."""
    from odibi_sql.engines.protocol import SessionOptions
    from odibi_sql.engines.spark.connecting import connect

    scratch = tmp_path_factory.mktemp("spark")
    connection = connect(SessionOptions(now=NOW, threads=2, scratch=scratch, settings={"master": "local[2]"}))
    yield connection.spark
    connection.end()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(name, text)`: the text is what `golden/<name>`, beside the test's file, holds."""
    folder = request.path.parent / "golden"

    def compare(name: str, text: str) -> None:
        file = folder / name
        if request.config.getoption("--refresh-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        assert file.exists(), f"no {file}: make it with --refresh-golden"
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture
def project(tmp_path: Path) -> WriteProject:
    """`project({path: text})`: the folder of a project with these files, written over those of the call before."""
    folder = tmp_path / "project"

    def write(files: Mapping[str, str]) -> Path:
        for name, text in {"odibi_project.yml": "name: test\n", **files}.items():
            path = folder / name
            if name == "odibi_project.yml" and name not in files and path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return folder

    return write
