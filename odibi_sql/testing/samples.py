"""The first rows of a stored result, as text: what a report shows of a check that fails."""

from __future__ import annotations

from odibi_sql.events import Sample
from odibi_sql.relation import Stored

ROWS, COLUMNS, WIDEST = 5, 12, 40


def sample(stored: Stored, rows: int = ROWS) -> Sample | None:
    """None where the rows cannot be read: a report is not worth a failure."""
    import duckdb

    from odibi_sql.publish.catalog import rows_of

    try:
        relation = rows_of(stored, "").limit(rows)
        columns = tuple(relation.columns[:COLUMNS])
        found = relation.select("COLUMNS(*)::VARCHAR").fetchall()
    except (duckdb.Error, OSError):
        return None
    return Sample(columns, tuple(tuple(_short(value) for value in row[:COLUMNS]) for row in found))


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= WIDEST else f"{value[: WIDEST - 1]}…"
