"""Children of the process help with what is much: the answer is the same, and none of them is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generate import write_project
from odibi_sql.compile import FEW_FILES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked elsewhere")

COUNTING = """
import os, sys
forks = []
os.register_at_fork(before=lambda: forks.append(1))
from odibi_sql.cli import run
code = run(sys.argv[1:])
print(len(forks), file=sys.stderr)
sys.exit(code)
"""
EDITS = {
    "all is right": {},
    "two do not parse": {"models/layer_0/m00003.sql": "select (", "models/layer_0/m00004.sql": "select\n\n1 +"},
    "one is not found": {"models/layer_0/m00005.sql": "select * from m00006x"},
    "a warning": {"models/layer_0/m00007.sql": "{{ config(persist_docs={}) }} select 1 as id"},
    "what JSON cannot hold": {"models/models.yml": "models: [{name: m00008, config: {meta: {since: 2026-01-01}}}]"},
}


def listing(folder: Path, cpus: set[int]) -> tuple[int, str, str, int]:
    """Exit code, stdout, stderr, and the number of children."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, "ls", "--levels"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
    )
    said, _, children = done.stderr.rstrip("\n").rpartition("\n")
    return done.returncode, done.stdout, said, int(children)


@pytest.mark.parametrize("edit", EDITS)
def test_the_same_is_told_by_one_and_by_many(edit: str, tmp_path: Path) -> None:
    cpus = os.sched_getaffinity(0)
    if len(cpus) == 1:
        pytest.skip("there is one CPU")
    told = []
    for number, allowed in enumerate((cpus, {min(cpus)})):
        folder = tmp_path / str(number) / "project"
        write_project(folder, FEW_FILES + 1)
        for name, text in EDITS[edit].items():
            (folder / name).write_text(text)
        *answer, children = listing(folder, allowed)
        told.append(answer)
        assert (children > 0) == (len(allowed) > 1)
        assert listing(folder, allowed)[3] == 0 or edit == "what JSON cannot hold"
    assert told[0] == told[1]


def test_few_files_need_no_children(tmp_path: Path) -> None:
    write_project(tmp_path, FEW_FILES - 1)
    assert listing(tmp_path, os.sched_getaffinity(0))[3] == 0


SHARED_OUT = """
import os, signal, sys
from odibi_sql.forks import shared_out

def work(share):
    for word in share:
        if word == "throws":
            raise RuntimeError
        if word == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "never ends":
            signal.pause()
        if word == "says much":
            return "x" * 1_000_000
    return list(share)

def children():
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None

with shared_out(work, [["a", "b"], ["throws"], ["is killed"], ["says much"], ["c"]]) as answers:
    found = answers()
assert found == [["a", "b"], "x" * 1_000_000, ["c"]], found
assert children() is None
try:
    with shared_out(work, [["never ends"], ["says much"]]):
        raise KeyboardInterrupt
except KeyboardInterrupt:
    assert children() is None
    print("well")
"""


def test_no_child_outlives_its_work() -> None:
    done = subprocess.run([sys.executable, "-c", SHARED_OUT], capture_output=True, text=True, check=True)
    assert done.stdout == "well\n"
