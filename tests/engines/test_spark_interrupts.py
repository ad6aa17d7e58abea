"""Ctrl-C where this program itself waits for Spark: it is answered with 130, and Spark goes on to be asked aright."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import odibi_sql
from odibi_sql.cli import run
from tests.projects import write_project

MODELS = {"models/totals.sql": "select customer_id, sum(amount) as total from orders group by customer_id\n"}
ENDLESS = "on_run_end: SELECT count(*) FROM range(1000000000000000) WHERE id % 7 = 9\n"


def functions(frame: FrameType | None) -> Iterator[tuple[str, str]]:
    while frame is not None:
        yield Path(frame.f_code.co_filename).name, frame.f_code.co_name
        frame = frame.f_back


@contextmanager
def pressed_inside(file: str, function: str, is_time: Callable[[], bool]) -> Iterator[threading.Event]:
    """Ctrl-C, once, as soon as the main thread waits for Java's answer there, and it is time."""
    main, over, pressed = threading.main_thread().ident or 0, threading.Event(), threading.Event()

    def press() -> None:
        while not over.wait(0.001):
            inside = list(functions(sys._current_frames().get(main)))
            if (file, function) in inside and any(name == "send_command" for _, name in inside) and is_time():
                pressed.set()
                signal.pthread_kill(main, signal.SIGINT)
                return

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield pressed
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("file", "function", "settings", "is_published"),
    [
        ("schemas.py", "infer", "", False),
        ("connecting.py", "connect", "", False),
        ("hooks.py", "finish", ENDLESS, True),
    ],
)
def test_ctrl_c_while_spark_is_asked(
    running_spark: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    function: str,
    settings: str,
    is_published: bool,
) -> None:
    folder = write_project(tmp_path, {**MODELS, "odibi_project.yml": f"name: shop\n{settings}"})
    jobs = running_spark.sparkContext.statusTracker().getActiveJobsIds
    with pressed_inside(file, function, lambda: not settings or list(jobs()) != []) as pressed:
        code = run(["build", "--engine", "spark", "--project-dir", str(folder)])
    said = capsys.readouterr().err
    assert pressed.is_set()
    assert (code, "Traceback" in said, "a bug" in said) == (130, False, False), said
    assert "interrupted" in said
    assert (folder / "warehouse" / "dev.duckdb").exists() == is_published
    assert list((folder / "warehouse" / "store" / "tmp").iterdir()) == []
    assert list(jobs()) == []
    assert running_spark.range(3).count() == 3
    write_project(folder, {"odibi_project.yml": "name: shop\n"}, base={})
    again = odibi_sql.build(folder, engine="spark")
    assert again.ok and len(again["totals"].relation()) == 2
