"""Hooks as written -> hooks as they run: Jinja like that of models, without anything that would read a table.

`{{ this }}` in a `post_hook` becomes RESULT, which stands for the rows that the model has just made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from odibi_sql.errors import Location, OdibiError, Problems, RenderError
from odibi_sql.model import Config, Hook
from odibi_sql.project import ModelFile

if TYPE_CHECKING:
    from odibi_sql.render.names import Recording

Render = Callable[[ModelFile, str], "tuple[str, Recording]"]


class RenderedHooks(Struct):
    """`vars` and `env` are what the hooks' Jinja read, as in RenderedModel. `render` makes the text of a file, as that
    of the hook of a name."""

    render: Render
    vars: dict[str, str | None] = field(default_factory=dict)
    env: dict[str, str | None] = field(default_factory=dict)
    mistakes: list[OdibiError] = field(default_factory=list)

    def of_model(self, file: ModelFile, config: Config, place: Callable[[str, str], Location]) -> Config:
        """The config with its hooks rendered. `place` finds one that only the model's file can have, by its name and
        text. Raises Problems."""
        hooks: dict[str, Any] = {}
        for name in ("pre_hook", "post_hook"):
            written = getattr(config, name)
            if written:
                placed = (hook if hook.where else replace(hook, where=place(name, hook.sql)) for hook in written)
                settings = {**file.defaults, "schema": config.schema}
                hooks[name] = self.of(name, placed, replace(file, defaults=settings))
        if self.mistakes:
            raise Problems(self.mistakes)
        return replace(config, **hooks)

    def of(self, name: str, hooks: Iterable[Hook], file: ModelFile) -> tuple[Hook, ...]:
        """Those that render to nothing are left out; what is wrong is in `mistakes`."""
        made = []
        for hook in hooks:
            where = hook.where or Location(file.path)
            text = self._rendered(name, replace(file, path=where.path, text=hook.sql), where)
            if text.strip("; \n"):
                made.append(Hook(text.strip(), where))
        return tuple(made)

    def _rendered(self, name: str, file: ModelFile, where: Location) -> str:
        if "{" not in file.text:
            return file.text
        try:
            text, recording = self.render(file, name)
        except Problems as error:  # of macros, and not of this hook
            self.mistakes += error.errors
            return ""
        except RenderError as error:
            self.mistakes.append(RenderError(f"`{name}`: {error.message}", where, error.hint))
            return ""
        self.vars |= recording.vars
        self.env |= recording.env
        return text
