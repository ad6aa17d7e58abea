"""Reading declared things out of documents, keeping every mistake and warning on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.documents import Document, Entry
from odibi_sql.errors import Location, OdibiError, ProjectError, nearest
from odibi_sql.model import Hook
from odibi_sql.project.settings import HOOKS, Check, SettingError, check_setting, shown, suggestion


class Reading(Struct):
    """What went wrong (`errors`) and what is worth saying (`warnings`) while a project is read."""

    errors: list[OdibiError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _without_effect: dict[str, tuple[Location, int]] = field(default_factory=dict)

    def mistake(self, message: str, where: Location, hint: str | None = None) -> None:
        self.errors.append(ProjectError(message, where, hint))

    def warn(self, message: str, where: Location, hint: str | None = None) -> None:
        self.warnings.append(f"{where}: {message}" + (f" ({hint})" if hint else ""))

    def without_effect(self, key: str, where: Location) -> None:
        """Reported once a key, however often it stands in the files."""
        first, count = self._without_effect.get(key, (where, 0))
        self._without_effect[key] = (first, count + 1)

    def all_warnings(self) -> tuple[str, ...]:
        unheeded = (
            f"{first}: `{key}` has no effect in this version"
            + (f" (nor in {count - 1} more place{'s' if count > 2 else ''})" if count > 1 else "")
            for key, (first, count) in self._without_effect.items()
        )
        return (*self.warnings, *unheeded)

    def entries(
        self,
        document: Document,
        known: Collection[str],
        ignored: Collection[str] = (),
        silent: Collection[str] = (),
        misplaced: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[str, Entry]]:
        """The entries of a mapping under a known key; others are mistakes, or without effect, or passed over.

        `misplaced` are keys that stand elsewhere, each with a hint.
        """
        if not self.is_mapping(document):
            return
        for key, entry in document.entries.items():
            if key in known:
                yield key, entry
            elif key in ignored:
                self.without_effect(key, entry.key)
            elif key not in silent:
                close = nearest(str(key), misplaced or ())
                if misplaced and close and nearest(str(key), known) is None:
                    right = f"did you mean `{close}`? " if close != key else ""
                    self.mistake(f"no key `{key}` here", entry.key, f"{right}{misplaced[close]}")
                else:
                    self.mistake(f"no key `{key}` here", entry.key, suggestion(str(key), known))

    def is_mapping(self, document: Document) -> bool:
        if isinstance(document.value, dict) or document.value is None:
            return True
        self.mistake(f"here must stand a mapping of keys to values, not {shown(document.value)}", document.where)
        return False

    def mappings(self, label: str, document: Document) -> Iterator[Document]:
        """The items of a list of mappings."""
        if document.value is None:
            return
        if not isinstance(document.value, list):
            self.mistake(f"`{label}` must be a list, each item with `- name: …`", document.where)
            return
        for item in document.items:
            if isinstance(item.value, dict):
                yield item
            else:
                self.mistake(f"`{label}` must be a list of mappings, not {shown(item.value)}", item.where)

    def value(self, label: str, document: Document, check: Check) -> Any:
        """The checked value, or None where it is wrong."""
        try:
            return check(document.value)
        except SettingError as wrong:
            self.mistake(f"`{label}` must be {wrong}, not {shown(document.value)}", document.where, wrong.hint)
            return None

    def values(self, document: Document, checks: Mapping[str, Check], silent: Collection[str] = ()) -> dict[str, Any]:
        """A mapping by a table of checks; what is wrong is left out."""
        kept = {}
        for key, entry in self.entries(document, checks, silent=silent):
            value = self.value(key, entry.document, checks[key])
            if value is not None:
                kept[key] = value
        return kept

    def settings(self, document: Document, checks: Mapping[str, Check]) -> dict[str, Any]:
        """The settings of a model or seed, by `check_setting`."""
        kept: dict[str, Any] = {}
        if self.is_mapping(document):
            for key, entry in document.entries.items():
                self.setting(str(key), entry, checks, kept)
        return kept

    def setting(self, key: str, entry: Entry, checks: Mapping[str, Check], kept: dict[str, Any]) -> None:
        found = check_setting(key, entry.document.value, checks)
        if found.harmless:
            self.without_effect(key, entry.key)
        elif found.message:
            self.mistake(found.message, entry.key if found.about == "key" else entry.document.where, found.hint)
        else:
            kept[found.key] = placed(found.value, entry.document) if found.key in HOOKS else found.value


def placed(hooks: tuple[Hook, ...], document: Document) -> tuple[Hook, ...]:
    """The hooks with the places at which they are written."""
    documents = document.items if isinstance(document.value, list) else [document]
    return tuple(replace(hook, where=item.where) for hook, item in zip(hooks, documents, strict=True))
