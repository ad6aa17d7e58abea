"""ephemeral: a query for other models to read, not published."""

from odibi_sql.materializations.kind import Kind

KIND = Kind("ephemeral", stored=False, published=None)
