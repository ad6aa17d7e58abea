"""Builds of a snapshot that are killed at any moment: the next one ends where an undisturbed one does."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.crash.project_files import Folder, Rows

HISTORY = "SELECT * FROM history ORDER BY ALL"
SNAPSHOT = (
    "{% snapshot history %}{{ config(unique_key='id', strategy='check', check_cols='all', hard_deletes='new_record') }}"
    "select * from people{% endsnapshot %}"
)


def edit(folder: Folder, number: int) -> None:
    """Of 200 people, some move with every edit, and some are away."""
    rows = "".join(f"{n},{'ABCDE'[(n + number) // 7 % 5]}\n" for n in range(200) if (n * number) % 11 != 3)
    folder.write({"seeds/people.csv": f"id,city\n{rows}"})


def at(number: int) -> str:
    return f"2026-01-01T00:{number // 60:02}:{number % 60:02}"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Folder, Folder]:
    """Two equal projects: one for builds that are killed, one for those that are not."""
    folders = Folder(tmp_path / "killed"), Folder(tmp_path / "undisturbed")
    for folder in folders:
        folder.write(
            {
                "odibi_project.yml": "name: t\n",
                "snapshots/history.sql": SNAPSHOT,
                "models/spans.sql": "select id, count(*) as n from history group by all",
            }
        )
        edit(folder, 0)
        folder.build("--as-of", at(0))
    return folders


def test_a_killed_build_loses_nothing_of_a_history_and_repeats_nothing(pair: tuple[Folder, Folder], kills: int) -> None:
    killed, undisturbed = pair
    dice = random.Random(2_013)  # noqa: S311 - the same moments in every run
    killed_amid = 0
    for number in range(1, kills + 1):
        for folder in pair:
            edit(folder, number)
        began = time.monotonic()
        build = undisturbed.fork("build", "--quiet", "--as-of", at(number))
        build.join()
        took_s = time.monotonic() - began
        build = killed.fork("build", "--quiet", "--as-of", at(number))
        build.join(dice.uniform(0.2, 1.0) * took_s)
        build.kill()
        build.join()
        killed_amid += build.exitcode == -signal.SIGKILL
        before: Rows = killed.rows(HISTORY)
        killed.build("--as-of", at(number))
        after = undisturbed.rows(HISTORY)
        assert killed.rows(HISTORY) == after
        assert before == after or len(before) < len(after)
    assert killed_amid > kills / 4
    assert killed.left_over() == []
