"""`unit_tests:` in YAML -> DeclaredUnitTest, with dbt's keys: a model, rows of what it reads, and rows it must give."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from msgspec import Struct, field

from odibi_sql.documents import Document, Entry
from odibi_sql.errors import Location, nearest
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import Check, flag, mapping, names, one_of, text

Fixtures = Mapping[str, tuple[str, str]]  # a file's stem -> its path and text

_INPUT = re.compile(r"(ref|source)\s*\(\s*(.+?)\s*\)", re.DOTALL)
_FORMATS = ("dict", "csv", "sql")


class Cell(Struct, frozen=True):
    """A value as text (None: NULL); `named` is where its column is named."""

    column: str
    text: str | None
    where: Location
    named: Location


class Fixture(Struct, frozen=True):
    """Rows, each with the cells that are given, or a query. `where` is their place; `inside` is where the query's text
    begins, if its lines stand in the file as they are."""

    where: Location
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    sql: str | None = None
    inside: Location | None = None


class DeclaredUnitTest(Struct, frozen=True):
    """`given`: fixtures by the name of what they stand for, in parts; `this` is the model's own rows. `macros` replaces
    what macros give, among them `is_incremental`. `tags` and `enabled` are those of `config:`."""

    name: str
    model: str
    where: Location
    expect: Fixture
    given: tuple[tuple[tuple[str, ...], Location, Fixture], ...] = ()
    vars: Mapping[str, Any] = field(default_factory=dict)
    env_vars: Mapping[str, Any] = field(default_factory=dict)
    macros: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    enabled: bool = True
    description: str = ""


def read_unit_tests(reading: Reading, document: Document, fixtures: Fixtures) -> list[DeclaredUnitTest]:
    """What is wrong is kept by `reading`, and left out."""
    found = [_unit_test(reading, item, fixtures) for item in reading.mappings("unit_tests", document)]
    return [one for one in found if one is not None]


def _unit_test(reading: Reading, item: Document, fixtures: Fixtures) -> DeclaredUnitTest | None:
    before = len(reading.errors)
    known = ("name", "model", "given", "expect", "overrides", "config", "description", "tags")
    entries = dict(reading.entries(item, known, ("versions",)))
    for key in ("name", "model", "expect"):
        if key not in entries:
            reading.mistake(f"a unit test needs `{key}`", item.where)
    if len(reading.errors) > before:
        return None
    plain: dict[str, Check] = {"name": text, "model": text, "description": text, "tags": names}
    values = {key: reading.value(key, one.document, plain[key]) for key, one in entries.items() if key in plain}
    overrides = _checked(reading, entries.get("overrides"), {"vars": mapping, "env_vars": mapping, "macros": mapping})
    config = _checked(reading, entries.get("config"), {"tags": names, "enabled": flag, "meta": mapping})
    given = _given(reading, entries["given"].document, fixtures) if "given" in entries else ()
    expect = _fixture(reading, entries["expect"].document, fixtures, ())
    if len(reading.errors) > before or expect is None:
        return None
    return DeclaredUnitTest(
        name=values["name"],
        model=values["model"],
        where=entries["name"].document.where,
        expect=expect,
        given=given,
        vars=overrides.get("vars", {}),
        env_vars=overrides.get("env_vars", {}),
        macros=overrides.get("macros", {}),
        tags=tuple(dict.fromkeys((*(values.get("tags") or ()), *config.get("tags", ())))),
        enabled=config.get("enabled", True),
        description=values.get("description") or "",
    )


def _checked(reading: Reading, entry: Entry | None, checks: Mapping[str, Check]) -> dict[str, Any]:
    return reading.values(entry.document, checks) if entry is not None else {}


def _given(
    reading: Reading, document: Document, fixtures: Fixtures
) -> tuple[tuple[tuple[str, ...], Location, Fixture], ...]:
    given = []
    for item in reading.mappings("given", document):
        entry = item.entries.get("input")
        if entry is None:
            reading.mistake("what is given needs an `input`", item.where, "input: ref('orders')")
            continue
        name = reading.value("input", entry.document, text)
        fixture = _fixture(reading, item, fixtures, ("input",))
        if name is not None and fixture is not None:
            given.append((_parts(name), entry.document.where, fixture))
    return tuple(given)


def _parts(written: str) -> tuple[str, ...]:
    """`ref('orders')`, `source('raw', 'orders')`, `raw.orders`, `this`."""
    called = _INPUT.fullmatch(written.strip())
    if called is None:
        return tuple(written.strip().split("."))
    parts = tuple(part.strip().strip("'\"") for part in called[2].split(","))
    return parts[-1:] if called[1] == "ref" else parts


def _fixture(reading: Reading, item: Document, fixtures: Fixtures, more: tuple[str, ...]) -> Fixture | None:
    entries = dict(reading.entries(item, ("rows", "format", "fixture", *more)))
    kind = "dict"
    if "format" in entries:
        kind = reading.value("format", entries["format"].document, one_of(_FORMATS)) or ""
    if "fixture" in entries:
        return _from_file(reading, entries["fixture"].document, fixtures)
    rows = entries.get("rows")
    if rows is None:
        if kind != "dict":
            reading.mistake(f"`format: {kind}` needs `rows`, or a `fixture`", item.where)
            return None
        return Fixture(item.where)
    if kind == "csv":
        written = reading.value("rows", rows.document, text)
        return _from_csv(reading, written, rows.document) if written is not None else None
    if kind == "sql":
        written = reading.value("rows", rows.document, text)
        return Fixture(rows.document.where, sql=written, inside=rows.document.inside) if written is not None else None
    return _from_mappings(reading, rows.document) if kind else None


def _from_file(reading: Reading, document: Document, fixtures: Fixtures) -> Fixture | None:
    name = reading.value("fixture", document, text)
    if name is None:
        return None
    stem = name.removesuffix(".csv").removesuffix(".sql")
    if stem not in fixtures:
        close = nearest(stem, fixtures)
        hint = f"did you mean `{close}`?" if close else f"put it into tests/fixtures/{stem}.csv"
        reading.mistake(f"there is no fixture `{stem}`", document.where, hint)
        return None
    path, content = fixtures[stem]
    document = Document(content, document.where, inside=Location(path, 1, 1))
    if path.endswith(".sql"):
        return Fixture(document.where, sql=content, inside=document.inside)
    return _from_csv(reading, content, document)


def _from_csv(reading: Reading, written: str, document: Document) -> Fixture | None:
    """An empty cell is NULL."""
    try:
        records = list(_records(written, document))
    except csv.Error as error:
        reading.mistake(f"this is not CSV: {error}", document.where)
        return None
    if not records:
        reading.mistake("these rows have no header: the first line names the columns", document.where)
        return None
    before = len(reading.errors)
    _, header = records[0]
    columns = tuple(name for name, _ in header)
    for number, (name, where) in enumerate(header):
        if name.casefold() in (other.casefold() for other in columns[:number]):
            reading.mistake(f"the column `{name}` stands here twice", where)
    for number, (where, record) in enumerate(records[1:], 1):
        if len(record) != len(columns):
            reading.mistake(f"row {number} has {len(record)} cells, and the header {len(columns)}", where)
    if len(reading.errors) > before:
        return None
    rows = (zip(header, record, strict=True) for _, record in records[1:])
    cells = (tuple(Cell(name, text or None, where, named) for (name, named), (text, where) in row) for row in rows)
    return Fixture(document.where, columns, tuple(cells))


def _records(written: str, document: Document) -> Iterator[tuple[Location, list[tuple[str, Location]]]]:
    """The place of each row that is not empty, and its cells with theirs."""
    lines = written.split("\n")
    reader = csv.reader(io.StringIO(written), skipinitialspace=True)
    begins = 0
    for record in reader:
        if lines[begins].strip():
            columns = _columns(lines[begins], len(record))
            places = [_place(document, begins, column) for column in columns]
            yield _place(document, begins, 0), [(cell.strip(), at) for cell, at in zip(record, places, strict=True)]
        begins = reader.line_num


def _columns(line: str, cells: int) -> list[int]:
    """Where the cells of a line begin; all at its beginning where quotes make that hard to tell."""
    parts = line.split(",")
    if len(parts) != cells:
        return [0] * cells
    ends = list(accumulate(len(part) + 1 for part in parts))
    return [end - 1 - len(part.lstrip()) for end, part in zip(ends, parts, strict=True)]


def _place(document: Document, line: int, column: int) -> Location:
    if (at := document.inside) is None or at.line is None or at.column is None:
        return document.where
    return Location(at.path, at.line + line, at.column + column)


def _from_mappings(reading: Reading, document: Document) -> Fixture | None:
    before = len(reading.errors)
    found = [item.entries for item in reading.mappings("rows", document)]
    if len(reading.errors) > before:
        return None
    columns = tuple(dict.fromkeys(str(name) for row in found for name in row))
    rows = (
        tuple(Cell(str(name), _text(one.document.value), one.document.where, one.key) for name, one in row.items())
        for row in found
    )
    return Fixture(document.where, columns, tuple(rows))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, default=str, ensure_ascii=False)
