"""DAG, inputs and store -> Plan: what a build would do and why. Nothing is run and nothing is written here.

`plan` prints a Plan and `build` executes it. Keys need the contents of inputs, which are known at once where the inputs
are hits; past a node that runs, a node runs too unless its inputs come out the same ("maybe").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import Struct, field

from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.dag import DAG, DAGNode
from odibi_sql.errors import GraphError, Location, OdibiError, Problems
from odibi_sql.events import Action
from odibi_sql.incremental.strategies import grows
from odibi_sql.incremental.versions import NO_VERSIONS, Versions, next_version
from odibi_sql.inputs import Given, Inputs
from odibi_sql.model import AnyModel, Seed, UnitTest
from odibi_sql.reasons import why, why_version
from odibi_sql.recipes import Recipes, content_of, is_stored, is_volatile, stored_result


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

    @property
    def engines_to_run(self) -> Iterator[str | None]:
        """Of each model that is likely to run, the engine that it names."""
        for step in self.steps.values():
            if step.entry is None and is_stored(step.node) and not isinstance(step.node.definition, Seed):
                yield step.node.config.engine


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
