"""What is left of a build, in seconds, by how long its nodes took the last time."""

from __future__ import annotations

from msgspec import Struct

from odibi_sql.events import Tracker


class Forecast(Struct, frozen=True):
    """`at_most`: part of it may turn out to be cached."""

    seconds: float
    at_most: bool


def forecast(tracker: Tracker, now: float) -> Forecast | None:
    """The larger of the longest chain still to run and the work left shared among the threads; both are lower bounds
    of any schedule, and a greedy one comes near them. None where a node that may run has no past.

    `now` is of the clock of the events.
    """
    if tracker.started is None:
        return None
    work, longest, at_most = 0.0, 0.0, False
    until: dict[str, float] = {}
    for node in tracker.started.nodes:  # in topological order
        left = 0.0
        if node.name not in tracker.results and node.action != "cached":
            if node.estimate_s is None:
                return None
            running = tracker.running.get(node.name)
            left = max(node.estimate_s - (now - running.at), 0.0) if running else node.estimate_s
            at_most = at_most or (node.action == "maybe" and not running)
        until[node.name] = left + max((until.get(up, 0.0) for up in node.upstream), default=0.0)
        work += left
        longest = max(longest, until[node.name])
    return Forecast(max(longest, work / max(tracker.started.threads, 1)), at_most)
