"""Why a node runs: what its recipe has that the last result of that name has not, in a line."""

from __future__ import annotations

import json

from odibi_sql.cache import CacheManager, Difference, Entry, Recipe, differences
from odibi_sql.cache.keys import engine_name
from odibi_sql.dag import DAGNode
from odibi_sql.incremental.versions import Version, reason_of
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Model, PythonModel
from odibi_sql.recipes import UNKNOWN, Previous, is_volatile, seen

BY_MACRO = "a macro changed the SQL"


def why(
    node: DAGNode, recipe: Recipe, cache: CacheManager, force: bool = False, version: Previous | None = None
) -> str:
    """Why no stored result fits: the difference to the last one of that name, in a line. `version` is what the target
    shows of a node that builds on it."""
    if force:
        return "stored results are not used (--no-cache)"
    if isinstance(node.definition, PythonModel) and node.definition.volatile:
        return f"new in every build: {node.definition.volatile}"
    if is_volatile(node):
        unknown = node.model.statement.unknown_files
        return "reads files named by an expression" if unknown else "its time or randomness is new in every build"
    if MATERIALIZATIONS[node.config.materialized].irreplaceable:
        previous = version.entry if version else None
        if version is None:
            return "its history begins"
        if previous is None:
            return "what its history has seen is not known"
    else:
        latest = cache.latest(node.name)
        previous = cache.get(latest.key) if latest else None
    if previous is None:
        return "no stored result"
    return _changes(node, previous, recipe) or "its stored result is gone"


def why_version(node: DAGNode, version: Version) -> str:
    """Why a growing model has this next version."""
    changes = _changes(node, version.published, version.recipe) if version.published is not None else ""
    if not changes and is_volatile(node):
        changes = "its time or randomness is new in every build"
    return reason_of(node, version, changes)


def _changes(node: DAGNode, previous: Entry, recipe: Recipe) -> str:
    found = differences(seen(previous.recipe), seen(recipe))
    sql_changed = any(one.part == "sql" for one in found)
    told = [_told(one, node, previous, sql_changed=sql_changed) for one in found]
    if engine_name(previous.recipe.engine) != engine_name(recipe.engine):  # in whose words the same SQL is another
        told = [text for text in told if text != BY_MACRO]
    return "; ".join(dict.fromkeys(text for text in told if text))


def _told(difference: Difference, node: DAGNode, previous: Entry, *, sql_changed: bool) -> str | None:
    """None for what says nothing besides other differences, or is not known yet."""
    name, old, new = difference.name, difference.old, difference.new
    match difference.part:
        case "sql":
            return _sql_changed(node, previous)
        case "input" if None in (old, new):
            return None if sql_changed else "reads other tables"
        case "input":
            return _input_changed(name, new) if new != UNKNOWN else None
        case "kind":
            return f"was a {old}, is a {new}"
        case "moment":
            return "the date changed"
        case "engine":
            return f"engine was {old}, is {new}"
        case "option" if name.startswith(("module ", "package ")):
            what, _, of = name.partition(" ")
            return f"{what} `{of}` changed"
        case part:
            return f"{part} `{name}` changed"


# How the content of a source is known, as its first word says, if not by its bytes.
_KNOWN_BY = {
    "always ": "counts as new in every build (`fingerprint: always`)",
    "stat ": "was written to (`fingerprint: stat`)",
    "query ": "answers its `fingerprint_query` otherwise",
}


def _input_changed(name: str, content: str | None) -> str:
    if name.startswith("file "):
        return f"{name} changed"
    told = next((told for word, told in _KNOWN_BY.items() if (content or "").startswith(word)), "changed")
    return f"`{name}` {told}"


def notes_of(node: DAGNode) -> dict[str, object]:
    """What an entry keeps to explain a later miss: the template's hash and what its Jinja read."""
    if isinstance(node.definition, PythonModel):
        return {"template": node.definition.template}
    if not isinstance(node.definition, Model):
        return {}
    model = node.model
    return {"template": model.template, "vars": dict(model.vars), "env": dict(model.env)}


def _sql_changed(node: DAGNode, previous: Entry) -> str:
    if isinstance(node.definition, PythonModel):
        return "code changed"
    notes = notes_of(node)
    if previous.notes.get("template") != notes.get("template"):
        return "SQL changed"
    changed = []
    for word, kind in (("var", "vars"), ("environment variable", "env")):
        old, new = dict(previous.notes.get(kind) or {}), notes.get(kind)
        new = new if isinstance(new, dict) else {}
        changed += [f"{word} `{name}` changed" for name in new if old.get(name) != new[name]]
    return "; ".join(changed) or BY_MACRO


def describe_value(value: str | None) -> str:
    """A recorded var or environment value as the user wrote it."""
    return "(not set)" if value is None else str(json.loads(value))
