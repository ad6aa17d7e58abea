"""The display on a terminal, seen through a pseudo-terminal: progress, the end, and the cursor given back."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.projects import write_project

SLOW = "select count(*) as n from range(5000) as a(x), range(20000) as b(y) where (x * y) % 7 = 3\n"
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"


def on_terminal(
    *arguments: str, interrupt_at: str | None = None, answer: str = "", **environment: str
) -> tuple[int, str]:
    """Exit code and all that the terminal was sent; `answer` is typed ahead, Ctrl-C comes at `interrupt_at`."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "odibi_sql", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **environment},
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    seen = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        seen += data
        if interrupt_at is not None and interrupt_at.encode() in seen:
            process.send_signal(signal.SIGINT)
            interrupt_at = None
    os.close(ours)
    return process.wait(timeout=30), seen.decode()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")


def test_progress_is_drawn_and_the_end_stays(shop: Path) -> None:
    write_project(shop, {"models/slow.sql": SLOW})
    code, seen = on_terminal("build")
    assert code == 0
    assert "running" in seen and "slow" in seen
    assert HIDDEN in seen and seen.rindex(SHOWN) > seen.rindex(HIDDEN)
    text = plain(seen)
    assert "5 ran in " in text
    assert text.rstrip().splitlines()[-1].startswith("published 5 relations (5 changed) as number 1 of `dev`")


def test_nothing_to_do_draws_nothing(shop: Path) -> None:
    assert on_terminal("build")[0] == 0
    code, seen = on_terminal("build")
    assert code == 0 and HIDDEN not in seen
    assert plain(seen).startswith("4 cached in ")


def test_failures_are_told_with_their_place(shop: Path) -> None:
    write_project(shop, {"models/broken.sql": "select\n  cast(name as integer) as n\nfrom customers\n"})
    code, seen = on_terminal("build")
    assert code == 1
    assert "models/broken.sql:2:3: " in plain(seen) and "Could not convert string 'Ada'" in plain(seen)
    assert seen.count(HIDDEN) == seen.count(SHOWN)


def test_an_interrupted_build_says_so_and_gives_the_cursor_back(shop: Path) -> None:
    write_project(shop, {"models/slow.sql": SLOW.replace("range(5000)", "range(3000000)")})
    code, seen = on_terminal("build", interrupt_at="slow")
    assert code == 130
    assert seen.rindex(SHOWN) > seen.rindex(HIDDEN)
    text = plain(seen)
    assert "interrupted" in text and "not published" in text and "Traceback" not in text
    assert not (shop / "warehouse" / "dev.duckdb").exists()


def test_no_colour_and_no_drawing_where_it_is_not_wanted(shop: Path) -> None:
    for number, environment in enumerate(({"NO_COLOR": "1"}, {"TERM": "dumb"})):
        write_project(shop, {f"models/m{number}.sql": "select 1 as x\n"})
        code, seen = on_terminal("build", **environment)
        assert code == 0 and "\x1b" not in seen
        assert "published" in seen


def test_quiet_is_quiet_on_a_terminal_too(shop: Path) -> None:
    assert on_terminal("build", "--quiet") == (0, "")


def test_data_on_a_terminal_is_plain(shop: Path) -> None:
    code, seen = on_terminal("ls")
    assert (code, seen.split()) == (0, ["customers", "orders", "stg_orders", "revenue"])


def test_clean_asks_first(shop: Path) -> None:
    assert on_terminal("build")[0] == 0
    code, seen = on_terminal("clean", "--all", answer="n\n")
    assert code == 130 and "Remove these files? [y/N]: " in seen
    assert (shop / "warehouse" / "dev.duckdb").exists()
    code, seen = on_terminal("clean", "--all", answer="y\n")
    assert code == 0 and not (shop / "warehouse" / "dev.duckdb").exists()
