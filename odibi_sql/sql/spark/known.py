"""The hand-checked list: what of a DuckDB query means the same on Spark as sqlglot writes it.

What stands neither here nor among the rewrites is refused.
"""

from __future__ import annotations

from sqlglot import exp

_SYNTAX = """
    Alias All And Any Between Boolean Case Column ColumnDef CTE Cube DataType DataTypeParam Distinct Dot EQ Escape
    Except Exists Filter From GT GTE Group GroupingSets Having Identifier If IgnoreNulls In Intersect Is JSONPath
    JSONPathKey JSONPathRoot JSONPathSubscript Join LT LTE Lateral Limit Literal NEQ Neg Not Null NullSafeEQ NullSafeNEQ
    Offset Or Order Paren PivotAlias Placeholder PropertyEQ Qualify Rollup Select Slice Star Subquery Table
    TableAlias Union Var Where Window WindowSpec With Struct StructExtract Interval Kwarg ByteString
    IntervalSpan Aliases UnpivotColumns NotNull
"""
_FUNCTIONS = """
    Abs Acos Add Asin Atan Atan2 ArrayAppend ArrayFilter ArrayMax ArrayMin ArrayPrepend Ascii BitLength BitwiseAnd
    BitwiseAndAgg BitwiseNot BitwiseOr BitwiseOrAgg BitwiseXor BitwiseXorAgg Cbrt Coalesce Contains
    Cos Cot CovarPop CovarSamp CumeDist CurrentDate CurrentTimestamp DateFromParts Day DayOfMonth DayOfYear
    Degrees DenseRank EndsWith Encode Exp FirstValue Hex Hour LastDay LastValue
    Ln LogicalAnd LogicalOr Lower MD5 Map MapKeys Minute Mod Month Mul Ntile Nullif PercentRank Pi Pow Quarter
    Radians Rank Repeat Replace RowNumber SHA SHA2 Sin Sqrt StartsWith Stddev StddevPop StddevSamp
    StrPosition Tan ToBase64 Transform Translate Upper Variance VariancePop Year
"""
EQUAL: frozenset[type[exp.Expr]] = frozenset(
    getattr(exp, name) for name in f"{_SYNTAX} {_FUNCTIONS}".split() if hasattr(exp, name)
)
EQUAL_BY_NAME = frozenset({"map_values", "map_entries", "octet_length", "now", "every"})
