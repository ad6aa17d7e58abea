"""The materializations a model can ask for. A new one is one module beside these and one line here."""

from odibi_sql.materializations import check, ephemeral, incremental, snapshot, table, view
from odibi_sql.materializations.kind import Kind

MATERIALIZATIONS: dict[str, Kind] = {
    "table": table.KIND,
    "view": view.KIND,
    "ephemeral": ephemeral.KIND,
    "incremental": incremental.KIND,
    "check": check.KIND,
    "snapshot": snapshot.KIND,
}
