"""CacheManager: the store of results, content-addressed and immutable.

    store/<k[:2]>/<key>.json                the entry: columns, rows, content, parts, the recipe it was made by
    store/<k[:2]>/<key>.<run>.<put>.<n>.parquet   parts, named by the entry that they were made for; or at a URI, where
                                            the other files are in a folder for that URI (see `shelves`)
    store/latest.json                       name -> key and duration of its last result; a hint, never trusted
    store/tmp/<run>/                        what a run is writing; its lock file says whether the run is alive
    store/lock                              builds share it; whoever takes results away has it alone

An entry's JSON is linked into place after its parts, and never over another: it is there whole or not at all, and of
two builders of one key the first wins. Before its parts get there, the same JSON stands in the run's own folder: if the
run is killed in between, it tells which parts are nobody's. Nothing is fsynced file by file: one sync comes before a
publication.

Versions of an incremental model share the parts that did not change: an entry may name parts that were made for another
one. A part goes when no entry and no publication names it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from odibi_sql.cache.entries import Entry, Latest, Part, StoreStats, entry_as_json, entry_from_json
from odibi_sql.cache.keys import MEANING_DIGITS
from odibi_sql.cache.shelves import Folder, Objects, Shelf
from odibi_sql.disk import cannot_write, write_atomically
from odibi_sql.engines.protocol import Written
from odibi_sql.errors import StoreError
from odibi_sql.locks import FileLock
from odibi_sql.project import Project
from odibi_sql.relation import Column, Stored

Check = Callable[[Stored], str]


class CacheManager:
    """`check` hashes stored rows again; it is asked only about files that something touched after they were written."""

    def __init__(
        self,
        store: Path,
        run_id: str,
        warn: Callable[[str], None],
        check: Check | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """`store` is the folder of parts that lie in none else, as publications have them too."""
        self.store = store
        self.shelf = shelf or Folder(store, run_id)
        self.records = self.shelf.records
        self._folder = f"{self.records}{os.sep}"
        self._before_parts = f"{store}{os.sep}" if isinstance(self.shelf, Folder) else ""  # a URI says all
        self.run_id = run_id
        self._warn = warn
        self._check = check
        self._latest: dict[str, Latest] | None = None
        self._lock: FileLock | None = None
        self._locking = threading.Lock()  # flock would wait for another of this program's threads for ever
        self._hold: FileLock | None = None
        self._puts = itertools.count()

    # -- reading

    def get(self, key: str) -> Entry | None:
        """The entry of `key` with all of its parts in order, or None; what is broken is said and counts as a miss."""
        try:
            with open(f"{self._folder}{key[:2]}{os.sep}{key}.json", "rb") as file:  # noqa: PTH123 - thousands of them
                entry = entry_from_json(file.read())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            return self._broken(self._path(key), f"unreadable ({type(error).__name__})")
        if entry.key != key:
            return self._broken(self._path(key), "it holds another key")
        touched = False
        for part in entry.parts:
            if (found := self.shelf.look(part)) is None:
                return self._broken(self._path(key), f"`{part.file}` is missing")
            if found[0] != part.bytes:
                why = f"`{part.file}` has {found[0]:,} bytes instead of {part.bytes:,}"
                return self._broken(self._path(key), why)
            touched = touched or found[1] != part.mtime_ns
        return self._recheck(self._path(key), entry) if touched else entry

    def has_meaning(self, meaning: str) -> bool:
        """Whether any result of that meaning is stored, whatever its inputs held."""
        try:
            return any(path.name.startswith(meaning) for path in (self.records / meaning[:2]).iterdir())
        except OSError:
            return False

    def stored(self, entry: Entry) -> Stored:
        return self.stored_parts(entry.columns, entry.parts)

    def stored_parts(self, columns: tuple[Column, ...], parts: Iterable[Part]) -> Stored:
        folder = self._before_parts  # called thousands of times: no Path
        return Stored(columns, tuple(folder + part.path for part in parts))

    def is_told_of(self, message: str) -> bool:
        """Whether an engine's message may be about a file of the store."""
        at = self.shelf.parts_at
        return (str(self.store) if at is None else at.split("/")[-2]) in message

    def vouches_for(self, entry: Entry) -> bool:
        """Whether its parts are as they were written, so that it is not for them that an engine cannot read them."""
        return all(map(self.shelf.vouches, entry.parts))

    def latest(self, name: str) -> Latest | None:
        if self._latest is None:
            self._latest = self._read_latest()
        return self._latest.get(name)

    def entries(self) -> Iterator[Entry]:
        """All entries, broken ones left out without a word."""
        for path in sorted(self.records.glob("[0-9a-f][0-9a-f]/*.json")):
            with contextlib.suppress(OSError, ValueError):
                yield entry_from_json(path.read_bytes())

    # -- writing

    def scratch(self) -> Path:
        """This run's folder for files in the making; held by a lock that ends with the process. Raises StoreError."""
        folder = self.records / "tmp" / self.run_id
        with self._locking:
            while self._lock is None:
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                    lock = FileLock(folder / "lock")
                    if lock.acquire_in_place():  # not so where another run has just swept the folder as abandoned
                        self.shelf.begin(folder)
                        self._lock = lock
                except FileNotFoundError:
                    continue
                except OSError as error:
                    raise cannot_write(folder, error) from error
        return folder

    def put(
        self,
        entry: Entry,
        written: Written | None,
        *,
        shared: tuple[Part, ...] = (),
        force: bool = False,
        latest: bool = True,
    ) -> Entry:
        """Keep a result; the parts of `written` are moved. Returns the entry that is in the store afterwards.

        `shared` are parts of other entries that are part of this one too. Unless `force`d, an entry of the same key
        that another build made first is kept and returned instead. `latest`: it is the whole result of its name.
        """
        path = self._path(entry.key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            put = next(self._puts)  # two models of one run can have one key
            new = self.shelf.take(entry.key, put, written) if written else ()
            entry = replace(entry, parts=(*shared, *new))
            scratch = self.scratch()
            temporary = scratch / f"{entry.key}.{put}.json"
            temporary.write_bytes(entry_as_json(entry))
            if written:
                self.shelf.settle(written, new, put, scratch)
            if force:
                temporary.replace(path)
            else:
                entry = self._link(temporary, path, entry, new)
        except OSError as error:
            raise cannot_write(path, error) from error
        self.latest(entry.name)
        if self._latest is not None and latest:
            self._latest[entry.name] = Latest(entry.key, entry.duration_s)
        return entry

    def close(self) -> None:
        """Forget this run's temporary files, and those of runs that were killed; keep durations for the next run."""
        if self._lock is not None:
            self._save_latest()
            self._lock.release()
            self._lock = None
            self.sweep()
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def hold(self) -> None:
        """Until `close`, nobody has the store `alone`. A store that cannot be written stays as it is anyway. Raises
        StoreError where results lie elsewhere, and cannot."""
        self.shelf.check()
        if self._hold is None:
            with contextlib.suppress(OSError):
                self._hold = self._take(shared=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """No build runs meanwhile: what it found in the store must stay there. Waits for builds. Raises StoreError."""
        try:
            now = FileLock(self.records / "lock")
            if self.records.is_dir() and not now.acquire_now():
                self._warn("waits for a build that is running")
            now.release()
            lock = self._take(shared=False)
        except OSError as error:
            raise cannot_write(self.records, error) from error
        try:
            yield
        finally:
            lock.release()

    def invalidate(self, key: str) -> bool:
        """Forget one result; its parts go when `prune` finds that no publication uses them."""
        try:
            self._path(key).unlink()
        except FileNotFoundError:
            return False
        return True

    def clear(self, keep: Collection[str]) -> int:
        """Forget every result whose parts are not all among `keep` (absolute paths); returns how many were forgotten.

        To be called `alone`, as `prune`.
        """
        gone = 0
        for entry in list(self.entries()):
            if not self._is_used(entry, keep):
                gone += self.invalidate(entry.key)
        self._remove_orphans(keep)
        self._latest = {}
        self._save_latest()
        return gone

    def prune(self, keep: Collection[str], is_old: Callable[[Entry], bool]) -> tuple[int, int]:
        """Forget old results that no publication uses (`keep`: its parts), and files that belong to no entry.

        Returns how many entries went and how many bytes that freed.
        """
        before = self.stats().bytes
        gone = 0
        current = {latest.key for latest in (self._read_latest()).values()}
        for entry in list(self.entries()):
            if entry.key not in current and is_old(entry) and not self._is_used(entry, keep):
                gone += self.invalidate(entry.key)
        self._remove_orphans(keep)
        return gone, before - self.stats().bytes

    def stats(self) -> StoreStats:
        owned = {path for entry in self.entries() for path in self.stored(entry).parts}
        entries = parts = size = orphans = 0
        for path in self.records.glob("[0-9a-f][0-9a-f]/*.json"):
            with contextlib.suppress(FileNotFoundError):
                size += path.stat().st_size
            entries += 1
        for part, in_bytes in self.shelf.all():
            size += in_bytes
            parts += part in owned
            orphans += part not in owned
        return StoreStats(entries, parts, size, orphans)

    def verify(self, check: Check) -> Iterator[tuple[str, str, str | None]]:
        """Hash every stored result again: key, name, and what is wrong with it or None. What is wrong is forgotten.

        Raises StoreError where what is whole cannot be read.
        """
        names = {entry.key: entry.name for entry in self.entries()}
        for path in sorted(self.records.glob("[0-9a-f][0-9a-f]/*.json")):
            key, wrong = path.stem, None
            entry = self.get(key)
            if entry is None:
                wrong = "its files are damaged"
            elif not entry.parts:
                continue
            else:
                try:
                    if check(self.stored(entry)) != entry.content:
                        wrong = "its rows are not those that were written"
                except StoreError as error:
                    if self.vouches_for(entry):
                        raise
                    wrong = error.message
            if wrong:
                self.invalidate(key)
            yield key, names.get(key, "(unreadable)"), wrong

    def sweep(self) -> None:
        """Remove what killed runs left behind, as far as it can be removed."""
        try:
            runs = list((self.records / "tmp").iterdir())
        except OSError:
            return
        for run in runs:
            lock = FileLock(run / "lock")
            if not lock.acquire_now():
                continue
            with contextlib.suppress(StoreError):  # a place that cannot be reached now: the next one tries again
                for unfinished in run.glob("*.json"):
                    self._remove_unowned(unfinished)
                self.shelf.sweep(run)
                shutil.rmtree(run, ignore_errors=True)
            lock.release()

    # -- within

    def _path(self, key: str) -> Path:
        return self.records / key[:2] / f"{key}.json"

    def _take(self, *, shared: bool) -> FileLock:
        while True:
            self.records.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.records / "lock")
            if lock.acquire_in_place(shared=shared):  # not so where `clean` has just removed the store
                return lock

    def _remove_unowned(self, unfinished: Path) -> None:
        """Parts that a killed run brought into the store, and did not live to name in an entry."""
        entry = _read_entry(unfinished)
        if entry is None:
            return  # it was killed before it brought any
        final = _read_entry(self._path(entry.key))
        named = {part.file for part in final.parts} if final is not None else set()
        brought = self.shelf.unfinished(entry, int(unfinished.stem.rpartition(".")[2]), unfinished.parent)
        with contextlib.suppress(OSError):
            self._remove(part for part in brought if part.file not in named)

    def _remove(self, parts: Iterable[Part]) -> None:
        if gone := self.stored_parts((), parts).parts:
            self.shelf.remove(gone)

    def _link(self, temporary: Path, path: Path, entry: Entry, new: Iterable[Part]) -> Entry:
        """`new` are the entry's parts that no other entry has."""
        while True:
            try:
                os.link(temporary, path)
            except FileExistsError:
                if (other := self.get(entry.key)) is None:
                    continue  # it was broken and is gone now
                self._remove(part for part in new if part not in other.parts)
                entry = other
            temporary.unlink(missing_ok=True)
            return entry

    def _broken(self, path: Path, why: str) -> Entry | None:
        self._warn(f"stored result `{path.stem[:MEANING_DIGITS]}…` is not used: {why}")
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def _recheck(self, path: Path, entry: Entry) -> Entry | None:
        """A part's time is not the recorded one (a copied store, or a damaged one): only its rows can tell."""
        if self._check is None:
            return entry
        try:
            content = self._check(self.stored(entry))
        except StoreError as error:
            return self._broken(path, error.message)
        if content != entry.content:
            return self._broken(path, "its rows are not those that were written")
        looked = ((part, self.shelf.look(part)) for part in entry.parts)
        parts = tuple(replace(part, mtime_ns=found[1]) for part, found in looked if found is not None)
        entry = replace(entry, parts=parts)
        with contextlib.suppress(StoreError):
            write_atomically(path, entry_as_json(entry), self.scratch())
        return entry

    def _is_used(self, entry: Entry, keep: Collection[str]) -> bool:
        """Whether all of its rows are in use, and not only parts that it shares with a later version."""
        return bool(entry.parts) and all(part in keep for part in self.stored(entry).parts)

    def _remove_orphans(self, keep: Collection[str]) -> None:
        owned = {path for entry in self.entries() for path in self.stored(entry).parts} | set(keep)
        alive = {run.name for run in (self.records / "tmp").glob("*")}
        parts = (path for path, _ in self.shelf.all() if path.endswith(".parquet") and path not in owned)
        if orphans := [path for path in parts if self.shelf.run_of(path) not in alive]:
            self.shelf.remove(orphans)

    def _read_latest(self) -> dict[str, Latest]:
        try:
            data = json.loads((self.records / "latest.json").read_bytes())
            return {name: Latest(*value) for name, value in data.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _save_latest(self) -> None:
        if self._latest is None:
            return
        merged = self._read_latest() | self._latest if self._latest else {}
        data = {name: [latest.key, latest.duration_s] for name, latest in merged.items()}
        with contextlib.suppress(StoreError):  # only a hint
            write_atomically(self.records / "latest.json", json.dumps(data, separators=(",", ":")), self.scratch())


def store_of(project: Project, run_id: str, warn: Callable[[str], None], check: Check) -> CacheManager:
    """The store of the project's target."""
    target, store = project.target, project.warehouse / "store"
    shelf: Shelf = Folder(store, run_id)
    if target.store is not None:
        shelf = Objects(project.warehouse, target.store, project.name, run_id, target.store_where)
    return CacheManager(store, run_id, warn, check, shelf)


def _read_entry(path: Path) -> Entry | None:
    try:
        return entry_from_json(path.read_bytes())
    except (OSError, ValueError):
        return None
