"""Two stored results compared: as multisets, exactly but for floats, whatever the widths of their types."""

from __future__ import annotations

from pathlib import Path

import pytest

from odibi_sql.engines.duckdb.comparing import Comparison, compare
from odibi_sql.engines.protocol import Cursor


def compared(cursor: Cursor, folder: Path, left: str, right: str, tolerance: float = 1e-9) -> Comparison:
    sides = []
    for name, sql in (("left", left), ("right", right)):
        written = cursor.write(sql, folder / name)
        sides.append(written.stored())
    return compare(cursor.native(), sides[0], sides[1], tolerance)


AGREE = [
    ("select 1 as a, 'x' as b", "select 1::hugeint as a, 'x' as b"),
    ("select 1::decimal(38, 0) as a", "select 1::tinyint as a"),
    ("select 1.50::decimal(5, 2) as a", "select 1.5::decimal(38, 10) as a"),
    ("select 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'::uuid as a", "select 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' as a"),
    ("select '2024-01-01'::timestamp_s as a", "select '2024-01-01'::timestamp as a"),
    ("select unnest([1, 2, 2, NULL]) as a", "select unnest([2, NULL, 2, 1]) as a"),
    (
        "select 'nan'::double as a, 'inf'::double as b, -0.0::double as c",
        "select 'nan'::double as a, 'inf'::double as b, 0.0::double as c",
    ),
    ("select 1e20 as a, g from range(3) t(g)", "select 1e20 * (1 + 1e-12) as a, g from range(3) t(g) order by g desc"),
    ("select 1e-17 as a", "select 0.0::double as a"),
    ("select unnest([1.0, 2.0, 3.0])::double as a", "select unnest([3.0, 1.0, 2.0])::double * (1 + 1e-13) as a"),
    ("select 0.1::real as a", "select 0.1::double as a"),
    ("select {'a': 1, 'b': [1.5::double]} as s", "select {'a': 1::bigint, 'b': [1.5::double + 1e-13]} as s"),
    ("select map {'a': 1, 'b': 2} as m", "select map {'b': 2::smallint, 'a': 1::smallint} as m"),
    ("select NULL as a", "select NULL::integer as a"),
    ("select 1 as a where false", "select 1 as a where false"),
    ("select 'b'::enum('a', 'b') as a", "select 'b' as a"),
]


@pytest.mark.parametrize(("left", "right"), AGREE)
def test_what_holds_the_same_agrees(left: str, right: str, cursor: Cursor, tmp_path: Path) -> None:
    found = compared(cursor, tmp_path, left, right)
    assert found.agree, found
    assert (found.columns, found.sample) == ((), ())


def test_names_in_another_case_differ_and_their_values_are_compared(cursor: Cursor, tmp_path: Path) -> None:
    found = compared(cursor, tmp_path, "select 1 as a, 2 as b", "select 1 as A, 2 as b")
    assert not found.agree
    assert (found.left_only, found.right_only, found.left_rows, found.columns) == (("a",), ("A",), 0, ())


DIFFER = {
    "one value": (
        "select g, g * 2 as x from range(5) t(g)",
        "select g, if(g = 3, 0, g * 2) as x from range(5) t(g)",
        {"x": 1},
        (1, 1),
    ),
    "how often": ("select unnest([1, 1, 2]) as a", "select unnest([1, 2, 2]) as a", {"a": 1}, (1, 1)),
    "a row more": ("select g from range(5) t(g)", "select g from range(4) t(g)", {}, (1, 0)),
    "which go together": (
        "select unnest([1, 2]) as a, unnest(['x', 'y']) as b",
        "select unnest([1, 2]) as a, unnest(['y', 'x']) as b",
        {},
        (2, 2),
    ),
    "a float beyond": ("select 1.0::double as a, 7 as b", "select 1.0001::double as a, 7 as b", {"a": 1}, (1, 1)),
    "NULL and NaN": ("select NULL::double as a", "select 'nan'::double as a", {"a": 1}, (1, 1)),
    "infinity": ("select 'inf'::double as a", "select 1e308 as a", {"a": 1}, (1, 1)),
    "a decimal": ("select 1.50::decimal(5, 2) as a", "select 1.51::decimal(5, 2) as a", {"a": 1}, (1, 1)),
    "a float in a list": ("select [1.0::double] as a", "select [1.1::double] as a", {"a": 1}, (1, 1)),
    "empty and NULL": (
        "select ''::varchar as a, []::int[] as b",
        "select NULL::varchar as a, NULL::int[] as b",
        {"a": 1, "b": 1},
        (1, 1),
    ),
    "a NULL struct": ("select {'a': NULL::int} as s", "select NULL::struct(a int) as s", {"s": 1}, (1, 1)),
    "nanoseconds": (
        "select '2024-01-01 00:00:00.000000001'::timestamp_ns as a",
        "select '2024-01-01'::timestamp as a",
        {"a": 1},
        (1, 1),
    ),
}


@pytest.mark.parametrize("case", DIFFER)
def test_what_differs_is_named(case: str, cursor: Cursor, tmp_path: Path) -> None:
    left, right, columns, rows = DIFFER[case]
    found = compared(cursor, tmp_path, left, right)
    assert not found.agree
    assert {one.column: one.values for one in found.columns} == columns
    assert (found.left_rows, found.right_rows) == rows
    assert 1 <= len(found.sample) <= 5


def test_a_sample_puts_the_rows_side_by_side(cursor: Cursor, tmp_path: Path) -> None:
    left = "select g, g * 2 as x, 'same' as s from range(100) t(g)"
    found = compared(cursor, tmp_path, left, f"select g, if(g % 2 = 0, -1, x) as x, s from ({left})")
    assert (found.rows, found.left_rows, len(found.sample)) == (100, 50, 5)
    assert all(row.different == {"x": (str(2 * int(row.same["g"] or 0)), "-1")} for row in found.sample)


def test_types_of_other_families_differ_whatever_they_hold(cursor: Cursor, tmp_path: Path) -> None:
    found = compared(cursor, tmp_path, "select 1 as a, 2 as b, 3 as c", "select 1::double as a, 2 as b, 4 as d")
    assert [(one.column, one.left, one.right) for one in found.types] == [("a", "whole number", "float")]
    assert (found.left_only, found.right_only, found.left_rows) == (("c",), ("d",), 0)


def test_the_tolerance_is_the_callers(cursor: Cursor, tmp_path: Path) -> None:
    left, right = "select 1.0::double as a", "select 1.001::double as a"
    assert compared(cursor, tmp_path, left, right, 0.01).agree
    assert not compared(cursor, tmp_path, left, right, 0.0001).agree
    assert not compared(cursor, tmp_path, "select 1.0::double as a", "select 1.0::double + 1e-11 as a", 0).agree
