"""What the next version of a growing model is made of: decided from its recipe and the version that is published.

A version holds all rows; its key says by what SQL, from which contents, and upon which earlier version it was made. So
a version that was stored and not published, because the build was killed or a check failed, is found again; and two
targets with different histories do not take each other's versions for their own. What is published is up to date as
long as its inputs hold what they held: nothing is looked up then, and the version before does not matter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.cache.keys import REWRITING, Difference, differences, engine_name
from odibi_sql.dag import DAGNode
from odibi_sql.errors import SelectionError
from odibi_sql.incremental.intervals import Interval
from odibi_sql.incremental.strategies import grows, has_intervals, strategy_of

BEFORE = "the version before"
NOTHING = ""


class Versions(Struct, frozen=True):
    """`published` are the entries that the target shows of growing models, by name; `lost` the models whose entry is
    damaged or gone. `full_refresh`: those are made anew that do not say otherwise. `start`, `end`: intervals of time
    that are made anew.
    """

    published: Mapping[str, Entry] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    full_refresh: bool = False
    start: datetime | None = None
    end: datetime | None = None

    def refreshes(self, node: DAGNode) -> bool:
        return self.full_refresh and node.config.full_refresh is not False

    def restates(self, node: DAGNode) -> str | None:
        """Why a model by intervals is made though its result is stored, if it is."""
        if not has_intervals(node.config):
            return None
        if self.refreshes(node):
            return "--full-refresh"
        given = [word for word, time in (("--start", self.start), ("--end", self.end)) if time is not None]
        return " ".join(given) or None

    def is_due(self, node: DAGNode, interval: Interval) -> bool:
        """Whether an interval is made though it is stored."""
        if self.refreshes(node):
            return True
        return self.restates(node) is not None and interval.overlaps(self.start, self.end)


NO_VERSIONS = Versions()


def versions_of(nodes: Iterable[DAGNode], keys: Mapping[str, str], cache: CacheManager, asked: Versions) -> Versions:
    """`asked`, with what the target shows of these nodes; `keys` are those that it names, by model.

    Raises SelectionError where intervals are to be made anew, and no node has any.
    """
    nodes = list(nodes)
    if (asked.start or asked.end) and not any(has_intervals(node.config) for node in nodes):
        raise SelectionError(
            "nothing that is selected is made by intervals of time, which `--start` and `--end` make anew",
            hint="config(materialized='incremental', strategy='time_range', …)",
        )
    entries = {node.name: cache.get(keys[node.name]) for node in nodes if grows(node.config) and node.name in keys}
    found = {name: entry for name, entry in entries.items() if entry is not None}
    return replace(asked, published=found, lost=frozenset(entries.keys() - found.keys()))


class Version(Struct, frozen=True):
    """`recipe` says what it is made of, `base` upon which version, if any. `entry` is there where it is stored already.

    how: shown       it is what the target shows
         stored      it was made, and not published
         delta       the delta is added to `base`
         first       from nothing, since there is nothing
         refresh     from nothing, since that is what was asked for
         changed     from nothing, since the model means something else than when `published` was made
         lost        from nothing, since what was published is damaged or gone
    """

    how: Literal["shown", "stored", "delta", "first", "refresh", "changed", "lost"]
    recipe: Recipe
    base: Entry | None = None
    entry: Entry | None = None
    published: Entry | None = None


def next_version(
    node: DAGNode, recipe: Recipe, versions: Versions, cache: CacheManager, *, force: bool = False
) -> Version:
    """`recipe` has a place for the version before. With `force`, only what is published counts as made."""
    published = versions.published.get(node.name)
    if versions.refreshes(node):
        return Version("refresh", upon(recipe, None), published=published)
    changed = published is not None and has_to_refresh(node, published, recipe)
    if published is not None and not changed and not _reads_anew(published.recipe, recipe):
        return Version("shown", published.recipe, published, published, published)
    base = None if changed or node.config.full_refresh else published
    recipe = upon(recipe, base, _adding(node))
    entry = None if force else cache.get(recipe.key())
    if entry is not None:
        return Version("stored", recipe, base, entry, published)
    if base is not None:
        return Version("delta", recipe, base, published=published)
    return Version(
        "changed" if changed else "lost" if node.name in versions.lost else "first", recipe, published=published
    )


def reason_of(node: DAGNode, version: Version, changed: str) -> str:
    """In a line; `changed` says what is not as it was when the published version was made."""
    if version.how == "refresh":
        return "--full-refresh"
    if version.entry is not None:
        return "unchanged"
    if version.how == "lost":
        return "its published rows are damaged or gone: full refresh"
    if version.published is None:
        return "no stored result"
    if version.base is None:
        return f"{changed or 'full_refresh is set'}: full refresh"
    return f"{changed or 'its stored result is gone'}: {strategy_of(node.config)}"


def upon(recipe: Recipe, base: Entry | None, adding: str = "") -> Recipe:
    """The recipe of what is made upon `base` by `adding` to it in this way."""
    inputs = tuple(pair for pair in recipe.inputs if pair[0] != BEFORE)
    return replace(recipe, inputs=(*inputs, (BEFORE, f"{base.content} {adding}" if base is not None else NOTHING)))


def _adding(node: DAGNode) -> str:
    """What says how rows come to those that are there: another way is no other meaning, but gives other rows."""
    delta = node.model.delta.canonical if node.model.delta is not None else ""
    return hashlib.sha256(json.dumps([delta, node.config.on_schema_change]).encode()).hexdigest()[:16]


def has_to_refresh(node: DAGNode, published: Entry, recipe: Recipe) -> bool:
    """Whether the rows of `published` can be no part of what the recipe stands for."""
    return bool(changes_of_meaning(published, recipe)) and node.config.on_change != "keep"


def changes_of_meaning(published: Entry, recipe: Recipe) -> tuple[Difference, ...]:
    """What the model says otherwise than when `published` was made.

    A later version of the engine, or of how SQL is put into its words, is no reason to give up what was gathered;
    another engine is: it may have other types.
    """
    return tuple(
        one
        for one in differences(published.recipe, recipe)
        if one.part in ("sql", "kind")
        or (one.part == "option" and one.name != REWRITING)
        or (one.part == "engine" and engine_name(one.old) != engine_name(one.new))
    )


def _reads_anew(old: Recipe, new: Recipe) -> bool:
    """Whether there is anything that a delta could bring. The names of inputs do not matter, if all contents do."""

    def read(recipe: Recipe) -> list[str]:
        return [content for name, content in recipe.inputs if name != BEFORE]

    return read(old) != read(new) or old.moment != new.moment
