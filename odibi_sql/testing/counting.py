"""Checks of one table, counted together: one query says of each whether any row fails; only those that do are run.

A check that cannot be bound, or whose part of that query breaks, is a failure of that check alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from odibi_sql.context import NodeContext
from odibi_sql.dag import DAGNode
from odibi_sql.engines.protocol import EngineFailure, Written
from odibi_sql.model import Check
from odibi_sql.relation import Slot
from odibi_sql.sql import Bound, analyse


class Counting(Struct, frozen=True):
    """`dialect` is the engine's. `filtered`: the rows are a stored result of an engine that FILTERS_SCANS: then one
    statement has a scan for each condition, which reads its columns alone. A query is run once for all checks.
    """

    dialect: str
    filtered: bool

    def sql(self, checks: Sequence[Check]) -> str:
        """One row, with a number for each check that is 0 exactly where nothing fails."""
        rows, counts, aggregates = checks[0].counted, [], 0
        for number, check in enumerate(checks):
            if check.wrong is not None and self.filtered:
                counts.append(f"(select count(*) from {rows} where {check.wrong}\n) as c{number}")
            else:
                counts.append(f"{check.count} as c{number}")
                aggregates += 1
        return f"select {', '.join(counts)}{f' from {rows}' if aggregates else ''}"


def write_all(
    context: NodeContext,
    nodes: Sequence[DAGNode],
    views: Mapping[str, str],
    counting: Counting,
    stems: Sequence[Path],
) -> dict[str, Written | EngineFailure]:
    """The failing rows of each check of one group, or why there are none."""
    done: dict[str, Written | EngineFailure] = {}
    bound = {node.name: bound_query(context, node, views) for node in nodes}

    def attempt(name: str, write: Callable[[Bound], Written]) -> None:
        try:
            done[name] = write(bound[name])
        except EngineFailure as failure:
            if failure.interrupted:
                raise
            done[name] = failure

    for node in nodes:
        attempt(node.name, context.write_nothing)
    sound = [node for node in nodes if isinstance(done[node.name], Written)]
    failing = _failing(context, sound, views, counting)
    for node, stem in zip(nodes, stems, strict=True):
        if node.name in failing:
            attempt(node.name, partial(context.write, stem=stem))
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


def _failing(context: NodeContext, nodes: Sequence[DAGNode], views: Mapping[str, str], counting: Counting) -> set[str]:
    """Names of checks that must be run; of all, where they cannot be counted together."""
    everything = {node.name for node in nodes}
    if len(nodes) < 2:
        return everything
    checks = [node.definition for node in nodes if isinstance(node.definition, Check)]
    statement = analyse(counting.sql(checks), "duckdb", counting.dialect)
    if statement.needs_types:
        return everything
    slots = [*statement.rewrites]
    slots += [Slot(one.start, one.end, "relation", checks[0].subject or "", one.suffix) for one in statement.references]
    try:
        row = context.first_row(context.bind(statement.sql, slots, views))
    except EngineFailure as failure:
        if failure.interrupted:
            raise
        return everything
    return {check.name for check, count in zip(checks, row, strict=True) if count != 0}
