"""Checks of one table, counted together: one query says of each whether any row fails; only those that do are run.

A check that cannot be bound, or whose part of that query breaks, is a failure of that check alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from odibi_sql.context import NodeContext
from odibi_sql.dag import DAGNode
from odibi_sql.engines.protocol import EngineFailure, Written
from odibi_sql.model import Check
from odibi_sql.relation import Slot
from odibi_sql.sql import Bound, analyse


def write_all(
    context: NodeContext, nodes: Sequence[DAGNode], views: Mapping[str, str], dialect: str, stems: Sequence[Path]
) -> dict[str, Written | EngineFailure]:
    """The failing rows of each check of one group, or why there are none. `dialect` is the engine's."""
    done: dict[str, Written | EngineFailure] = {}
    bound: dict[str, Bound] = {}
    for node in nodes:
        try:
            bound[node.name] = bound_query(context, node, views)
            context.describe(bound[node.name])
        except EngineFailure as failure:
            if failure.interrupted:
                raise
            done[node.name] = failure
    counted = [node for node in nodes if node.name not in done]
    failing = _failing(context, counted, views, dialect)
    for node, stem in zip(nodes, stems, strict=True):
        if node.name in done:
            continue
        try:
            if node.name in failing:
                done[node.name] = context.write(bound[node.name], stem)
            else:
                done[node.name] = context.write_nothing(bound[node.name])
        except EngineFailure as failure:
            if failure.interrupted:
                raise
            done[node.name] = failure
    return done


def bound_query(context: NodeContext, node: DAGNode, views: Mapping[str, str]) -> Bound:
    """The node's SQL over its inputs' views; of a check's rows, no more than it wants to keep."""
    bound = context.bind(node.model.statement.sql, node.slots, views)
    limit = node.config.options.get("limit") if node.check else None
    return bound.wrapped("SELECT * FROM (", f"\n) LIMIT {limit}") if limit is not None else bound


def calculated(context: NodeContext, node: DAGNode, bound: Bound) -> int | None:
    """How many fail by the check's own `fail_calc`, an aggregate over its rows; None where it has none."""
    calculation = node.config.options.get("fail_calc") if node.check else None
    if calculation is None:
        return None
    (number,) = context.first_row(bound.wrapped(f"SELECT {calculation} FROM (", "\n)"))[:1]
    return int(number or 0)


def _failing(context: NodeContext, nodes: Sequence[DAGNode], views: Mapping[str, str], dialect: str) -> set[str]:
    """Names of checks that must be run; of all, where they cannot be counted together."""
    everything = {node.name for node in nodes}
    if len(nodes) < 2:
        return everything
    checks = [node.definition for node in nodes if isinstance(node.definition, Check)]
    subject = checks[0].subject or ""
    counts = ", ".join(f"{check.count} as c{number}" for number, check in enumerate(checks))
    statement = analyse(f"select {counts} from {checks[0].counted}", "duckdb", dialect)
    if statement.needs_types:
        return everything
    slots = [*statement.rewrites]
    slots += [Slot(one.start, one.end, "relation", subject, one.suffix) for one in statement.references]
    try:
        row = context.first_row(context.bind(statement.sql, slots, views))
    except EngineFailure as failure:
        if failure.interrupted:
            raise
        return everything
    return {check.name for check, count in zip(checks, row, strict=True) if count != 0}
