"""Checks on Spark find the rows that they find on DuckDB."""

from __future__ import annotations

from pathlib import Path

import pytest

import odibi_sql
from odibi_sql.errors import OdibiError
from tests.checks.test_kinds import AS_OF, CASES, NAMES, files
from tests.projects import write_project


@pytest.fixture(scope="module")
def built(running_spark: object, tmp_path_factory: pytest.TempPathFactory) -> odibi_sql.Run:
    folder = write_project(tmp_path_factory.mktemp("spark"), files(), {})
    return odibi_sql.build(folder, engine="spark", as_of=AS_OF)


@pytest.mark.parametrize(("name", "case"), list(zip(NAMES, CASES, strict=True)), ids=[case[2] for case in CASES])
def test_a_check_finds_as_many_rows(built: odibi_sql.Run, name: str, case: tuple[str, str | None, str, object]) -> None:
    result, expected = built.results[name], case[3]
    assert result.error is None
    assert result.rows == (len(expected) if isinstance(expected, list) else expected)


def test_a_mistake_has_its_place_in_yaml(running_spark: object, tmp_path: Path) -> None:
    columns = "[{name: x, tests: [not_null, unique]}, {name: z, tests: [not_null]}]"
    models = {"models/a.sql": "select 1 as x", "models/a.yml": f"models: [{{name: a, columns: {columns}}}]\n"}
    with pytest.raises(OdibiError) as caught:
        odibi_sql.build(write_project(tmp_path, models, {"odibi_project.yml": "name: x\n"}), engine="spark")
    assert str(caught.value).startswith("models/a.yml:1:")
