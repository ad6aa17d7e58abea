"""The fixture of tests that break things."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.conftest import WriteProject
from tests.crash.project_files import Folder

MakeFolder = Callable[[Mapping[str, str]], Folder]


@pytest.fixture
def folder(project: WriteProject) -> MakeFolder:
    """`folder({"models/a.sql": "select 1"})`: a project that can be built and looked into."""
    return lambda files: Folder(project(files))


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    """How often a test kills a build."""
    return 100 if pytestconfig.getoption("--thorough") else 20
