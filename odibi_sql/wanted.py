"""What was selected -> what a build takes on, and what it must be given: ephemeral models come along, and checks must
have all that they read."""

from __future__ import annotations

from collections.abc import Callable, Collection

from odibi_sql.dag import DAG


def with_ephemerals(dag: DAG, names: Collection[str]) -> tuple[str, ...]:
    """Ephemeral models have no results of their own to read: those that are read come along."""
    return dag.with_upstream(names, lambda node: node.config.materialized == "ephemeral")


def read_besides(dag: DAG, names: Collection[str]) -> dict[str, str]:
    """What these read that is none of them and has to be made, each with one of its readers."""
    made = {name: dag.nodes[name].upstream for name in names}
    return {up: name for name, ups in made.items() for up in ups if up not in made and not _is_source(dag, up)}


def checks_without_input(dag: DAG, names: Collection[str], is_shown: Callable[[str], bool]) -> dict[str, str]:
    """Checks among these that read what is neither among them nor shown, each with one name of that kind.

    A check comes along with any of the tables that it looks at; the others need not be there yet.
    """
    selected = frozenset(names)
    found = {}
    for name in names:
        if dag.nodes[name].check and (lacking := _lacking(dag, name, selected, is_shown)) is not None:
            found[name] = lacking
    return found


def _lacking(dag: DAG, name: str, selected: frozenset[str], is_shown: Callable[[str], bool]) -> str | None:
    stack = list(dag.nodes[name].upstream)
    while stack:
        up = stack.pop()
        node = dag.nodes[up]
        if up in selected or _is_source(dag, up):
            continue
        if node.config.materialized == "ephemeral":
            stack += node.upstream
        elif not is_shown(up):
            return up
    return None


def _is_source(dag: DAG, name: str) -> bool:
    return dag.nodes[name].resource == "source"
