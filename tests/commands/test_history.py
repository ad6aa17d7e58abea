"""`odibi-sql history` and `rollback`: publications that are kept, and shown again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.projects import write_project

KEYS = ["publication", "current", "published_at", "run_id", "relations", "changed", "removed"]


@pytest.fixture
def three(shop: Path, run: Run) -> Path:
    """Publication 1 is the shop; 2 changes revenue; 3 removes it."""
    run("build")
    write_project(shop, {"models/revenue.sql": "select 7 as amount\n"})
    run("build")
    (shop / "models" / "revenue.sql").unlink()
    run("build")
    return shop


def test_nothing_was_published_yet(shop: Path, run: Run) -> None:
    ran = run("history")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing was published yet\n")
    assert run("history", "--output", "json").json == []


def test_the_current_publication_comes_first(three: Path, run: Run) -> None:
    lines = run("history").out.splitlines()
    assert [line[:6].split() for line in lines] == [["*", "3"], ["2"], ["1"]]
    assert "3 relations, 0 changed, 1 removed" in lines[0]
    assert "4 relations, 1 changed" in lines[1] and "4 relations, 4 changed" in lines[2]


def test_json(three: Path, run: Run) -> None:
    rows = run("history", "-o", "json").json
    assert all(list(row) == KEYS for row in rows)
    assert [(row["publication"], row["current"], sorted(row["changed"]), row["removed"]) for row in rows] == [
        (3, True, [], ["revenue"]),
        (2, False, ["revenue"], []),
        (1, False, ["customers", "orders", "revenue", "stg_orders"], []),
    ]


def test_rollback_shows_the_one_before(three: Path, run: Run) -> None:
    ran = run("rollback")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "publication 4 of target `dev`: 1 relation changed, 0 removed\n"
    assert run("show", "revenue", "-o", "csv").out == "amount\n7\n"


def test_rollback_passes_over_what_shows_the_same(shop: Path, run: Run) -> None:
    """A changed check is no publication, since nothing of it is shown."""
    run("build")
    write_project(shop, {"models/revenue.sql": "select 7 as amount\n"})
    run("build")
    write_project(shop, {"checks/some.sql": "select * from revenue where amount < 0\n"})
    run("build")
    assert run("rollback").err == "publication 3 of target `dev`: 1 relation changed, 0 removed\n"
    assert run("show", "revenue", "-o", "csv").out.splitlines()[0] == "name,amount"


def test_rollback_to_a_number(three: Path, run: Run) -> None:
    assert run("rollback", "1").code == 0
    assert run("show", "revenue", "-o", "csv").out.splitlines()[0] == "name,amount"
    assert run("rollback", "1").err == "target `dev` shows that already (publication 4)\n"


@pytest.mark.parametrize(
    ("number", "said", "hint"),
    [
        ("9", "publication 9 is not kept", "kept are: 3, 2, 1"),
        ("0", "invalid value for `PUBLICATION`: 0 is less than 1", "`odibi-sql rollback --help` "),
        ("x", "invalid value for `PUBLICATION`: `x` is not a whole number", "`odibi-sql rollback --help` "),
    ],
)
def test_rollback_to_what_is_not_there(three: Path, run: Run, number: str, said: str, hint: str) -> None:
    ran = run("rollback", number)
    assert ran.code == 2
    assert ran.err.startswith(f"{said}\n  hint: {hint}")


def test_rollback_without_anything_before(shop: Path, run: Run) -> None:
    assert run("rollback").err == "target `dev` has no publication\n  hint: `odibi-sql build` makes one\n"
    run("build")
    assert run("rollback").err == ("there is no publication before the current one\n  hint: kept are: 1\n")


def test_a_build_after_a_rollback_publishes_what_the_files_say(three: Path, run: Run) -> None:
    run("rollback")
    assert run("build").code == 0
    assert run("show", "revenue").code == 2
