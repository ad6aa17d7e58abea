"""Results at URIs, for a DuckDB of this program: it reads them through pyarrow, as they were written.

DuckDB's own way to `s3://`, httpfs, has to be fetched from the network and has credentials of its own. A session reads
results by a name that is not a URI's, so that a project's `s3://` sources go that way as they always did; a catalog's
views name the URI itself.

Nothing writes to a result after it was made, so what is known of a file is asked once, and a small one is read once.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import duckdb
import fsspec
import pyarrow

from odibi_sql import objects

OWN = "odibi"
_SCHEME = re.compile(r"\w[\w+.-]*(?=://)")
_OWN_SCHEMES = ("file",)  # which DuckDB reads by itself
_MAGIC = re.compile(r"[*?\[]")
_SMALL = 1 << 20  # bytes
_MOST = 64 << 20


class Remote(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """What DuckDB asks of a file system. `scheme` is that of the names it is asked for."""

    cachable = False

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self.protocol = scheme
        self._known: dict[str, objects.Found] = {}
        self._small: dict[str, bytes] = {}
        self._room = _MOST

    def open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise OSError(f"{path} is not written by DuckDB")
        return _File(self, path)

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        found = self._found(path)
        return {"name": path, "size": found.bytes, "type": "file"}

    def modified(self, path: str) -> datetime:
        return datetime.fromtimestamp(self._found(path).mtime_ns / 1e9, UTC)

    def exists(self, path: str, **_: Any) -> bool:
        try:
            self._found(path)
        except FileNotFoundError:
            return False
        return True

    def glob(self, path: str, **_: Any) -> list[str]:
        """Results are named one by one; the patterns are those of sources that a catalog's views read."""
        magic = _MAGIC.search(path)
        if magic is None:
            return [path]
        files = objects.below(path[: magic.start()].rpartition("/")[0])
        wanted = re.compile(_matching(path))
        return sorted(found.uri for found in files if wanted.fullmatch(found.uri))

    def opened(self, path: str) -> Any:
        """A file of pyarrow's, in which reading at any place is nobody else's business."""
        size = self._found(path).bytes
        if size > min(_SMALL, self._room) and path not in self._small:
            return objects.open_to_read(_uri(path))
        if path not in self._small:
            with objects.open_to_read(_uri(path)) as file:
                self._small[path] = file.read()
            self._room -= size
        return pyarrow.BufferReader(self._small[path])

    def _found(self, path: str) -> objects.Found:
        if path not in self._known:
            found = objects.look_at([_uri(path)])[0]
            if found is None:
                raise FileNotFoundError(f"there is no {_uri(path)}")
            self._known[path] = found
        return self._known[path]


class _File:
    """Opened when it is read: DuckDB opens every file several times, and each time is a request.

    DuckDB's threads share a file, and each of them seeks before it reads. So each has a place of its own.
    """

    def __init__(self, remote: Remote, path: str) -> None:
        self._remote = remote
        self._path = path
        self._lock = threading.Lock()
        self._file: Any = None
        self._place = threading.local()

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence:
            raise OSError("only from the beginning")
        self._place.at = offset
        return offset

    def tell(self) -> int:
        return int(getattr(self._place, "at", 0))

    def read(self, size: int) -> bytes:
        with self._lock:
            if self._file is None:
                self._file = self._remote.opened(self._path)
        at = self.tell()
        found: bytes = self._file.read_at(size, at)
        self._place.at = at + len(found)
        return found

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def reachable(connection: duckdb.DuckDBPyConnection, parts: Iterable[str]) -> list[str]:
    """These paths, as the connection's database reads them. Not to be called by two at once."""
    if OWN not in connection.list_filesystems():
        connection.register_filesystem(Remote(OWN))
    return [f"{OWN}://{part}" if objects.is_uri(part) else part for part in parts]


def let_read(connection: duckdb.DuckDBPyConnection, parts: Iterable[str]) -> None:
    """Have the connection's database read the URIs among these paths under their own names."""
    schemes = {found[0] for part in parts if (found := _SCHEME.match(part))}
    for scheme in schemes.difference(_OWN_SCHEMES, connection.list_filesystems()):
        connection.register_filesystem(Remote(scheme))


def _matching(pattern: str) -> str:
    """As DuckDB has it: only `**` goes through folders."""
    parts = re.split(r"(/\*\*(?=/)|\*|\?|\[[^]]*\])", pattern)
    meaning = {"/**": "(?:/.*)?", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        meaning.get(part, part.replace("[!", "[^")) if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    )


def _uri(path: str) -> str:
    return path.removeprefix(f"{OWN}://")
