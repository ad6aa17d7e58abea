"""From a character of the rendered text back to the place where the user wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odibi_sql.render import Renderer
from tests.render.projects import ENVIRON, model, project

RENDERER = Renderer(project(), ENVIRON)

LOOP = "{%- for c in ['a', 'b'] -%}\n   {{ c }} as MARK{{ c }}{{ ',' if not loop.last }}\n{%- endfor -%}\n  from x"
IF = "select\n  {%- if true %}\n   MARK\n  {%- endif %}\n, after"
SET = "{% set t %}\n from MARK\n{% endset %}select 1 "

CASES = [
    ("select MARK", "MARK", "models/orders.sql:1:8"),
    ("select 1,\r\n  MARK\r\n", "MARK", "models/orders.sql:2:3"),
    ("select é, '😀' MARK", "MARK", "models/orders.sql:1:15"),
    ("{{ config() }}\n\nselect MARK\n", "MARK", "models/orders.sql:3:8"),
    ("{{ '' }}select é, '😀' MARK", "MARK", "models/orders.sql:1:23"),
    ("{{ '' }}\r\nselect 1,\r\n  MARK\r\n", "MARK", "models/orders.sql:3:3"),
    ("{# a\ncomment #}select MARK", "MARK", "models/orders.sql:2:18"),
    ("{# a #}\n{#- b -#}\n select MARK", "MARK", "models/orders.sql:3:9"),
    ("{% raw %}select {{ MARK }}{% endraw %}", "MARK", "models/orders.sql:1:20"),
    ("{% raw -%}\n select {{ MARK }}{%- endraw %}", "MARK", "models/orders.sql:2:12"),
    ("{% for x in [1, 2] %}\n  a{{ x }} MARK,\n{% endfor %}", "MARK", "models/orders.sql:2:12"),
    (LOOP, "MARKb", "models/orders.sql:2:15"),
    (LOOP, "from", "models/orders.sql:4:3"),
    (IF, "MARK", "models/orders.sql:3:4"),
    (IF, "after", "models/orders.sql:5:3"),
    (SET + "{{ t }} x", "MARK", "models/orders.sql:2:7"),
    (SET + "{{ t | trim }} x", "MARK", "models/orders.sql:2:7"),
    (SET + "{{ t | replace('from', 'join') }} x", "MARK", "models/orders.sql:2"),
    (SET + "{{ t | length }} {{ t }}", "MARK", "models/orders.sql:3:39"),
    ("{% filter indent(4) %}select 1,\nMARK{% endfilter %}", "MARK", "models/orders.sql:2:1"),
    ("select {{ 'MARK' }}", "MARK", "models/orders.sql:1:8"),
    ("select a_{{ 'MARK' }}_b", "_b", "models/orders.sql:1:22"),
    ("select {{- ' MARK' -}} , x", "x", "models/orders.sql:1:26"),
    ("select {{ columns('t') }}", "first", "macros/other.sql:5:13"),
    ("select {{ columns('t') }}", "second", "macros/other.sql:6:5"),
    ("select {{ columns('MARK') }}", "MARK", "macros/other.sql:5:5"),
    ("select {{ columns('t') | length }} MARK", "MARK", "models/orders.sql:1:36"),
    ("{% if chosen(0) == 'small' %}MARK{% endif %} {{ columns('t') }}", "MARK", "models/orders.sql:1:30"),
    ("{% if chosen(0) == 'small' %}MARK{% endif %} {{ columns('t') }}", "second", "models/orders.sql:1:46"),
    ("{% macro m(x) %} {{ x }} MARK {% endmacro %}\nselect {{ m('q') }}", "MARK", "models/orders.sql:1:26"),
    ("{% call upper_case() %}select mark{% endcall %}", "MARK", "models/orders.sql:1"),
    ("{{ '' }}\nselect '\U000f0000',\n  MARK\n", "MARK", "models/orders.sql:3"),
    ("{{ '' }}\nMARK '\U000f0000',\n  MARK\n  a {{ 1 }}", "a 1", "models/orders.sql:2"),
    ("{{ '' }}select 1 from ", "from ", "models/orders.sql:1:18"),
]


@pytest.mark.parametrize(("text", "token", "place"), CASES)
def test_a_token_is_located(text: str, token: str, place: str) -> None:
    rendered = RENDERER.render(model(text)).text
    assert str(RENDERER.locate(model(text), rendered.index(token))) == place


def test_the_end_of_the_text_is_located() -> None:
    text = "{{ '' }}select 1 +"
    assert str(RENDERER.locate(model(text), len("select 1 +"))) == "models/orders.sql:1:19"


PIECES = st.sampled_from(
    (
        *("a", " ", "\n", "\r\n", "  \n", "ü", "select x,\n", "{{ 'v' }}", "{{- ' v ' -}}"),
        *("{% if true %}", "{% if false %}", "{%- if true -%}", "{%- endif -%}", "{% endif %}"),
        *("{# c #}", "{#- c -#}", "{% raw %} {{ {% endraw %}", "{{ columns('t') }}", "{{ cents('q') }}"),
        *("{% set s %} in {% endset %}", "{% for i in [1, 2] %}", "{% endfor %}"),
    )
)


@settings(deadline=None, max_examples=50)
@given(st.lists(PIECES, max_size=12))
def test_a_column_is_never_a_lie(pieces: list[str]) -> None:
    """Wherever a column is given, the file has there the very character that was asked about, or a `{{`."""
    text = "".join(pieces)
    try:
        rendered = RENDERER.render(model(text)).text
    except Exception:  # the pieces do not always make a template
        return
    texts = {file.path: file.text for file in project().macros} | {"models/orders.sql": text}
    for offset, character in enumerate(rendered):
        where = RENDERER.locate(model(text), offset)
        if where.line is None or where.column is None or character.isspace():
            continue
        line = texts[where.path].replace("\r\n", "\n").split("\n")[where.line - 1]
        found = line[where.column - 1 :]
        assert found.startswith((character, "{{"))
