"""Jinja without reach: no files, no network, no Python behind the values, and bounds on time and memory.

Jinja's sandbox keeps templates away from Python's insides. It does not bound what they use, so here every loop, call
and container is charged to a budget of steps, and no text may grow beyond MAX_TEXT characters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateRuntimeError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from odibi_sql.render.blocks import TestBlock
from odibi_sql.render.limits import (
    MAX_BITS,
    MAX_STEPS,
    MAX_TEXT,
    MAX_WIDTH,
    METHODS,
    TooMuchError,
    check_format,
    check_growth,
    check_method,
    too_long,
)
from odibi_sql.render.places import Marks, OffsetLexer

FILTERS = frozenset(
    (
        *("abs", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "first", "float", "format"),
        *("groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min"),
        *("reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "slice", "sort", "string"),
        *("sum", "title", "trim", "truncate", "unique", "upper", "wordcount"),
    )
)
WIDE_FILTERS = frozenset(["batch", "center", "indent", "round", "slice"])


class ReturnedValue(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__("`return` outside of a macro")
        self.value = value


class AbsentError(TemplateRuntimeError):
    """Something was used that is not there: a name, or an attribute or item of an `owner`; or (`barred`) may not be."""

    def __init__(self, message: str, name: object, owner: str | None, barred: bool) -> None:
        super().__init__(message)
        self.name = str(name)
        self.owner = owner
        self.barred = barred


class Absent(StrictUndefined):
    """Jinja's undefined value, whose errors say which name it was."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = TemplateRuntimeError,
    ) -> None:
        super().__init__(hint, obj, name, exc)
        barred = exc is SecurityError
        owner = None if obj is missing else type(obj).__name__.strip("_").lower()

        def error(message: str) -> AbsentError:
            return AbsentError(message, name, owner, barred)

        self._undefined_exception = error  # type: ignore[assignment]


class Sandbox(ImmutableSandboxedEnvironment):
    """`marks`, if given, are put into the literal text of all templates."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])

    def __init__(self, marks: Marks | None = None) -> None:
        super().__init__(
            undefined=Absent,
            extensions=["jinja2.ext.do", TestBlock],
            keep_trailing_newline=True,
            finalize=self.written,
            cache_size=0,
        )
        self._steps = MAX_STEPS
        self._lexer = OffsetLexer(self, marks)
        self._marks = marks
        kept = {name: _bounded(self, name, self.filters[name]) for name in FILTERS}
        self.filters = {**kept, "tojson": self._to_json, "~loop": self._loop, "~text": self._text}
        self.globals = {
            "dict": dict,
            "range": self._range,
            "namespace": self.globals["namespace"],
            "joiner": self.globals["joiner"],
            "cycler": self.globals["cycler"],
            "tojson": self._to_json,
            "fromjson": _from_json,
        }

    @property
    def lexer(self) -> OffsetLexer:
        return self._lexer

    def begin(self) -> None:
        """A new budget."""
        self._steps = MAX_STEPS

    def charge(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise TooMuchError(f"this takes more than {MAX_STEPS:,} steps to render")

    def parsed(self, text: str, path: str) -> nodes.Template:
        """With marks, if this sandbox has them. Raises TemplateSyntaxError, its `lineno` an offset from 1."""
        template = self.parse(text, path, path)
        if self._marks is not None:
            self._marks.keep_shallow(template)
        return template

    def compiled(self, template: nodes.Template, path: str) -> Template:
        """With bounds in its loops."""
        _Bounds().visit(template)
        return self.template_class.from_code(self, self.compile(template, path, path), {})

    def concat(self, parts: Iterable[str]) -> str:
        """Called by compiled templates for what macros and blocks make."""
        size, kept = 0, []
        for part in parts:
            size += len(part)
            if size > MAX_TEXT:
                raise too_long()
            kept.append(part)
        return "".join(kept)

    def handle_exception(self, source: str | None = None) -> Any:  # noqa: ARG002 - Jinja calls it so
        """Leave tracebacks as they are: they are read by machine, for offsets that are no line numbers."""
        raise

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            self.weigh([right])
            check_format(left, right)
        elif operator in {"*", "**"} and isinstance(left, int) and isinstance(right, int):
            bits = left.bit_length() * (abs(right) if operator == "**" else 1) + right.bit_length()
            if bits > MAX_BITS:
                raise TooMuchError("this number is too large")
        elif operator in {"+", "*"}:
            check_growth(operator, left, right)
            self.charge(len(left) // 100 if isinstance(left, (str, list, tuple)) else 0)
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """As Jinja names them, so that no keyword argument of a template can clash."""
        __self.charge(_STEPS_A_CALL)
        __self.weigh(args)
        __self.weigh(kwargs)
        kind = type(__obj)
        if kind is Macro:
            try:
                return super().call(__context, __obj, *args, **kwargs)
            except ReturnedValue as returned:
                return returned.value
        if kind is _BUILTIN_METHOD:
            owner, name = __obj.__self__, __obj.__name__
            if name not in METHODS.get(type(owner), ()):
                raise SecurityError(f"`{name}` is not available here")
            if isinstance(owner, str):
                args = check_method(owner, name, args, kwargs)
        elif kind is LoopContext and args:
            args = (__self._loop(args[0]), *args[1:])
        return super().call(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None

        def bounded(*args: Any, **kwargs: Any) -> str:
            check_format(value.__self__, (*args, *kwargs.values()))
            return wrapped(*args, **kwargs)

        return bounded

    def weigh(self, value: Any) -> None:
        """Charge a container for all that is in it: shared parts count as often as they would be written."""
        if isinstance(value, (list, tuple, dict)):
            rest: list[Any] = [value]
            while rest:
                item = rest.pop()
                inner = item.values() if isinstance(item, dict) else item
                self.charge(len(inner))
                rest.extend(part for part in inner if isinstance(part, (list, tuple, dict)))

    def written(self, value: Any) -> Any:
        """What a `{{ … }}` gives, if it is text: the name of a function would tell where in memory it is."""
        if callable(value) and not isinstance(value, Undefined):
            raise TemplateRuntimeError("this is a function, not text: call it, with `(…)`")
        if isinstance(value, Iterator):
            raise TemplateRuntimeError("this is a sequence, not text: make a list of it, with `| list`")
        self.weigh(value)
        return value

    def _range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        self.charge(min(len(numbers), MAX_STEPS + 1) if numbers.stop < 1 << 60 else MAX_STEPS + 1)
        return numbers

    def _loop(self, items: Any) -> Any:
        """What a `for` goes through; charged as a whole on entry, so that `loop.length` and the like stay exact."""
        if not hasattr(items, "__len__") or isinstance(items, Undefined):
            items = list(items)
        self.charge(len(items))
        return items

    def _to_json(self, value: Any) -> str:
        self.weigh(value)
        return json.dumps(value, default=str, ensure_ascii=False)

    def _text(self, parts: Sequence[Any]) -> str:
        for part in parts:
            self.weigh(part)
        return self.concat(str(part) for part in parts)


_BUILTIN_METHOD = type("".join)
_STEPS_A_CALL = 4


class _Bounds(NodeTransformer):
    """Sends what loops go through, and what `~` joins, through the sandbox."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the visitor's naming
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "~loop", [], [], None, None, lineno=node.iter.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "~text", [], [], None, None, lineno=node.lineno)


def _from_json(text: str) -> Any:
    return json.loads(text)


def _bounded(sandbox: Sandbox, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that weighs what it is given and refuses to make too much of it."""
    passes = hasattr(function, "jinja_pass_arg")  # its first argument is Jinja's own

    def bounded(*args: Any, **kwargs: Any) -> Any:
        value, *more = args[1:] if passes else args
        sandbox.weigh(value)
        given = [*more, *kwargs.values()]
        if name in WIDE_FILTERS and any(isinstance(item, int) and abs(item) > MAX_WIDTH for item in given):
            raise TooMuchError(f"a number for `{name}` may not be above {MAX_WIDTH}")
        if name == "format":
            sandbox.weigh(given)
            check_format(str(value), given)
        elif name == "replace" and len(more) >= 2:
            check_method(str(value), name, (str(more[0]), str(more[1])), {})
        elif name == "join":
            value = list(value)
            separator = given[0] if given else ""
            if sum(len(str(item)) for item in value) + len(value) * len(str(separator)) > MAX_TEXT:
                raise too_long()
        result = function(*args[:1], value, *more, **kwargs) if passes else function(value, *more, **kwargs)
        if isinstance(result, str) and len(result) > MAX_TEXT:
            raise too_long()
        return result

    if passes:
        bounded.jinja_pass_arg = function.jinja_pass_arg  # type: ignore[attr-defined]
    return bounded
