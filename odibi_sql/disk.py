"""Writing to this machine's disk: whole or not at all, one process after another, and told where it cannot be done."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from odibi_sql.errors import StoreError
from odibi_sql.locks import FileLock


def write_atomically(path: Path, text: str | bytes, scratch: Path | None = None) -> None:
    """Readers of `path` see the old text or the new one. Raises StoreError.

    The new one is written in `scratch`, a folder on the same disk, or beside the old one.
    """
    temporary = (scratch or path.parent) / f".{path.name}.{os.getpid()}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(text if isinstance(text, bytes) else text.encode())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> StoreError:
    """What a failed write means to the user."""
    return StoreError(
        f"cannot write `{path}`: {error.strerror or error}",
        hint="check the folder's permissions and the free space, or set `warehouse:` in odibi_project.yml",
    )


def make_folder(folder: Path) -> None:
    """Raises StoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(Path(error.filename or folder), error) from error


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Wait for the lock on a file, which is made for it. Raises StoreError where that cannot be."""
    make_folder(file.parent)
    lock = FileLock(file)
    try:
        lock.acquire()
    except OSError as error:
        raise cannot_write(file, error) from error
    try:
        yield
    finally:
        lock.release()
