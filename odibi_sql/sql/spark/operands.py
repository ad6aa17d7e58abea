"""Parts of a DuckDB query, and how they are said to Spark.

Spark resolves types itself, so where a rewrite depends on a type that the query does not tell, the SQL asks
`typeof(…)`: Spark folds it away while it plans, and a type for which there is no equal answer stops the query.
"""

from __future__ import annotations

from typing import Literal

from sqlglot import exp
from sqlglot.errors import ParseError

Kind = Literal[
    "integer", "decimal", "double", "text", "boolean", "date", "timestamp", "zoned", "list", "struct", "interval",
    "real",
]  # fmt: skip

_KINDS: dict[Kind, str] = {
    "integer": "TINYINT SMALLINT INT BIGINT INT128",
    "decimal": "DECIMAL",
    "double": "DOUBLE",
    "text": "VARCHAR TEXT CHAR NCHAR NVARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP TIMESTAMPNTZ TIMESTAMP_S TIMESTAMP_MS",
    "zoned": "TIMESTAMPTZ TIMESTAMPLTZ",
    "list": "LIST ARRAY",
    "struct": "STRUCT",
    "interval": "INTERVAL",
    "real": "FLOAT",
}
_OF_TYPE = {exp.DType[name]: kind for kind, names in _KINDS.items() for name in names.split()}
_OF_CLASS: dict[type[exp.Expr], Kind] = {
    exp.Predicate: "boolean",
    exp.Boolean: "boolean",
    exp.Connector: "boolean",
    exp.Not: "boolean",
    exp.DPipe: "text",
    exp.Concat: "text",
    exp.ConcatWs: "text",
    exp.Upper: "text",
    exp.Lower: "text",
    exp.Trim: "text",
    exp.Substring: "text",
    exp.Replace: "text",
    exp.TimeToStr: "text",
    exp.MD5: "text",
    exp.JSONExtractScalar: "text",
    exp.Count: "integer",
    exp.Length: "integer",
    exp.Year: "integer",
    exp.Month: "integer",
    exp.RowNumber: "integer",
    exp.DateDiff: "integer",
    exp.Extract: "integer",
    exp.CurrentDate: "date",
    exp.Div: "double",
    exp.Avg: "double",
    exp.Stddev: "double",
    exp.Array: "list",
    exp.Struct: "struct",
    exp.Interval: "interval",
    exp.CurrentTimestamp: "zoned",
}
ASKED = "kind asked"  # noted on a node whose kind was asked for, and is not known


class Refused(Exception):
    """What Spark cannot say, or says with another meaning; `node` is where. `untold`: a type might help."""

    def __init__(self, node: exp.Expr, message: str, hint: str, *, untold: bool = False) -> None:
        super().__init__(message)
        self.node = node
        self.message = message
        self.hint = hint
        self.untold = untold


EARLY = "the text of a date before the year 1 is another one on Spark: build it from its parts"
ODD = "the text of NaN, and of a DOUBLE next to 0, may be another one on Spark: cast it to a decimal first"
TYPE = "type"  # where an average notes DuckDB's type of what it is made of, and a list, a HUGEINT or a NULL its own
UNTYPED = '"NULL"'
HUGE = "HUGEINT"


def averaged(node: exp.Expr) -> exp.Expr | None:
    """The operand, if the node is an average."""
    value: exp.Expr | None = node.this if isinstance(node, exp.Avg) else None
    if isinstance(value, exp.Distinct) or (isinstance(node, exp.Anonymous) and node.name.lower() == "mean"):
        value = next(iter((value or node).expressions), None)
    return value


def kind_of(type_: str) -> Kind | None:
    """Of a type in DuckDB's words."""
    try:
        return of_type(exp.DataType.build(type_, dialect="duckdb"))
    except (ParseError, ValueError):
        return None


def of_type(type_: exp.DataType) -> Kind | None:
    return _OF_TYPE.get(type_.this)


def kind(node: exp.Expr | None) -> Kind | None:
    """What the node is known to give, from its own text or as it is marked; a replaced one keeps what it was. Where it
    is not known, that is noted: with types, something else may come of what asked."""
    known = known_kind(node)
    if known is None and node is not None and not isinstance(node, exp.Null):
        node.meta[ASKED] = True
    return known


def known_kind(node: exp.Expr | None) -> Kind | None:
    if node is None:
        return None
    kept = node.meta.get("kind")
    if kept is not None or isinstance(node, exp.Var):
        return kept
    if isinstance(node, exp.Literal):
        if node.is_string:
            return "text"
        return "integer" if node.is_int else "double" if "e" in node.name.lower() else "decimal"
    if isinstance(node, (exp.Paren, exp.Neg, exp.Alias, exp.Window, exp.Filter)):
        return known_kind(node.this)
    if isinstance(node, exp.Cast):
        return of_type(node.to)
    if isinstance(node, (exp.Coalesce, exp.Greatest, exp.Least)):
        return _alike([known_kind(node.this), *map(known_kind, node.expressions)])
    if isinstance(node, exp.Case):
        results = [one.args["true"] for one in node.args["ifs"]] + (
            [node.args["default"]] if node.args.get("default") else []
        )
        return _alike([known_kind(one) for one in results if not isinstance(one, exp.Null)])
    if isinstance(node, exp.Sum) and known_kind(node.this) == "real":
        return "double"
    if isinstance(
        node, (exp.Nullif, exp.Sum, exp.Min, exp.Max, exp.Abs, exp.Round, exp.Lag, exp.Lead, exp.ArgMax, exp.ArgMin)
    ):
        return known_kind(node.this)
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Mod)):
        return _number(known_kind(node.this), known_kind(node.expression))
    return next((one for class_, one in _OF_CLASS.items() if isinstance(node, class_)), None)


def _alike(kinds: list[Kind | None]) -> Kind | None:
    return kinds[0] if len(set(kinds)) == 1 else None


def _number(left: Kind | None, right: Kind | None) -> Kind | None:
    both = {left, right}
    if both == {"real"}:
        return "real"
    if both <= {"integer", "decimal", "double"} or both == {"real", "double"}:
        return "double" if "double" in both else "decimal" if "decimal" in both else "integer"
    return None


def raw(sql: str, kind: Kind | None = None) -> exp.Var:
    """Spark's SQL as it stands."""
    node = exp.Var(this=sql)
    if kind:
        node.meta["kind"] = kind
    return node


def said(node: exp.Expr | None) -> str:
    return node.sql("spark") if node is not None else "NULL"


def literal(text: str) -> str:
    """A Spark string."""
    return exp.Literal.string(text).sql("spark")


def stop(message: str) -> str:
    return f"raise_error({literal(message)})"


def whole_number(node: exp.Expr | None) -> int | None:
    """The value of a whole number written out, with its sign."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Neg):
        value = whole_number(node.this)
        return None if value is None else -value
    return int(node.name) if isinstance(node, exp.Literal) and node.is_int else None


def string(node: exp.Expr | None) -> str | None:
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


def is_null(node: exp.Expr | None) -> bool:
    """Whether DuckDB has no type for it, in which Spark sees whatever fits."""
    while isinstance(node, exp.Paren):
        node = node.this
    return isinstance(node, exp.Null) or (node is not None and node.meta.get(TYPE) == UNTYPED)


def as_text(node: exp.Expr) -> str:
    """The text that DuckDB makes of a value. Doubles and nested values have another one on Spark."""
    known = kind(node)
    if known == "text":
        return said(node)
    if known in ("integer", "decimal", "boolean"):
        return f"CAST({said(node)} AS STRING)"
    if known in ("date", "timestamp", "zoned"):
        text = f"replace(CAST({said(node)} AS STRING), '+', '')"  # a plus stands before years beyond 9999
        text = f"CONCAT({text}, '+00')" if known == "zoned" else text
        return f"CASE WHEN CAST({said(node)} AS DATE) < DATE '0001-01-01' THEN {stop(EARLY)} ELSE {text} END"
    if known == "double":
        return _text_of_double(node)
    if known is not None:
        raise Refused(
            node, f"the text of a {known} is another one on Spark", "cast it to a decimal first, or spell out the text"
        )
    sql = said(node)
    nested = stop("the text of a DOUBLE, REAL, list, struct or map is another one on Spark: cast to a decimal first")
    return (
        f"CASE WHEN typeof({sql}) RLIKE '^(double|float|array|struct|map|interval|binary)' THEN {nested} "
        f"WHEN typeof({sql}) NOT RLIKE '^(date|timestamp)' THEN CAST({sql} AS STRING) "
        f"WHEN CAST({sql} AS STRING) RLIKE '^(-|0000)' THEN {stop(EARLY)} "
        f"WHEN typeof({sql}) = 'timestamp' THEN CONCAT(replace(CAST({sql} AS STRING), '+', ''), '+00') "
        f"ELSE replace(CAST({sql} AS STRING), '+', '') END"
    )


def _text_of_double(node: exp.Expr) -> str:
    """The fewest digits that tell it from any other. Java itself finds these from version 19 on, Spark's reader of JSON
    in all. What is called by its name is random for Spark, may be called where nobody asks, and fails for NULL."""
    around: exp.Expr | None = node
    while around is not None and not isinstance(around, exp.Select):
        around = around.parent
        if isinstance(around, (exp.AggFunc, exp.Join, exp.Group, exp.Having, exp.Order)):
            raise Refused(node, "the text of a DOUBLE cannot be made at this place on Spark", "make it in a CTE before")
    value = said(node)
    size = f"abs({value})"
    digits = f"reflect('com.fasterxml.jackson.core.io.schubfach.DoubleToDecimal', 'toString', coalesce({value}, 0D))"
    plain = f"CAST(CAST({digits} AS DECIMAL(38, 21)) AS STRING)"  # 16 digits before the point, and 21 after it
    power = f"replace(replace(replace({digits}, '.0E', 'E'), 'E-', 'e-'), 'E', 'e+')"
    return (
        f"CASE WHEN isnan({value}) OR {size} BETWEEN 4e-324D AND 3e-308D THEN {stop(ODD)} "
        f"WHEN {size} = DOUBLE('Infinity') THEN IF({value} > 0, 'inf', '-inf') "
        f"WHEN {value} = 0 OR {size} BETWEEN 1e-3D AND 9999999D THEN {digits} "
        f"WHEN {size} >= 1e-4D AND {size} < 1e16D THEN regexp_replace({plain}, '(\\\\.[0-9]+?)0+$', '$1') "
        f"WHEN {value} IS NOT NULL THEN regexp_replace({power}, 'e-([0-9])$', 'e-0$1') END"
    )


def as_double(node: exp.Expr) -> str:
    return said(node) if known_kind(node) == "double" else f"CAST({said(node)} AS DOUBLE)"


def not_decimal(node: exp.Expr, what: str) -> str:
    """The value as a double; stops the query where it is a decimal, of which DuckDB's `what` makes a decimal."""
    known = kind(node)
    advice = f"{what} of a DECIMAL is a DECIMAL on DuckDB and not on Spark: cast it to DOUBLE first"
    if known == "decimal":
        raise Refused(node, advice.split(":")[0], "cast it to DOUBLE first")
    if known is not None:
        return as_double(node)
    sql = said(node)
    return f"CASE WHEN typeof({sql}) LIKE 'decimal%' THEN {stop(advice)} ELSE CAST({sql} AS DOUBLE) END"


def unzoned(node: exp.Expr, made: str) -> exp.Var:
    """`made` of the node, which is no zoned timestamp: for that DuckDB would give another type."""
    if kind(node) in ("date", "timestamp", "text"):
        return raw(made, "timestamp")
    zoned = stop("of a TIMESTAMP WITH TIME ZONE this has another type: cast it to TIMESTAMP first")
    return raw(f"CASE WHEN typeof({said(node)}) = 'timestamp' THEN {zoned} ELSE {made} END", "timestamp")
