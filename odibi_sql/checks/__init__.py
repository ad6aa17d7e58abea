"""The types of checks that YAML can ask for. A new one is one module beside these and one line here."""

from odibi_sql.checks import accepted_values, not_null, relationships, unique
from odibi_sql.checks.kind import CheckKind

CHECKS: dict[str, CheckKind] = {
    "not_null": not_null.KIND,
    "unique": unique.KIND,
    "accepted_values": accepted_values.KIND,
    "relationships": relationships.KIND,
}
