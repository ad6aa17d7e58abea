"""Publisher: one target's publications, now and before.

Builds of one project may end at the same time: a file lock lets them publish one after another, each upon what the one
before has published.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.cache import CacheManager
from odibi_sql.disk import cannot_write, locked, make_folder, write_atomically
from odibi_sql.errors import ProjectError, StoreError
from odibi_sql.project import Project
from odibi_sql.publish.record import Publication, PublishedRelation, is_there, path_of

KEPT = 10


class Change(Struct, frozen=True):
    """What a publication did; `publication` is the old one where there was nothing to change."""

    publication: Publication
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class OvertakenError(Exception):
    """Something else was published, or taken away, since a part of the project was found to be all that is to be
    built: a build of the whole is called for."""


class Publisher(Struct, frozen=True):
    """`catalog` is the target's file, `records` the folder of its publications, `store` that of the results.

    `scratch` makes a folder for passing copies.
    """

    target: str
    catalog: Path
    records: Path
    store: Path
    folder: Path
    warn: Callable[[str], None]
    scratch: Callable[[], Path]
    _known: dict[tuple[int, int, int], Publication] = field(default_factory=dict)

    def current(self) -> Publication | None:
        """What the catalog file shows, or None if there is none. Of a damaged file, or one that somebody else has
        published to, what was last recorded.

        Raises StoreError where the file is somebody else's database, or none can be read.
        """
        if (known := self._vouched_for()) is not None:
            return known
        if not self.catalog.exists():
            return None
        from odibi_sql.publish.catalog import NotOursError, read_shown

        stat = _stat(
            self.catalog
        )  # before it is read: if it is replaced meanwhile, the number is not remembered for it
        try:
            shown = read_shown(self.catalog, self.scratch())
        except NotOursError as error:
            raise StoreError(
                f"`{self.catalog}` is a database that odibi-sql did not make",
                hint="move it away, or give the target another `path:` in odibi_project.yml",
            ) from error
        publication = self.read(shown.number) if shown is not None else None
        if publication is not None and shown is not None and shown.is_of(publication):
            self._remember(publication, stat)
            return publication
        why = f"shows what was published elsewhere (from {shown.folder})" if shown is not None else "cannot be read"
        self.warn(f"the catalog `{self.catalog.name}` {why}, so it is made again")
        last = self.read(self._highest())
        return replace(last, folder="") if last is not None else None  # as if moved: all views are made again

    def publish(
        self,
        relations: Mapping[str, PublishedRelation],
        hidden: Mapping[str, str],
        *,
        whole: bool,
        run_id: str,
        published_at: str,
        built_on: Mapping[str, str] | None = None,
        upon: int | None = None,
    ) -> Change:
        """Show `relations`, and besides them what the target shows now, unless this is the `whole` project.

        `hidden` are the meanings of models that are not shown. `built_on` says of irreplaceable relations which version
        each was built on, by its key: another that was published meanwhile is not lost. `upon` is the number of the one
        publication that these relations go with.

        Raises StoreError, and OvertakenError where another one is shown by now; the target is as it was then.
        """
        with self._locked():
            before = self.current()
            if upon is not None and (before is None or before.number != upon):
                raise OvertakenError
            self._refuse_forks(self._irreplaceable(before), relations, built_on or {})
            new = Publication(0, None, self.target, run_id, published_at, str(self.folder), relations, hidden)
            if not whole and before is not None:
                new = replace(new, relations={**before.relations, **relations}, hidden={**before.hidden, **hidden})
            return self._show(before, new)

    def rollback(self, number: int | None, *, run_id: str, published_at: str) -> Change:
        """Publish again what an earlier publication showed; None: the last one that showed something else."""
        with self._locked():
            before = self.current()
            if before is None:
                raise StoreError(f"target `{self.target}` has no publication", hint="`odibi-sql build` makes one")
            kept = self.history()
            if number is None:
                others = (one for one in kept if one.relations != before.relations)
                old = next(others, kept[1] if len(kept) > 1 else None)
            else:
                old = next((one for one in kept if one.number == number), None)
            if old is None:
                said = (
                    f"publication {number} is not kept" if number else "there is no publication before the current one"
                )
                raise StoreError(said, hint=f"kept are: {', '.join(str(one.number) for one in kept)}")
            parts = (part for one in old.relations.values() for part in one.parts())
            missing = [part for part in parts if not is_there(path_of(part, self.store))]
            if missing:
                raise StoreError(f"results of publication {old.number} are no longer in the store: {missing[0]}")
            again = replace(old, run_id=run_id, published_at=published_at, folder=str(self.folder))
            return self._show(before, again)

    def history(self) -> list[Publication]:
        """The kept publications, newest first, beginning with the current one."""
        found: list[Publication] = []
        publication = self.current()
        while publication is not None and publication not in found:
            found.append(publication)
            publication = self.read(publication.previous) if publication.previous is not None else None
        return found

    def record_of(self, number: int) -> Path:
        return self.records / f"{number:06}.json"

    def read(self, number: int) -> Publication | None:
        """The publication of that number, if it is kept and readable."""
        record = self.record_of(number)
        try:
            stat = record.stat()  # a record is only ever replaced as a whole
            written = (number, stat.st_mtime_ns, stat.st_ino)
            if written not in self._known:
                self._known[written] = Publication.from_json(record.read_bytes())
            return self._known[written]
        except (OSError, ValueError):
            return None

    def used_parts(self) -> set[str]:
        """Absolute paths of the store's files that the kept publications read."""
        kept = [r for one in self.history() for r in (*one.relations.values(), *one.retired.values())]
        return {path_of(part, self.store) for one in (*kept, *self.irreplaceable().values()) for part in one.parts()}

    def irreplaceable(self) -> Mapping[str, PublishedRelation]:
        """What can never be made again, shown or not; where the catalog is gone, by the last record there is."""
        return self._irreplaceable(self.current())

    def shown_files(self, publication: Publication) -> tuple[Path, ...] | None:
        """The catalog and what vouches for it, if they are as this publication left them; nothing is opened."""
        if publication.folder != str(self.folder) or self._known_number() != publication.number:
            return None
        return self.catalog, self.record_of(publication.number), self.records / "current.json"

    # -- within

    def _irreplaceable(self, current: Publication | None) -> Mapping[str, PublishedRelation]:
        last = current or self.read(self._highest())
        return last.irreplaceable() if last is not None else {}

    def _refuse_forks(
        self,
        shown: Mapping[str, PublishedRelation],
        relations: Mapping[str, PublishedRelation],
        built_on: Mapping[str, str],
    ) -> None:
        for name, one in relations.items():
            if one.irreplaceable and name in shown and shown[name].key not in (one.key, built_on.get(name)):
                raise StoreError(
                    f"another build has published a new version of `{name}` since this one began, and a history has "
                    "one line",
                    hint="build again: it goes on from that version",
                )

    def _show(self, before: Publication | None, wanted: Publication) -> Change:
        """`wanted` gets its number here."""
        old = before.relations if before is not None else {}
        changed = tuple(name for name, one in wanted.relations.items() if old.get(name) != one)
        removed = tuple(name for name in old if name not in wanted.relations)
        shown = {name for name, one in wanted.relations.items() if one.irreplaceable}
        retired = {name: one for name, one in self._irreplaceable(before).items() if name not in shown}
        wanted = replace(wanted, retired=retired)
        moved = before is None or before.folder != wanted.folder
        if before is not None and not changed and not removed and not moved and before.retired == retired:
            return Change(self._amended(before, wanted.hidden), (), ())
        number = max((before.number if before else 0), self._highest()) + 1
        new = replace(wanted, number=number, previous=before.number if before is not None else None)
        self._install(before, new)
        self._forget_old(new)
        return Change(new, changed, removed)

    def _amended(self, before: Publication, hidden: Mapping[str, str]) -> Publication:
        """The publication before, with what readers do not see of it as it is now: of that, nothing is kept twice."""
        if before.hidden == hidden:
            return before
        amended, record = replace(before, hidden=hidden), self.record_of(before.number)
        temporary = record.with_name(f".{record.name}.{os.getpid()}.tmp")
        try:
            temporary.write_bytes(amended.as_json())
            os.sync()  # the record says where histories are: it must be whole at any time
            temporary.replace(record)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise cannot_write(record, error) from error
        return amended

    def _install(self, before: Publication | None, new: Publication) -> None:
        from odibi_sql.publish.catalog import install, write_catalog

        temporary = self.catalog.with_name(f".{self.catalog.name}.{os.getpid()}.new")
        write_catalog(temporary, self.catalog if before is not None else None, before, new, self.store)
        write_atomically(self.record_of(new.number), new.as_json())
        os.sync()  # results and record are on disk before a catalog names them
        try:
            install(temporary, self.catalog)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StoreError(f"cannot replace `{self.catalog}`: {error.strerror}") from error
        self._remember(new, _stat(self.catalog))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        make_folder(self.catalog.parent)
        with locked(self.records / "lock"):
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what killed builds left: whoever makes such files holds the lock, or can do without them."""
        left = [*self.catalog.parent.glob(f".{glob.escape(self.catalog.name)}.*.new*"), *self.records.glob(".*.tmp")]
        for path in left:
            with contextlib.suppress(OSError):
                path.unlink()

    def _highest(self) -> int:
        return max((int(path.stem) for path in self.records.glob("[0-9]*.json")), default=0)

    def _vouched_for(self) -> Publication | None:
        """What current.json says, if the catalog file is still the one it was written for."""
        number = self._known_number()
        return self.read(number) if number is not None else None

    def _known_number(self) -> int | None:
        try:
            data: dict[str, Any] = json.loads((self.records / "current.json").read_bytes())
            return int(data["number"]) if data["catalog"] == _stat(self.catalog) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _remember(self, publication: Publication, stat: list[int]) -> None:
        data = {"number": publication.number, "catalog": stat}
        with contextlib.suppress(StoreError):  # it saves time only
            write_atomically(self.records / "current.json", json.dumps(data))

    def _forget_old(self, new: Publication) -> None:
        """Numbers grow, and each publication follows the one that was shown: no record need be read."""
        numbers = sorted((int(path.stem) for path in self.records.glob("[0-9]*.json")), reverse=True)
        before = [number for number in numbers if new.previous is not None and number <= new.previous]
        for number in set(numbers) - {new.number, *before[: KEPT - 1]}:
            self.record_of(number).unlink(missing_ok=True)


def publisher_of(project: Project, target: str, cache: CacheManager, warn: Callable[[str], None]) -> Publisher:
    """Raises ProjectError for a target that is not declared."""
    if target not in project.targets:
        raise ProjectError(f"no target `{target}`", hint=f"declared are: {', '.join(project.targets)}")
    catalog = project.root / project.targets[target].database
    return Publisher(
        target=target,
        catalog=catalog.resolve() if catalog.is_symlink() else catalog,  # what is replaced is not the link
        records=project.warehouse / "publications" / target,
        store=cache.store,
        folder=project.root,
        warn=warn,
        scratch=cache.scratch,
    )


def _stat(path: Path) -> list[int]:
    stat = path.stat()
    wal = Path(f"{path}.wal")
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, int(wal.exists())]
