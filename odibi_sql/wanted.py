"""What was selected -> what a build takes on: ephemeral models come along, and checks must have all that they read."""

from __future__ import annotations

from collections.abc import Callable, Collection

from odibi_sql.dag import DAG


def with_ephemerals(dag: DAG, names: Collection[str]) -> tuple[str, ...]:
    """Ephemeral models have no results of their own to read: those that are read come along."""
    return dag.with_upstream(names, lambda node: node.config.materialized == "ephemeral")


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
        if up in selected or node.resource == "source":
            continue
        if node.config.materialized == "ephemeral":
            stack += node.upstream
        elif not is_shown(up):
            return up
    return None
