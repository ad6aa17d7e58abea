"""incremental: the rows are kept and published, and the next build adds to them or replaces some."""

from odibi_sql.materializations.kind import Kind

KIND = Kind("incremental", stored=True, published="rows")
