"""TPC-H and TPC-DS on both engines: each query gives the same rows.

What would be refused is in `golden/tpch.txt` and `golden/tpcds.txt`, with the reason. The texts are those that pysail
brings along, derived from the benchmarks' under the TPC's Fair Use Policy; tpcgen-cli makes the data.
"""

from __future__ import annotations

import re
import subprocess
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from odibi_sql.sql import SyntaxProblem, analyse
from tests.conftest import Golden

from .two_engines import Answer, answer, same_rows, spark_engine

SCALES = {"tpch": "0.001", "tpcds": "0.01"}
VIEW = re.compile(r"create view (?P<name>\w+) \((?P<columns>[^)]+)\) as\s+(?P<query>.+)", re.IGNORECASE | re.DOTALL)
Schemas = Mapping[str, Mapping[str, str]]


def generated(benchmark: str, folder: Path) -> None:
    try:
        installed = metadata.distribution("tpcgen-cli").files or []
    except metadata.PackageNotFoundError:
        pytest.skip("tpcgen-cli is not installed")
    program = next(str(file.locate()) for file in installed if file.name == "tpcgen-cli")
    subprocess.run(
        [program, benchmark, "parquet", "-s", SCALES[benchmark], "-o", str(folder)], check=True, capture_output=True
    )


def statements(benchmark: str) -> Iterator[tuple[str, str]]:
    """Numbers and texts; a query that makes a view is one that has its rows."""
    folder = files("pysail").joinpath("data", benchmark, "queries")
    for number in range(1, {"tpch": 22, "tpcds": 99}[benchmark] + 1):
        text = re.sub(r"^--.*\n", "", folder.joinpath(f"q{number}.sql").read_text("utf-8"), flags=re.MULTILINE)
        text = text.replace("`", '"').replace(") at,", ') "at",')  # a keyword of DuckDB's
        queries = [one.strip() for one in text.split(";") if one.strip() and not one.strip().startswith("drop view")]
        for part, query in enumerate(queries):
            yield f"{benchmark} {number}" + "abc"[part] * (len(queries) > 1), query


class Both:
    def __init__(self, running_spark: object, folder: Path, compiled: bool) -> None:
        tables = [file.stem for file in folder.glob("*.parquet")]
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for name in tables:
            self.connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")
        self.schemas = {name: self._columns(name) for name in tables}
        self.spark = spark_engine(running_spark, folder, tables, compiled=compiled)

    def _columns(self, name: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.connection.execute(f"DESCRIBE {name}").fetchall()}

    def difference(self, query: str) -> str | None:
        """In what the engines differ, if they do; of columns with the same name, a table has each with its own."""
        try:
            expected = answer(self.connection.sql(f"FROM ({query})").to_arrow_table())
        except duckdb.ParserException as error:
            return f"not DuckDB's SQL: {str(error).splitlines()[0]}"
        try:
            written = analyse(query, "duckdb", "spark", self.schemas).sql
        except SyntaxProblem as problem:
            return f"refused: {problem}"
        return _difference(expected, self.spark(written))

    def keep(self, name: str, columns: str, query: str) -> str:
        """The rows of a query as a table, as a model has them; returns the query."""
        named = f"WITH made ({columns}) AS ({query}) SELECT * FROM made"
        self.connection.execute(f"CREATE VIEW {name} AS {named}")
        self.schemas[name] = self._columns(name)
        self.spark(f"CREATE TEMPORARY VIEW {name} AS {analyse(named, 'duckdb', 'spark', self.schemas).sql}")
        return named


def _difference(expected: Answer, given: Answer) -> str | None:
    if [name.lower() for name in expected.names] != [name.lower() for name in given.names]:
        return f"NAMES: {expected.names} {given.names}"
    if expected.kinds != given.kinds:
        return f"TYPES: {expected.kinds} {given.kinds}"
    return None if same_rows(expected, given, ordered=False) else "ROWS"


@pytest.fixture
def both(running_spark: object, tmp_path: Path, pytestconfig: pytest.Config) -> Callable[[str], Both]:
    pytest.importorskip("pysail")
    warnings.simplefilter("ignore", ResourceWarning)  # Spark's own sockets

    def make(benchmark: str) -> Both:
        generated(benchmark, tmp_path)
        return Both(running_spark, tmp_path, pytestconfig.getoption("--thorough"))

    return make


@pytest.mark.parametrize("benchmark_name", SCALES)
def test_queries_agree_or_are_refused(
    benchmark_name: str, both: Callable[[str], Both], golden: Golden, pytestconfig: pytest.Config
) -> None:
    """Of TPC-DS one query in three, unless the tests are to be thorough: each takes Spark more than a CPU second."""
    engines = both(benchmark_name)
    said = []
    agreed = 0
    some = benchmark_name == "tpcds" and not pytestconfig.getoption("--thorough")
    for name, query in list(statements(benchmark_name))[:: 3 if some else 1]:
        view = VIEW.match(query)
        difference = engines.difference(engines.keep(**view.groupdict()) if view else query)
        agreed += difference is None
        if difference is not None:
            said.append(f"{name:10} {difference}\n")
    golden(f"{benchmark_name}{'_some' if some else ''}.txt", "".join((*said, f"{agreed} agree\n")))
    assert not any(word in line for line in said for word in ("NAMES", "TYPES", "ROWS"))
