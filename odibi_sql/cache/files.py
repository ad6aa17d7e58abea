"""Files on disk -> hashes of their bytes, read again only when something about the file changed.

As git's index does: a hash is remembered with the file's size, times and inode, and trusted while all of them stay the
same. A file touched within the clock's grain of being read could change again without showing it, so such hashes are
not remembered ("racily clean" in git's documentation).
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from odibi_sql.disk import write_atomically
from odibi_sql.errors import StoreError

RACY_NS = 100_000_000
Stat = list[int]


class FileDigests:
    """`digest` and `digest_all` are for one build: a file that is asked for twice is looked at once."""

    def __init__(self, memo: Path) -> None:
        self._memo = memo
        self._known: dict[str, tuple[Stat, str]] = {}
        self._seen: dict[str, str] = {}
        self._changed = False
        try:
            data: dict[str, Any] = json.loads(memo.read_text("utf-8"))
            self._known = {path: (stat, digest) for path, (stat, digest) in data.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}  # only a memory: without it files are read again

    def digest(self, path: Path) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal. Raises OSError where it cannot be read."""
        name = str(path)
        if (seen := self._seen.get(name)) is not None:
            return seen
        stat = _stat(path)
        known = self._known.get(name)
        if known is not None and known[0] == stat:
            digest = known[1]
        else:
            asked = time.time_ns()
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._changed = True
            if _stat(path) == stat and max(stat[1], stat[2]) < asked - RACY_NS:
                self._known[name] = (stat, digest)
            else:
                self._known.pop(name, None)
        self._seen[name] = digest
        return digest

    def digest_all(self, pattern: str, folder: Path) -> str | None:
        """One hash over all files that `pattern` (a path or a glob, relative to `folder`) names; None if there is none.

        Names count as well as bytes, since a query can show them.
        """
        files = expand(pattern, folder)
        if not files:
            return None
        total = hashlib.sha256()
        for path in files:
            total.update(f"{os.path.relpath(path, folder)}\0{self.digest(path)}\0".encode())
        return total.hexdigest()

    def save(self, scratch: Callable[[], Path]) -> None:
        """Keep what was learnt, by way of the folder that `scratch` makes.

        A store that cannot be written is reported by whoever must write to it.
        """
        if not self._changed:
            return
        with contextlib.suppress(StoreError):
            write_atomically(self._memo, json.dumps(self._known, separators=(",", ":")), scratch())
        self._changed = False


def expand(pattern: str, folder: Path) -> list[Path]:
    """The files that a path or glob names, sorted; a name that exists as written is not taken for a glob."""
    whole = folder / pattern
    if whole.is_file():
        return [whole]
    found = glob.glob(  # noqa: PTH207 - Path.glob refuses absolute patterns
        pattern,
        root_dir=folder,
        recursive=True,
        include_hidden=True,  # engines read files whose names start with a dot
    )
    return sorted(folder / name for name in found if (folder / name).is_file())


def _stat(path: Path) -> Stat:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
