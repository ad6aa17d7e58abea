"""Recipes: a node, and what its inputs hold -> the recipe that its result is kept under.

Whether a node is stored, and whether its result is new in every build, is told here too: what comes of its recipe
depends on it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.cache.keys import REWRITING, Pairs
from odibi_sql.dag import DAGNode
from odibi_sql.incremental.intervals import floor
from odibi_sql.incremental.strategies import UNTIL, grows, has_intervals, result_options
from odibi_sql.incremental.versions import BEFORE
from odibi_sql.inputs import has_partitions
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Config, Hook, Model, PythonModel, Seed
from odibi_sql.relation import Stored

UNKNOWN = "?"
PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"
# An input that only the versions of an irreplaceable result have.
NOW = "the build's time"
# What can make the absolute paths of files, which are read from the project's folder, show in a result.
_SHOWS_PATHS = re.compile(r"filename|glob|parquet_|read_blob|read_text", re.IGNORECASE)


class Moment(Struct, frozen=True):
    """The build's one time, and its id for what is new in every run."""

    now: datetime
    run_id: str
    is_given: bool = False


class Previous(Struct, frozen=True):
    """What the target shows of a node whose next version builds on it. `entry` is None where the store has forgotten
    how it was made."""

    key: str
    relation: Stored
    content: str
    entry: Entry | None


class Recipes(Struct, frozen=True):
    """Makes the recipe of any node, given what its upstream holds. `folder` is the project's. `own_engines`: engine and
    settings for the models that name an engine of their own, by that name. `previous` by node."""

    engine: str
    settings: tuple[tuple[str, str], ...]
    moment: Moment
    files: Mapping[str, str]
    folder: Path
    own_engines: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    previous: Mapping[str, Previous] = field(default_factory=dict)
    on_run_start: tuple[Hook, ...] = ()

    def recipe(self, node: DAGNode, contents: Mapping[str, str]) -> Recipe:
        if isinstance(node.definition, Seed):
            return self._seed(node.definition)
        inputs = [(up, contents.get(up, UNKNOWN)) for up in node.upstream]
        inputs += [(f"file {file.path}", self.files.get(file.path, UNKNOWN)) for file in node.any_model.files]
        if isinstance(node.definition, PythonModel):
            return self._python(node, node.definition, tuple(dict.fromkeys(inputs)))
        statement = node.model.statement
        if node.model.files and (has_partitions(self.folder) or _SHOWS_PATHS.search(statement.canonical)):
            inputs.append(("the project's folder", str(self.folder)))
        if grows(node.config):
            inputs.append((BEFORE, UNKNOWN))
        if has_intervals(node.config):
            inputs.append((UNTIL, ((until := self.until(node)) and until.isoformat()) or ""))
        inputs += self._versions(node)
        engine, settings = self.engine_of(node)
        return Recipe(
            engine=engine,
            settings=settings,
            kind=node.config.materialized,
            sql=statement.canonical,
            options=(
                *_options(node),
                *_shaping(node),
                *_rules(node.model),
                *result_options(node.config),
                *((f"event_time of {name}", column) for name, column in node.timed),
                *self._hooks(node.config),
            ),
            inputs=tuple(dict.fromkeys(inputs)),
            moment=self._moment(node),
        )

    def _python(self, node: DAGNode, model: PythonModel, inputs: Pairs) -> Recipe:
        engine, settings = self.engine_of(node)
        modules = ((f"module {module.name}", module.digest) for module in model.modules)
        packages = ((f"package {name}", version) for name, version in model.packages)
        return Recipe(
            engine=engine,
            settings=settings,
            kind=node.config.materialized,
            sql=model.canonical,
            options=(("language", PYTHON), *modules, *packages, *self._hooks(node.config)),
            inputs=inputs,
            moment=self._moment(node),
        )

    def _hooks(self, config: Config) -> Pairs:
        """All of them: what runs before can change the rows, and what runs after has to run when it is another; but
        this is no reason to make what grows anew."""
        is_the_targets = self.own_engines.get(config.engine or "", (self.engine, ()))[0] == self.engine
        runs = self.on_run_start if is_the_targets else ()
        after = () if grows(config) else config.post_hook
        found = (("on_run_start", runs), ("pre_hook", config.pre_hook), ("post_hook", after))
        return tuple((name, json.dumps([hook.sql for hook in hooks])) for name, hooks in found if hooks)

    def engine_of(self, node: DAGNode) -> tuple[str, Pairs]:
        return self.own_engines.get(node.config.engine or "", (self.engine, self.settings))

    def until(self, node: DAGNode) -> datetime | None:
        """Where the last interval begins of a model by intervals, if the build's time was given."""
        now = self.moment.now.replace(tzinfo=None)
        return floor(now, str(node.config.batch_size)) if self.moment.is_given else None

    def _seed(self, seed: Seed) -> Recipe:
        return Recipe(
            engine=self.engine,
            settings=self.settings,
            kind="seed",
            sql="",
            options=(
                ("delimiter", seed.delimiter),
                *((f"type of {name}", kind) for name, kind in seed.column_types),
                *((("quote", seed.quote),) if seed.quote != '"' else ()),
                *((("encoding", seed.encoding),) if seed.encoding != "utf-8" else ()),
                *((("null_strings", json.dumps(seed.null_strings)),) if seed.null_strings else ()),
            ),
            inputs=((f"file {seed.path}", self.files.get(seed.path, UNKNOWN)),),
        )

    def _versions(self, node: DAGNode) -> list[tuple[str, str]]:
        kind = MATERIALIZATIONS[node.config.materialized]
        if not kind.irreplaceable:
            return []
        previous = self.previous.get(node.name)
        versions = [(BEFORE, previous.content if previous else "none")]
        return (
            [*versions, (NOW, self.moment.now.isoformat())] if kind.tells_time(node.config.all_options()) else versions
        )

    def _moment(self, node: DAGNode) -> str | None:
        if is_volatile(node):
            return f"{self.moment.run_id} {node.name}"
        return self.moment.now.date().isoformat() if asks_for_the_date(node) else None


def asks_for_the_date(node: DAGNode) -> bool:
    return isinstance(node.definition, Model) and node.model.statement.moment == "date"


def _rules(model: Model) -> tuple[tuple[str, str], ...]:
    """What is run is made from the text, the types of the inputs, which are in their contents, and these."""
    rules = {one.written.rules for one in model.statements if one.written and one.needs_types}
    return tuple((REWRITING, one) for one in rules)


def _shaping(node: DAGNode) -> tuple[tuple[str, str], ...]:
    """A check's settings that change the rows that are kept; all others only judge them."""
    options = node.config.options if node.check else {}
    return tuple((name, str(options[name])) for name in ("limit", "fail_calc") if options.get(name) is not None)


def _options(node: DAGNode) -> tuple[tuple[str, str], ...]:
    config, takes = node.config, MATERIALIZATIONS[node.config.materialized].takes
    own = [(name, json.dumps(value)) for name, value in sorted(config.all_options().items()) if name in takes]
    return ((("dialect", config.dialect),) if config.dialect else ()) + tuple(own)


def seen(recipe: Recipe) -> Recipe:
    """What a version has seen, whatever version it was built on and when."""
    return replace(recipe, inputs=tuple(pair for pair in recipe.inputs if pair[0] not in (BEFORE, NOW)))


def stored_result(recipe: Recipe, cache: CacheManager, previous: Previous | None) -> Entry | None:
    """What fits: the version that the target shows, where it has seen all this already, or what is kept by the key."""
    if previous is not None and previous.entry is not None and seen(previous.entry.recipe) == seen(recipe):
        return previous.entry
    return cache.get(recipe.key())


def is_volatile(node: DAGNode) -> bool:
    """Whether the node's result is new in every build."""
    if isinstance(node.definition, PythonModel):
        return node.definition.volatile is not None
    if not isinstance(node.definition, Model):
        return False
    return node.model.statement.moment == "volatile" or any(one.unknown_files for one in node.model.statements)


def is_stored(node: DAGNode) -> bool:
    return isinstance(node.definition, Seed) or MATERIALIZATIONS[node.config.materialized].stored


def content_of(node: DAGNode, entry: Entry) -> str:
    return entry.content if is_stored(node) else entry.key
