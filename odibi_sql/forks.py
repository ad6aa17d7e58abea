"""Work shared with the other CPUs, by children of this process.

A forked child has all that its parent has read and imported, at no cost; a fresh interpreter would need longer to start
than most projects need to be read. Forking is sound only where there is a single thread: a lock that another one holds
would stay locked in the child. Elsewhere nothing is shared, and the parent does all itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from odibi_sql.warm import available_cpus

MOST_CHILDREN = 3

_T = TypeVar("_T")


class _Child(Struct, frozen=True):
    pid: int
    answer: int  # the end of a pipe to read from


def spare_cpus() -> int:
    """How many children can work beside this process; 0 where it cannot be forked."""
    if sys.platform != "linux":
        return 0
    try:
        threads = len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return 0
    return min(MOST_CHILDREN, available_cpus() - 1) if threads == 1 else 0


@contextmanager
def shared_out(work: Callable[[Sequence[_T]], object], shares: Sequence[Sequence[_T]]) -> Iterator[Callable[[], Any]]:
    """A child for each share works on it while the body runs. What is yielded waits for their answers: a list of what
    JSON makes of them, without those of children that failed. No child outlives the body."""
    children: list[_Child] = []
    try:
        for share in shares:
            children.append(_fork(work, share))  # noqa: PERF401 - those that were made must end, should one fail
        yield lambda: [answer for child in children if (answer := _read(child)) is not None]
    finally:
        for child in children:
            os.close(child.answer)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)


def _fork(work: Callable[[Sequence[_T]], object], share: Sequence[_T]) -> _Child:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(pid, reading)
    try:  # in the child: nothing of the parent's may be closed, flushed or told
        os.close(reading)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with os.fdopen(writing, "wb") as answer:
            answer.write(json.dumps(work(share), separators=(",", ":")).encode())
    finally:
        os._exit(0)


def _read(child: _Child) -> Any:
    """None where the child did not come to its end."""
    with os.fdopen(os.dup(child.answer), "rb") as answer:
        text = answer.read()
    try:
        return json.loads(text)
    except ValueError:
        return None
