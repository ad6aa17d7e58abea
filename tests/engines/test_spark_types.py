"""Types that cross from DuckDB's results to Spark and back: kept, widened without loss, or refused by column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from odibi_sql.engines.duckdb import reading_sql
from odibi_sql.engines.protocol import Cursor, EngineFailure, Session
from odibi_sql.relation import Attached, Column, Files, Stored

# SQL of DuckDB, the type that it has after Spark has read and written it, and the value there, as text.
CROSSING = [
    ("true", "BOOLEAN", "true"),
    ("(-128)::TINYINT", "TINYINT", "-128"),
    ("255::UTINYINT", "SMALLINT", "255"),
    ("65535::USMALLINT", "INTEGER", "65535"),
    ("4294967295::UINTEGER", "BIGINT", "4294967295"),
    ("18446744073709551615::UBIGINT", "DECIMAL(20,0)", "18446744073709551615"),
    ("9223372036854775807::BIGINT", "BIGINT", "9223372036854775807"),
    ("12::HUGEINT", "DECIMAL(38,0)", "12"),
    ("99999999999999999999999999999999999999::HUGEINT", "DECIMAL(38,0)", "9" * 38),
    ("7::UHUGEINT", "DECIMAL(38,0)", "7"),
    ("0.1::FLOAT", "FLOAT", "0.1"),
    ("'-0.0'::DOUBLE", "DOUBLE", "-0.0"),
    ("'nan'::DOUBLE", "DOUBLE", "nan"),
    ("1.50::DECIMAL(5, 2)", "DECIMAL(5,2)", "1.50"),
    ("1.5::DECIMAL(38, 10)", "DECIMAL(38,10)", "1.5000000000"),
    ("'Grüße 😀'", "VARCHAR", "Grüße 😀"),
    (r"'\xAA\x00'::BLOB", "BLOB", r"\xAA\x00"),
    ("DATE '1500-01-01'", "DATE", "1500-01-01"),
    ("TIMESTAMP '1500-01-01 12:00:00.123456'", "TIMESTAMP", "1500-01-01 12:00:00.123456"),
    ("TIMESTAMPTZ '2024-03-31 02:30:00+02'", "TIMESTAMP WITH TIME ZONE", "2024-03-31 00:30:00+00"),
    ("'2024-01-01 10:00:00'::TIMESTAMP_S", "TIMESTAMP", "2024-01-01 10:00:00"),
    ("'2024-01-01 10:00:00.5'::TIMESTAMP_MS", "TIMESTAMP", "2024-01-01 10:00:00.5"),
    ("'b'::ENUM('a', 'b')", "VARCHAR", "b"),
    ("'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::UUID", "VARCHAR", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    ("'{\"a\": 1}'::JSON", "VARCHAR", '{"a": 1}'),
    ("NULL", "INTEGER", None),
    ("[1, NULL]", "INTEGER[]", "[1, NULL]"),
    ("[1, 2]::INTEGER[2]", "INTEGER[]", "[1, 2]"),
    ("[5::HUGEINT]", "DECIMAL(38,0)[]", "[5]"),
    ("{'h': (-7)::HUGEINT, 'u': [255::UTINYINT]}", "STRUCT(h DECIMAL(38,0), u SMALLINT[])", "{'h': -7, 'u': [255]}"),
    ("['b'::ENUM('a', 'b'), NULL]", "VARCHAR[]", "[b, NULL]"),
    ("['f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::UUID]", "VARCHAR[]", "[f81d4fae-7dec-11d0-a765-00a0c91e6bf6]"),
    ("{'e': 'a'::ENUM('a', 'b')}", "STRUCT(e VARCHAR)", "{'e': a}"),
    ("['2024-01-01 10:00:00'::TIMESTAMP_S]", "TIMESTAMP[]", "['2024-01-01 10:00:00']"),
    ("MAP {'k': DATE '2024-02-29'}", "MAP(VARCHAR, DATE)", "{k=2024-02-29}"),
    ("0::UHUGEINT", "DECIMAL(38,0)", "0"),
    ("-99999999999999999999999999999999999999::DECIMAL(38, 0)", "DECIMAL(38,0)", "-" + "9" * 38),
    ("NULL::UUID", "VARCHAR", None),
    ("NULL::STRUCT(a HUGEINT)", "STRUCT(a DECIMAL(38,0))", None),
    ("{'a': 1, 'B c': [2.5::DECIMAL(3, 1)]}", 'STRUCT(a INTEGER, "B c" DECIMAL(3,1)[])', "{'a': 1, 'B c': [2.5]}"),
    ("MAP {'k': 1::UTINYINT}", "MAP(VARCHAR, SMALLINT)", "{k=1}"),
    ("{'u': uuid()}.u IS NOT NULL", "BOOLEAN", "true"),
]
REFUSED = {
    "TIME '12:00:00'": "TIME",
    "INTERVAL 1 DAY": "INTERVAL",
    "'2024-01-01 10:00:00.123456789'::TIMESTAMP_NS": "TIMESTAMP_NS",
    "'101'::BIT": "BIT",
    "{'t': TIME '12:00:00'}": "STRUCT(t TIME)",
    "TIMETZ '12:00:00+02'": "TIME WITH TIME ZONE",
    "[INTERVAL 1 DAY]": "INTERVAL[]",
    "{'i': [INTERVAL 1 MONTH]}": "STRUCT(i INTERVAL[])",
    "MAP {'k': '2024-01-01'::TIMESTAMP_NS}": "MAP(VARCHAR, TIMESTAMP_NS)",
    "union_value(n := 1)": "UNION(n INTEGER)",
    "5::BIGNUM": "BIGNUM",
}


@pytest.fixture
def engine_name(running_spark: object) -> str:
    return "spark"


@pytest.fixture
def by_duckdb(session: Session) -> Iterator[Cursor]:
    cursor = session.duckdb.cursor()  # type: ignore[attr-defined]
    yield cursor
    cursor.close()


def test_values_come_back_from_spark_as_they_were(cursor: Cursor, by_duckdb: Cursor, tmp_path: Path) -> None:
    select = ", ".join(f"{value} AS c{n}" for n, (value, _, _) in enumerate(CROSSING))
    written = by_duckdb.write(f"SELECT {select}", tmp_path / "made")
    cursor.create_view("made_by_duckdb", written.stored())
    back = cursor.write("SELECT * FROM made_by_duckdb", tmp_path / "back")
    assert [column.type for column in back.columns] == [kind for _, kind, _ in CROSSING]
    with duckdb.connect(config={"threads": 1}) as reader:
        reader.execute("SET TimeZone = 'UTC'")
        select = reading_sql(back.columns, [str(part) for part in back.parts])
        described = [row[1] for row in reader.execute(f"DESCRIBE {select}").fetchall()]
        cells = reader.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({select})").fetchone()
    assert described == [kind for _, kind, _ in CROSSING]
    assert cells == tuple(text for _, _, text in CROSSING)


@pytest.mark.parametrize("value", REFUSED)
def test_what_spark_cannot_read_is_refused_by_column(
    value: str, cursor: Cursor, by_duckdb: Cursor, tmp_path: Path
) -> None:
    written = by_duckdb.write(f"SELECT 1 AS fine, {value} AS odd", tmp_path / "made")
    with pytest.raises(EngineFailure) as raised:
        cursor.create_view("made_by_duckdb", written.stored())
    assert raised.value.message == f"column `odd` is of type {REFUSED[value]}, which Spark cannot read"


@pytest.mark.parametrize(
    "value",
    ["170141183460469231731687303715884105727::HUGEINT", "340282366920938463463374607431768211455::UHUGEINT"],
)
def test_a_number_of_more_than_38_digits_stops(value: str, cursor: Cursor, by_duckdb: Cursor, tmp_path: Path) -> None:
    written = by_duckdb.write(f"SELECT {value} AS wide", tmp_path / "made")
    with pytest.raises(EngineFailure):
        cursor.create_view("made_by_duckdb", written.stored())
        cursor.write("SELECT wide FROM made_by_duckdb", tmp_path / "back")


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("select interval 1 day as odd", "INTERVAL DAY"),
        ("select interval 1 month as odd", "INTERVAL MONTH"),
        ("select array(time '12:00:00') as odd", "TIME(6)"),
        ("select parse_json('1') as odd", "VARIANT"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_column(sql: str, kind: str, cursor: Cursor, tmp_path: Path) -> None:
    for attempt in (cursor.describe, lambda text: cursor.write(text, tmp_path / "r")):
        with pytest.raises(
            EngineFailure, match=r"cannot be stored without loss: write CAST\(`odd` AS STRING\)"
        ) as raised:
            attempt(sql)
        assert raised.value.message.startswith(f"column `odd` is of type {kind},")
    assert list(tmp_path.glob("r*")) == []


def test_no_rows_have_their_types_too(cursor: Cursor) -> None:
    columns = (Column("u", "UUID"), Column("h", "HUGEINT", "BIGINT"), Column("s", "STRUCT(a INTEGER)"))
    cursor.create_view("none_at_all", Stored(columns, ()))
    assert [column.type for column in cursor.describe("select * from none_at_all")] == [
        "VARCHAR",
        "DECIMAL(38,0)",
        "STRUCT(a INTEGER)",
    ]


def test_a_table_of_a_duckdb_file_is_read(cursor: Cursor, session: Session, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("CREATE TABLE t AS SELECT 1::UTINYINT AS a, uuid() AS u FROM range(3)")
    relation = Attached(str(tmp_path / "other.duckdb"), "main", "t")
    cursor.create_view("attached", relation)
    assert [c.type for c in cursor.describe("select * from attached")] == ["SMALLINT", "VARCHAR"]
    assert cursor.write("select * from attached", tmp_path / "r").content == session.content(relation)


def test_folders_of_a_partitioned_source_are_columns(cursor: Cursor, tmp_path: Path) -> None:
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        duckdb.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/year={year}/x.parquet'")
    cursor.create_view("parted", Files("parquet", (f"{tmp_path}/*/*.parquet",)))
    written = cursor.write("select sum(year) as s, sum(a) as n from parted", tmp_path / "r")
    assert duckdb.execute(reading_sql(written.columns, [str(p) for p in written.parts])).fetchall() == [(4047, 2)]
