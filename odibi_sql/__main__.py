"""Where the program starts: first what can be answered without loading it, then the command line."""

from __future__ import annotations

import sys

from odibi_sql import warm


def main() -> None:
    """The program `odibi-sql`; exits with one of the codes that `cli` lists. SIGTERM ends it as Ctrl-C does."""
    code = warm.answer(sys.argv[1:], _amend)
    if code is None:
        import signal

        _collect_seldom()
        from odibi_sql.cli import run

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = run(sys.argv[1:])
    sys.exit(code)


def _amend(path: str, proof: dict[str, object], root: str, changed: dict[str, warm.Stat | None], since_ns: int) -> bool:
    _collect_seldom()
    from odibi_sql.edits import amended

    return amended(path, proof, root, changed, since_ns)


def _collect_seldom() -> None:
    """What a command makes at its start, it keeps: looking for rubbish that early takes a seventh of the time."""
    import gc

    gc.set_threshold(200_000, 10, 10)


if __name__ == "__main__":
    main()
