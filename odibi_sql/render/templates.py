"""Models and macros as Jinja templates: compiled when they are needed, rendered one at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Template, nodes
from jinja2.runtime import Macro, new_context

from odibi_sql.errors import Problems, RenderError
from odibi_sql.project import MacroFile, ModelFile
from odibi_sql.render.limits import MAX_TEXT, too_long
from odibi_sql.render.mistakes import Texts, refused_tag
from odibi_sql.render.names import Given, Names, Recording
from odibi_sql.render.places import Marks, location, with_plain_newlines
from odibi_sql.render.sandbox import Sandbox

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_MACRO = re.compile(r"\{%[-+]?\s*(macro|test|data_test)\s+([^\W\d]\w*)")
_TEST = re.compile(r"(data_)?test\b")

_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.Extends: "extends",
    nodes.Block: "block",
}


class _Scope(dict[str, Any]):
    """All names of all templates. A macro's file is compiled when one of its macros is first looked up."""

    def __init__(self, given: Mapping[str, Any], templates: Templates) -> None:
        super().__init__(given)
        self._templates = templates

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._templates.load_macro(name)


class Templates:
    """With `marks`, the edition that is rendered has them in its text.

    Raises Problems where two macros have one name, or a macro that of a built-in.
    """

    def __init__(self, given: Given, marks: Marks | None = None) -> None:
        self._sandbox = Sandbox(marks)
        self._names = Names(given)
        built_in = {**self._sandbox.globals, **self._names.table()}
        self._macros = _macro_index(given.project.macros, built_in)
        self._scope = _Scope(built_in, self)
        self._context = new_context(self._sandbox, None, {}, self._scope, shared=True)
        self._model_texts: dict[str, str] = {}
        self._texts = Texts(self._text, self._sandbox.lexer, self._known, given.project.vars)
        self._macro_texts = {file.path: with_plain_newlines(file.text) for file in given.project.macros}
        self._schema = given.project.target.schema
        self._macro_reads = Recording(ModelFile("", "", ""), {})
        self._own: dict[str, tuple[str, ...]] = {}  # macros in the scope that are for one model only, by file

    def render(self, model: ModelFile, hook: str | None = None) -> tuple[str, Recording]:
        """Raises RenderError. `hook`: the text is that of a hook of this name."""
        self._model_texts = {model.path: with_plain_newlines(model.text)}
        recording = self._names.recording = Recording(model, {"schema": self._schema, **model.defaults}, hook=hook)
        self._sandbox.begin()
        self._forget_own()
        try:
            template = self._sandbox.parsed(self._text(model.path), model.path)
        except Exception as error:
            raise self._texts.explain(error, model.path) from None
        for node in template.find_all(nodes.Macro):
            if block := _TEST.match(self._text(model.path), node.lineno - 1):
                raise refused_tag(block[0], node.lineno - 1, model.path, self._text(model.path))
        simple = _simple_parts(template)
        text = self._run(template, model.path) if simple is None else self._write(simple, model.path)
        recording.vars = {**self._macro_reads.vars, **recording.vars}
        recording.env = {**self._macro_reads.env, **recording.env}
        return text, recording

    def load_macro(self, name: object) -> bool:
        """Compile the file of the macro of this name, if there is one; its macros are then in the scope."""
        file = self._macros.pop(name, None) if isinstance(name, str) else None
        if file is None:
            return False
        before, self._names.recording = self._names.recording, self._macro_reads
        self._macro_reads.settings = {"schema": self._schema}
        try:
            parsed = self._sandbox.parsed(self._text(file), file)
            is_own = _calls_outside_macros(parsed)
            template = self._compile(parsed, file)
            context = new_context(self._sandbox, file, template.blocks, self._scope, shared=True)
            for _ in template.root_render_func(context):
                pass
        except Exception as error:
            self._macros[str(name)] = file
            raise self._texts.explain(error, file) from None
        finally:
            self._names.recording = before
        defined = {key: value for key, value in context.vars.items() if isinstance(value, Macro)}
        for key, value in defined.items():
            self._macros.pop(key, None)
            self._scope.setdefault(key, value)
        if is_own:
            self._own[file] = tuple(defined)
        return name in defined

    def _forget_own(self) -> None:
        """What one model did to a `namespace` of a macro file must not show in another."""
        for file, names in self._own.items():
            for name in names:
                del self._scope[name]
                self._macros[name] = file
        self._own.clear()

    def macro_files(self) -> list[str]:
        return list(self._macro_texts)

    def check_macros(self, path: str) -> None:
        """Raises RenderError where the file is no template."""
        try:
            self._compile(self._sandbox.parsed(self._text(path), path), path)
        except Exception as error:
            raise self._texts.explain(error, path) from None

    def _compile(self, template: nodes.Template, path: str) -> Template:
        for node in template.find_all(tuple(_REFUSED)):
            raise refused_tag(_REFUSED[type(node)], node.lineno - 1, path, self._text(path))
        return self._sandbox.compiled(template, path)

    def _run(self, template: nodes.Template, path: str) -> str:
        try:
            compiled = self._compile(template, path)
            context = new_context(self._sandbox, path, compiled.blocks, self._scope, shared=True)
            return self._sandbox.concat(compiled.root_render_func(context))
        except Exception as error:
            raise self._texts.explain(error, path) from None

    def _write(self, parts: list[str | _Part], path: str) -> str:
        """What `_run` does, for a template so simple that compiling it would be most of the work."""
        written, size = [], 0
        for part in parts:
            if isinstance(part, str):
                text = part
            else:
                try:
                    text = self._evaluate(part)
                except Exception as error:
                    raise self._texts.explain(error, path, part.offset) from None
            size += len(text)
            if size > MAX_TEXT:
                raise self._texts.explain(too_long(), path)
            written.append(text)
        return "".join(written)

    def _evaluate(self, part: _Part) -> str:
        value = self._scope[part.name] if part.name in self._scope else self._sandbox.undefined(name=part.name)
        if part.call is not None:
            value = self._sandbox.call(self._context, value, *part.call[0], **part.call[1])
        return str(self._sandbox.written(value))

    def _text(self, path: str) -> str:
        return self._model_texts.get(path) or self._macro_texts.get(path, "")

    def _known(self) -> list[str]:
        return [*self._scope, *self._macros]


def _calls_outside_macros(template: nodes.Template) -> bool:
    """Whether a macro file makes something, such as a namespace, that its macros share."""
    return any(node.find(nodes.Call) for node in template.body if not isinstance(node, nodes.Macro))


class _Part:
    """`{{ name }}`, or `{{ name(…) }}` with constant arguments."""

    def __init__(self, name: str, offset: int, call: tuple[list[Any], dict[str, Any]] | None) -> None:
        self.name = name
        self.offset = offset
        self.call = call


def _simple_parts(template: nodes.Template) -> list[str | _Part] | None:
    """Text and simple calls, where the template has nothing else."""
    parts: list[str | _Part] = []
    for output in template.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            part = node.data if isinstance(node, nodes.TemplateData) else _simple_part(node)
            if part is None:
                return None
            parts.append(part)
    return parts


def _simple_part(node: nodes.Expr) -> _Part | None:
    if isinstance(node, nodes.Name):
        return _Part(node.name, node.lineno - 1, None)
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
        return None
    try:
        args = [arg.as_const() for arg in node.args]
        kwargs = {pair.key: pair.value.as_const() for pair in node.kwargs}
    except nodes.Impossible:
        return None
    return _Part(node.node.name, node.lineno - 1, (args, kwargs))


def _macro_index(files: tuple[MacroFile, ...], built_in: Mapping[str, Any]) -> dict[str, str]:
    """The file of each macro, found without Jinja; a macro inside a comment is none."""
    index: dict[str, str] = {}
    first: dict[str, str] = {}
    errors = []
    for file in files:
        text = _COMMENT.sub(lambda comment: " " * len(comment[0]), with_plain_newlines(file.text))
        for match in _MACRO.finditer(text):
            name = match[2] if match[1] == "macro" else f"test_{match[2]}"
            where = location(file.path, text, match.start(2))
            if name in built_in:
                errors.append(RenderError(f"the macro `{name}` has the name of a built-in", where, "rename it"))
            elif name in first:
                errors.append(RenderError(f"the macro `{name}` is defined twice, first at {first[name]}", where))
            else:
                index[name] = file.path
                first[name] = str(where)
    if errors:
        raise Problems(errors)
    return index
