"""How good the executor's order is, in simulated time: `python -m benchmarks.scheduling --nodes 10000`.

No schedule can be shorter than the longest chain, nor than all work shared evenly by the workers; what is printed is
how much longer the executor's own is, and how many microseconds of CPU each node cost it. The coordinator is the real
one; only its workers and its clock are simulated, so the figures in time are exact and the same on every machine.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from odibi_sql.attempt import Attempt, Miss, Outcome, Outcomes
from odibi_sql.events import EventEmitter
from odibi_sql.executor import DAGExecutor, Execution, ExecutorOptions, Task, _Running, priorities

Shape = Callable[[random.Random, int, int], tuple[int, ...]]


def _layers(chance: random.Random, number: int, nodes: int) -> tuple[int, ...]:
    """Ten layers; one to four of the layer before."""
    width = max(1, nodes // 10)
    layer = number // width
    return tuple(
        chance.randrange((layer - 1) * width, layer * width) for _ in range(chance.randint(1, 4) * (layer > 0))
    )


def _anywhere(chance: random.Random, number: int, nodes: int) -> tuple[int, ...]:  # noqa: ARG001 - a Shape
    return tuple(chance.randrange(number) for _ in range(chance.randint(0, 3))) if number else ()


def _near(chance: random.Random, number: int, nodes: int) -> tuple[int, ...]:  # noqa: ARG001 - a Shape
    """Long chains beside each other: what was made shortly before."""
    return tuple(chance.randrange(max(0, number - 200), number) for _ in range(2)) if number else ()


def _star(chance: random.Random, number: int, nodes: int) -> tuple[int, ...]:  # noqa: ARG001 - a Shape
    """Few that all read, and many leaves."""
    return (chance.randrange(20),) if number >= 20 else ()


SHAPES: dict[str, Shape] = {"layers": _layers, "anywhere": _anywhere, "near": _near, "star": _star}


def random_tasks(shape: str, nodes: int, seed: int) -> tuple[dict[str, Task], dict[str, float]]:
    """Tasks in topological order, and how many seconds each takes: mostly short, a few a hundred times longer."""
    chance = random.Random(seed)  # noqa: S311 - data to measure with
    tasks, seconds = {}, {}
    for number in range(nodes):
        name = f"n{number:05}"
        upstream = tuple(dict.fromkeys(f"n{up:05}" for up in SHAPES[shape](chance, number, nodes)))
        seconds[name] = chance.lognormvariate(0, 1.5)
        tasks[name] = Task(name, "model", upstream, estimate_s=seconds[name])
    return tasks, seconds


def misjudged(tasks: Mapping[str, Task], factor: float, seed: int) -> dict[str, Task]:
    """The same tasks, each of whose estimates is wrong by up to `factor`, either way."""
    chance = random.Random(seed)  # noqa: S311 - data to measure with
    return {
        name: replace(task, estimate_s=(task.estimate_s or 0.0) * factor ** chance.uniform(-1, 1))
        for name, task in tasks.items()
    }


class _Runner:
    def look_up(self, name: str) -> Outcome | Miss:
        return Miss("simulated", name)

    def run(self, name: str, attempt: Attempt) -> Outcome:  # noqa: ARG002 - as the executor calls it
        return Outcome("simulated", 0, 0, 0, name, name)

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:
        return {name: self.run(name, attempt) for name in names}


@dataclass
class _Workers:
    """A pool in whose time a task takes `seconds`."""

    seconds: Mapping[str, float]
    now: float = 0.0
    _busy: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def submit(self, work: Callable[[_Running], None], running: _Running, /) -> None:
        end = self.now + sum(self.seconds[task.name] for task in running.tasks)
        heapq.heappush(self._busy, (end, next(self._numbers), lambda: work(running)))

    def go_on(self) -> None:
        """To the next moment at which a task ends."""
        self.now, _, work = heapq.heappop(self._busy)
        work()


class _Simulated(DAGExecutor, dict=True):
    def simulate(self, workers: _Workers) -> Execution:
        self._workers = workers
        self._prepare()
        self._loop(workers)
        return Execution(self._results, interrupted=False)

    def _wait(self) -> None:
        self._workers.go_on()
        self._ended.get_nowait()
        self._end_done()


@dataclass(frozen=True)
class Simulated:
    """Seconds in simulated time; `bound_s` is what no schedule can beat; `cost_s` is CPU time of the scheduler."""

    wall_s: float
    bound_s: float
    cost_s: float
    nodes: int

    @property
    def excess(self) -> float:
        return self.wall_s / self.bound_s - 1


def simulate(tasks: Mapping[str, Task], seconds: Mapping[str, float], workers: int) -> Simulated:
    pool = _Workers(seconds)
    executor = _Simulated(tasks, _Runner(), EventEmitter(), lambda: pool.now, ExecutorOptions(threads=workers))
    begun = time.process_time()
    done = executor.simulate(pool)
    cost = time.process_time() - begun
    assert done.ok  # noqa: S101 - or the figures mean nothing
    exact = {name: replace(task, estimate_s=seconds[name]) for name, task in tasks.items()}
    bound = max(max(priorities(exact).values()), sum(seconds.values()) / workers)
    return Simulated(pool.now, bound, cost, len(tasks))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    lines = [
        "| shape | workers | longer than the bound, at most | with estimates wrong by up to 2x | CPU a node |",
        "|---|---|---|---|---|",
    ]
    for shape in SHAPES:
        for workers in (2, 4, 16, 64):
            exact, guessed = [], []
            for seed in range(given.seeds):
                tasks, seconds = random_tasks(shape, given.nodes, seed)
                exact.append(simulate(tasks, seconds, workers))
                guessed.append(simulate(misjudged(tasks, 2, seed), seconds, workers))
            cost = min(one.cost_s / one.nodes for one in (*exact, *guessed))
            excess = [max(one.excess for one in some) for some in (exact, guessed)]
            lines.append(f"| {shape} | {workers} | {excess[0]:.2%} | {excess[1]:.2%} | {cost * 1e6:.0f} µs |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
