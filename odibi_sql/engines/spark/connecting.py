"""Settings -> a SparkSession of this program's own: on Spark that runs in it, is started here, or is far away.

A session of its own has its own views, functions and properties; the Spark behind it may be shared.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from odibi_sql import interrupts
from odibi_sql.engines.protocol import EngineFailure, SessionOptions
from odibi_sql.engines.spark.installed import version_of
from odibi_sql.engines.spark.sail import start_server
from odibi_sql.engines.spark.settings import (
    VERSION,
    given_properties,
    is_local_master,
    session_properties,
    starting_properties,
    text,
)
from odibi_sql.engines.spark.warming import WORTH_FOR, Warming

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import RetryPolicy

_ANSWERS_WITHIN_S = 5.0
_EXECUTOR_WITHIN_S = 60.0
_RETRIES = 4  # within 5 s
_FIRST_JOB = "odibi-first"
_HOST_AND_PORT = re.compile(r"(?P<host>[^/:,;]+)(?::(?P<port>\d+))?")


class Connection(Struct, frozen=True):
    """`end` lets go of it, though a Spark that was running before goes on. `is_far`: it speaks Spark Connect. `is_own`:
    started or connected to by this program, which may do so again."""

    spark: SparkSession
    end: Callable[[], None]
    is_far: bool = False
    is_own: bool = True

    def is_alive(self) -> bool:
        """Asks Spark, which takes some milliseconds."""
        try:
            return bool(self.spark.version) if self.is_far else _runs(self.spark)
        except Exception:  # whatever comes instead of an answer
            return False


def connect(options: SessionOptions) -> Connection:
    """Raises EngineFailure."""
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # it prints every error that it raises
    logging.getLogger().addFilter(_is_not_of_py4j)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyspark about the version of pandas, which is not used through it
        connection = _connect(options)
    try:
        with interrupts.held():
            if "remote" in options.settings:
                _check_version(connection.spark, options)
            for name, value in session_properties(options).items():
                _set(connection, name, value)
    except BaseException:
        connection.end()
        raise
    return connection


def _is_not_of_py4j(record: logging.LogRecord) -> bool:
    """Where Java is gone, py4j prints by the root logger what it raises too."""
    return record.module != "java_gateway"


def _check_version(spark: SparkSession, options: SessionOptions) -> None:
    """Keys hold a version of Spark, and are made before there is a session, so that nothing is started where there is
    nothing to do: the version is one that the project says, or that of pyspark. A server of another one would put its
    rows beside those of the first under keys that are not true. To remember what it said the last time would not do:
    the build that meets another version has planned by then, and what it took for up to date is not."""
    remote, found = options.settings["remote"], ".".join(spark.version.split(".")[:2])
    known = str(options.settings.get(VERSION) or version_of("pyspark", "the engine `spark`", "spark"))
    if found != known:
        raise EngineFailure(
            f"at {remote} is Spark {found}, and results are kept as those of Spark {known}",
            hint=f'`version: "{found}"` beside `remote` makes them anew',
        )


def _set(connection: Connection, name: str, value: str) -> None:
    from pyspark.errors import AnalysisException

    try:
        connection.spark.conf.set(name, value)
    except AnalysisException as error:
        if error.getCondition() != "CANNOT_MODIFY_STATIC_CONFIG" or connection.is_far or not connection.is_own:
            raise
        # A Spark that was started here has it from its start.


def _connect(options: SessionOptions) -> Connection:
    if options.settings.get("server") == "sail":
        address, end = start_server(options.scratch)
        try:
            return _connect_to(address, end)
        except BaseException:
            end()
            raise
    remote = options.settings.get("remote")
    if remote is not None:
        _check_answers(str(remote).removeprefix("sc://"), 15002, str(remote))
        return _connect_to(str(remote), lambda: None)
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:  # getActiveSession() knows those of the calling thread only
        with interrupts.held():
            return Connection(SparkSession.builder.getOrCreate().newSession(), lambda: None, is_own=False)
    return _own(options)


def _own(options: SessionOptions) -> Connection:
    spark = _start(options)
    warming = Warming(spark, options.scratch) if is_local_master(options) and options.expected >= WORTH_FOR else None

    def end() -> None:
        if warming is not None:
            warming.end()
        _stop(spark)

    return Connection(spark, end)


def _connect_to(address: str, after: Callable[[], None]) -> Connection:
    from pyspark.sql.connect.session import SparkSession as RemoteSession

    # Not by SparkSession.builder, which makes all of this process a client of Spark Connect.
    with interrupts.held():
        far: Any = RemoteSession.builder.remote(address).create()
        far.client.set_retry_policies([_patience()])

    def end() -> None:
        try:
            far.client.set_retry_policies([])  # if it is gone, so be it
            far.stop()
        finally:
            after()

    return Connection(far, end, is_far=True)


def _patience() -> RetryPolicy:
    """How long a call is tried again: some seconds, after which the model's `retries` have their turn. pyspark's own
    goes on for more than ten minutes, and then warns on top of raising."""
    from pyspark.sql.connect.client.retries import DefaultPolicy, RetryPolicyState

    class State(RetryPolicyState):
        def next_attempt(self, exception: BaseException | None = None) -> int | None:
            wait = super().next_attempt(exception)
            if wait is None and exception is not None:
                raise exception
            return wait

    class Patience(DefaultPolicy):
        def to_state(self) -> RetryPolicyState:
            return State(self)

    return Patience(max_retries=_RETRIES)


def _stop(spark: SparkSession) -> None:
    from py4j.protocol import Py4JError

    with suppress(Py4JError, ConnectionError, EOFError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyspark where Java went away meanwhile: all is done by now
        if _runs(spark):
            spark.stop()
            return
    _forget(spark)


def _runs(spark: SparkSession) -> bool:
    java: Any = spark.sparkContext._jsc
    return not java.sc().isStopped()


def _forget(spark: SparkSession) -> None:
    """Where Java is gone, pyspark would go on asking it; nodes that were at work may still do so, and fail."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    counts: Any = spark.sparkContext._accumulatorServer
    if counts is not None:  # else Java went while it was being stopped
        counts.shutdown()
    SparkContext._active_spark_context = SparkContext._gateway = SparkContext._jvm = None
    SparkSession._instantiatedSession = None


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
        with said.open("wb") as log, interrupts.held():
            # Java says things to stderr, where reports are shown.
            launched = {"stdout": log, "stderr": log}
            gateway = SparkContext._gateway or launch_gateway(conf, launched)  # type: ignore[no-untyped-call]
            with interrupts.kept():  # pyspark's own handler cancels all jobs, and throws wherever it falls
                context = SparkContext(conf=conf, gateway=gateway)
            spark = SparkSession(context)
    except KeyboardInterrupt:
        if SparkContext._active_spark_context is not None:
            SparkContext._active_spark_context.stop()
        raise
    except PySparkException as error:
        told = said.read_text("utf-8", "replace").strip().splitlines()
        raise EngineFailure(
            f"Spark did not start: {told[-1] if told else error}",
            hint="Spark 4 needs Java 17 or later: what does `java -version` say?",
        ) from error

    if is_local_master(options) and "PYSPARK_PYTHON" not in os.environ:
        spark.sparkContext.pythonExec = (
            sys.executable
        )  # functions of Python models run with the packages of this Python
    if master.startswith("spark://") and conf.get("spark.dynamicAllocation.enabled") != "true":
        _wait_for_executor(spark, master)
    return spark


def _wait_for_executor(spark: SparkSession, master: str) -> None:
    """By a first job, which waits for one. Without any, jobs would wait for ever and say nothing."""
    java: Any = spark.sparkContext._jsc

    def count() -> None:
        spark.sparkContext.addJobTag(_FIRST_JOB)
        try:
            java.sc().range(0, 1, 1, 1).count()
        finally:
            spark.sparkContext.removeJobTag(_FIRST_JOB)

    with ThreadPoolExecutor(1) as pool:
        counting = pool.submit(count)
        try:
            counting.result(_EXECUTOR_WITHIN_S)
        except TimeoutError:
            spark.stop()  # and so the job
            raise EngineFailure(
                f"{master} gave no executor within {_EXECUTOR_WITHIN_S:g} s",
                hint="has it workers, with as much memory and as many cores free as `spark.executor.*` asks for?",
            ) from None
        except BaseException:
            spark.stop()
            raise


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
