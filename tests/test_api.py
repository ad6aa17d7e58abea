"""The Python API: frames in, frames out; nothing prints, nothing exits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import odibi_sql
from odibi_sql.errors import Problems, RunError
from odibi_sql.events import NodeFinished
from tests.conftest import WriteProject

FILES = {
    "seeds/rates.csv": "currency,rate\nEUR,1.1\nUSD,1.0\n",
    "models/orders.sql": "select raw.id, raw.amount * rates.rate as dollars from raw join rates using (currency)",
    "models/total.sql": "select sum(id) as ids, count(*) as n from orders",
}


def frame(*ids: int) -> pd.DataFrame:
    return pd.DataFrame({"id": list(ids), "currency": "EUR", "amount": [1.0 for _ in ids]})


def test_frames_go_in_and_come_out(project: WriteProject, capfd: pytest.CaptureFixture[str]) -> None:
    run = odibi_sql.build(project(FILES), frames={"raw": frame(1, 2)})
    assert run.ok
    assert run["total"].df().to_dict("list") == {"ids": [3], "n": [2]}
    assert set(run) == {"rates", "orders", "total"}
    assert run.summary.counts["ran"] == 3
    assert capfd.readouterr() == ("", "")


def test_arrow_has_the_exact_types(project: WriteProject) -> None:
    run = odibi_sql.build(project({"models/t.sql": "select 1::utinyint as a, 2::decimal(9, 2) as b"}))
    assert run["t"].arrow().schema == pa.schema([("a", pa.uint8()), ("b", pa.decimal128(9, 2))])


def test_a_relation_is_lazy_and_can_be_queried(project: WriteProject) -> None:
    run = odibi_sql.build(project({"models/t.sql": "select range as x from range(100)"}))
    assert run["t"].relation().filter("x > 97").fetchall() == [(98,), (99,)]


def test_the_same_frame_runs_nothing_and_another_runs_its_readers(project: WriteProject) -> None:
    folder = project(FILES)
    odibi_sql.build(folder, frames={"raw": frame(1, 2)})
    again = odibi_sql.build(folder, frames={"raw": frame(2, 1)})
    assert {r.status for r in again.results.values()} == {"cached"}
    other = odibi_sql.build(folder, frames={"raw": frame(1, 2, 3)})
    assert {name: r.status for name, r in other.results.items()} == {"rates": "cached", "orders": "ran", "total": "ran"}
    assert other["total"].df()["n"].tolist() == [3]


def test_a_view_over_a_frame_is_published(project: WriteProject) -> None:
    run = odibi_sql.build(
        project({"models/v.sql": "{{ config(materialized='view') }} select id from s.raw"}), frames={"s.raw": frame(7)}
    )
    assert run["v"].df()["id"].tolist() == [7]


def test_failed_models_are_results_and_not_exceptions(project: WriteProject) -> None:
    run = odibi_sql.build(
        project(
            {"models/a.sql": "select 1 x", "models/b.sql": "select error('boom') x from a", "models/c.sql": "from b"}
        )
    )
    assert not run.ok
    assert {name: r.status for name, r in run.results.items()} == {"a": "ran", "b": "failed", "c": "skipped"}
    assert run["a"].df()["x"].tolist() == [1]
    with pytest.raises(RunError, match="boom"):
        run["b"]
    with pytest.raises(RunError, match="upstream `b` failed"):
        run["c"]
    with pytest.raises(RunError, match="boom"):
        run.raise_for_failure()


def test_an_unknown_name_says_what_was_meant(project: WriteProject) -> None:
    run = odibi_sql.build(project({"models/orders.sql": "select 1 x"}))
    with pytest.raises(KeyError, match="did you mean 'orders'"):
        run["oders"]


def test_a_wrong_project_raises_all_mistakes(project: WriteProject) -> None:
    with pytest.raises(Problems) as caught:
        odibi_sql.build(project({"models/a.sql": "from nope", "models/b.sql": "select ("}))
    assert [error.where.path for error in caught.value.errors if error.where] == ["models/a.sql", "models/b.sql"]


def test_an_unknown_option_says_what_was_meant(project: WriteProject) -> None:
    with pytest.raises(TypeError, match="did you mean 'threads'"):
        odibi_sql.build(project({}), thread=2)


def test_plan_says_what_build_would_do(project: WriteProject) -> None:
    folder = project({"models/a.sql": "select 1 x", "models/b.sql": "from a"})
    assert [step.action for step in odibi_sql.plan_build(folder)] == ["run", "run"]
    odibi_sql.build(folder)
    assert [step.action for step in odibi_sql.plan_build(folder)] == ["cached", "cached"]
    project({"models/a.sql": "select 2 - 1 x"})
    assert [(s.action, s.reason) for s in odibi_sql.plan_build(folder)] == [
        ("run", "SQL changed"),
        ("maybe", "runs unless `a` comes out the same"),
    ]


def test_as_of_is_the_time_of_the_whole_build(project: WriteProject) -> None:
    folder = project({"models/t.sql": "select current_date as d, now() as n"})
    time = datetime(2020, 2, 29, 12, 30, tzinfo=UTC)
    row = odibi_sql.build(folder, as_of=time)["t"].arrow().to_pylist()[0]
    assert row["d"].isoformat() == "2020-02-29"
    assert row["n"] == time


@pytest.mark.parametrize(
    ("time", "day"),
    [("2026-01-31T23:00:00-05:00", date(2026, 2, 1)), ("2026-01-31T23:00:00", date(2026, 1, 31))],
)
def test_as_of_is_in_utc(project: WriteProject, time: str, day: date) -> None:
    folder = project({"models/t.sql": "select current_date as d"})
    odibi_sql.build(folder, as_of=datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert odibi_sql.build(folder, as_of=datetime.fromisoformat(time))["t"].relation().fetchall() == [(day,)]


def test_listeners_hear_every_node(project: WriteProject) -> None:
    heard: list[str] = []
    folder = project({"models/a.sql": "select 1 x", "models/b.sql": "from a"})
    odibi_sql.build(folder, listener=lambda e: heard.append(e.result.name) if isinstance(e, NodeFinished) else None)
    assert heard == ["a", "b"]


def test_engines_may_be_called_pandas(project: WriteProject) -> None:
    folder = project({"models/a.sql": "select 1 x"})
    odibi_sql.build(folder, engine="pandas")
    assert odibi_sql.build(folder, engine="duckdb").results["a"].status == "cached"


def test_only_the_public_names_are_offered() -> None:
    assert odibi_sql.__all__ == ["Result", "Run", "build", "plan_build"]
    with pytest.raises(AttributeError, match="no attribute 'biuld'"):
        odibi_sql.biuld  # noqa: B018


def test_the_command_line_and_python_share_results(project: WriteProject, tmp_path: Path) -> None:
    from odibi_sql.cli import run

    folder = project({"models/a.sql": "select 1 x"})
    assert run(["build", "--quiet", "--project-dir", str(folder)]) == 0
    assert odibi_sql.build(folder).results["a"].status == "cached"
