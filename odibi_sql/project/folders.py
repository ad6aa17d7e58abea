"""Folders of a project -> its files, in the order of their paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from odibi_sql.errors import Location, ProjectError

BACKUPS = ("~", ".bak", ".orig", ".swp", ".tmp")


def files(root: Path, folder: str) -> list[str]:
    """Paths of all files below `folder`, relative to the root, with `/`; no hidden ones and no editor's backups.

    Links are followed, but not into a folder that the link itself lies in. A folder that is not there has no files.
    """
    return sorted(_walk(root / folder, folder.rstrip("/"), ()))


def _walk(folder: Path, relative: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    try:
        status = folder.stat()
        identity = (status.st_dev, status.st_ino)
        if identity in above:
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", "#")) or entry.name.endswith(BACKUPS):
                    continue
                path = f"{relative}/{entry.name}"
                if entry.is_dir():
                    yield from _walk(folder / entry.name, path, (*above, identity))
                else:
                    yield path
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ProjectError(f"this folder cannot be read: {error.strerror}", Location(relative)) from error


def read_text(root: Path, path: str) -> str:
    """A file's text, as it is but for a byte order mark. Raises ProjectError."""
    try:
        with open(f"{root}{os.sep}{path}", "rb") as file:  # noqa: PTH123 - thousands of them
            data = file.read()
    except OSError as error:
        raise ProjectError(f"this file cannot be read: {error.strerror}", Location(path)) from error
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        where = Location(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"this is not UTF-8 text: byte 0x{data[error.start]:02x}"
        raise ProjectError(message, where, "save the file as UTF-8") from error
