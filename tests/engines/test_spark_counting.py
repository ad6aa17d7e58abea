"""Rows that are counted and hashed while Spark writes them: the same numbers as by reading them again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from py4j.protocol import Py4JError

from odibi_sql.engines.protocol import Count
from odibi_sql.engines.spark.content import counting_expressions
from odibi_sql.engines.spark.counting import Counting

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WRITTEN = {  # SQL -> rows
    "select id, 'é' as s, id * 1.5BD as d, array(id) as l from range(2000)": 2000,  # beyond 64 bits, added up
    "select id % 3 as a, count(*) as n from range(10) group by 1 order by n limit 2": 2,
    "select id from range(4) union all select id from range(4)": 8,
}
NOTHING = [
    "select id from range(9) limit 0",
    "select id from range(9) where id < 0",
    "select a.id from range(9) as a join (select id, count(*) as n from range(9) where id > 20 group by id) using (id)",
]
FAILING = "select id, if(id = 77, raise_error('no'), 1) as a from range(0, 100, 1, 4)"
ENDLESS = "select count(*) as n from range(1000000000000) where xxhash64(id) = 1"
SOON_S = 60


@pytest.fixture
def spark(running_spark: object) -> SparkSession:
    from pyspark.sql import SparkSession

    assert isinstance(running_spark, SparkSession)
    return running_spark


def counting_of(spark: SparkSession, sql: str) -> Counting:
    counting = Counting.of(spark.sql(sql))
    assert counting is not None
    return counting


def written(spark: SparkSession, sql: str, folder: Path) -> Count | None:
    counting = counting_of(spark, sql)
    counting.frame.write.parquet(str(folder))
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(counting.result).result(SOON_S)


def read(spark: SparkSession, folder: Path) -> Count:
    frame = spark.read.parquet(str(folder))
    row = frame.selectExpr(*counting_expressions(frame.schema)).collect()[0]
    return Count(int(row[0]), int(row[1] or 0))


@pytest.mark.parametrize("sql", WRITTEN)
def test_what_was_written_is_what_can_be_read(sql: str, spark: SparkSession, tmp_path: Path) -> None:
    count = written(spark, sql, tmp_path / "rows")
    assert count == read(spark, tmp_path / "rows") and count.rows == WRITTEN[sql]
    assert count.rows < 1000 or abs(count.total) > 2**63


@pytest.mark.parametrize("sql", NOTHING)
def test_of_no_rows_there_is_a_count(sql: str, spark: SparkSession, tmp_path: Path) -> None:
    assert written(spark, sql, tmp_path / "rows") == Count(0, 0)


def test_two_writes_at_once_have_their_own_numbers(spark: SparkSession, tmp_path: Path) -> None:
    def one(number: int) -> Count | None:
        return written(spark, f"select id as a from range({number})", tmp_path / str(number))

    numbers = range(1, 7)
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(one, numbers))
    assert counts == [read(spark, tmp_path / str(number)) for number in numbers]
    assert [count.rows for count in counts if count] == list(numbers)


def test_a_failed_write_is_not_waited_for(spark: SparkSession, tmp_path: Path) -> None:
    counting = counting_of(spark, FAILING)
    with pytest.raises(Exception, match="no"):
        counting.frame.write.parquet(str(tmp_path / "rows"))
    with ThreadPoolExecutor(1) as pool:
        count = pool.submit(counting.result).result(SOON_S)
    assert count is None or count.rows < 100


def test_a_cancelled_write_is_not_waited_for(spark: SparkSession, tmp_path: Path) -> None:
    from pyspark.errors import PySparkException

    counting, context = counting_of(spark, ENDLESS), spark.sparkContext

    def write() -> None:
        context.addJobTag("cancelled")
        try:
            counting.frame.write.parquet(str(tmp_path / "rows"))
        finally:
            context.removeJobTag("cancelled")

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        while not writing.done():
            context.cancelJobsWithTag("cancelled")
        with pytest.raises((PySparkException, Py4JError)):
            writing.result()
        count = pool.submit(counting.result).result(SOON_S)
    assert count is None or count.rows == 0


@pytest.mark.parametrize("sql", ["select 1 as a, 2 as A", "select struct(null as a) as s", "select array(null) as l"])
def test_what_cannot_be_hashed_so_is_left_to_be_read(sql: str, spark: SparkSession) -> None:
    assert Counting.of(spark.sql(sql)) is None
