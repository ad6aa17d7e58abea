"""Models, seeds and sources -> DAG: names resolved, edges, levels, a stable order, every mistake at once."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import GraphError, Location, OdibiError, nearest
from odibi_sql.incremental.strategies import grows, has_intervals
from odibi_sql.model import AnyModel, Check, Config, Model, PythonModel, Seed, Source
from odibi_sql.relation import Slot
from odibi_sql.sql import Reference, Statement

_LONGEST_CYCLE = 20  # steps that are told; the middle of a longer one is left out

NameKey = tuple[str, ...]
Locate = Callable[[AnyModel, int], Location]


class DAGNode(Struct, frozen=True):
    """One thing that has a name. `upstream` are names of nodes in the order they are read, each once.

    `level` is the length of the longest path from a node without upstream. `slots` bind a model's SQL: the value of a
    relation slot is a node's name. `delta_slots` bind its delta, where the node's own name stands for its rows so far.
    `timed` are the inputs that say when their rows happened, with the column, of a model that is made by intervals.
    """

    name: str
    resource: Literal["model", "seed", "source", "check"]
    path: str
    config: Config
    definition: AnyModel | Seed | Source
    upstream: tuple[str, ...] = ()
    level: int = 0
    slots: tuple[Slot, ...] = ()
    delta_slots: tuple[Slot, ...] = ()
    timed: tuple[tuple[str, str], ...] = ()

    @property
    def model(self) -> Model:
        """For models in SQL alone."""
        assert isinstance(self.definition, Model)  # noqa: S101 - for the type checker
        return self.definition

    @property
    def any_model(self) -> AnyModel:
        assert isinstance(self.definition, AnyModel)  # noqa: S101 - for the type checker
        return self.definition

    @property
    def check(self) -> Check | None:
        return self.definition if isinstance(self.definition, Check) else None


class DAG(Struct, frozen=True, dict=True):
    """`nodes` are in topological order: by level, then by name."""

    nodes: Mapping[str, DAGNode]

    @cached_property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        below: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self.nodes.values():
            for up in node.upstream:
                below[up].append(node.name)
        return {name: tuple(names) for name, names in below.items()}

    def with_upstream(
        self, names: Iterable[str], comes_along: Callable[[DAGNode], bool] = lambda _: True
    ) -> tuple[str, ...]:
        """These nodes and what they are made of, in order; only through nodes of which `comes_along` is true."""
        stack = list(names)
        wanted = set(stack)
        while stack:
            read = (up for up in self.nodes[stack.pop()].upstream if up not in wanted)
            above = [up for up in read if comes_along(self.nodes[up])]
            wanted.update(above)
            stack += above
        return tuple(name for name in self.nodes if name in wanted)

    def to_mermaid(self) -> str:
        """A flowchart in Mermaid's language; sources are round, seeds slanted, models square, checks hexagons."""
        shapes = {
            "model": ('["', '"]'),
            "seed": ('[/"', '"/]'),
            "source": ('(["', '"])'),
            "check": ('{{"', '"}}'),
        }
        ids = {name: f"n{number}" for number, name in enumerate(self.nodes)}
        lines = ["flowchart LR"]
        for name, node in self.nodes.items():
            left, right = shapes[node.resource]
            label = name.replace('"', "#quot;")
            lines.append(f"    {ids[name]}{left}{label}{right}")
        lines += [f"    {ids[up]} --> {ids[node.name]}" for node in self.nodes.values() for up in node.upstream]
        return "\n".join(lines) + "\n"

    def to_dot(self) -> str:
        """A digraph in Graphviz's language."""
        shapes = {"model": "box", "seed": "folder", "source": "ellipse", "check": "hexagon"}

        def quoted(name: str) -> str:
            return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'

        lines = ["digraph odibi_sql {", "    rankdir=LR"]
        lines += [f"    {quoted(name)} [shape={shapes[node.resource]}]" for name, node in self.nodes.items()]
        lines += [f"    {quoted(up)} -> {quoted(n.name)}" for n in self.nodes.values() for up in n.upstream]
        return "\n".join([*lines, "}"]) + "\n"


class _Edge(Struct, frozen=True):
    upstream: str
    at: int | None  # offset in the rendered model; None for depends_on
    delta: bool = False


class DAGBuilder(Struct):
    """Collects what a project declares; `build` resolves it. `locate` finds the place of an offset in a model.

    `broken` are files whose names are known and whose SQL is not: reading them is no mistake of the reader's. `mention`
    finds the place of a name in a model's setting.
    """

    locate: Locate
    broken: Mapping[str, Location] = field(default_factory=dict)
    locate_delta: Locate = lambda model, _at: Location(model.path)
    mention: Callable[[AnyModel, str, str], Location] = lambda model, _setting, _name: Location(model.path)
    problems: list[OdibiError] = field(default_factory=list)
    _nodes: dict[str, DAGNode] = field(default_factory=dict)
    _index: dict[NameKey, str] = field(default_factory=dict)
    _folded: dict[str, str] = field(default_factory=dict)
    _edges: dict[str, list[_Edge]] = field(default_factory=dict)

    def add(self, definitions: Iterable[AnyModel | Seed | Source]) -> DAGBuilder:
        for definition in definitions:
            node = _node_of(definition)
            keys = _names_of(node)
            taken = next(
                (self._index[key] for key in keys if key in self._index), self._folded.get(node.name.casefold())
            )
            if taken is not None:
                self.problems.append(_duplicate(node, self._nodes[taken]))
                continue
            self._nodes[node.name] = node
            self._folded[node.name.casefold()] = node.name
            self._index.update(dict.fromkeys(keys, node.name))
        return self

    def build(self) -> DAG:
        """The DAG of all that is right; what is not is in `problems`, and its edges are left out."""
        for name, node in self._nodes.items():
            self._edges[name] = self._resolve(node) if isinstance(node.definition, AnyModel) else []
        levels = self._levels()
        ordered = sorted(self._nodes.values(), key=lambda node: (levels[node.name], node.name))
        return DAG(
            {
                node.name: replace(
                    self._nodes[node.name],
                    level=levels[node.name],
                    upstream=tuple(dict.fromkeys(edge.upstream for edge in self._edges[node.name])),
                )
                for node in ordered
            }
        )

    def _resolve(self, node: DAGNode) -> list[_Edge]:
        model = node.any_model
        edges: list[_Edge] = []
        slots = self._bound(node, model, edges)
        delta = model.delta if isinstance(model, Model) else None
        delta_slots = self._bound(node, delta, edges) if delta is not None else ()
        for wanted in model.config.depends_on:
            parts = _parts(wanted)
            name = self._index.get(parts)
            if name is None and parts[-1] in self.broken:
                continue
            if name is None:
                hint = _did_you_mean(wanted, (n for n, one in self._nodes.items() if one.resource != "check"))
                where = self.mention(model, "depends_on", wanted)
                self.problems.append(GraphError(f"`depends_on` names `{wanted}`, which does not exist", where, hint))
            elif name != node.name:
                edges.append(_Edge(name, None))
        self._nodes[node.name] = replace(node, slots=slots, delta_slots=delta_slots, timed=self._timed(model, edges))
        return edges

    def _bound(self, node: DAGNode, read: AnyModel | Statement, edges: list[_Edge]) -> tuple[Slot, ...]:
        """What binds a model, or its delta; its edges are added to `edges`."""
        delta = isinstance(read, Statement)
        slots: list[Slot] = []
        if not isinstance(read, PythonModel):
            statement = read.statement if isinstance(read, Model) else read
            slots += statement.rewrites
            slots += [Slot(file.start, file.end, "path", file.path) for file in statement.files]
        unknown: dict[NameKey, list[Reference]] = {}
        for reference in read.references:
            name = self._index.get(_fold(reference.parts))
            if name == node.name and not delta:
                self.problems.append(self._self_reference(node.any_model, reference))
            elif name is not None:
                slots.append(Slot(reference.start, reference.end, "relation", name, reference.suffix))
                if name != node.name:
                    edges.append(_Edge(name, reference.at, delta))
            elif _fold(reference.parts)[-1] not in self.broken:
                unknown.setdefault(_fold(reference.parts), []).append(reference)
        locate = self.locate_delta if delta else self.locate
        self.problems += [self._unknown(node.any_model, references, locate) for references in unknown.values()]
        return tuple(sorted(slots, key=lambda slot: slot.start))

    def _timed(self, model: AnyModel, edges: list[_Edge]) -> tuple[tuple[str, str], ...]:
        if not has_intervals(model.config):
            return ()
        names = dict.fromkeys(edge.upstream for edge in edges)
        timed = tuple((name, column) for name in names if (column := _event_time(self._nodes[name].definition)))
        if not timed:
            known = ", ".join(f"`{name}`" for name in names) or "nothing"
            self.problems.append(
                GraphError(
                    f"`{model.name}` is made by intervals of time, and none of its inputs says when its rows happened",
                    self.mention(model, "incremental_strategy", "time_range"),
                    f"it reads {known}: give one `config: {{event_time: …}}`, the column that tells",
                )
            )
        return timed

    def _levels(self) -> dict[str, int]:
        """Kahn's algorithm; where it gets stuck there is a cycle, which is reported and cut."""
        levels = dict.fromkeys(self._nodes, 0)
        waiting = {name: {edge.upstream for edge in edges} for name, edges in self._edges.items()}
        below: dict[str, list[str]] = {name: [] for name in self._nodes}
        for name, ups in waiting.items():
            for up in ups:
                below[up].append(name)
        ready = [name for name, ups in waiting.items() if not ups]
        heapq.heapify(ready)
        left = set(self._nodes)
        while left:
            while ready:
                name = heapq.heappop(ready)
                left.discard(name)
                for reader in below[name]:
                    levels[reader] = max(levels[reader], levels[name] + 1)
                    if name in waiting[reader]:
                        waiting[reader].discard(name)
                        if not waiting[reader]:
                            heapq.heappush(ready, reader)
            if left:
                reader, up = self._cut_cycle(left, waiting)
                waiting[reader].discard(up)
                below[up].remove(reader)
                if not waiting[reader]:
                    heapq.heappush(ready, reader)
        return levels

    def _cut_cycle(self, left: set[str], waiting: Mapping[str, set[str]]) -> tuple[str, str]:
        name = min(left)
        seen: dict[str, int] = {}
        walk: list[str] = []
        while name not in seen:
            seen[name] = len(walk)
            walk.append(name)
            name = min(waiting[name])
        cycle = walk[seen[name] :]
        start = cycle.index(min(cycle))
        cycle = cycle[start:] + cycle[:start]
        self.problems.append(self._cycle(cycle))
        reader, up = cycle[-1], cycle[0]
        self._edges[reader] = [edge for edge in self._edges[reader] if edge.upstream != up]
        return reader, up

    # -- messages

    def _place(self, reader: str, up: str) -> Location:
        model = self._nodes[reader].any_model
        edge = next((edge for edge in self._edges[reader] if edge.upstream == up), None)
        if edge is not None and edge.at is not None:
            return (self.locate_delta if edge.delta else self.locate)(model, edge.at)
        wanted = next((name for name in model.config.depends_on if self._index.get(_parts(name)) == up), up)
        return self.mention(model, "depends_on", wanted)

    def _cycle(self, cycle: list[str]) -> GraphError:
        pairs = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        places = [self._place(reader, up) for reader, up in pairs]
        steps = [f"\n    `{reader}` reads `{up}` at {at}" for (reader, up), at in zip(pairs, places, strict=True)]
        names = [f"`{name}`" for name in [*cycle, cycle[0]]]
        if len(cycle) > _LONGEST_CYCLE:
            half = _LONGEST_CYCLE // 2
            left_out = len(cycle) - 2 * half
            steps[half:-half] = [f"\n    … {left_out:,} more …"]
            names[half:-half] = ["…"]
        path, lines = " → ".join(names), "".join(steps)
        return GraphError(
            f"these models read each other in a cycle: {path}{lines}", places[0], "cut one of these reads"
        )

    def _self_reference(self, model: AnyModel, reference: Reference) -> GraphError:
        name = ".".join(reference.parts)
        rows = f"if earlier rows of `{model.name}` are meant, "
        if grows(model.config):
            rows += "there are some only where `is_incremental()` is true: {% if is_incremental() %} … {% endif %}"
        elif has_intervals(model.config):
            rows += "every interval is made by itself: `lookback` shows it earlier ones of the inputs"
        else:
            can = ": materialized='incremental' can" if isinstance(model, Model) else ""
            rows += f"a table cannot build on itself{can}"
        return GraphError(
            f"model `{model.name}` reads itself as `{name}`",
            self.locate(model, reference.at),
            f"if another table is meant, give its schema; {rows}",
        )

    def _with_schema(self, name: str) -> str:
        """A model's or seed's name as it is told apart from others: with its schema, unless that is `main`."""
        node = self._nodes[name]
        return name if node.resource == "source" or node.config.schema == "main" else f"{node.config.schema}.{name}"

    def _unknown(self, model: AnyModel, references: list[Reference], locate: Locate) -> GraphError:
        """One mistake, however often the model makes it."""
        reference = references[0]
        name = ".".join(reference.parts)
        others = [n for n, node in self._nodes.items() if n != model.name and node.resource != "check"]
        same_last = [n for n in others if n.casefold().split(".")[-1] == reference.parts[-1].casefold()]
        hint = f"did you mean `{self._with_schema(same_last[0])}`?" if same_last else _did_you_mean(name, others)
        lines = dict.fromkeys(str(locate(model, other.at)) for other in references[1:])
        again = f" (read again at {', '.join(lines)})" if lines else ""
        where = locate(model, reference.at)
        return GraphError(f"no model, seed or source is named `{name}`{again}", where, hint)


def _node_of(definition: AnyModel | Seed | Source) -> DAGNode:
    if isinstance(definition, Check):
        return DAGNode(definition.name, "check", definition.path, definition.config, definition)
    if isinstance(definition, (Model, PythonModel)):
        return DAGNode(definition.name, "model", definition.path, definition.config, definition)
    if isinstance(definition, Seed):
        return DAGNode(definition.name, "seed", definition.path, definition.config, definition)
    config = Config(materialized="source", schema=definition.schema or "main", tags=definition.tags)
    return DAGNode(definition.name, "source", definition.where.path, config, definition)


def _event_time(definition: AnyModel | Seed | Source) -> str | None:
    return definition.event_time if isinstance(definition, Source) else definition.config.event_time


def _fold(parts: tuple[str, ...]) -> NameKey:
    return tuple(part.casefold() for part in parts)


def _parts(name: str) -> NameKey:
    return _fold(tuple(name.split(".")))


def _names_of(node: DAGNode) -> list[NameKey]:
    """The names by which SQL may call a node: a check has none, and a source with a schema is never called by its last
    part alone."""
    if node.resource == "check":
        return []
    if isinstance(node.definition, Source):
        source = node.definition
        return [_fold((source.schema, source.table) if source.schema else (source.table,))]
    return [_fold((node.name,)), _fold((node.config.schema, node.name))]


def _duplicate(node: DAGNode, other: DAGNode) -> GraphError:
    where, first = (_place_of(one) for one in (node, other))
    if node.resource == other.resource == "check":
        hint = "give one of them a `name`" if node.check and node.check.where else "rename one of the files"
        return GraphError(f"two checks are called `{node.name}`, the other one at {first}", where, hint)
    return GraphError(
        f"`{node.name}` is the name of two things: the {other.resource} {first} and the {node.resource} {where}",
        where,
        "rename one of them; files give their names without their endings, in upper or lower case",
    )


def _place_of(node: DAGNode) -> Location:
    definition = node.definition
    where = definition.where if isinstance(definition, Source | Check) else None
    return where or Location(node.path)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known)
    if close is not None:
        return f"did you mean `{close}`?"
    return "declare it under `sources:` in odibi_project.yml or models/*.yml, or add a model or seed of that name"
