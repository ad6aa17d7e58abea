"""A node whose SQL depends on types -> the same node with the SQL that fits the columns of its inputs.

What comes of it is told by the node and these types; and these are part of the contents of its inputs, so the key that
was made before they were known stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from odibi_sql.dag import DAGNode
from odibi_sql.engines.protocol import Cursor, EngineFailure, Session
from odibi_sql.relation import Column, Relation, Slot, Stored, types_by_name
from odibi_sql.sql import Statement, SyntaxProblem, analyse, origin

Describe = Callable[[str], Sequence[Column] | None]
Types = Mapping[str, Mapping[str, str]]  # input -> column -> type in DuckDB's words
# What was made, by node, SQL and types: what binds before a run asks for the same as the run itself.
Fitted = MutableMapping[tuple[object, ...], Statement]


@contextmanager
def binder(duckdb: Session) -> Iterator[Describe]:
    cursor = duckdb.cursor()

    def describe(sql: str) -> Sequence[Column] | None:
        try:
            return cursor.describe(sql)
        except EngineFailure:
            return None

    try:
        yield describe
    finally:
        cursor.close()


def input_types(inputs: Mapping[str, Relation], cursor: Cursor, views: Mapping[str, str]) -> Types:
    """Of stored results as they are stored; of all else as the engine's views of it, by input, tell them."""
    types = {}
    for name, relation in inputs.items():
        known = relation.columns if isinstance(relation, Stored) else None
        types[name] = types_by_name(known or cursor.describe(f"SELECT * FROM {views[name]}"))
    return types


def typed(node: DAGNode, types: Types, describe: Describe, before: Fitted | None = None) -> DAGNode:
    """Raises SyntaxProblem, with the place in the rendered text, for what cannot be said with these types. `describe`
    is that of `analyse`; what is in `before` is not made again, and what is made is put there."""
    statement = node.model.statement
    if statement.written is None or not statement.needs_types:
        return node
    names, written = _names(node), statement.written
    key = (node.name, statement.sql, *((name, *types[name].items()) for name in sorted(types)))
    made = before.get(key) if before is not None else None
    if made is None:
        made = analyse(written.text, written.dialect, written.engine_dialect, _schemas(names, types), describe)
        made = replace(made, canonical=statement.canonical, moment=statement.moment)
        if before is not None:
            before[key] = made
    return replace(node, definition=replace(node.model, statement=made), slots=_slots(made, names))


def place_written(node: DAGNode, types: Types | None, describe: Describe, offset: int) -> int | None:
    """The offset in the rendered text of a place in the transpiled SQL that ran, which was made for `types`."""
    written = node.model.statement.written
    if written is None:
        return None
    if types is None:
        return None if node.model.statement.needs_types else origin(node.model.statement.sql, offset, written)
    try:
        ran = typed(node, types, describe).model.statement.sql
    except SyntaxProblem:
        return None
    return origin(ran, offset, written, _schemas(_names(node), types), describe)


def read_at(node: DAGNode, name: str) -> int | None:
    """Where the node's SQL reads an input first; None where another query, which it reads, does."""
    starts = {slot.start for slot in node.slots if slot.kind == "relation" and slot.value == name}
    return min((one.at for one in node.model.statement.references if one.start in starts), default=None)


def _names(node: DAGNode) -> dict[tuple[str, ...], str]:
    """References as written -> the inputs that they name."""
    inputs = {(slot.start, slot.end): slot.value for slot in node.slots if slot.kind == "relation"}
    return {_key(one.parts): inputs[one.start, one.end] for one in node.model.statement.references}


def _schemas(names: Mapping[tuple[str, ...], str], types: Types) -> Types:
    return {".".join(key): types[name] for key, name in names.items()}


def _slots(statement: Statement, names: Mapping[tuple[str, ...], str]) -> tuple[Slot, ...]:
    slots = [
        *statement.rewrites,
        *(Slot(file.start, file.end, "path", file.path) for file in statement.files),
        *(Slot(one.start, one.end, "relation", names[_key(one.parts)], one.suffix) for one in statement.references),
    ]
    return tuple(sorted(slots, key=lambda slot: slot.start))


def _key(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.lower() for part in parts)
