"""Declared sources -> Source: dbt's form (a list of groups with tables), and a short one by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from odibi_sql.documents import Document
from odibi_sql.errors import Location
from odibi_sql.model import Docs, Source
from odibi_sql.project.declared import CHECK_KEYS, Declared, Subject, read_checks
from odibi_sql.project.described import read_columns
from odibi_sql.project.freshness import KEYS, joined, read_key, told
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import SettingError, flag, identifier, mapping, names, text

Format = Literal["parquet", "csv", "json"]

FORMATS: Mapping[str, Format] = {
    "parquet": "parquet",
    "pq": "parquet",
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
}
COMPRESSED = (".gz", ".zst")

PLACES = frozenset(["path", "database", "frame"])
NO_EFFECT = {"loader", "overrides", "quoting"}


def _paths(value: Any) -> tuple[str, ...]:
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not listed or not all(isinstance(i, str) and i for i in listed):
        raise SettingError("a path or a list of paths")
    if any("(" in path for path in listed):
        raise SettingError("a path or a list of paths", "options of the reader go under `options`")
    return tuple(listed)


def _database(value: Any) -> str:
    if not isinstance(value, str) or not ("." in value or "/" in value):
        raise SettingError("the path of a DuckDB file", "for instance data/raw.duckdb")
    return value


def _format(value: Any) -> Format:
    if value not in FORMATS.values():
        raise SettingError("one of parquet, csv, json")
    return value  # type: ignore[no-any-return]


def _options(value: Any) -> tuple[tuple[str, str | int | float | bool], ...]:
    options = mapping(value)
    if not all(isinstance(option, (str, int, float, bool)) for option in options.values()):
        raise SettingError("a mapping of names to plain values")
    return tuple(options.items())


CHECKS = {
    "name": text,
    "description": text,
    "path": _paths,
    "database": _database,
    "frame": flag,
    "format": _format,
    "options": _options,
    "tags": names,
    "event_time": text,
    "schema": identifier,
    "identifier": text,
}


def read_sources(reading: Reading, document: Document, declared: list[Declared]) -> list[Source]:
    """`sources:` of any file, as a list of groups or as a mapping of names; their checks go into `declared`."""
    found: list[Source] = []
    if isinstance(document.value, dict):
        for name, entry in document.entries.items():
            if reading.is_mapping(entry.document) and reading.value("name", Document(name, entry.key), text):
                found += _group(reading, entry.document, str(name), entry.key, declared)
    else:
        for item in reading.mappings("sources", document):
            if "name" not in item.entries:
                reading.mistake("a source needs a `name`", item.where)
            elif name := reading.value("name", item.entries["name"].document, text):
                found += _group(reading, item, name, item.entries["name"].document.where, declared)
    return found


def _group(reading: Reading, document: Document, name: str, where: Location, declared: list[Declared]) -> list[Source]:
    group = _given(reading, document, {"tables"})
    tables = document.entries.get("tables")
    if tables is None:
        if "database" in group:
            hint = "models' sources are known before a database is opened: `tables: [orders, customers]`"
            reading.mistake(f"the source `{name}` needs a list of its `tables`", where, hint)
            return []
        source = _source(reading, None, {"name": name, **group}, where, Docs(group.get("description", "")))
        if source:
            declared += read_checks(reading, document, Subject("source", source.name))
        return [source] if source else []
    if not isinstance(tables.document.value, list):
        reading.mistake("`tables` must be a list", tables.document.where)
        return []
    found = []
    for item in tables.document.items:
        if isinstance(item.value, str):
            source = _source(reading, name, _joined(group, {"name": item.value}), item.where, Docs())
        elif not reading.is_mapping(item):
            continue
        else:
            table = _given(reading, item, {"columns"})
            if "name" not in table:
                reading.mistake("a table needs a `name`", item.where)
                continue
            columns = read_columns(reading, item)
            docs = Docs(table.get("description", ""), columns, item.where)
            source = _source(reading, name, _joined(group, table), item.where, docs)
        if source:
            found.append(source)
            for described in (document, item):  # what is asked of the group is asked of each of its tables
                declared += read_checks(reading, described, Subject("source", source.name))
    return found


def _joined(group: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """A table's own settings over its group's; where its data is, it says whole or not at all; tags add up."""
    inherited = {key: value for key, value in group.items() if key not in {"description", "name"}}
    if PLACES & table.keys():
        inherited = {key: value for key, value in inherited.items() if key not in PLACES}
    tags = tuple(dict.fromkeys((*group.get("tags", ()), *table.get("tags", ()))))
    places = {**group.get("places", {}), **table.get("places", {})}
    fresh = joined(group.get("freshness"), table.get("freshness"))
    return {**inherited, **table, "tags": tags, "places": places, "freshness": fresh}


def _given(reading: Reading, document: Document, more: set[str]) -> dict[str, Any]:
    """What a group or table says; dbt's `config:` and `meta:` may hold where its data is."""
    values: dict[str, Any] = {}
    for key, entry in reading.entries(document, {*CHECKS, *KEYS, *more, "config", "meta"}, NO_EFFECT, CHECK_KEYS):
        if key in CHECKS:
            value = reading.value(key, entry.document, CHECKS[key])
            if value is not None:
                values[key] = value
        elif key in KEYS:
            read_key(reading, key, entry.document, values)
        elif key in {"config", "meta"}:
            _external(reading, entry.document, values)
    return values


def _external(reading: Reading, document: Document, values: dict[str, Any]) -> None:
    if not reading.is_mapping(document):
        return
    for key, entry in document.entries.items():
        if key in {"external_location", "path"}:
            values.setdefault("path", reading.value(str(key), entry.document, _paths) or ())
        elif key == "tags":
            values.setdefault("tags", reading.value("tags", entry.document, names) or ())
        elif key == "event_time":
            values.setdefault("event_time", reading.value("event_time", entry.document, text))
        elif key in KEYS:
            read_key(reading, str(key), entry.document, values)
        elif key == "meta":
            _external(reading, entry.document, values)
        elif key in NO_EFFECT:
            reading.without_effect(str(key), entry.key)


def _source(
    reading: Reading, schema: str | None, given: Mapping[str, Any], where: Location, docs: Docs
) -> Source | None:
    name: str = given["name"]
    label = f"{schema}.{name}" if schema else name
    places = [key for key in ("path", "database", "frame") if given.get(key)]
    if len(places) != 1:
        if places:
            reading.mistake(f"the source `{label}` has both {' and '.join(f'`{p}`' for p in places)}", where)
        else:
            hint = "give `path:` (files), `database:` (a DuckDB file), or `frame: true` (handed over by Python)"
            reading.mistake(f"the source `{label}` does not say where its data is", where, hint)
        return None
    options, tags, event_time = given.get("options", ()), given.get("tags", ()), given.get("event_time")
    physical: str = given.get("identifier", name)
    more = told(reading, label, given, "frame" if places == ["frame"] else "", where)
    if places == ["frame"]:
        return Source(schema, name, "frame", where, tags=tags, event_time=event_time, docs=docs, **more)
    if places == ["database"]:
        table = physical if "." in physical else f"{given.get('schema', 'main')}.{physical}"
        paths = (given["database"].replace("{name}", name),)
        return Source(schema, name, "database", where, paths, table, options, tags, event_time, docs, **more)
    paths = tuple(path.replace("{name}", name).replace("{identifier}", physical) for path in given["path"])
    kind = given.get("format") or _format_of(paths)
    if kind is None:
        hint = "give `format:` parquet, csv or json"
        reading.mistake(f"the path of `{label}` does not tell its format", where, hint)
        return None
    return Source(schema, name, kind, where, paths, None, options, tags, event_time, docs, **more)


def _format_of(paths: tuple[str, ...]) -> Format | None:
    kinds = set()
    for path in paths:
        plain = path.lower()
        for ending in COMPRESSED:
            plain = plain.removesuffix(ending)
        kinds.add(FORMATS.get(plain.rpartition(".")[2]))
    return kinds.pop() if len(kinds) == 1 else None
