"""Fixtures for all tests."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Golden = Callable[[str, str], None]
WriteProject = Callable[[Mapping[str, str]], Path]


def pytest_configure() -> None:
    """A shell's background job ignores Ctrl-C, and so would every build that a test starts and interrupts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden files instead of comparing")
    parser.addoption(
        "--thorough",
        action="store_true",
        help="more of what takes minutes: 200 models on Spark and Sail, all of TPC-DS, Ctrl-C on a cluster",
    )


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
