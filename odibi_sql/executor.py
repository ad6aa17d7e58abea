"""DAGExecutor: runs the steps of a plan, many at a time.

One coordinator (the calling thread) owns all state; workers only run a node and hand back what came of it. A node waits
for its inputs here, never inside a worker, so that the pool cannot fill up with waiters. States of a node:

    waiting -> ready -> (hit) done
                     -> running -> done | failed
                               -> delayed -> ready          (an error that can pass, attempts left)
    waiting -> skipped                                      (something upstream failed, or the build was stopped)

Ready nodes go by the longest remaining path, in seconds of earlier runs. One worker is the same loop.
"""

from __future__ import annotations

import contextlib
import heapq
import queue
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from odibi_sql import interrupts
from odibi_sql.events import (
    EventEmitter,
    NodeError,
    NodeExecutionResult,
    NodeFinished,
    NodeRetrying,
    NodeStarted,
    Resource,
)

RETRY_CAP_S = 60.0
CANCEL_EVERY_S = 0.05
LOOK_UP_EVERY_S = 0.5  # the clock and the futures are looked at this often, whatever happens
UNKNOWN_S = 0.1


@dataclass(frozen=True)
class Task:
    """`retries` come after the first attempt; `retry_delay` and `timeout` are seconds; `estimate_s`: how long the last
    run took."""

    name: str
    resource: Resource
    upstream: tuple[str, ...]
    retries: int = 0
    retry_delay: float = 1.0
    timeout: float | None = None
    estimate_s: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What a node has come to: found in the store, or made."""

    reason: str
    rows: int | None
    columns: int
    bytes: int | None
    key: str
    content: str


@dataclass(frozen=True)
class Miss:
    """Nothing stored fits: run it, for this reason; `key` is where the result will be kept."""

    reason: str
    key: str


class Attempt:
    """One run of a node, which the coordinator can cancel from outside.

    An engine forgets an interrupt that comes between two statements, so the coordinator repeats `cancel` until the
    node has ended, and the node asks `cancelled` before each statement.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._cancelled = threading.Event()
        self._interrupt: Callable[[], None] | None = None

    def on_cancel(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt

    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()
        if self._interrupt is not None:
            self._interrupt()


class NodeFailure(Exception):
    """A node failed as nodes do; `passing` says that another attempt may succeed."""

    def __init__(self, error: NodeError, *, passing: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.passing = passing


class NodeRunner(Protocol):
    """What the executor drives. `look_up` is called by the coordinator when all upstream is done, `run` by a worker.

    `run` raises NodeFailure; anything else it raises is a bug and ends the build.
    """

    def look_up(self, name: str) -> Outcome | Miss: ...

    def run(self, name: str, attempt: Attempt) -> Outcome: ...


@dataclass(frozen=True)
class ExecutorOptions:
    threads: int = 1
    fail_fast: bool = False


@dataclass
class _Running:
    task: Task
    attempt: Attempt
    deadline: float | None
    timed_out: bool = False
    future: Future[Outcome] = field(default_factory=Future)


@dataclass(frozen=True)
class Execution:
    """Results by name, in the order they ended."""

    results: Mapping[str, NodeExecutionResult]
    interrupted: bool

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(name for name, result in self.results.items() if result.status == "failed")

    @property
    def ok(self) -> bool:
        return not self.interrupted and all(r.status in ("ran", "cached") for r in self.results.values())


_T = TypeVar("_T")


class _Heap(Generic[_T]):
    """A queue by priority; of equal priority, first in, first out."""

    def __init__(self) -> None:
        self._items: list[tuple[float, int, _T]] = []
        self._count = 0

    def push(self, priority: float, item: _T) -> None:
        self._count += 1
        heapq.heappush(self._items, (priority, self._count, item))

    def pop(self) -> _T:
        return heapq.heappop(self._items)[2]

    def first(self) -> float | None:
        return self._items[0][0] if self._items else None

    def __bool__(self) -> bool:
        return bool(self._items)


def priorities(tasks: Mapping[str, Task]) -> dict[str, float]:
    """Seconds from a task's start to the end of the longest chain below it; `tasks` in topological order."""
    known = [task.estimate_s for task in tasks.values() if task.estimate_s is not None]
    typical = sum(known) / len(known) if known else UNKNOWN_S
    longest: dict[str, float] = dict.fromkeys(tasks, 0.0)
    for name, task in reversed(list(tasks.items())):
        own = task.estimate_s if task.estimate_s is not None else typical
        longest[name] += own
        for up in task.upstream:
            longest[up] = max(longest[up], longest[name])
    return longest


@dataclass
class DAGExecutor:
    """`clock` gives monotonic seconds; `jitter` a factor for retry delays."""

    tasks: Mapping[str, Task]
    runner: NodeRunner
    emitter: EventEmitter
    clock: Callable[[], float]
    options: ExecutorOptions = ExecutorOptions()
    jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, guards nothing

    _results: dict[str, NodeExecutionResult] = field(default_factory=dict, init=False)
    _running: dict[str, _Running] = field(default_factory=dict, init=False)
    _ready: _Heap[str] = field(default_factory=_Heap, init=False)
    _delayed: _Heap[str] = field(default_factory=_Heap, init=False)
    _attempts: dict[str, int] = field(default_factory=dict, init=False)
    _queued: dict[str, float] = field(default_factory=dict, init=False)
    _began: dict[str, float] = field(default_factory=dict, init=False)
    _misses: dict[str, Miss] = field(default_factory=dict, init=False)
    _ended: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue, init=False)
    _stopped: str | None = field(default=None, init=False)
    _interrupts: int = field(default=0, init=False)  # noted, and not acted upon yet
    _interrupted: bool = field(default=False, init=False)

    def run(self) -> Execution:
        """All tasks to their ends. Ctrl-C cancels what runs and is reported."""
        self._priority = priorities(self.tasks)
        self._waiting = {name: len(task.upstream) for name, task in self.tasks.items()}
        self._below: dict[str, list[str]] = {name: [] for name in self.tasks}
        for name, task in self.tasks.items():
            for up in task.upstream:
                self._below[up].append(name)
        for name, count in self._waiting.items():
            if count == 0:
                self._make_ready(name)
        workers = ThreadPoolExecutor(self.options.threads, thread_name_prefix="odibi-sql")
        with interrupts.noted(self._note_interrupt), workers as pool:
            try:
                self._loop(pool)
            except BaseException:
                self._cancel_running()
                self._drain()
                raise
        return Execution(self._results, self._interrupted or self._interrupts > 0)  # even at the very end

    def _note_interrupt(self) -> None:
        """In the midst of anything: a SimpleQueue, unlike most, may be called by a signal's handler."""
        self._interrupts += 1
        self._ended.put("")

    def _loop(self, pool: ThreadPoolExecutor) -> None:
        while True:
            try:
                self._start_ready(pool)
                if self._interrupts:
                    raise KeyboardInterrupt
                if not self._running and not self._delayed:
                    break
                self._wait()
            except KeyboardInterrupt:
                self._interrupts = 0
                self._interrupted = True
                self._stop("interrupted")
                self._cancel_running()
        for name in self.tasks:  # what never got ready because the build was stopped
            if name not in self._results:
                self._finish(name, "skipped", self._stopped or "nothing ran")

    def _start_ready(self, pool: ThreadPoolExecutor) -> None:
        now = self.clock()
        while self._delayed and (self._delayed.first() or 0.0) <= now:
            name = self._delayed.pop()
            self._ready.push(-self._priority[name], name)
        while self._ready and not self._stopped and not self._interrupts and len(self._running) < self.options.threads:
            name = self._ready.pop()
            if name not in self._misses:
                found = self.runner.look_up(name)
                if isinstance(found, Outcome):
                    self._succeed(name, "cached", found)
                    continue
                self._misses[name] = found
            self._start(name, pool)

    def _start(self, name: str, pool: ThreadPoolExecutor) -> None:
        task = self.tasks[name]
        number = self._attempts[name] = self._attempts.get(name, 0) + 1
        attempt = Attempt(number)
        now = self.clock()
        self._began.setdefault(name, now)
        self._running[name] = _Running(task, attempt, now + task.timeout if task.timeout else None)
        self.emitter.emit(NodeStarted(name, number, now))
        pool.submit(self._work, name, self._running[name])

    def _work(self, name: str, running: _Running) -> None:
        """In a worker. The future is ours: a listener may throw amid `submit`, which would lose the pool's."""
        if not running.future.set_running_or_notify_cancel():
            return
        try:
            outcome = self.runner.run(name, running.attempt)
        except BaseException as error:
            running.future.set_exception(error)
        else:
            running.future.set_result(outcome)
        self._ended.put(name)

    def _wait(self) -> None:
        """Until a node ends, a retry is due, or a deadline passes."""
        cancelling = any(running.attempt.cancelled() for running in self._running.values())
        times = [running.deadline for running in self._running.values() if running.deadline is not None]
        if (first := self._delayed.first()) is not None and self._stopped is None:
            times.append(first)
        longest = CANCEL_EVERY_S if cancelling else LOOK_UP_EVERY_S
        timeout = min(longest, max(0.0, min(times) - self.clock())) if times else longest
        try:
            self._ended.get(timeout=timeout)
        except queue.Empty:
            self._cancel_late()
        self._end_done()

    def _end_done(self) -> None:
        """The futures say who has ended; the queue only wakes us."""
        for name, running in list(self._running.items()):
            if running.future.done():
                del self._running[name]
                self._end(running)

    def _end(self, running: _Running) -> None:
        name = running.task.name
        try:
            outcome = running.future.result()
        except CancelledError:
            self._finish(name, "skipped", self._stopped or "interrupted")
        except NodeFailure as failure:
            self._fail(running, failure)
        else:
            self._succeed(name, "ran", outcome)

    def _succeed(self, name: str, status: str, outcome: Outcome) -> None:
        result = self._result(name, outcome.reason)
        result = replace(
            result,
            status="ran" if status == "ran" else "cached",
            rows=outcome.rows,
            columns=outcome.columns,
            bytes=outcome.bytes,
            key=outcome.key,
            content=outcome.content,
        )
        self._record(result)
        for reader in self._below[name]:
            self._waiting[reader] -= 1
            if self._waiting[reader] == 0 and reader not in self._results:
                self._make_ready(reader)

    def _fail(self, running: _Running, failure: NodeFailure) -> None:
        task, error = running.task, failure.error
        if running.timed_out:
            error = replace(
                error, message=f"took longer than its timeout of {task.timeout:g} s", line=None, column=None
            )
        elif running.attempt.cancelled():
            self._finish(task.name, "skipped", self._stopped or "interrupted")
            return
        elif failure.passing and running.attempt.number <= task.retries and self._stopped is None:
            delay = min(RETRY_CAP_S, task.retry_delay * 2 ** (running.attempt.number - 1)) * self.jitter()
            now = self.clock()
            self._delayed.push(now + delay, task.name)
            self.emitter.emit(NodeRetrying(task.name, running.attempt.number, delay, error, now))
            return
        self._record(replace(self._result(task.name, self._misses[task.name].reason), status="failed", error=error))
        self._skip_below(task.name)
        if self.options.fail_fast:
            self._stop(f"stopped when `{task.name}` failed (--fail-fast)")
            self._cancel_running()

    def _skip_below(self, failed: str) -> None:
        stack = list(self._below[failed])
        while stack:
            name = stack.pop()
            if name not in self._results:
                self._finish(name, "skipped", f"upstream `{failed}` failed")
                stack += self._below[name]

    def _stop(self, reason: str) -> None:
        self._stopped = self._stopped or reason
        while self._ready:
            self._finish(self._ready.pop(), "skipped", self._stopped)
        while self._delayed:
            self._finish(self._delayed.pop(), "skipped", self._stopped)

    def _cancel_late(self) -> None:
        now = self.clock()
        for running in self._running.values():
            if running.deadline is not None and now >= running.deadline:
                running.timed_out = True
                running.deadline = None
                running.attempt.cancel()
            elif running.attempt.cancelled():
                running.attempt.cancel()

    def _cancel_running(self) -> None:
        for running in self._running.values():
            running.future.cancel()  # if no worker has it yet
            running.attempt.cancel()

    def _drain(self) -> None:
        """Before an exception of ours goes up, every worker has ended."""
        while not all(running.future.done() for running in self._running.values()):
            self._cancel_running()
            with contextlib.suppress(queue.Empty):
                self._ended.get(timeout=CANCEL_EVERY_S)

    def _make_ready(self, name: str) -> None:
        self._queued[name] = self.clock()
        if self._stopped is not None:
            return
        self._ready.push(-self._priority[name], name)

    def _finish(self, name: str, status: str, reason: str) -> None:
        result = self._result(name, reason)
        self._record(replace(result, status="skipped" if status == "skipped" else "failed"))

    def _result(self, name: str, reason: str) -> NodeExecutionResult:
        now = self.clock()
        began = self._began.get(name)
        return NodeExecutionResult(
            name=name,
            resource=self.tasks[name].resource,
            status="skipped",
            reason=reason,
            attempts=self._attempts.get(name, 0),
            queued_at=self._queued.get(name),
            started_at=began,
            finished_at=now,
            duration_s=now - began if began is not None else 0.0,
            key=self._misses[name].key if name in self._misses else None,
        )

    def _record(self, result: NodeExecutionResult) -> None:
        self._results[result.name] = result
        self.emitter.emit(NodeFinished(result, self.clock()))
