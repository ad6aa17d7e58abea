"""YAML beside models and seeds -> what it says of each: docs, settings, sources. dbt's `schema.yml` keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from odibi_sql.documents import Document
from odibi_sql.errors import Location, nearest
from odibi_sql.model import ColumnDoc, Docs
from odibi_sql.project.declared import CHECK_KEYS, Declared, Subject, read_checks
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import Check, merge, names, text
from odibi_sql.project.unit_tests import DeclaredUnitTest, Fixtures, read_unit_tests

Kind = Literal["models", "seeds", "snapshots", "checks"]
KINDS: Mapping[str, Kind] = {
    "models": "models",
    "seeds": "seeds",
    "snapshots": "snapshots",
    **dict.fromkeys(CHECK_KEYS, "checks"),
}

COLUMN_NO_EFFECT = frozenset(["constraints", "dimension", "entity", "granularity", "meta", "policy_tags", "quote"])
NO_EFFECT = {
    *("access", "constraints", "contract", "defined_in", "deprecation_date", "docs", "group", "latest_version"),
    *("primary_key", "semantic_model", "time_spine", "versions"),
}
FILE_NO_EFFECT = {
    *("analyses", "exposures", "functions", "groups", "macros", "metrics", "saved_queries", "semantic_models"),
}


class Described(Struct, frozen=True):
    """What YAML says of one model or seed; `settings` are checked, `places` are where they stand. A snapshot may
    be nothing but the rows of a `relation`."""

    docs: Docs = field(default_factory=Docs)
    settings: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict)
    relation: Document | None = None


class Descriptions(Struct):
    """Of all files, by kind and by name with case folded."""

    reading: Reading
    checks: Mapping[Kind, Mapping[str, Check]]
    found: dict[Kind, dict[str, tuple[str, Described]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS.values()}
    )
    declared: list[Declared] = field(default_factory=list)
    fixtures: Fixtures = field(default_factory=dict)
    unit_tests: list[DeclaredUnitTest] = field(default_factory=list)

    def add(self, document: Document) -> Document | None:
        """Keep what a file says of models and seeds; gives its `sources:` back."""
        sources = None
        known = (*KINDS, "sources", "unit_tests", "version")
        for key, entry in self.reading.entries(document, known, FILE_NO_EFFECT, silent=("config-version",)):
            if key == "sources":
                sources = entry.document
            elif key == "unit_tests":
                self.unit_tests += read_unit_tests(self.reading, entry.document, self.fixtures)
            elif kind := KINDS.get(key):
                for item in self.reading.mappings(key, entry.document):
                    self._add_one(kind, item)
        return sources

    def of(self, kind: Kind, name: str) -> Described:
        _, described = self.found[kind].get(name.casefold(), ("", Described()))
        return described

    def related(self) -> Iterator[tuple[str, Described]]:
        """Snapshots that YAML alone declares."""
        return ((name, described) for name, described in self.found["snapshots"].values() if described.relation)

    def warn_of_missing(self, kind: Kind, existing: Iterable[str]) -> None:
        """A warning for each description of something that does not exist."""
        all_names = list(existing)
        folded = {name.casefold() for name in all_names}
        for key, (name, described) in self.found[kind].items():
            if key not in folded and described.docs.where:
                close = nearest(name, all_names)
                hint = f"did you mean `{close}`?" if close else None
                self.reading.warn(
                    f"describes the {kind[:-1]} `{name}`, which does not exist", described.docs.where, hint
                )

    def _add_one(self, kind: Kind, item: Document) -> None:
        if "name" not in item.entries:
            self.reading.mistake(f"a {kind[:-1]} needs a `name`", item.where)
            return
        name: str = self.reading.value("name", item.entries["name"].document, text) or ""
        where = item.entries["name"].document.where
        description = ""
        settings: dict[str, Any] = {}
        checks = self.checks[kind]
        beside = [one for one in ("contract", "tags", "meta") if one in checks]
        known = ("name", "description", "config", "columns", *beside, *(("relation",) * (kind == "snapshots")))
        places: dict[str, Location] = {}
        relation = None
        misplaced = {key: "put it under `config:`" for key in checks if key not in known}
        if name and kind != "checks":
            self.declared += read_checks(self.reading, item, Subject("seed" if kind == "seeds" else "model", name))
        for key, entry in self.reading.entries(item, known, NO_EFFECT, CHECK_KEYS, misplaced=misplaced):
            if key == "description":
                description = self.reading.value(key, entry.document, text) or ""
            elif key == "config":
                settings = merge(settings, self.reading.settings(entry.document, checks))
                places |= {str(name): given.document.where for name, given in entry.document.entries.items()}
            elif key == "relation":
                relation = entry.document
            elif key in beside:
                kept: dict[str, Any] = {}
                self.reading.setting(key, entry, checks, kept)
                settings = merge(kept, settings)
        docs = Docs(description, read_columns(self.reading, item), where)
        described = Described(docs, settings, places, relation)
        if name and (before := self.found[kind].get(name.casefold())):
            self.reading.mistake(f"the {kind[:-1]} `{name}` is described twice, first at {before[1].docs.where}", where)
        elif name:
            self.found[kind][name.casefold()] = (name, described)


def read_columns(reading: Reading, item: Document) -> tuple[ColumnDoc, ...]:
    """`columns:` of a model, seed or source table."""
    if "columns" not in item.entries:
        return ()
    checks: dict[str, Check] = {"name": text, "description": text, "data_type": text, "tags": names}
    columns = []
    for column in reading.mappings("columns", item.entries["columns"].document):
        given: dict[str, Any] = {}
        for key, entry in reading.entries(column, (*checks, "config"), COLUMN_NO_EFFECT, CHECK_KEYS):
            if key in checks:
                given[key] = reading.value(key, entry.document, checks[key])
            else:
                given |= reading.values(entry.document, {"tags": names}, silent=("meta",))
        if not given.get("name"):
            reading.mistake("a column needs a `name`", column.where)
            continue
        places = {key: column.entries[key].document.where for key in ("name", "data_type") if key in column.entries}
        columns.append(
            ColumnDoc(
                name=given["name"],
                description=given.get("description") or "",
                data_type=given.get("data_type"),
                tags=tuple(given.get("tags") or ()),
                where=places["name"],
                type_where=places.get("data_type"),
            )
        )
    return tuple(columns)
