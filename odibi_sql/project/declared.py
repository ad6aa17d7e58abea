"""`tests:` and `data_tests:` of models, seeds, sources and their columns -> Declared, in all of dbt's spellings.

Which types of checks there are, and what arguments each takes, is looked at later, when macros are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from odibi_sql.documents import Document, Entry
from odibi_sql.errors import Location
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import Check, check_settings, merge, node_name, text

CHECK_KEYS = ("tests", "data_tests")
WITHOUT_EFFECT = frozenset(
    ["alias", "database", "docs", "group", "schema", "store_failures", "store_failures_as", "static_analysis"]
)


class Declared(Struct, frozen=True):
    """A check of the type `test`, of a `package` if one was named; `arguments` are not checked yet, `settings` are."""

    test: str
    package: str | None
    resource: Literal["model", "seed", "source"]
    subject: str
    column: str | None
    where: Location
    arguments: Mapping[str, Entry] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None
    description: str = ""


class Subject(Struct, frozen=True):
    """What checks are declared at."""

    resource: Literal["model", "seed", "source"]
    name: str
    column: str | None = None
    tags: tuple[str, ...] = ()


def read_checks(reading: Reading, item: Document, subject: Subject) -> list[Declared]:
    """The checks of a model, seed or source table, and those of its columns; `item` is its mapping."""
    found = [declared for document in _lists(item) for declared in _read_list(reading, document, subject)]
    columns = item.entries.get("columns")
    for column in columns.document.items if columns else ():
        name = column.entries.get("name")
        if name is None or not isinstance(name.document.value, str):
            continue  # told where columns are read
        of = Subject(subject.resource, subject.name, name.document.value, _column_tags(column))
        found += [declared for document in _lists(column) for declared in _read_list(reading, document, of)]
    return found


def _lists(item: Document) -> Iterator[Document]:
    return (item.entries[key].document for key in CHECK_KEYS if key in item.entries)


def _column_tags(column: Document) -> tuple[str, ...]:
    config = column.entries.get("config")
    holders = [column, *([config.document] if config else [])]
    listed = [one.entries["tags"].document.value for one in holders if "tags" in one.entries]
    return tuple(tag for tags in listed for tag in ([tags] if isinstance(tags, str) else tags or ()))


def _read_list(reading: Reading, document: Document, subject: Subject) -> Iterator[Declared]:
    if document.value is None:
        return
    if not isinstance(document.value, list):
        reading.mistake("checks must be a list", document.where, "- not_null")
        return
    for item in document.items:
        if (declared := _read_one(reading, item, subject)) is not None:
            yield declared


def _read_one(reading: Reading, item: Document, subject: Subject) -> Declared | None:
    """`not_null`, `{not_null: {…}}`, or `{name: …, test_name: not_null, …}`."""
    if isinstance(item.value, str):
        return _declared(reading, item.value, Document(None, item.where), item.where, subject)
    if isinstance(item.value, dict) and "test_name" in item.entries:
        test = reading.value("test_name", item.entries["test_name"].document, text)
        rest = {key: entry for key, entry in item.entries.items() if key != "test_name"}
        return _declared(reading, test, Document(item.value, item.where, rest), item.where, subject) if test else None
    if isinstance(item.value, dict) and len(item.entries) == 1:
        (test, entry), *_ = item.entries.items()
        return _declared(reading, str(test), entry.document, entry.key, subject)
    hint = "- accepted_values: {values: [a, b]}"
    if isinstance(item.value, dict) and len(item.entries) > 1:
        hint = "what belongs to a check is indented below its name"
    reading.mistake("a check is the name of its type, or a mapping from that to its arguments", item.where, hint)
    return None


def _declared(reading: Reading, test: str, given: Document, where: Location, subject: Subject) -> Declared | None:
    if not reading.is_mapping(given):
        return None
    checks = check_settings()
    settings: dict[str, Any] = {"tags": subject.tags} if subject.tags else {}
    arguments: dict[str, Entry] = {}
    named: dict[str, str] = {}
    for key, entry in given.entries.items():
        if key == "config":
            settings = merge(settings, _settings(reading, entry.document, checks))
        elif key == "arguments" and isinstance(entry.document.value, dict):
            arguments |= {str(name): one for name, one in entry.document.entries.items()}
        elif key in ("name", "description"):
            named[key] = reading.value(key, entry.document, node_name if key == "name" else text) or ""
        elif key in checks or key in WITHOUT_EFFECT:
            settings = merge(settings, _settings(reading, Document({}, entry.key, {key: entry}), checks))
        else:
            arguments[str(key)] = entry
    package, _, name = test.rpartition(".")
    description = named.get("description", "")
    return Declared(
        name,
        package or None,
        subject.resource,
        subject.name,
        subject.column,
        where,
        arguments,
        settings,
        named.get("name"),
        description,
    )


def _settings(reading: Reading, document: Document, checks: Mapping[str, Check]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if reading.is_mapping(document):
        for key, entry in document.entries.items():
            if key in WITHOUT_EFFECT:
                reading.without_effect(str(key), entry.key)
            else:
                reading.setting(str(key), entry, checks, kept)
    return kept
