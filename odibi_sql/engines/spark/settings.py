"""A project's settings for Spark -> checked settings, what a session starts with, and what of it can change a result.

`master` (`local[*]`, `spark://host:7077`), `remote` (`sc://host:15002`, Spark Connect) or `server` (`sail`) say where
Spark is, `version` which one is at `remote`; `conf` has Spark's own properties, by name; `register` names the database
of its catalog in which published tables are listed, and `register_as` in what form. What the project does not set is
preset here, each for a reason.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from odibi_sql.engines.protocol import SessionOptions
from odibi_sql.engines.spark import sail
from odibi_sql.errors import ProjectError, nearest

TIME_ZONE = "UTC"
CONF = "conf."
PLACES = ("master", "remote", "server")
REGISTER = "register"
REGISTER_AS = "register_as"
VERSION = "version"
_CATALOG = "spark.sql.catalogImplementation"
_DATABASE = re.compile(r"\w+", re.ASCII)
_MAJOR_AND_MINOR = re.compile(r"\d+\.\d+")
Value = str | int | float | bool

# Where two engines are to give the same rows, what they do with the same SQL must not depend on who set up the machine.
_MEANING: Mapping[str, Value] = {
    "spark.sql.ansi.enabled": True,  # overflows and failing casts are errors, as on DuckDB, not silent NULLs
    "spark.sql.decimalOperations.allowPrecisionLoss": False,  # a product's digits are kept, or it is an error
    "spark.sql.session.timeZone": TIME_ZONE,
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # INT96, the default, has no zone in other readers
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",  # days before 1582 as they are, not by the Julian calendar
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.inferTimestampNTZ.enabled": True,  # TIMESTAMP stays without a zone
}
# Set on every session, and not the project's to change: the program relies on them.
_FIXED: Mapping[str, Value] = {
    "spark.sql.session.timeZone": TIME_ZONE,
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.path.enabled": True,  # lets the build's one time stand before Spark's clock
}
_SPEED: Mapping[str, Value] = {
    "spark.sql.adaptive.enabled": True,  # joins small tables together without a shuffle, and merges small partitions
    "spark.sql.sources.parallelPartitionDiscovery.threshold": 10_000,  # no job only to list a result's files
}
# Only a Spark that is started here can be given these.
_STARTING: Mapping[str, Value] = {
    "spark.ui.enabled": False,  # nobody looks at it, and it takes a port and a second
    "spark.ui.showConsoleProgress": False,
    "spark.scheduler.mode": "FAIR",  # a pool a model: small ones need not wait behind a large one
    _CATALOG: "in-memory",  # no metastore is needed, and Hive's takes seconds to start
}
# Room for the code of many models: where it is full, Java compiles nothing more, and all get slower. The quick compiler
# alone would have 48 MB, enough for some 100 models.
_JVM = "-XX:ReservedCodeCacheSize=256m"
# Models are small more often than not, and Java compiles each anew: thoroughly, that takes longer than such a model
# runs. So where rows are read elsewhere, this Java has its quick compiler alone. Where they are read in it, code is
# compiled thoroughly when it has run a hundred times as often as Java would wait for, which rows by the million see
# to. On two threads, 40 small models take a fifth longer so than with the quick one, and rows by the million a third
# as long.
_ELSEWHERE = "-XX:TieredStopAtLevel=1"
_HERE = (
    "-XX:Tier4InvocationThreshold=500000 -XX:Tier4MinInvocationThreshold=60000 "
    "-XX:Tier4CompileThreshold=1500000 -XX:Tier4BackEdgeThreshold=4000000"
)
# The simplest collector starts soonest, and holds up all threads while it works.
_FEW_THREADS, _SIMPLE, _SIDE_BY_SIDE = 2, "-XX:+UseSerialGC", "-XX:+UseParallelGC"
_WITHOUT_EFFECT_ON_RESULTS = (
    "spark.sql.adaptive.", "spark.sql.autoBroadcastJoinThreshold", "spark.sql.broadcastTimeout", _CATALOG,
    "spark.sql.files.", "spark.sql.hive.metastore.", "spark.sql.inMemoryColumnarStorage.",
    "spark.sql.shuffle.partitions", "spark.sql.sources.parallel", "spark.sql.ui.", "spark.sql.warehouse.dir",
)  # fmt: skip


def check_settings(settings: Mapping[str, object]) -> Mapping[str, Value]:
    """The settings with `conf` made flat, as `conf.<name>`; ProjectError for one that is none, or without a Java."""
    checked: dict[str, Value] = {}
    for name, value in settings.items():
        if name == "conf" and isinstance(value, Mapping):
            checked |= {f"{CONF}{inner}": _plain(inner, given) for inner, given in value.items()}
        elif name in (*PLACES, VERSION, REGISTER, REGISTER_AS) or name.startswith(CONF):
            checked[name] = _plain(name, value)
        elif name.startswith("spark."):
            raise ProjectError(f"Spark's property `{name}` is not in its place", hint="put it under `conf:`")
        else:
            near = nearest(name, (*PLACES, VERSION, REGISTER, REGISTER_AS, "conf"))
            hint = (
                f"did you mean `{near}`?"
                if near
                else "there are `master`, `remote`, `version`, `server`, `register`, `register_as`, `conf`"
            )
            raise ProjectError(f"the engine `spark` has no setting `{name}`", hint=hint)
    for name in checked:
        conf = name.removeprefix(CONF)
        if conf in _FIXED and str(checked[name]).lower() != str(_FIXED[conf]).lower():
            raise ProjectError(f"Spark's property `{conf}` is set by odibi-sql itself", hint="leave it out")
        if name.startswith(CONF) and not conf.startswith("spark."):
            raise ProjectError(f"`{conf}` is no property of Spark", hint="their names begin with `spark.`")
    _check_place(checked)
    if VERSION in checked:
        _check_version(checked)
    if REGISTER in checked or REGISTER_AS in checked:
        _check_register(checked)
    return checked


def result_settings(settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The properties that can change a result, by name, with those that are preset."""
    flat = {name: value for name, value in settings.items() if name.startswith(CONF)}
    given = {name.removeprefix(CONF): value for name, value in flat.items()}
    telling = {
        name: value
        for name, value in given.items()
        if name.startswith("spark.sql.") and not name.startswith(_WITHOUT_EFFECT_ON_RESULTS)
    }
    if "server" in settings:  # what it gives is not in all the same as what Spark does
        telling["server"] = f"sail {sail.version()}"
    if VERSION in settings:
        telling["remote"] = f"spark {settings[VERSION]}"
    return tuple(sorted((name, text(value)) for name, value in {**_MEANING, **telling}.items()))


def session_properties(options: SessionOptions) -> dict[str, str]:
    """What can be set on any session, on one that was there before as well."""
    # Two partitions a thread: the 200 of Spark's default cost a small query more than its work.
    speed = {**_SPEED, "spark.sql.shuffle.partitions": max(4, 2 * options.threads)}
    given = {name: value for name, value in given_properties(options).items() if name.startswith("spark.sql.")}
    return {name: text(value) for name, value in {**_MEANING, **speed, **given, **_FIXED}.items()}


def starting_properties(options: SessionOptions) -> dict[str, str]:
    """What a Spark that is started here gets; files that these name are made in the scratch folder."""
    given = given_properties(options)
    logging = options.scratch / "log4j2.properties"
    is_local = is_local_master(options)
    collector = _SIMPLE if options.threads <= _FEW_THREADS or not is_local else _SIDE_BY_SIDE
    logs = f"-Dlog4j2.configurationFile={logging.resolve().as_uri()}"  # a blank in it would end it
    java = f"{_JVM} {_HERE if is_local else _ELSEWHERE} {collector} {logs}"
    # What a metastore is told of its warehouse stays there, so with one it is that of hive-site.xml.
    catalog: Mapping[str, Value] = (
        {_CATALOG: "hive"}
        if REGISTER in options.settings
        else {"spark.sql.warehouse.dir": str(options.scratch / "spark-warehouse")}
    )
    own = {
        **_STARTING,
        **catalog,
        **given,
        "spark.driver.extraJavaOptions": f"{java} {given.get('spark.driver.extraJavaOptions', '')}".strip(),
    }
    if is_local:
        if "," not in str(options.scratch):  # which would part it in two
            own.setdefault(
                "spark.local.dir", str(options.scratch)
            )  # of a cluster, its machines have disks of their own
        own.setdefault("spark.driver.host", "localhost")  # the host's name may lead nowhere
        own.setdefault("spark.driver.bindAddress", "127.0.0.1")
    options.scratch.mkdir(parents=True, exist_ok=True)
    logging.write_text("rootLogger.level = off\n", "utf-8")  # what matters comes back as an exception
    return {name: text(value) for name, value in own.items()}


def is_local_master(options: SessionOptions) -> bool:
    """Rows are read in the Java that is started here."""
    return str(options.settings.get("master", "local")).startswith("local")


def given_properties(options: SessionOptions) -> dict[str, Value]:
    return {name.removeprefix(CONF): value for name, value in options.settings.items() if name.startswith(CONF)}


def text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(name: str, value: object) -> Value:
    if not isinstance(value, str | int | float | bool):
        raise ProjectError(f"Spark's setting `{name}` takes a text, a number, or true or false, not {value!r}")
    return value


def _check_place(settings: Mapping[str, Value]) -> None:
    given = [place for place in PLACES if place in settings]
    if len(given) > 1:
        raise ProjectError(f"`{given[0]}` and `{given[1]}` both say where Spark is", hint="keep one of them")
    if "server" in settings:
        _check_server(settings)
        return
    remote = settings.get("remote")
    if remote is not None:
        if not str(remote).startswith("sc://"):
            raise ProjectError(f"`remote` is the address of a Spark Connect server, and not {remote!r}", hint="sc://…")
        return
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and Path(home, "bin", "java").is_file()):
        raise ProjectError(
            "Spark needs Java, and none was found: there is no `java` on the PATH and JAVA_HOME names none",
            hint="install Java 17 or later, on Debian and Ubuntu with `apt install openjdk-17-jre-headless`, on macOS "
            "with `brew install openjdk@17`; or set `remote:` to use a Spark Connect server",
        )


def _check_version(settings: Mapping[str, Value]) -> None:
    version = settings[VERSION]
    if "remote" not in settings:
        raise ProjectError("`version` is that of the Spark at `remote`, and there is none", hint="leave it out")
    if not isinstance(version, str) or not _MAJOR_AND_MINOR.fullmatch(version):
        raise ProjectError(
            f"`version` is a version of Spark in quotes, major and minor, and not {version!r}", hint='version: "4.3"'
        )


def _check_register(settings: Mapping[str, Value]) -> None:
    if settings.get(REGISTER_AS, "views") not in ("views", "tables"):
        raise ProjectError(f"`register_as` is `views` or `tables`, and not {settings[REGISTER_AS]!r}")
    if REGISTER not in settings:
        raise ProjectError("`register_as` says how, and nothing where", hint="`register: DATABASE`, or leave it out")
    if not _DATABASE.fullmatch(str(settings[REGISTER])):
        raise ProjectError(
            f"`register` is the name of a database in Spark's catalog, and not {settings[REGISTER]!r}",
            hint="letters, digits and `_`",
        )
    if "server" in settings:
        raise ProjectError(
            "`register` has nowhere to register: Sail's catalog ends with the build", hint="leave one of them out"
        )
    if str(settings.get(f"{CONF}{_CATALOG}", "hive")).lower() != "hive":
        raise ProjectError(
            f"`register` has nowhere to register: `{_CATALOG}` is no metastore",
            hint="leave that out: with `register` it is `hive`",
        )


def _check_server(settings: Mapping[str, Value]) -> None:
    if settings["server"] != "sail":
        raise ProjectError(
            f"`server` can be `sail`, and not {settings['server']!r}", hint="did you mean `remote: sc://…`?"
        )
    sail.version()
    for package in ("grpc", "grpc_status", "zstandard"):
        if find_spec(package) is None:
            raise ProjectError(
                f"`server: sail` needs Spark Connect's client, and so {package}, which is not installed",
                hint="pip install 'odibi-sql[sail]'",
            )
    for name in settings:
        if name.startswith(CONF) and not name.startswith(f"{CONF}spark.sql."):
            raise ProjectError(
                f"Sail has no use for Spark's property `{name.removeprefix(CONF)}`",
                hint="of `conf:`, it takes spark.sql.*",
            )
