"""A node's meaning and the content of its inputs -> the key of its result.

A key is 64 hexadecimal digits: 16 that say what the node means (everything but the contents of its inputs), then 48 of
a hash over everything. Results of one meaning therefore lie together in the store, and whether any exists can be told
before the inputs are known.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from msgspec import Struct
from msgspec.structs import asdict

FORMAT = 1
MEANING_DIGITS = 16
REWRITING = "rewriting"  # the name of an option: by which rules the SQL becomes the engine's

Pairs = tuple[tuple[str, str], ...]


class Recipe(Struct, frozen=True, dict=True):
    """All that can change a result.

    `engine` is its name and major.minor version, `settings` those of its settings that change results, `kind` the
    materialization (or `seed`), `sql` the canonical SQL (of a seed: nothing), `options` what else shapes the result.
    `inputs` are (name, content) in the order they are read. `moment` is the build's date, or the run's id where the
    result is new in every run.
    """

    engine: str
    settings: Pairs
    kind: str
    sql: str
    options: Pairs = ()
    inputs: Pairs = ()
    moment: str | None = None

    def meaning(self) -> str:
        return _digest(self._own_text())[:MEANING_DIGITS]

    def key(self) -> str:
        return self._key

    @cached_property
    def _key(self) -> str:
        own = self._own_text()
        contents = json.dumps([content for _, content in self.inputs], separators=(",", ":"))
        return _digest(own)[:MEANING_DIGITS] + _digest(f"{own}\n{contents}")[: 64 - MEANING_DIGITS]

    def _own_text(self) -> str:
        """All but the contents of inputs, as one line of JSON: two recipes have one text only if they are equal."""
        own = {"format": FORMAT, **asdict(self), "inputs": [name for name, _ in self.inputs]}
        return json.dumps(own, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Difference(Struct, frozen=True):
    """One part in which two recipes differ; `old` and `new` are as the recipes have them (None: not there)."""

    part: str
    name: str
    old: str | None
    new: str | None


def differences(old: Recipe, new: Recipe) -> tuple[Difference, ...]:
    """What makes `new` another result: parts `sql`, `input`, `kind`, `option`, `setting`, `engine`, `moment`. What each
    engine has of its own, settings and rules of rewriting, tells nothing between two of them."""
    found = [
        Difference(part, part, before, after)
        for part, before, after in (
            ("sql", old.sql, new.sql),
            ("kind", old.kind, new.kind),
            ("engine", old.engine, new.engine),
            ("moment", old.moment, new.moment),
        )
        if before != after
    ]
    goes_over = engine_name(old.engine) != engine_name(new.engine)
    for part, before_pairs, after_pairs in (
        ("option", old.options, new.options),
        ("setting", old.settings, new.settings),
        ("input", old.inputs, new.inputs),
    ):
        before_map, after_map = dict(before_pairs), dict(after_pairs)
        for name in {**after_map, **before_map}:
            if goes_over and (part == "setting" or (part, name) == ("option", REWRITING)):
                continue
            before, after = before_map.get(name), after_map.get(name)
            if before != after:
                found.append(Difference(part, name, before, after))
    if not found and old.inputs != new.inputs:
        found.append(Difference("input", "order", None, None))
    return tuple(found)


def engine_name(engine: str | None) -> str:
    """Without its version."""
    return (engine or "").partition(" ")[0]
