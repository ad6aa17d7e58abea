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


@contextmanager
def noted(note: Callable[[], None]) -> Iterator[None]:
    """Calls `note` for each signal that would throw KeyboardInterrupt, until the block ends. `note` may be called
    between any two instructions too: it must take no lock.

    Signals come to the main thread alone, and who handles one in another way goes on doing so.
    """

    def handler(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        note()

    ours: list[signal.Signals] = []
    try:
        if threading.current_thread() is threading.main_thread():
            for one in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(one) is signal.default_int_handler:
                    ours.append(one)
                    signal.signal(one, handler)
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.default_int_handler)


@contextmanager
def kept() -> Iterator[None]:
    """Ctrl-C is handled after the block as before it, though a library in it takes the signal for itself."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():  # no other can have changed it
            signal.signal(signal.SIGINT, before)
