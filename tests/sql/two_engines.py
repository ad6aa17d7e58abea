"""The same query on DuckDB and on a local Spark, over the same Parquet files: rows, and the families of their types."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

TABLES = {
    "t": """
        SELECT * FROM (VALUES
          (1, 1, 1, 2, 5000000000, 0.5, 0.5, 1.5, 1.25, 0.1234, 'hello', 'a,b,c', '12', true,
           DATE '2024-01-31', DATE '2024-02-29', TIMESTAMP '2024-01-31 23:59:59.5', TIMESTAMP '2024-03-01 00:00:00',
           TIMESTAMPTZ '2024-03-31 00:30:00+00', '2024-01-31', [1, 2, 3], ['a', 'b'], {'a': 1, 'b': 'x'},
           MAP {'a': 1, 'b': 2}, '{"a": 1, "b": [1, 2], "c": {"d": "x"}}'),
          (2, 1, 2, 0, -1, 1.5, -2.5, 0.1, 2.50, 1.5000, 'Hello World', 'a', ' 7 ', false,
           DATE '2024-02-29', DATE '2023-02-28', TIMESTAMP '2024-02-29 12:34:56',
           TIMESTAMP '2023-02-28 01:02:03.123456',
           TIMESTAMPTZ '2024-06-15 12:00:00+00', '2024-02-29', [3, NULL, 1, 3], ['b', NULL], {'a': 2, 'b': NULL},
           MAP {'b': 5}, '{"a": "text", "b": [], "c": null}'),
          (3, 1, NULL, 3, 0, 2.5, 1e20, -0.7, -1.25, 0.3333, '', '', '0', NULL,
           DATE '2023-12-31', DATE '2024-01-01', TIMESTAMP '2023-12-31 00:00:00', TIMESTAMP '2024-01-01 00:00:00',
           TIMESTAMPTZ '2023-12-31 23:30:00+00', '2023-12-31', [], [], {'a': NULL, 'b': 'z'}, MAP {},
           '{"a": 1.50, "b": [{"x": true}]}'),
          (4, 2, -7, 2, 7, -1.5, 0.1, 100.25, 99.99, 2.0000, 'abc a%', 'x,,z', '-3', true,
           DATE '2020-12-28', DATE '2021-01-03', TIMESTAMP '2020-12-28 08:15:30.000001',
           TIMESTAMP '2021-01-03 20:00:00',
           TIMESTAMPTZ '2020-10-25 00:30:00+00', '2020-12-28', NULL, NULL, NULL, NULL, '{"a": null}'),
          (5, 2, 10, -3, 3, 'NaN'::DOUBLE, 'NaN'::DOUBLE, 3.25, 0.00, -1.5000, NULL, NULL, NULL, false,
           NULL, DATE '2024-05-05', NULL, TIMESTAMP '2024-05-05 05:05:05', NULL, NULL, [5], ['x', 'y', 'x'],
           {'a': 5, 'b': 'y'}, MAP {'a': NULL}, NULL),
          (6, 3, 2, 2, NULL, 'inf'::DOUBLE, -1.0, NULL, NULL, 1.0000, 'ünïcode 12', '.a.b', '5', NULL,
           DATE '2024-12-31', NULL, TIMESTAMP '2024-12-31 23:59:59.999999', NULL, TIMESTAMPTZ '2024-12-31 23:59:59+00',
           '2024-12-31', [2, 1], ['é'], {'a': 6, 'b': 'é'}, MAP {'c': 3}, '[1, 2]'),
          (7, NULL, 7, 0, 9, NULL, 3.0, 2.0, 0.05, NULL, 'Zebra-12a', 'aXbXc', '42', true,
           DATE '2021-01-01', DATE '2021-01-01', TIMESTAMP '2021-01-01 10:00:00', TIMESTAMP '2021-01-01 09:59:59',
           TIMESTAMPTZ '2021-01-01 10:00:00+00', '2021-01-01', [7, 7], ['q'], {'a': 7, 'b': 'q'}, MAP {'a': 7},
           '{"a": true, "b": [3]}'),
          (8, 3, 5, NULL, 2, 0.1, 0.2, 0.3, 3.14, 12.3456, ' pad ', ' x , y ', '100', false,
           DATE '1969-07-20', DATE '1970-01-01', TIMESTAMP '1969-07-20 20:17:40.25', TIMESTAMP '1970-01-01 00:00:00',
           TIMESTAMPTZ '1969-07-20 20:17:40+00', '1969-07-20', [NULL]::INTEGER[], [''], {'a': 8, 'b': ''}, MAP {'z': 0},
           '{"b": 5, "a": "é\\n"}')
        ) r(id, k, i, j, b, f, g, r, d, e, s, p, n, bo, dt, dt2, ts, ts2, tz, sd, li, ls, st, mp, js)""",
    "u": "SELECT * FROM (VALUES (1, 'one'), (2, 'two'), (4, 'four'), (NULL, 'none')) r(k, v)",
}
_TYPES = "f::DOUBLE AS f, g::DOUBLE AS g, r::REAL AS r, d::DECIMAL(10,2) AS d, e::DECIMAL(18,4) AS e"
TEMPLATES = {
    "aggregates": "SELECT k, {} AS x FROM t GROUP BY k",
    "queries": "{}",
}
OF_ROWS = "SELECT id, {} AS x FROM t"


@dataclass(frozen=True)
class Answer:
    """`kinds` are the families of the columns' types; `rows` comparable values, sorted unless the query orders them."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Engines:
    duckdb: Callable[[str], Answer]
    spark: Callable[[str], Answer]


def duckdb_engine(folder: Path) -> Callable[[str], Answer]:
    """Writes the tables to `folder` as well, for Spark to read."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, sql in TABLES.items():
        replaced = f"* REPLACE ({_TYPES})" if name == "t" else "*"
        connection.execute(f"CREATE TABLE {name} AS SELECT {replaced} FROM ({sql})")
        connection.execute(f"COPY {name} TO '{folder / name}.parquet'")

    def asked(sql: str) -> Answer:
        relation = connection.sql(sql)
        if len({name.lower() for name in relation.columns}) < len(relation.columns):
            relation = connection.sql(f"SELECT * FROM ({sql})")  # repeated names are numbered, as in a table
        return answer(relation.to_arrow_table())

    return asked


def spark_engine(
    running: Any, folder: Path, tables: Iterable[str] = TABLES, *, compiled: bool = False
) -> Callable[[str], Answer]:
    """A session of its own, with its own settings and views, in a Spark that runs.

    Interpreted unless asked otherwise: to compile each query for some eight rows, and to plan it again between its
    stages, takes Spark more than half of the time.
    """
    session = running.newSession()
    settings = {
        "spark.sql.codegen.factoryMode": "FALLBACK" if compiled else "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": str(compiled).lower(),
        "spark.sql.adaptive.enabled": str(compiled).lower(),
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    }
    for key, value in settings.items():
        session.conf.set(key, value)
    for name in tables:
        session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    return lambda sql: answer(session.sql(sql).toArrow())


def answer(table: Any) -> Answer:
    columns = [[_comparable(value) for value in column.to_pylist()] for column in table.columns]
    return Answer(
        tuple(table.column_names),
        tuple(_kind(field.type) for field in table.schema),
        tuple(zip(*columns, strict=True)),
    )


def _kind(type_: Any) -> str:
    import pyarrow.types as of

    if of.is_decimal(type_):
        return "decimal" if type_.scale else "integer"
    if of.is_list(type_) or of.is_large_list(type_) or of.is_fixed_size_list(type_):
        return f"list<{_kind(type_.value_type)}>"
    if of.is_struct(type_):
        return "struct<" + ", ".join(_kind(type_.field(n).type) for n in range(type_.num_fields)) + ">"
    if of.is_map(type_):
        return f"map<{_kind(type_.key_type)}, {_kind(type_.item_type)}>"
    if of.is_timestamp(type_):
        return "zoned timestamp" if type_.tz else "timestamp"
    families = {
        "integer": of.is_integer, "float": of.is_floating, "boolean": of.is_boolean, "date": of.is_date,
        "time": of.is_time, "null": of.is_null, "interval": lambda t: of.is_interval(t) or of.is_duration(t),
        "text": lambda t: of.is_string(t) or of.is_large_string(t) or str(t) == "string_view",
        "binary": lambda t: of.is_binary(t) or of.is_large_binary(t),
    }  # fmt: skip
    return next((name for name, test in families.items() if test(type_)), str(type_))


def _comparable(value: Any) -> Any:
    """Floats by 12 digits: engines add them up in different orders."""
    match value:
        case bool() | None:
            return value
        case float():
            if math.isnan(value):
                return "nan"
            return float(f"{value:.12g}") + 0.0 if math.isfinite(value) else str(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else value.normalize()
        case list():
            return tuple(_comparable(one) for one in value)
        case tuple():
            return tuple(_comparable(one) for one in value)
        case dict():
            return tuple((key, _comparable(one)) for key, one in value.items())
        case datetime() | date():
            return str(value)
    return value


def same_rows(one: Answer, other: Answer, ordered: bool) -> bool:
    if ordered:
        return one.rows == other.rows
    return sorted(map(repr, one.rows)) == sorted(map(repr, other.rows))
