"""Ctrl-C while threads work: noted, wherever it falls, and thrown again afterwards."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import FrameType

import pytest

from odibi_sql import interrupts

BOTH = [signal.SIGINT, signal.SIGTERM]


def press(one: signal.Signals) -> None:
    """To this thread: a signal to the whole process may come later, and two of them as one."""
    signal.raise_signal(one)


@pytest.fixture(autouse=True)
def _both_throw() -> Iterator[None]:
    """As in the program, whatever handler a library left behind in the process of the tests."""
    before = {one: signal.signal(one, signal.default_int_handler) for one in BOTH}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.parametrize("one", BOTH)
def test_it_is_noted_inside_and_thrown_outside(one: signal.Signals) -> None:
    heard: list[str] = []
    with interrupts.noted(lambda: heard.append("!")):
        press(one)
        press(one)
    assert heard == ["!", "!"]
    with pytest.raises(KeyboardInterrupt):
        press(one)


def test_it_is_thrown_again_after_an_error_inside() -> None:
    with pytest.raises(ValueError, match="inside"), interrupts.noted(lambda: None):
        raise ValueError("inside")
    with pytest.raises(KeyboardInterrupt):
        press(signal.SIGINT)


STORM = """
import signal, threading
from odibi_sql import interrupts

lock, heard, done, main = threading.Condition(), [0], threading.Event(), threading.main_thread().ident

def note():
    heard[0] += 1

def storm():
    while not done.is_set():
        signal.pthread_kill(main, signal.SIGINT)

with interrupts.noted(note):
    thread = threading.Thread(target=storm)
    thread.start()
    for _ in range(20_000):
        with lock:
            pass
    done.set()
    thread.join()
    free = lock.acquire(blocking=False)
    print(heard[0] > 0, free)
"""


def test_no_lock_stays_taken_however_many_come() -> None:
    """Without `noted`, the same storm throws out of the first turns of the loop. In a process of its own: a signal of
    it that came late would end this one."""
    ran = subprocess.run([sys.executable, "-c", STORM], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("True True\n", "")


def test_who_handles_the_signal_himself_goes_on_doing_so() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    with interrupts.noted(lambda: heard.append(-1)):
        press(signal.SIGINT)
    assert heard == [signal.SIGINT]


def test_a_handler_that_throws_too_does_its_work_and_is_noted() -> None:
    """pyspark's is one: it cancels its jobs, and throws."""
    heard: list[str] = []

    def cancels(number: int, frame: FrameType | None) -> None:
        heard.append("cancelled")
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, cancels)
    with interrupts.noted(lambda: heard.append("noted")):
        press(signal.SIGINT)
    assert heard == ["cancelled", "noted"]
    assert signal.getsignal(signal.SIGINT) is cancels


def test_in_another_thread_nothing_changes() -> None:
    """Only the main thread may set handlers."""
    script = (
        "import threading\n"
        "from odibi_sql import interrupts\n"
        "def work():\n"
        "    with interrupts.noted(lambda: None):\n"
        "        print('worked')\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start(); thread.join()\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("worked\n", "")


def test_what_is_held_is_thrown_at_the_end_and_cancels_meanwhile() -> None:
    cancelled, done = threading.Event(), []
    with pytest.raises(KeyboardInterrupt), interrupts.held(cancelled.set):
        press(signal.SIGINT)
        assert cancelled.wait(60)
        done.append("all of it")
    assert done == ["all of it"]


def test_an_error_of_what_was_cancelled_is_not_told() -> None:
    with pytest.raises(KeyboardInterrupt), interrupts.held():
        press(signal.SIGINT)
        raise ValueError("cancelled")
    with pytest.raises(ValueError, match="its own"), interrupts.held():
        raise ValueError("its own")


def test_within_another_it_is_held_to_the_end_of_the_outer_one() -> None:
    cancelled, done = threading.Event(), []
    with pytest.raises(KeyboardInterrupt), interrupts.held():
        with interrupts.held(cancelled.set):
            press(signal.SIGINT)
            assert cancelled.wait(60)
        done.append("the outer one")
    assert done == ["the outer one"]


def test_a_second_one_is_thrown_at_once() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts.held():
        press(signal.SIGINT)
        press(signal.SIGINT)
        done.append("more")
    assert done == []
    with interrupts.held():
        done.append("as if nothing had been")
    assert done == ["as if nothing had been"]
