"""What targets show when a build begins -> what it goes on from: states, versions, and inputs that are not selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from odibi_sql.cache import CacheManager
from odibi_sql.dag import DAGNode
from odibi_sql.incremental.strategies import grows
from odibi_sql.incremental.versions import Versions, versions_of
from odibi_sql.publish.publisher import Publisher
from odibi_sql.publish.relations import meaning_of
from odibi_sql.recipes import Recipes


class Standing(Struct, frozen=True):
    """By the target itself, which goes on from its own versions (`ours`), and by the target whose publication stands in
    for what is not selected (`read`): the same, unless another is deferred to."""

    ours: Publisher
    read: Publisher

    def names(self) -> frozenset[str]:
        """Of what can be read without being selected."""
        publication = self.read.current()
        return frozenset(publication.relations) if publication is not None else frozenset()

    def state(self, which: str, nodes: Iterable[DAGNode], recipes: Recipes) -> frozenset[str]:
        """Names of nodes that are `new`, or `modified` (new ones too)."""
        now = {node.name: meaning_of(node, recipes) for node in nodes if node.resource != "source"}
        publication = self.read.current()
        then = publication.meanings() if publication is not None else {}
        if which == "new":
            return frozenset(name for name in now if name not in then)
        return frozenset(name for name, meaning in now.items() if then.get(name) != meaning)

    def versions(self, nodes: Sequence[DAGNode], cache: CacheManager, asked: Versions) -> Versions:
        """`asked`, with those that the models among these build on."""
        publication = self.ours.current() if any(grows(node.config) for node in nodes) else None
        relations = publication.relations if publication is not None else {}
        return versions_of(nodes, {name: one.key for name, one in relations.items()}, cache, asked)
