"""`odibi-sql show`: rows of what is published, of every type and in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.projects import write_project

LONG = "x" * 5000
TYPES = f"""
select
    170141183460469231731687303715884105727::hugeint as huge,
    timestamptz '2026-01-31 12:00:00+02' as moment,
    [1, null, 3] as list,
    {{'a': 1, 'b': {{'c': 'é,"'}}}} as struct,
    map {{'k': 1}} as map,
    null::integer as nothing,
    '{LONG}' as long,
    'a,b "quoted"\nline' as text,
    1.10::decimal(9, 2) as decimal,
    'nan'::double as nan,
    date '2026-01-31' as day,
    interval 3 days as wait,
    '\\xAA'::blob as bytes,
    true as yes,
    uuid '12345678-1234-1234-1234-123456789abc' as id,
    '101'::bit as bits,
    'x'::enum('x', 'y') as choice
"""


@pytest.fixture
def typed(shop: Path, run: Run) -> Path:
    write_project(
        shop, {"models/types.sql": TYPES, "models/hundred.sql": "select i from range(100) as r(i) order by i\n"}
    )
    built = run("build")
    assert built.code == 0, built.err
    return shop


def test_a_table_is_drawn(typed: Path, run: Run) -> None:
    ran = run("show", "REVENUE")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("┌") and ran.out.endswith("┘\n")
    assert "Ada" in ran.out and "42.5" in ran.out


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_limit_is_the_most_that_is_shown(typed: Path, run: Run, output: str) -> None:
    text = run("show", "hundred", "--limit", "7", "--output", output).out
    numbers = [line.strip("│ ") for line in text.splitlines()]
    if output == "json":
        numbers = [str(json.loads(line)["i"]) for line in text.splitlines()]
    assert [word for word in numbers if word.isdigit()] == [str(i) for i in range(7)]


def test_csv_is_read_back_by_any_reader(typed: Path, run: Run) -> None:
    (row,) = csv.DictReader(io.StringIO(run("show", "types", "-o", "csv").out))
    assert row["huge"] == "170141183460469231731687303715884105727"
    assert row["moment"] == "2026-01-31 10:00:00+00"
    assert row["list"] == "[1, NULL, 3]"
    assert (row["nothing"], row["long"], row["text"]) == ("", LONG, 'a,b "quoted"\nline')
    assert (row["decimal"], row["nan"], row["day"], row["yes"]) == ("1.10", "nan", "2026-01-31", "true")
    assert (row["bits"], row["choice"], row["bytes"]) == ("101", "x", "\\xAA")


def test_json_is_one_object_a_line(typed: Path, run: Run) -> None:
    (line,) = run("show", "types", "-o", "json").out.splitlines()
    row = json.loads(line)
    assert row["huge"] == 170141183460469231731687303715884105727
    assert (row["list"], row["struct"], row["map"]) == ([1, None, 3], {"a": 1, "b": {"c": 'é,"'}}, {"k": 1})
    assert (row["nothing"], row["long"], row["text"]) == (None, LONG, 'a,b "quoted"\nline')
    assert row["moment"] == "2026-01-31 10:00:00+00"


def test_a_table_of_all_types_can_be_drawn(typed: Path, run: Run) -> None:
    ran = run("show", "types")
    assert ran.code == 0 and "│" in ran.out


def test_seeds_and_views_are_shown_too(typed: Path, run: Run) -> None:
    assert run("show", "customers", "-o", "csv").out == "id,name\n1,Ada\n2,Grace\n3,Linus\n"
    assert len(run("show", "stg_orders", "-o", "json").out.splitlines()) == 3


def test_no_rows(typed: Path, run: Run) -> None:
    write_project(typed, {"models/none.sql": "select * from orders where false\n"})
    run("build")
    assert run("show", "none", "-o", "csv").out == "id,customer_id,amount,ordered_on\n"
    assert run("show", "none", "-o", "json").out == ""
    assert run("show", "none").code == 0


def test_what_is_published_is_shown_and_not_what_is_edited(typed: Path, run: Run) -> None:
    write_project(typed, {"models/revenue.sql": "select 1 as other\n"})
    assert run("show", "revenue", "-o", "csv").out.startswith("name,amount\n")


def test_before_the_first_build(shop: Path, run: Run) -> None:
    ran = run("show", "revenue")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "target `dev` has no publication yet\n  hint: `odibi-sql build` makes one\n"


def test_a_name_that_is_not_published(typed: Path, run: Run) -> None:
    assert run("show", "revenu").err == "target `dev` shows no `revenu`\n  hint: did you mean `revenue`?\n"
    assert "published are: customers, hundred, " in run("show", "zzz").err
