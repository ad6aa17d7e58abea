"""What unit tests read -> stand-ins: relations without rows, with the columns that the binder tells of the real ones.

So a unit test needs nothing that a build makes, and its key takes in the columns of what its model reads, not the rows.
A stand-in is a source of the graph that is planned and run, and of no other. Where columns cannot be told before
anything runs, the test reads the real thing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.compile import Compiled
from odibi_sql.contracts import Columns
from odibi_sql.dag import DAG, DAGNode
from odibi_sql.errors import Location
from odibi_sql.inputs import Given
from odibi_sql.model import Config, Source, UnitTest
from odibi_sql.relation import Stored
from odibi_sql.schemas import Schema


class StandIns(Struct, frozen=True):
    """A project whose unit tests read stand-ins, and what is `given` for these, by their names with case folded."""

    compiled: Compiled
    given: Mapping[str, Given] = field(default_factory=dict)

    @property
    def dag(self) -> DAG:
        return self.compiled.dag


def read_by_unit_tests(dag: DAG, names: Collection[str]) -> tuple[str, ...]:
    """What the unit tests among these read, and all that it is made of, in order."""
    tests = [dag.nodes[name] for name in names if isinstance(dag.nodes[name].definition, UnitTest)]
    return dag.with_upstream({up for test in tests for up in test.upstream})


def with_stand_ins(compiled: Compiled, schemas: Mapping[str, Schema]) -> StandIns:
    """`schemas` are those of what unit tests read, as far as that was asked."""
    nodes = dict(compiled.dag.nodes)
    known = {name: schema.columns for name, schema in schemas.items() if schema.columns and not schema.mistakes}
    given: dict[str, Given] = {}
    for node in compiled.dag.nodes.values():
        if isinstance(node.definition, UnitTest):
            named = {up: f"columns of {up}" for up in node.upstream if up in known}
            named = {up: name for up, name in named.items() if name not in compiled.dag.nodes}
            for up, name in named.items():
                nodes[name] = _source(name, nodes[up].path)
                given[name.casefold()] = _without_rows(known[up] or ())
            nodes[node.name] = _reading(node, named, nodes)
    ordered = sorted(nodes.values(), key=lambda node: (node.level, node.name))
    dag = DAG({node.name: node for node in ordered})
    return StandIns(replace(compiled, dag=dag), given)


def _source(name: str, path: str) -> DAGNode:
    return DAGNode(name, "source", path, Config(), Source(None, name, "frame", Location(path)), level=-1)


def _without_rows(columns: Columns) -> Given:
    told = json.dumps([[column.name, column.type] for column in columns])
    return Given(hashlib.sha256(told.encode()).hexdigest(), Stored(columns, ()))


def _reading(node: DAGNode, named: Mapping[str, str], nodes: Mapping[str, DAGNode]) -> DAGNode:
    """The unit test, with these names in place of what it reads."""
    upstream = tuple(named.get(up, up) for up in node.upstream)
    slots = (
        replace(slot, value=named[slot.value]) if slot.kind == "relation" and slot.value in named else slot
        for slot in node.slots
    )
    level = max(nodes[up].level for up in upstream) + 1 if upstream else 0
    return replace(node, upstream=upstream, slots=tuple(slots), level=level)
