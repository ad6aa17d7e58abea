"""Which version the next one is built on, when it is built from nothing, and when nothing runs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.incremental.conftest import MakeShop, Shop

APPEND = "{{ config(materialized='incremental') }} select id, v from log"
NEWER = APPEND + "{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}"


def grown(shop: MakeShop, sql: str = APPEND, files: Mapping[str, str] | None = None) -> Shop:
    """Two builds: 1 from nothing, 2 added."""
    one = shop(sql, [(1, "d", 10)], files=files)
    one.build()
    one.log([(2, "d", 20)])
    one.build()
    assert one.kept() == [(1, 10), (2, 20)]
    return one


def test_rows_are_added_once_for_each_change_of_the_inputs(shop: MakeShop) -> None:
    one = grown(shop)
    assert one.outcome("--threads", "1") == ("cached", "unchanged")
    one.log([(1, "d", 10)])  # as it was once: these rows come again, and those since then stay
    assert one.outcome() == ("ran", "`log` changed: append")
    assert one.kept() == [(1, 10), (1, 10), (2, 20)]


def test_two_models_that_differ_in_how_rows_are_added_have_each_their_own(shop: MakeShop) -> None:
    wide = APPEND.replace("id, v", "*")
    models = {
        "newer": NEWER,
        "all": APPEND,
        "appended": wide.replace("'incremental'", "'incremental', on_schema_change='append_new_columns'"),
        "synced": wide.replace("'incremental'", "'incremental', on_schema_change='sync_all_columns'"),
    }
    one = grown(shop, NEWER, {f"models/{name}.sql": sql for name, sql in models.items()})
    one.write({"seeds/log.csv": "v,id,w\n20,2,x\n30,3,y\n"})
    one.build("--threads", "1")
    assert [one.rows(f"SELECT count(*) FROM {name}")[0] for name in ("newer", '"all"')] == [(3,), (4,)]
    assert one.rows("SELECT * FROM appended WHERE id = 3") == [(3, None, 30, "y")]
    assert one.rows("SELECT * FROM synced WHERE id = 3") == [(30, 3, "y")]


def test_no_target_takes_the_history_of_another(shop: MakeShop) -> None:
    one = shop(APPEND, [(1, "d", 10)], files={"odibi_project.yml": "name: x\ntargets: {dev: {}, prod: {}}\n"})
    one.build()
    one.log([(2, "d", 20)])
    one.build()
    one.build("--target", "prod")
    assert one.kept("prod.duckdb") == [(2, 20)]
    one.log([(3, "d", 30)])
    one.build("--target", "prod")
    one.build()
    assert one.kept("prod.duckdb") == [(2, 20), (3, 30)]
    assert one.kept() == [(1, 10), (2, 20), (3, 30)]


def test_a_version_that_was_not_published_is_found_and_not_made_twice(shop: MakeShop) -> None:
    one = grown(shop)
    one.log([(3, "d", 30)])
    one.write({"models/wrong.sql": "select 'x'::integer as n from kept"})
    assert {name: node["status"] for name, node in one.results().items()} == {
        "log": "ran",
        "kept": "ran",
        "wrong": "failed",
    }
    assert one.kept() == [(1, 10), (2, 20)]
    one.remove("models/wrong.sql")
    assert one.outcome() == ("cached", "unchanged")
    assert one.kept() == [(1, 10), (2, 20), (3, 30)]


def test_a_rollback_is_built_upon(shop: MakeShop) -> None:
    one = grown(shop)
    assert one.run("rollback").code == 0
    assert one.kept() == [(1, 10)]
    one.build()  # the inputs hold what they held: the version is there
    assert one.kept() == [(1, 10), (2, 20)]
    one.run("rollback", "1")
    one.log([(3, "d", 30)])
    one.build()
    assert one.kept() == [(1, 10), (3, 30)]


def test_no_cache_is_no_reason_to_add_rows_again(shop: MakeShop) -> None:
    one = grown(shop)
    assert one.outcome("--no-cache") == ("cached", "unchanged")
    one.log([(3, "d", 30)])
    assert one.outcome("--no-cache") == ("ran", "`log` changed: append")
    assert one.kept() == [(1, 10), (2, 20), (3, 30)]


CHANGES: dict[str, tuple[str, str]] = {
    "its SQL": (APPEND.replace("id, v", "id, v + 0 as v"), "SQL changed: full refresh"),
    "a comment": (APPEND + " -- all of them", "unchanged"),
    "the strategy": (
        APPEND.replace("'incremental'", "'incremental', unique_key='id'"),
        "option `incremental_strategy` changed; option `unique_key` changed: full refresh",
    ),
    "the delta alone": (NEWER, "unchanged"),
    "what it reads": (APPEND.replace("from log", "from other"), "SQL changed: full refresh"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_model_that_means_something_else_is_made_anew(shop: MakeShop, change: str) -> None:
    sql, reason = CHANGES[change]
    one = grown(shop)
    one.write({"models/kept.sql": sql, "models/other.sql": "select 2 as id, 20 as v"})
    assert one.run("plan", "--verbose").out.count(reason) >= 1
    assert one.outcome()[1] == reason
    assert one.kept() == ([(1, 10), (2, 20)] if reason == "unchanged" else [(2, 20)])


@pytest.mark.parametrize("change", ["sql", "kind"])
def test_on_change_keep_leaves_the_rows_that_are_there(shop: MakeShop, change: str) -> None:
    one = grown(shop) if change == "sql" else shop("select id, v from log", [(1, "d", 10)])
    one.build()
    kept = one.kept()
    sql = APPEND.replace("'incremental'", "'incremental', on_change='keep'")
    one.write({"models/kept.sql": sql.replace("id, v", "id, v + 0 as v") if change == "sql" else sql})
    assert one.outcome() == ("cached", "unchanged")
    one.log([(3, "d", 30)])
    reason = one.outcome()[1]
    assert "`log` changed" in reason and reason.endswith(": append")
    assert one.kept() == [*kept, (3, 30)]
    assert "already shows" in one.build().err


def test_on_change_fail_refuses_before_anything_runs(shop: MakeShop) -> None:
    strict = APPEND.replace("'incremental'", "'incremental', on_change='fail'")
    one = grown(shop, strict)
    one.write({"models/kept.sql": strict.replace("id, v", "id, v + 1 as v")})
    end = one.run("build")
    assert end.code == 2
    assert "`kept` would have to be made anew (SQL changed), and its `on_change` is `fail`" in end.err
    assert one.build("--full-refresh").code == 0
    assert one.kept() == [(2, 21)]


def test_full_refresh_makes_all_anew_but_those_that_forbid_it(shop: MakeShop) -> None:
    one = grown(shop, files={"models/always.sql": APPEND.replace("'incremental'", "'incremental', full_refresh=false")})
    results = one.results("--full-refresh")
    assert (results["kept"]["reason"], results["always"]["reason"]) == ("--full-refresh", "unchanged")
    assert one.kept() == [(2, 20)]
    assert one.rows("SELECT * FROM always ORDER BY id") == [(1, 10), (2, 20)]
    assert "already shows" in one.build().err


def test_a_model_that_is_always_made_anew_is_as_cached_as_a_table(shop: MakeShop) -> None:
    one = shop(APPEND.replace("'incremental'", "'incremental', full_refresh=true"), [(1, "d", 10)])
    one.build()
    one.log([(2, "d", 20)])
    one.build()
    assert one.kept() == [(2, 20)]
    assert one.outcome("--threads", "1") == ("cached", "unchanged")


def test_reading_oneself_outside_of_is_incremental_is_a_mistake(shop: MakeShop) -> None:
    end = shop(APPEND + " where id > (select max(id) from {{ this }})", []).run("build")
    assert end.code == 2
    assert "model `kept` reads itself as `main.kept`" in end.err
    assert "only where `is_incremental()` is true" in end.err


def test_tables_that_only_the_delta_reads_are_inputs(shop: MakeShop) -> None:
    sql = APPEND + "{% if is_incremental() %} where id in (select id from wanted) {% endif %}"
    one = shop(sql, [(1, "d", 10), (2, "d", 20)], files={"models/wanted.sql": "select 2 as id"})
    one.build()
    one.write({"models/wanted.sql": "select 1 as id"})
    assert one.outcome() == ("ran", "`wanted` changed: append")
    assert one.kept() == [(1, 10), (1, 10), (2, 20)]


def test_a_mistake_in_the_delta_is_found_at_the_first_build(shop: MakeShop) -> None:
    end = shop(APPEND + "\n{% if is_incremental() %}\nwhere id in (select id from nowhere)\n{% endif %}", []).run("ls")
    assert "models/kept.sql:3:29: no model, seed or source is named `nowhere`" in end.err


# -- the store


def test_damage_to_a_shared_file_is_found_and_made_up_for(shop: MakeShop) -> None:
    one = grown(shop)
    for part in one.parts():
        if part.name in one.files():
            part.write_bytes(b"PAR1")
    assert one.outcome() == ("ran", "its published rows are damaged or gone: full refresh")
    assert one.kept() == [(2, 20)]


def test_pruning_and_clearing_leave_what_versions_share(shop: MakeShop) -> None:
    one = grown(shop)
    assert one.run("cache", "clear").code == 0
    assert one.kept() == [(1, 10), (2, 20)]
    one.log([(3, "d", 30)])
    assert one.outcome() == ("ran", "`log` changed: append")
    assert one.run("cache", "prune", "--older-than", "0").code == 0
    assert one.kept() == [(1, 10), (2, 20), (3, 30)]
    assert one.left_over() == []
    assert one.run("cache", "verify").code == 0


# -- on_schema_change

GROWS = APPEND.replace("id, v", "*")
WIDER = "id,day,v,w"
SCHEMA: dict[str, tuple[str, str, str, list[tuple[object, ...]] | str]] = {
    "a new column fails": ("fail", WIDER, "2,d,20,7", "the columns changed: `w` is new"),
    "a missing column fails": ("fail", "id,day", "2,d", "the columns changed: `v` is missing"),
    "another type fails": ("fail", "id,day,v", "2,d,1.5", "the columns changed: `v` was BIGINT, is DOUBLE"),
    "another order is no change": ("fail", "v,day,id", "20,d,2", [(1, "d", 10), (2, "d", 20)]),
    "ignored, a new column is left out": ("ignore", WIDER, "2,d,20,7", [(1, "d", 10), (2, "d", 20)]),
    "ignored, another type is cast": ("ignore", "id,day,v", "2,d,1.0", [(1, "d", 10), (2, "d", 1)]),
    "ignored, a missing column fails": ("ignore", "id,day", "2,d", "the new rows lack `v`, and `on_schema_change`"),
    "appended, it is NULL so far": ("append_new_columns", WIDER, "2,d,20,7", [(1, "d", 10, None), (2, "d", 20, 7)]),
    "appended, a missing one is NULL": ("append_new_columns", "id,day", "2,d", [(1, "d", 10), (2, "d", None)]),
    "synced, both": ("sync_all_columns", "id,day,w", "2,d,7", [(1, "d", None), (2, "d", 7)]),
    "synced, types too": ("sync_all_columns", "id,v,day", "2,1.5,d", [(1, 10.0, "d"), (2, 1.5, "d")]),
}  # fmt: skip


@pytest.mark.parametrize("case", SCHEMA)
@pytest.mark.parametrize("key", ["", ", unique_key='id'"])
def test_columns_that_change(shop: MakeShop, case: str, key: str) -> None:
    rule, columns, row, kept = SCHEMA[case]
    sql = GROWS.replace("'incremental'", f"'incremental', on_schema_change='{rule}'{key}")
    one = shop(sql, [(1, "d", 10)])
    one.build()
    one.write({"seeds/log.csv": f"{columns}\n{row}\n"})
    result = one.results()["kept"]
    if isinstance(kept, str):
        assert result["error"]["message"].startswith(kept)
        assert result["error"]["hint"]
        assert one.kept() == [(1, "d", 10)]
    else:
        assert one.kept() == kept
        assert one.run("cache", "verify").code == 0
