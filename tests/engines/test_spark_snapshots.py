"""Snapshots on Spark: the histories are those of DuckDB, and one that an engine began the other goes on with."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import odibi_sql
from tests.engines.test_spark_build import shown
from tests.projects import write_project

SNAPSHOTS = """\
snapshots:
  - name: checked
    relation: ref('customers')
    config: {unique_key: id, strategy: check, check_cols: all, hard_deletes: new_record}
  - name: timed
    relation: ref('orders')
    config:
      unique_key: [id, customer_id]
      strategy: timestamp
      updated_at: ordered_on
      hard_deletes: invalidate
      dbt_valid_to_current: "DATE '9999-12-31'"
"""
EDITED = {
    "seeds/customers.csv": "id,name\n1,Ada L.\n3,Linus\n4,Ken\n",
    "seeds/orders.csv": "id,customer_id,amount,ordered_on\n1,1,31.00,2026-01-05\n3,3,99.00,2026-02-01\n",
}


def histories(folder: Path) -> list[list[str]]:
    return [sorted(str(row) for row in shown(folder, name)) for name in ("checked", "timed")]


@pytest.mark.parametrize("engines", [("spark", "spark"), ("duckdb", "spark")], ids=" then ".join)
def test_a_history_is_that_of_duckdb(running_spark: object, tmp_path: Path, engines: tuple[str, str]) -> None:
    found = []
    for number, pair in enumerate([engines, ("duckdb", "duckdb")]):
        folder = write_project(tmp_path / str(number), {"snapshots/s.yml": SNAPSHOTS})
        for day, engine in enumerate(pair, 1):
            as_of = datetime.datetime(2026, 3, day, tzinfo=datetime.UTC)
            assert odibi_sql.build(folder, engine=engine, as_of=as_of).ok
            write_project(folder, EDITED, {})
        found.append(histories(folder))
    assert found[0] == found[1]
    assert [len(rows) for rows in found[0]] == [6, 4]
