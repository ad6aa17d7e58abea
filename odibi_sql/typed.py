"""A node whose SQL depends on types -> the same node with the SQL that fits the columns of its inputs.

What comes of it is told by the node and these types; and these are part of the contents of its inputs, so the key that
was made before they were known stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from odibi_sql.dag import DAGNode
from odibi_sql.relation import Slot
from odibi_sql.sql import Statement, analyse

Types = Mapping[str, Mapping[str, str]]  # input -> column -> type in DuckDB's words


def typed(node: DAGNode, types: Types, describe: Callable[[str], Sequence[str] | None]) -> DAGNode:
    """Raises SyntaxProblem, with the place in the rendered text, for what cannot be said with these types. `describe`
    is that of `analyse`."""
    statement = node.model.statement
    if statement.written is None or not statement.needs_types:
        return node
    inputs = {(slot.start, slot.end): slot.value for slot in node.slots if slot.kind == "relation"}
    names = {_key(one.parts): inputs[one.start, one.end] for one in statement.references}
    written = statement.written
    schemas = {".".join(key): types[name] for key, name in names.items()}
    made = analyse(written.text, written.dialect, written.engine_dialect, schemas, describe)
    made = replace(made, canonical=statement.canonical, moment=statement.moment)
    return replace(node, definition=replace(node.model, statement=made), slots=_slots(made, names))


def _slots(statement: Statement, names: Mapping[tuple[str, ...], str]) -> tuple[Slot, ...]:
    slots = [
        *statement.rewrites,
        *(Slot(file.start, file.end, "path", file.path) for file in statement.files),
        *(Slot(one.start, one.end, "relation", names[_key(one.parts)], one.suffix) for one in statement.references),
    ]
    return tuple(sorted(slots, key=lambda slot: slot.start))


def _key(parts: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.lower() for part in parts)
