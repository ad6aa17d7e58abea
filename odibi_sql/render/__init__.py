"""Project -> rendered models. The only package that knows Jinja.

A file without Jinja in it is its own rendering, and Jinja is not even imported.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from odibi_sql.errors import Location, OdibiError, RenderError
from odibi_sql.model import CONFIG_FIELDS, Config, Docs, config_of
from odibi_sql.project import ModelFile, Project
from odibi_sql.render.hooks import RenderedHooks

if TYPE_CHECKING:
    from odibi_sql.render.names import Given, Recording
    from odibi_sql.render.templates import Templates

__all__ = ["RenderedHooks", "RenderedModel", "Renderer", "has_jinja"]


class RenderedModel(Struct, frozen=True):
    """`vars` and `env` are what the template read: each name with its value (vars: as JSON text), or None where it
    was not set. `warnings` say which settings have no effect, and what `exceptions.warn` said. `asks_incremental`:
    the template called `is_incremental()`."""

    name: str
    path: str
    config: Config
    text: str
    docs: Docs = field(default_factory=Docs)
    vars: tuple[tuple[str, str | None], ...] = ()
    env: tuple[tuple[str, str | None], ...] = ()
    warnings: tuple[str, ...] = ()
    asks_incremental: bool = False


class Renderer:
    """Renders the models of one project; threads take turns.

    `environ` is what `env_var` reads, by default the process's environment; `incremental` answers `is_incremental()`
    for a model's name.
    """

    def __init__(
        self,
        project: Project,
        environ: Mapping[str, str] | None = None,
        incremental: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._project = project
        self._environ = os.environ if environ is None else environ
        self._incremental = incremental
        self._turn = threading.RLock()

    def render(self, model: ModelFile) -> RenderedModel:
        """Raises RenderError; Problems where macros clash by their names."""
        if not has_jinja(model.text):
            config = _config(model, {"schema": self._project.target.schema, **model.defaults})
            return RenderedModel(model.name, model.path, config, model.text, model.docs)
        with self._turn:
            text, recording = self._templates.render(model)
        return RenderedModel(
            name=model.name,
            path=model.path,
            config=_config(model, recording.settings),
            text=text,
            docs=model.docs,
            vars=tuple(sorted(recording.vars.items())),
            env=tuple(sorted(recording.env.items())),
            warnings=tuple(f"{model.path}: {warning}" for warning in recording.warnings),
            asks_incremental=recording.asks_incremental,
        )

    def hooks(self) -> RenderedHooks:
        """What renders hooks, and keeps what they read."""
        return RenderedHooks(self._render_hook)

    def _render_hook(self, file: ModelFile, name: str) -> tuple[str, Recording]:
        with self._turn:
            return self._templates.render(file, name)

    def check_macros(self) -> list[OdibiError]:
        """What is wrong with macro files, used or not."""
        try:
            with self._turn:
                return [error for path in self._templates.macro_files() if (error := self._macro_error(path))]
        except OdibiError as error:
            return [error]

    def mention(self, model: ModelFile, setting: str, name: str | None = None) -> Location:
        """Where `config()` in the model's file, or else YAML, gives a setting; if it names something, where that is.

        The file alone where none of them does.
        """
        from odibi_sql.render.places import location, with_plain_newlines

        text = with_plain_newlines(model.text)
        patterns = [rf"\b{setting}\b[^)]*?['\"]({re.escape(name)})['\"]"] if name is not None else []
        for pattern in (*patterns, rf"\b({setting})\s*=") if setting else ():
            if (found := re.search(pattern, text)) is not None:
                return location(model.path, text, found.start(1))
        return model.places.get(setting) or Location(model.path)

    def locate(self, model: ModelFile, offset: int) -> Location:
        """Where the character at `offset` of the model's rendered text stands in the files that the user wrote.

        For text that a macro made, that is in the macro's file; for a value, where its `{{` is. Column, or line and
        column, are None where they are not certain. For errors: it renders again.
        """
        from odibi_sql.render.places import location, with_plain_newlines

        if not has_jinja(model.text):
            before = model.text[:offset]
            return location(model.path, with_plain_newlines(before), len(with_plain_newlines(before)))
        with self._turn:
            clean, _ = self._templates.render(model)
            found = self._by_marks(model, clean, offset)
        return found or _by_line(model, clean, offset)

    def _by_marks(self, model: ModelFile, clean: str, offset: int) -> Location | None:
        from odibi_sql.render.places import Marks, location, origin_of, with_plain_newlines
        from odibi_sql.render.templates import Templates

        texts = {file.path: file.text for file in self._project.macros} | {model.path: model.text}
        for deep in (True, False):  # marks deep inside may change what a template does; those at its surface cannot
            marks = Marks(deep)
            try:
                marked, _ = Templates(self._given, marks).render(model)
            except RenderError:
                continue
            if (found := origin_of(marked, clean, offset, marks)) is not None:
                origin, after = found
                place = location(origin.path, with_plain_newlines(texts[origin.path]), origin.offset + (after or 0))
                return place if after is not None else Location(place.path, place.line)
        return None

    def _macro_error(self, path: str) -> OdibiError | None:
        try:
            self._templates.check_macros(path)
        except OdibiError as error:
            return error
        return None

    @cached_property
    def _given(self) -> Given:
        from odibi_sql.render.names import Given

        return Given(self._project, self._environ, self._incremental)

    @cached_property
    def _templates(self) -> Templates:
        from odibi_sql.render.templates import Templates

        return Templates(self._given)


def _config(file: ModelFile, settings: Mapping[str, Any]) -> Config:
    if not file.is_check:
        return config_of(settings)
    # What YAML says of a check stands above what its macro says.
    own = {name: value for name, value in settings.items() if name in CONFIG_FIELDS}
    return config_of({"severity": "error", **settings, **file.defaults, **own, "materialized": "check"})


def has_jinja(text: str) -> bool:
    return "{{" in text or "{%" in text or "{#" in text


def _by_line(model: ModelFile, clean: str, offset: int) -> Location:
    """The one line of the file that reads like the rendered one; else where its SQL begins."""
    from odibi_sql.render.places import with_plain_newlines

    start = clean.rfind("\n", 0, offset) + 1
    rendered = clean[start:].partition("\n")[0].strip()
    lines = [line.strip() for line in with_plain_newlines(model.text).split("\n")]
    if rendered and lines.count(rendered) == 1:
        return Location(model.path, lines.index(rendered) + 1)
    first = next((number for number, line in enumerate(lines, 1) if line and not line.startswith(("{", "--"))), 1)
    return Location(model.path, first)
