"""Running hooks: statements of the user's own, around models and around a whole run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from odibi_sql import interrupts
from odibi_sql.engines.protocol import EngineFailure, Session
from odibi_sql.errors import RunError
from odibi_sql.model import Hook


def run_hooks(name: str, hooks: Iterable[Hook], run: Callable[[str], None]) -> None:
    """Raises RunError at the hook that fails; EngineFailure for what can pass, and where it was cancelled."""
    for hook in hooks:
        try:
            run(hook.sql)
        except EngineFailure as failure:
            if failure.interrupted or failure.passing:
                raise
            raise RunError(f"`{name}`: {failure.message}", hook.where, failure.advice) from failure


class AroundRun(Struct):
    """`on_run_start` before the first node that runs, `on_run_end` after the last; neither where nothing runs."""

    start: tuple[Hook, ...] = ()
    end: tuple[Hook, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: bool = False
    _failed: RunError | None = None

    def begin(self, session: Session, on_stop: Callable[[Callable[[], None]], None]) -> None:
        """Called by every node; nobody goes on before it is done. Raises RunError, to all alike, and EngineFailure for
        what can pass. `on_stop` takes what is to be called when the build is stopped meanwhile."""
        with self._lock:
            if not self._begun:
                on_stop(session.interrupt)
                for hook in self.start:
                    self._start(hook, session)
                self._begun = True
        if self._failed is not None:
            raise self._failed

    def _start(self, hook: Hook, session: Session) -> None:
        if self._failed is not None:
            return
        try:
            run_hooks("on_run_start", (hook,), session.run)
        except RunError as error:
            self._failed = error
        except EngineFailure as failure:
            if not failure.interrupted:
                raise
            self._failed = RunError("`on_run_start`: interrupted", hook.where)

    def finish(self, open_session: Callable[[], Session], *, interrupted: bool) -> None:
        """Raises RunError, and KeyboardInterrupt where a hook was cancelled."""
        if not self._begun or interrupted or self._failed is not None:
            return
        for hook in self.end:
            try:
                session = open_session()
                with interrupts.held(session.interrupt):  # DuckDB loses one that comes as a statement ends
                    run_hooks("on_run_end", (hook,), session.run)
            except EngineFailure as failure:
                if failure.interrupted:
                    raise KeyboardInterrupt from failure
                raise RunError(f"`on_run_end`: {failure.message}", hook.where, failure.advice) from failure
