"""dbt's two ways to declare a snapshot -> the text of its model: `{% snapshot name %}` blocks, and `relation:` in YAML.

The text has white space for all else that the file holds, so that places in it are places in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from odibi_sql.documents import Document
from odibi_sql.errors import Location
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import SettingError

_TAG = re.compile(r"\{%[-+]?\s*(snapshot|endsnapshot)\b\s*([^%]*?)\s*[-+]?%\}")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_RELATION = re.compile(
    r"""(?:\{\{)?\s*(?:
        ref\(\s*(?:(['"])[^'"]+\1\s*,\s*)?(['"])(?P<model>[^'"]+)\2\s*\)
        |source\(\s*(['"])(?P<source>[^'"]+)\4\s*,\s*(['"])(?P<table>[^'"]+)\6\s*\)
        |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)?)
    )\s*(?:\}\})?""",
    re.VERBOSE,
)
_BEFORE = "select * from "


def blocks(reading: Reading, path: str, text: str) -> Iterator[tuple[str, str, Location]]:
    """Each block's name, text and place; what is wrong is kept in `reading`."""
    opened: tuple[str, re.Match[str]] | None = None
    first: dict[str, Location] = {}
    for tag in _TAG.finditer(_COMMENT.sub(_blank, text)):
        word, name, where = tag[1], tag[2], _place(path, text, tag.start())
        if word == "endsnapshot" and opened is None:
            reading.mistake("no snapshot is open here", where, "{% snapshot orders_history %} opens one")
        elif word == "endsnapshot" and opened is not None:
            if opened[0]:
                start = opened[1].start()
                yield opened[0], blanked(text, opened[1].end(), tag.start()), _place(path, text, start)
            opened = None
        elif opened is not None:
            reading.mistake(f"the snapshot `{opened[0]}` is still open here", where, "close it: {% endsnapshot %}")
        elif not re.fullmatch(r"[^\W\d]\w*", name):
            reading.mistake("a snapshot needs a name", where, "{% snapshot orders_history %}")
            opened = ("", tag)
        elif name.casefold() in first:
            said = f"the snapshot `{name}` stands here twice, first in line {first[name.casefold()].line}"
            reading.mistake(said, where)
            opened = ("", tag)
        else:
            first[name.casefold()] = where
            opened = (name, tag)
    if opened is not None:
        where = _place(path, text, opened[1].start())
        reading.mistake("this snapshot is never closed", where, "close it: {% endsnapshot %}")
    elif not first and not any(error.where and error.where.path == path for error in reading.errors):
        hint = (
            "write {% snapshot name %} … {% endsnapshot %}, or put the file into models/ with materialized='snapshot'"
        )
        reading.mistake("there is no snapshot in this file", Location(path), hint)


def name_of_relation(value: object) -> str:
    """The name that a `relation:` reads. Raises SettingError."""
    found = _RELATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise SettingError("ref('…') or source('…', '…')")
    if found["source"]:
        return f"{found['source']}.{found['table']}"
    return str(found["model"] or found["name"])


def selecting(name: str, document: Document) -> str:
    """A query of all rows of `name`, in which the name stands where `document` does in its file."""
    line, column = document.where.line or 1, document.where.column or 1
    quoted = ".".join(part if re.fullmatch(r"\w+", part) else f'"{part}"' for part in name.split("."))
    if column > len(_BEFORE):
        return "\n" * (line - 1) + " " * (column - 1 - len(_BEFORE)) + _BEFORE + quoted
    return "\n" * (line - 2) + _BEFORE + "\n" + " " * (column - 1) + quoted


def blanked(text: str, start: int, end: int) -> str:
    """The text with nothing but white space before `start` and from `end` on."""
    return re.sub(r"[^\r\n]", " ", text[:start]) + text[start:end] + re.sub(r"[^\r\n]", " ", text[end:])


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", " ", found[0])


def _place(path: str, text: str, offset: int) -> Location:
    before = re.sub(r"\r\n?", "\n", text[:offset])
    return Location(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
