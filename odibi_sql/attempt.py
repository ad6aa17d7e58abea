"""One attempt at a node: what whoever runs nodes is asked, and what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from odibi_sql.events import NodeError, Sample, Verdict


class Outcome(Struct, frozen=True):
    """What a node has come to: found in the store, or made. A check has a verdict; with `fail` comes an `error`, and
    nothing that is downstream is skipped for it."""

    reason: str
    rows: int | None
    columns: int
    bytes: int | None
    key: str
    content: str
    verdict: Verdict | None = None
    error: NodeError | None = None
    sample: Sample | None = None


class Miss(Struct, frozen=True):
    """Nothing stored fits: run it, for this reason; `key` is where the result will be kept."""

    reason: str
    key: str


class Attempt:
    """One run of a node, which the coordinator can cancel from outside: alone, or since the whole build is stopped.

    An engine forgets an interrupt that comes between two statements, so the coordinator repeats `cancel` until the
    node has ended, and the node asks `cancelled` before each statement.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._cancelled = threading.Event()
        self._interrupt: Callable[[], None] | None = None
        self._stop: Callable[[], None] | None = None

    def on_cancel(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt

    def on_stop(self, interrupt: Callable[[], None]) -> None:
        """Until `on_cancel` is called: what the node does is for others too."""
        self._stop = interrupt

    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self, *, whole: bool = False) -> None:
        """`whole`: all of the build is stopped."""
        self._cancelled.set()
        interrupt = self._interrupt or (self._stop if whole else None)
        if interrupt is not None:
            interrupt()


class NodeFailure(Exception):
    """A node failed as nodes do; `passing` says that another attempt may succeed."""

    def __init__(self, error: NodeError, *, passing: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.passing = passing


Outcomes = Mapping[str, Outcome | NodeFailure]


class NodeRunner(Protocol):
    """What the executor drives. `look_up` is called by the coordinator when all upstream is done, `run` by a worker.

    `run` raises NodeFailure; anything else it raises is a bug and ends the build. `run_group` is `run` for several
    tasks of one group, and gives what became of each.
    """

    def look_up(self, name: str) -> Outcome | Miss: ...

    def run(self, name: str, attempt: Attempt) -> Outcome: ...

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes: ...
