"""A plan that has been run -> the relations that the target will show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from odibi_sql.cache import CacheManager, Entry
from odibi_sql.cache.keys import MEANING_DIGITS
from odibi_sql.dag import DAGNode
from odibi_sql.incremental.strategies import grows
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import AnyModel, Seed
from odibi_sql.plan import Plan
from odibi_sql.publish.record import PublishedRelation, recorded
from odibi_sql.recipes import Recipes, content_of, is_stored
from odibi_sql.relation import Published, Query, Relation, Stored


def is_published(node: DAGNode) -> bool:
    if isinstance(node.definition, AnyModel):
        return MATERIALIZATIONS[node.config.materialized].published is not None
    return isinstance(node.definition, Seed)


def meaning_of(node: DAGNode, recipes: Recipes) -> str:
    """What the node means, whatever its inputs hold and whenever it runs: `state:modified` compares it."""
    return replace(recipes.recipe(node, {}), moment=None).meaning()


class PlanToShow(Struct, frozen=True):
    """`recipes` without contents of files; `named` is upstream of other builds that the catalog shows by name; `nodes`
    are as they were compiled."""

    plan: Plan
    entries: Mapping[str, Entry]
    cache: CacheManager
    folder: Path
    recipes: Recipes
    named: frozenset[str]
    nodes: Mapping[str, DAGNode]

    def relations(self) -> dict[str, PublishedRelation]:
        return {name: self._shown(step.node) for name, step in self.plan.steps.items() if is_published(step.node)}

    def hidden(self) -> dict[str, str]:
        """Meanings of the models that are not shown."""
        nodes = (self.nodes[name] for name in self.plan.steps)
        return {node.name: meaning_of(node, self.recipes) for node in nodes if not is_published(node)}

    def _shown(self, node: DAGNode) -> PublishedRelation:
        entry = self.entries[node.name]
        return PublishedRelation(
            name=node.name,
            schema=node.config.schema,
            key=entry.key,
            meaning=self._meaning(node, entry),
            content=content_of(node, entry),
            columns=entry.columns,
            relation=self._rows(entry) if is_stored(node) else self._query(node),
            rows=entry.rows,
            description=node.definition.docs.description,
            irreplaceable=MATERIALIZATIONS[node.config.materialized].irreplaceable,
        )

    def _meaning(self, node: DAGNode, entry: Entry) -> str:
        if entry.recipe.moment is not None or grows(node.config):  # which may keep rows of what it meant before
            return meaning_of(node, self.recipes)
        return entry.key[:MEANING_DIGITS]

    def _rows(self, entry: Entry) -> Stored:
        rows = recorded(self.cache.stored(entry), self.cache.store, self.folder)
        assert isinstance(rows, Stored)  # noqa: S101 - for the type checker
        return rows

    def _query(self, node: DAGNode) -> Query:
        """A view as it is published: what the catalog shows too is named, all else goes in."""
        names = {slot.value for slot in node.slots if slot.kind == "relation"}
        return Query(node.model.statement.sql, node.slots, {name: self._input(name) for name in sorted(names)})

    def _input(self, name: str) -> Relation:
        if name in self.plan.steps:
            node = self.plan.steps[name].node
            return Published(name) if is_published(node) else self._query(node)
        if name in self.named:
            return Published(name)
        return recorded(self.plan.given[name].relation, self.cache.store, self.folder)
