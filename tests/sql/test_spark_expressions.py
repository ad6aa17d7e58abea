"""Everyday DuckDB expressions on Spark: each gives the same rows, is refused where it stands, or stops; none differs.

`expressions/*.sql` has one a line, and behind `--` what becomes of it: `equal` (as sqlglot writes it), `rewritten`,
`refused` (before anything runs), or `stops` (Spark refuses it, or its data). What becomes of it where the types of the
columns are not known stands behind, if that is something else: `refused` means that only types can tell,
`untold` that it differs, and `stops` that it fails; none is run before they are.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import sqlglot

from odibi_sql.relation import Column
from odibi_sql.sql import SyntaxProblem, analyse

from .two_engines import OF_ROWS, TABLES, TEMPLATES, Answer, Engines, duckdb_engine, same_rows, spark_engine

# pyspark notes for good what it met here, and then ends a process that becomes a client of Sail.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
LINE = re.compile(r"(?P<sql>.+?)  -- (?P<typed>\w+)(, without types: (?P<untyped>\w+))?")
AGREE = ("equal", "rewritten")
BATCH = 30
Schemas = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Expression:
    topic: str
    sql: str
    typed: str
    untyped: str

    @property
    def query(self) -> str:
        return TEMPLATES.get(self.topic, OF_ROWS).format(self.sql)

    @property
    def ordered(self) -> bool:
        return (
            self.topic == "queries" and bool(re.search(r"ORDER BY [^()]*$", self.sql)) and "DISTINCT ON" not in self.sql
        )

    def status(self, typed: bool) -> str:
        return self.typed if typed else self.untyped


def read_expressions() -> Iterator[Expression]:
    for file in sorted(Path(__file__).with_name("expressions").glob("*.sql")):
        for line in file.read_text("utf-8").splitlines():
            parts = LINE.fullmatch(line)
            assert parts, f"{file.name}: {line}"
            typed = parts["typed"]
            yield Expression(file.stem, parts["sql"], typed, parts["untyped"] or typed)


EXPRESSIONS = tuple(read_expressions())
TOPICS = sorted({one.topic for one in EXPRESSIONS})


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    folder = tmp_path_factory.mktemp("schemas")
    duckdb_engine(folder)
    return {name: _columns(folder / f"{name}.parquet") for name in TABLES}


def _columns(file: Path) -> Mapping[str, str]:
    relation = duckdb.read_parquet(str(file))
    return {name: str(type_) for name, type_ in zip(relation.columns, relation.types, strict=True)}


@pytest.fixture(scope="module")
def engines(running_spark: object, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Engines:
    folder = tmp_path_factory.mktemp("engines")
    warnings.simplefilter("ignore", ResourceWarning)  # Spark's own sockets
    return Engines(
        duckdb_engine(folder), spark_engine(running_spark, folder, compiled=pytestconfig.getoption("--thorough"))
    )


BINDER = duckdb.connect()
_MADE: dict[tuple[Expression, bool], str | None] = {}  # several tests ask for the same


def describe(sql: str) -> list[Column] | None:
    try:
        bound = BINDER.sql(sql)
        return [Column(name, str(type_)) for name, type_ in zip(bound.columns, bound.types, strict=True)]
    except duckdb.Error:
        return None


def transpiled(expression: Expression, schemas: Schemas | None) -> str | None:
    """None where it is refused, and where only types can tell what it is."""
    key = expression, schemas is not None
    if key not in _MADE:
        try:
            made = analyse(expression.query, "duckdb", "spark", schemas, describe).sql
        except SyntaxProblem:
            made = expression.query
        _MADE[key] = None if made == expression.query else made
    return _MADE[key]


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untyped"])
def test_what_becomes_of_an_expression_is_what_the_table_says(schemas: Schemas, typed: bool) -> None:
    wrong = []
    for expression in EXPRESSIONS:
        made = transpiled(expression, schemas if typed else None)
        status = expression.status(typed)
        if (made is None) != (status == "refused"):
            wrong.append(expression)
        elif typed and status in AGREE:
            plain = sqlglot.transpile(expression.query, read="duckdb", write="spark", pretty=True)[0]
            if (plain == made) != (status == "equal"):
                wrong.append(expression)
    assert wrong == []


def test_the_table_is_broad() -> None:
    agreeing = [one for one in EXPRESSIONS if one.typed in AGREE]
    assert len(EXPRESSIONS) >= 900
    assert len(agreeing) >= 700


def test_every_refusal_says_where_and_what_to_try(schemas: Schemas) -> None:
    for expression in EXPRESSIONS:
        if expression.typed != "refused":
            continue
        with pytest.raises(SyntaxProblem) as caught:
            analyse(expression.query, "duckdb", "spark", schemas, describe)
        assert caught.value.hint, expression
        assert 0 <= caught.value.at < len(expression.query), expression


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untyped"])
@pytest.mark.parametrize("topic", TOPICS)
def test_both_engines_give_the_same_rows(engines: Engines, schemas: Schemas, topic: str, typed: bool) -> None:
    """In batches, for speed; what is in a batch that differs or stops is tried alone."""
    agreeing = [one for one in EXPRESSIONS if one.topic == topic and one.status(typed) in AGREE]
    if not typed:  # what is the same text as with types has been compared
        agreeing = [one for one in agreeing if transpiled(one, None) != transpiled(one, schemas)]
    alone = [one for one in agreeing if topic == "queries" or "unnest" in one.sql]
    together = [one for one in agreeing if one not in alone]
    known = schemas if typed else None
    for start in range(0, len(together), BATCH):
        batch = together[start : start + BATCH]
        columns = ", ".join(f"{one.sql} AS x{number}" for number, one in enumerate(batch))
        query = TEMPLATES.get(topic, OF_ROWS).format(columns).replace(" AS x FROM", " FROM")
        spark = analyse(query, "duckdb", "spark", known, describe).sql
        if not _agree(engines, query, spark, ordered=False):
            alone += batch
    different = [one.sql for one in alone if not _agree(engines, one.query, transpiled(one, known), one.ordered)]
    assert different == []


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untyped"])
def test_what_only_spark_can_refuse_stops(engines: Engines, schemas: Schemas, typed: bool) -> None:
    went_on = []
    for one in EXPRESSIONS:
        if one.status(typed) != "stops":
            continue
        sql = transpiled(one, schemas if typed else None)
        assert sql is not None
        if _answer(engines.spark, sql) is not None:
            went_on.append(one.sql)
    assert went_on == []


def _agree(engines: Engines, query: str, sql: str | None, ordered: bool) -> bool:
    expected, given = engines.duckdb(query), _answer(engines.spark, sql or "")
    return (
        given is not None
        and expected.kinds == given.kinds
        and [name.lower() for name in expected.names] == [name.lower() for name in given.names]
        and same_rows(expected, given, ordered)
    )


def _answer(engine: Callable[[str], Answer], sql: str) -> Answer | None:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return engine(sql)
    except (PySparkException, Py4JError):
        return None


def test_what_differs_without_types_is_never_run_without_them() -> None:
    """Such a statement is one to plan with, and is made again when the types are known."""
    different = [one for one in EXPRESSIONS if one.untyped not in (one.typed, "refused", "equal")]
    assert len(different) > 50
    assert [one.sql for one in EXPRESSIONS if one.typed == "untold"] == []
    assert [one.sql for one in different if not analyse(one.query, "duckdb", "spark").needs_types] == []
