"""What YAML says of a source's content and age: `fingerprint`, `loaded_at_field`, `freshness`; dbt's keys and ours.

A table's words stand above its group's, and `freshness: null` takes back what the group asks; of thresholds each counts
for itself, as in dbt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from msgspec.structs import replace

from odibi_sql.documents import Document
from odibi_sql.errors import Location
from odibi_sql.model import Fingerprint, Freshness, Period, Threshold
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import Check, SettingError, one_of, optional, text, whole_number
from odibi_sql.sql import SyntaxProblem, analyse

KEYS = ("fingerprint", "fingerprint_query", "freshness", "loaded_at_field", "loaded_at_query")
MODES = get_args(Fingerprint)
SQL = Literal["query", "expression", "condition"]
_WRAPPED: Mapping[SQL, str] = {"query": "{}", "expression": "select ({})", "condition": "select 1 where ({})"}


def sql(kind: SQL) -> Check:
    """A whole query, or an expression or condition over the source's columns; in DuckDB's words."""

    def check(value: Any) -> str:
        if kind == "expression" and isinstance(value, str) and value.isidentifier():
            return value  # a column: spares loading what knows SQL
        try:
            analyse(_WRAPPED[kind].format(as_query(text(value), "this_source")))
        except SyntaxProblem as problem:
            raise SettingError(f"SQL ({problem.message})", problem.hint) from problem
        return str(value)

    return check


def as_query(written: str, name: str) -> str:
    """dbt's `{{ this }}` stands for the source."""
    return written.replace("{{ this }}", name).replace("{{this}}", name)


def read_key(reading: Reading, key: str, document: Document, values: dict[str, Any]) -> None:
    """One of KEYS, into `values`, with its place in `values["places"]`."""
    places = values.setdefault("places", {})
    places.setdefault(key, document.where)
    match key:
        case "freshness":
            values.setdefault("freshness", _freshness(reading, document))
        case "fingerprint" if isinstance(document.value, dict):
            given = reading.values(document, {"query": sql("query")})
            if "query" in given:
                values.setdefault("fingerprint", "query")
                values.setdefault("fingerprint_query", given["query"])
                places["fingerprint_query"] = document.entries["query"].document.where
            elif not document.value:
                reading.mistake(f"`fingerprint` must be one of {', '.join(MODES)}", document.where)
        case "fingerprint":
            if (mode := reading.value(key, document, one_of(MODES))) is not None:
                values.setdefault(key, mode)
        case "loaded_at_field":
            values.setdefault(key, reading.value(key, document, optional(sql("expression"))))
        case _:
            values.setdefault(key, reading.value(key, document, optional(sql("query"))))


def joined(group: Freshness | None, table: Freshness | None) -> Freshness | None:
    """The table's above the group's; `Freshness()` of a table says that nothing is asked."""
    if group is None or table is None or table == Freshness():
        return table if table is not None else group
    return replace(
        table,
        warn_after=table.warn_after or group.warn_after,
        error_after=table.error_after or group.error_after,
        filter=table.filter or group.filter,
    )


def told(reading: Reading, label: str, given: Mapping[str, Any], kind: str, where: Location) -> dict[str, Any]:
    """What goes into a Source; words that do not fit together are mistakes."""
    values = {key: given[key] for key in KEYS if given.get(key) is not None}
    places: Mapping[str, Location] = given.get("places", {})
    mode = values.get("fingerprint", "content")
    if mode == "query" and "fingerprint_query" not in values:
        hint = "`fingerprint: {query: …}`, or `fingerprint_query: …` beside it"
        reading.mistake(f"`{label}` is to be known by a query, and gives none", places.get("fingerprint", where), hint)
    if "fingerprint_query" in values and mode != "query":
        if "fingerprint" in values:
            place = places.get("fingerprint_query", where)
            reading.mistake(f"`fingerprint_query` means nothing where `fingerprint` is {mode}", place)
        values["fingerprint"] = "query"
    if kind == "frame" and values.get("fingerprint", "content") != "content":
        hint = "its rows are hashed when it is handed over: leave it out"
        reading.mistake(f"`{label}` is a frame", places.get("fingerprint", where), hint)
    if "loaded_at_field" in values and "loaded_at_query" in values:
        place = places.get("loaded_at_query", where)
        reading.mistake(f"`{label}` has both `loaded_at_field` and `loaded_at_query`", place, "one of them tells it")
    freshness: Freshness | None = values.get("freshness")
    asked = freshness is not None and (freshness.warn_after or freshness.error_after)
    if freshness and freshness.filter and "loaded_at_field" not in values:
        place = places.get("freshness", where)
        reading.mistake(f"`filter` needs `loaded_at_field`, and `{label}` has none", place)
    if asked and kind == "frame" and not {"loaded_at_field", "loaded_at_query"} & values.keys():
        place = places.get("freshness", where)
        reading.mistake(f"`{label}` is a frame, whose age only `loaded_at_field` can tell", place)
    return {**values, "places": tuple(places.items())}


def _freshness(reading: Reading, document: Document) -> Freshness:
    if document.value is None:
        return Freshness()
    found: dict[str, Any] = {}
    for key, entry in reading.entries(document, ("warn_after", "error_after", "filter")):
        if key == "filter":
            found[key] = reading.value(key, entry.document, optional(sql("condition")))
        elif entry.document.value is not None:
            found[key] = _threshold(reading, key, entry.document)
    return Freshness(**found)


def _threshold(reading: Reading, key: str, document: Document) -> Threshold | None:
    before = len(reading.errors)
    given = reading.values(document, {"count": whole_number(0), "period": one_of(get_args(Period))})
    missing = [name for name in ("count", "period") if name not in given]
    if isinstance(document.value, dict) and missing and len(reading.errors) == before:
        reading.mistake(f"`{key}` needs a `{missing[0]}`", document.where, "{count: 12, period: hour}")
    return Threshold(**given) if not missing else None
