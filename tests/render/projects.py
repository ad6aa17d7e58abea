"""Projects made in memory, for tests that only render."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from odibi_sql.project import Known, MacroFile, ModelFile, Project, Target
from odibi_sql.render import RenderedModel, Renderer

KNOWN = Known(("duckdb",), ("table", "view", "ephemeral"))

MACROS = {
    "macros/money.sql": """{% macro cents(column, digits=2) %}({{ column }} / 100){% endmacro %}

{% macro twice(x) -%}
  {{ cents(x) }}, {{ later(x) }}
{%- endmacro %}
{% macro broken(x) %}
  {{ nope }}
{% endmacro %}
""",
    "macros/other.sql": """{# {% macro commented() %}{% endmacro %} #}
{% macro later(x) %}later {{ x }} {{ var('cutoff') }}{% endmacro %}
{% macro chosen(x) %}{% if x > 1 %}{{ return([x, x]) }}{% endif %}small{% endmacro %}
{% macro columns(p) %}
    {{ p }}.first,
    second as x{% endmacro %}
{% macro upper_case() %}{{ caller() | upper }}{% endmacro %}
""",
    "macros/unfinished.sql": "{% macro unfinished() %}\n  {% if true %}x\n{% endmacro %}",
}
VARS: Mapping[str, Any] = {"cutoff": 10, "columns": ["a", "b"]}
ENVIRON = {"HOME": "/home/ada"}


def project(macros: Mapping[str, str] = MACROS, given: Mapping[str, Any] = VARS) -> Project:
    return Project(
        root=Path("/nowhere"),
        name="shop",
        target=Target("dev", "warehouse/dev.duckdb", "marts", threads=4),
        targets={},
        known=KNOWN,
        warehouse=Path("/nowhere/warehouse"),
        vars=given,
        macros=tuple(MacroFile(path, text) for path, text in macros.items()),
    )


def model(text: str, **defaults: Any) -> ModelFile:
    return ModelFile("orders", "models/orders.sql", text, defaults)


def render(text: str, **defaults: Any) -> RenderedModel:
    return Renderer(project(), ENVIRON).render(model(text, **defaults))
