"""`odibi-sql source freshness`, and sources whose content is known in another way than by their bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from odibi_sql import warm
from tests.crash.conftest import MakeFolder
from tests.crash.conftest import folder as folder
from tests.crash.project_files import Folder

ROWS = "id,loaded\n1,2026-01-01 00:00:00\n2,2026-01-03 12:00:00\n"


def sources(table: str, group: str = "") -> Mapping[str, str]:
    """One source, with what its table and its group say, as YAML in braces."""
    yaml = f"sources: [{{name: raw, path: 'data/{{name}}.csv', {group} tables: [{{name: a, {table}}}]}}]\n"
    return {"models/s.yml": yaml, "data/a.csv": ROWS, "models/m.sql": "select * from raw.a"}


LIMITS = "freshness: {warn_after: {count: 12, period: hour}, error_after: {count: 2, period: day}}"
AGES = [
    pytest.param("2026-01-04 00:00", f"loaded_at_field: loaded, {LIMITS}", "pass", id="as old as it may be"),
    pytest.param("2026-01-04 00:01", f"loaded_at_field: loaded, {LIMITS}", "warn", id="a minute more"),
    pytest.param("2026-01-05 12:01", f"loaded_at_field: loaded, {LIMITS}", "error", id="too old"),
    pytest.param("2026-01-04", "loaded_at_field: loaded::DATE + 1, " + LIMITS, "pass", id="an expression"),
    pytest.param(
        "2026-01-04", "loaded_at_query: 'select min(loaded) from {{ this }}', " + LIMITS, "error", id="a query"
    ),
    pytest.param(
        "2026-01-04",
        "loaded_at_field: loaded, freshness: {filter: id < 2, error_after: {count: 1, period: day}}",
        "error",
        id="only rows of the filter",
    ),
    pytest.param(
        "2026-01-04",
        "loaded_at_field: loaded, freshness: {filter: id > 2, warn_after: {count: 1, period: day}}",
        "warn",
        id="no rows",
    ),
    pytest.param("2026-01-04", f"config: {{loaded_at_field: loaded, {LIMITS}}}", "pass", id="under config"),
    pytest.param("2026-01-04", "loaded_at_field: id, " + LIMITS, "runtime error", id="no time"),
    pytest.param("2026-01-04", "loaded_at_field: lodaed, " + LIMITS, "runtime error", id="no column"),
]


def told(shop: Folder, *arguments: str) -> tuple[int, dict[str, str]]:
    ended = shop.run("source", "freshness", "--output", "json", *arguments)
    return ended.code, {row["source"]: row["status"] for row in json.loads(ended.out)}


@pytest.mark.parametrize(("as_of", "table", "status"), AGES)
def test_ages_are_those_of_the_newest_rows(folder: MakeFolder, as_of: str, table: str, status: str) -> None:
    shop = folder(sources(table))
    assert told(shop, "--as-of", as_of) == (int("error" in status), {"raw.a": status})


def test_a_file_is_as_old_as_its_last_change(folder: MakeFolder) -> None:
    shop = folder(sources(LIMITS))
    os.utime(shop.path / "data/a.csv", (1_767_225_600, 1_767_225_600))  # 2026-01-01
    assert told(shop, "--as-of", "2026-01-01T12:00") == (0, {"raw.a": "pass"})
    assert told(shop, "--as-of", "2026-01-02") == (0, {"raw.a": "warn"})
    text = shop.run("source", "freshness", "--as-of", "2026-01-05")
    assert text.code == 1
    assert text.out == (
        "error  raw.a  4.0 days old, by files: 2026-01-01 00:00:00 (warn after 12 hours, error after 2 days)\n"
    )
    assert text.err == "1 source: 1 error\n"


def test_a_table_says_more_and_less_than_its_group(folder: MakeFolder) -> None:
    yaml = (
        f"sources: [{{name: raw, path: data/a.csv, loaded_at_field: loaded, {LIMITS}, tables: [a, "
        "{name: b, freshness: null}, {name: c, freshness: {warn_after: {count: 1, period: minute}}}]}]\n"
    )
    shop = folder({"models/s.yml": yaml, "data/a.csv": ROWS})
    assert told(shop, "--as-of", "2026-01-04") == (0, {"raw.a": "pass", "raw.c": "warn"})
    assert told(shop, "--as-of", "2026-02-01", "--select", "source:raw.c") == (1, {"raw.c": "error"})
    assert told(shop, "--exclude", "source:raw") == (0, {})


def test_a_table_of_a_database_is_asked_too(folder: MakeFolder) -> None:
    yaml = f"sources: [{{name: raw, database: raw.duckdb, loaded_at_field: loaded, {LIMITS}, tables: [a]}}]\n"
    shop = folder({"models/s.yml": yaml})
    with duckdb.connect(str(shop.path / "raw.duckdb")) as connection:
        connection.execute("CREATE TABLE a AS SELECT TIMESTAMPTZ '2026-01-03 12:00:00+00' AS loaded")
    assert told(shop, "--as-of", "2026-01-04") == (0, {"raw.a": "pass"})


def test_without_freshness_there_is_nothing_to_tell(folder: MakeFolder) -> None:
    ended = folder(sources("")).run("source", "freshness")
    assert (ended.code, ended.out, ended.err) == (0, "", "no source that was selected has `freshness`\n")


def reason(shop: Folder) -> str:
    [row] = [row for row in json.loads(shop.run("plan", "--output", "json").out) if row["name"] == "m"]
    return str(row["reason"])


def touch(path: Path) -> None:
    os.utime(path, (1_767_225_600, 1_767_225_600))


MODES = {
    "stat": ("fingerprint: stat", "`raw.a` was written to (`fingerprint: stat`)", "unchanged"),
    "content": ("fingerprint: content", "unchanged", "`raw.a` changed"),
    "query": (
        "fingerprint: {query: 'select count(*) from raw.a'}",
        "unchanged",
        "`raw.a` answers its `fingerprint_query` otherwise",
    ),
    "a query by its other name": (
        "fingerprint_query: 'select max(id) from a'",
        "unchanged",
        "`raw.a` answers its `fingerprint_query` otherwise",
    ),
    "always": (
        "fingerprint: always",
        "`raw.a` counts as new in every build (`fingerprint: always`)",
        "`raw.a` counts as new in every build (`fingerprint: always`)",
    ),
}


@pytest.mark.parametrize("mode", MODES)
def test_how_a_source_is_known(folder: MakeFolder, mode: str) -> None:
    """First its file is touched; then it gets another row, and for `stat` the old size and time."""
    table, touched, changed = MODES[mode]
    shop = folder(sources(table))
    shop.build()
    data = shop.path / "data/a.csv"
    touch(data)
    assert reason(shop) == touched
    shop.build()
    data.write_text(ROWS.replace("\n2,", "\n3,") if mode == "stat" else ROWS + "3,2026-01-04 00:00:00\n")
    touch(data)
    assert reason(shop) == changed


@pytest.mark.parametrize("mode", ["query", "always"])
def test_what_must_be_asked_is_never_answered_from_memory(
    folder: MakeFolder,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = folder(sources(MODES[mode][0]))
    for path in shop.path.rglob("*"):
        touch(path)
    monkeypatch.chdir(shop.path)
    for _ in range(3):
        shop.build()
        assert warm.answer(["build"]) is None
        assert warm.answer(["build", "--project-dir", str(shop.path)]) is None
