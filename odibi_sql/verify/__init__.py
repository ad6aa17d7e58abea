"""Every model on two engines, from the same inputs: where their rows differ, or one of them refuses.

The first engine builds the project as ever, but keeps the rows of views and ephemeral models too, and publishes
nothing. The second runs every model over the rows of the first, so that a difference is told of the model that makes it
and of no other. Both keep their results in the store: what was verified before is only compared again.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.attempt import Attempt, Miss, NodeFailure, NodeRunner, Outcome, Outcomes
from odibi_sql.compile import Compiled
from odibi_sql.dag import DAG, DAGNode
from odibi_sql.engines.duckdb.comparing import Comparison, compare
from odibi_sql.errors import Location, OdibiError, Problems, ProjectError, SqlError
from odibi_sql.events import EventEmitter, NodeError, NodeExecutionResult
from odibi_sql.executor import DAGExecutor, Execution, ExecutorOptions
from odibi_sql.inputs import Given, Inputs
from odibi_sql.model import Model
from odibi_sql.orchestrator import BuildOptions, Orchestrator
from odibi_sql.plan import Plan, Planner
from odibi_sql.recipes import Previous, Recipes
from odibi_sql.relation import Relation, Stored
from odibi_sql.runner import StepRunner
from odibi_sql.runs import RunFolder
from odibi_sql.tasks import tasks_of
from odibi_sql.verify.causes import likely_causes

if TYPE_CHECKING:
    import duckdb

Status = Literal["agree", "differ", "refused", "failed", "skipped"]


class Verdict(Struct, frozen=True):
    """What came of one model. `engine` is the one that refused or failed it; `reason` says why it was skipped."""

    name: str
    path: str
    status: Status
    comparison: Comparison | None = None
    causes: tuple[str, ...] = ()
    engine: str | None = None
    error: NodeError | None = None
    reason: str | None = None


class Verification(Struct, frozen=True):
    engines: tuple[str, str]
    tolerance: float
    verdicts: tuple[Verdict, ...]

    @property
    def ok(self) -> bool:
        return not any(one.status in ("differ", "failed") for one in self.verdicts)


def verify(
    options: BuildOptions, engines: tuple[str, str], tolerance: float, emitter: EventEmitter | None = None
) -> Verification:
    """`options.select` says which models are compared; what they read is built as well. `tolerance` is how far floats
    may lie apart, relative to the larger. Raises OdibiError for mistakes; what the second engine cannot say is a
    verdict."""
    with _RowsOfAll(replace(options, engine=engines[0]), emitter) as first:
        compiled = first.compiled
        if first.refused or compiled.problems:
            raise Problems((*first.refused.values(), *compiled.problems))
        theirs = replace(options, engine=engines[1], as_of=first.moment.now, select=(), exclude=())
        with _RowsOfAll(theirs, emitter) as second:
            named = (first.engine.NAME, second.engine.NAME)
            if named[0] == named[1]:
                raise ProjectError(f"`{named[0]}` is one engine, and two are compared", hint="--engines duckdb,spark")
            second.compiled.check()
            return Verification(named, tolerance, _Verifying(first, second, tolerance).verdicts())


class _RowsOfAll(Orchestrator):
    """A use of the project in which every model is kept as rows, and what is selected brings along all that it reads.
    What the engine cannot say is in `refused`, by the paths of models."""

    refused: Mapping[str, OdibiError]

    @cached_property
    def compiled(self) -> Compiled:
        compiled = super().compiled
        own = {problem.where.path: problem for problem in compiled.problems if _is_refusal(problem) and problem.where}
        self.refused = own
        left = tuple(problem for problem in compiled.problems if problem not in own.values())
        dag = DAG({name: _as_table(node) for name, node in compiled.dag.nodes.items()})
        return replace(compiled, dag=dag, problems=left)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Models alone: seeds are read in one way, and checks only look at rows."""
        return tuple(name for name in super().selected if self.compiled.dag.nodes[name].resource == "model")

    @cached_property
    def selected(self) -> tuple[str, ...]:
        """What is compared, and all that it reads."""
        return self.compiled.dag.with_upstream(self.compared, lambda node: node.resource != "source")

    def previous_of(self, dag: DAG, names: tuple[str, ...]) -> Mapping[str, Previous]:  # noqa: ARG002
        """None: a history goes on from what one engine published, and both begin it here."""
        return {}

    @cached_property
    def sql(self) -> Path:
        return RunFolder(self.project.warehouse / "runs" / self.run_id).sql

    def recipes_for(self, plan: Plan) -> Recipes:
        """Of this engine, over the files that another's plan has read."""
        return self._recipes(plan.recipes.files)

    def run_steps(self, plan: Plan, runner: NodeRunner) -> Execution:
        options = ExecutorOptions(self.project.threads)
        execution = DAGExecutor(tasks_of(plan, self.project), runner, self.emitter, time.monotonic, options).run()
        if execution.interrupted:
            raise KeyboardInterrupt
        return execution


def _is_refusal(problem: OdibiError) -> bool:
    return isinstance(problem, SqlError)


def _as_table(node: DAGNode) -> DAGNode:
    if not isinstance(node.definition, Model) or node.config.materialized == "snapshot":
        return node  # a snapshot is verified by the first version that it would have
    config = replace(node.config, materialized="table")
    return replace(node, config=config, definition=replace(node.definition, config=config, delta=None))


class _EachAlone(Struct):
    """Runs every step by a runner of its own, which knows no result but those that it is given. `refused` grows with
    the names of what cannot be said with the types of its inputs."""

    runners: Mapping[str, StepRunner]
    refused: set[str] = field(default_factory=set)

    def look_up(self, name: str) -> Outcome | Miss:
        return self.runners[name].look_up(name)

    def run(self, name: str, attempt: Attempt) -> Outcome:
        try:
            return self.runners[name].run(name, attempt)
        except NodeFailure as failure:
            if isinstance(failure.__cause__, SqlError):
                self.refused.add(name)
            raise

    def run_group(self, names: tuple[str, ...], attempt: Attempt) -> Outcomes:
        """Checks come in groups, and none is compared."""
        return {name: self.run(name, attempt) for name in names}


class _Verifying(Struct):
    first: _RowsOfAll
    second: _RowsOfAll
    tolerance: float

    def verdicts(self) -> tuple[Verdict, ...]:
        first = self.first
        plan = first.plan
        mine = StepRunner(plan, first.cache, first.open_session, first.compiled.places, first.project.root, first.sql)
        results = first.run_steps(plan, mine).results
        verdicts = {name: self._before(name, results[name]) for name in first.compared}
        left = [name for name, verdict in verdicts.items() if verdict is None]
        theirs = self._second_runner(left, plan, mine)
        results = self.second.run_steps(self._joined(theirs), theirs).results
        session = first.open_session("duckdb")
        for name in left:
            if results[name].error is not None or results[name].status not in ("ran", "cached"):
                status: Status = "refused" if name in theirs.refused else "failed"
                engine = self.second.engine.NAME
                verdicts[name] = self._verdict(name, status, engine=engine, error=results[name].error)
                continue
            cursor = session.cursor(name)
            try:
                verdicts[name] = self._compared(name, cursor.native(), mine.relations, theirs.runners[name].relations)
            finally:
                cursor.close()
        return tuple(verdict for verdict in verdicts.values() if verdict is not None)

    def _before(self, name: str, result: NodeExecutionResult) -> Verdict | None:
        """What is known of a model before the second engine runs; None for one that it shall run."""
        node = self.first.compiled.dag.nodes[name]
        if not isinstance(node.definition, Model):
            return self._verdict(name, "skipped", reason="it is Python, and only SQL is compared")
        if result.status == "failed":
            return self._verdict(name, "failed", engine=self.first.engine.NAME, error=result.error)
        if result.status == "skipped":
            return self._verdict(name, "skipped", reason=result.reason)
        if node.config.engine is not None:
            return self._verdict(name, "skipped", reason=f"its config gives it the engine {node.config.engine}")
        refused = self.second.refused.get(node.path)
        if refused is not None:
            where = refused.where or Location(node.path)
            error = NodeError(refused.message, where.path, where.line, where.column, refused.hint)
            return self._verdict(name, "refused", engine=self.second.engine.NAME, error=error)
        return None

    def _second_runner(self, names: Sequence[str], plan: Plan, mine: StepRunner) -> _EachAlone:
        second = self.second
        second.cache.hold()
        recipes = second.recipes_for(plan)
        made = {name: Given(entry.content, mine.relations[name]) for name, entry in mine.entries.items()}
        inputs = Inputs(plan.given, plan.recipes.files, ())
        planner = Planner(second.compiled.dag, second.cache, recipes, inputs, made, plan.force)
        numbers = itertools.count()
        return _EachAlone(
            {
                name: StepRunner(
                    planner.plan([name]),
                    second.cache,
                    second.open_session,
                    second.compiled.places,
                    second.project.root,
                    second.sql,
                    _numbers=numbers,
                )
                for name in names
            }
        )

    def _joined(self, theirs: _EachAlone) -> Plan:
        steps = {name: runner.plan.steps[name] for name, runner in theirs.runners.items()}
        return Plan(steps, {}, self.second.recipes_for(self.first.plan))

    def _compared(
        self,
        name: str,
        connection: duckdb.DuckDBPyConnection,
        mine: Mapping[str, Relation],
        theirs: Mapping[str, Relation],
    ) -> Verdict:
        left, right = mine[name], theirs[name]
        assert isinstance(left, Stored) and isinstance(right, Stored)  # noqa: S101 - all are kept as rows
        comparison = compare(connection, left, right, self.tolerance)
        if comparison.agree:
            return self._verdict(name, "agree", comparison=comparison)
        sql = self.first.compiled.dag.nodes[name].model.statement.canonical
        return self._verdict(name, "differ", comparison=comparison, causes=likely_causes(comparison, sql))

    def _verdict(self, name: str, status: Status, **more: Any) -> Verdict:
        return Verdict(name, self.first.compiled.dag.nodes[name].path, status, **more)
