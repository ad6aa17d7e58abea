"""What a materialization is: data that says what becomes of a model's result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Kind:
    """`stored`: rows are kept as Parquet, else readers get the query itself. `published`: what the catalog shows, if
    anything: a view over the kept rows, or the query as a view. `for_models`: a model can ask for it by name."""

    name: str
    stored: bool
    published: Literal["rows", "query"] | None
    for_models: bool = True
