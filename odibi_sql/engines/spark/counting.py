"""A frame's rows counted and hashed while they are written, which saves reading them again.

Spark counts the rows of tasks that succeeded, each once. Where it drops the counting from a plan (as it may where it
sees that there are no rows), or the numbers are late, there is no result, and the rows are to be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from odibi_sql.engines.protocol import Count
from odibi_sql.engines.spark import content

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_WITHIN = "250ms"


@dataclass(frozen=True)
class Counting:
    frame: DataFrame
    _observation: Any

    @classmethod
    def of(cls, frame: DataFrame) -> Counting | None:
        """None for columns that have one name, on which writing tells better what is wrong, and for nested `void`."""
        from pyspark.sql import Observation
        from pyspark.sql.functions import expr

        names = {name.lower() for name in frame.columns}
        if len(names) < len(frame.columns) or "void" in frame.schema.simpleString():
            return None
        observation = Observation()
        counts = map(expr, content.counting_expressions(frame.schema))
        return cls(frame.observe(observation, *counts), observation)

    def result(self) -> Count | None:
        """Not by `Observation.get`, which waits for ever for what was dropped."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        scala = self._observation._jvm.scala.concurrent
        within = scala.duration.Duration.apply(_WITHIN)
        try:
            row = scala.Await.result(self._observation._jo.future(), within)
        except (Py4JError, PySparkException):
            return None
        return Count(row.getLong(0), 0 if row.isNullAt(1) else int(row.getDecimal(1)))
