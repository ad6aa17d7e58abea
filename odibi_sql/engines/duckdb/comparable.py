"""Two columns' types -> the family that they share, and SQL that gives equal values where they hold equal ones.

A family is what is left of a type without its width: INTEGER and HUGEINT hold whole numbers, and so does DECIMAL(38,0).
"""

from __future__ import annotations

from msgspec import Struct

from odibi_sql.engines.duckdb.types import DuckType, parse_type

_FAMILIES = {
    "whole number": "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM",
    "float": "DOUBLE FLOAT",
    "text": "VARCHAR UUID ENUM JSON",
    "timestamp": "TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS",
}
_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names.split()}
_FAMILY['"NULL"'] = "whole number"  # as any engine takes a NULL of which no more is known
SMALLEST = 1e-12  # what floats may differ by however near to 0 they are: a sum that cancels out is seldom 0
REAL_TOLERANCE = 1e-6


class Comparable(Struct, frozen=True):
    """`sql` is a template for a value of either side (`{}`); `tolerance` the relative one where they are floats, to be
    compared as such. Floats within nested values are compared as texts of as many digits."""

    family: str
    sql: str
    tolerance: float | None = None


def family(exact: DuckType) -> str:
    inner = [family(member) for _, member in exact.members]
    match exact.kind:
        case "LIST" | "ARRAY":
            return f"list of {inner[0]}"
        case "MAP":
            return f"map of {inner[0]} to {inner[1]}"
        case "STRUCT" | "TUPLE" | "UNION":
            return f"{exact.kind.lower()} of {', '.join(inner)}"
        case "DECIMAL":
            return "decimal" if _scale(exact) else "whole number"
    return _FAMILY.get(exact.kind, exact.kind.lower())


def comparable(left: str, right: str, tolerance: float) -> Comparable | None:
    """Of two types by their names; None where their families differ."""
    one, other = parse_type(left), parse_type(right)
    name = family(one)
    if name != family(other):
        return None
    if name == "float":
        wide = tolerance if {one.kind, other.kind} == {"DOUBLE"} else max(tolerance, REAL_TOLERANCE)
        return Comparable(name, "CAST({} AS DOUBLE)", wide)
    digits = max(1, min(16, len(f"{1 / tolerance:.0f}") - 1)) if tolerance > 0 else 16
    return Comparable(name, _same("{}", one, other, digits, 0))


def _same(value: str, one: DuckType, other: DuckType, digits: int, depth: int) -> str:
    variable = f"v{depth}"
    inner = list(zip(one.members, other.members, strict=True)) if one.members else []

    def member(name: str, number: int) -> str:
        return _same(name, inner[number][0][1], inner[number][1][1], digits, depth + 1)

    match one.kind:
        case "LIST" | "ARRAY":
            return f"list_transform({value}, lambda {variable}: {member(variable, 0)})"
        case "MAP":
            entry = f"[{member(f'{variable}.key', 0)}::VARCHAR, {member(f'{variable}.value', 1)}::VARCHAR]"
            return f"list_sort(list_transform(map_entries({value}), lambda {variable}: {entry}))"
        case "STRUCT":
            fields = [
                f"{member(f'struct_extract_at({value}, {number + 1})', number)}::VARCHAR"
                for number in range(len(inner))
            ]
            return f"CASE WHEN {value} IS NOT NULL THEN [{', '.join(fields)}] END"
    return _scalar(value, one, other, digits)


def _scalar(value: str, one: DuckType, other: DuckType, digits: int) -> str:
    match family(one):
        case "float":
            return f"CASE WHEN isfinite({value}) THEN printf('%.{digits - 1}e', {value} + 0) ELSE {value}::VARCHAR END"
        case "whole number" if not {one.kind, other.kind} & {"UHUGEINT", "BIGNUM"}:
            return f"CAST({value} AS HUGEINT)"
        case "decimal":
            return f"rtrim(rtrim(CAST({value} AS VARCHAR), '0'), '.')"
        case "timestamp" if "TIMESTAMP_NS" not in (one.kind, other.kind):
            return f"CAST({value} AS TIMESTAMP)"
        case "text" | "whole number" | "timestamp":
            return f"CAST({value} AS VARCHAR)"
    return value


def _scale(exact: DuckType) -> int:
    return int(exact.text.partition(",")[2].strip(" )") or 0)
