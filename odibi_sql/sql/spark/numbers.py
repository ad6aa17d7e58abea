"""Numbers and casts: division, rounding, and what becomes what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from odibi_sql.sql.spark.nested_casts import cast_nested, is_nested
from odibi_sql.sql.spark.operands import (
    HUGE,
    TYPE,
    Refused,
    as_double,
    as_text,
    is_null,
    kind,
    known_kind,
    literal,
    not_decimal,
    of_type,
    raw,
    said,
    stop,
    string,
    whole_number,
)  # fmt: skip

_INTEGERS = {
    exp.DType.TINYINT: "TINYINT", exp.DType.SMALLINT: "SMALLINT", exp.DType.INT: "INT", exp.DType.BIGINT: "BIGINT",
    exp.DType.INT128: "DECIMAL(38, 0)",
}  # fmt: skip
_SHORT = (exp.DType.TIMESTAMP_S, exp.DType.TIMESTAMP_MS)
_DATE = r"^\s*\d{4}-\d{1,2}-\d{1,2}\s*$"
_TIMESTAMP = r"^\s*\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?\s*$"


def divide(node: exp.Expr) -> exp.Expr:
    """Always in doubles; by zero gives an infinity or NaN, where Spark stops."""
    if "real" in (kind(node.this), kind(node.expression)):
        raise Refused(node, "a REAL is divided in another width on Spark", "cast it to DOUBLE")
    left, right = as_double(node.this), as_double(node.expression)
    if _never_zero(node.expression):
        return raw(f"({left} / {right})", "double")
    if isinstance(node.expression, exp.Literal) and not node.expression.is_string:
        return raw(f"({left} * DOUBLE('Infinity'))", "double")
    return raw(f"CASE WHEN {right} = 0 THEN {left} * DOUBLE('Infinity') ELSE {left} / {right} END", "double")


def _never_zero(node: exp.Expr) -> bool:
    if isinstance(node, exp.Nullif):
        return whole_number(node.expression) == 0
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.name) != 0
    return False


def divide_whole(node: exp.Expr) -> exp.Expr:
    """Spark's has 64 bits, and drops what is beyond."""
    left, right = said(node.this), said(node.expression)
    if kind(node.this) in ("decimal", "double") or kind(node.expression) in ("decimal", "double"):
        raise Refused(node, "`//` of numbers that are not whole is no whole number on DuckDB", "use `/` and trunc()")
    unknown = [one for one in (node.this, node.expression) if kind(one) != "integer"]
    made = f"({left} DIV {right})"
    if _may_be_huge(node.this):
        beyond = stop("`//` of a HUGEINT beyond 64 bits is not known to Spark")
        made = (
            f"CASE WHEN {left} NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN {beyond} ELSE {made} END"
        )
    if not unknown:
        return raw(made, "integer")
    tests = " OR ".join(f"typeof({said(one)}) LIKE 'decimal%' AND typeof({said(one)}) <> 'decimal(38,0)'"
                        for one in unknown)  # fmt: skip
    advice = stop("`//` of a DECIMAL is no whole number on DuckDB: use `/`")
    return raw(f"CASE WHEN {tests} THEN {advice} ELSE {made} END", "integer")


def _may_be_huge(node: exp.Expr) -> bool:
    """Sums are HUGEINTs, too."""
    node = node.unnest()
    if isinstance(node, exp.Column):
        return node.meta.get(TYPE) == HUGE
    return whole_number(node) is None


def untyped(node: exp.Expr) -> exp.Expr:
    """abs, sum, round and a minus of NULL are whole numbers on DuckDB and doubles on Spark."""
    if is_null(node.this):
        node.set("this", raw("CAST(NULL AS BIGINT)", "integer"))
    return node


def same_width(node: exp.Expr) -> exp.Expr:
    """A number that is written out makes no difference, unless the other one is known to be a REAL."""
    sides = (node.this, node.expression)
    nulls = [one for one in sides if is_null(one)]
    if len(nulls) == 2:
        return untyped(node)
    if nulls and "decimal" in map(known_kind, sides):
        raise Refused(node, "a decimal and NULL make another type on Spark", "cast: NULL::INTEGER")
    is_written = any(whole_number(one) is not None for one in sides)
    both = {known_kind(one) if is_written else kind(one) for one in sides}
    message, hint = "a REAL and another number are counted in other widths on Spark", "cast the REAL to DOUBLE"
    if "real" in both and not both <= {"real", "double"} and not nulls:
        raise Refused(node, message, hint)
    if not node.meta.get("typed") or is_written or nulls or None not in both:
        return node
    left, right = (f"typeof({said(one)})" for one in (node.this, node.expression))
    differ = f"'float' IN ({left}, {right}) AND {left} <> {right} AND 'double' NOT IN ({left}, {right})"
    return raw(f"CASE WHEN {differ} THEN {stop(f'{message}: {hint}')} ELSE {said(node)} END")


def remainder(node: exp.Expr) -> exp.Expr:
    """Of doubles by zero it is NaN, where Spark stops."""
    made = same_width(node)
    if made is not node or _never_zero(node.expression) or "double" not in (kind(node.this), kind(node.expression)):
        return made
    left, right = as_double(node.this), as_double(node.expression)
    return raw(f"CASE WHEN {right} = 0 THEN {left} * DOUBLE('NaN') ELSE {left} % {right} END", "double")


def sign(node: exp.Expr) -> exp.Expr:
    value = said(node.this)
    return raw(f"CASE WHEN isnan({value}) THEN 0 ELSE CAST(sign({value}) AS TINYINT) END", "integer")


def whole(node: exp.Expr) -> exp.Expr:
    """floor, ceil: of doubles they stay doubles."""
    name = "floor" if isinstance(node, exp.Floor) else "ceil"
    if kind(node.this) == "decimal":
        return raw(f"{name}({said(node.this)})", "decimal")
    value = not_decimal(node.this, name)
    beyond = f"isnan({value}) OR abs({value}) >= 4503599627370496"  # 2^52: a double beyond it is whole already
    return raw(f"CASE WHEN {beyond} THEN {value} ELSE CAST({name}({value}) AS DOUBLE) END", "double")


def truncate(node: exp.Expr) -> exp.Expr:
    untyped(node)
    if node.args.get("decimals") is not None:
        raise Refused(node, "trunc() to a number of digits is not known to Spark", "multiply, trunc() and divide")
    if kind(node.this) == "integer":
        return raw(said(node.this), "integer")
    value = not_decimal(node.this, "trunc")
    beyond = f"isnan({value}) OR abs({value}) >= 4503599627370496"
    return raw(f"CASE WHEN {beyond} THEN {value} ELSE CAST(CAST({value} AS BIGINT) AS DOUBLE) END", "double")


def round_(node: exp.Expr) -> exp.Expr:
    """Spark rounds a double by its decimal text, DuckDB by its exact value: 2.675 becomes 2.68 or 2.67."""
    untyped(node)
    digits = node.args.get("decimals")
    if kind(node.this) in ("integer", "decimal"):
        return node
    if kind(node.this) == "real" and digits is not None:
        raise Refused(node, "a REAL is rounded to digits in another way on Spark", "cast it to DOUBLE first")
    if digits is None:
        return node  # half away from zero on both
    if (places := whole_number(digits)) is None:
        raise Refused(node, "round() to a number of digits that is not written out may differ", "write the digits")
    if not -22 <= places <= 22:
        raise Refused(node, "round() to more than 22 digits is not known to Spark", "a DOUBLE has 17 digits")
    value = said(node.this)
    if kind(node.this) == "double":
        return raw(_rounded(as_double(node.this), places), "double")
    refusal = stop("round() of a DOUBLE to digits differs on Spark: cast to DOUBLE (x::double) so that it is known")
    return raw(f"round(CASE WHEN typeof({value}) IN ('double', 'float') THEN {refusal} ELSE {value} END, {places})")


def _rounded(value: str, places: int) -> str:
    """The value times a power of ten, rounded, and back. Where the product seems to lie amid two whole numbers, it
    may have been rounded to there; the remainder, which is exact, tells whether the value is less than it seems. Of 0
    there is no remainder, and Sail looks at both sides of an AND."""
    power = f"1e{abs(places)}D"
    scaled, back = (f"{value} * {power}", f"/ {power}") if places >= 0 else (f"{value} / {power}", f"* {power}")
    scaled = f"({scaled})"
    if places >= 0:
        left = f"abs({scaled}) % nullif(abs({value}), 0)"
        is_less = f"{left} > 0 AND {left} < abs({value}) / 2"
    else:
        is_less = f"abs({value}) % nullif(abs({scaled}), 0) > abs({scaled}) / 2"
    return (
        f"CASE WHEN abs({scaled}) = DOUBLE('Infinity') THEN {value} "
        f"WHEN abs({scaled}) >= 4503599627370496 THEN {scaled} {back} "  # 2^52: whole already
        f"WHEN abs({scaled}) % 1 = 0.5D AND {is_less} THEN (round({scaled}) - sign({scaled})) {back} "
        f"ELSE round({scaled}) {back} END"
    )


def log(node: exp.Expr) -> exp.Expr:
    """Of 0 and less, Spark makes NULL. With one argument, DuckDB's log is that of 10."""
    if isinstance(node, exp.Ln):
        value, made = node.this, "ln({})"
    elif node.expression is None:
        value, made = node.this, "log10({})"
    else:
        base = string(node.this) or node.this.name
        if not re.fullmatch(r"[0-9.]+", base) or float(base) <= 0 or float(base) == 1:
            raise Refused(node, "a logarithm to a base that is not written out may differ on Spark", "write the base")
        value, made = node.expression, f"log({base}D, {{}})"
    number = as_double(value)
    beyond = f"WHEN {number} = 0 THEN DOUBLE('-Infinity') WHEN {number} < 0 THEN DOUBLE('NaN')"
    return raw(f"CASE WHEN {number} > 0 THEN {made.format(number)} {beyond} END", "double")


def is_nan(node: exp.Expr) -> exp.Expr:
    value = said(node.this)
    return raw(f"CASE WHEN {value} IS NOT NULL THEN isnan({value}) END", "boolean")


def cast(node: exp.Expr) -> exp.Expr:
    to = node.args["to"]
    if isinstance(node.this, exp.Literal) and node.this.is_string and not isinstance(node, exp.TryCast):
        return _of_literal(node)
    if to.this in _INTEGERS:
        return _to_integer(node, _INTEGERS[to.this])
    target = of_type(to)
    if to.this in _SHORT:
        raise Refused(node, "Spark has no times without microseconds", "use date_trunc('second', …)")
    if target == "text":
        if to.expressions:
            raise Refused(node, "Spark cuts or pads a text of a given length", "use VARCHAR without a length")
        return raw(as_text(node.this), "text")
    if target == "boolean":
        return _to_boolean(node)
    if target == "double":
        return _to_double(node)
    if target == "decimal":
        return _to_decimal(node)
    if target in ("date", "timestamp", "zoned"):
        return _to_moment(node)
    if is_nested(to):
        return cast_nested(node, cast)
    raise _no_cast(node)


def _to_boolean(node: exp.Expr) -> exp.Expr:
    """Spark reads a text with blanks around, too."""
    known = kind(node.this)
    if not isinstance(node, exp.TryCast) or known not in (None, "text"):
        return node
    value = said(node.this)
    made = f"CASE WHEN CAST({value} AS STRING) RLIKE '^\\\\s|\\\\s$' THEN NULL ELSE TRY_CAST({value} AS BOOLEAN) END"
    return raw(made, "boolean")


def _no_cast(node: exp.Expr) -> Refused:
    name = node.args["to"].sql("duckdb")
    hint = "use DOUBLE" if name in ("REAL", "FLOAT") else "cast to a type that both engines have"
    return Refused(node, f"a cast to {name} is not known to mean the same on Spark", hint)


def _of_literal(node: exp.Expr) -> exp.Expr:
    text, to = node.this.name, node.args["to"]
    if to.this in _SHORT:
        raise Refused(node, "Spark has no times without microseconds", "use TIMESTAMP")
    target = of_type(to)
    forms = {"date": _DATE, "timestamp": _TIMESTAMP, "zoned": _TIMESTAMP}
    if target in forms:
        if not re.match(forms[target], text):
            raise Refused(
                node, f"`{text}` may be read in another way by Spark", "write 2024-12-31 or 2024-12-31 23:59:59"
            )
        types = {"date": "DATE", "timestamp": "TIMESTAMP_NTZ", "zoned": "TIMESTAMP"}
        return raw(f"CAST({literal(text.strip())} AS {types[target]})", target)
    if target == "double" and re.fullmatch(r"\s*[-+]?(inf|infinity|nan)\s*", text, re.IGNORECASE):
        return raw(f"DOUBLE({literal(text.strip())})", "double")
    if (to.this in _INTEGERS or target == "decimal") and not text.isascii():
        raise Refused(node, "this is no number to DuckDB", "write its digits as 0 to 9")
    if to.this in _INTEGERS:
        return raw(f"CAST(CAST({literal(text)} AS DECIMAL(38, 0)) AS {_INTEGERS[to.this]})", "integer")
    if target in ("boolean", "decimal") or (target == "double" and not re.search(r"[dDfF]\s*$", text)):
        return node
    if target == "text" and not to.expressions:
        return raw(literal(text), "text")
    raise _no_cast(node)


def _to_integer(node: exp.Expr, target: str) -> exp.Expr:
    """DuckDB rounds (doubles to even, decimals and texts away from zero), Spark cuts off."""
    value, known = said(node.this), kind(node.this)
    name = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
    if known in ("integer", "boolean"):
        return raw(f"{name}({value} AS {target})", "integer")
    if known == "decimal":
        return raw(f"{name}(round({value}) AS {target})", "integer")
    if known == "double":
        return raw(f"{name}(rint({value}) AS {target})", "integer")
    text = f"CAST({value} AS STRING)"
    by_text = f"{name}({name}({text} AS DECIMAL(38, 0)) AS {target})"
    if name == "TRY_CAST":
        odd = stop("a number in hexadecimal or with `_` cannot be read by Spark")
        ours = f"WHEN {_is_ascii(text)} THEN {by_text}"
        by_text = f"CASE WHEN {text} RLIKE '[0-9][xXbB_][0-9a-fA-F]' THEN {odd} {ours} END"
    else:
        by_text = _of_ascii(text, by_text)
    if known == "text":
        return raw(by_text, "integer")
    return raw(
        f"CASE WHEN typeof({value}) IN ('double', 'float') THEN {name}(rint(CAST({value} AS DOUBLE)) AS {target}) "
        f"WHEN typeof({value}) = 'boolean' THEN {name}(CAST({value} AS BOOLEAN) AS {target}) ELSE {by_text} END",
        "integer",
    )


def _of_ascii(text: str, made: str) -> str:
    """The cast, which stops where `_is_ascii` says no."""
    return f"CASE WHEN NOT {_is_ascii(text)} THEN {stop('a number is written with the digits 0 to 9')} ELSE {made} END"


def _is_ascii(text: str) -> str:
    """Java reads the digits of all scripts as decimals. To look at the bytes costs next to nothing beside that."""
    return f"octet_length({text}) = length({text})"


def _or_stop(made: str, value: str) -> str:
    """NULL is no answer where DuckDB reads 1_000."""
    apart = f"CAST({value} AS STRING) RLIKE '^\\\\s*[-+]?[0-9_.]*[0-9]_[0-9][-+0-9_.eE]*\\\\s*$'"
    return f"coalesce({made}, CASE WHEN {apart} THEN {stop('a number with `_` cannot be read by Spark')} END)"


def _to_double(node: exp.Expr) -> exp.Expr:
    """Spark reads `1d` and `1f` as numbers."""
    known = kind(node.this)
    if known in ("integer", "decimal", "double", "boolean"):
        return node
    value = said(node.this)
    name, otherwise = ("TRY_CAST", "NULL") if isinstance(node, exp.TryCast) else ("CAST", stop("this is no number"))
    odd = f"CAST({value} AS STRING) RLIKE '[0-9.][dDfF]\\\\s*$'"
    made = f"{name}({value} AS DOUBLE)"
    if isinstance(node, exp.TryCast):
        made = _or_stop(made, value)
    return raw(f"CASE WHEN {odd} THEN {otherwise} ELSE {made} END", "double")


def _to_decimal(node: exp.Expr) -> exp.Expr:
    """DuckDB scales a double and rounds, Spark rounds its decimal text."""
    value, known = said(node.this), kind(node.this)
    if known == "text" and isinstance(node, exp.TryCast):
        return raw(f"CASE WHEN {_is_ascii(value)} THEN {_or_stop(said(node), value)} END", "decimal")
    if known == "text":
        return raw(_of_ascii(value, said(node)), "decimal")
    if known in ("integer", "decimal") or (isinstance(node, exp.TryCast) and known is not None):
        return node
    parts = [int(one.name) for one in node.args["to"].expressions]
    precision, scale = ([*parts, 0])[:2] if parts else (18, 3)
    to = f"DECIMAL({precision}, {scale})"
    if isinstance(node, exp.TryCast):
        raise Refused(node, "TRY_CAST to a DECIMAL needs to know of what", "cast to VARCHAR first", untold=True)
    scaled = f"CAST({value} AS DOUBLE) * 1e{scale}D"
    unit = f"CAST('1e-{scale}' AS DECIMAL({scale + 1}, {scale}))"
    ours = f"CAST(CAST(CAST(round({scaled}) AS BIGINT) AS DECIMAL(19, 0)) * {unit} AS {to})"
    if known == "double":
        return raw(ours, "decimal")
    return raw(
        f"CASE WHEN typeof({value}) IN ('double', 'float') THEN {ours} "
        f"ELSE {_of_ascii(f'CAST({value} AS STRING)', f'CAST({value} AS {to})')} END",
        "decimal",
    )


def _to_moment(node: exp.Expr) -> exp.Expr:
    """Texts that only one engine can read, such as `2024` or `2024/01/05`, are not read at all."""
    target = of_type(node.args["to"])
    to = {"date": "DATE", "timestamp": "TIMESTAMP_NTZ", "zoned": "TIMESTAMP"}[str(target)]
    name = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
    value, known = said(node.this), kind(node.this)
    made = f"{name}({value} AS {to})"
    if known in ("date", "timestamp", "zoned"):
        return raw(made, target)
    form = literal((_DATE if target == "date" else _TIMESTAMP).replace(r"\d", "[0-9]"))
    odd = stop("a text is a date or time only as 2024-12-31 or 2024-12-31 23:59:59: strptime reads others")
    if target == "date":
        form = literal(_TIMESTAMP.replace(r"\d", "[0-9]"))
    text = f"CAST({value} AS STRING)"
    test = f"{text} RLIKE {form} OR typeof({value}) <> 'string'"
    if name == "TRY_CAST":  # what has no digits in front is no date for either engine
        otherwise = f"CASE WHEN {text} RLIKE '^\\\\s*[0-9]+[-/ ]' THEN {odd} END"
    else:
        otherwise = f"CASE WHEN {value} IS NOT NULL THEN {odd} END"
    return raw(f"CASE WHEN {test} THEN {made} ELSE {otherwise} END", target)


def bit_shift(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.BitwiseLeftShift):
        raise Refused(node, "Spark's `<<` drops the bits that DuckDB stops at", "multiply by a power of two")
    if not 0 <= (whole_number(node.expression) or 0) < 32 or whole_number(node.expression) is None:
        raise Refused(node, "Spark shifts by 32 bits as if by none", "shift by 0 to 31 bits, written out")
    return node


def factorial(node: exp.Expr) -> exp.Expr:
    """Beyond 20 it is NULL on Spark."""
    value = said(node.this)
    if (number := whole_number(node.this)) is not None:
        if number > 20:
            raise Refused(node, "Spark knows factorials up to 20", "take the product of smaller ones")
        return node
    return raw(f"CASE WHEN {value} > 20 THEN {stop('Spark knows factorials up to 20')} ELSE factorial({value}) END")


def finite(node: exp.Expr) -> exp.Expr:
    value = said(_number(node, node.expressions[0]))
    return raw(f"(NOT isnan({value}) AND abs({value}) <> DOUBLE('Infinity'))", "boolean")


def _number(node: exp.Expr, value: exp.Expr) -> exp.Expr:
    if kind(value) in ("date", "timestamp", "zoned"):
        raise Refused(node, "Spark has no infinite dates and times", "leave the question out")
    return value


def infinite(node: exp.Expr) -> exp.Expr:
    return raw(f"(abs({said(_number(node, node.this))}) = DOUBLE('Infinity'))", "boolean")


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Abs: untyped,
    exp.Neg: untyped,
    exp.Mul: same_width,
    exp.Mod: remainder,
    exp.Div: divide,
    exp.IntDiv: divide_whole,
    exp.Sign: sign,
    exp.Floor: whole,
    exp.Ceil: whole,
    exp.Trunc: truncate,
    exp.Round: round_,
    exp.Log: log,
    exp.Ln: log,
    exp.IsNan: is_nan,
    exp.IsInf: infinite,
    exp.Cast: cast,
    exp.TryCast: cast,
    exp.BitwiseLeftShift: bit_shift,
    exp.BitwiseRightShift: bit_shift,
    exp.Factorial: factorial,
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {"isfinite": finite}
