"""Where the program starts: first what can be answered without loading it, then the command line."""

from __future__ import annotations

import sys

from odibi_sql import warm

TYPE_CHECKING = False  # importing `typing` takes a tenth of the time here
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from odibi_sql.part import Part


def main() -> None:
    """The program `odibi-sql`; exits with one of the codes that `cli` lists. SIGTERM ends it as Ctrl-C does."""
    code, part = look(sys.argv[1:])
    if code is None:
        import signal

        _collect_seldom()
        from odibi_sql.cli import run

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = run(sys.argv[1:], part)
    sys.exit(code)


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


if __name__ == "__main__":
    main()
