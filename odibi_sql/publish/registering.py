"""What a target shows -> tables in the catalogs of engines too, where the project says so.

    warehouse/publications/<target>/registered-<engine>.json     what is there of ours, and for which publication
    warehouse/publications/<target>/tables-<engine>/             files that it needs besides

A publication stands whatever becomes of this: readers of the target's catalog have it already. What went wrong is tried
again by the next build, also by one that has nothing to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from odibi_sql.disk import locked, write_atomically
from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import Engine, EngineFailure, Listed, Registry, Session
from odibi_sql.errors import OdibiError
from odibi_sql.events import Registered
from odibi_sql.publish.publisher import Publisher
from odibi_sql.publish.record import Publication
from odibi_sql.relation import Stored

MOST_TOLD = 5


class Receipt(Struct, frozen=True):
    """`catalog` is the file of the target then. `state` is what is registered, and where; empty where not all is.
    `addresses` are those at which there may be something of ours; `left` is why the rest of what is shown is not, as
    it was told."""

    catalog: str
    state: str
    addresses: tuple[str, ...]
    left: tuple[str, ...] = ()


class Registrar(Struct, frozen=True):
    """Of one target, for one engine. `open_session` starts the engine, if nothing has yet."""

    engine: str
    registry: Registry
    publisher: Publisher
    open_session: Callable[[str], Session]
    warn: Callable[[str], None]

    @property
    def receipt(self) -> Path:
        return self.publisher.records / f"registered-{self.engine}.json"

    def is_done(self, publication: Publication) -> bool:
        """Whether all that a publication shows is registered, as far as is known here."""
        receipt = self._read()
        return receipt is not None and receipt.state == self._state(publication)

    def register(self) -> Registered | None:
        """None where there was nothing to do, or nothing could be done, which is warned of."""
        shown = self.publisher.current()
        if shown is None or self.is_done(shown):
            return None
        place = f"{self.engine}'s `{self.registry.name}`"
        try:
            with locked(self.receipt.with_suffix(".lock")):
                return self._register(place)
        except (EngineFailure, OdibiError) as failure:
            hint = failure.advice if isinstance(failure, EngineFailure) else failure.hint
            told = f"{failure.message.rstrip('.')} ({hint})" if hint else failure.message
            self.warn(f"published, but not registered in {place}: {told}; the next build tries again")
            return None
        except KeyboardInterrupt:
            self.warn(f"published, but not all is registered in {place}: interrupted; the next build goes on")
            raise

    def _register(self, place: str) -> Registered | None:
        """Whoever has the lock registers what is shown by then, so what is shown last is what stays."""
        shown, before = self.publisher.current(), self._read()
        if shown is None or self.is_done(shown):
            return None
        catalog = str(self.publisher.catalog)
        tables, left = self._tables(shown)
        if before is not None:  # if this is killed, the next one knows where to look
            addresses = (self.registry.address(table.name) for table in tables)
            before = replace(before, state="", addresses=tuple(dict.fromkeys((*before.addresses, *addresses))))
            self._keep(before)
        marks = [_mark(catalog)]
        if before is not None and before.catalog != catalog and not Path(before.catalog).exists():
            marks.append(_mark(before.catalog))  # the project was moved; a copy's original is still there
        known = before.addresses if before is not None else None
        folder = self.publisher.records / f"tables-{self.engine}"
        done = self.registry.register(self.open_session(self.engine), tables, marks, known, folder)
        state = "" if done.wrong or not done.lasts else self._state(shown)
        left = (*left, *done.left)
        self._keep(Receipt(catalog, state, done.there, left))
        if done.wrong:
            self.warn(f"published, but not registered in {place}: {_some(done.wrong)}; the next build tries again")
        if left and (before is None or left != before.left):
            self.warn(f"not registered in {place}: {_some(left)}")
        if not done.changed and not done.dropped:
            return None
        return Registered(self.engine, self.registry.name, len(done.there), len(done.changed), len(done.dropped))

    def _tables(self, shown: Publication) -> tuple[list[Listed], tuple[str, ...]]:
        """What can be registered, and why the rest cannot."""
        tables, left = [], []
        for name, one in shown.relations.items():
            rows = shown.resolve(name, self.publisher.store, self.publisher.folder)
            if isinstance(rows, Stored):
                tables.append(Listed(name, rows, one.description))
            else:
                left.append(f"`{name}`, which is a view of DuckDB's")
        return tables, tuple(left)

    def _state(self, publication: Publication) -> str:
        tables, left = self._tables(publication)
        told = repr((self.registry.place, str(self.publisher.catalog), tables, left))
        return hashlib.sha256(told.encode()).hexdigest()

    def _read(self) -> Receipt | None:
        try:
            return msgspec.json.decode(self.receipt.read_bytes(), type=Receipt)
        except (OSError, ValueError):
            return None

    def _keep(self, receipt: Receipt) -> None:
        write_atomically(self.receipt, msgspec.json.encode(receipt))


def registrars(
    engines: Iterable[str],
    publisher: Publisher,
    settings_of: Callable[[Engine], Mapping[str, object]],
    open_session: Callable[[str], Session],
    warn: Callable[[str], None],
) -> Iterator[Registrar]:
    """Of the engines of these names that keep a catalog which the project wants to be told."""
    for engine in {one.NAME: one for one in map(load_engine, engines)}.values():
        registry = engine.registry(settings_of(engine))
        if registry is not None:
            yield Registrar(engine.NAME, registry, publisher, open_session, warn)


def register_all(registrars: Iterable[Registrar], emit: Callable[[Registered], None]) -> None:
    for registrar in registrars:
        if (done := registrar.register()) is not None:
            emit(done)


def _some(told: Sequence[str]) -> str:
    more = f" and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return f"{', '.join(told[:MOST_TOLD])}{more}"


def _mark(catalog: str) -> str:
    return hashlib.sha256(catalog.encode()).hexdigest()[:32]
