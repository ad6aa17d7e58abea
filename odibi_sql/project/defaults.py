"""`models:` and `seeds:` of odibi_project.yml -> settings by folder, in dbt's form: a tree of folder names.

A `+` before a setting is only needed where a folder has its name. The tree may begin with the project's name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, field

from odibi_sql.documents import Document
from odibi_sql.project.reading import Reading
from odibi_sql.project.settings import ALSO_CALLED, Check, check_setting, merge, suggestion

Steps = tuple[str, ...]


class FolderDefaults(Struct):
    """`by_steps`: settings of each folder (or single file, by its stem) as the steps that lead to it."""

    reading: Reading
    checks: Mapping[str, Check]
    by_steps: dict[Steps, dict[str, Any]] = field(default_factory=dict)

    def read(self, document: Document, existing: Collection[Steps], project: str) -> None:
        """`existing` are the steps of all folders and files there are."""
        if not self.reading.is_mapping(document):
            return
        for key, entry in document.entries.items():
            if key == project and (key,) not in existing and isinstance(entry.document.value, dict):
                self._read(entry.document, (), existing)
        rest = {key: entry for key, entry in document.entries.items() if key != project or (key,) in existing}
        self._read(Document(document.value, document.where, rest), (), existing)

    def of(self, steps: Steps) -> Mapping[str, Any]:
        """The settings of a file: of all folders above it, the nearest one wins."""
        settings: Mapping[str, Any] = {}
        for depth in range(len(steps) + 1):
            if here := self.by_steps.get(steps[:depth]):
                settings = merge(settings, here)
        return settings

    def _read(self, document: Document, steps: Steps, existing: Collection[Steps]) -> None:
        here = self.by_steps.setdefault(steps, {})
        for raw, entry in document.entries.items():
            key = str(raw)
            below = (*steps, key)
            nested = isinstance(entry.document.value, dict)
            if key.startswith("+"):
                self.reading.setting(key[1:], entry, self.checks, here)
            elif nested and below in existing:
                self._read(entry.document, below, existing)
            elif nested and not (key in {*self.checks, *ALSO_CALLED} or check_setting(key, None, self.checks).harmless):
                siblings = [other[-1] for other in existing if other[:-1] == steps]
                self.reading.warn(
                    f"settings for `{'/'.join(below)}`, which does not exist", entry.key, suggestion(key, siblings)
                )
                self._read(entry.document, below, existing)
            else:
                self.reading.setting(key, entry, self.checks, here)
