"""A catalog file: a DuckDB database of views over the store, made new beside the old one and renamed over it.

Readers that have the old file open keep the old state, new ones see the new; nobody's lock is in the way. The only
module besides the engine that knows DuckDB: whatever engine made the rows, a DuckDB client reads the catalog.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
from msgspec import Struct

from odibi_sql.engines.duckdb.storage import files_sql, reading_sql
from odibi_sql.errors import StoreError
from odibi_sql.objects import is_uri
from odibi_sql.publish.record import Publication, PublishedRelation, placed, walk
from odibi_sql.quoting import quote_name, quote_text
from odibi_sql.relation import Attached, Files, Published, Query, Relation, Stored
from odibi_sql.sql import bind

MARK = '"_odibi"."publication"'


class Shown(Struct, frozen=True):
    """What a catalog file says of itself: its publication, the run that made it, and the project's folder then."""

    number: int
    run_id: str
    folder: str

    def is_of(self, publication: Publication) -> bool:
        """Numbers alone do not tell: another project may publish to the same file."""
        return (self.number, self.run_id) == (publication.number, publication.run_id)


class NotOursError(Exception):
    """The file is a DuckDB database that was not made here."""


def read_shown(path: Path, scratch: Path) -> Shown | None:
    """Which publication the catalog at `path` shows; None where there is no file or it is damaged.

    A copy is opened: no writer's lock and no connection of this process is in the way. Raises NotOursError, and
    StoreError where there is no reading or no copying.
    """
    if not path.exists():
        return None
    if path.is_dir():
        raise StoreError(f"`{path}` is a folder", hint="the target's catalog is a file: move the folder away")
    try:
        with _opened_copy(path, scratch) as connection:
            return _shown(connection)
    except duckdb.Error:
        return None
    except OSError as error:
        raise StoreError(f"cannot copy the catalog `{path}`: {error.strerror or error}") from error


def write_catalog(path: Path, old: Path | None, before: Publication | None, new: Publication, store: Path) -> None:
    """Make the file `path` show `new`. `old` is a catalog that shows `before`, whose other contents are kept.

    Raises StoreError, and leaves no file behind then.
    """
    for char in "?\\":  # DuckDB takes them for the end of the path, and for `/`
        if char in str(path):
            raise StoreError(
                f"DuckDB cannot keep a database in a folder with `{char}` in its name: `{path}`",
                hint="rename the folder, or give the target another `path:` in odibi_project.yml",
            )
    try:
        if old is not None:
            _copy(old, path)
        try:
            _fill(path, before, new, store)
        except _DamagedError:
            _remove(path)
            _fill(path, None, new, store)
    except (duckdb.Error, OSError) as error:
        _remove(path)
        raise StoreError(
            f"cannot make the catalog: {error}", hint="check the folder's permissions and free space"
        ) from error
    except BaseException:
        _remove(path)
        raise


def install(new: Path, path: Path) -> None:
    """Rename `new` over `path`: durable, and with no log of the old file left to be replayed over the new one.

    Who may read and write the old file may read and write the new one.
    """
    if path.exists():
        shutil.copymode(path, new)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    Path(f"{path}.wal").unlink(missing_ok=True)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def export_tables(path: Path, publication: Publication, store: Path, folder: Path) -> None:
    """Make `path` a database with a real table for every relation of `publication`, that needs no other file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    order = sorted(publication.relations.values(), key=lambda one: isinstance(one.relation, Query))
    try:
        with duckdb.connect(str(temporary)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            _let_read(connection, _parts(publication))
            for one in order:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_name(one.schema)}")
                text = reading_text(publication.resolve(one.name, store, folder), str(folder), {})
                connection.execute(f"CREATE TABLE {_address(one)} AS {text}")
                _comment(connection, "TABLE", one)
        install(temporary, path)
    except (duckdb.Error, OSError) as error:
        _remove(temporary)
        raise StoreError(f"cannot export to `{path}`: {error}") from error


def reading_text(relation: Relation, folder: str, addresses: Mapping[str, str]) -> str:
    """A SELECT that any DuckDB client can run; `addresses` are the catalog's names of published relations.

    What is nested (ephemeral models, sources under a view) stands in parentheses where its name stood.
    """
    match relation:
        case Stored(columns=columns, parts=parts):
            return reading_sql(columns, parts)
        case Query(sql=sql, slots=slots, inputs=inputs):
            names = {name: _as_table(one, folder, addresses) for name, one in inputs.items()}
            return bind(sql, slots, names, folder).sql
        case _:
            return f"SELECT * FROM {_as_table(relation, folder, addresses)}"


def rows_of(relation: Relation, folder: str) -> duckdb.DuckDBPyRelation:
    """A relation as DuckDB shows it, on a connection of its own, not read yet. Raises duckdb.Error."""
    connection = duckdb.connect(config={"python_enable_replacements": False})
    connection.execute("SET TimeZone = 'UTC'")
    _let_read(connection, (part for one in walk(relation) if isinstance(one, Stored) for part in one.parts))
    return connection.sql(reading_text(relation, folder, {}))


def _parts(publication: Publication) -> Iterator[str]:
    return (part for one in publication.relations.values() for part in one.parts())


def _let_read(connection: duckdb.DuckDBPyConnection, parts: Iterable[str]) -> None:
    if uris := [part for part in parts if is_uri(part)]:
        from odibi_sql.engines.duckdb.remote import let_read

        let_read(connection, uris)


def _as_table(relation: Relation, folder: str, addresses: Mapping[str, str]) -> str:
    match relation:
        case Published(name=name):
            return addresses[name]
        case Attached(database=database, schema=schema, table=table):
            where = f"schema_name = {quote_text(schema)}, table_name = {quote_text(table)}"
            return f"read_duckdb({quote_text(database)}, {where})"
        case Files():
            return f"({files_sql(relation)})"
        case _:
            return f"({reading_text(relation, folder, addresses)}\n)"


class _DamagedError(Exception):
    """The copied catalog is not what it should be: it is made from nothing instead."""


def _fill(path: Path, before: Publication | None, new: Publication, store: Path) -> None:
    connection = None
    try:
        # One thread: a view is a quarter cheaper to make where no other has to be told of it.
        connection = duckdb.connect(str(path), config={"allow_unsigned_extensions": "false", "threads": 1})
        connection.execute("SET TimeZone = 'UTC'")
        if before is not None and not _shown(connection).is_of(before):
            raise _DamagedError
    except (duckdb.Error, NotOursError, _DamagedError) as error:
        if connection is not None:
            connection.close()  # or the file made in its place would be opened as this one
        if before is None:
            raise
        raise _DamagedError from error
    with connection:
        _let_read(connection, _parts(new))
        connection.execute("BEGIN")
        _change_views(connection, before, new, store)
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_name('_odibi')}")
        connection.execute(
            f"CREATE OR REPLACE TABLE {MARK} AS SELECT ? AS number, ? AS run_id, ? AS published_at, ? AS folder",
            [new.number, new.run_id, new.published_at, new.folder],
        )
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")


def _change_views(
    connection: duckdb.DuckDBPyConnection, before: Publication | None, new: Publication, store: Path
) -> None:
    """Replace what changed. A view that reads a changed one is made again: DuckDB remembers the columns it had."""
    old = dict(before.relations) if before is not None and before.folder == new.folder else {}
    shown = before.relations if before is not None else {}
    foreign = _foreign(connection, shown)
    wanted = {_address(one) for one in new.relations.values()}
    for one in shown.values():
        if _address(one) not in wanted and _folded(one) not in foreign:
            connection.execute(f"DROP VIEW IF EXISTS {_address(one)}")
    for schema in {one.schema for one in new.relations.values()}:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote_name(schema)}")
    addresses = {name: _address(one) for name, one in new.relations.items()}
    changed = dict.fromkeys(name for name, one in new.relations.items() if old.get(name) != one)
    for one in _to_make(new.relations, changed):
        if kind := foreign.get(_folded(one)):
            raise StoreError(
                f"`{one.name}` cannot be published: the catalog has a {kind} of that name, not made by odibi-sql",
                hint=f"rename the model, or the {kind}",
            )
        _create_view(connection, one, new.folder, store, addresses)


def _foreign(
    connection: duckdb.DuckDBPyConnection, shown: Mapping[str, PublishedRelation]
) -> dict[tuple[str, str], str]:
    """What others have put into the catalog, and what kind it is of: neither replaced nor dropped."""
    tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
    views = connection.execute("SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    ours = {_folded(one) for one in shown.values()}
    found = {(schema.casefold(), name.casefold()): "view" for schema, name in views}
    found = {address: kind for address, kind in found.items() if address not in ours}
    return found | {(schema.casefold(), name.casefold()): "table" for schema, name in tables}


def _create_view(
    connection: duckdb.DuckDBPyConnection,
    one: PublishedRelation,
    folder: str,
    store: Path,
    addresses: Mapping[str, str],
) -> None:
    text = reading_text(placed(one.relation, store, Path(folder)), folder, addresses)
    try:
        connection.execute(f"CREATE OR REPLACE VIEW {_address(one)} AS {text}")
    except duckdb.Error as error:
        raise StoreError(
            f"`{one.name}` cannot be published as a view: {error}",
            hint=f"if it was not selected, select it too (`+{one.name}`); or make it a table: materialized='table'",
        ) from error
    _comment(connection, "VIEW", one)


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, one: PublishedRelation) -> None:
    if one.description:
        connection.execute(f"COMMENT ON {kind} {_address(one)} IS {quote_text(one.description)}")


def _to_make(relations: Mapping[str, PublishedRelation], changed: Collection[str]) -> list[PublishedRelation]:
    """What changed and the views that read such, so that what a view reads comes before it."""
    reads = {name: _reads(one) & relations.keys() for name, one in relations.items() if isinstance(one.relation, Query)}
    order: dict[str, bool] = {}  # whether it is to be made
    for start in (*reads, *changed):
        stack = [start]
        while stack:
            below = reads.get(stack[-1], set())
            waiting = sorted(below - order.keys())
            if waiting and len(stack) <= len(relations):
                stack += waiting
            else:
                name = stack.pop()
                order[name] = name in changed or any(order.get(one, False) for one in below)
    return [relations[name] for name, wanted in order.items() if wanted]


def _reads(one: PublishedRelation) -> set[str]:
    return {inner.name for inner in walk(one.relation) if isinstance(inner, Published)}


def _folded(one: PublishedRelation) -> tuple[str, str]:
    return one.schema.casefold(), one.name.casefold()


def _address(one: PublishedRelation) -> str:
    return f"{quote_name(one.schema)}.{quote_name(one.name)}"


def _shown(connection: duckdb.DuckDBPyConnection) -> Shown:
    try:
        row = connection.execute(f"SELECT number, run_id, folder FROM {MARK}").fetchone()
    except duckdb.CatalogException as error:
        raise NotOursError from error
    if row is None:
        raise NotOursError
    return Shown(*row)


@contextmanager
def _opened_copy(path: Path, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    copy = scratch / f"read-{path.name}"
    try:
        _copy(path, copy)
        with duckdb.connect(str(copy)) as connection:
            yield connection
    finally:
        _remove(copy)


def _copy(path: Path, target: Path) -> None:
    """The database and its log: what another client wrote and did not merge yet is part of it."""
    _remove(target)
    shutil.copyfile(path, target)
    wal = Path(f"{path}.wal")
    if wal.exists():
        shutil.copyfile(wal, f"{target}.wal")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    Path(f"{path}.wal").unlink(missing_ok=True)
