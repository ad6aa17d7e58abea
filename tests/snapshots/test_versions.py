"""Snapshots through whole builds: when a version is made, what it builds on, and that none is ever lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from odibi_sql.errors import StoreError
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from tests.crash.conftest import MakeFolder
from tests.crash.conftest import folder as folder
from tests.crash.project_files import Folder

PEOPLE = "id,city\n1,London\n2,Paris\n"
SNAPSHOT = (
    "{{% snapshot history %}}{{{{ config(unique_key='id', strategy='check', check_cols='all'{more}) }}}}"
    "select * from people{where}{{% endsnapshot %}}"
)
SPANS = "SELECT id, city, dbt_valid_from::DATE::VARCHAR, dbt_valid_to::DATE::VARCHAR FROM history ORDER BY ALL"


def snapshot(where: str = "", more: str = ", hard_deletes='invalidate'") -> Mapping[str, str]:
    return {"snapshots/history.sql": SNAPSHOT.format(where=where, more=more)}


def people(rows: str) -> Mapping[str, str]:
    return {"seeds/people.csv": f"id,city\n{rows}\n"}


@pytest.fixture
def shop(folder: MakeFolder) -> Folder:
    """A history of two builds: London became Rome on the 2nd."""
    made = folder({"seeds/people.csv": PEOPLE, **snapshot(), "models/n.sql": "select count(*) as n from history"})
    made.build("--as-of", "2026-01-01")
    made.write(people("1,Rome\n2,Paris"))
    made.build("--as-of", "2026-01-02")
    return made


TWO_BUILDS = [
    (1, "London", "2026-01-01", "2026-01-02"),
    (1, "Rome", "2026-01-02", None),
    (2, "Paris", "2026-01-01", None),
]


def statuses(shop: Folder, *arguments: str) -> Mapping[str, tuple[str, str]]:
    said = shop.build("--output", "json", *arguments).out
    return {one["name"]: (one["status"], one["reason"]) for one in json.loads(said)["results"]}


def number(shop: Folder) -> int:
    return int(json.loads(shop.run("history", "--output", "json").out)[0]["publication"])


def test_a_version_is_made_of_the_one_before_at_the_time_of_the_build(shop: Folder) -> None:
    assert shop.rows(SPANS) == TWO_BUILDS
    assert shop.rows("SELECT n FROM n") == [(3,)]


def test_what_a_version_has_seen_makes_no_other_whatever_the_time(shop: Folder) -> None:
    before = number(shop)
    for time in ("2026-01-02", "2026-02-01", "2027-01-01"):
        assert {status for status, _ in statuses(shop, "--as-of", time).values()} == {"cached"}
    shop.write({"snapshots/history.sql": "-- a comment\n" + snapshot()["snapshots/history.sql"]})
    assert statuses(shop, "--as-of", "2026-03-01")["history"] == ("cached", "unchanged")
    assert (shop.rows(SPANS), number(shop)) == (TWO_BUILDS, before)


def test_the_same_rows_in_another_way_are_no_change(shop: Folder) -> None:
    shop.write(snapshot(where=" where true"))
    assert statuses(shop, "--as-of", "2026-03-01") == {
        "people": ("cached", "unchanged"),
        "history": ("ran", "SQL changed"),
        "n": ("cached", "unchanged"),
    }
    assert shop.rows(SPANS) == TWO_BUILDS


def test_without_stored_results_the_history_goes_on(shop: Folder) -> None:
    assert statuses(shop, "--no-cache", "--as-of", "2026-03-01")["history"][0] == "ran"
    assert shop.rows(SPANS) == TWO_BUILDS


def fail_once(shop: Folder, *arguments: str) -> None:
    shop.write({"models/broken.sql": "select error('no') from history"})
    assert shop.run("build", *arguments).code == 1
    shop.remove("models/broken.sql")


def test_a_version_that_was_not_published_is_made_again_and_not_twice(shop: Folder) -> None:
    shop.write(people("1,Oslo\n2,Paris"))
    fail_once(shop, "--as-of", "2026-01-03")
    assert shop.rows(SPANS) == TWO_BUILDS
    shop.write(people("1,Riga\n2,Paris"))
    fail_once(shop, "--as-of", "2026-01-04")
    shop.build("--as-of", "2026-01-05")
    assert shop.rows(SPANS) == [
        TWO_BUILDS[0],
        (1, "Riga", "2026-01-05", None),
        (1, "Rome", "2026-01-02", "2026-01-05"),
        TWO_BUILDS[2],
    ]


def test_a_version_that_was_not_published_is_found_at_the_same_time(shop: Folder) -> None:
    shop.write(people("1,Oslo\n2,Paris"))
    fail_once(shop, "--as-of", "2026-01-03")
    assert statuses(shop, "--as-of", "2026-01-03")["history"][0] == "cached"


def test_after_a_rollback_the_history_goes_on_from_what_is_shown(shop: Folder) -> None:
    assert shop.run("rollback").code == 0
    assert shop.rows(SPANS) == [(1, "London", "2026-01-01", None), (2, "Paris", "2026-01-01", None)]
    shop.build("--as-of", "2026-01-09")
    assert shop.rows(SPANS) == [
        (1, "London", "2026-01-01", "2026-01-09"),
        (1, "Rome", "2026-01-09", None),
        (2, "Paris", "2026-01-01", None),
    ]


def test_a_change_cannot_be_put_before_the_last_one(shop: Folder) -> None:
    shop.write(people("1,Oslo\n2,Paris"))
    ended = shop.run("build", "--as-of", "2026-01-01T12:00:00")
    assert ended.code == 1
    assert "its history goes beyond the build's time, 2026-01-01 12:00:00" in ended.err
    assert shop.rows(SPANS) == TWO_BUILDS


def test_new_columns_come_and_old_ones_stay_empty(shop: Folder) -> None:
    text = snapshot()["snapshots/history.sql"].replace("select *", "select id, upper(city) as shout")
    shop.write({"snapshots/history.sql": text})
    shop.build("--as-of", "2026-01-03")
    assert shop.rows("SELECT id, city, shout FROM history WHERE dbt_valid_to IS NULL ORDER BY id") == [
        (1, None, "ROME"),
        (2, None, "PARIS"),
    ]
    assert shop.rows("SELECT city, shout FROM history WHERE dbt_valid_to < '2026-01-03'") == [("London", None)]
    columns = [row[0] for row in shop.rows("DESCRIBE history")]
    assert columns == ["id", "city", "dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "shout"]


def test_a_column_that_gets_another_type_is_refused(shop: Folder) -> None:
    text = snapshot()["snapshots/history.sql"].replace("select *", "select id, 1 as city")
    shop.write({"snapshots/history.sql": text})
    ended = shop.run("build")
    assert ended.code == 2
    assert "the column `city` is VARCHAR in the history, and INTEGER now" in ended.err
    assert "city::VARCHAR as city" in ended.err
    assert shop.rows(SPANS) == TWO_BUILDS


def test_the_records_of_deletions_can_come_later(shop: Folder) -> None:
    shop.write(snapshot(more=", hard_deletes='new_record'"))
    shop.write(people("1,Rome"))
    shop.build("--as-of", "2026-01-05")
    deleted = "SELECT id, city, dbt_is_deleted, dbt_valid_to IS NULL FROM history ORDER BY dbt_valid_from, id"
    assert shop.rows(deleted) == [
        (1, "London", "False", False),
        (2, "Paris", "False", False),
        (1, "Rome", "False", True),
        (2, "Paris", "True", True),
    ]


Step = tuple[str, ...] | Mapping[str, str | None]
PRUNE, CLEAR = ("cache", "prune", "--older-than", "0"), ("cache", "clear")
WITHOUT: Mapping[str, str | None] = {"snapshots/history.sql": None, "models/n.sql": None}
NO_ENTRIES, NO_CATALOG = ("forget", "warehouse/store/??/*.json"), ("forget", "warehouse/dev.duckdb")

# Files to write (None: to remove), commands, and what somebody removes from the warehouse.
FORGETTING: Mapping[str, Sequence[Step]] = {
    "cache clear": [CLEAR],
    "cache prune": [PRUNE],
    "entries lost": [NO_ENTRIES],
    "entries lost, then pruned": [NO_ENTRIES, PRUNE],
    "the catalog deleted": [NO_CATALOG],
    "the catalog deleted, then cleared": [NO_CATALOG, CLEAR],
    "the catalog deleted, and a part built": [NO_CATALOG, ("build", "--select", "people"), CLEAR],
    "clean": [("clean", "--yes")],
    "clean --all": [("clean", "--all", "--yes")],
    "made a table for once": [
        {"models/history.sql": "select 1 as id", "snapshots/history.sql": None},
        ("build",),
        CLEAR,
        {"models/history.sql": None, **snapshot()},
    ],
    "left out for twelve builds": [
        WITHOUT,
        *(step for k in range(12) for step in ({"models/k.sql": f"select {k} as k"}, ("build",), CLEAR)),
        snapshot(),
    ],
    "rolled back to before it came back": [WITHOUT, ("build",), snapshot(), ("build",), ("rollback",), CLEAR],
}


def do(shop: Folder, step: Step) -> None:
    if isinstance(step, Mapping):
        shop.write({path: text for path, text in step.items() if text is not None})
        for path in (path for path, text in step.items() if text is None):
            shop.remove(path)
    elif step[0] == "forget":
        for file in shop.path.glob(step[1]):
            file.unlink()
    else:
        shop.run(*step)


@pytest.mark.parametrize("how", FORGETTING)
def test_nothing_takes_a_history_away(shop: Folder, how: str) -> None:
    for step in FORGETTING[how]:
        do(shop, step)
    shop.build("--as-of", "2026-01-05")
    assert shop.rows(SPANS) == TWO_BUILDS


def test_clean_all_asks_for_a_word_of_its_own(shop: Folder) -> None:
    ended = shop.run("clean", "--all", "--yes")
    assert ended.code == 2
    assert "`history`" in ended.err
    assert shop.run("clean", "--all", "--snapshots", "--yes").code == 0
    shop.build("--as-of", "2026-01-05")
    assert shop.rows(SPANS) == [(1, "Rome", "2026-01-05", None), (2, "Paris", "2026-01-05", None)]


@pytest.mark.parametrize("damage", ["gone", "torn", "changed"])
def test_a_damaged_history_is_told_and_not_begun_anew(shop: Folder, damage: str) -> None:
    part = shop.part_of("history")
    data = part.read_bytes()
    if damage == "gone":
        part.unlink()
    else:
        part.write_bytes(data[: len(data) // 2] if damage == "torn" else data[:4] + bytes(40) + data[44:])
    shop.write(people("1,Oslo\n2,Paris"))
    ended = shop.run("build")
    assert ended.code == 2, ended.err
    assert "the history of `history` cannot be read" in ended.err
    part.write_bytes(data)
    shop.build("--as-of", "2026-01-05")
    assert shop.rows(SPANS)[1] == (1, "Oslo", "2026-01-05", None)


def test_two_builds_at_once_make_no_two_histories(shop: Folder) -> None:
    shop.write(people("1,Oslo\n2,Paris"))
    with Orchestrator(BuildOptions(shop.path)) as slow:
        assert slow.plan.steps["history"].action in ("run", "maybe")
        shop.build("--as-of", "2026-01-05")
        shop.write(people("1,Riga\n2,Paris"))
        with pytest.raises(StoreError, match="another build has published a new version of `history`"):
            slow.build()
    shop.build("--as-of", "2026-01-06")
    assert [city for _, city, *_ in shop.rows(SPANS)] == ["London", "Oslo", "Riga", "Rome", "Paris"]


def test_targets_have_histories_of_their_own(folder: MakeFolder) -> None:
    shop = folder(
        {
            "odibi_project.yml": "name: t\ntargets: {dev: {}, prod: {}}\n",
            "seeds/people.csv": PEOPLE,
            **snapshot(),
        }
    )
    shop.build("--as-of", "2026-01-01")
    shop.build("--as-of", "2026-01-02", "--target", "prod")
    begun = {target: shop.rows(SPANS, f"{target}.duckdb")[0][2] for target in ("dev", "prod")}
    assert begun == {"dev": "2026-01-01", "prod": "2026-01-02"}


def test_commands_know_it(shop: Folder, tmp_path: Path) -> None:
    assert "history  snapshot   ← people" in shop.run("ls", "--levels").out
    assert shop.run("ls", "--select", "resource_type:snapshot").out == "history\n"
    assert shop.run("ls", "--select", "config.materialized:snapshot").out == "history\n"
    assert shop.run("ls", "--select", "config.unique_key:id").out == "history\n"
    assert shop.run("ls", "--select", "path:snapshots").out == "history\n"
    assert "Rome" in shop.run("show", "history", "--output", "csv").out
    assert "cached, unchanged" in shop.run("why", "history").out
    assert shop.run("export", str(tmp_path / "out.duckdb")).code == 0
    shop.write(people("1,Oslo\n2,Paris"))
    assert "maybe   history  runs unless `people` comes out the same" in shop.run("plan").out
