"""A published relation -> the content that it has now, for a build that reads it without selecting it.

The content in a publication is of the time when it was published. A view's rows are not kept: where it reads files, or
asks for the time, what it gives now may be something else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from odibi_sql.inputs import is_remote
from odibi_sql.plan import Moment
from odibi_sql.publish.record import walk
from odibi_sql.relation import Attached, Files, Query, Relation
from odibi_sql.sql import analyse
from odibi_sql.sql.bind import at_home


@dataclass(frozen=True)
class LiveContents:
    """`digest` is that of a path or glob, None where there is none; `dialect` is the engine's."""

    moment: Moment
    digest: Callable[[str], str | None]
    dialect: str

    def content(self, published: str, relation: Relation) -> str:
        """`published` itself, where the relation reads nothing but the store. Raises OSError for unreadable files."""
        live = [part for one in walk(relation) for part in self._parts(one)]
        return hashlib.sha256(repr((published, live)).encode()).hexdigest() if live else published

    def _parts(self, relation: Relation) -> Iterator[str]:
        match relation:
            case Files(paths=paths):
                yield from map(self._of_file, paths)
            case Attached(database=database):
                yield from (self._of_file(database), self._of_file(f"{database}.wal"))
            case Query(sql=sql, slots=slots):
                yield from (self._of_file(slot.value) for slot in slots if slot.kind == "path")
                statement = analyse(sql, self.dialect, self.dialect)
                if statement.moment == "volatile" or statement.unknown_files:
                    yield self.moment.run_id
                elif statement.moment == "date":
                    yield self.moment.now.date().isoformat()

    def _of_file(self, path: str) -> str:
        return self.moment.run_id if is_remote(path) else self.digest(at_home(path)) or "missing"
