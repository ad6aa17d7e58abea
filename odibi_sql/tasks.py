"""A plan -> the executor's tasks, where retries and timeouts are a node's own or the project's, and its events."""

from __future__ import annotations

from odibi_sql.dag import DAGNode
from odibi_sql.events import NodeExecutionResult, PlannedNode, Resource
from odibi_sql.executor import Task
from odibi_sql.plan import Plan, group_of
from odibi_sql.project import Project


def tasks_of(plan: Plan, project: Project) -> dict[str, Task]:
    tasks = {}
    for name, step in plan.steps.items():
        config = step.node.config
        tasks[name] = Task(
            name=name,
            resource=resource_of(step.node),
            upstream=step.upstream,
            after=step.after,
            group=group_of(step.node),
            retries=config.retries if config.retries is not None else project.retries,
            retry_delay=config.retry_delay if config.retry_delay is not None else project.retry_delay,
            timeout=config.timeout if config.timeout is not None else project.timeout,
            estimate_s=step.estimate_s if step.action != "cached" else 0.0,
        )
    return tasks


def planned(plan: Plan) -> tuple[PlannedNode, ...]:
    return tuple(
        PlannedNode(name, resource_of(step.node), step.action, step.reason, step.upstream, step.estimate_s)
        for name, step in plan.steps.items()
    )


def as_planned(result: NodeExecutionResult) -> PlannedNode:
    """Of what is known to be unchanged before there is a plan."""
    return PlannedNode(result.name, result.resource, "cached", result.reason)


def resource_of(node: DAGNode) -> Resource:
    assert node.resource != "source"  # noqa: S101 - nothing makes these, and they are in no plan
    return node.resource
