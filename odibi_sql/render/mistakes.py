"""Exceptions out of Jinja -> RenderError: in plain words, at the place in the user's file, with what to try."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from types import TracebackType

from jinja2 import TemplateRuntimeError, TemplateSyntaxError
from msgspec import Struct

from odibi_sql.errors import Location, RenderError, nearest
from odibi_sql.render.names import Focus, TemplateMistakeError
from odibi_sql.render.places import OffsetLexer, Token, location, statement_at, tokens
from odibi_sql.render.sandbox import AbsentError, ReturnedValue

_NO_QUERIES = "templates cannot ask the database: list what you need in a var, or write it in SQL"
_NO_PACKAGES = "packages are not supported: copy the macro that you need into macros/"
_ONE_TIME = "use current_timestamp in the SQL: every build has one time"

# What dbt's templates have and these do not.
NOT_HERE: Mapping[str, str] = {
    "adapter": _NO_QUERIES,
    "api": _NO_QUERIES,
    "builtins": "call `ref` and `source` themselves",
    "database_schemas": _NO_QUERIES,
    "dbt": _NO_PACKAGES,
    "dbt_date": _NO_PACKAGES,
    "dbt_expectations": _NO_PACKAGES,
    "dbt_utils": _NO_PACKAGES,
    "dbt_version": "this is not dbt",
    "flags": "use a var",
    "graph": "templates cannot see the graph: `odibi-sql ls --output json` shows it",
    "invocation_id": "a result must not depend on which build made it",
    "load_result": _NO_QUERIES,
    "model": "use `this.name`, `this.schema` and `config.get(…)`",
    "modules": "Python modules are not available: dates and text are SQL's work",
    "post_hooks": "templates cannot see hooks: `config(post_hook=…)` sets them",
    "pre_hooks": "templates cannot see hooks: `config(pre_hook=…)` sets them",
    "run_query": _NO_QUERIES,
    "run_started_at": _ONE_TIME,
    "schema": "use `target.schema` or `this.schema`",
    "schemas": _NO_QUERIES,
    "selected_resources": "a result must not depend on what was selected",
    "statement": _NO_QUERIES,
    "store_result": _NO_QUERIES,
}
NO_TAGS: Mapping[str, str] = {
    "include": "write a macro in macros/: macros are available everywhere",
    "import": "macros of macros/ are available everywhere without an import",
    "from": "macros of macros/ are available everywhere without an import",
    "extends": "write a macro in macros/: macros are available everywhere",
    "block": "write a macro in macros/: macros are available everywhere",
    "snapshot": "its place is a file in snapshots/; here it is config(materialized='snapshot', …)",
    "materialization": "materializations are part of the program",
    "test": "put it into macros/ or checks/generic/, and a query that must return no rows into checks/",
    "data_test": "put it into macros/ or checks/generic/, and a query that must return no rows into checks/",
    "docs": "describe the model in YAML",
    "break": "filter what the loop goes through: {% for x in xs if … %}",
    "continue": "filter what the loop goes through: {% for x in xs if … %}",
}
_CLOSED_TAGS = frozenset(["call", "data_test", "filter", "for", "if", "macro", "raw", "set", "test"])
_MUTATING = frozenset(["append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault"])
_TOKENS = {
    "end of print statement": "`}}`",
    "end of statement block": "`%}`",
    "begin of statement block": "`{%`",
    "begin of print statement": "`{{`",
    "end of template": "the end of the file",
}


class Texts(Struct, frozen=True):
    """The templates that mistakes can be in (by path, plain newlines), and the names that they know."""

    text: Callable[[str], str]
    lexer: OffsetLexer
    names: Callable[[], Collection[str]]
    vars: Collection[str]

    def explain(self, error: Exception, path: str, at: int | None = None) -> RenderError:
        """`path` is the model's; `at` is the offset of what was being rendered, where no template's code ran."""
        if isinstance(error, RenderError):
            return error
        if isinstance(error, TemplateSyntaxError):
            return self._syntax(error, path)
        frames = _frames(error.__traceback__) or []
        if at is not None:
            frames.insert(0, (path, at))
        message, hint, focus = self._words(error)
        if not frames:
            return RenderError(message, Location(path), hint)
        inner = frames[-1]
        if inner[0] != path and (outer := next((frame for frame in frames if frame[0] == path), None)):
            message += f" (called from {location(path, self.text(path), self._start(outer))})"
        return RenderError(message, self._focused(inner, focus), hint)

    def _focused(self, frame: tuple[str, int], focus: Focus | None) -> Location:
        path, offset = frame
        text = self.text(path)
        statement = statement_at(tokens(self.lexer, text), offset)
        found = _find(statement, focus) if focus else None
        return location(path, text, found if found is not None else self._start(frame))

    def _start(self, frame: tuple[str, int]) -> int:
        statement = statement_at(tokens(self.lexer, self.text(frame[0])), frame[1])
        return statement[0].offset if statement else frame[1]

    def _words(self, error: Exception) -> tuple[str, str | None, Focus | None]:
        """What happened, what to try, and what in the statement it is about."""
        text = str(error).rstrip(".") or type(error).__name__
        match error:
            case TemplateMistakeError():
                return text, error.hint, error.focus
            case AbsentError():
                return self._absent(error)
            case ReturnedValue():
                return text, "a model is the text that it renders to", Focus("name", "return")
            case TemplateRuntimeError():
                return text, None, None
            case RecursionError():
                return "this is nested too deeply, or macros call each other without end", None, None
            case SyntaxError():
                return "loops are nested too deeply", None, None
            case MemoryError() | OverflowError():
                return "this is too large", None, None
        if called := re.search(r"macro '(\w+)' (.*)", text, re.DOTALL):
            said = re.sub(r"not more than (\d+) argument\(s\)", r"at most \1 arguments", called[2].replace("'", "`"))
            said = said.replace("at most 1 arguments", "at most 1 argument")
            return f"the macro `{called[1]}` {said}", None, Focus("name", called[1])
        return f"this cannot be rendered: {text}", None, None

    def _absent(self, error: AbsentError) -> tuple[str, str | None, Focus | None]:
        name = error.name
        if error.barred:
            hint = "values do not change: `{% set xs = xs + [x] %}`; in a loop, on a `namespace`"
            return (
                f"the attribute `{name}` is not available here",
                hint if name in _MUTATING else None,
                Focus("attribute", name),
            )
        if error.owner is not None:
            return f"`{error.owner}` has no `{name}`", None, Focus("attribute", name)
        focus = Focus("name", name)
        if str(error).startswith("parameter "):
            return f"the macro was not given its `{name}`", None, focus
        if name in NOT_HERE:
            return f"`{name}` is not available here", NOT_HERE[name], focus
        if name in self.vars:
            return f"no name `{name}`", f"a var is read by `var('{name}')`", focus
        close = nearest(name, self.names())
        return f"no name `{name}`", f"did you mean `{close}`?" if close else "vars are read by `var('name')`", focus

    def _syntax(self, error: TemplateSyntaxError, path: str) -> RenderError:
        path = error.name or path
        text = self.text(path)
        message = (error.message or "this is not a template").rstrip(".")
        offset = min(error.lineno - 1, len(text))
        hint = None
        if unclosed := re.search(r"innermost block that needs to be closed is '(\w+)'", message):
            tag = unclosed[1]
            opened = _last_open(tokens(self.lexer, text), tag)
            offset = opened if opened is not None else offset
            message, hint = f"`{{% {tag} %}}` is never closed", f"add `{{% end{tag} %}}`"
        elif unknown := re.search(r"Encountered unknown tag '(\w+)'", message):
            tag, opens = unknown[1], unknown[1].removeprefix("end")
            message, hint = f"no tag `{{% {tag} %}}`", NO_TAGS.get(tag)
            if opens != tag and opens in _CLOSED_TAGS:
                message, hint = f"`{{% {tag} %}}` closes nothing", f"no `{{% {opens} %}}` is open here"
        elif missing := re.search(r"[Nn]o (filter|test) named '(\w+)'", message):
            close = nearest(missing[2], self._environment_names(missing[1]))
            message, hint = f"no {missing[1]} `{missing[2]}`", f"did you mean `{close}`?" if close else None
            statement = statement_at(tokens(self.lexer, text), offset)
            offset = next((token.offset for token in statement if token.value == missing[2]), offset)
        elif "Missing end of" in message:
            begun = [token.offset for token in tokens(self.lexer, text)]
            offset = begun[-1] if begun else offset
            message = message.replace("Missing end of", "no end of this").removesuffix(" tag")
        elif message.startswith("unexpected char"):
            message = re.sub(r" at \d+$", "", message)
            if text[offset : offset + 1] in {"'", '"'}:
                message = "a quote that opens here is never closed"
        else:
            for theirs, ours in _TOKENS.items():
                message = message.replace(f"'{theirs}'", ours)
            message = message[:1].lower() + message[1:]
        message = re.sub(r"'([^'\"]+)'", r"`\1`", message)
        return RenderError(message, location(path, text, offset), hint)

    def _environment_names(self, kind: str) -> Collection[str]:
        table = self.lexer.environment.filters if kind == "filter" else self.lexer.environment.tests
        return [name for name in table if name.isidentifier()]


def refused_tag(tag: str, offset: int, path: str, text: str) -> RenderError:
    return RenderError(f"`{{% {tag} %}}` is not supported", location(path, text, offset), NO_TAGS.get(tag))


def _frames(traceback: TracebackType | None) -> list[tuple[str, int]]:
    """(path, offset) of every template's code in a traceback, the innermost last."""
    found = []
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.name is not None:
            found.append((template.name, template.get_corresponding_lineno(traceback.tb_lineno) - 1))
        traceback = traceback.tb_next
    return found


def _find(statement: tuple[Token, ...], focus: Focus) -> int | None:
    for i, token in enumerate(statement):
        before = statement[i - 1].value if i else ""
        after = statement[i + 1].value if i + 1 < len(statement) else ""
        is_name = token.kind == "name" and token.value == focus.text
        is_text = token.kind == "string" and token.value[1:-1] == focus.text
        if focus.kind == "name" and is_name and before != "." and after != "=":
            return token.offset
        if focus.kind == "attribute" and ((is_name and before == ".") or (is_text and before == "[")):
            return token.offset
        if focus.kind == "string" and is_text:
            return token.offset
        if focus.kind in {"keyword", "value"} and ((is_name and after == "=") or (is_text and after == ":")):
            return statement[i + 2].offset if focus.kind == "value" and i + 2 < len(statement) else token.offset
    return None


def _last_open(found: tuple[Token, ...], tag: str) -> int | None:
    """Where the innermost `tag` that is still open at the end begins."""
    opened: list[int] = []
    for begin, name in pairwise(found):
        if begin.kind != "block_begin":
            continue
        if name.value == tag:
            opened.append(begin.offset)
        elif name.value == f"end{tag}" and opened:
            opened.pop()
    return opened[-1] if opened else None
