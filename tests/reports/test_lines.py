"""What the line and quiet reports print, whole, and how they treat their stream."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pytest

from odibi_sql.events import Event, Warned
from odibi_sql.reports import REPORTS, open_report

from .builds import BEGINNING, BUILDS, CHECKED, FAILING, ONLY_CHECKS, UNCHANGED, WELL, Golden


def printed(name: str, events: Sequence[Event], *, verbose: bool = False, colour: bool = False) -> str:
    stream = io.StringIO()
    report = open_report(name, stream, verbose=verbose, colour=colour)
    for event in events:
        report(event)
    report.close()
    return stream.getvalue()


@pytest.mark.parametrize("build", BUILDS)
def test_lines_of_a_build(build: str, golden: Golden) -> None:
    golden(f"lines_{build}.txt", printed("lines", BUILDS[build]))


def test_verbose_lines_tell_cached_nodes_and_notes(golden: Golden) -> None:
    golden("lines_verbose.txt", printed("lines", WELL, verbose=True))


def test_a_build_of_a_thousand_cached_models_is_one_line() -> None:
    assert (
        printed("lines", UNCHANGED) == "1,000 cached in 0.21 s; `dev` already shows this state: warehouse/dev.duckdb\n"
    )
    assert printed("lines", UNCHANGED, verbose=True).count("\n") == 1002


@pytest.mark.parametrize("build", BUILDS)
def test_colour_adds_codes_and_changes_no_text(build: str) -> None:
    coloured = printed("lines", BUILDS[build], colour=True)
    without = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in without.splitlines()] == printed("lines", BUILDS[build]).splitlines()
    assert coloured.count("\x1b[") == 2 * coloured.count("\x1b[0m")  # every colour ends


@pytest.mark.parametrize("build", BUILDS)
def test_nothing_but_lines_is_written_without_colour(build: str) -> None:
    assert re.search(r"[\x00-\x09\x0b-\x1f]", printed("lines", BUILDS[build], verbose=True)) is None


def test_quiet_says_nothing_of_a_build_that_is_well() -> None:
    events = [event for event in WELL if not isinstance(event, Warned)]
    assert printed("quiet", events) == printed("quiet", UNCHANGED) == ""


def test_quiet_tells_warnings_and_failures(golden: Golden) -> None:
    golden("quiet_failing.txt", printed("quiet", FAILING))
    golden("quiet_checked.txt", printed("quiet", CHECKED))
    assert printed("quiet", ONLY_CHECKS) == ""


def test_verbose_lines_tell_checks_that_passed(golden: Golden) -> None:
    golden("lines_checked_verbose.txt", printed("lines", CHECKED, verbose=True))


def test_every_line_is_written_at_once() -> None:
    """A log that is followed shows each event when it happens."""
    raw = io.BytesIO()
    report = open_report("lines", io.TextIOWrapper(raw, encoding="utf-8", newline="\n"))
    seen = []
    for event in BEGINNING:
        report(event)
        seen.append(raw.getvalue().count(b"\n"))
    assert seen == [1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6, 6, 7]


def test_what_a_stream_cannot_encode_does_not_stop_a_build() -> None:
    raw = io.BytesIO()
    report = open_report("lines", io.TextIOWrapper(raw, encoding="ascii", newline="\n"))
    for event in WELL:
        report(event)
    assert b"stg_orders ? orders ? mart_carrier_delay" in raw.getvalue()


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_may_be_closed_at_any_time_and_more_than_once(name: str) -> None:
    stream = io.StringIO()
    report = open_report(name, stream)
    report.close()
    for event in FAILING:
        report(event)
        report.close()
    assert "carier" in stream.getvalue()
