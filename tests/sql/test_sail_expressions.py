"""What agrees on DuckDB and Spark, tried on Sail: `golden/on_sail.txt` has every statement by which Sail differs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odibi_sql.engines.protocol import SessionOptions
from odibi_sql.sql import analyse
from tests.conftest import Golden

from .test_spark_expressions import AGREE, BATCH, EXPRESSIONS, Expression, Schemas, schemas, transpiled
from .two_engines import TABLES, TEMPLATES, Answer, Engines, answer, duckdb_engine, same_rows

__all__ = ["schemas"]
KNOWN = Path(__file__).with_name("golden") / "on_sail.txt"
# Over NaN and infinity, Sail answers this one so or so.
UNSTABLE = "SELECT median(i) AS m, quantile_cont(f, 0.75) AS q FROM t"
AGREEING = tuple(one for one in EXPRESSIONS if one.typed in AGREE and one.sql != UNSTABLE)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    for package in ("pyspark", "pysail", "grpc_status", "zstandard"):
        pytest.importorskip(package)
    from odibi_sql.engines.spark.connecting import connect

    folder = tmp_path_factory.mktemp("engines")
    duckdb = duckdb_engine(folder)
    connection = connect(SessionOptions(datetime.now(UTC), 2, folder / "scratch", {"server": "sail"}))
    for name in TABLES:
        connection.spark.read.parquet(f"file://{folder}/{name}.parquet").createOrReplaceTempView(name)
    yield Engines(duckdb, lambda sql: answer(connection.spark.sql(sql).toArrow()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        connection.end()


def test_how_sail_differs_is_known(engines: Engines, schemas: Schemas, golden: Golden) -> None:
    known = KNOWN.read_text("utf-8") if KNOWN.exists() else ""
    alone = [one for one in AGREEING if one.topic in TEMPLATES or "unnest" in one.sql or f"  {one.sql}\n" in known]
    together = [one for one in AGREEING if one not in alone]
    for start in range(0, len(together), BATCH):
        batch = together[start : start + BATCH]
        columns = ", ".join(f"{one.sql} AS x{number}" for number, one in enumerate(batch))
        query = f"SELECT id, {columns} FROM t"
        if _difference(engines, query, analyse(query, "duckdb", "spark", schemas).sql, ordered=False):
            alone += batch
    said = []
    for one in (one for one in AGREEING if one in alone):
        said += _difference(engines, one.query, transpiled(one, schemas) or "", one.ordered, one)
    golden("on_sail.txt", "\n".join(said) + "\n")


def _difference(engines: Engines, query: str, sql: str, ordered: bool, called: Expression | None = None) -> list[str]:
    name = called.sql if called else query
    expected, given = engines.duckdb(query), _answer(engines.spark, sql)
    if given is None:
        return [f"stops    {name}"]
    if expected.kinds != given.kinds:
        return [f"differs  {name}", f"    types, DuckDB  {expected.kinds}", f"    types, Sail    {given.kinds}"]
    if same_rows(expected, given, ordered):
        return []
    rows = zip(sorted(map(repr, expected.rows)), sorted(map(repr, given.rows)), strict=False)
    counts = f"{len(expected.rows)} rows", f"{len(given.rows)} rows"
    ours, theirs = next(((ours, theirs) for ours, theirs in rows if ours != theirs), counts)
    return [f"differs  {name}", f"    DuckDB  {ours}", f"    Sail    {theirs}"]


def _answer(engine: Callable[[str], Answer], sql: str) -> Answer | None:
    from pyarrow import ArrowException
    from pyspark.errors import PySparkException

    try:
        return engine(sql)
    except (PySparkException, ArrowException, ValueError):  # its rows may be of other types than it says
        return None
