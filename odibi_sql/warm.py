"""Nothing changed -> nothing is even loaded.

After a command that left nothing to do, a proof is kept: the command line, what it says, and of every file, folder and
environment variable that its answer depends on, how they were. The next time the same command line is given, each of
them is looked at once (`stat`, no reading); if all are as they were, the answer is given without loading anything. What
cannot be proved goes the long way, so the proof may be lost, old or damaged without harm.

Why equal numbers prove equal content: a file's ctime is set by the kernel at every change and cannot be set back by a
program. A file whose ctime is older than the moment at which the long way began was not written since; so what was
read is what is there. Younger files are not trusted, and no proof is kept; nor is one on a file system whose clock is
not this machine's. git's index works like this ("racily clean" in its documentation).

Where all but a few model files are as they were, `edits` may find that they still mean the same.

Until the proof fails, this module is all that runs: it imports nothing that is slow to import, dataclasses included.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from zlib import crc32

FORMAT = 3
MANY = 20  # changed files: there is likely to be something to do
RACY_NS = 50_000_000  # file systems stamp with the kernel's tick, which is up to 10 ms old
PROJECT_FILE = "odibi_project.yml"
DURATION = "\0"
Stat = list[int]
TYPE_CHECKING = False  # importing `typing` takes a tenth of the time here
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Amend = Callable[[str, dict[str, object], str, dict[str, Stat | None], int], bool]


def answer(arguments: Sequence[str], amend: Amend | None = None) -> int | None:
    """Print what the command line would, and return its exit code; None if that takes the long way.

    Where files changed, `amend` is asked whether the proof answers all the same: it gets the place of the proof, the
    proof, the project's folder, what changed with how it is, and the time before anything was looked at.
    """
    begun = time.perf_counter()
    if not arguments or arguments[0] not in ("build", "ls") or "_ODIBI_SQL_COMPLETE" in os.environ:
        return None
    root = _project(arguments)
    if root is None:
        return None
    since_ns = time.time_ns()
    path = proof_path(root, _warehouse(root), arguments)
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            proof = json.load(file)
        if not _is_of(proof, root, arguments):
            return None
        changed = changed_of(proof["stats"], root)
        out, err = proof["stdout"], proof["stderr"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if changed and (amend is None or not amend(path, proof, root, changed, since_ns)):
        return None
    sys.stdout.write(out)
    sys.stdout.flush()
    sys.stderr.write(err.replace(DURATION, f"{time.perf_counter() - begun:.2f} s"))
    return 0


def proof_path(root: str, warehouse: str, arguments: Sequence[str]) -> str:
    """Where the proof of a command line is kept; that two have one place is harmless, since a proof names its own."""
    number = crc32("\0".join(arguments).encode("utf-8", "surrogateescape"))
    return os.path.join(root, warehouse, "warm", f"{arguments[0]}-{number:08x}.json")  # noqa: PTH118


def python_identity() -> list[str]:
    """The interpreter, where its packages come from, which copy of this program it runs, and on how many CPUs."""
    return [sys.version, sys.prefix, sys.executable, __file__, str(available_cpus())]


def available_cpus() -> int:
    """The number of threads where none is set."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stat_of(path: str) -> Stat | None:
    """What tells an unchanged file or folder; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode]


def is_old(stat: Stat, since_ns: int) -> bool:
    """Whether what was read from `since_ns` on is what a file or folder has while its `stat` stays the same."""
    return max(stat[1], stat[2]) < since_ns - RACY_NS


def has_our_clock(path: str) -> bool:
    """Whether the file system stamps the file with this machine's time; the file is written. Raises OSError."""
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"x")
    return abs(os.stat(path).st_ctime_ns - time.time_ns()) < RACY_NS  # noqa: PTH116


def changed_of(stats: dict[str, Stat | None], root: str) -> dict[str, Stat | None]:
    """Those that are not as they were, as they are; not all of them, where they are many."""
    prefix, changed = root + os.sep, {}
    for path, stat in stats.items():
        now = stat_of(path if path[:1] == os.sep else prefix + path)
        if now != stat:
            changed[path] = now
            if len(changed) > MANY:
                break
    return changed


def _is_of(proof: dict[str, Any], root: str, arguments: Sequence[str]) -> bool:
    return (
        proof["format"] == FORMAT
        and proof["arguments"] == list(arguments)
        and proof["root"] == root
        and proof["python"] == python_identity()
        and proof["date"] in (None, time.strftime("%Y-%m-%d", time.gmtime()))
        and all(os.environ.get(name) == value for name, value in proof["env"].items())
    )


def _project(arguments: Sequence[str]) -> str | None:
    """The project's folder as the command line will find it, or None if that cannot be told at a glance."""
    folder = "."
    for number, argument in enumerate(arguments):
        if argument == "--project-dir" and number + 1 < len(arguments):
            folder = arguments[number + 1]
        elif argument.startswith("--project-dir="):
            folder = argument.partition("=")[2]
    here = os.path.abspath(folder)  # noqa: PTH100
    while not os.path.isfile(os.path.join(here, PROJECT_FILE)):  # noqa: PTH113, PTH118
        above = os.path.dirname(here)  # noqa: PTH120
        if above == here:
            return None
        here = above
    return here


def _warehouse(root: str) -> str:
    """A guess at the project's `warehouse:` without reading YAML; where it is wrong, no proof is found."""
    with open(os.path.join(root, PROJECT_FILE), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        found = re.search(r"^warehouse:\s*['\"]?([^'\"#\n]+?)['\"]?\s*(#.*)?$", file.read(), re.MULTILINE)
    return found[1] if found else "warehouse"
