"""Files at URIs (`s3://bucket/…`, `hdfs://…`, `file:///…`) through pyarrow.fs, which is imported with the first one.

Credentials, endpoints and regions are those that pyarrow finds in the environment. What goes wrong is an OSError.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

# What means the same to every reader: no blanks, escapes, globs or quotes.
URI = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<place>[\w.@:-]*)(?P<path>(?:/[\w.@:=+,~-]+)*)", re.ASCII)
# Whose files have no folders around them, and times in whole seconds when they are asked for one by one.
_FLAT = ("s3", "gcs", "abfs")
_AT_ONCE = 16
_lock = threading.Lock()
_systems: dict[str, tuple[Any, str]] = {}


def is_uri(path: str) -> bool:
    return "://" in path


class Found(Struct, frozen=True):
    """A file that is there; `mtime_ns` is as exact as all ways to ask for it are."""

    uri: str
    bytes: int
    mtime_ns: int


def look_at(uris: Sequence[str]) -> list[Found | None]:
    """What is there; None where nothing is."""
    found: list[Found | None] = []
    for uri in uris:
        with _told():
            system, path = _located(uri)
            found.append(_found(uri, system, system.get_file_info(path)))
    return found


def exists(uri: str) -> bool:
    return look_at([uri])[0] is not None


def below(folder: str) -> list[Found]:
    """Every file in a folder and in those within, in no order; none where there is no such folder."""
    from pyarrow.fs import FileSelector

    with _told():
        system, path = _located(folder)
        path = path.rstrip("/")
        infos = system.get_file_info(FileSelector(path, recursive=True, allow_not_found=True))
        found = (_found(folder + info.path[len(path) :], system, info) for info in infos)
        return [one for one in found if one is not None]


def upload(file: Path, uri: str) -> None:
    from pyarrow.fs import LocalFileSystem, copy_files

    with _told():
        system, path = _located(uri)
        if system.type_name not in _FLAT:
            system.create_dir(path.rpartition("/")[0], recursive=True)
        copy_files(str(file), path, source_filesystem=LocalFileSystem(), destination_filesystem=system)


def write(uri: str, content: bytes) -> None:
    with _told():
        system, path = _located(uri)
        if system.type_name not in _FLAT:
            system.create_dir(path.rpartition("/")[0], recursive=True)
        with system.open_output_stream(path) as stream:
            stream.write(content)


def open_to_read(uri: str) -> Any:
    """A file of pyarrow's, in which reading starts anywhere."""
    with _told():
        system, path = _located(uri)
        return system.open_input_file(path)


def remove(uris: Iterable[str]) -> None:
    """Whatever of it is there."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_remove, uris))


def remove_folder(uri: str) -> None:
    """With all that is in it, if it is there."""
    with _told(), contextlib.suppress(FileNotFoundError):
        system, path = _located(uri)
        system.delete_dir(path)


def _remove(uri: str) -> None:
    with _told(), contextlib.suppress(FileNotFoundError):
        system, path = _located(uri)
        system.delete_file(path)


def _located(uri: str) -> tuple[Any, str]:
    """pyarrow's file system, made once for each place, and the path in it."""
    from pyarrow.fs import FileSystem

    scheme, _, rest = uri.partition("://")
    place, _, within = rest.partition("/")
    root = f"{scheme}://{place}/"
    with _lock:
        if root not in _systems:
            how = "?allow_delayed_open=true" if scheme == "s3" else ""  # a small file is one request
            system, path = FileSystem.from_uri(f"{root}x{how}")
            _systems[root] = system, path[: -len("x")]
        system, before = _systems[root]
    return system, before + within


def _found(uri: str, system: Any, info: Any) -> Found | None:
    if not info.is_file:
        return None
    time = info.mtime_ns or 0
    return Found(uri, info.size, time - time % 1_000_000_000 if system.type_name in _FLAT else time)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """pyarrow says of a URI that it does not know that it is a wrong value."""
    try:
        yield
    except (ValueError, NotImplementedError) as error:
        raise OSError(str(error)) from error
