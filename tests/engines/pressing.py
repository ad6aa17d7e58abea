"""Ctrl-C, or worse, at a moment that is chosen.

`python -m tests.engines.pressing PROJECT WHAT`: a build on Spark by the command line, and its exit code. As soon as
it waits for the Spark that it stops at its end, comes WHAT: `ctrl-c`, or the death of `java`.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from odibi_sql.cli import run

MISSED = 99


def _functions(frame: FrameType | None) -> Iterator[tuple[str, str]]:
    while frame is not None:
        yield Path(frame.f_code.co_filename).name, frame.f_code.co_name
        frame = frame.f_back


def asks_java(file: str, function: str) -> Callable[[], bool]:
    """Whether the main thread waits for Java's answer there."""
    main = threading.main_thread().ident or 0

    def asks() -> bool:
        inside = list(_functions(sys._current_frames().get(main)))
        return (file, function) in inside and any(name == "send_command" for _, name in inside)

    return asks


def press() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@contextmanager
def done_when(is_time: Callable[[], bool], do: Callable[[], object] = press) -> Iterator[threading.Event]:
    """`do` once, as soon as it is time; the event tells that it was."""
    over, done = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(0.001):
            if is_time():
                done.set()
                do()
                return

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


def _kill_java() -> None:
    from pyspark import SparkContext

    gateway: Any = SparkContext._gateway
    gateway.proc.kill()


def main(project: str, what: str) -> None:
    stops = asks_java("connecting.py", "_stop")
    with done_when(stops, press if what == "ctrl-c" else _kill_java) as done:
        code = run(["build", "--engine", "spark", "--project-dir", project])
    sys.exit(code if done.is_set() else MISSED)


if __name__ == "__main__":
    main(*sys.argv[1:])
