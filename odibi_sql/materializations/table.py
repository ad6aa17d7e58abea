"""table: the rows are kept, and published."""

from odibi_sql.materializations.kind import Kind

KIND = Kind("table", stored=True, published="rows")
