"""Templates have no reach beyond themselves and stay within bounds of time and memory."""

from __future__ import annotations

import time

import pytest

from odibi_sql.errors import RenderError
from tests.render.projects import render

resource = pytest.importorskip("resource")  # Unix only

REACH = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ (1).__class__.__mro__ }}",
    "{{ config.__globals__ }}",
    "{{ config._names }}",
    "{{ var.__call__.__globals__ }}",
    "{{ ref.__func__ }}",
    "{{ cents._func }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__ }}",
    "{{ namespace.__init__ }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{x.__class__}'.format_map({'x': 1}) }}",
    "{{ '{0.__class__}' | format(1) | attr('x') }}",
    "{{ ['']|map(attribute='__class__')|join }}",
    "{{ [''] | map('attr', '__class__') | list }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{% extends '/etc/passwd' %}",
    "{{ self._TemplateReference__context }}",
    "{{ open('/etc/passwd') }}",
    "{{ dict.fromkeys([1]) }}",
    "{{ 'a'.encode() }}",
    "{{ range }}",
    "{{ lipsum() }}",
    "{{ [1, 2] | random }}",
    "{% set var.x = 1 %}",
    "{% do var('columns').append('c') %}",
    "{% do {}.update(a=1) %}",
]


@pytest.mark.parametrize("text", REACH)
def test_no_reach(text: str) -> None:
    with pytest.raises(RenderError) as caught:
        render(text)
    assert caught.value.where is not None
    assert caught.value.where.path == "models/orders.sql"


def grown(step: str, end: str) -> str:
    return f"{{% set ns = namespace(a='x', l=[1]) %}}{{% for i in range(60) %}}{step}{{% endfor %}}{end}"


DOUBLED = "{% set ns.l = [ns.l, ns.l] %}"
TOO_MUCH = [
    "{{ 'a' * 10**10 }}",
    "{{ 10**10 * 'a' }}",
    "{{ [1] * 10**9 }}",
    "{{ 10**(10**10) }}",
    "{{ 9**(9**9) }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for i in range(10**30) %}{% endfor %}",
    "{% for i in range(10**5) %}{% for j in range(10**5) %}{% endfor %}{% endfor %}",
    "{% set l = range(2000)|list %}{% for a in l %}{% for b in l %}{% for c in l %}" + "{% endfor %}" * 3,
    grown("{% set ns.a = ns.a ~ ns.a %}", "{{ ns.a }}"),
    grown("{% set ns.a = ns.a + ns.a %}", "{{ ns.a }}"),
    grown("{% set ns.a = [ns.a, ns.a] | join %}", "{{ ns.a }}"),
    grown("{% set ns.a = ns.a.replace('x', 'xx') %}", "{{ ns.a }}"),
    grown("{% set x %}{{ ns.a }}{{ ns.a }}{% endset %}{% set ns.a = x %}", "{{ ns.a }}"),
    grown("{% set ns.a = '%s%s' % (ns.a, ns.a) %}", "{{ ns.a }}"),
    grown("{% set ns.a = '{0}{0}'.format(ns.a) %}", "{{ ns.a }}"),
    grown(DOUBLED, "{{ ns.l }}"),
    grown(DOUBLED, "{{ ns.l | string }}"),
    grown(DOUBLED, "{{ ns.l | tojson }}"),
    grown(DOUBLED, "{{ tojson(ns.l) }}"),
    grown(DOUBLED, "{{ '%s' % [ns.l] }}"),
    grown(DOUBLED, "{{ '{}'.format(ns.l) }}"),
    grown(DOUBLED, "{{ ns.l ~ '' }}"),
    grown(DOUBLED, "{{ exceptions.raise_compiler_error(ns.l) }}"),
    "{{ 'x'.center(10**9) }}",
    "{{ 'x' | center(10**9) }}",
    "{{ 'x' | indent(10**9, true) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%*d' % (999999999, 1) }}",
    "{{ '%999999999d' | format(1) }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ '{:{}}'.format(1, 999999999) }}",
    "{{ ('a' * 1000000).replace('a', 'b' * 1000000) }}",
    "{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}",
    "{{ ('a' * 1000000).join(range(100000) | map('string')) }}",
    "{{ range(100000) | join('a' * 1000000) }}",
    "{{ [1] | batch(10**9, 'x') | list }}",
    "{{ [1] | slice(10**9) | list }}",
    "{{ 1.5 | round(10**9) }}",
    "{{ range(5) | map('center', 10**9) | list }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{{ " + "(" * 500 + ")" * 500 + " }}",
    "{% for a in [1] %}" * 30 + "{% endfor %}" * 30,
    "{{ fromjson('[' * 100000) }}",
]


@pytest.mark.parametrize("text", TOO_MUCH)
def test_bounds_on_time_and_memory(text: str) -> None:
    memory, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(RenderError):
        render(text)
    assert time.process_time() - begun < 20  # seconds; each takes under 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 200_000  # kilobytes


def test_what_models_need_is_within_bounds() -> None:
    text = "{% for i in range(50000) %}select {{ i }} union all\n{% endfor %}select {{ 10**30 }}"
    assert render(text).text.count("union") == 50000
