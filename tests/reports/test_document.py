"""The document of `build --output json`: its exact shape, in the order of the plan."""

from __future__ import annotations

import json
import random
from datetime import datetime

import pytest
from msgspec.structs import replace

from odibi_sql.events import NodeFinished, Tracker
from odibi_sql.reports.json import build_document

from .builds import BUILDS, FAILING, INTERRUPTED, PLAN, WELL, Golden, started, tracked


@pytest.mark.parametrize("build", ["well", "failing", "interrupted"])
def test_document_of_a_build(build: str, golden: Golden) -> None:
    golden(f"document_{build}.json", json.dumps(build_document(tracked(BUILDS[build])), indent=2) + "\n")


def test_results_come_in_the_order_of_the_plan() -> None:
    finishes = [event for event in WELL if isinstance(event, NodeFinished)]
    random.Random(7).shuffle(finishes)  # noqa: S311 - not for secrets
    document = build_document(tracked([WELL[0], *finishes, WELL[-1]]))
    assert [result["name"] for result in document["results"]] == [node.name for node in PLAN]
    assert document == build_document(tracked(WELL))


def test_what_never_finished_has_no_result() -> None:
    document = build_document(tracked(INTERRUPTED))
    assert [result["name"] for result in document["results"]] == [node.name for node in PLAN[:5]]
    assert document["published"] is False


def test_an_error_has_a_place_and_its_hint_if_there_is_one() -> None:
    failed = next(r for r in build_document(tracked(FAILING))["results"] if r["status"] == "failed")
    assert list(failed["error"]) == ["message", "file", "line", "column", "hint"]
    without = [
        NodeFinished(replace(e.result, error=replace(e.result.error, hint=None)), e.at)
        if isinstance(e, NodeFinished) and e.result.error
        else e
        for e in FAILING
    ]
    failed = next(r for r in build_document(tracked(without))["results"] if r["status"] == "failed")
    assert list(failed["error"]) == ["message", "file", "line", "column"]


def test_the_start_always_has_a_time_zone() -> None:
    naive = replace(started(), started_at=datetime(2026, 11, 24, 9, 30))
    assert datetime.fromisoformat(build_document(tracked([naive]))["started_at"]).tzinfo is not None


def test_a_build_that_did_not_start_has_no_document() -> None:
    with pytest.raises(ValueError, match="did not start"):
        build_document(Tracker())
