"""What Java loads and compiles for the first queries that it runs, it does while the SQL of models is bound.

Binding takes one thread, and for some seconds all is new to Java. Meanwhile a second one runs two queries of no
interest, whose plans have what most models' plans have: files read and written, a join, groups. The first models then
need not wait for it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.engines.spark.counting import Counting
from odibi_sql.engines.spark.failures import answered
from odibi_sql.engines.spark.writing import write_parts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Of fewer models, the first one does as much itself.
WORTH_FOR = 8
_TAG = "odibi-sql-warming"


class Warming:
    """It begins at once; `end` stops it, wherever it is. Its files are left in the folder."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self._spark = spark
        self._folder = folder
        self._thread = Thread(target=self._run, name="odibi-warming", daemon=True)
        self._thread.start()

    def end(self) -> None:
        if self._thread.is_alive():
            with suppress(EngineFailure), answered():
                self._spark.sparkContext.cancelJobsWithTag(_TAG)
        self._thread.join()

    def _run(self) -> None:
        with suppress(EngineFailure), answered():  # what fails here would fail in a model, where it is told
            self._spark.sparkContext.addJobTag(_TAG)
            rows = self._spark.range(1).selectExpr("id", "id AS other")
            read = self._spark.read.schema("id BIGINT, other BIGINT").parquet(self._written(rows, "warm"))
            groups = read.where("other >= 0").groupBy("other").count()
            self._written(read.join(groups, "other"), "warmer")

    def _written(self, frame: DataFrame, name: str) -> str:
        counting = Counting.of(frame)
        with write_parts(counting.frame if counting else frame, self._folder / name, None) as parts:
            return str(parts.files[0])
