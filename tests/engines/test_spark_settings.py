"""Settings of Spark: what a project may say, what is preset, and that asking costs neither Spark nor Java."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import EngineFailure, SessionOptions
from odibi_sql.engines.spark.settings import check_settings, result_settings, session_properties, starting_properties
from odibi_sql.errors import ProjectError

REMOTE = {"remote": "sc://localhost:15002"}  # needs no Java

MISTAKES: list[tuple[dict[str, object], str]] = [
    ({"mastr": "local"}, "has no setting `mastr`"),
    ({"spark.sql.shuffle.partitions": 4}, "is not in its place"),
    ({"conf": {"sql.shuffle.partitions": 4}}, "`sql.shuffle.partitions` is no property of Spark"),
    ({"conf": {"spark.sql.session.timeZone": "Europe/Berlin"}}, "is set by odibi-sql itself"),
    ({"conf": {"spark.sql.shuffle.partitions": [4]}}, "takes a text, a number, or true or false"),
    ({"master": "local", **REMOTE}, "both say where Spark is"),
    ({"remote": "localhost:15002"}, "is the address of a Spark Connect server"),
    ({"server": "sale"}, "`server` can be `sail`, and not 'sale'"),
    ({"server": "sail", **REMOTE}, "`remote` and `server` both say where Spark is"),
    ({"version": "4.3", "master": "local"}, "`version` is that of the Spark at `remote`"),
    ({"version": 4.3, **REMOTE}, "`version` is a version of Spark in quotes"),
    ({"version": "4.3.0", **REMOTE}, "`version` is a version of Spark in quotes"),
    ({"sever": "sail"}, "has no setting `sever`"),
    ({"register": "a.b", **REMOTE}, "`register` is the name of a database in Spark's catalog, and not 'a.b'"),
    ({"register": "m", "register_as": "table", **REMOTE}, "`register_as` is `views` or `tables`, and not 'table'"),
    ({"register_as": "tables", **REMOTE}, "`register_as` says how, and nothing where"),
    ({"register": "m", "server": "sail"}, "`register` has nowhere to register: Sail's catalog ends"),
    (
        {"register": "m", "conf": {"spark.sql.catalogImplementation": "in-memory"}, **REMOTE},
        "`register` has nowhere to register: `spark.sql.catalogImplementation` is no metastore",
    ),
]


@pytest.mark.parametrize(("settings", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_told(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        check_settings(settings)


def test_properties_are_made_flat() -> None:
    settings = check_settings({**REMOTE, "conf": {"spark.sql.shuffle.partitions": 4, "spark.x": True}})
    assert settings == {**REMOTE, "conf.spark.sql.shuffle.partitions": 4, "conf.spark.x": True}


@pytest.mark.parametrize(
    ("settings", "threads", "given", "not_given"),
    [
        ({}, 2, "-XX:+UseSerialGC", "TieredStopAtLevel"),
        ({"master": "local[8]"}, 8, "-XX:+UseParallelGC", "TieredStopAtLevel"),
        ({"master": "spark://host:7077"}, 8, "-XX:TieredStopAtLevel=1", "Tier4"),
        ({"conf.spark.driver.extraJavaOptions": "-Dx=1"}, 2, "-XX:Tier4BackEdgeThreshold=4000000", "UseParallelGC"),
    ],
)
def test_java_is_set_up_for_the_rows_that_it_reads(
    settings: dict[str, str], threads: int, given: str, not_given: str, tmp_path: Path
) -> None:
    own = starting_properties(SessionOptions(datetime.now(UTC), threads, tmp_path, settings))
    java = own["spark.driver.extraJavaOptions"]
    assert given in java and not_given not in java
    assert java.endswith(settings.get("conf.spark.driver.extraJavaOptions", ""))


def test_without_java_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ProjectError, match="Spark needs Java") as raised:
        check_settings({})
    assert "apt install" in str(raised.value.hint)
    assert check_settings(REMOTE) == REMOTE


def test_sail_needs_no_java_and_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pysail")
    pytest.importorskip("grpc_status")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert check_settings({"server": "sail"}) == {"server": "sail"}
    with pytest.raises(ProjectError, match=r"Sail has no use for Spark's property `spark\.executor\.memory`"):
        check_settings({"server": "sail", "conf": {"spark.executor.memory": "1g"}})
    monkeypatch.setattr(sys, "path", [str(tmp_path)])  # where nothing is installed
    with pytest.raises(ProjectError, match="`server: sail` needs pysail") as raised:
        check_settings({"server": "sail"})
    assert raised.value.hint == "pip install 'odibi-sql[sail]'"


def test_results_of_sail_are_not_taken_for_sparks() -> None:
    pytest.importorskip("pysail")
    assert dict(result_settings({"server": "sail"}))["server"].startswith("sail 0.")
    assert "server" not in dict(result_settings(REMOTE))


def test_results_of_a_server_are_those_of_its_version() -> None:
    found = {version: result_settings(check_settings({**REMOTE, "version": version})) for version in ("4.2", "4.3")}
    assert found["4.2"] != found["4.3"] and result_settings(REMOTE) not in found.values()


def test_only_what_can_change_a_result_is_part_of_the_key() -> None:
    preset = dict(result_settings({}))
    assert preset["spark.sql.ansi.enabled"] == "true" and preset["spark.sql.session.timeZone"] == "UTC"
    speed = {"master": "local", "conf.spark.sql.shuffle.partitions": 4, "conf.spark.executor.memory": "1g"}
    assert dict(result_settings(speed)) == preset
    assert dict(result_settings({"conf.spark.sql.ansi.enabled": False})) == {
        **preset,
        "spark.sql.ansi.enabled": "false",
    }


def test_the_projects_properties_come_before_the_presets(tmp_path: Path) -> None:
    settings = {"conf.spark.sql.shuffle.partitions": 7, "conf.spark.ui.enabled": True}
    options = SessionOptions(datetime(2024, 1, 1, tzinfo=UTC), 2, tmp_path, settings)
    assert session_properties(options)["spark.sql.shuffle.partitions"] == "7"
    assert starting_properties(options)["spark.ui.enabled"] == "true"
    assert starting_properties(options)["spark.scheduler.mode"] == "FAIR"


def test_the_projects_folder_may_be_called_anything(tmp_path: Path) -> None:
    folder = tmp_path / "a, b 'c"
    properties = starting_properties(SessionOptions(datetime(2024, 1, 1, tzinfo=UTC), 2, folder))
    assert "spark.local.dir" not in properties
    assert properties["spark.driver.extraJavaOptions"].endswith("/a%2C%20b%20%27c/log4j2.properties")


def test_to_register_takes_a_metastore_and_changes_no_result(tmp_path: Path) -> None:
    catalog = "spark.sql.catalogImplementation"
    options = SessionOptions(datetime(2024, 1, 1, tzinfo=UTC), 2, tmp_path, {"register": "mart"})
    assert starting_properties(options)[catalog] == "hive"
    assert "spark.sql.warehouse.dir" not in starting_properties(options)
    metastore = {"register": "mart", f"conf.{catalog}": "hive", "conf.spark.sql.hive.metastore.version": "3.1"}
    assert result_settings(metastore) == result_settings({})


@pytest.mark.parametrize("settings", [{"master": "spark://127.0.0.1:1"}, {"remote": "sc://127.0.0.1:1"}])
def test_where_nothing_answers_it_is_said_at_once(settings: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    from pyspark import SparkContext

    if SparkContext._active_spark_context is not None and "master" in settings:
        pytest.skip("Spark runs already, and would be used")
    options = SessionOptions(datetime(2024, 1, 1, tzinfo=UTC), 2, tmp_path, settings)
    with pytest.raises(EngineFailure, match="nothing answers at") as raised:
        load_engine("spark").open_session(options)
    assert raised.value.passing


def test_what_is_asked_before_a_build_imports_no_pyspark() -> None:
    pytest.importorskip("pyspark")
    code = (
        "import sys\nfrom odibi_sql.engines import load_engine\nengine = load_engine('spark')\n"
        f"engine.version(), engine.result_settings(engine.check_settings({REMOTE}))\n"
        "print(sorted({'pyspark', 'py4j', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
