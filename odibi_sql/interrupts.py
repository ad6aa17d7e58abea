"""Ctrl-C as a message.

Python throws KeyboardInterrupt between any two instructions of the main thread: also when a lock has just been taken
and the `with` that gives it back is not entered yet. Whoever needs that lock next then waits for ever. While threads
work, the signal is therefore noted and not thrown.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from msgspec import Struct

Handler = Callable[[int, FrameType | None], Any]
"""What `signal.signal` takes; what it returns is not looked at."""


@contextmanager
def noted(note: Callable[[], None]) -> Iterator[None]:
    """Calls `note` for each signal whose handler throws KeyboardInterrupt, until the block ends. `note` may be called
    between any two instructions too: it must take no lock.

    Handlers go on doing their work: pyspark's cancels its jobs before it throws, and one that throws nothing is not
    noted. Signals come to the main thread alone: in another, nothing changes.
    """
    before: dict[signal.Signals, Handler] = {}
    try:
        if threading.current_thread() is threading.main_thread():
            for one in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(one)
                if callable(handler):
                    before[one] = handler
                    signal.signal(one, _noting(handler, note))
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _noting(handler: Handler, note: Callable[[], None]) -> Handler:
    def noting(number: int, frame: FrameType | None) -> None:
        try:
            handler(number, frame)
        except KeyboardInterrupt:
            note()

    return noting


class _Holding(Struct):
    pressed: int = 0

    def note(self) -> None:
        self.pressed += 1
        if self.pressed > 1:
            raise KeyboardInterrupt


_holding: _Holding | None = None  # the main thread's
_CANCELLED_EVERY_S = 0.1


@contextmanager
def held(cancel: Callable[[], object] | None = None) -> Iterator[None]:
    """Ctrl-C inside is thrown when the block has ended, well or not; a second one at once.

    For calls that leave an answer unread when they are left halfway, which the next call would take for its own. Until
    the block ends, `cancel` is called by another thread, again and again. In other threads than the main one nothing
    changes.
    """
    global _holding
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if _holding is not None:
        with _cancelling(_holding, cancel):
            yield
        return
    holding = _holding = _Holding()
    try:
        with noted(holding.note), _cancelling(holding, cancel):
            yield
    except Exception:
        if holding.pressed:
            raise KeyboardInterrupt from None
        raise
    finally:
        _holding = None
    if holding.pressed:
        raise KeyboardInterrupt


@contextmanager
def _cancelling(holding: _Holding, cancel: Callable[[], object] | None) -> Iterator[None]:
    if cancel is None:
        yield
        return
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_CANCELLED_EVERY_S):
            if holding.pressed:
                cancel()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def kept() -> Iterator[None]:
    """Ctrl-C is handled after the block as before it, though a library in it takes the signal for itself."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():  # no other can have changed it
            signal.signal(signal.SIGINT, before)
