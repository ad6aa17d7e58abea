"""The content hash that Spark computes: values that differ in any way have different ones."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from odibi_sql.engines.spark.content import counting_expressions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# One type a row; all of its values differ.
DIFFERENT: list[list[str]] = [
    ["0.0D", "-0.0D", "1.0D", "CAST('NaN' AS DOUBLE)", "CAST('Infinity' AS DOUBLE)", "CAST(NULL AS DOUBLE)"],
    ["CAST(0 AS FLOAT)", "CAST('-0' AS FLOAT)", "CAST(NULL AS FLOAT)"],
    ["''", "' '", "'a'", "'NULL'", "CAST(NULL AS STRING)"],
    ["1BD", "2BD", "CAST(NULL AS DECIMAL(1,0))"],
    ["array(1)", "array(1, NULL)", "array(NULL, 1)", "array(1, 1)", "NULL", "array()"],
    ["array(array(1), array(2))", "array(array(1, 2))", "array(array(1, 2), array())", "array(array(), array(1, 2))"],
    ["array(0.0D)", "array(-0.0D)"],
    ["map('a', 1)", "map('a', 2)", "map('b', 1)", "map()", "CAST(NULL AS MAP<STRING, INT>)"],
    ["named_struct('a', 1, 'b', NULL)", "named_struct('a', NULL, 'b', 1)", "named_struct('a', NULL, 'b', NULL)"],
    ["X''", "X'00'", "CAST(NULL AS BINARY)"],
    ["TIMESTAMP_NTZ '2024-01-01 00:00:00.000001'", "TIMESTAMP_NTZ '2024-01-01 00:00:00'"],
]  # fmt: skip
TYPES = {
    7: "MAP<STRING, INT>",
    8: "STRUCT<a: INT, b: INT>",
    4: "ARRAY<INT>",
    5: "ARRAY<ARRAY<INT>>",
}


@pytest.mark.parametrize("number", range(len(DIFFERENT)))
def test_different_values_have_different_hashes(number: int, running_spark: SparkSession) -> None:
    kind = TYPES.get(number)
    values = [f"CAST({value} AS {kind})" if kind else value for value in DIFFERENT[number]]
    rows = " UNION ALL ".join(f"SELECT {n} AS n, {value} AS v" for n, value in enumerate(values))
    frame = running_spark.sql(rows)
    count, total = counting_expressions(frame.select("v").schema)
    frame.createOrReplaceTempView("values_to_hash")
    found = running_spark.sql(f"SELECT n, {count}, {total} FROM values_to_hash GROUP BY n").collect()
    assert [row[1] for row in found] == [1] * len(values)
    hashes = {values[row[0]]: row[2] for row in found}
    assert [pair for pair in combinations(values, 2) if hashes[pair[0]] == hashes[pair[1]]] == []


def test_rows_are_counted_as_often_as_they_occur(running_spark: SparkSession) -> None:
    def total(sql: str) -> tuple[object, ...]:
        frame = running_spark.sql(sql)
        return tuple(frame.selectExpr(*counting_expressions(frame.schema)).collect()[0])

    once = total("SELECT id AS a FROM range(3)")
    twice = total("SELECT id % 3 AS a FROM range(6)")
    assert twice == (6, 2 * once[1])  # type: ignore[operator]
    assert total("SELECT id AS a FROM range(0)") == (0, None)


def test_swapped_values_do_not_cancel(running_spark: SparkSession) -> None:
    def total(rows: str) -> object:
        frame = running_spark.sql(f"SELECT * FROM (VALUES {rows}) t(a, b)")
        return frame.selectExpr(*counting_expressions(frame.schema)).collect()[0][1]

    assert len({total("(1, 2), (2, 1)"), total("(1, 1), (2, 2)"), total("(1, NULL), (NULL, 1)")}) == 3
