"""SQL text -> what it reads and how to run it under other names; the only package that knows sqlglot.

parsing      text -> tokens and tree of one query
references   tree -> tables and files read, by SQL's own scoping
moments      tokens -> whether time, chance or the engine's state can change the rows
canonical    tokens -> a text that is equal exactly where the tokens mean the same
dialects     tree -> the query in the engine's dialect
statement    what comes out
origins      a place in transpiled SQL -> the place in what was written
analyse      all of it together
bind         SQL and slots -> SQL with other names
"""

from __future__ import annotations

from odibi_sql.sql.analyse import analyse, origin
from odibi_sql.sql.bind import Bound, absolute, at_home, bind
from odibi_sql.sql.canonical import canonical, token_diff
from odibi_sql.sql.statement import FileRead, Note, Reference, Statement, SyntaxProblem, Written

__all__ = [
    "Bound",
    "FileRead",
    "Note",
    "Reference",
    "Statement",
    "SyntaxProblem",
    "Written",
    "absolute",
    "analyse",
    "at_home",
    "bind",
    "canonical",
    "origin",
    "token_diff",
]
