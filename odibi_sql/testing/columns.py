"""ColumnMemo: columns as they were inferred the last time, so that an edit costs the models that it can change.

    warehouse/warm/columns-<target>.json     one list a model, by name

The columns of a query follow from what it means and from the columns of what it reads. Those of whatever depends on
more (files, hooks, rows that are there already) are inferred again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from odibi_sql.contracts import Columns
from odibi_sql.dag import DAGNode
from odibi_sql.model import Model
from odibi_sql.recipes import is_volatile
from odibi_sql.relation import Column, Relation
from odibi_sql.remembered import memorize, recall
from odibi_sql.schemas import Look, Schema

REMEMBERED = frozenset(["table", "view", "ephemeral"])


class ColumnMemo(Struct):
    """`context` is all that columns depend on besides models; `meaning` is that of `meaning_of`."""

    path: Path
    context: str
    meaning: Callable[[DAGNode], str]
    _old: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._old = recall(self.path, self.context, "columns")

    def looking(self, look: Look, schemas: Mapping[str, Schema]) -> Look:
        """`look`, where nothing is remembered. `schemas` has what is upstream of a node when it is asked for."""

        def remembered(node: DAGNode) -> Relation | Columns | None:
            kept = self._old.get(node.name)
            if kept is None or kept[0] != self._known_by(node, schemas):
                return look(node)
            return tuple(Column(*one) for one in kept[1])

        return remembered

    def keep(self, nodes: Mapping[str, DAGNode], schemas: Mapping[str, Schema]) -> None:
        """Nothing is lost where it cannot be written."""
        found = {name: kept for name, kept in self._old.items() if name in nodes}
        for name, schema in schemas.items():
            known_by = self._known_by(nodes[name], schemas) if schema.status == "valid" else None
            if known_by is not None and schema.columns:
                found[name] = [known_by, [[one.name, one.type, one.stored_as] for one in schema.columns]]
        if found != self._old:
            memorize(self.path, self.context, "columns", found)

    def _known_by(self, node: DAGNode, schemas: Mapping[str, Schema]) -> str | None:
        """Two models of one name and the same of this have the same columns. None where that cannot be told."""
        if not isinstance(node.definition, Model) or node.config.materialized not in REMEMBERED:
            return None
        if node.config.pre_hook or is_volatile(node) or any(one.files for one in node.model.statements):
            return None
        read = [schemas[up].columns for up in node.upstream]
        if any(columns is None for columns in read):
            return None
        told = [[[one.name, one.type] for one in columns or ()] for columns in read]
        return hashlib.sha256(json.dumps([self.meaning(node), told]).encode()).hexdigest()
