"""Python text -> its tree, what its names are imported from, and places in it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from odibi_sql.errors import CodeError, Location

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Code(Struct, frozen=True, dict=True):
    """`text` has plain line ends."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def origins(self) -> dict[str, str]:
        """Names that an import anywhere in the file makes -> what they stand for, dotted: `pd` -> `pandas`."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return found

    def dotted(self, node: ast.expr) -> str | None:
        """`pd.DataFrame` -> `pandas.DataFrame`; None for what is no dotted name."""
        steps: list[str] = []
        while isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join((self.origins.get(node.id, node.id), *reversed(steps)))

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def place(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> Location:
        """Trees count columns in bytes."""
        line = self._lines[node.lineno - 1]
        return Location(self.path, node.lineno, len(line.encode()[: node.col_offset].decode(errors="ignore")) + 1)

    def offset(self, node: ast.expr | ast.arg) -> int:
        """The character at which a node begins."""
        where = self.place(node)
        return sum(len(line) + 1 for line in self._lines[: node.lineno - 1]) + (where.column or 1) - 1

    def canonical(self) -> str:
        """The code without comments and layout."""
        return ast.unparse(self.tree)


def parse_code(path: str, text: str) -> Code:
    """Raises CodeError."""
    text = _NEWLINE.sub("\n", text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Code(path, text, ast.parse(text))
    except SyntaxError as error:
        raise CodeError(error.msg, Location(path, error.lineno or 1, error.offset)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise CodeError(f"this is not Python: {error}", Location(path)) from error


def place_in(path: str, text: str, offset: int) -> Location:
    """Where the character at `offset` of a text with plain line ends stands."""
    return Location(path, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
