"""check: what fails is kept to be looked at, and not published."""

from odibi_sql.materializations.kind import Kind

KIND = Kind("check", stored=True, published=None, for_models=False)
