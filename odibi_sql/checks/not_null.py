"""not_null: the column has a value in every row."""

from odibi_sql.checks.kind import CheckKind, rows_where

KIND = CheckKind("column", lambda subject, _: rows_where(subject, f"{subject.value} is null"))
