"""A frame's rows counted and hashed while they are written, which saves reading them again.

Spark counts the rows of tasks that succeeded, each once. Should it drop the counting from a plan, there is no result,
and the rows are to be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from odibi_sql.engines.protocol import Count
from odibi_sql.engines.spark import content

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Observation

_ROWS, _TOTAL = "rows", "total"


class Counting(Struct, frozen=True):
    frame: DataFrame
    _observation: Observation

    @classmethod
    def of(cls, frame: DataFrame) -> Counting | None:
        """None for columns that have one name, on which writing tells better what is wrong, and for nested `void`."""
        from pyspark.sql import Observation
        from pyspark.sql.functions import expr

        names = {name.lower() for name in frame.columns}
        if len(names) < len(frame.columns) or "void" in frame.schema.simpleString():
            return None
        observation = Observation()
        rows, total = content.counting_expressions(frame.schema)
        return cls(frame.observe(observation, expr(rows).alias(_ROWS), expr(total).alias(_TOTAL)), observation)

    def result(self) -> Count | None:
        """Of a write that ended well: of one that failed or was cancelled it is some part of the rows. It waits for a
        write that has not ended, and for ever for one that never began."""
        found = self._observation.get
        return Count(int(found[_ROWS]), int(found[_TOTAL] or 0)) if _ROWS in found else None
