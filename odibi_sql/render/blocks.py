"""dbt's `{% test name(model, …) %}` block: a macro, called `test_name`."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser


class TestBlock(Extension):
    tags = {"test", "data_test"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        begin = next(parser.stream)
        macro = nodes.Macro(lineno=begin.lineno)
        macro.name = f"test_{parser.parse_assign_target(name_only=True).name}"
        parser.parse_signature(macro)
        macro.body = parser.parse_statements((f"name:end{begin.value}",), drop_needle=True)
        return macro
