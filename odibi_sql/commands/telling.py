"""What commands that build tell: a report while they do, and a document at the end for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from odibi_sql.events import EventEmitter, Tracker
from odibi_sql.reports import open_report


@contextmanager
def reported(tracker: Tracker, *, verbose: bool, quiet: bool) -> Iterator[EventEmitter]:
    """Whose listeners are `tracker` and the report that fits the terminal, which is closed at the end."""
    colour = _wants_colour()
    name = "quiet" if quiet else "live" if colour else "lines"
    report = open_report(name, sys.stderr, verbose=verbose, colour=colour)
    try:
        yield EventEmitter(tracker, report)
    finally:
        report.close()


def print_document(tracker: Tracker) -> None:
    from odibi_sql.reports.json import build_document

    click.echo(json.dumps(build_document(tracker), indent=2))


def _wants_colour() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
