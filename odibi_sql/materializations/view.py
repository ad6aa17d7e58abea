"""view: only the query is published; its readers run it."""

from odibi_sql.materializations.kind import Kind

KIND = Kind("view", stored=False, published="query")
