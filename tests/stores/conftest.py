"""Places outside of the warehouse: an S3 server on this machine, and a folder by its URI."""

from __future__ import annotations

import importlib.util
import logging
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from odibi_sql import objects
from tests.crash.project_files import Folder
from tests.projects import write_project

MakeShop = Callable[..., Folder]
_numbers = count()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Its address."""
    if any(importlib.util.find_spec(package) is None for package in ("fsspec", "moto", "flask_cors")):
        pytest.skip("moto is not installed")
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of an empty bucket."""
    bucket = f"bucket-{next(_numbers)}"
    urllib.request.urlopen(urllib.request.Request(f"{s3_server}/{bucket}", method="PUT"))  # noqa: S310
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ALLOW_HTTP"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
    }.items():
        monkeypatch.setenv(name, value)
    return f"s3://{bucket}"


@pytest.fixture(params=["s3", "file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A URI at which nothing is yet."""
    pytest.importorskip("fsspec")
    at: str = f"{request.getfixturevalue('s3')}/some/where" if request.param == "s3" else f"file://{tmp_path}/place"
    return at


@pytest.fixture
def shop(tmp_path: Path) -> MakeShop:
    """`shop(uri, {"models/a.sql": …}, more of odibi_project.yml)`"""

    def make(uri: str, files: dict[str, str], settings: str = "") -> Folder:
        project = {"odibi_project.yml": f"name: shop\nretry_delay: 0\nthreads: 2\nstore: {uri}\n{settings}"}
        return Folder(write_project(tmp_path / "project", project | files))

    return make


def files_at(uri: str) -> dict[str, int]:
    """Names of what is at a place, and their bytes."""
    return {found.uri.removeprefix(f"{uri}/"): found.bytes for found in objects.below(uri)}
