"""The settings of engines, as the project gives them: checked, and what of them is part of keys."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from odibi_sql.engines.protocol import Engine
from odibi_sql.errors import ProjectError
from odibi_sql.project import Project, place_of_setting


class EngineSettings(Struct, frozen=True):
    project: Project

    def of(self, engine: Engine) -> Mapping[str, str | int | float | bool]:
        """Raises ProjectError, with the place of what is wrong."""
        given = self.project.engines.get(engine.NAME, {})
        try:
            return engine.check_settings(given)
        except ProjectError as error:
            name = next((name for name in given if f"`{name}`" in error.message), "")
            where = place_of_setting(self.project.root, name)
            raise ProjectError(error.message, where, error.hint) from error

    def in_recipes(self, engine: Engine) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The engine with its version, and the settings that can change a result."""
        return f"{engine.NAME} {engine.version()}", engine.result_settings(self.of(engine))
