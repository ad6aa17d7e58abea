"""Where things stand in templates: tokens with offsets, and marks that lead from rendered text back to its file.

Jinja knows lines only. Here its lexer counts offsets instead: whatever Jinja calls a line number is an offset from 1
in the template's text (with `\\n` line ends), so its errors and tracebacks lead to columns too.

A mark is one private-use character before a stretch of literal text (each line of it, after its indent) or before a
`{{ … }}`. Rendering a marked edition and taking the marks out gives the same text, and the marks tell where it is from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import Lexer
from msgspec import Struct, field

from odibi_sql.errors import Location

MARKS = re.compile("[\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
MOST_MARKS = 2 * 0xFFFE
NEWLINE = re.compile(r"\r\n|\r|\n")


def with_plain_newlines(text: str) -> str:
    """The text as Jinja sees it: line ends are `\\n`. Lines and columns are the same in both."""
    return NEWLINE.sub("\n", text) if "\r" in text else text


def location(path: str, text: str, offset: int) -> Location:
    """The place of an offset in a text with plain newlines."""
    return Location(path, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


class Origin(Struct, frozen=True):
    """Where a mark stands: an offset in a file's text. `literal` is the text that follows it there, as it is."""

    path: str
    offset: int
    literal: str = ""


class Marks(Struct):
    """All marks of one rendering, in the order they were made; `deep` also marks text that templates can look at."""

    deep: bool
    origins: list[Origin] = field(default_factory=list)

    def new(self, origin: Origin) -> str:
        if len(self.origins) >= MOST_MARKS:
            return ""
        number = len(self.origins)
        self.origins.append(origin)
        return chr(0xF0000 + number if number < 0xFFFE else 0x100000 + number - 0xFFFE)

    def origin(self, mark: str) -> Origin:
        code = ord(mark)
        return self.origins[code - 0xF0000 if code < 0x100000 else code - 0x100000 + 0xFFFE]

    def in_text(self, text: str, path: str, offset: int) -> str:
        """Literal text with a mark in each line that is not blank."""
        marked = []
        for line in text.splitlines(keepends=True):
            indent = len(line) - len(line.lstrip())
            if indent == len(line):
                marked.append(line)
            else:
                origin = Origin(path, offset + indent, line[indent:])
                marked.append(line[:indent] + self.new(origin) + line[indent:])
            offset += len(line)
        return "".join(marked)

    def keep_shallow(self, template: nodes.Template) -> None:
        """Take marks out of text that a template can look at: of macros, `{% set %}`, `{% call %}`, `{% filter %}`."""
        if not self.deep:
            for block in template.find_all((nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)):
                for data in block.find_all(nodes.TemplateData):
                    data.data = MARKS.sub("", data.data)


class OffsetLexer(Lexer):
    """Jinja's lexer, with offsets from 1 in place of line numbers, and with marks where they are asked for."""

    def __init__(self, environment: Environment, marks: Marks | None) -> None:
        super().__init__(environment)
        self.environment = environment
        self._marks = marks

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        end = 0
        try:
            for _, kind, value in super().tokeniter(source, name, filename, state):
                start = source.index(value, end)  # a tag's `-` may have taken white space away before it
                end = start + len(value)
                if self._marks is None or kind not in {"data", "variable_begin"}:
                    yield start + 1, kind, value
                elif kind == "data":
                    yield start + 1, kind, self._marks.in_text(value, name or "", start)
                else:
                    yield start + 1, "data", self._marks.new(Origin(name or "", start))
                    yield start + 1, kind, value
        except TemplateSyntaxError as error:
            error.lineno = end + 1
            raise


class Token(Struct, frozen=True):
    offset: int
    kind: str
    value: str


def tokens(lexer: OffsetLexer, text: str) -> tuple[Token, ...]:
    """All tokens up to the first mistake, without white space."""
    found = []
    try:
        for start, kind, value in lexer.tokeniter(text, None):
            if kind != "whitespace":
                found.append(Token(start - 1, kind, value))
    except TemplateSyntaxError:
        pass
    return tuple(found)


def statement_at(found: tuple[Token, ...], offset: int) -> tuple[Token, ...]:
    """The tokens of the `{{ … }}` or `{% … %}` in which `offset` lies."""
    at = bisect_right(found, offset, key=lambda token: token.offset)
    begin = next((i for i in range(at - 1, -1, -1) if found[i].kind in {"variable_begin", "block_begin"}), None)
    if begin is None:
        return ()
    ends = {"variable_end", "block_end"}
    end = next((i for i in range(begin, len(found)) if found[i].kind in ends), len(found) - 1)
    return found[begin : end + 1]


def origin_of(marked: str, clean: str, offset: int, marks: Marks) -> tuple[Origin, int | None] | None:
    """Where the character at `offset` of `clean` is from: a mark's origin, and how far after it (None: unknown).

    None where the marked edition has another text, or no mark before the offset.
    """
    if MARKS.sub("", marked) != clean:
        return None
    last: tuple[int, str] | None = None
    for number, match in enumerate(MARKS.finditer(marked)):
        at = match.start() - number
        if at > offset:
            break
        last = (at, match[0])
    if last is None:
        return None
    origin = marks.origin(last[1])
    between = clean[last[0] : offset]
    if not origin.literal:
        return origin, 0
    return origin, len(between) if origin.literal.startswith(between) else None
