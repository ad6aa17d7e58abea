"""Text -> Statement.

Importing this module is cheap: sqlglot is loaded when the first text is analysed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from odibi_sql.relation import Column
from odibi_sql.sql.statement import Statement, Written


def analyse(
    text: str,
    dialect: str = "duckdb",
    engine_dialect: str = "duckdb",
    schemas: Mapping[str, Mapping[str, str]] | None = None,
    describe: Callable[[str], Sequence[Column] | None] | None = None,
) -> Statement:
    """Find what one SELECT-like query reads.

    Raises SyntaxProblem for anything else than one query, for what sqlglot cannot parse, and for what cannot be said
    in `engine_dialect`.

    For Spark, much depends on types. `schemas` are the tables that the query reads, as written and in lower case, each
    with its columns' types in DuckDB's words. `describe` gives a SELECT's columns as DuckDB binds it, or None where it
    does not; without it a DuckDB of its own is asked. Without `schemas` the statement may only be fit to
    be planned: see `Statement.needs_types`.
    """
    from odibi_sql.sql.parsing import parse  # 60 ms to import, most of it sqlglot

    dialect, engine_dialect = dialect.lower(), engine_dialect.lower()
    parsed = parse(text, dialect)
    if dialect == engine_dialect:
        from odibi_sql.sql.as_written import as_written
        from odibi_sql.sql.references import find_reads

        return as_written(parsed, find_reads(parsed))
    from odibi_sql.sql.dialects import from_dialect

    written = Written(text, dialect, engine_dialect)
    if schemas is not None and describe is None:
        with _binder() as own:
            return from_dialect(parsed, written, schemas, own)
    return from_dialect(parsed, written, schemas, describe)


def origin(
    sql: str,
    offset: int,
    written: Written,
    schemas: Mapping[str, Mapping[str, str]] | None = None,
    describe: Callable[[str], Sequence[Column] | None] | None = None,
) -> int | None:
    """The offset in what was written of what stands at `offset` of the `sql` that was made of it with these types; None
    where it cannot be told."""
    from odibi_sql.sql import origins

    if schemas is not None and describe is None:
        with _binder() as own:
            return origins.origin(sql, offset, written, schemas, own)
    return origins.origin(sql, offset, written, schemas, describe)


@contextmanager
def _binder() -> Iterator[Callable[[str], Sequence[Column] | None]]:
    import duckdb

    def describe(sql: str) -> Sequence[Column] | None:
        try:
            bound = connection.sql(sql)
            return [Column(name, str(type_)) for name, type_ in zip(bound.columns, bound.types, strict=True)]
        except duckdb.Error:
            return None

    with duckdb.connect() as connection:
        yield describe
