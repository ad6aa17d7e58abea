"""Dates, times and intervals.

A DuckDB TIMESTAMP is Spark's TIMESTAMP_NTZ and a TIMESTAMPTZ is Spark's TIMESTAMP; both engines run in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp

from odibi_sql.sql.spark.numbers import cast, same_width
from odibi_sql.sql.spark.operands import (
    Refused,
    kind,
    known_kind,
    literal,
    raw,
    said,
    stop,
    string,
    unzoned,
    whole_number,
)

_MOMENTS = frozenset({"date", "timestamp", "zoned"})
_UNITS = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"}
_SHORT = {
    "Y": "YEAR", "YR": "YEAR", "MON": "MONTH", "W": "WEEK", "D": "DAY", "H": "HOUR", "HR": "HOUR", "M": "MINUTE",
    "MIN": "MINUTE", "S": "SECOND", "SEC": "SECOND", "WEEKDAY": "DOW", "DAYOFMONTH": "DAY", "WEEKOFYEAR": "WEEK",
    "MS": "MILLISECOND", "US": "MICROSECOND",
}  # fmt: skip
_STEPS = {"QUARTER": (3, "MONTH"), "WEEK": (7, "DAY")}
_PARTS = {
    "YEAR": "year({0})", "MONTH": "month({0})", "DAY": "day({0})", "QUARTER": "quarter({0})", "DOY": "dayofyear({0})",
    "DAYOFYEAR": "dayofyear({0})", "HOUR": "hour({0})", "MINUTE": "minute({0})", "WEEK": "weekofyear({0})",
    "DOW": "(dayofweek({0}) - 1)", "DAYOFWEEK": "(dayofweek({0}) - 1)", "ISODOW": "(weekday({0}) + 1)",
    "ISOYEAR": "extract(YEAROFWEEK FROM {0})", "SECOND": "floor(extract(SECOND FROM {0}))",
    "MILLISECOND": "floor(extract(SECOND FROM {0}) * 1000)", "MICROSECOND": "floor(extract(SECOND FROM {0}) * 1000000)",
    "EPOCH": "(unix_micros(CAST({0} AS TIMESTAMP)) / 1e6D)",
}  # fmt: skip
_WRITTEN = {
    "Y": "yyyy", "m": "MM", "d": "dd", "H": "HH", "M": "mm", "S": "ss", "y": "yy", "j": "DDD", "b": "MMM", "B": "MMMM",
    "a": "EEE", "A": "EEEE", "p": "a", "I": "hh", "f": "SSSSSS", "-d": "d", "-m": "M", "-H": "H", "-I": "h", "%": "%",
}  # fmt: skip
_READ = {"Y": "yyyy", "m": "M", "d": "d", "H": "H", "M": "m", "S": "s"}


def _unit(name: str) -> str:
    """A unit of time by one of the names that DuckDB has for it."""
    name = name.upper()
    short = name if name in _SHORT or len(name) == 1 else name.removesuffix("S")
    return _SHORT.get(short, short)


def unit_of(node: exp.Expr, unit: exp.Expr | None) -> str:
    name = _unit(unit.name) if unit is not None else ""
    if name not in _UNITS:
        raise Refused(node, f"{name or 'this'} is no unit of time that Spark knows", "use day, month, year, hour or so")
    return name


def interval(node: exp.Expr) -> str:
    """An interval of one unit, as a Spark interval."""
    if multiple := _multiple(node):
        return _times(*multiple)
    if isinstance(node, exp.ToDays):
        return f"(CAST({said(node.this)} AS INT) * INTERVAL '1' DAY)"
    if not isinstance(node, exp.Interval):
        raise Refused(node, "this interval is not known to Spark", "write INTERVAL 1 DAY or so")
    number, unit = counted(node)
    if number is not None:
        return f"INTERVAL '{number}' {unit}"
    times, unit = _STEPS.get(unit, (1, unit))
    count = node.this.this if isinstance(node.this, exp.Paren) else node.this
    if string(count) is not None or count is None:
        raise Refused(node, "an interval of several units is not known to Spark", "add one interval after the other")
    return f"(CAST({said(count)} AS INT) * {times} * INTERVAL '1' {unit})"


def counted(node: exp.Interval) -> tuple[int | None, str]:
    """How many of which unit, in units that Spark has; None and the unit as it is written where the number is not."""
    unit = unit_of(node, node.args.get("unit"))
    text = string(node.this.unnest()) if node.this is not None else None
    number = int(text) if text and re.fullmatch(r"\s*-?\d+\s*", text) else whole_number(node.this)
    times, other = _STEPS.get(unit, (1, unit))
    return (None, unit) if number is None else (number * times, other)


def series_of_times(node: exp.Expr, step: exp.Interval) -> str:
    """Timestamps, of dates too. DuckDB adds month to month, Spark months to the first: from the 29th on they differ."""
    number, unit = counted(step)
    if not number:
        raise Refused(node, "Spark knows this series only by a number of units", "write the step as INTERVAL 1 DAY")
    sides = (node.args.get("start"), node.args.get("end"))
    if any(one is None or known_kind(one) == "zoned" for one in sides):
        raise Refused(node, "a series of zoned times is not known to Spark", "cast to TIMESTAMP")
    first, last = (said(unzoned(one, f"CAST({said(one)} AS TIMESTAMP_NTZ)")) for one in sides if one is not None)
    end = last
    if node.args.get("is_end_exclusive"):
        end = f"({last} {'-' if number > 0 else '+'} INTERVAL '0.000001' SECOND)"
    made = f"sequence({first}, {end}, INTERVAL '{number}' {unit})"
    if unit in ("YEAR", "MONTH"):
        late = stop("a series of months from the 29th or later has other days on Spark: begin with the first")
        made = f"CASE WHEN day({first}) > 28 THEN {late} ELSE {made} END"
    none = f"WHEN {first} IS NOT NULL AND {last} IS NOT NULL THEN CAST(array() AS ARRAY<TIMESTAMP_NTZ>)"
    return f"CASE WHEN {first} {'<=' if number > 0 else '>='} {end} THEN {made} {none} END"


def is_interval(node: exp.Expr | None) -> bool:
    node = node.this if isinstance(node, exp.Paren) else node
    return isinstance(node, (exp.Interval, exp.ToDays)) or _multiple(node) is not None


def _multiple(node: exp.Expr | None) -> tuple[exp.Expr, exp.Interval] | None:
    """The factor and the interval of `n * INTERVAL 1 DAY`."""
    if not isinstance(node, exp.Mul):
        return None
    sides = [side.this if isinstance(side, exp.Paren) else side for side in (node.this, node.expression)]
    for factor, one in ((node.this, sides[1]), (node.expression, sides[0])):
        if isinstance(one, exp.Interval):
            return factor, one
    return None


def _times(factor: exp.Expr, one: exp.Interval) -> str:
    """A multiple that is no whole number is rounded in another way on Spark, so it stops the query there."""
    counted = said(factor)
    if kind(factor) != "integer" and whole_number(factor) is None:
        stops = stop("an interval times a number that is not whole is not the same on Spark")
        whole = f"CAST({counted} AS BIGINT)"
        counted = f"CASE WHEN {counted} IS NULL OR {counted} = {whole} THEN {whole} ELSE {stops} END"
    return f"(({counted}) * {interval(one)})"


def add(node: exp.Expr) -> exp.Expr:
    """A date and an interval make a timestamp on DuckDB and a date on Spark; dates apart are a number of days."""
    left, right = node.this, node.expression
    sign = "-" if isinstance(node, exp.Sub) else "+"
    if is_interval(left) and sign == "+":
        left, right = right, left
    if is_interval(right):
        return _moved(left, sign, interval(right.this if isinstance(right, exp.Paren) else right))
    of_left, of_right = known_kind(left), known_kind(right)
    if sign == "-" and of_left in _MOMENTS:
        if of_left == "date" == of_right:
            return raw(f"CAST(datediff({said(left)}, {said(right)}) AS BIGINT)", "integer")
        if (of_right in _MOMENTS and of_right != of_left) or of_left != "date":
            raise Refused(node, "an interval between two times has another form on Spark", "use date_diff()")
    if _MOMENTS & {of_left, of_right} and any(isinstance(one, exp.Null) for one in (left, right)):
        raise Refused(node, "a date and NULL make another type on Spark", "cast: NULL::DATE")
    if sign == "-" and {kind(left), kind(right)} <= {None, *_MOMENTS}:
        return raw(
            f"({said(left)} - {said(right)} + 0Y)"
        )  # two dates would be an interval: to that Spark adds no number
    return same_width(node)


def _moved(moment: exp.Expr, sign: str, interval: str) -> exp.Expr:
    if kind(moment) == "zoned":
        return raw(f"({said(moment)} {sign} {interval})", "zoned")
    return unzoned(moment, f"(CAST({said(moment)} AS TIMESTAMP_NTZ) {sign} {interval})")


def date_add(node: exp.Expr) -> exp.Expr:
    if not is_interval(node.expression):
        raise Refused(node, "date_add() without an interval is not known to Spark", "write date + INTERVAL 1 DAY")
    return _moved(node.this, "+", interval(node.expression))


def date(node: exp.Expr) -> exp.Expr:
    if node.this is None or node.expressions or node.args.get("zone"):
        raise Refused(node, "this date() is not known to Spark", "use make_date(year, month, day)")
    return cast(exp.Cast(this=node.this, to=exp.DataType.build("date")))


def bare_interval(node: exp.Expr) -> exp.Expr:
    parent = node.parent.parent if isinstance(node.parent, exp.Paren) else node.parent
    if isinstance(parent, exp.Mul):
        parent = parent.parent.parent if isinstance(parent.parent, exp.Paren) else parent.parent
    if isinstance(parent, (exp.Add, exp.Sub, exp.DateAdd, exp.WindowSpec, exp.GenerateSeries)):
        return node
    raise Refused(node, "an interval is kept in another form by Spark", "add it to a date or time")


def date_diff(node: exp.Expr) -> exp.Expr:
    """DuckDB counts the boundaries between, Spark the full periods."""
    end, start = said(node.this), said(node.expression)
    unit = unit_of(node, node.args.get("unit"))
    if unit == "DAY":
        made = f"datediff(CAST({end} AS DATE), CAST({start} AS DATE))"
    elif unit == "WEEK":
        made = f"(datediff(CAST({end} AS DATE), CAST({start} AS DATE)) DIV 7)"
    elif unit in ("YEAR", "QUARTER", "MONTH"):
        count = {
            "YEAR": "year({0})",
            "QUARTER": "(year({0}) * 4 + quarter({0}))",
            "MONTH": "(year({0}) * 12 + month({0}))",
        }
        made = f"({count[unit].format(end)} - {count[unit].format(start)})"
    else:
        cut = "date_trunc('" + unit + "', CAST({} AS TIMESTAMP))"
        made = f"timestampdiff({unit}, {cut.format(start)}, {cut.format(end)})"
    return raw(f"CAST({made} AS BIGINT)", "integer")


def date_trunc(node: exp.Expr) -> exp.Expr:
    unit = unit_of(node, node.args.get("unit"))
    made = f"date_trunc('{unit}', {said(node.this)})"
    if kind(node.this) == "zoned":
        return raw(made, "zoned")
    return unzoned(node.this, f"CAST({made} AS TIMESTAMP_NTZ)")


def part(node: exp.Expr, name: str, moment: exp.Expr) -> exp.Expr:
    name = name.upper() if name.upper() in _PARTS else _unit(name)
    if name not in _PARTS:
        raise Refused(node, f"Spark knows no {name.lower()} of a date", "work it out from the year, month or day")
    if isinstance(moment, exp.Sub) or known_kind(moment) == "interval":
        raise Refused(node, "an interval between two times has other parts on Spark", "use date_diff()")
    made = _PARTS[name].format(said(moment))
    return raw(made, "double") if name == "EPOCH" else raw(f"CAST({made} AS BIGINT)", "integer")


def extract(node: exp.Expr) -> exp.Expr:
    return part(node, node.this.name, node.expression)


def date_part(node: exp.Expr) -> exp.Expr:
    name = string(node.expressions[0])
    if name is None:
        raise Refused(node, "a part of a date that is not written out is not known to Spark", "write it out")
    return part(node, name, node.expressions[1])


def part_named(name: str) -> Callable[[exp.Expr], exp.Expr]:
    return lambda node: part(node, name, node.expressions[0] if isinstance(node, exp.Anonymous) else node.this)


def year_week(node: exp.Expr) -> exp.Expr:
    moment = said(node.expressions[0])
    return raw(f"CAST(extract(YEAROFWEEK FROM {moment}) * 100 + weekofyear({moment}) AS BIGINT)", "integer")


def day_name(node: exp.Expr) -> exp.Expr:
    return raw(f"date_format({said(node.this)}, '{'EEEE' if isinstance(node, exp.Dayname) else 'MMMM'}')", "text")


def epoch_ms(node: exp.Expr) -> exp.Expr:
    scale = whole_number(node.args.get("scale"))
    if scale is None:
        return raw(f"timestamp_seconds(CAST({said(node.this)} AS DOUBLE))", "zoned")
    if scale != 3:
        raise Refused(node, "this is not known to Spark", "use to_timestamp() of seconds")
    if kind(node.this) == "integer":
        return raw(f"CAST(timestamp_millis({said(node.this)}) AS TIMESTAMP_NTZ)", "timestamp")
    if kind(node.this) in ("date", "timestamp", "zoned"):
        return raw(f"CAST(round(unix_micros(CAST({said(node.this)} AS TIMESTAMP)) / 1000D) AS BIGINT)", "integer")
    raise Refused(
        node,
        "epoch_ms() of a column may be a number or a time",
        "cast the column: epoch_ms(x::TIMESTAMP)",
        untold=kind(node.this) is None,
    )


def epoch_us(node: exp.Expr) -> exp.Expr:
    return raw(f"unix_micros(CAST({said(node.expressions[0])} AS TIMESTAMP))", "integer")


def make_timestamp(node: exp.Expr) -> exp.Expr:
    names = ("year", "month", "day", "hour", "min", "sec")
    return raw(
        f"CAST(make_timestamp({', '.join(said(node.args.get(one)) for one in names)}) AS TIMESTAMP_NTZ)", "timestamp"
    )


def write_time(node: exp.Expr) -> exp.Expr:
    pattern = _format(node, string(node.args.get("format")), _WRITTEN)
    moment = said(node.this)
    made = f"date_format({moment}, {literal(pattern)})"
    if "y" in pattern:
        stops = stop("a year that has not four digits has another text on Spark: build the text from its parts")
        beyond = f"CAST({moment} AS DATE) NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
        made = f"CASE WHEN {beyond} THEN {stops} ELSE {made} END"
    return raw(made, "text")


def read_time(node: exp.Expr) -> exp.Expr:
    text = string(node.args.get("format"))
    if text is not None and not re.search("%[Yy]", text):
        raise Refused(node, "without a year in the format Spark takes another one", "read a text with its year")
    adjacent = text is not None and re.search(r"%\w%", text)
    names = _READ if not adjacent else {name: _WRITTEN[name] for name in _READ}
    made = _format(node, text, names)
    blank = text is not None and text != text.strip()
    value = said(node.this) if blank else f"trim({said(node.this)})"
    return raw(f"to_timestamp_ntz({value}, {literal(made)})", "timestamp")


def _format(node: exp.Expr, text: str | None, names: Mapping[str, str]) -> str:
    if text is None or "%" not in text:
        raise Refused(
            node, "a format of dates must be written out for Spark", "write the format as the second argument"
        )
    made = []
    for code, other in re.findall(r"%(-?[A-Za-z%])|([^%]+)", text):
        if code in names:
            made.append(names[code])
        elif code:
            raise Refused(
                node, f"`%{code}` in a format of dates is not known to Spark", "build the text from its parts"
            )
        else:
            made.append(other if re.fullmatch(r"[-/:., ]+", other) else "'" + other.replace("'", "''") + "'")
    return "".join(made)


def at_zone(node: exp.Expr) -> exp.Expr:
    zone, name = said(node.args["zone"]), string(node.args["zone"])
    if name is not None and name.islower():
        message = f"Spark knows no zone `{name}`: it tells upper from lower case"
        raise Refused(node, message, "write its letters as in Europe/Berlin or UTC")
    if kind(node.this) == "zoned":
        return raw(f"CAST(from_utc_timestamp({said(node.this)}, {zone}) AS TIMESTAMP_NTZ)", "timestamp")
    if kind(node.this) in ("timestamp", "date"):
        return raw(_later(f"CAST({said(node.this)} AS TIMESTAMP)", zone), "zoned")
    raise Refused(
        node,
        "AT TIME ZONE turns zoned times one way and others the other",
        "cast: x::TIMESTAMP or x::TIMESTAMPTZ first",
        untold=kind(node.this) is None,
    )


def _later(local: str, zone: str) -> str:
    """Where clocks go back, a local time comes twice: Spark takes the first, DuckDB the second. That one has the
    distance from UTC that the next day has."""
    first, second = f"to_utc_timestamp({local}, {zone})", f"to_utc_timestamp({local} + INTERVAL '1' DAY, {zone})"
    second = f"({second} - INTERVAL '1' DAY)"
    return f"CASE WHEN from_utc_timestamp({second}, {zone}) = {local} THEN {second} ELSE {first} END"


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Add: add,
    exp.Sub: add,
    exp.DateAdd: date_add,
    exp.Date: date,
    exp.Interval: bare_interval,
    exp.ToDays: bare_interval,
    exp.DateDiff: date_diff,
    exp.TimestampTrunc: date_trunc,
    exp.DateTrunc: date_trunc,
    exp.Extract: extract,
    exp.DayOfWeek: part_named("DOW"),
    exp.DayOfWeekIso: part_named("ISODOW"),
    exp.Week: part_named("WEEK"),
    exp.WeekOfYear: part_named("WEEK"),
    exp.Second: part_named("SECOND"),
    exp.Dayname: day_name,
    exp.Monthname: day_name,
    exp.TimeToUnix: part_named("EPOCH"),
    exp.UnixToTime: epoch_ms,
    exp.TimestampFromParts: make_timestamp,
    exp.TimeToStr: write_time,
    exp.StrToTime: read_time,
    exp.AtTimeZone: at_zone,
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    "date_part": date_part,
    "datepart": date_part,
    "weekday": part_named("DOW"),
    "isoyear": part_named("ISOYEAR"),
    "millisecond": part_named("MILLISECOND"),
    "microsecond": part_named("MICROSECOND"),
    "yearweek": year_week,
    "epoch_us": epoch_us,
}
