"""Why a node runs: what its recipe has that the last result of that name has not, in a line."""

from __future__ import annotations

import json

from odibi_sql.cache import CacheManager, Entry, Recipe, differences
from odibi_sql.dag import DAGNode
from odibi_sql.incremental.versions import BEFORE, REWRITING, Version, engine_name, reason_of
from odibi_sql.materializations import MATERIALIZATIONS
from odibi_sql.model import Model, PythonModel
from odibi_sql.recipes import UNKNOWN, Previous, is_volatile, seen


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
    said = [text for text in _said(node, previous, recipe) if text]
    return "; ".join(dict.fromkeys(said)) or "its stored result is gone"


def why_version(node: DAGNode, version: Version) -> str:
    """Why a growing model has this next version."""
    said = _said(node, version.published, version.recipe) if version.published is not None else []
    if not any(said) and is_volatile(node):
        said = ["its time or randomness is new in every build"]
    return reason_of(node, version, "; ".join(dict.fromkeys(text for text in said if text)))


def _said(node: DAGNode, previous: Entry, recipe: Recipe) -> list[str]:
    before = {name for name, _ in previous.recipe.inputs}
    said = []
    goes_over = engine_name(previous.recipe.engine) != engine_name(recipe.engine)
    for difference in differences(seen(previous.recipe), seen(recipe)):
        match difference.part:
            case "setting" | "option" if goes_over and (difference.part == "setting" or difference.name == REWRITING):
                continue  # each engine has its own
            case "sql":
                said.append(_sql_changed(node, previous))
            case "input" if difference.name == BEFORE:
                continue
            case "input" if difference.new is None or difference.name not in before:
                said.append(
                    "" if "sql" in {d.part for d in differences(previous.recipe, recipe)} else "reads other tables"
                )
            case "input" if difference.new == UNKNOWN:
                continue
            case "input":
                name = difference.name
                said.append(_input_changed(name, difference.new))
            case "kind":
                said.append(f"was a {difference.old}, is a {difference.new}")
            case "moment":
                said.append("the date changed")
            case "engine":
                said.append(f"engine was {difference.old}, is {difference.new}")
            case "option" if difference.name.startswith(("module ", "package ")):
                what, _, name = difference.name.partition(" ")
                said.append(f"{what} `{name}` changed")
            case part:
                said.append(f"{part} `{difference.name}` changed")
    return said


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
    return "; ".join(changed) or "a macro changed the SQL"


def describe_value(value: str | None) -> str:
    """A recorded var or environment value as the user wrote it."""
    return "(not set)" if value is None else str(json.loads(value))
