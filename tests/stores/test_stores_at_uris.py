"""Results at a URI: builds, and what takes care of the store, are as they are in a folder. No rows lie here."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from msgspec.structs import replace

from odibi_sql import objects
from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.cache.entries import entry_as_json
from odibi_sql.cache.shelves import Objects
from odibi_sql.engines.protocol import Written
from odibi_sql.errors import StoreError
from odibi_sql.objects import below, remove, write
from odibi_sql.relation import Column, Stored
from tests.crash.project_files import Folder, ended, wait_until
from tests.stores.conftest import MakeShop, files_at

MODELS = {
    "models/doubled.sql": "select id, amount * 2 as amount from orders",
    "models/total.sql": "select sum(id)::hugeint as ids, sum(amount) as amount from doubled",
    "models/big.sql": "{{ config(materialized='view') }} select * from doubled where amount > 50",
    "models/m.yml": "models:\n- {name: doubled, columns: [{name: id, data_tests: [unique, not_null]}]}\n",
}
SAIL = "engine: spark\nengines: {spark: {server: sail}}\n"
HOLDING = "ids,amount\n6,283.0\n"


def named(shop: Folder) -> set[str]:
    """URIs that entries name."""
    entries = shop.warehouse.glob("stores/*/??/*.json")
    return {part[0] for entry in entries for part in json.loads(entry.read_bytes())["parts"]}


def at(place: str) -> set[str]:
    """URIs of what lies there, but for the mark that says whose it is."""
    return {found.uri for found in below(place) if not found.uri.endswith("/odibi-sql.json")}


def shown(shop: Folder, name: str) -> str:
    done = shop.run("show", name, "--output", "csv")
    assert done.code == 0, done.err
    return done.out


def stats(shop: Folder) -> dict[str, int]:
    found: dict[str, int] = json.loads(shop.run("cache", "stats", "--output", "json").out)
    return found


def test_a_build_and_the_next_one(shop: MakeShop, place: str) -> None:
    one = shop(place, MODELS)
    assert "7 ran" in one.build().err
    assert shown(one, "total") == HOLDING and shown(one, "big") == "id,amount\n1,60.0\n3,198.0\n"
    assert at(place) == named(one) and len(named(one)) == 6
    assert not list(one.warehouse.rglob("*.parquet")) and not list(one.warehouse.glob("stores/*/tmp/*"))
    assert "7 cached" in one.build().err
    one.write({"models/total.sql": "select count(*) as n from doubled"})
    assert "1 ran" in one.build().err and shown(one, "total") == "n\n3\n"
    assert at(place) == named(one) and len(named(one)) == 7
    assert one.run("rollback").code == 0 and shown(one, "total") == HOLDING


def test_the_rows_that_fail_a_check_are_shown(shop: MakeShop, place: str) -> None:
    files = {"models/a.sql": "select 'wrong' as word", "checks/c.sql": "select * from a where word = 'wrong'"}
    failed = shop(place, files).run("build")
    assert failed.code == 1
    assert "1 row fails\n" in failed.err and "    word\n    wrong\n" in failed.err


def test_what_grows_and_what_keeps_its_history(shop: MakeShop, s3: str) -> None:
    one = shop(
        s3,
        {
            "models/grown.sql": "{{ config(materialized='incremental', unique_key='id') }} select id, amount"
            " from orders{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}",
            "models/history.sql": "{{ config(materialized='snapshot', unique_key='id', strategy='check', check_cols="
            "'all') }} select id, amount from orders",
        },
    )
    one.build("--as-of", "2026-01-01")
    orders = one.path / "seeds/orders.csv"
    orders.write_text(orders.read_text().replace("12.50", "13.50") + "4,2,5.00,2026-02-02\n")
    one.build("--as-of", "2026-01-02")
    assert shown(one, "grown").splitlines()[1:] == ["1,30.0", "2,12.5", "3,99.0", "4,5.0"]
    assert len(shown(one, "history").splitlines()) == 1 + 5
    assert at(s3) == named(one)


def test_on_spark_with_a_model_on_duckdb(shop: MakeShop, s3: str) -> None:
    """Seeds and files are written by DuckDB, models by Sail to the URI itself."""
    pytest.importorskip("pysail")
    pytest.importorskip("grpc_status")
    files = {
        "data/more.csv": "id,amount\n4,1.00\n",
        "models/all_orders.sql": "select id, amount from orders union all select id, amount from raw.more",
        "models/doubled.sql": "select id, amount * 2 as amount from all_orders",
        "models/total.sql": "{{ config(engine='duckdb') }} select sum(id) as ids, sum(amount) as amount from doubled",
        "models/again.sql": "select ids, amount from total",
        "models/raw.yml": "sources: [{name: raw, tables: [{name: more, path: data/more.csv}]}]\n",
    }
    one = shop(s3, MODELS | files, SAIL)
    one.build()
    assert shown(one, "total") == "ids,amount\n10,285.0\n" == shown(one, "again")
    assert at(s3) == named(one)
    assert " cached in" in one.build().err
    assert one.run("cache", "verify").code == 0
    # A build that is killed has written what it handed over to Spark, and two results.
    one.write(
        {
            "data/more.csv": "id,amount\n5,2.00\n",
            "models/last.py": "import os\ndef model(again):\n    os.kill(os.getpid(), 9)\n",
        }
    )
    assert ended(one.start("build")).code == -signal.SIGKILL
    assert at(s3) > named(one) and shown(one, "total") == "ids,amount\n10,285.0\n"
    one.remove("models/last.py")
    one.build()
    assert at(s3) == named(one) and shown(one, "again") == "ids,amount\n11,287.0\n"


def test_damage_is_noticed_and_mended(shop: MakeShop, place: str) -> None:
    one = shop(place, MODELS)
    one.build()
    assert "7 cached" in one.build().err  # which is no proof for the next one
    doubled, *_ = [uri for uri in sorted(named(one)) if objects.look_at([uri])[0] is not None]
    write(doubled, b"no Parquet")
    assert "is not used" in one.build().err and shown(one, "total") == HOLDING
    remove(named(one))
    assert one.run("cache", "verify").code == 1
    one.build()
    assert shown(one, "total") == HOLDING and one.run("cache", "verify").code == 0


def test_taking_care_of_the_store(shop: MakeShop, place: str) -> None:
    one = shop(place, MODELS)
    one.build()
    published = at(place)
    one.write(
        {"models/doubled.sql": "select id, amount * 3 as amount from orders", "models/bad.sql": "select error('x')"}
    )
    assert one.run("build").code == 1
    assert len(at(place)) == len(published) + 4 and stats(one)["parts"] == 10 and stats(one)["orphans"] == 0
    run = sorted(published)[0].rpartition("/")[0]
    write(f"{run}/stray.parquet", b"nobody's")
    assert stats(one)["orphans"] == 1
    assert one.run("cache", "prune").code == 0 and len(at(place)) == len(published) + 4
    assert one.run("cache", "clear").code == 0 and at(place) < published and len(at(place)) == 4
    other = Folder(one.path.rename(one.path.with_name("elsewhere")))
    shop(place, MODELS).build()
    assert other.run("cache", "prune").code == 0 and len(at(place)) == 4 + 6  # not its own
    assert other.run("clean", "--all", "--yes").code == 0 and len(at(place)) == 6


def test_targets_have_stores_of_their_own(shop: MakeShop, place: str) -> None:
    settings = f"targets:\n  dev: {{store: null}}\n  prod: {{store: '{place}/prod'}}\n"
    one = shop(place, MODELS, settings)
    one.build()
    assert files_at(place) == {} and len(one.parts()) == 6
    assert "7 ran" in one.build("--target", "prod").err and len(at(f"{place}/prod")) == 6
    assert one.run("cache", "clear").code == 0  # of the folder's
    assert "7 cached" in one.build("--target", "prod").err and "4 cached" in one.build().err


def test_histories_go_on_where_the_store_moves(shop: MakeShop, s3: str) -> None:
    options = "materialized='snapshot', unique_key='id', strategy='check', check_cols='all'"
    files = {"models/history.sql": f"{{{{ config({options}) }}}} select id, amount from orders"}
    one = shop("null", files)
    for day, uri in enumerate(["null", s3, f"{s3}/again", "null"], 1):
        orders = one.path / "seeds/orders.csv"
        text = orders.read_text()
        shop(uri, files)  # which writes the first orders again
        orders.write_text(text + f"1{day},2,5.00,2026-02-02\n")
        one.build("--as-of", f"2026-01-0{day}")
        assert len(shown(one, "history").splitlines()) == 1 + 3 + day
    assert one.run("rollback", "2").code == 0 and len(shown(one, "history").splitlines()) == 1 + 3 + 2


def test_what_was_put_and_not_linked_is_nobodys(place: str, tmp_path: Path) -> None:
    """Wherever a run is killed between the first byte and the last."""

    def opened(run: str) -> CacheManager:
        objects_at = Objects(tmp_path / "warehouse", place, "shop", run, None)
        return CacheManager(tmp_path / "warehouse/store", run, warnings.append, shelf=objects_at)

    def written(cache: CacheManager, name: str) -> Written:
        file = cache.scratch() / f"{name}.parquet"
        file.write_bytes(name.encode())
        return Written((Column("a", "INTEGER"),), (file,), 1, len(name), name)

    def entry(cache: CacheManager, name: str) -> Entry:
        recipe = Recipe("duckdb", (), "table", name)
        return Entry(recipe.key(), name, recipe, (), name, 1, (), 0.0, cache.run_id, "2026-01-01")

    warnings: list[str] = []
    killed = opened("killed")
    whole = killed.put(entry(killed, "whole"), written(killed, "whole"))
    killed.shelf.take("uploaded" * 8, 7, written(killed, "uploaded"))
    parts = killed.shelf.take("listed" * 8, 8, written(killed, "listed"))
    killed.shelf.settle(written(killed, "listed"), parts, 8, killed.scratch())
    unlinked = replace(entry(killed, "listed"), parts=(*whole.parts, *parts))
    (killed.scratch() / f"{unlinked.key}.8.json").write_bytes(entry_as_json(unlinked))
    write(f"{killed.shelf.parts_at}/3/part-0.parquet", b"Spark's")
    assert len(at(place)) == 4
    living = opened("living")
    written(living, "in the making")
    living.sweep()
    assert len(at(place)) == 4  # it lives
    killed._lock.release()  # type: ignore[union-attr]
    living.sweep()
    (living.scratch().parent / "killed/spill").mkdir(parents=True)  # by a Java that ended after the sweeping
    living.sweep()
    assert at(place) == {whole.parts[0].file} and living.get(whole.key) == whole

    def unreadable(rows: Stored) -> str:
        raise StoreError("no such class")

    with pytest.raises(StoreError, match="no such class"):
        list(living.verify(unreadable))
    assert living.get(whole.key) == whole  # for all that is known, it is as it was written
    living.close()
    assert at(place) == {whole.parts[0].file} and warnings == []
    assert not list((tmp_path / "warehouse").glob("stores/*/tmp/*"))


def test_what_cannot_be_used_is_told_before_anything_runs(
    shop: MakeShop, s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = shop(f"{s3}-not/there", MODELS)
    done = one.run("build")
    assert done.code == 2 and not list(one.warehouse.glob("*.duckdb"))
    assert done.err.startswith(f"odibi_project.yml:4:8: results cannot be kept at `{s3}-not/there`: "), done.err
    assert "The specified bucket does not exist" in done.err and "hint: the bucket must be there" in done.err
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    done = shop(s3, MODELS).run("build")
    assert done.code == 2 and "ACCESS_DENIED" in done.err and "hint: the bucket must be there" in done.err
    (tmp_path / "file").touch()
    one = shop(f"file://{tmp_path}/file/place", MODELS)
    done = one.run("build")
    assert done.code == 2 and done.err.startswith("odibi_project.yml:4:8: results cannot be kept at `file://")


def test_a_place_that_lost_everything_is_no_empty_one(shop: MakeShop, place: str) -> None:
    """Or another endpoint would cost all that is known."""
    one = shop(place, MODELS)
    one.build()
    entries = len(list(one.warehouse.glob("stores/*/??/*.json")))
    remove(found.uri for found in below(place))
    done = one.run("build")
    assert done.code == 2 and "nothing of it is at" in done.err
    assert len(list(one.warehouse.glob("stores/*/??/*.json"))) == entries
    assert one.run("clean", "--all", "--yes").code == 0
    assert "7 ran" in one.build().err and at(place) == named(one)


def test_two_builds_at_once(shop: MakeShop, s3: str) -> None:
    """The second begins and ends while the first is at its last model: it uses, and keeps, what that one has made."""
    waits = "import pathlib, time\ndef model(doubled):\n    pathlib.Path('there').touch()\n"
    waits += "    while not pathlib.Path('go').exists():\n        time.sleep(0.01)\n    return doubled\n"
    one = shop(s3, MODELS | {"models/last.py": waits})
    first = one.start("build", cwd=one.path)
    wait_until(lambda: (one.path / "there").exists(), "the first build to get to its last model")
    try:
        assert "7 cached" in one.build("--exclude", "last").err
        one.write({"models/total.sql": "select count(*) as n from doubled"})
        assert "1 ran" in one.build("--exclude", "last").err
    finally:
        (one.path / "go").touch()
        assert ended(first).code == 0
    assert at(s3) == named(one) and shown(one, "last") == shown(one, "doubled")
    assert "8 cached" in one.build().err
