"""What templates render to, what they set and read, and what their mistakes say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from odibi_sql.errors import OdibiError, Problems, RenderError
from odibi_sql.render import Renderer
from tests.render.projects import ENVIRON, model, project, render

TEXTS = [
    ("select {{ cents('a') }}", "select (a / 100)"),
    ("select {{ twice('b') }}", "select (b / 100), later b 10"),
    ("{{ chosen(3)[1] + 1 }} {{ chosen(0) }}", "4 small"),
    ("{% macro own(x) %}{{ return(x + 1) }}{% endmacro %}{{ own(2) + 1 }}", "4"),
    ("{% call upper_case() %}select{% endcall %}", "SELECT"),
    ("{{ var('cutoff') }} {{ var('missing', 3) }} {{ var.has_var('missing') }}", "10 3 False"),
    ("{{ env_var('HOME') }} {{ env_var('NOPE', 'x') }}", "/home/ada x"),
    ("{{ this }} {{ this.schema }} {{ this.name }} {{ this.identifier }}", "marts.orders marts orders orders"),
    ("{{ config(schema='order') }}{{ this }}", '"order".orders'),
    ("{{ target.name }} {{ target.schema }} {{ target.type }} {{ target.threads }}", "dev marts duckdb 4"),
    ("{{ ref('orders') }} {{ ref('shop', 'x') }} {{ ref('Order') }} {{ ref('a b\"c') }}", 'orders x "Order" "a b""c"'),
    ("{{ config(dialect='spark') }}{{ ref('a b') }} {{ source('raw', 'table') }}", "`a b` raw.`table`"),
    ("{% if execute and not is_incremental() %}x{% endif %}", "x"),
    ("{{ log('x', info=true) }}{{ print('x') }}{% do log('y') %}", ""),
    ("{% for c in var('columns') %}{{ c }}{{ ', ' if not loop.last }}{% endfor %}", "a, b"),
    ("{{ ['a', 'b'] | join(', ') }} {{ 'a' ~ 1 }}", "a, b a1"),
    ("{{ {'a': [1]} | tojson }} {{ tojson('<é>') }} {{ fromjson('[2]')[0] }}", '{"a": [1]} "<é>" 2'),
    ("{% set n = namespace(x=[]) %}{% for i in range(3) %}{% set n.x = n.x + [i] %}{% endfor %}{{ n.x }}", "[0, 1, 2]"),
    ("{{ 'a-b'.split('-') | map('upper') | list }} {{ '{:03d}'.format(7) }} {{ '%s' % 1 }}", "['A', 'B'] 007 1"),
    ("{{ config.get('materialized') }} {{ config.get('x', 1) }}", "view 1"),
    ("{{ config(materialized='table') }}{{ config.get('materialized') }}{{ config.require('schema') }}", "tablemarts"),
    ("a\r\n{{ 1 }}\r\n", "a\n1\n"),
    ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ("select 1 -- no jinja\r\n", "select 1 -- no jinja\r\n"),
    ("{# only a comment #}", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_rendered_text(text: str, expected: str) -> None:
    assert render(text, materialized="view").text == expected


def test_models_share_nothing_through_macros() -> None:
    """Or a model's text would depend on which others were rendered before."""
    macros = {
        "macros/counting.sql": "{% set n = namespace(x=0) %}{% macro next_n() %}{% set n.x = n.x + 1 %}{{ n.x }}"
        "{% endmacro %}{% set c = cycler('a', 'b') %}{% macro next_c() %}{{ c.next() }}{% endmacro %}",
        "macros/above.sql": "{% macro both() %}{{ next_n() }}{{ next_c() }}{% endmacro %}",
    }
    renderer = Renderer(project(macros), ENVIRON)
    for _ in range(2):
        assert renderer.render(model("{{ both() }} {{ next_n() }}{{ next_c() }}")).text == "1a 2b"


def test_a_model_that_builds_on_its_earlier_rows_is_told_so() -> None:
    renderer = Renderer(project(), ENVIRON, incremental=lambda name: name == "orders")
    assert renderer.render(model("{{ is_incremental() }}")).text == "True"


CONFIGS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("select 1", {}, {"materialized": "table", "schema": "marts"}),
    ("select 1", {"materialized": "view", "schema": "raw"}, {"materialized": "view", "schema": "raw"}),
    ("{{ config(materialized='ephemeral') }}", {"materialized": "view"}, {"materialized": "ephemeral"}),
    ("{{ config({'materialized': 'view'}, retries=3) }}", {}, {"materialized": "view", "retries": 3}),
    ("{{ config(tags='b') }}{{ config(tags=['c', 'a']) }}", {"tags": ("a",)}, {"tags": ("a", "b", "c")}),
    ("{{ config(timeout='1.5m', retry_delay=2) }}", {}, {"timeout": 90.0, "retry_delay": 2.0}),
    ("{{ config(engine='pandas', enabled=false, depends_on='x') }}", {},
     {"engine": "duckdb", "enabled": False, "depends_on": ("x",)}),
    ("{% if true %}{{ config(meta={'owner': 'ada'}) }}{% endif %}", {}, {"meta": {"owner": "ada"}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "defaults", "expected"), CONFIGS)
def test_config_goes_above_what_stands_outside_of_the_file(
    text: str, defaults: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    config = render(text, **defaults).config
    assert {key: getattr(config, key) for key in expected} == expected


def test_what_was_read_is_recorded_with_its_values() -> None:
    rendered = render(
        "{{ twice(1) }} {{ var('b', 2) }} {{ var('columns') }} {{ env_var('HOME') }} {{ env_var('A', '') }}"
    )
    assert rendered.vars == (("b", None), ("columns", '["a", "b"]'), ("cutoff", "10"))
    assert rendered.env == (("A", None), ("HOME", "/home/ada"))
    assert render("{{ cents(1) }}").vars == ()


def test_vars_that_a_macro_file_reads_by_itself_count_for_every_model() -> None:
    macros = {"macros/m.sql": "{% set top = var('cutoff') %}{% macro m() %}{{ top }}{% endmacro %}"}
    renderer = Renderer(project(macros), ENVIRON)
    for _ in range(2):
        rendered = renderer.render(model("{{ m() }}"))
        assert (rendered.text, rendered.vars) == ("10", (("cutoff", "10"),))


def test_warnings_of_a_template() -> None:
    rendered = render("{{ config(grants='id') }}{{ exceptions.warn('look') }}select 1")
    assert rendered.warnings == ("models/orders.sql: `grants` has no effect here", "models/orders.sql: look")


NO_QUERIES = "templates cannot ask the database: list what you need in a var, or write it in SQL"
VARS_BY = "vars are read by `var('name')`"
ORDERS = "models/orders.sql"
MISTAKES = [
    ("{{ config(materialised='view') }}", f"{ORDERS}:1:11: no setting `materialised`", "did you mean `materialized`?"),
    ("a\n  {{ config(tags=['a'],\n materialized='tabel') }}",
     f"{ORDERS}:3:15: `materialized` must be one of table, view, ephemeral, not 'tabel'", "did you mean `table`?"),
    ('{{ config({"tags": 1}) }}', f"{ORDERS}:1:20: `tags` must be a name or a list of names, not 1", None),
    ("{{ config(sql_header='x') }}", f"{ORDERS}:1:11: `sql_header` is not supported",
     "a model is one SELECT: what has to run before it is a `pre_hook`"),
    ("{{ config('view') }}", f"{ORDERS}:1:1: `config` takes settings by name", "config(materialized='view')"),
    ("select {{ var('cutof') }}", f"{ORDERS}:1:15: no var `cutof`", "did you mean `cutoff`?"),
    ("select {{ var('zzz') }}", f"{ORDERS}:1:15: no var `zzz`", "known: columns, cutoff"),
    ("{{ env_var('NOPE') }}", f"{ORDERS}:1:12: the environment has no variable `NOPE`",
     "set it, or give a default: env_var('NOPE', '…')"),
    ("select\n  {{ foo }}", f"{ORDERS}:2:6: no name `foo`", VARS_BY),
    ("select {{ 1 }}, {{ [foo] | join }}", f"{ORDERS}:1:21: no name `foo`", VARS_BY),
    ("{% if foo %}{% endif %}", f"{ORDERS}:1:7: no name `foo`", VARS_BY),
    ("{% for x in foo %}{% endfor %}", f"{ORDERS}:1:13: no name `foo`", VARS_BY),
    ("{{ cent(1) }}", f"{ORDERS}:1:4: no name `cent`", "did you mean `cents`?"),
    ("{{ cutoff }}", f"{ORDERS}:1:4: no name `cutoff`", "a var is read by `var('cutoff')`"),
    ("{{ commented() }}", f"{ORDERS}:1:4: no name `commented`", VARS_BY),
    ("select {{ broken(1) }}", f"macros/money.sql:7:6: no name `nope` (called from {ORDERS}:1:8)", VARS_BY),
    ("x {% set y = broken(1) %}", f"macros/money.sql:7:6: no name `nope` (called from {ORDERS}:1:3)", VARS_BY),
    ("select {{ unfinished() }}", "macros/unfinished.sql:2:3: `{% if %}` is never closed", "add `{% endif %}`"),
    ("{{ cents() }}", f"macros/money.sql:1:40: the macro was not given its `column` (called from {ORDERS}:1:1)", None),
    ("{{ cents(1, e=3) }}", f"{ORDERS}:1:4: the macro `cents` takes no keyword argument `e`", None),
    ("{{ cents(1, 2, 3) }}", f"{ORDERS}:1:4: the macro `cents` takes at most 2 arguments", None),
    ("{{ dbt_utils.star(1) }}", f"{ORDERS}:1:4: `dbt_utils` is not available here",
     "packages are not supported: copy the macro that you need into macros/"),
    ("{% set r = run_query('x') %}", f"{ORDERS}:1:12: `run_query` is not available here", NO_QUERIES),
    ("{% call statement('x') %}{% endcall %}", f"{ORDERS}:1:9: `statement` is not available here", NO_QUERIES),
    ("{{ adapter.dispatch('x')() }}", f"{ORDERS}:1:4: `adapter` is not available here", NO_QUERIES),
    ("{% include 'x.sql' %}", f"{ORDERS}:1:4: `{{% include %}}` is not supported",
     "write a macro in macros/: macros are available everywhere"),
    ("x\n {% import 'x' as y %}", f"{ORDERS}:2:5: `{{% import %}}` is not supported",
     "macros of macros/ are available everywhere without an import"),
    ("{% from 'x' import y %}", f"{ORDERS}:1:4: `{{% from %}}` is not supported",
     "macros of macros/ are available everywhere without an import"),
    (
        "{% snapshot x %}{% endsnapshot %}",
        f"{ORDERS}:1:4: no tag `{{% snapshot %}}`",
        "its place is a file in snapshots/; here it is config(materialized='snapshot', …)",
    ),
    ("{% for x in [] %}\n{% if x %}\n{% endfor %}", f"{ORDERS}:2:1: `{{% if %}}` is never closed", "add `{% endif %}`"),
    ("{{ 'a' | uper }}", f"{ORDERS}:1:10: no filter `uper`", "did you mean `upper`?"),
    ("{{ 1 is od }}", f"{ORDERS}:1:9: no test `od`", "did you mean `odd`?"),
    ("select {{ a b }}", f"{ORDERS}:1:13: expected token `}}}}`, got `b`", None),
    ("select 1 {# abc", f"{ORDERS}:1:10: no end of this comment", None),
    ("{{ a } }}", f"{ORDERS}:1:6: unexpected `}}`", None),
    ("{{ 'abc }}", f"{ORDERS}:1:4: a quote that opens here is never closed", None),
    ("{{ 1/0 }}", f"{ORDERS}:1:1: this cannot be rendered: division by zero", None),
    ("{{ this.database }}", f"{ORDERS}:1:9: `this` has no `database`", None),
    ("{{ {'a': 1}['b'] }}", f"{ORDERS}:1:13: `dict` has no `b`", None),
    ("{% do [].append(1) %}", f"{ORDERS}:1:10: the attribute `append` is not available here",
     "values do not change: `{% set xs = xs + [x] %}`; in a loop, on a `namespace`"),
    ("{{ return(1) }}", f"{ORDERS}:1:4: `return` outside of a macro", "a model is the text that it renders to"),
    ("é {{ exceptions.raise_compiler_error('no way') }}", f"{ORDERS}:1:3: no way", None),
    ("{{ ref('a', v=2) }}", f"{ORDERS}:1:13: models have no versions here", "name the other version's model"),
    ("{{ ref() }}", f"{ORDERS}:1:4: `ref` takes the name of a model", "ref('orders')"),
    ("{{ cents }}", f"{ORDERS}:1:1: this is a function, not text: call it, with `(…)`", None),
    ("{{ [1] | map('string') }}", f"{ORDERS}:1:1: this is a sequence, not text: make a list of it, with `| list`",
     None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "hint"), MISTAKES)
def test_a_mistake_has_its_place_in_the_users_file(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(RenderError) as caught:
        render(text)
    assert str(caught.value) == message + (f"\n  hint: {hint}" if hint else "")


@pytest.mark.parametrize(
    ("macros", "message"),
    [
        (
            {"macros/a.sql": "{% macro x() %}{% endmacro %}", "macros/b.sql": "\n{%- macro x() %}{% endmacro %}"},
            "macros/b.sql:2:11: the macro `x` is defined twice, first at macros/a.sql:1:10",
        ),
        (
            {"macros/a.sql": "{% macro ref(x) %}{% endmacro %}"},
            "macros/a.sql:1:10: the macro `ref` has the name of a built-in\n  hint: rename it",
        ),
    ],
)
def test_macros_that_clash_by_name(macros: Mapping[str, str], message: str) -> None:
    renderer = Renderer(project(macros), ENVIRON)
    with pytest.raises(Problems) as caught:
        renderer.render(model("{{ x() }}"))
    assert str(caught.value) == message
    assert renderer.render(model("select 1")).text == "select 1"


def test_broken_macro_files_are_found_even_when_nothing_uses_them() -> None:
    assert [str(error.where) for error in Renderer(project(), ENVIRON).check_macros()] == ["macros/unfinished.sql:2:3"]


def test_one_mistake_leaves_the_next_model_alone() -> None:
    renderer = Renderer(project(), ENVIRON)
    for text in ("{{ config(materialized='view', x=1) }}", "{{ unfinished() }}", "{{ var('y') }}"):
        with pytest.raises(OdibiError):
            renderer.render(model(text))
    rendered = renderer.render(model("select {{ cents(1) }}"))
    assert (rendered.text, rendered.config.materialized, rendered.vars) == ("select (1 / 100)", "table", ())


def test_jinja_is_not_imported_for_files_without_it() -> None:
    code = (
        "import sys\nfrom tests.render.projects import model, project, render\n"
        "assert render('select 1').text == 'select 1'\nprint('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
