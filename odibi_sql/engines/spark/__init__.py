"""Apache Spark, by pyspark. What is here is told without importing it; sessions import it when they open.

Seeds, frames and the tables of other databases are read by DuckDB, as on the engine of that name, so that types are
inferred alike; Spark reads what DuckDB made of them.
"""

from __future__ import annotations

from odibi_sql.engines.protocol import Session, SessionOptions
from odibi_sql.engines.spark.installed import version_of
from odibi_sql.engines.spark.registry import registry
from odibi_sql.engines.spark.settings import check_settings, result_settings

__all__ = ["DIALECT", "NAME", "check_settings", "open_session", "registry", "result_settings", "version"]

NAME = "spark"
DIALECT = "spark"
FILTERS_SCANS = False


def version() -> str:
    """The major and minor version of the pyspark that is installed; ProjectError where none is."""
    return version_of("pyspark", "the engine `spark`", "spark")


def open_session(options: SessionOptions) -> Session:
    from odibi_sql.engines.spark.session import SparkEngineSession

    return SparkEngineSession(options)
