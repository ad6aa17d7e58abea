"""DAG, inputs and store -> Plan: what a build would do and why. Nothing is run and nothing is written here.

`plan` prints a Plan and `build` executes it. Keys need the contents of inputs, which are known at once where the inputs
are hits; past a node that runs, a node runs too unless its inputs come out the same ("maybe").
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.cache import CacheManager, Entry, Recipe, differences
from odibi_sql.cache.keys import Pairs
from odibi_sql.dag import DAG, DAGNode
from odibi_sql.errors import GraphError, Location, OdibiError, Problems
from odibi_sql.events import Action
from odibi_sql.incremental.intervals import floor
from odibi_sql.incremental.strategies import UNTIL, grows, has_intervals, result_options
from odibi_sql.incremental.versions import (
    BEFORE,
    NO_VERSIONS,
    REWRITING,
    Version,
    Versions,
    engine_name,
    next_version,
    reason_of,
)
from odibi_sql.inputs import Given, Inputs, has_partitions
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import AnyModel, Config, Hook, Model, PythonModel, Seed, UnitTest
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


class Step(Struct, frozen=True):
    """What becomes of one node. `upstream` are the steps it waits for, `after` those that must only have ended before;
    `key` and `entry` are there where known."""

    node: DAGNode
    action: Action
    reason: str
    upstream: tuple[str, ...]
    key: str | None = None
    entry: Entry | None = None
    estimate_s: float | None = None
    after: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """`steps` in the DAG's order; `given` is what they read from elsewhere; `force` runs all, whatever is stored."""

    steps: Mapping[str, Step]
    given: Mapping[str, Given]
    recipes: Recipes
    force: bool = False
    versions: Versions = NO_VERSIONS


class Planner(Struct):
    """Walks the selected nodes in order. `published` is what the target shows of nodes that are not selected."""

    dag: DAG
    cache: CacheManager
    recipes: Recipes
    inputs: Inputs
    published: Mapping[str, Given] = field(default_factory=dict)
    force: bool = False
    versions: Versions = NO_VERSIONS
    mention: Callable[[AnyModel, str, str], Location] = lambda model, _setting, _name: Location(model.path)
    _refused: list[OdibiError] = field(default_factory=list)

    def plan(self, selected: Collection[str]) -> Plan:
        """Raises Problems where a model must not be made anew, and would have to be."""
        wanted = set(selected)
        given: dict[str, Given] = dict(self.inputs.sources)
        steps: dict[str, Step] = {}
        contents: dict[str, str] = {}
        for name in wanted:
            for up in self.dag.nodes[name].upstream:
                if up not in wanted and up not in given:
                    given[up] = self.published[up]
        contents.update({name: one.content for name, one in given.items()})
        after = _first_checked(self.dag, wanted)
        for name, node in self.dag.nodes.items():
            if name not in wanted:
                continue
            step = self._step(node, contents)
            upstream = tuple(up for up in node.upstream if up in wanted)
            known = (step.key, step.entry, step.estimate_s)
            steps[name] = Step(node, step.action, step.reason, upstream, *known, after.get(name, ()))
            if step.entry is not None:
                contents[name] = content_of(node, step.entry)
            elif step.key is not None and not is_stored(node):
                contents[name] = step.key
        if self._refused:
            raise Problems(self._refused)
        return Plan(steps, given, self.recipes, self.force, self.versions)

    def _step(self, node: DAGNode, contents: Mapping[str, str]) -> Step:
        recipe = self.recipes.recipe(node, contents)
        latest = self.cache.latest(node.name)
        estimate = latest.duration_s if latest else None
        pending = [up for up in node.upstream if up not in contents]
        if grows(node.config):
            return self._growing(node, recipe, pending, estimate)
        if pending:
            return self._pending(node, recipe, pending, estimate)
        key = recipe.key()
        if restated := self.versions.restates(node):
            return Step(node, "run", restated, (), key, None, estimate)
        previous = self.recipes.previous.get(node.name)
        entry = None if self.force else stored_result(recipe, self.cache, previous)
        if entry is not None:
            return Step(node, "cached", "unchanged", (), key, entry, estimate)
        return Step(node, "run", self._why(node, recipe), (), key, None, estimate)

    def _pending(self, node: DAGNode, recipe: Recipe, pending: list[str], estimate: float | None) -> Step:
        """Some inputs are about to be made: a result of this meaning may fit them, if there is any."""
        if restated := self.versions.restates(node):
            return Step(node, "run", restated, (), None, None, estimate)
        if self.force or is_volatile(node) or not self._may_fit(node, recipe):
            return Step(node, "run", self._why(node, recipe), (), None, None, estimate)
        return Step(node, "maybe", _unless(pending), (), None, None, estimate)

    def _growing(self, node: DAGNode, recipe: Recipe, pending: list[str], estimate: float | None) -> Step:
        version = next_version(node, recipe, self.versions, self.cache, force=self.force)
        if version.how in ("changed", "lost") and node.config.on_change == "fail":
            because = why_version(node, version).removesuffix(": full refresh")
            self._refused.append(
                GraphError(
                    f"`{node.name}` would have to be made anew ({because}), and its `on_change` is `fail`",
                    self.mention(node.any_model, "on_change", "fail"),
                    "`--full-refresh` does it; on_change='keep' leaves the rows that are there",
                )
            )
        certain = not pending or version.how == "refresh" or is_volatile(node)
        if not certain and (version.base or (not self.force and self.cache.has_meaning(recipe.meaning()))):
            return Step(node, "maybe", _unless(pending), (), None, None, estimate)
        reason = why_version(node, version)
        if version.entry is not None:
            return Step(node, "cached", reason, (), version.recipe.key(), version.entry, estimate)
        return Step(node, "run", reason, (), None if pending else version.recipe.key(), None, estimate)

    def _may_fit(self, node: DAGNode, recipe: Recipe) -> bool:
        previous = self.recipes.previous.get(node.name)
        if previous is not None and previous.entry is not None:
            return previous.entry.recipe.meaning() == recipe.meaning()
        return self.cache.has_meaning(recipe.meaning())

    def _why(self, node: DAGNode, recipe: Recipe) -> str:
        return why(node, recipe, self.cache, self.force, self.recipes.previous.get(node.name))


def _unless(pending: list[str]) -> str:
    names = ", ".join(f"`{up}`" for up in pending[:3]) + (" …" if len(pending) > 3 else "")
    return f"runs unless {names} comes out the same"


def why_version(node: DAGNode, version: Version) -> str:
    """Why a growing model has this next version."""
    said = _said(node, version.published, version.recipe) if version.published is not None else []
    if not any(said) and is_volatile(node):
        said = ["its time or randomness is new in every build"]
    return reason_of(node, version, "; ".join(dict.fromkeys(text for text in said if text)))


def _first_checked(dag: DAG, wanted: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Checks of what no model makes come before those who read it: a bad delivery is told before it is worked on. Unit
    tests come before their model; they read what it reads, and nothing that it makes.

    A check that reads a model besides must wait for that, and nobody waits for it: there is no cycle that way.
    """
    after: dict[str, list[str]] = {}
    for name in wanted:
        node = dag.nodes[name]
        if isinstance(node.definition, UnitTest):
            if (tested := node.definition.subject) is not None and tested in wanted:
                after.setdefault(tested, []).append(name)
            continue
        if node.check is None or any(isinstance(dag.nodes[up].definition, AnyModel) for up in node.upstream):
            continue
        readers = (reader for up in node.upstream for reader in dag.downstream[up])
        for reader in dict.fromkeys(readers):
            if reader in wanted and dag.nodes[reader].check is None:
                after.setdefault(reader, []).append(name)
    return {name: tuple(checks) for name, checks in after.items()}


def group_of(node: DAGNode) -> str | None:
    """Checks of one group can be counted by one query: they look at the same rows of the same table alone."""
    check = node.check
    if check is None or check.count is None or node.upstream != (check.subject,):
        return None
    if check.statement.files or check.statement.needs_types:
        return None
    return f"{check.subject}\n{check.counted}"


def why(
    node: DAGNode, recipe: Recipe, cache: CacheManager, force: bool = False, version: Previous | None = None
) -> str:
    """Why no stored result fits: the difference to the last one of that name, in a line. `version` is what the target
    shows of a node that builds on it."""
    if force:
        return "stored results are not used (--no-cache)"
    if isinstance(node.definition, PythonModel) and node.definition.volatile:
        return f"new in every build: {node.definition.volatile}"
    if is_volatile(node):
        unknown = node.model.statement.unknown_files
        return "reads files named by an expression" if unknown else "its time or randomness is new in every build"
    if MATERIALIZATIONS[node.config.materialized].irreplaceable:
        previous = version.entry if version else None
        if version is None:
            return "its history begins"
        if previous is None:
            return "what its history has seen is not known"
    else:
        latest = cache.latest(node.name)
        previous = cache.get(latest.key) if latest else None
    if previous is None:
        return "no stored result"
    said = [text for text in _said(node, previous, recipe) if text]
    return "; ".join(dict.fromkeys(said)) or "its stored result is gone"


def _said(node: DAGNode, previous: Entry, recipe: Recipe) -> list[str]:
    before = {name for name, _ in previous.recipe.inputs}
    said = []
    goes_over = engine_name(previous.recipe.engine) != engine_name(recipe.engine)
    for difference in differences(seen(previous.recipe), seen(recipe)):
        match difference.part:
            case "setting" | "option" if goes_over and (difference.part == "setting" or difference.name == REWRITING):
                continue  # each engine has its own
            case "sql":
                said.append(_sql_changed(node, previous))
            case "input" if difference.name == BEFORE:
                continue
            case "input" if difference.new is None or difference.name not in before:
                said.append(
                    "" if "sql" in {d.part for d in differences(previous.recipe, recipe)} else "reads other tables"
                )
            case "input" if difference.new == UNKNOWN:
                continue
            case "input":
                name = difference.name
                said.append(_input_changed(name, difference.new))
            case "kind":
                said.append(f"was a {difference.old}, is a {difference.new}")
            case "moment":
                said.append("the date changed")
            case "engine":
                said.append(f"engine was {difference.old}, is {difference.new}")
            case "option" if difference.name.startswith(("module ", "package ")):
                what, _, name = difference.name.partition(" ")
                said.append(f"{what} `{name}` changed")
            case part:
                said.append(f"{part} `{difference.name}` changed")
    return said


# How the content of a source is known, as its first word says, if not by its bytes.
_KNOWN_BY = {
    "always ": "counts as new in every build (`fingerprint: always`)",
    "stat ": "was written to (`fingerprint: stat`)",
    "query ": "answers its `fingerprint_query` otherwise",
}


def _input_changed(name: str, content: str | None) -> str:
    if name.startswith("file "):
        return f"{name} changed"
    told = next((told for word, told in _KNOWN_BY.items() if (content or "").startswith(word)), "changed")
    return f"`{name}` {told}"


def notes_of(node: DAGNode) -> dict[str, object]:
    """What an entry keeps to explain a later miss: the template's hash and what its Jinja read."""
    if isinstance(node.definition, PythonModel):
        return {"template": node.definition.template}
    if not isinstance(node.definition, Model):
        return {}
    model = node.model
    return {"template": model.template, "vars": dict(model.vars), "env": dict(model.env)}


def _sql_changed(node: DAGNode, previous: Entry) -> str:
    if isinstance(node.definition, PythonModel):
        return "code changed"
    notes = notes_of(node)
    if previous.notes.get("template") != notes.get("template"):
        return "SQL changed"
    changed = []
    for word, kind in (("var", "vars"), ("environment variable", "env")):
        old, new = dict(previous.notes.get(kind) or {}), notes.get(kind)
        new = new if isinstance(new, dict) else {}
        changed += [f"{word} `{name}` changed" for name in new if old.get(name) != new[name]]
    return "; ".join(changed) or "a macro changed the SQL"


def describe_value(value: str | None) -> str:
    """A recorded var or environment value as the user wrote it."""
    return "(not set)" if value is None else str(json.loads(value))
