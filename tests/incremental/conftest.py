"""A project with one incremental model, built again and again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import WriteProject
from tests.crash.project_files import Folder, Rows

Log = Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Shop(Folder):
    """The model under test is `kept`; it reads the seed `log`."""

    def log(self, rows: Log, columns: str = "id,day,v") -> None:
        """Replace the seed's rows."""
        lines = (",".join("" if value is None else str(value) for value in row) for row in rows)
        self.write({"seeds/log.csv": "\n".join((columns, *lines)) + "\n"})

    def results(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """How each node of a build came out, whether or not all is well."""
        said = json.loads(self.run("build", "--output", "json", *arguments).out)
        return {node["name"]: node for node in said["results"]}

    def outcome(self, *arguments: str, of: str = "kept") -> tuple[str, str]:
        """Status and reason of one node of a build."""
        node = self.results(*arguments)[of]
        return node["status"], node["reason"]

    def kept(self, catalog: str = "dev.duckdb") -> Rows:
        return sorted(self.rows("SELECT * FROM kept", catalog), key=repr)

    def files(self) -> set[str]:
        """The files that the catalog reads `kept` from."""
        [(text,)] = self.rows("SELECT sql FROM duckdb_views() WHERE view_name = 'kept'")
        return {part.name for part in self.parts() if part.name in text}


MakeShop = Callable[..., Shop]


@pytest.fixture
def shop(project: WriteProject) -> MakeShop:
    """`shop(sql, rows)`: the model `kept` and the rows of `log`; more files by their paths."""

    def make(sql: str, rows: Log, columns: str = "id,day,v", files: Mapping[str, str] | None = None) -> Shop:
        made = Shop(project({"models/kept.sql": sql, **(files or {})}))
        made.log(rows, columns)
        return made

    return make
