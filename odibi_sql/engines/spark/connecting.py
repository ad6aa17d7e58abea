"""Settings -> a SparkSession of this program's own: on Spark that runs in it, is started here, or is far away.

A session of its own has its own views, functions and properties; the Spark behind it may be shared.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from odibi_sql.engines.protocol import EngineFailure, SessionOptions
from odibi_sql.engines.spark.settings import given_properties, session_properties, starting_properties, text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ANSWERS_WITHIN_S = 5.0
_EXECUTOR_WITHIN_S = 60.0
_HOST_AND_PORT = re.compile(r"(?P<host>[^/:,;]+)(?::(?P<port>\d+))?")


def connect(options: SessionOptions) -> tuple[SparkSession, Callable[[], None]]:
    """The session, and what ends it: a Spark that was running before goes on. Raises EngineFailure."""
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # it prints every error that it raises
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyspark about the version of pandas, which is not used through it
        spark, end = _connect(options)
    try:
        for name, value in session_properties(options).items():
            spark.conf.set(name, value)
    except BaseException:
        end()
        raise
    return spark, end


def _connect(options: SessionOptions) -> tuple[SparkSession, Callable[[], None]]:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    remote = options.settings.get("remote")
    if remote is not None:
        _check_answers(str(remote).removeprefix("sc://"), 15002, str(remote))
        from pyspark.sql.connect.session import SparkSession as RemoteSession

        # Not by SparkSession.builder, which makes all of this process a client of Spark Connect.
        far: Any = RemoteSession.builder.remote(str(remote)).create()
        return far, far.stop
    if SparkContext._active_spark_context is not None:  # getActiveSession() knows those of the calling thread only
        return SparkSession.builder.getOrCreate().newSession(), lambda: None
    started = _start(options)
    return started, started.stop


def _start(options: SessionOptions) -> SparkSession:
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    master = str(options.settings.get("master", f"local[{options.threads}]"))
    if master.startswith("spark://"):
        _check_answers(master.removeprefix("spark://"), 7077, master)
    conf = SparkConf().setMaster(master).setAppName(str(given_properties(options).get("spark.app.name", "odibi-sql")))
    for name, value in starting_properties(options).items():
        conf.set(name, text(value))
    said = options.scratch / "spark.log"
    try:
        with said.open("wb") as log:
            # Java says things to stderr, where reports are shown.
            launched = {"stdout": log, "stderr": log}
            gateway = SparkContext._gateway or launch_gateway(conf, launched)  # type: ignore[no-untyped-call]
        spark = SparkSession(SparkContext(conf=conf, gateway=gateway))
    except PySparkException as error:
        told = said.read_text("utf-8", "replace").strip().splitlines()
        raise EngineFailure(
            f"Spark did not start: {told[-1] if told else error}",
            hint="Spark 4 needs Java 17 or later: what does `java -version` say?",
        ) from error

    if master.startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        spark.sparkContext.pythonExec = (
            sys.executable
        )  # functions of Python models run with the packages of this Python
    if master.startswith("spark://") and conf.get("spark.dynamicAllocation.enabled") != "true":
        _wait_for_executor(spark, master)
    return spark


def _wait_for_executor(spark: SparkSession, master: str) -> None:
    """Without one, jobs would wait for ever and say nothing."""
    deadline = time.monotonic() + _EXECUTOR_WITHIN_S
    java: Any = spark.sparkContext._jsc
    while java.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one of them
        if time.monotonic() > deadline:
            spark.stop()
            raise EngineFailure(
                f"{master} gave no executor within {_EXECUTOR_WITHIN_S:g} s",
                hint="has it workers, with as much memory and as many cores free as `spark.executor.*` asks for?",
            )
        time.sleep(0.1)


def _check_answers(places: str, port: int, address: str) -> None:
    """Spark itself would take minutes to give up, and then say something else."""
    for place in places.split(";")[0].split("/")[0].split(","):
        found = _HOST_AND_PORT.match(place)
        if found is None:
            continue
        try:
            with closing(socket.create_connection((found["host"], int(found["port"] or port)), _ANSWERS_WITHIN_S)):
                return
        except OSError:
            continue
    raise EngineFailure(f"nothing answers at {address}", passing=True, hint="is Spark running there?")
