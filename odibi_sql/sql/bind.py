"""SQL and slots -> the same SQL with other names in the slots; nothing else in the text changes."""

from __future__ import annotations

import glob
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from odibi_sql.quoting import quote_text
from odibi_sql.relation import Slot


class _Piece(Struct, frozen=True):
    """`bound_start` and `bound_end` span a replacement in the bound text, `start` and `end` what it replaced."""

    bound_start: int
    bound_end: int
    start: int
    end: int


class Bound(Struct, frozen=True):
    sql: str
    pieces: tuple[_Piece, ...] = ()

    def origin(self, offset: int) -> int:
        """The offset in the unbound text of an offset in the bound one; within a replacement, where that starts."""
        index = bisect_right(self.pieces, offset, key=lambda piece: piece.bound_start) - 1
        if index < 0:
            return offset
        piece = self.pieces[index]
        return piece.start if offset < piece.bound_end else offset - piece.bound_end + piece.end

    def wrapped(self, before: str, after: str) -> Bound:
        """With more text around it; the unbound text is the same."""
        moved = (
            replace(piece, bound_start=piece.bound_start + len(before), bound_end=piece.bound_end + len(before))
            for piece in self.pieces
        )
        return Bound(before + self.sql + after, (_Piece(0, len(before), 0, 0), *moved))


def bind(sql: str, slots: Iterable[Slot], names: Mapping[str, str], folder: str) -> Bound:
    """Fill the slots: a relation by `names[value]` (quoted SQL already) and its suffix, a path by an SQL string of the
    absolute path (relative ones are in `folder`), a text by its value.

    Raises KeyError for a relation that `names` does not have, ValueError for slots that overlap.
    """
    texts: list[str] = []
    pieces: list[_Piece] = []
    copied = length = 0
    for slot in sorted(slots, key=lambda slot: (slot.start, slot.end)):
        if slot.start < copied:
            raise ValueError(f"slots overlap at {slot.start}")
        new = _replacement(slot, names, folder)
        length += slot.start - copied
        texts += (sql[copied : slot.start], new)
        pieces.append(_Piece(length, length + len(new), slot.start, slot.end))
        length += len(new)
        copied = slot.end
    return Bound("".join((*texts, sql[copied:])), tuple(pieces))


def _replacement(slot: Slot, names: Mapping[str, str], folder: str) -> str:
    match slot.kind:
        case "relation":
            return names[slot.value] + slot.suffix
        case "path":
            return quote_text(absolute(slot.value, folder))
        case "text":
            return slot.value


def at_home(path: str) -> str:
    """The path with a leading `~/` spelled out, as engines read it."""
    return f"{Path.home()}{path[1:]}" if path.startswith("~/") else path


def absolute(path: str, folder: str) -> str:
    """
    >>> absolute("data/*.csv", "/project"), absolute("s3://bucket/x.csv", "/project")
    ('/project/data/*.csv', 's3://bucket/x.csv')
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", path):  # a URL; one letter and a colon would be a drive
        return path
    path = at_home(path)
    if Path(path).is_absolute():
        return path
    if glob.has_magic(path):
        folder = glob.escape(folder)
    return f"{folder.rstrip('/')}/{path}"  # a glob need not survive a Path
