"""Builds as lists of events, for the tests of reports. Their clock starts at 100 s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone

from msgspec.structs import replace

from odibi_sql.events import (
    BuildFinished,
    BuildStarted,
    Event,
    NodeError,
    NodeExecutionResult,
    NodeFinished,
    NodeRetrying,
    NodeStarted,
    Noted,
    PlannedNode,
    Published,
    Resource,
    Sample,
    Status,
    Tracker,
    Verdict,
    Warned,
)

Golden = Callable[[str, str], None]

STARTED_AT = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=1)))

PLAN = (
    PlannedNode("countries", "seed", "cached", "same inputs"),
    PlannedNode("stg_orders", "model", "run", "SQL changed", ("countries",), 3.0),
    PlannedNode("stg_users", "model", "run", "no stored result", (), 5.0),
    PlannedNode("orders", "model", "maybe", "`stg_orders` may change", ("stg_orders", "stg_users"), 4.0),
    PlannedNode("not_null_orders_id", "check", "maybe", "`orders` may change", ("orders",), 0.5),
    PlannedNode("mart_carrier_delay", "model", "maybe", "`orders` may change", ("orders",), 90.0),
    PlannedNode("board", "model", "maybe", "`mart_carrier_delay` may change", ("mart_carrier_delay",), 1.0),
)

LOST = NodeError("IO Error: could not read data/users.parquet\nit went away")
WRONG_COLUMN = NodeError(
    "column `carier` is not in `orders`\nLINE 3: select carier",
    "models/marts/mart_carrier_delay.sql",
    3,
    8,
    "did you mean `carrier`?",
    "warehouse/runs/r1/mart_carrier_delay.sql",
)


def started(nodes: tuple[PlannedNode, ...] = PLAN, threads: int = 4) -> BuildStarted:
    return BuildStarted("r1", "dev", "duckdb", threads, 100.0, STARTED_AT, nodes)


def finished(
    name: str,
    status: Status,
    at: float,
    took: float = 0.0,
    *,
    resource: Resource = "model",
    reason: str = "",
    rows: int | None = None,
) -> NodeFinished:
    attempts = 1 if status in ("ran", "failed") else 0
    result = NodeExecutionResult(
        name, resource, status, reason, attempts, at - took, at - took, at, took, rows, key="ab12", content="cd34"
    )
    return NodeFinished(result, at)


def failed(name: str, at: float, took: float, error: NodeError) -> NodeFinished:
    event = finished(name, "failed", at, took, reason="`orders` changed")
    return NodeFinished(replace(event.result, error=error, rows=None, key=None, content=None), at)


BEGINNING: list[Event] = [
    started(),
    Noted("the store holds 1,204 results"),
    finished("countries", "cached", 100.1, resource="seed", reason="same inputs"),
    NodeStarted("stg_orders", 1, 100.1),
    NodeStarted("stg_users", 1, 100.1),
    NodeRetrying("stg_users", 1, 1.5, LOST, 102.1),
    NodeStarted("stg_users", 2, 103.6),
    Warned("`data/x.csv` has two columns called `id`; the second is `id_1`"),
    finished("stg_orders", "ran", 103.8, 3.7, reason="SQL changed", rows=1_234_567),
    finished("stg_users", "ran", 105.1, 1.5, reason="no stored result", rows=1),
    NodeStarted("orders", 1, 105.1),
    finished("orders", "ran", 107.6, 2.5, reason="`stg_orders` changed", rows=16),
    NodeStarted("not_null_orders_id", 1, 107.6),
    NodeStarted("mart_carrier_delay", 1, 107.6),
    finished("not_null_orders_id", "ran", 107.8, 0.2, resource="check", reason="`orders` changed", rows=0),
]

WELL: list[Event] = [
    *BEGINNING,
    finished("mart_carrier_delay", "ran", 187.6, 80.0, reason="`orders` changed", rows=16),
    finished("board", "cached", 187.7, reason="`mart_carrier_delay` came out the same"),
    Published("dev", 12, "warehouse/dev.duckdb", 6, ("orders", "stg_orders"), ("old_orders", "old_users")),
    BuildFinished("r1", 187.9, published=True, catalog="warehouse/dev.duckdb"),
]

FAILING: list[Event] = [
    *BEGINNING,
    failed("mart_carrier_delay", 109.8, 2.2, WRONG_COLUMN),
    finished("board", "skipped", 109.8, reason="`mart_carrier_delay` failed"),
    BuildFinished("r1", 110.0, published=False, not_published_because="`mart_carrier_delay` failed"),
]

INTERRUPTED: list[Event] = [
    *BEGINNING,
    BuildFinished("r1", 108.0, published=False, interrupted=True, not_published_because="the build was interrupted"),
]

THOUSAND = tuple(PlannedNode(f"m{i}", "model", "cached", "same inputs") for i in range(1000))

UNCHANGED: list[Event] = [
    started(THOUSAND),
    *(finished(node.name, "cached", 100.2, reason="same inputs") for node in THOUSAND),
    BuildFinished("r1", 100.21, published=True, catalog="warehouse/dev.duckdb"),
]

CHECKS = (
    PlannedNode("orders", "model", "cached", "unchanged"),
    PlannedNode("unique_orders_id", "check", "cached", "unchanged", ("orders",), 0.5),
    PlannedNode("not_null_orders_id", "check", "run", "SQL changed", ("orders",), 0.5),
    PlannedNode("accepted_values_orders_status__placed__shipped", "check", "run", "SQL changed", ("orders",), 0.5),
    PlannedNode("few_returns", "check", "cached", "unchanged", ("orders",), 0.5),
    PlannedNode("not_null_orders_idd", "check", "run", "no stored result", ("orders",), 0.5),
)


def judged(event: NodeFinished, verdict: Verdict, sample: Sample | None = None) -> NodeFinished:
    error = None
    if verdict == "fail":
        error = NodeError("1,204 rows fail", "models/shop.yml", 8, 13, "`odibi-sql show --check x` shows them")
    return NodeFinished(replace(event.result, verdict=verdict, sample=sample, error=error), event.at)


BAD_STATUS = Sample(("value_field", "n_records"), (("lost", "1200"), (None, "3"), ("two\nlines", "1")))
RETURNS = Sample(("id", "returned"), (("7", "true"),))
CHECKED: list[Event] = [
    started(CHECKS),
    finished("orders", "cached", 100.1, reason="unchanged", rows=16),
    judged(finished("unique_orders_id", "cached", 100.1, resource="check", reason="unchanged", rows=0), "pass"),
    NodeStarted("not_null_orders_id", 1, 100.1),
    judged(finished("not_null_orders_id", "ran", 100.3, 0.2, resource="check", reason="SQL changed", rows=0), "pass"),
    judged(
        finished(CHECKS[3].name, "failed", 100.3, 0.2, resource="check", reason="SQL changed", rows=1204),
        "fail",
        BAD_STATUS,
    ),
    judged(
        finished(
            "few_returns", "cached", 100.3, resource="check", reason="1 row fails: checks/few_returns.sql", rows=1
        ),
        "warn",
        RETURNS,
    ),
    failed("not_null_orders_idd", 100.4, 0.1, WRONG_COLUMN),
    BuildFinished("r1", 100.5, published=False, not_published_because="2 checks failed"),
]
ONLY_CHECKS: list[Event] = [
    replace(started(CHECKS[1:3]), only_checks=True),
    *CHECKED[2:5],
    BuildFinished("r1", 100.5, published=False),
]

BUILDS = {
    "well": WELL,
    "failing": FAILING,
    "interrupted": INTERRUPTED,
    "unchanged": UNCHANGED,
    "checked": CHECKED,
    "only_checks": ONLY_CHECKS,
}


def tracked(events: Sequence[Event]) -> Tracker:
    tracker = Tracker()
    for event in events:
        tracker(event)
    return tracker
