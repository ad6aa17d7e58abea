"""YAML text -> Document: plain values, and the place in the file of every key and value.

Only YAML's own types are built (text, numbers, booleans, null, dates, lists, mappings). What a file may not do, because
it is almost always a mistake: repeat a key, use a tag, hold several documents, or grow without measure through aliases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from odibi_sql.errors import Location, ProjectError

if TYPE_CHECKING:
    import yaml

MAX_VALUES = 100_000
MAX_DEPTH = 100


class Document(Struct, frozen=True):
    """A value with its place; `entries` are those of a mapping (each with its key's place), `items` those of a list.

    An empty file is a Document whose value is None. `inside` is where a text itself begins, where the file has it as it
    is: in one line, or in a block (`|`), all of whose lines begin in that column.
    """

    value: Any
    where: Location
    entries: Mapping[Any, Entry] = field(default_factory=dict)
    items: tuple[Document, ...] = ()
    size: int = 1
    inside: Location | None = None


class Entry(Struct, frozen=True):
    key: Location
    document: Document


def read_document(text: str, path: str) -> Document:
    """Raises ProjectError, with line and column in `path`, for what is not one sound YAML document."""
    import yaml

    loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        reading = loader(text)
        try:
            node = reading.get_single_node()
            if node is None:
                return Document(None, Location(path, 1, 1))
            return _Builder(reading, path, text).build(node)
        finally:
            reading.dispose()
    except yaml.reader.ReaderError as error:
        raise _unreadable(text, path) from error
    except yaml.MarkedYAMLError as error:
        raise _in_plain_words(error, text, path) from error
    except RecursionError as error:
        raise ProjectError("values are nested too deeply", Location(path)) from error


class _Builder:
    def __init__(self, loader: Any, path: str, text: str) -> None:
        self._loader = loader
        self._path = path
        self._lines = text.split("\n")
        self._built: dict[
            int, Document | None
        ] = {}  # by node: an alias gives the very same node again; None: under way

    def build(self, node: yaml.Node, depth: int = 0) -> Document:
        where = self._place(node)
        if id(node) in self._built:
            done = self._built[id(node)]
            if done is None:
                raise ProjectError("this value contains itself through an alias", where)
            return done
        if depth > MAX_DEPTH:
            raise ProjectError("values are nested too deeply", where)
        self._built[id(node)] = None
        document = self._built[id(node)] = self._convert(node, where, depth)
        if document.size > MAX_VALUES:
            raise ProjectError(f"aliases make more than {MAX_VALUES:,} values of this", where)
        return document

    def _convert(self, node: yaml.Node, where: Location, depth: int) -> Document:
        import yaml

        if isinstance(node, yaml.MappingNode):
            self._refuse_tag(node, "tag:yaml.org,2002:map", where)
            return self._mapping(node, where, depth)
        if isinstance(node, yaml.SequenceNode):
            self._refuse_tag(node, "tag:yaml.org,2002:seq", where)
            items = tuple(self.build(item, depth + 1) for item in node.value)
            return Document([i.value for i in items], where, items=items, size=1 + sum(i.size for i in items))
        try:
            value = self._loader.construct_object(node)
        except (ValueError, OverflowError) as error:
            raise ProjectError(f"`{node.value}` is not a value that exists: {error}", where, "quote it") from error
        inside = self._inside(node, value) if isinstance(node, yaml.ScalarNode) else None
        return Document(value, where, inside=inside)

    def _inside(self, node: yaml.ScalarNode, value: object) -> Location | None:
        if not isinstance(value, str) or not value.strip():
            return None
        line, column = node.start_mark.line, node.start_mark.column
        if node.style == "|":
            blank, first = next((number, one) for number, one in enumerate(value.split("\n")) if one.strip())
            whole = self._lines[line + 1 + blank]
            return Location(self._path, line + 2, whole.index(first) + 1) if first in whole else None
        if node.style in ("'", '"'):
            column += 1
        return Location(self._path, line + 1, column + 1) if self._lines[line].startswith(value, column) else None

    def _mapping(self, node: yaml.MappingNode, where: Location, depth: int) -> Document:
        seen: dict[str, Location] = {}
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            name, place = str(key.value), self._place(key)
            if name in seen:
                raise ProjectError(f"the key `{name}` stands here twice, first in line {seen[name].line}", place)
            seen[name] = place
        self._loader.flatten_mapping(node)  # puts the entries of `<<` first, so that the mapping's own ones win
        entries: dict[Any, Entry] = {}
        for key, value in node.value:
            name_document = self.build(key, depth + 1)
            if name_document.entries or name_document.items or isinstance(name_document.value, (list, dict)):
                raise ProjectError("a key must be plain text", name_document.where)
            entries[name_document.value] = Entry(name_document.where, self.build(value, depth + 1))
        value = {name: entry.document.value for name, entry in entries.items()}
        return Document(value, where, entries, size=1 + sum(e.document.size for e in entries.values()))

    def _refuse_tag(self, node: yaml.Node, plain: str, where: Location) -> None:
        if node.tag != plain:
            raise ProjectError(f"the tag `{_short(node.tag)}` has no meaning here", where, "write the value without it")

    def _place(self, node: yaml.Node) -> Location:
        return Location(self._path, node.start_mark.line + 1, node.start_mark.column + 1)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _unreadable(text: str, path: str) -> ProjectError:
    bad = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if bad is None:
        return ProjectError("this is not YAML text", Location(path))
    line = text.count("\n", 0, bad.start()) + 1
    column = bad.start() - text.rfind("\n", 0, bad.start())
    return ProjectError(
        f"found the character U+{ord(bad[0]):04X}, which YAML does not allow", Location(path, line, column)
    )


# What libyaml says and what PyYAML's own parser says, for the same mistakes.
_PLAIN_WORDS = (
    (r"could not find expected ':'", "found a line without `:` where a key is expected", "`key: value`, with a space"),
    (
        r"mapping values are not allowed",
        "found a `:` where a value cannot have one",
        "quote a value that holds `: `, and check the indent",
    ),
    (r"did not find expected (key|<block end>)|expected <block end>", "the indent does not fit the lines above", None),
    (r"did not find expected '-' indicator", "the indent does not fit the list above", None),
    (r"unexpected end of stream|found unexpected end", "a quote that opens here is never closed", None),
    (r"did not find expected ',' or|expected ',' or", "a list or mapping in brackets is not closed", None),
    (r"did not find expected node content", "found no value where one must begin", None),
    (r"undefined alias", "this alias has no anchor before it", None),
    (r"duplicate anchor", "this anchor stands here twice", None),
    (r"expected a single document|but found another document", "found a second document", "remove `---`"),
    (r"could not determine a constructor for the tag", "tags have no meaning here", "write the value without it"),
    (r"cannot start any token", "found a character that cannot start a value", "quote the value"),
    (r"expected a mapping or list of mappings for merging", "`<<` needs a mapping", None),
)


def _in_plain_words(error: yaml.MarkedYAMLError, text: str, path: str) -> ProjectError:
    problem = error.problem or "this is not YAML"
    opened = "unexpected end of stream" in problem or "undefined alias" in problem
    mark = (error.context_mark if opened and error.context_mark else None) or error.problem_mark or error.context_mark
    where = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
    if mark is not None:
        lines = text.split("\n")
        line = lines[mark.line] if mark.line < len(lines) else ""
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            place = Location(path, mark.line + 1, indent.index("\t") + 1)
            return ProjectError("found a tab where spaces indent", place, "indent with spaces")
    for pattern, message, hint in _PLAIN_WORDS:
        if re.search(pattern, problem):
            return ProjectError(message, where, hint)
    return ProjectError(problem, where)
