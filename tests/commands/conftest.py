"""A shop to run commands in, and a way to run them in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from odibi_sql import cli
from tests.projects import write_project

MODELS = {
    "models/staging/stg_orders.sql": (
        "{{ config(materialized='view', tags=['daily']) }}\nselect id, customer_id, amount from orders\n"
    ),
    "models/revenue.sql": (
        "select customers.name, sum(stg_orders.amount) as amount\n"
        "from customers\n"
        "join stg_orders on stg_orders.customer_id = customers.id\n"
        "group by all\n"
    ),
}


@dataclass(frozen=True)
class Ran:
    """Exit code and both streams of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two seeds, a view and a table, as the current folder: customers, orders -> stg_orders -> revenue."""
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, MODELS)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("ls", "--levels")` -> what came of it."""

    def command(*arguments: str) -> Ran:
        capsys.readouterr()
        code = cli.run(list(arguments))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return command
