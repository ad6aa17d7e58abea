"""Type names of DuckDB, taken apart."""

from __future__ import annotations

import pytest

from odibi_sql.engines.duckdb.types import DuckType, parse_type


def kinds(parsed: DuckType) -> str:
    inner = ", ".join(f"{label} {kinds(member)}".strip() for label, member in parsed.members)
    return f"{parsed.kind}<{inner}>" if inner else parsed.kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INTEGER", "INTEGER"),
        ('"NULL"', '"NULL"'),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
        ("DECIMAL(12,2)", "DECIMAL"),
        ("ENUM('a', 'it''s', '(', ']')", "ENUM"),
        ("GEOMETRY('OGC:CRS84')", "GEOMETRY"),
        ("INTEGER[][3]", "ARRAY<LIST<INTEGER>>"),
        ("TIME WITH TIME ZONE[]", "LIST<TIME WITH TIME ZONE>"),
        ("DECIMAL(4,1)[2][]", "LIST<ARRAY<DECIMAL>>"),
        ("STRUCT", "STRUCT"),
        ("STRUCT[]", "LIST<STRUCT>"),
        ('STRUCT("a b" INTEGER, "c""d)" VARCHAR[])', 'STRUCT<"a b" INTEGER, "c""d)" LIST<VARCHAR>>'),
        ("MAP(VARCHAR, STRUCT(x DATE))", "MAP<VARCHAR, STRUCT<x DATE>>"),
        ('UNION("name" VARCHAR, age SMALLINT)', 'UNION<"name" VARCHAR, age SMALLINT>'),
        ("TUPLE(INTEGER, TUPLE(BIT))", "TUPLE<INTEGER, TUPLE<BIT>>"),
        ('STRUCT("struct" STRUCT(ä INTEGER))', 'STRUCT<"struct" STRUCT<ä INTEGER>>'),
    ],
)
def test_types_are_taken_apart(text: str, expected: str) -> None:
    parsed = parse_type(text)
    assert (kinds(parsed), parsed.text) == (expected, text)


def test_members_keep_their_own_text() -> None:
    members = parse_type("STRUCT(a DECIMAL(4,1)[] , b TIME WITH TIME ZONE)").members
    assert [(label, member.text) for label, member in members] == [
        ("a", "DECIMAL(4,1)[]"),
        ("b", "TIME WITH TIME ZONE"),
    ]


@pytest.mark.parametrize(
    "text", ["", "STRUCT(", "STRUCT(a)", "INTEGER]", "ENUM('a", "MAP(INTEGER, INTEGER", "INTEGER[3"]
)
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a type"):
        parse_type(text)
