"""A published relation -> the version that the next one builds on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from odibi_sql.cache import CacheManager
from odibi_sql.dag import DAG, DAGNode
from odibi_sql.errors import OdibiError, Problems, StoreError
from odibi_sql.incremental.strategies import grows
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.publish.publisher import Publisher
from odibi_sql.publish.record import PublishedRelation, is_there, placed
from odibi_sql.recipes import Previous
from odibi_sql.relation import Column, Stored


def columns_so_far(dag: DAG, names: Iterable[str], publisher: Callable[[], Publisher]) -> dict[str, tuple[Column, ...]]:
    """Of what goes on from what the target shows; nothing where that cannot be known."""
    wanted = [name for name in names if _goes_on(dag.nodes[name])]
    if not wanted:
        return {}
    try:
        quiet = replace(publisher(), warn=lambda _: None)
        current = quiet.current()
        shown = {**(current.relations if current is not None else {}), **quiet.irreplaceable()}
    except OdibiError:
        return {}
    return {name: shown[name].columns for name in wanted if name in shown}


def _goes_on(node: DAGNode) -> bool:
    kind = MATERIALIZATIONS.get(node.config.materialized)
    return (kind is not None and kind.irreplaceable) or grows(node.config)


class PreviousVersions(Struct, frozen=True):
    """`check` hashes stored rows again, where the store no longer vouches for them. `folder` is the project's."""

    cache: CacheManager
    folder: Path
    check: Callable[[Stored], str]

    def of(self, dag: DAG, names: Iterable[str], publisher: Publisher) -> dict[str, Previous]:
        """Of those that build on a version of theirs. Raises Problems."""
        wanted = [name for name in names if MATERIALIZATIONS[dag.nodes[name].config.materialized].irreplaceable]
        shown = publisher.irreplaceable() if wanted else {}
        problems: list[OdibiError] = []
        found = {}
        for name in (name for name in wanted if name in shown):
            try:
                found[name] = self.previous(shown[name])
            except StoreError as error:
                problems.append(error)
        if problems:
            raise Problems(problems)
        return found

    def previous(self, published: PublishedRelation) -> Previous:
        """Raises StoreError where the rows are not those that were published: going on would lose what they held."""
        relation = placed(published.relation, self.cache.store, self.folder)
        assert isinstance(relation, Stored)  # noqa: S101 - for the type checker
        entry = self.cache.get(published.key)
        if entry is not None and self.cache.stored(entry).parts == relation.parts:
            return Previous(published.key, relation, published.content, entry)
        for part in relation.parts:
            if not is_there(part):
                raise self._lost(published, f"`{part}` is gone")
        try:
            content = self.check(relation)
        except StoreError as error:
            raise self._lost(published, error.message) from error
        if content != published.content:
            raise self._lost(published, "its rows are not those that were written")
        return Previous(published.key, relation, published.content, None)

    def _lost(self, published: PublishedRelation, why: str) -> StoreError:
        return StoreError(
            f"the history of `{published.name}` cannot be read: {why}",
            hint="bring its file back, or `odibi-sql rollback` to a publication whose files are there",
        )
