"""What a build has to run, told without the program: a result is needed again only if its model means something else
than ever before in this warehouse, or reads other rows.

`learn` looks at a finished build; `expect` tells of a later one what must run and what must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.properties.projects import Project
from tests.properties.warehouses import Built, Shown
from tests.properties.writing import files, sql_of

Known = tuple[object, ...]


@dataclass
class Expectations:
    _known: set[Known] = field(default_factory=set)
    _fresh: int = 0

    def learn(self, project: Project, shown: Shown) -> None:
        """A build of `project` went well, and `shown` is what it has to show."""
        self._known |= {known for _, known in self._results(project, shown)}

    def differences(self, project: Project, shown: Shown, built: Built) -> list[str]:
        """How what was run differs from what had to be; `built` went well and has `shown` to show."""
        results = list(self._results(project, shown))
        made = {known for name, known in results if name in built.ran}
        found = []
        for name, known in results:
            if name in built.ran and known in self._known:
                found.append(f"{name} ran, and its result is known")
            if known not in self._known | made:  # of two that say the same, one may run for both
                found.append(f"{name} did not run, and its result is not known")
        return found

    def _results(self, project: Project, shown: Shown) -> Iterator[tuple[str, Known]]:
        """Each node that `project` builds, with all that its result depends on."""
        texts = files(project)
        contents: dict[str, object] = {}
        for one in project.data:
            known: Known = (one.path, texts[one.path])
            if one.format == "seed":
                contents[one.name] = shown[f"main.{one.name}"]
                yield one.name, known
            else:
                contents[one.name] = known
        for model in project.models:
            self._fresh += 1
            known = (
                model.kind,
                sql_of(model, project),
                project.day if model.use == "date" else None,
                self._fresh if model.use == "now" else None,
                tuple((read, contents[read]) for read in model.inputs),
            )
            contents[model.name] = shown[f"{model.schema}.{model.name}"] if model.kind == "table" else known
            yield model.name, known
