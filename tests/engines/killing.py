"""`python -m tests.engines.killing PROJECT NODE VICTIM [SELECT…]`: a build on Spark in which something dies amid NODE.

The victim is a process group by its number, `java` (the driver's own) or `python` (this process). It dies when the
first of several tasks of NODE has ended: some of the work is done, and some is not. With `ctrl-c` nothing dies: that is
pressed then, in a build by the command line, whose document and exit code are this program's.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from odibi_sql.cli import run
from odibi_sql.events import Event, EventEmitter, NodeStarted
from odibi_sql.orchestrator import BuildOptions, Orchestrator


class Killer:
    def __init__(self, node: str, victim: str) -> None:
        self.node = node
        self.victim = victim
        self.thread = threading.Thread(target=self._wait_and_kill)
        self.enough = threading.Event()
        self.killed = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, NodeStarted) and event.name == self.node and event.attempt == 1:
            self.thread.start()

    def _wait_and_kill(self) -> None:
        while not self._half_done():
            if self.enough.wait(0.01):
                return
        self.killed = True
        if self.victim == "ctrl-c":
            os.kill(os.getpid(), signal.SIGINT)
        elif self.victim == "python":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.victim == "java":
            _context()._gateway.proc.kill()
        else:
            os.killpg(int(self.victim), signal.SIGKILL)

    def _half_done(self) -> bool:
        """Whether a task of the node's has ended, and others run."""
        context = _context()
        if getattr(context, "_jsc", None) is None:  # there is none, or it is about to be
            return False
        store = context._jsc.sc().statusStore()
        jobs = store.jobsList(None)
        for n in range(jobs.size()):
            job = jobs.apply(n)
            named = job.description().isDefined() and job.description().get() == self.node
            if named and job.numCompletedTasks() and job.numActiveTasks():
                return True
        return False


def _context() -> Any:
    from pyspark import SparkContext

    return SparkContext._active_spark_context


def main(project: str, node: str, victim: str, *selected: str) -> None:
    killer = Killer(node, victim)
    if victim == "ctrl-c":
        killer.thread.start()
        select = [word for one in selected for word in ("--select", one)]
        code = run(["build", "--engine", "spark", "--no-checks", "--output", "json", "--project-dir", project, *select])
        killer.enough.set()
        sys.exit(code)
    emitter = EventEmitter()
    emitter.subscribe(killer)
    options = BuildOptions(Path(project), select=selected, engine="spark", checks=False)
    with Orchestrator(options, emitter) as orchestrator:
        build = orchestrator.build()
    killer.enough.set()
    if not killer.killed:
        sys.exit(f"{node} ended before anything was killed")
    results = build.execution.results
    told = {
        name: [result.status, result.attempts, result.error and result.error.message]
        for name, result in results.items()
    }
    json.dump({"published": build.published, "results": told}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
