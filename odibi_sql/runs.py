"""RunFolder: what one run leaves to look into, `warehouse/runs/<run>/`: its results, and the SQL of what it ran."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from msgspec import Struct

from odibi_sql.disk import cannot_write
from odibi_sql.events import Tracker
from odibi_sql.reports.json import build_document

KEPT = 50


class RunFolder(Struct, frozen=True):
    path: Path

    @property
    def sql(self) -> Path:
        """The folder for the SQL of the models that run, one file each."""
        return self.path / "sql"

    def keep(self, tracker: Tracker) -> None:
        """Write the results, unless nothing ran; the oldest runs go. Raises StoreError."""
        if all(result.status == "cached" for result in tracker.results.values()):
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "results.json").write_text(_a_line_each(build_document(tracker)), "utf-8")
        except OSError as error:
            raise cannot_write(self.path, error) from error
        for old in sorted(self.path.parent.iterdir())[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def _a_line_each(document: dict[str, Any]) -> str:
    """JSON to be looked into: with `indent`, which Python's C encoder does not know, thousands of results take long."""
    results = ",\n ".join(map(json.dumps, document["results"]))
    head = json.dumps({**document, "results": []})
    return f"{head.removesuffix('[]}')}[\n {results}\n]}}\n"
