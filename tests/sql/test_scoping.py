"""Random nested queries with CTEs, written by a generator that knows SQL's scoping rules and what its text reads.

DuckDB is asked as well: bound to other names, each query has to find everything that it reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odibi_sql.relation import Slot
from odibi_sql.sql import analyse, bind

NAMES = ["a", "b", "c"]


@dataclass
class Writer:
    """Writes a query and notes each table that it reads, in text order."""

    draw: st.DrawFn
    reads: list[str] = field(default_factory=list)

    def pick(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def written(self, name: str) -> str:
        return self.pick(name, name.upper(), f'"{name}"', f'"{name.upper()}"')

    def source(self, ctes: frozenset[str]) -> str:
        name = self.pick(*NAMES)
        if self.pick("plain", "plain", "plain", "schema") == "schema":
            self.reads.append(f"main.{name}")
            return f"main.{name}"
        if name not in ctes:
            self.reads.append(name)
        return self.written(name)

    def item(self, ctes: frozenset[str], depth: int) -> str:
        kind = self.pick("table", "table", "query", "lateral", "join") if depth else "table"
        if kind == "query":
            return f"({self.query(ctes, depth - 1)})"
        if kind == "lateral":
            return f"lateral ({self.query(ctes, depth - 1)})"
        if kind == "join":
            return f"({self.source(ctes)} l join {self.source(ctes)} r using (n))"
        return self.source(ctes)

    def select(self, ctes: frozenset[str], depth: int) -> str:
        shape = (
            self.pick("from", "select", "select", "exists", "column", "in") if depth else self.pick("from", "select")
        )
        if shape == "column":
            inner = f"(select max(n) from ({self.query(ctes, depth - 1)}))"
            return f"select {inner} as n from {self.source(ctes)} t1"
        text = (
            f"from {self.item(ctes, depth)} t1" if shape == "from" else f"select t1.n from {self.item(ctes, depth)} t1"
        )
        if shape == "select" and self.pick("one", "two") == "two":
            text += f" cross join {self.item(ctes, depth)} t2"
        if shape == "exists":
            text += f" where exists ({self.query(ctes, depth - 1)})"
        if shape == "in":
            text += f" where t1.n not in ({self.query(ctes, depth - 1)})"
        return text

    def query(self, ctes: frozenset[str], depth: int) -> str:
        text = ""
        if depth and self.pick("with", "without") == "with":
            text, ctes = self.with_(ctes, depth - 1)
        text += self.select(ctes, depth)
        for _ in range(self.draw(st.integers(0, 1))):
            text += f" union all {self.select(ctes, depth - 1 if depth else 0)}"
        return text

    def with_(self, ctes: frozenset[str], depth: int) -> tuple[str, frozenset[str]]:
        recursive = self.pick("", "recursive ")
        parts = []
        for name in self.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)):
            if recursive and self.pick("union", "plain") == "union":
                left = self.select(ctes, depth)
                right = f"select n + 1 as n from ({self.select(ctes | {name}, 0)}) where n < 3"
                body = f"select n from ({left}) union {right}"
            elif recursive:  # brackets of its own, so that a UNION in it is not what the CTE itself is
                body = f"select n from ({self.query(ctes, depth)})"
            else:
                body = self.query(ctes, depth)
            ctes |= {name}
            parts.append(f"{self.written(name)} as ({body})")
        return f"with {recursive}{', '.join(parts)} ", ctes


@st.composite
def queries(draw: st.DrawFn) -> tuple[str, list[str]]:
    writer = Writer(draw)
    return writer.query(frozenset(), draw(st.integers(0, 3))), writer.reads


@pytest.fixture(scope="module")
def elsewhere() -> duckdb.DuckDBPyConnection:
    """Views of names that no query uses, and nothing else: a read that is missed cannot be bound."""
    connection = duckdb.connect()
    for name in NAMES:
        connection.execute(f'create view "bound {name}" as select 1 as n')
    return connection


@given(queries())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_are_those_of_the_generator(elsewhere: duckdb.DuckDBPyConnection, query: tuple[str, list[str]]) -> None:
    sql, reads = query
    statement = analyse(sql)
    assert [".".join(read.parts).lower() for read in statement.references] == reads
    slots = [
        Slot(read.start, read.end, "relation", read.parts[-1].lower(), read.suffix) for read in statement.references
    ]
    bound = bind(statement.sql, [*slots, *statement.rewrites], {name: f'"bound {name}"' for name in NAMES}, "/")
    elsewhere.execute(f"explain {bound.sql}")
