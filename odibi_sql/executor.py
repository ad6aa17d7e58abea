"""DAGExecutor: runs the steps of a plan, many at a time.

One coordinator (the calling thread) owns all state; workers only run a node and hand back what came of it. A node waits
for its inputs here, never inside a worker, so that the pool cannot fill up with waiters. States of a node:

    waiting -> ready -> (hit) done
                     -> running -> done | failed
                               -> delayed -> ready          (an error that can pass, attempts left)
    waiting -> skipped                                      (something upstream failed, or the build was stopped)

Ready nodes go by the longest remaining path, in seconds of earlier runs. One worker is the same loop. What a task comes
`after` must only have ended, in whatever way. Ready tasks of one `group` are handed to a worker together, since they
can share work.
"""

from __future__ import annotations

import contextlib
import queue
import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql import interrupts
from odibi_sql.attempt import Attempt, Miss, NodeFailure, NodeRunner, Outcome, Outcomes
from odibi_sql.events import (
    EventEmitter,
    NodeExecutionResult,
    NodeFinished,
    NodeRetrying,
    NodeStarted,
    Resource,
    Status,
)
from odibi_sql.priorityqueue import PriorityQueue
from odibi_sql.reports.text import listed

RETRY_CAP_S = 60.0
CANCEL_EVERY_S = 0.05
LOOK_UP_EVERY_S = 0.5  # the clock and the futures are looked at this often, whatever happens
INTERRUPTED = "the build was interrupted"
UNKNOWN_S = 0.1


class Task(Struct, frozen=True):
    """`retries` come after the first attempt; `retry_delay` and `timeout` are seconds; `estimate_s`: how long the last
    run took. `upstream` must be well before it starts, `after` only have ended; both name other tasks."""

    name: str
    resource: Resource
    upstream: tuple[str, ...]
    retries: int = 0
    retry_delay: float = 1.0
    timeout: float | None = None
    estimate_s: float | None = None
    after: tuple[str, ...] = ()
    group: str | None = None


class _Pool(Protocol):
    def submit(self, work: Callable[[_Running], None], running: _Running, /) -> object: ...


class ExecutorOptions(Struct, frozen=True):
    threads: int = 1
    fail_fast: bool = False


class _Running(Struct):
    tasks: tuple[Task, ...]
    attempt: Attempt
    deadline: float | None
    timed_out: bool = False
    future: Future[Outcomes] = field(default_factory=Future)


class Execution(Struct, frozen=True):
    """Results by name, in the order they ended."""

    results: Mapping[str, NodeExecutionResult]
    interrupted: bool

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(name for name, result in self.results.items() if result.status == "failed")

    @property
    def ok(self) -> bool:
        return not self.interrupted and all(r.status in ("ran", "cached") for r in self.results.values())

    @property
    def told_failures(self) -> str | None:
        """Why not all is there that was to be made."""
        if self.interrupted:
            return INTERRUPTED
        if not self.failed:
            return None
        return f"{listed(self.failed)} failed"


def priorities(tasks: Mapping[str, Task]) -> dict[str, float]:
    """Seconds from a task's start to the end of the longest chain below it; `tasks` in topological order."""
    known = [task.estimate_s for task in tasks.values() if task.estimate_s is not None]
    typical = sum(known) / len(known) if known else UNKNOWN_S
    longest: dict[str, float] = dict.fromkeys(tasks, 0.0)
    for name, task in reversed(list(tasks.items())):
        own = task.estimate_s if task.estimate_s is not None else typical
        longest[name] += own
        for up in (*task.upstream, *task.after):
            longest[up] = max(longest[up], longest[name])
    return longest


class DAGExecutor(Struct):
    """`clock` gives monotonic seconds; `jitter` a factor for retry delays."""

    tasks: Mapping[str, Task]
    runner: NodeRunner
    emitter: EventEmitter
    clock: Callable[[], float]
    options: ExecutorOptions = ExecutorOptions()
    jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries, guards nothing

    _priority: Mapping[str, float] = field(default_factory=dict)
    _waiting: dict[str, int] = field(default_factory=dict)  # for how many others
    _below: dict[str, list[str]] = field(default_factory=dict)
    _later: dict[str, list[str]] = field(default_factory=dict)
    _results: dict[str, NodeExecutionResult] = field(default_factory=dict)
    _running: dict[str, _Running] = field(default_factory=dict)
    _ready: PriorityQueue[str] = field(default_factory=PriorityQueue)
    _ready_in: dict[str, dict[str, None]] = field(default_factory=dict)  # groups, a lone task's is its name
    _delayed: PriorityQueue[str] = field(default_factory=PriorityQueue)
    _attempts: dict[str, int] = field(default_factory=dict)
    _queued: dict[str, float] = field(default_factory=dict)
    _began: dict[str, float] = field(default_factory=dict)
    _misses: dict[str, Miss] = field(default_factory=dict)
    _ended: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    _stopped: str | None = None
    _interrupts: int = 0  # noted, and not acted upon yet
    _interrupted: bool = False

    def run(self) -> Execution:
        """All tasks to their ends. Ctrl-C cancels what runs and is reported."""
        self._prepare()
        workers = ThreadPoolExecutor(self.options.threads, thread_name_prefix="odibi-sql")
        with interrupts.noted(self._note_interrupt), workers as pool:
            try:
                self._loop(pool)
            except BaseException:
                self._cancel_running()
                self._drain()
                raise
        return Execution(self._results, self._interrupted or self._interrupts > 0)  # even at the very end

    def _prepare(self) -> None:
        self._priority = priorities(self.tasks)
        self._waiting = {name: len(task.upstream) + len(task.after) for name, task in self.tasks.items()}
        self._below = {name: [] for name in self.tasks}
        self._later = {name: [] for name in self.tasks}
        for name, task in self.tasks.items():
            for up in task.upstream:
                self._below[up].append(name)
            for before in task.after:
                self._later[before].append(name)
        for name, count in self._waiting.items():
            if count == 0:
                self._make_ready(name)

    def _note_interrupt(self) -> None:
        """In the midst of anything: a SimpleQueue, unlike most, may be called by a signal's handler."""
        self._interrupts += 1
        self._ended.put("")

    def _loop(self, pool: _Pool) -> None:
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
                self._skip(name, self._stopped or "nothing ran")

    def _start_ready(self, pool: _Pool) -> None:
        now = self.clock()
        while self._delayed and (self._delayed.first() or 0.0) <= now:
            self._push(self._delayed.pop())
        while self._ready and not self._stopped and not self._interrupts and len(self._running) < self.options.threads:
            names = tuple(name for name in self._take(self._ready.pop()) if self._is_missing(name))
            if self._stopped is not None:
                self._skip_all(names)
            elif names:
                self._start(names, pool)

    def _push(self, name: str) -> None:
        self._ready_in.setdefault(self.tasks[name].group or name, {})[name] = None
        self._ready.push(-self._priority[name], name)

    def _take(self, name: str) -> tuple[str, ...]:
        """A ready task and what goes with it; none where it went along with another before."""
        group = self.tasks[name].group or name
        if name not in self._ready_in.get(group, ()):
            return ()
        return tuple(self._ready_in.pop(group))

    def _is_missing(self, name: str) -> bool:
        if name in self._results:
            return False
        if name not in self._misses:
            found = self.runner.look_up(name)
            if isinstance(found, Outcome):
                self._succeed(name, "cached", found)
                return False
            self._misses[name] = found
        return True

    def _start(self, names: tuple[str, ...], pool: _Pool) -> None:
        tasks = tuple(self.tasks[name] for name in names)
        now = self.clock()
        for name in names:
            self._attempts[name] = self._attempts.get(name, 0) + 1
            self._began.setdefault(name, now)
        timeouts = [task.timeout for task in tasks if task.timeout]
        deadline = now + sum(timeouts) if len(timeouts) == len(tasks) else None
        running = _Running(tasks, Attempt(self._attempts[names[0]]), deadline)
        self._running[names[0]] = running
        for name in names:
            self.emitter.emit(NodeStarted(name, self._attempts[name], now))
        pool.submit(self._work, running)

    def _work(self, running: _Running) -> None:
        """In a worker. The future is ours: a listener may throw amid `submit`, which would lose the pool's."""
        if not running.future.set_running_or_notify_cancel():
            return
        first, *others = (task.name for task in running.tasks)
        try:
            if others:
                outcomes = self.runner.run_group((first, *others), running.attempt)
            else:
                outcomes = {first: self.runner.run(first, running.attempt)}
        except NodeFailure as failure:
            running.future.set_result(dict.fromkeys((first, *others), failure))
        except BaseException as error:
            running.future.set_exception(error)
        else:
            running.future.set_result(outcomes)
        self._ended.put(first)

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
        try:
            outcomes = running.future.result()
        except CancelledError:
            self._skip_all(task.name for task in running.tasks)
            return
        for task in running.tasks:
            outcome = outcomes[task.name]
            if isinstance(outcome, NodeFailure):
                self._fail(task, running, outcome)
            else:
                self._succeed(task.name, "ran", outcome)

    def _succeed(self, name: str, status: Status, outcome: Outcome) -> None:
        result = self._result(name, outcome.reason)
        result = replace(
            result,
            status=status if outcome.error is None else "failed",
            rows=outcome.rows,
            columns=outcome.columns,
            bytes=outcome.bytes,
            key=outcome.key,
            content=outcome.content,
            verdict=outcome.verdict,
            error=outcome.error,
            sample=outcome.sample,
        )
        self._record(result)
        self._release(self._below[name])
        if outcome.error is not None:
            self._stop_if_wanted(name)

    def _release(self, names: Iterable[str]) -> None:
        """One thing that these waited for has ended."""
        for name in names:
            self._waiting[name] -= 1
            if self._waiting[name] == 0 and name not in self._results:
                self._make_ready(name)

    def _fail(self, task: Task, running: _Running, failure: NodeFailure) -> None:
        error, number = failure.error, self._attempts[task.name]
        if running.timed_out:
            error = replace(
                error, message=f"took longer than its timeout of {task.timeout:g} s", line=None, column=None
            )
        elif running.attempt.cancelled():
            self._skip(task.name, self._stopped or "interrupted")
            return
        elif failure.passing and number <= task.retries and self._stopped is None:
            delay = min(RETRY_CAP_S, task.retry_delay * 2 ** (number - 1)) * self.jitter()
            now = self.clock()
            self._delayed.push(now + delay, task.name)
            self.emitter.emit(NodeRetrying(task.name, number, delay, error, now))
            return
        self._record(replace(self._result(task.name, self._misses[task.name].reason), status="failed", error=error))
        self._skip_below(task.name)
        self._stop_if_wanted(task.name)

    def _stop_if_wanted(self, failed: str) -> None:
        if self.options.fail_fast:
            self._stop(f"stopped when `{failed}` failed (--fail-fast)")
            self._cancel_running()

    def _skip_below(self, failed: str) -> None:
        stack = list(self._below[failed])
        while stack:
            name = stack.pop()
            if name not in self._results:
                self._skip(name, f"upstream `{failed}` failed")
                stack += self._below[name]

    def _stop(self, reason: str) -> None:
        self._stopped = self._stopped or reason
        while self._ready:
            self._skip_all(self._take(self._ready.pop()))
        while self._delayed:
            self._skip_all([self._delayed.pop()])

    def _skip_all(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._results:
                self._skip(name, self._stopped or "interrupted")

    def _cancel_late(self) -> None:
        now = self.clock()
        for running in self._running.values():
            if running.deadline is not None and now >= running.deadline:
                running.timed_out = True
                running.deadline = None
                running.attempt.cancel()
            elif running.attempt.cancelled():
                running.attempt.cancel(whole=self._stopped is not None)

    def _cancel_running(self) -> None:
        for running in self._running.values():
            running.future.cancel()  # if no worker has it yet
            running.attempt.cancel(whole=True)

    def _drain(self) -> None:
        """Before an exception of ours goes up, every worker has ended."""
        while not all(running.future.done() for running in self._running.values()):
            self._cancel_running()
            with contextlib.suppress(queue.Empty):
                self._ended.get(timeout=CANCEL_EVERY_S)

    def _make_ready(self, name: str) -> None:
        self._queued[name] = self.clock()
        if self._stopped is None:
            self._push(name)

    def _skip(self, name: str, reason: str) -> None:
        self._record(self._result(name, reason))

    def _result(self, name: str, reason: str) -> NodeExecutionResult:
        """As if it was skipped: whoever knows better says so."""
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
        self._release(self._later[result.name])
