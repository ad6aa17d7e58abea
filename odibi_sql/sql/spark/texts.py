"""Texts and patterns. DuckDB's patterns are RE2's, Spark's are Java's: only what both read alike is let through."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from sqlglot import exp

from odibi_sql.sql.spark.operands import Refused, as_text, is_null, kind, literal, raw, said, stop, string, whole_number

_SPACES = "".join(map(chr, (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))
_WITH_CASE = (*range(0xDF, 0x590), *range(0x1E00, 0x2000), *range(0xFB00, 0xFB18))
_COMBINED = r"[\\p{M}\\u200D\\x{1F1E6}-\\x{1F1FF}\\x{1F3FB}-\\x{1F3FF}]"
_ESCAPED = set("dDwWsS") | set(r".\+*?()[]{}^$|/-") | set("ntrf")


def pipe(node: exp.Expr) -> exp.Expr:
    if kind(node.this) == "list" or kind(node.expression) == "list":
        return raw(f"concat({said(node.this)}, {said(node.expression)})", "list")
    if is_null(node.this) or is_null(node.expression):
        raise Refused(node, "`|| NULL` has another type on Spark", "leave it out, or cast: NULL::VARCHAR")
    return raw(f"({as_text(node.this)} || {as_text(node.expression)})", "text")


def joined_lists(lists: tuple[exp.Expr, ...]) -> str:
    """NULL counts as an empty list."""
    return f"concat({', '.join(f'coalesce({said(one)}, array())' for one in lists)})"


def concat(node: exp.Expr) -> exp.Expr:
    parts = ", ".join(f"coalesce({as_text(one)}, '')" for one in node.expressions)
    return raw(f"concat({parts})", "text")


def concat_ws(node: exp.Expr) -> exp.Expr:
    separator, *rest = node.expressions
    return raw(f"concat_ws({', '.join([said(separator), *map(as_text, rest)])})", "text")


def substring(node: exp.Expr) -> exp.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    first = whole_number(start)
    if length is None:
        return node
    count = whole_number(length)
    if first is None or first == 0 or (count is not None and count < 0):
        raise Refused(
            node, "a substring from here may be another one on Spark", "start at 1 or later, or at -1 or before"
        )
    if count is None and first < 0:
        node.set("length", raw(_not_negative(length, "the length of a substring")))
    elif count is None and first > 1:
        text, number = said(node.this), said(length)
        back = f"substring({text}, greatest({first} + {number}, 1), least({first - 1}, -({number})))"
        return raw(f"CASE WHEN {number} < 0 THEN {back} ELSE {said(node)} END", "text")
    return node  # from 1 on, a negative length gives none on both


def _not_negative(node: exp.Expr, what: str) -> str:
    return f"CASE WHEN {said(node)} < 0 THEN {stop(f'{what} must not be negative on Spark')} ELSE {said(node)} END"


def ends(node: exp.Expr) -> exp.Expr:
    """left, right: of a negative length all but so many, on DuckDB."""
    count = whole_number(node.expression)
    if count is not None and count < 0:
        raise Refused(node, "Spark takes a negative length for 0", "use substr()")
    if count is None:
        node.set("expression", raw(_not_negative(node.expression, "this length")))
    return node


def like(node: exp.Expr) -> exp.Expr:
    """DuckDB's LIKE has no escape character of its own, Spark's has the backslash."""
    if isinstance(node.parent, exp.Escape):
        return node
    pattern = string(node.expression)
    if pattern is not None and "\\" not in pattern:
        return node
    word = ("NOT " if node.args.get("negate") else "") + ("ILIKE" if isinstance(node, exp.ILike) else "LIKE")
    return raw(f"({said(node.this)} {word} {said(node.expression)} ESCAPE '\\u0001')", "boolean")


def escape(node: exp.Expr) -> exp.Expr:
    if len(string(node.expression) or "") != 1:
        raise Refused(node, "Spark takes one character to escape with, written out", "write it: ESCAPE '!'")
    return node


def pattern_of(node: exp.Expr, given: exp.Expr | None, flags: str = "") -> str:
    """The pattern in Java's terms, or Refused."""
    pattern = string(given)
    if pattern is None:
        raise Refused(node, "a pattern that is not written out may mean something else on Spark", "write the pattern")
    if set(flags) - set("gi"):
        raise Refused(node, f"the flags `{flags}` of a pattern are not known to Spark", "use `g` and `i` alone")
    insensitive = "i" in flags
    if pattern.startswith("(?i)"):
        pattern, insensitive = pattern[4:], True
    java = _java(node, pattern)
    prefix = ("iu" if insensitive else "") + "d"
    return f"(?{prefix}){java}" if insensitive or "." in pattern or "$" in pattern else java


def _java(node: exp.Expr, pattern: str) -> str:
    made, in_class, position = [], False, 0
    while position < len(pattern):
        one, two = pattern[position], pattern[position : position + 2]
        if one == "\\":
            if two[1:] not in _ESCAPED:
                raise _odd(node, two)
            blanks = {"\\s": "[\\t\\n\\f\\r ]", "\\S": "[^\\t\\n\\f\\r ]"}
            if two in blanks and in_class:
                raise _odd(node, two)
            made.append(blanks.get(two, two))
            position += 2
            continue
        if in_class and (one == "[" or two == "&&"):
            raise _odd(node, "[[:" if one == "[" else two)
        if two == "(?" and pattern[position + 2 : position + 3] != ":":
            raise _odd(node, pattern[position : position + 3])
        if one == "{" and not in_class and not re.match(r"\{\d+(,\d*)?\}", pattern[position:]):
            raise _odd(node, "{")
        if one == "[":
            in_class = True
        elif one == "]":
            in_class = False
        made.append("\\z" if one == "$" and not in_class else one)
        position += 1
    return "".join(made)


def _odd(node: exp.Expr, part: str) -> Refused:
    return Refused(node, f"`{part}` in a pattern may mean something else on Spark", "use plain classes such as [a-z]")


def regexp_like(node: exp.Expr) -> exp.Expr:
    pattern = pattern_of(node, node.expression, _flags(node, "flag"))
    return raw(f"({said(node.this)} RLIKE {literal(pattern)})", "boolean")


def _flags(node: exp.Expr, name: str) -> str:
    given = node.args.get(name)
    flags = string(given) if given is not None else ""
    if flags is None:
        raise Refused(node, "flags of a pattern that are not written out are not known to Spark", "write them out")
    return flags


def full_match(node: exp.Expr) -> exp.Expr:
    """`~`, SIMILAR TO and regexp_full_match."""
    pattern = pattern_of(node, node.expression)
    flags = re.match(r"\(\?\w+\)", pattern)
    head, rest = (flags.group(), pattern[flags.end() :]) if flags else ("", pattern)
    return raw(f"({said(node.this)} RLIKE {literal(f'{head}^(?:{rest})' + chr(92) + 'z')})", "boolean")


def regexp_replace(node: exp.Expr) -> exp.Expr:
    flags = _flags(node, "modifiers")
    if "g" not in flags:
        raise Refused(node, "Spark replaces all matches, and without the flag 'g' DuckDB the first", "add the flag 'g'")
    replacement = string(node.args["replacement"])
    if replacement is None:
        raise Refused(node, "a replacement that is not written out may differ on Spark", "write the replacement")
    java = re.sub(r"\\(\d)", r"$\1", replacement.replace("$", "\\$"))
    pattern = pattern_of(node, node.expression, flags)
    return raw(f"regexp_replace({said(node.this)}, {literal(pattern)}, {literal(java)})", "text")


def regexp_extract(node: exp.Expr) -> exp.Expr:
    if node.args.get("parameters") is not None:
        raise Refused(node, "flags of regexp_extract are not known to Spark", "begin the pattern with (?i)")
    group = node.args.get("group")
    number = 0 if group is None else whole_number(group)
    if number is None:
        raise Refused(node, "regexp_extract with named groups is not known to Spark", "number the group")
    name = "regexp_extract_all" if isinstance(node, exp.RegexpExtractAll) else "regexp_extract"
    pattern = pattern_of(node, node.expression)
    if number and name == "regexp_extract_all" and re.search(r"\||\)[?*]|\)\{0", pattern):
        raise Refused(node, "a group that may match nothing is NULL on DuckDB only", "put the choice into the group")
    return raw(f"{name}({said(node.this)}, {literal(pattern)}, {number})")


def regexp_split(node: exp.Expr) -> exp.Expr:
    text, pattern = node.expressions
    return raw(f"split({said(text)}, {literal(pattern_of(node, pattern))}, -1)")


def split(node: exp.Expr) -> exp.Expr:
    if not string(node.expression):
        raise Refused(node, "splitting at a text that is empty or not written out may differ on Spark", "write it out")
    return node


def split_part(node: exp.Expr) -> exp.Expr:
    if not whole_number(node.args.get("part_index")):
        raise Refused(node, "the part 0 stops a query on Spark", "write the number of the part, 1 for the first")
    if not string(node.args.get("delimiter")):
        raise Refused(node, "splitting at a text that is empty or not written out may differ on Spark", "write it out")
    return node


def character(node: exp.Expr) -> exp.Expr:
    number = whole_number(node.expressions[0])
    if number is None or not 0 < number < 128:
        raise Refused(node, "beyond 255 chr() begins again on Spark", "write the character as a text")
    return node


def trimmed(node: exp.Expr) -> exp.Expr:
    """Without characters given, DuckDB takes all of Unicode's spaces away, Spark the one of ASCII."""
    text = string(node.this)
    if node.expression is None and (text is None or not text.isascii()):
        node.set("expression", exp.Literal.string(_SPACES))
        node.set("position", node.args.get("position") or "BOTH")
    return node


def repeated(node: exp.Expr) -> exp.Expr:
    if is_null(node.this):
        raise Refused(node, "of NULL this is a BLOB on DuckDB", "cast: NULL::VARCHAR")
    if kind(node.this) == "list":
        items, times = said(node.this), said(node.args["times"])
        made = f"flatten(array_repeat({items}, CAST({times} AS INT)))"
        return raw(f"CASE WHEN {items} IS NOT NULL THEN {made} END", "list")
    return node


def reversed_(node: exp.Expr) -> exp.Expr:
    """DuckDB keeps together what is seen as one character."""
    if kind(node.this) == "list" or ((text := string(node.this)) is not None and text.isascii()):
        return node
    value = said(node.this)
    refusal = stop("reverse() of combined characters is another text on Spark")
    return raw(f"CASE WHEN {value} RLIKE '{_COMBINED}' THEN {refusal} ELSE reverse({value}) END", "text")


def cased(node: exp.Expr) -> exp.Expr:
    """Java's upper case of one letter can be two, and its lower case depends on the letters around. Letters whose other
    case Unicode has only since 2024 are let be: which of them an engine knows changes with its version."""
    if (text := string(node.this)) is not None and text.isascii():
        return node
    if isinstance(node, exp.Upper):
        letters, hidden, upper = _one_upper_case()
        made = f"upper(translate({said(node.this)}, '{letters}', '{hidden}'))"
        return raw(f"translate({made}, '{hidden[1:]}', '{upper[1:]}')", "text")
    return raw(f"lower(translate({said(node.this)}, '\u0130\u03a3', 'i\u03c3'))", "text")


@cache
def _one_upper_case() -> tuple[str, str, str]:
    """Letters whose upper case is several letters, or too new, on Spark; what has no case, to hide them behind; and
    what upper case they have on DuckDB: one letter, or themselves."""
    several = [one for one in map(chr, _WITH_CASE) if len(one.upper()) > 1 and one != "ß"]
    letters = "ß" + "ƛɤ" + "".join(several)
    hidden = "ẞ" + "".join(chr(0x10F800 + n) for n in range(len(letters) - 1))
    return letters, hidden, "".join(one.title() if len(one.title()) == 1 else one for one in letters)


def pad(node: exp.Expr) -> exp.Expr:
    if not string(node.args.get("fill_pattern")):
        raise Refused(node, "padding with a text that is empty or not written out differs on Spark", "write it out")
    return node


def renamed(name: str, known: str | None = None) -> Callable[[exp.Expr], exp.Expr]:
    def rename(node: exp.Expr) -> exp.Expr:
        given = node.expressions if isinstance(node, exp.Anonymous) else [node.this]
        return raw(f"{name}({', '.join(map(said, given))})", known)  # type: ignore[arg-type]

    return rename


REWRITES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.DPipe: pipe,
    exp.Concat: concat,
    exp.ConcatWs: concat_ws,
    exp.Substring: substring,
    exp.Left: ends,
    exp.Right: ends,
    exp.Escape: escape,
    exp.Like: like,
    exp.ILike: like,
    exp.RegexpLike: regexp_like,
    exp.RegexpFullMatch: full_match,
    exp.SimilarTo: full_match,
    exp.RegexpReplace: regexp_replace,
    exp.RegexpExtract: regexp_extract,
    exp.RegexpExtractAll: regexp_extract,
    exp.Split: split,
    exp.SplitPart: split_part,
    exp.Chr: character,
    exp.Pad: pad,
    exp.Trim: trimmed,
    exp.Repeat: repeated,
    exp.Reverse: reversed_,
    exp.Upper: cased,
    exp.Lower: cased,
}
FUNCTIONS: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    "prefix": renamed("startswith", "boolean"),
    "suffix": renamed("endswith", "boolean"),
    "regexp_split_to_array": regexp_split,
    "strlen": renamed("octet_length", "integer"),
}
