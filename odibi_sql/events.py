"""What happens during a build, as frozen events; the EventEmitter hands them to whoever listens.

Times are seconds of one monotonic clock, which BuildStarted ties to the wall clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

Resource = Literal["model", "seed", "check"]
Status = Literal["ran", "cached", "failed", "skipped"]
Action = Literal["run", "cached", "maybe"]
Verdict = Literal["pass", "warn", "fail"]


class NodeError(Struct, frozen=True):
    """`hint` says what to try; `compiled` is a file to look into, relative to the project: the SQL that was run, or
    a Python model's traceback."""

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    compiled: str | None = None


class Sample(Struct, frozen=True):
    """The first of a check's failing rows, as text (None: NULL)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


class NodeExecutionResult(Struct, frozen=True):
    """What became of one node. `attempts` is 0 where nothing ran; `bytes` are bytes on disk.

    A check has a `verdict` if its query could be run, and its `rows` are those that fail; with `fail`, status is
    `failed`, also where the rows were found in the store.
    """

    name: str
    resource: Resource
    status: Status
    reason: str
    attempts: int = 0
    queued_at: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    duration_s: float = 0.0
    rows: int | None = None
    columns: int | None = None
    bytes: int | None = None
    key: str | None = None
    content: str | None = None
    error: NodeError | None = None
    verdict: Verdict | None = None
    sample: Sample | None = None


class PlannedNode(Struct, frozen=True):
    """`estimate_s`: how long it took the last time it ran, in seconds."""

    name: str
    resource: Resource
    action: Action
    reason: str
    upstream: tuple[str, ...] = ()
    estimate_s: float | None = None


class BuildStarted(Struct, frozen=True):
    """`only_checks`: nothing is to be published."""

    run_id: str
    target: str
    engine: str
    threads: int
    at: float
    started_at: datetime
    nodes: tuple[PlannedNode, ...]
    only_checks: bool = False


class NodeStarted(Struct, frozen=True):
    name: str
    attempt: int
    at: float


class NodeRetrying(Struct, frozen=True):
    """Attempt number `attempt` failed with `error`; the next one starts after `delay_s` seconds."""

    name: str
    attempt: int
    delay_s: float
    error: NodeError
    at: float


class NodeFinished(Struct, frozen=True):
    result: NodeExecutionResult
    at: float


class Warned(Struct, frozen=True):
    message: str


class Noted(Struct, frozen=True):
    """Worth saying with `-v`."""

    message: str


class Published(Struct, frozen=True):
    """`publication` counts from 1; `relations` are all in the catalog; `changed` and `removed` since the last one."""

    target: str
    publication: int
    path: str
    relations: int
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class Registered(Struct, frozen=True):
    """What is published was listed in a catalog of `engine` too: `tables` in `database`, of which `changed` are new or
    other than they were; `dropped` are no longer there."""

    engine: str
    database: str
    tables: int
    changed: int
    dropped: int


class BuildFinished(Struct, frozen=True):
    """`published` is also True where the target already showed just this state. `interrupted`: Ctrl-C.
    `catalog` is the file that shows it, as Published.path."""

    run_id: str
    at: float
    published: bool
    interrupted: bool = False
    not_published_because: str | None = None
    catalog: str | None = None


Event = (
    BuildStarted | NodeStarted | NodeRetrying | NodeFinished | Warned | Noted | Published | Registered | BuildFinished
)
Listener = Callable[[Event], None]


class EventEmitter:
    """Hands each event to every listener, in the order they subscribed, in the emitting thread."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = list(listeners)

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def emit(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


class Summary(Struct, frozen=True):
    """`wall_s` is the whole build, `sum_s` the time of all nodes together, `critical_path` the chain of nodes whose
    times add up to the most (`critical_path_s`). What did not run (cached, skipped) took no time and is not named."""

    counts: Mapping[Status, int]
    wall_s: float
    sum_s: float
    critical_path: tuple[str, ...]
    critical_path_s: float


class Tracker(Struct):
    """Listens to one build and keeps what it heard, by node: `running` since when, `waiting` for another attempt."""

    results: dict[str, NodeExecutionResult] = field(default_factory=dict)
    started: BuildStarted | None = None
    finished: BuildFinished | None = None
    publication: Published | None = None
    warnings: list[str] = field(default_factory=list)
    running: dict[str, NodeStarted] = field(default_factory=dict)
    waiting: dict[str, NodeRetrying] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        match event:
            case BuildStarted():
                self.started = event
            case NodeStarted(name=name):
                self.waiting.pop(name, None)
                self.running[name] = event
            case NodeRetrying(name=name):
                self.running.pop(name, None)
                self.waiting[name] = event
            case NodeFinished(result=result):
                self.running.pop(result.name, None)
                self.waiting.pop(result.name, None)
                self.results[result.name] = result
            case Warned(message=message):
                self.warnings.append(message)
            case Published():
                self.publication = event
            case BuildFinished():
                self.finished = event

    def summary(self) -> Summary:
        """The build so far; wall time ends at BuildFinished, or at the last node heard of."""
        took = {r.name: r.duration_s for r in self.results.values() if r.status in ("ran", "failed")}
        counts: dict[Status, int] = {"ran": 0, "cached": 0, "failed": 0, "skipped": 0}
        for result in self.results.values():
            counts[result.status] += 1
        begun = self.started.at if self.started else 0.0
        if self.finished:
            ended = self.finished.at
        else:
            ended = max((r.finished_at for r in self.results.values() if r.finished_at is not None), default=begun)
        path, path_s = _critical_path(self.started.nodes if self.started else (), took)
        return Summary(
            counts=counts,
            wall_s=ended - begun,
            sum_s=sum(took.values()),
            critical_path=path,
            critical_path_s=path_s,
        )


def _critical_path(nodes: tuple[PlannedNode, ...], took: Mapping[str, float]) -> tuple[tuple[str, ...], float]:
    """The chain that took longest, without what was cached on it; `nodes` in topological order."""
    longest: dict[str, tuple[float, str | None]] = {}
    for node in nodes:
        before = max((up for up in node.upstream if up in longest), key=lambda up: longest[up][0], default=None)
        start = longest[before][0] if before is not None else 0.0
        longest[node.name] = (start + took.get(node.name, 0.0), before)
    end = max(longest, key=lambda name: longest[name][0], default=None)
    total = longest[end][0] if end is not None else 0.0
    path: list[str] = []
    while end is not None and longest[end][0] > 0:
        if end in took:
            path.append(end)
        end = longest[end][1]
    return tuple(reversed(path)), total
