"""A node's SQL for the types of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from odibi_sql.compile import compile_project
from odibi_sql.project import read_project
from odibi_sql.relation import Column
from odibi_sql.typed import Fitted, typed
from tests.projects import write_project


def test_sql_is_made_once_for_the_same_types(tmp_path: Path) -> None:
    folder = write_project(tmp_path, {"models/more.sql": "select round(amount, 1) as more from orders\n"})
    node = compile_project(read_project(folder), "spark").check().dag.nodes["more"]
    asked: list[str] = []

    def describe(sql: str) -> Sequence[Column]:
        asked.append(sql)
        return (Column("c0", "BIGINT" if "BIGINT" in sql else "DOUBLE"),)

    assert node.model.statement.needs_types
    before: Fitted = {}
    whole = typed(node, {"orders": {"amount": "DOUBLE"}}, describe, before)
    questions = len(asked)
    again = typed(node, {"orders": {"amount": "DOUBLE"}}, describe, before)
    assert again.model.statement is whole.model.statement and again.slots == whole.slots
    assert len(asked) == questions
    other = typed(node, {"orders": {"amount": "BIGINT"}}, describe, before)
    assert other.model.statement.sql != whole.model.statement.sql
    assert other.model.statement.sql == typed(node, {"orders": {"amount": "BIGINT"}}, describe).model.statement.sql
