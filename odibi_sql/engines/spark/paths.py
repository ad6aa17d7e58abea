"""Paths of files -> paths as Spark takes them, which are globs as Hadoop has them."""

from __future__ import annotations

import os
from collections.abc import Sequence

_MAGIC = "\\*?[]{},"


def pattern(parts: Sequence[str]) -> str:
    """One glob that matches these files and no others."""
    parts = [address(part) for part in parts]
    start = os.path.commonprefix(parts) if len(parts) > 1 else parts[0]  # noqa: RUF071 - files differ in a number
    ends = [_escaped(part[len(start) :]) for part in parts]
    return _escaped(start) + (f"{{{','.join(ends)}}}" if len(parts) > 1 else "")


def address(path: str) -> str:
    """The URI of an absolute path, and what Hadoop calls one: `s3` is a name of its first way there, long gone."""
    if path.startswith("/"):
        return f"file://{path}"
    return f"s3a{path[2:]}" if path.startswith("s3:") else path


def is_magic(path: str) -> bool:
    return any(char in _MAGIC for char in path)


def _escaped(path: str) -> str:
    return "".join(f"\\{char}" if char in _MAGIC else char for char in path)
