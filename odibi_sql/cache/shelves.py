"""Where the parts of results lie: in the store's own folder, or at a URI. Records are kept on this machine either way.

In a folder a part is written beside and renamed. At a URI nothing is renamed: what a run writes lies from the beginning
in that run's folder there, under a name that is never used again, and is nobody's until an entry names it.

    <uri>/<project>-<digits>/<run>/…        parts; the folder is this warehouse's alone
    <uri>/<project>-<digits>/odibi-sql.json says whose it is
    warehouse/stores/<uri>/place.json       the folder's URI
    warehouse/stores/<uri>/tmp/<run>/kept   of what a run wrote there, what it put into entries, line by line
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

from odibi_sql import objects
from odibi_sql.cache.entries import Entry, Part
from odibi_sql.engines.protocol import Written
from odibi_sql.errors import Location, ProjectError, StoreError

MARK = "odibi-sql.json"
_PLACE = "place.json"
_KEPT = "kept"
_LONGEST = 200


class Shelf(Protocol):
    """`records` is the folder for what is kept on this machine, `parts_at` the URI of this run's folder, if parts lie
    at one. What goes wrong there is a StoreError, in a folder an OSError."""

    records: Path

    @property
    def parts_at(self) -> str | None: ...

    def check(self) -> None:
        """That parts can be kept and found here."""

    def look(self, part: Part) -> tuple[int, int] | None:
        """Bytes and time of a part, if it is there."""

    def vouches(self, part: Part) -> bool:
        """Whether a part is what was written although an engine cannot read it, which may have other reasons then."""

    def begin(self, scratch: Path) -> None:
        """A run begins, whose folder this is."""

    def take(self, key: str, put: int, written: Written) -> tuple[Part, ...]:
        """The parts as the entry will name them."""

    def settle(self, written: Written, parts: tuple[Part, ...], put: int, scratch: Path) -> None:
        """From here on they are where they are named."""

    def unfinished(self, entry: Entry, put: int, scratch: Path) -> Iterable[Part]:
        """Those parts that `entry` brought along, which that run did not live to keep."""

    def all(self) -> Iterator[tuple[str, int]]:
        """Path and bytes of every part that is there."""

    def run_of(self, path: str) -> str:
        """The run that made a part."""

    def remove(self, paths: Collection[str]) -> None: ...

    def sweep(self, run: Path) -> None:
        """What a run, of which this is the folder, wrote and did not keep."""


class Folder:
    """`store/<k[:2]>/<key>.<run>.<put>.<n>.parquet`"""

    parts_at = None

    def __init__(self, store: Path, run_id: str) -> None:
        self.records = store
        self._folder = f"{store}{os.sep}"  # asked thousands of times: no Path
        self._run_id = run_id

    def check(self) -> None:
        pass

    def look(self, part: Part) -> tuple[int, int] | None:
        try:
            found = os.stat(self._folder + part.path)  # noqa: PTH116
        except OSError:
            return None
        return found.st_size, found.st_mtime_ns

    def begin(self, scratch: Path) -> None:
        """Nothing is anywhere else."""

    def vouches(self, part: Part) -> bool:  # noqa: ARG002 - a file at hand that cannot be read is damaged
        return False

    def take(self, key: str, put: int, written: Written) -> tuple[Part, ...]:
        """They are renamed later, so size and time stay."""
        counts = written.counts or (None,) * len(written.parts)
        return tuple(
            Part.of(f"{key}.{self._run_id}.{put}.{number}.parquet", stat.st_size, stat.st_mtime_ns, count)
            for number, (stat, count) in enumerate(zip([p.stat() for p in written.parts], counts, strict=True))
        )

    def settle(self, written: Written, parts: tuple[Part, ...], put: int, scratch: Path) -> None:  # noqa: ARG002
        for file, part in zip(written.parts, parts, strict=True):
            file.replace(self._folder + part.path)

    def unfinished(self, entry: Entry, put: int, scratch: Path) -> Iterable[Part]:  # noqa: ARG002 - names tell it
        return [part for part in entry.parts if part.file.startswith(f"{entry.key}.{entry.run_id}.")]

    def all(self) -> Iterator[tuple[str, int]]:
        for path in self.records.glob("[0-9a-f][0-9a-f]/*"):
            if path.suffix != ".json":
                with contextlib.suppress(FileNotFoundError):
                    yield str(path), path.stat().st_size

    def run_of(self, path: str) -> str:
        return path.rpartition(os.sep)[2].split(".")[1]

    def remove(self, paths: Collection[str]) -> None:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108

    def sweep(self, run: Path) -> None:
        """Files in the making lie in that folder."""


class Objects:
    """`uri` is as the project gives it, and `where` says where it does. What is there is listed once, when a part is
    first looked for."""

    def __init__(self, warehouse: Path, uri: str, project: str, run_id: str, where: Location | None) -> None:
        self.records = warehouse / "stores" / _as_name(uri)
        self._uri = uri
        self._project = project
        self._run_id = run_id
        self._where = where
        self._lock = threading.Lock()
        self._listed: dict[str, objects.Found] | None = None
        self._known: str | None = None

    @property
    def parts_at(self) -> str:
        return f"{self._place()}/{self._run_id}"

    def check(self) -> None:
        from importlib.util import find_spec

        if find_spec("fsspec") is None:
            raise ProjectError(
                f"for results at `{self._uri}`, DuckDB needs fsspec, which is not installed",
                self._where,
                "pip install 'odibi-sql[objects]'",
            )
        place = self._place()
        self._listing()
        with self._told():
            objects.look_at([f"{place}/{MARK}"])  # who may list need not be let to read

    def look(self, part: Part) -> tuple[int, int] | None:
        found = self._listing().get(part.path)
        if found is None:  # another build may have put it there since
            with self._told():
                found = objects.look_at([part.path])[0]
        return (found.bytes, found.mtime_ns) if found is not None else None

    def begin(self, scratch: Path) -> None:
        """The list is there before anything that it does not name: a folder without one was swept already, and is what
        some program that ended late has left."""
        (scratch / _KEPT).touch()

    def vouches(self, part: Part) -> bool:
        """It is asked anew. A place that cannot be reached says nothing against what lies there."""
        try:
            found = objects.look_at([part.path])[0]
        except OSError:
            return True
        return found is not None and (found.bytes, found.mtime_ns) == (part.bytes, part.mtime_ns)

    def take(self, key: str, put: int, written: Written) -> tuple[Part, ...]:
        uris = list(written.uris)
        with self._told():
            for number, file in enumerate(written.parts):
                uris.append(f"{self.parts_at}/{key[:16]}.{put}.{number}.parquet")
                objects.upload(file, uris[-1])
                file.unlink()
            found = [one for one in objects.look_at(uris) if one is not None]
        if len(found) < len(uris):
            raise self._error("what was written is not there", None)
        with self._lock:
            if self._listed is not None:
                self._listed |= {one.uri: one for one in found}
        counts = written.counts or (None,) * len(uris)
        return tuple(Part.of(one.uri, one.bytes, one.mtime_ns, count) for one, count in zip(found, counts, strict=True))

    def settle(self, written: Written, parts: tuple[Part, ...], put: int, scratch: Path) -> None:  # noqa: ARG002
        with self._lock, (scratch / _KEPT).open("a", encoding="utf-8") as kept:
            kept.writelines(f"{put} {part.file}\n" for part in parts)

    def unfinished(self, entry: Entry, put: int, scratch: Path) -> Iterable[Part]:
        kept = {uri for number, uri in _kept(scratch) if number == put}
        return [part for part in entry.parts if part.file in kept]

    def all(self) -> Iterator[tuple[str, int]]:
        for uri, found in self._listing().items():
            yield uri, found.bytes

    def run_of(self, path: str) -> str:
        return path.removeprefix(f"{self._place()}/").partition("/")[0]

    def remove(self, paths: Collection[str]) -> None:
        """Folders that become empty go with them, since a place without folders keeps marks of those it once had."""
        gone = set(paths)
        left = {self.run_of(uri) for uri in self._listing() if uri not in gone}
        empty = {self.run_of(uri) for uri in gone} - left
        with self._told():
            objects.remove(uri for uri in gone if self.run_of(uri) not in empty)
            for run in empty:
                objects.remove_folder(f"{self._place()}/{run}")
        with self._lock:
            self._listed = {uri: found for uri, found in (self._listed or {}).items() if uri not in gone}

    def sweep(self, run: Path) -> None:
        if not (run / _KEPT).exists() or (self._known is None and not (self.records / _PLACE).exists()):
            return
        folder = f"{self._place()}/{run.name}"
        kept = {uri for _, uri in _kept(run)}
        with self._told():
            left = [found.uri for found in objects.below(folder)]
            if not kept.intersection(left):
                objects.remove_folder(folder)
            else:
                objects.remove(uri for uri in left if uri not in kept)

    def _listing(self) -> dict[str, objects.Found]:
        with self._lock:
            if self._listed is not None:
                return self._listed
        place = self._place()
        with self._told():
            found = {one.uri: one for one in objects.below(place)}
        if f"{place}/{MARK}" not in found:
            raise self._error(
                f"nothing of it is at {place}",
                "is it the same endpoint as before? If it was removed on purpose, `odibi-sql clean --all` begins anew",
            )
        del found[f"{place}/{MARK}"]
        with self._lock:
            self._listed = found
        return found

    def _place(self) -> str:
        """This warehouse's folder at the URI: two that share a bucket do not take each other's results for rubbish."""
        if self._known is None:
            file = self.records / _PLACE
            with contextlib.suppress(FileNotFoundError):
                self._known = place_in(self.records)
                return self._known
            place = f"{self._uri}/{self._project}-{secrets.token_hex(4)}"
            with self._told():
                objects.write(f"{place}/{MARK}", json.dumps({"warehouse": str(self.records.parent.parent)}).encode())
                objects.look_at([f"{place}/{MARK}"])
            self.records.mkdir(parents=True, exist_ok=True)
            new = self.records / f".{_PLACE}.{self._run_id}"
            with new.open("w", encoding="utf-8") as stream:
                json.dump({"uri": place}, stream)
                stream.flush()
                os.fsync(stream.fileno())  # without it, nobody knows where all the rest is
            try:
                os.link(new, file)
            except FileExistsError:  # another build was quicker
                objects.remove_folder(place)
            finally:
                new.unlink()
            self._known = place_in(self.records)
        return self._known

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._error(str(error).partition("\n")[0], self._hint) from error

    def _error(self, why: str, hint: str | None) -> StoreError:
        return StoreError(f"results cannot be kept at `{self._uri}`: {why}", self._where, hint)

    @cached_property
    def _hint(self) -> str:
        if self._uri.startswith("s3://"):
            names = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL"
            return f"the bucket must be there; credentials are those of the environment ({names})"
        return "the place must be there, and credentials are those that pyarrow finds in the environment"


def place_in(records: Path) -> str:
    """The URI of the folder in which the parts of these records lie. Raises FileNotFoundError where there is none."""
    return str(json.loads((records / _PLACE).read_bytes())["uri"])


def remove_places(warehouse: Path) -> None:
    """What any target of this warehouse has at URIs. Raises StoreError."""
    for records in (warehouse / "stores").glob("*/"):
        with contextlib.suppress(FileNotFoundError):
            place = place_in(records)
            try:
                objects.remove_folder(place)
            except OSError as error:
                raise StoreError(f"`{place}` cannot be removed: {error}") from error


def _as_name(uri: str) -> str:
    from hashlib import sha256
    from urllib.parse import quote

    name = quote(uri, safe="")
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}-{sha256(uri.encode()).hexdigest()[:16]}"


def _kept(scratch: Path) -> list[tuple[int, str]]:
    try:
        lines = (scratch / _KEPT).read_text("utf-8").split("\n")[:-1]  # the last may be half of one
    except OSError:
        return []
    pairs = (line.split(" ", 1) for line in lines)
    return [(int(put), uri) for put, uri in pairs]
