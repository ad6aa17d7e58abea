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


@contextmanager
def kept() -> Iterator[None]:
    """Ctrl-C is handled after the block as before it, though a library in it takes the signal for itself."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():  # no other can have changed it
            signal.signal(signal.SIGINT, before)
