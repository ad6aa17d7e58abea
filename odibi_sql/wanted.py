"""What was selected -> what a build takes on: ephemeral models come along, and checks must have all that they read."""

from __future__ import annotations

from collections.abc import Callable, Collection

from odibi_sql.dag import DAG


def with_ephemerals(dag: DAG, names: Collection[str]) -> tuple[str, ...]:
    """Ephemeral models have no results of their own to read: those that are read come along."""
    wanted, stack = set(names), list(names)
    while stack:
        for up in dag.nodes[stack.pop()].upstream:
            if up not in wanted and dag.nodes[up].config.materialized == "ephemeral":
                wanted.add(up)
                stack.append(up)
    return tuple(name for name in dag.nodes if name in wanted)


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
