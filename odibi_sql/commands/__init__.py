"""The commands of `odibi-sql`, one module each; `cli.COMMANDS` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from odibi_sql.part import Part


class Invocation(Struct, frozen=True):
    """The command line, as click's `obj`; `part` is all that it leaves to be built, where that is known already."""

    arguments: tuple[str, ...]
    part: Part | None = None
