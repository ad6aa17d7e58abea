"""Deltas that say what the whole SQL says: after any edits, the rows are those of a build from nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.incremental.conftest import Shop
from tests.projects import write_project

NEW = "seq > (select coalesce(max(seq), -1) from {{ this }})"
MODELS = {
    "appended": ("strategy='append'", "select seq, key, v from log", f" where {NEW}"),
    "merged": (
        "unique_key='key'",
        "select key, max(seq) as seq, arg_max(v, seq) as v from log",
        f" where key in (select key from log where {NEW})",
    ),
    "first_and_last": (
        "unique_key='key', merge_exclude_columns='first_v'",
        "select key, max(seq) as seq, arg_min(v, seq) as first_v, arg_max(v, seq) as v from log",
        f" where {NEW}",
    ),
    "replaced": (
        "strategy='delete+insert', unique_key=['bucket']",
        "select key % 3 as bucket, seq, key, v from log",
        f" where key % 3 in (select key % 3 from log where {NEW})",
    ),
    "overwritten": (
        "strategy='insert_overwrite', partition_by='bucket'",
        "select nullif(key % 3, 0) as bucket, seq, key, v from log",
        f" where key % 3 in (select key % 3 from log where {NEW})",
    ),
}
BY_KEY = ("merged", "first_and_last")
DAILY = "select day, count(*) as n, sum(v) as v from events group by day"
FILES = {
    "odibi_project.yml": "name: test\n",
    "seeds/types.yml": (
        "seeds: [{name: log, config: {column_types: {seq: BIGINT, key: BIGINT, v: BIGINT}}}, "
        "{name: events, config: {event_time: day, column_types: {day: DATE, v: BIGINT}}}]\n"
    ),
    "models/daily.sql": (
        "{{ config(materialized='incremental', strategy='time_range', time_column='day', grain='day') }} " + DAILY
    ),
    **{
        f"models/{name}.sql": f"{{{{ config(materialized='incremental', {config}) }}}} {sql} "
        f"{{% if is_incremental() %}} {delta} {{% endif %}}{' group by key' if name in BY_KEY else ''}"
        for name, (config, sql, delta) in MODELS.items()
    },
}
WHOLE = {name: sql + (" group by key" if name in BY_KEY else "") for name, (_, sql, _) in MODELS.items()}


@dataclass(frozen=True)
class Edit:
    """`appended` are keys and values at the end of the log, `events` all that there is of days and values."""

    appended: tuple[tuple[int, int], ...]
    events: tuple[tuple[int, int], ...]
    command: str


small = st.integers(0, 8)
edits = st.builds(
    Edit,
    appended=st.lists(st.tuples(small, small), max_size=6).map(tuple),
    events=st.lists(st.tuples(small, small), max_size=8).map(tuple),
    command=st.sampled_from(["build", "build", "build", "skip", "rollback", "other target", "prune", "clear"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(edits, min_size=1, max_size=6))
def test_after_any_edits_the_rows_are_those_of_the_whole_sql(
    tmp_path_factory: pytest.TempPathFactory, edits: list[Edit]
) -> None:
    folder = tmp_path_factory.mktemp("project")
    one = Shop(write_project(folder, {**FILES, "odibi_project.yml": "name: t\ntargets: {dev: {}, other: {}}\n"}, {}))
    log: list[tuple[int, int, int]] = []
    for edit in [*edits, Edit((), (), "build")]:
        log += [(len(log) + n, key, v) for n, (key, v) in enumerate(edit.appended)]
        one.log(log, "seq,key,v")
        events = "".join(f"2026-01-{day + 1:02},{v}\n" for day, v in edit.events)
        one.write({"seeds/events.csv": f"day,v\n{events}"})
        done(one, edit.command)
    for name, sql in {**WHOLE, "daily": DAILY}.items():
        assert sorted(one.rows(f"SELECT * FROM {name}"), key=repr) == sorted(one.rows(sql), key=repr), name
    assert one.run("cache", "verify").code == 0
    contents = {name: node["content"] for name, node in one.results("--verbose").items()}
    anew = {name: node["content"] for name, node in one.results("--full-refresh").items()}
    assert anew == contents


def done(one: Shop, command: str) -> None:
    match command:
        case "build":
            one.build()
        case "other target":
            one.build("--target", "other")
        case "rollback":
            one.run("rollback")
        case "prune":
            one.run("cache", "prune", "--older-than", "0")
        case "clear":
            one.run("cache", "clear")
