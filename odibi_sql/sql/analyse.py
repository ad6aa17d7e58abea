"""Text -> Statement.

Importing this module is cheap: sqlglot is loaded when the first text is analysed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from odibi_sql.sql.statement import Statement

if TYPE_CHECKING:
    from odibi_sql.sql.parsing import Parsed


def analyse(
    text: str,
    dialect: str = "duckdb",
    engine_dialect: str = "duckdb",
    schemas: Mapping[str, Mapping[str, str]] | None = None,
) -> Statement:
    """Find what one SELECT-like query reads.

    Raises SyntaxProblem for anything else than one query, for what sqlglot cannot parse, and for what cannot be said
    in `engine_dialect`. `schemas` are the tables that it reads, as written and in lower case, each with its columns'
    types in DuckDB's words: where they are known, a query for Spark is plainer, and refused here instead of by Spark.
    """
    from odibi_sql.sql.parsing import parse  # 60 ms to import, most of it sqlglot

    dialect, engine_dialect = dialect.lower(), engine_dialect.lower()
    parsed = parse(text, dialect)
    if dialect == engine_dialect:
        return _from_written(parsed)
    from odibi_sql.sql.dialects import from_dialect

    return from_dialect(parsed, engine_dialect, schemas)


def _from_written(parsed: Parsed) -> Statement:
    from odibi_sql.sql.canonical import join_tokens
    from odibi_sql.sql.moments import moment
    from odibi_sql.sql.references import find_reads

    reads = find_reads(parsed)
    return Statement(
        sql=parsed.sql,
        offset=parsed.start,
        references=reads.references,
        files=reads.files,
        rewrites=reads.rewrites,
        canonical=join_tokens(parsed.text, parsed.tokens),
        moment="volatile" if reads.volatile else moment(parsed.tokens, parsed.dialect),
        unknown_files=reads.unknown_files,
        notes=reads.notes,
        transpiled=False,
    )
