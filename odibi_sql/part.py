"""Part: the models that edits concern, in a project whose rest is as the target shows it.

An edit of a model's SQL concerns that model and what is made of it. Of all else a proof says that a build would find it
unchanged: so it need not be read, and what is left is a build of a few models over published ones. The graph that the
proof keeps tells which these are; it has what a name needs to be found, and whether a node can be built so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from odibi_sql.compile import Compiled
from odibi_sql.dag import DAGNode
from odibi_sql.events import NodeExecutionResult, Resource, Sample
from odibi_sql.incremental.strategies import grows, has_intervals
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Check, Config, Model, UnitTest
from odibi_sql.sql import Statement
from odibi_sql.warm import Stat, changed_of

MOST = 100  # of more nodes, what is remembered of each is worth reading
_UNREAD = Statement("", 0, (), (), (), "", "fixed", unknown_files=False, notes=())


class Proved(Struct, frozen=True):
    """A proof as `warm` found it, at `path`: all is as it says but for `changed`, looked at after `since_ns`."""

    path: str
    proof: Mapping[str, Any]
    root: str
    changed: Mapping[str, Stat | None]
    since_ns: int

    def stands(self) -> bool:
        """Whether nothing else changed meanwhile."""
        return changed_of(self.proof["stats"], self.root) == self.changed


class Part(Struct, frozen=True):
    """`names` are what is to be built, in the order of the DAG of `compiled`, in which models that were not read have
    no SQL. `unread` are all other nodes, as results of the build, and `warnings` those of the whole project. `upon` is
    the publication that shows it."""

    compiled: Compiled
    names: tuple[str, ...]
    unread: tuple[NodeExecutionResult, ...]
    warnings: tuple[str, ...]
    upon: int
    meanings: Mapping[str, str]
    proved: Proved


class Kept(NamedTuple):
    """Of a node that is made, what a proof keeps: JSON has it as a list. `follows`: it can be built as a part of the
    project. `told` is what is to be said of it in each build."""

    resource: Resource
    path: str
    schema: str
    materialized: str
    upstream: Sequence[str]
    follows: bool
    told: Mapping[str, Any] | None


Graph = Mapping[str, Kept]


def graph_of(compiled: Compiled, results: Mapping[str, NodeExecutionResult]) -> dict[str, Kept]:
    return {
        node.name: _kept(node, node.resource, results.get(node.name))
        for node in compiled.dag.nodes.values()
        if node.resource != "source"
    }


def graph_from(data: Mapping[str, list[Any]]) -> Graph:
    """The opposite, of what JSON makes of it."""
    return {name: Kept(*values) for name, values in data.items()}


def _kept(node: DAGNode, resource: Resource, result: NodeExecutionResult | None) -> Kept:
    config, told = node.config, _told(result) if result is not None else None
    return Kept(resource, node.path, config.schema, config.materialized, node.upstream, _follows(node), told)


def _told(result: NodeExecutionResult) -> dict[str, Any] | None:
    """Of a check that warns."""
    if result.verdict != "warn":
        return None
    sample = [result.sample.columns, result.sample.rows] if result.sample is not None else None
    return {"reason": result.reason, "rows": result.rows, "columns": result.columns, "sample": sample}


def _follows(node: DAGNode) -> bool:
    """Not what goes on from an earlier version, nor what has an engine or a loader of its own."""
    definition, config = node.definition, node.config
    if not isinstance(definition, Model) or isinstance(definition, UnitTest) or config.engine is not None:
        return False
    if grows(config) or has_intervals(config) or MATERIALIZATIONS[config.materialized].irreplaceable:
        return False
    return isinstance(definition, Check) or config.materialized in ("table", "view")


def concerned(graph: Graph, paths: Collection[str]) -> frozenset[str] | None:
    """Names of the models in these files and of all that is made of them; None where these cannot be built alone, or
    are many."""
    below: dict[str, list[str]] = {}
    for name, node in graph.items():
        for up in node.upstream:
            below.setdefault(up, []).append(name)
    stack = [name for name, node in graph.items() if node.path in paths]
    found = set(stack)
    while stack and len(found) <= MOST:
        new = [name for name in below.get(stack.pop(), ()) if name not in found]
        found.update(new)
        stack += new
    return frozenset(found) if len(found) <= MOST and all(graph[name].follows for name in found) else None


def unread_models(graph: Graph, names: Collection[str], edited: Iterable[Model]) -> list[Model]:
    """The other models that these may read, `edited` among them, and checks of what is no model: as far as others can
    name them.

    One that keeps nothing to be read (ephemeral) is not among them: what reads it does not find it, and goes the long
    way.
    """
    readers = (node for name, node in graph.items() if name in names or node.resource == "check")
    wanted = {up.casefold() for node in readers for up in node.upstream}
    for model in edited:
        wanted.update(reference.parts[-1].casefold() for reference in model.references)
        wanted.update(name.casefold().rpartition(".")[2] for name in model.config.depends_on)
    return [
        Model(name, node.path, Config(schema=node.schema, materialized=node.materialized), _UNREAD)
        for name, node in graph.items()
        if node.resource == "model" and name not in names and name.casefold() in wanted
        if MATERIALIZATIONS[node.materialized].published is not None
    ]


def unread_results(graph: Graph, names: Collection[str]) -> tuple[NodeExecutionResult, ...]:
    """As a build tells of what it found unchanged."""
    return tuple(_unread(name, node.resource, node.told) for name, node in graph.items() if name not in names)


def _unread(name: str, resource: Resource, told: Mapping[str, Any] | None) -> NodeExecutionResult:
    if told is None:
        return NodeExecutionResult(
            name, resource, "cached", "unchanged", verdict="pass" if resource == "check" else None
        )
    sample = Sample(tuple(told["sample"][0]), tuple(map(tuple, told["sample"][1]))) if told["sample"] else None
    return NodeExecutionResult(
        name,
        resource,
        "cached",
        told["reason"],
        rows=told["rows"],
        columns=told["columns"],
        verdict="warn",
        sample=sample,
    )
