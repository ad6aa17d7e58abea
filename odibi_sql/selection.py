"""`--select` and `--exclude` -> names of nodes. Pure: text -> a small tree -> a set of names.

    selection     intersection [space intersection]...      union
    intersection  selector [, selector]...                  what all of them match
    selector      [@ | [N]+] [method:]value [+[N]]          `+`: and all upstream or downstream, or N steps of it;
                                                            `@`: and all downstream, and all that these read

Without a method, a word with a `/` or the ending of a file is a `path:`. Any other is a model's or seed's name or a
glob of it; where there is none, `schema.name`; where there is none, a folder. Case makes no difference.

Sources are walked through by `+` and `@`, but are part of the selection only where `source:` or
`resource_type:source` asks for them. Checks come with what they look at: all that read anything selected, and none that
read anything excluded.

What `--select` names must exist: a selector without any match is an error. Two things may be empty without being a
mistake: what `--exclude` names, and `state:`, because that nothing is modified is an answer. A selection that is
empty for this reason is returned as such.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import fields

from odibi_sql.errors import Problems, SelectionError, nearest
from odibi_sql.model import Check, UnitTest
from odibi_sql.reports.text import listed

if TYPE_CHECKING:
    from odibi_sql.dag import DAG, DAGNode
    from odibi_sql.model import Config

State = Callable[[str], Collection[str]]

STATES = ("modified", "new")
RESOURCE_TYPES = ("model", "seed", "snapshot", "source", "check")
TEST_TYPES = ("generic", "singular", "unit")

_OPERATORS = re.compile(r"(?P<at>@)?(?:(?P<up>\d*)\+)?(?P<what>.*?)(?:\+(?P<down>\d*))?")
_METHOD = re.compile(r"(?P<method>\w*)(?:\.(?P<argument>[^:]*))?:(?P<value>.*)")
_FILE = re.compile(r"/|\\|\.(sql|py|csv)$", re.IGNORECASE)
_GLOB = re.compile(r"[*?\[]")


class Selector(Struct, frozen=True):
    """`value` looked up by `method` (`argument` is the key in `config.key:`), then `up` and `down` so many steps from
    there; `around` is `@`."""

    text: str
    method: str
    value: str
    argument: str | None = None
    up: float = 0
    down: float = 0
    around: bool = False


class Intersection(Struct, frozen=True):
    text: str
    selectors: tuple[Selector, ...]


def select(dag: DAG, select: Sequence[str], exclude: Sequence[str] = (), state: State | None = None) -> tuple[str, ...]:
    """The names chosen, in the DAG's order; all models and seeds where nothing is selected.

    `state` answers `modified` and `new` with names. Raises SelectionError, or Problems if there are several.
    """
    errors: list[SelectionError] = []
    wanted, unwanted = _parse_all("--select", select, errors), _parse_all("--exclude", exclude, errors)
    if select and not any(text.strip() for text in select):
        errors.append(SelectionError("`--select` is empty", hint="leave the option out to take everything"))
    evaluation = _Evaluation(_Project(dag, state), errors)
    chosen = with_checks(dag, evaluation.union(wanted, strict=True)) if select else set(dag.nodes)
    kept = chosen - with_checks(dag, evaluation.union(unwanted, strict=False))
    if errors:
        raise errors[0] if len(errors) == 1 else Problems(errors)
    shown = evaluation.project.ours | evaluation.sources_asked_for
    names = tuple(name for name in dag.nodes if name in kept and name in shown)
    if not names and not evaluation.nothing_modified and (select or evaluation.project.ours):
        raise _nothing_left(chosen & shown, select, exclude)
    return names


def with_checks(dag: DAG, names: Collection[str]) -> set[str]:
    """These, the checks that read any of them, and the unit tests of models among them."""
    below = {down for name in names for down in dag.downstream[name] if dag.nodes[down].check}
    tests = {node.name: node.definition for node in dag.nodes.values() if isinstance(node.definition, UnitTest)}
    return set(names) | (below - tests.keys()) | {name for name, test in tests.items() if test.subject in names}


def _nothing_left(chosen: Collection[str], select: Sequence[str], exclude: Sequence[str]) -> SelectionError:
    if chosen:
        return SelectionError(f"nothing is left: `--exclude {' '.join(exclude)}` takes away all that was selected")
    return SelectionError(
        f"`--select {' '.join(select)}` finds sources only, and nothing makes these",
        hint="put `+` behind it for what reads them, or select them with `source:`",
    )


# Text -> tree


def _parse_all(option: str, values: Sequence[str], errors: list[SelectionError]) -> tuple[Intersection, ...]:
    found = []
    for value in values:
        for word in re.finditer(r"\S+", value):
            try:
                found.append(_parse_intersection(word.group()))
            except _BadGrammarError as bad:
                place = f"`{option} {value}`, character {word.start() + bad.offset + 1}"
                errors.append(SelectionError(f"{place}: {bad.message}", hint=bad.hint))
    return tuple(found)


class _BadGrammarError(Exception):
    """`offset` counts from 0 in the word."""

    def __init__(self, offset: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.offset, self.message, self.hint = offset, message, hint


def _parse_intersection(word: str) -> Intersection:
    selectors, offset = [], 0
    for part in word.split(","):
        if not part:
            raise _BadGrammarError(offset, "a selector is missing at the comma", "write `a,b`, without spaces")
        selectors.append(_parse_selector(part, offset))
        offset += len(part) + 1
    return Intersection(word, tuple(selectors))


def _parse_selector(text: str, offset: int) -> Selector:
    operators = _OPERATORS.fullmatch(text)
    assert operators  # noqa: S101 - every part of the pattern may be empty
    up, down, around, what = operators["up"], operators["down"], bool(operators["at"]), operators["what"]
    if around and (up is not None or down is not None):
        raise _BadGrammarError(offset, "`@` and `+` do not go together", "`@` takes all downstream and what these read")
    offset += operators.start("what")
    split = _METHOD.fullmatch(what)
    method, argument, value = (split["method"], split["argument"], split["value"]) if split else (None, None, what)
    if method is None:
        method = "path" if _FILE.search(what) else "fqn"
    elif method not in METHODS:
        hint = f"{_did_you_mean('', method, METHODS)}methods: {_listed(METHODS)}"
        raise _BadGrammarError(offset, f"there is no method `{method}:`", hint)
    if not value:
        raise _BadGrammarError(offset + len(what), f"nothing stands after `{text}`" if split else "a name is missing")
    misplaced = what.find("+") if method != "path" else -1
    if misplaced >= 0:
        message = "`+` stands before a selector or behind it"
        raise _BadGrammarError(offset + misplaced, message, "a space stands between two selectors")
    if (argument is not None) != (method == "config"):
        hint = "as in `config.materialized:view`" if method == "config" else f"write `{method}:{value}`"
        raise _BadGrammarError(offset, f"`{method}` takes {'a' if method == 'config' else 'no'} key", hint)
    return Selector(text, method, value, argument, _steps(up), _steps(down), around)


def _steps(digits: str | None) -> float:
    """No operator, `+`, or `2+`."""
    return 0 if digits is None else int(digits) if digits else math.inf


# Tree -> names


class _Evaluation(Struct):
    project: _Project
    errors: list[SelectionError]
    sources_asked_for: set[str] = field(default_factory=set)
    nothing_modified: bool = False

    def union(self, parts: Iterable[Intersection], strict: bool) -> set[str]:
        """`strict`: what matches nothing is a mistake."""
        return set[str]().union(*(self._intersection(part, strict) for part in parts))

    def _intersection(self, part: Intersection, strict: bool) -> set[str]:
        before = len(self.errors)
        sets = [self._selector(selector, strict) for selector in part.selectors]
        both = sets[0].intersection(*sets[1:])
        if strict and not both and all(sets) and len(self.errors) == before:
            texts = " and ".join(f"`{selector.text}`" for selector in part.selectors)
            message = f"`{part.text}` matches nothing"
            self.errors.append(SelectionError(message, hint=f"{texts} have nothing in common"))
        return both

    def _selector(self, selector: Selector, strict: bool) -> set[str]:
        method = METHODS[selector.method]
        try:
            found = set(method.find(self.project, selector))
        except SelectionError as error:
            self.errors.append(error)
            return set()
        if strict and not found and selector.method == "state":
            self.nothing_modified = True
        elif strict and not found:
            hint = method.hint(self.project, selector) if method.hint else None
            self.errors.append(SelectionError(f"`{selector.text}` matches nothing", hint=hint))
        if strict and selector.method in ("source", "resource_type"):
            self.sources_asked_for |= found
        return self._walk(found, selector)

    def _walk(self, start: set[str], selector: Selector) -> set[str]:
        upstream, downstream = self.project.upstream, self.project.dag.downstream
        if selector.around:
            return _reach(_reach(start, downstream, math.inf), upstream, math.inf)
        return _reach(start, upstream, selector.up) | _reach(start, downstream, selector.down)


def _reach(start: set[str], edges: Mapping[str, Sequence[str]], steps: float) -> set[str]:
    """`start` and what is at most `steps` edges away; breadth first, so that every edge is looked at once."""
    seen, border = set(start), set(start)
    while border and steps > 0:
        border = {name for near in border for name in edges[near]} - seen
        seen |= border
        steps -= 1
    return seen


class _Project(Struct, frozen=True, dict=True):
    """What the methods look things up in. A tree of folders is a mapping from a folder to the names below it."""

    dag: DAG
    state: State | None

    @cached_property
    def ours(self) -> set[str]:
        return {node.name for node in self.made()}

    @cached_property
    def upstream(self) -> Mapping[str, tuple[str, ...]]:
        return {name: node.upstream for name, node in self.dag.nodes.items()}

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        return {node.name.casefold(): node.name for node in self.made()}

    def made(self) -> Iterator[DAGNode]:
        return (node for node in self.dag.nodes.values() if node.resource != "source")

    def sources(self) -> list[str]:
        return [node.name for node in self.dag.nodes.values() if node.resource == "source"]

    def folders(self) -> list[str]:
        """All folders that hold models or seeds, at any depth, as paths."""
        found = {"/".join(parts[:depth]) for parts in map(_parts, self.made()) for depth in range(1, len(parts))}
        return sorted(found)


def _parts(node: DAGNode) -> list[str]:
    return node.path.split("/")


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold())


def _listed(names: Iterable[str], most: int = 12) -> str:
    return listed(dict.fromkeys(names), most)


def _did_you_mean(prefix: str, name: str, known: Iterable[str]) -> str:
    close = nearest(name, known)
    return f"did you mean `{prefix}{close}`? " if close else ""


# Methods: each finds names, and has a hint for when it found none


class Method(Struct, frozen=True):
    find: Callable[[_Project, Selector], Iterable[str]]
    hint: Callable[[_Project, Selector], str | None] | None = None


def _find_fqn(project: _Project, selector: Selector) -> Collection[str]:
    pattern = selector.value.casefold()
    if not _GLOB.search(pattern):
        found = {project.by_name[pattern]} if pattern in project.by_name else set[str]()
    else:
        found = {name for folded, name in project.by_name.items() if fnmatchcase(folded, pattern)}
    if not found and "." in pattern:
        found = {n.name for n in project.made() if _matches(f"{n.config.schema}.{n.name}", pattern)}
    return found or {node.name for node in project.made() if _has_run(_parts(node), pattern.split("."))}


def _has_run(parts: list[str], wanted: list[str]) -> bool:
    """Whether the folders, then the name without its ending, hold `wanted` in a row, beginning with a folder."""
    here = [*parts[:-1], parts[-1].partition(".")[0]]
    starts = range(min(len(here) - len(wanted), len(here) - 2) + 1)
    return any(all(map(_matches, here[start:], wanted)) for start in starts)


def _hint_fqn(project: _Project, selector: Selector) -> str | None:
    value = selector.value
    sources = {name.casefold(): name for name in project.sources()}
    if value.casefold() in sources:
        return f"it is a source: select it with `source:{sources[value.casefold()]}`"
    tags = {tag.casefold(): tag for tag in _tags(project)}
    if value.casefold() in tags:
        return f"it is a tag: select it with `tag:{tags[value.casefold()]}`"
    folders = [folder.rpartition("/")[2] for folder in project.folders()]
    close = nearest(value, [*project.by_name.values(), *folders])
    return f"did you mean `{close}`?" if close else f"folders: {_listed(project.folders())}"


def _find_path(project: _Project, selector: Selector) -> Iterator[str]:
    pattern = selector.value.replace("\\", "/").removeprefix("./").rstrip("/").casefold().split("/")
    is_file_name = len(pattern) == 1 and _FILE.search(selector.value)
    for node in project.made():
        parts = node.path.casefold().split("/")
        if _path_matches(parts[-1:] if is_file_name else parts, pattern):
            yield node.name


def _path_matches(parts: list[str], pattern: list[str]) -> bool:
    """Whether the path or a folder that it is in matches; `*` stays within one folder, `**` is any number of them."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_path_matches(parts[skip:], pattern[1:]) for skip in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _path_matches(parts[1:], pattern[1:])


def _hint_path(project: _Project, selector: Selector) -> str | None:
    known = [*(node.path for node in project.made()), *project.folders()]
    return f"{_did_you_mean('', selector.value, known)}folders: {_listed(project.folders())}"


def _find_tag(project: _Project, selector: Selector) -> Iterator[str]:
    for node in project.dag.nodes.values():
        if any(_matches(tag, selector.value) for tag in node.config.tags):
            yield node.name


def _tags(project: _Project) -> list[str]:
    return sorted({tag for node in project.dag.nodes.values() for tag in node.config.tags})


def _hint_tag(project: _Project, selector: Selector) -> str | None:
    known = _tags(project)
    if not known:
        return "nothing in this project has a tag"
    return f"{_did_you_mean('tag:', selector.value, known)}tags: {_listed(known)}"


def _find_config(project: _Project, selector: Selector) -> Iterator[str]:
    key, *inner = (selector.argument or "").split(".")
    configs = {node.name: node.config for node in project.made()}
    known = [setting.name for config in [*configs.values()][:1] for setting in fields(config)]
    known = [name for name in known if name != "options"]
    known += dict.fromkeys(name for config in configs.values() for name in config.options)
    if known and key not in known:
        hint = f"{_did_you_mean('config.', key, known)}settings: {_listed(known, 20)}"
        raise SelectionError(f"`{selector.text}`: models have no setting `{key}`", hint=hint)
    for name, config in configs.items():
        if any(_matches(value, selector.value) for value in _values(config, key, inner)):
            yield name


def _values(config: Config, key: str, inner: Sequence[str]) -> list[str]:
    """A setting as text: every item of a list, nothing for what is not set, `meta` by the keys `inner`."""
    value = config.options[key] if key in config.options else getattr(config, key, None)
    for step in inner:
        value = value.get(step) if isinstance(value, Mapping) else None
    items = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [str(item) for item in items]


def _hint_config(project: _Project, selector: Selector) -> str | None:
    key, *inner = (selector.argument or "").split(".")
    known = sorted({value for node in project.made() for value in _values(node.config, key, inner)})
    return f"values of `{selector.argument}`: {_listed(known)}" if known else f"nothing sets `{selector.argument}`"


def _find_resource_type(project: _Project, selector: Selector) -> Iterator[str]:
    wanted = "check" if selector.value.casefold() in ("test", "data_test") else selector.value.casefold()
    if wanted not in RESOURCE_TYPES:
        raise SelectionError(f"`{selector.text}`: no such type", hint=f"types: {_listed(RESOURCE_TYPES)}")
    return (node.name for node in project.dag.nodes.values() if _resource_type(node) == wanted)


def _resource_type(node: DAGNode) -> str:
    """A snapshot is a model; in dbt it is a type of its own."""
    return "snapshot" if node.config.materialized == "snapshot" else node.resource


def _find_test_type(project: _Project, selector: Selector) -> Iterator[str]:
    wanted = selector.value.casefold()
    if wanted not in TEST_TYPES:
        raise SelectionError(f"`{selector.text}`: no such type of check", hint=f"types: {_listed(TEST_TYPES)}")
    for node in project.dag.nodes.values():
        if node.check and wanted == _test_type(node.check):
            yield node.name


def _test_type(check: Check) -> str:
    if isinstance(check, UnitTest):
        return "unit"
    return "singular" if check.where is None else "generic"


def _find_test_name(project: _Project, selector: Selector) -> Iterator[str]:
    for node in project.dag.nodes.values():
        if node.check and _matches(node.check.kind, selector.value):
            yield node.name


def _hint_test_name(project: _Project, selector: Selector) -> str | None:
    known = sorted({node.check.kind for node in project.dag.nodes.values() if node.check})
    if not known:
        return "this project has no checks"
    return f"{_did_you_mean('test_name:', selector.value, known)}checks: {_listed(known)}"


def _find_source(project: _Project, selector: Selector) -> Iterator[str]:
    for name in project.sources():
        if _matches(name, selector.value) or _matches(name.rpartition(".")[0], selector.value):
            yield name


def _hint_source(project: _Project, selector: Selector) -> str | None:
    known = project.sources()
    if not known:
        return "this project declares no sources"
    return f"{_did_you_mean('source:', selector.value, known)}sources: {_listed(known)}"


def _find_state(project: _Project, selector: Selector) -> Iterable[str]:
    if selector.value not in STATES:
        raise SelectionError(f"`{selector.text}`: no such state", hint=f"states: {_listed(STATES)}")
    if project.state is None:
        raise SelectionError(
            f"`{selector.text}`: there is nothing to compare with", hint="build once, so that there is a publication"
        )
    return set(project.state(selector.value)) & project.dag.nodes.keys()


METHODS: dict[str, Method] = {
    "fqn": Method(_find_fqn, _hint_fqn),
    "path": Method(_find_path, _hint_path),
    "tag": Method(_find_tag, _hint_tag),
    "config": Method(_find_config, _hint_config),
    "resource_type": Method(_find_resource_type),
    "test_type": Method(_find_test_type),
    "test_name": Method(_find_test_name, _hint_test_name),
    "source": Method(_find_source, _hint_source),
    "state": Method(_find_state),
}
