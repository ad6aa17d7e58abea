"""A published relation -> the content that it has now, for a build that reads it without selecting it.

The content in a publication is of the time when it was published. A view's rows are not kept: where what it names was
published again since, where it reads files, or asks for the time, what it gives now may be something else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from odibi_sql.cache import CacheManager, Recipe
from odibi_sql.compile import CATALOG_DIALECT
from odibi_sql.dag import DAG
from odibi_sql.engines.protocol import Engine
from odibi_sql.errors import GraphError, Location, OdibiError, Problems, ProjectError
from odibi_sql.inputs import Given, InputReader, is_remote, relation_of
from odibi_sql.model import Source
from odibi_sql.publish.publisher import Publisher
from odibi_sql.publish.record import Publication, placed, walk
from odibi_sql.recipes import Moment
from odibi_sql.relation import Attached, Files, Published, Query, Relation
from odibi_sql.sql import analyse
from odibi_sql.sql.bind import at_home

Pair = tuple[str | None, str]  # what something held when the view was made, and what it holds now


class LiveContents(Struct, frozen=True):
    """Of one publication, whose relations `engine` reads."""

    dag: DAG
    cache: CacheManager
    reader: InputReader
    moment: Moment
    engine: Engine
    _known: dict[str, str] = field(default_factory=dict)

    def content(self, publication: Publication, name: str) -> str:
        """What was published, where nothing that the view reads has changed since. Raises OSError for unreadable files.

        Chains of views are followed without recursion.
        """
        stack = [name]
        while stack:
            one = publication.relations[stack[-1]]
            below = (read.name for read in walk(one.relation) if isinstance(read, Published))
            if wanted := [read for read in below if read not in self._known]:
                stack += wanted
                continue
            self._known[stack.pop()] = self._now(one.key, one.content, one.relation)
        return self._known[name]

    def given(self, wanted: Mapping[str, str], publisher: Publisher) -> dict[str, Given]:
        """What the target shows of these names, each with one of its readers. Raises Problems."""
        publication = publisher.current()
        problems: list[OdibiError] = []
        given = {}
        for up, reader in wanted.items():
            if publication is None or up not in publication.relations:
                told = f"`{reader}` reads `{up}`, which is neither selected nor shown by target `{publisher.target}`"
                hint = f"select it too, with `--select +{reader}`, or build everything once"
                problems.append(GraphError(told, hint=hint))
                continue
            relation = publication.resolve(up, self.cache.store, self.reader.folder)
            if isinstance(relation, Query) and self.engine.DIALECT != CATALOG_DIALECT:
                told = f"target `{publisher.target}` shows `{up}` as a view, which {self.engine.NAME} cannot run"
                hint = f"select it too, or give it `materialized='table'` and build `{publisher.target}` again"
                problems.append(GraphError(told, hint=hint))
                continue
            try:
                given[up] = Given(self.content(publication, up), relation)
            except OSError as error:
                where = Location(self.dag.nodes[up].path)
                problems.append(ProjectError(f"`{up}` cannot be read: {error}", where))
        if problems:
            raise Problems(problems)
        return given

    def _now(self, key: str, published: str, relation: Relation) -> str:
        if not isinstance(relation, Query):
            return published
        pairs = list(self._pairs(relation, self._recipe(key)))
        if all(before == now for before, now in pairs):
            return published
        return hashlib.sha256(repr((published, [now for _, now in pairs])).encode()).hexdigest()

    def _recipe(self, key: str | None) -> Recipe | None:
        entry = self.cache.get(key) if key else None
        return entry.recipe if entry is not None else None

    def _pairs(self, query: Query, recipe: Recipe | None) -> Iterator[Pair]:
        """Without a recipe, nothing is known to be as it was."""
        before = dict(recipe.inputs) if recipe is not None else {}
        for name, read in sorted(query.inputs.items()):
            match read:
                case Published():
                    yield before.get(name), self._known[read.name]
                case Query():
                    yield from self._pairs(read, self._recipe(before.get(name)))
                case Files() | Attached():
                    yield before.get(name), self._of_source(name, placed(read, self.cache.store, self.reader.folder))
                case _:
                    continue  # stored rows never change
        for slot in query.slots:
            if slot.kind == "path":
                yield before.get(f"file {slot.value}"), self._of_file(slot.value)
        statement = analyse(query.sql, self.engine.DIALECT, self.engine.DIALECT)
        if statement.moment == "volatile" or statement.unknown_files:
            yield None, self.moment.run_id
        elif statement.moment == "date":
            yield recipe.moment if recipe is not None else None, self.moment.now.date().isoformat()

    def _of_source(self, name: str, relation: Relation) -> str:
        """As a build that selects its reader knows it, where it is still declared as it was."""
        node = self.dag.nodes.get(name)
        source = node.definition if node is not None else None
        if (
            isinstance(source, Source)
            and source.kind != "frame"
            and relation_of(source, self.reader.folder) == relation
        ):
            try:
                return self.reader.source(source).content
            except OdibiError:
                return "missing"
        match relation:
            case Files(paths=paths):
                return " ".join(map(self._of_file, paths))
            case Attached(database=database):
                return " ".join((self._of_file(database), self._of_file(f"{database}.wal")))
            case _:
                return self.moment.run_id

    def _of_file(self, path: str) -> str:
        if is_remote(path):
            return self.moment.run_id
        return self.reader.digests.digest_all(at_home(path), self.reader.folder) or "missing"
