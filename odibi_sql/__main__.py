"""Where the program starts: first what can be answered without loading it, then the command line."""

from __future__ import annotations

import os
import sys

from odibi_sql import warm

_AT_THE_END = ("odibi_sql.python.running", "pyspark")

TYPE_CHECKING = False  # importing `typing` takes a tenth of the time here
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from odibi_sql.part import Part


def main() -> NoReturn:
    """The program `odibi-sql`; exits with one of the codes that `cli` lists. SIGTERM ends it as Ctrl-C does."""
    code, part = look(sys.argv[1:])
    if code is None:
        import signal

        _collect_seldom()
        from odibi_sql.cli import run

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = run(sys.argv[1:], part)
    _end(code)


def look(arguments: Sequence[str]) -> tuple[int | None, Part | None]:
    """The exit code, if what there is to say could be said at once; else what is left to build, if that is known."""
    part: Part | None = None

    def amend(*proved: Any) -> bool:
        nonlocal part
        _collect_seldom()
        from odibi_sql.edits import what_changed
        from odibi_sql.part import Proved

        left = what_changed(Proved(*proved))
        part = None if left == "nothing" else left
        return left == "nothing"

    return warm.answer(arguments, amend), part


def _collect_seldom() -> None:
    """What a command makes at its start, it keeps: looking for rubbish that early takes a seventh of the time."""
    import gc

    gc.set_threshold(200_000, 10, 10)


def _end(code: int) -> NoReturn:
    """At once, since to take apart all that a command has made takes up to a tenth of its time. Not where users' Python
    ran, or Spark's, or a profiler's: they may have left something to be done at the end."""
    if sys.modules.keys().isdisjoint(_AT_THE_END) and sys.getprofile() is None and sys.gettrace() is None:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (AttributeError, OSError, ValueError):  # nobody is there to read: Python knows what to do
            sys.exit(code)
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
