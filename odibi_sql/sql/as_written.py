"""A parsed query and what it reads -> Statement, the text as it stands."""

from __future__ import annotations

from odibi_sql.sql.canonical import join_tokens
from odibi_sql.sql.moments import moment
from odibi_sql.sql.parsing import Parsed
from odibi_sql.sql.references import Reads
from odibi_sql.sql.statement import Statement


def as_written(parsed: Parsed, reads: Reads) -> Statement:
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
    )
