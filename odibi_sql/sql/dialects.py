"""A query of one dialect -> the same query as a Statement for an engine of another.

Its references are those of the text as written, so that a mistake is shown where the author made it; the text to run
is what sqlglot makes of it, analysed again, because only there spans can be bound.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace
from sqlglot import TokenType, exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from odibi_sql.sql.as_written import as_written
from odibi_sql.sql.canonical import join_tokens
from odibi_sql.sql.moments import moment
from odibi_sql.sql.parsing import Parsed, parse, sql_dialect
from odibi_sql.sql.references import IMPLIED_RECURSION, Reads, find_reads, place
from odibi_sql.sql.statement import FileRead, Reference, Statement, SyntaxProblem, Written

if TYPE_CHECKING:
    from odibi_sql.sql.spark import Describe, Schemas

Read = TypeVar("Read", Reference, FileRead)


def from_dialect(
    parsed: Parsed, written: Written, schemas: Schemas | None = None, describe: Describe | None = None
) -> Statement:
    """Raises SyntaxProblem for what the engine's dialect cannot say, rather than run something near to it. What only
    types can decide is left open where there are none."""
    engine_dialect = written.engine_dialect
    reads = find_reads(parsed)
    _check_sayable(parsed, engine_dialect)
    if (parsed.dialect, engine_dialect) == ("duckdb", "spark"):
        _check_words(parsed)
    if engine_dialect != "duckdb" and (reads.files or reads.unknown_files):
        at = reads.files[0].at if reads.files else parsed.start
        raise SyntaxProblem(f"{engine_dialect} SQL cannot read a file so", at, "declare the file as a source")
    try:
        sql, untold = transpile(parsed, reads, engine_dialect, schemas, describe)
    except _Untold:  # fit to be planned: the text is still the one that was written
        return replace(as_written(parsed, reads), offset=0, written=replace(written, rules=rewriting_rules()))
    again = _parse_again(sql, parsed, engine_dialect)
    made = find_reads(again)
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for read in reads.references:
        places[_folded(read)].append(read.at)
    files: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for file in reads.files:
        files[_folded(file)].append(file.at)
    return Statement(
        sql=sql,
        offset=0,
        references=tuple(_placed(made.references, places, parsed)),
        files=tuple(_placed(made.files, files, parsed)),
        rewrites=made.rewrites,
        canonical=join_tokens(again.text, again.tokens),
        moment="volatile" if made.volatile or reads.volatile else moment(again.tokens, engine_dialect),
        unknown_files=made.unknown_files or reads.unknown_files,
        notes=reads.notes,
        written=replace(written, rules=rewriting_rules()) if untold else written,
    )


_JOINS = ("", "INNER", "OUTER", "CROSS", "SEMI", "ANTI")
_UNIT_FIRST = ("date_trunc", "datetrunc", "date_diff", "datediff")


class _Untold(Exception):
    """Refused only because types are not known yet."""


@cache
def rewriting_rules() -> str:
    """A hash of the modules that rewrite, and of sqlglot's version: what a text becomes once types are known."""
    here = Path(__file__).parent
    files = (Path(__file__), here / "references.py", *sorted((here / "spark").glob("*.py")))
    text = [file.read_bytes() for file in files]
    return hashlib.sha256(b"\0".join([metadata.version("sqlglot").encode(), *text])).hexdigest()[:16]


def _check_sayable(parsed: Parsed, engine_dialect: str) -> None:
    """Refuse what sqlglot passes on as it stands and the engine would take for something else: to Spark, the `asof` of
    `a asof join b` is an alias."""
    for node in parsed.root.walk():
        missing = None
        if isinstance(node, exp.Version):
            missing = "time travel"
        elif engine_dialect == "duckdb":
            continue
        elif isinstance(node, exp.Join) and str(node.args.get("method")).upper() in ("ASOF", "POSITIONAL"):
            missing = f"{node.args['method']} JOIN"
        elif isinstance(node, exp.Join) and node.kind not in _JOINS:
            missing = f"{node.kind} JOIN"
        elif isinstance(node, exp.SetOperation) and node.args.get("by_name"):
            missing = "BY NAME"
        elif isinstance(node, exp.Pivot) and node.arg_key != "pivots":
            missing = "PIVOT and UNPIVOT as statements"
        elif isinstance(node, (exp.Summarize, exp.Columns)):
            missing = type(node).__name__.upper()
        elif isinstance(node, exp.JSONExtractScalar) and _is_one_key(node, parsed):
            missing = "JSON keys with a dot or bracket in them"
        if missing:
            raise SyntaxProblem(
                f"{engine_dialect} has no {missing}",
                place(node, parsed),
                "say it in another way, or give the model an engine that has it",
            )


def _check_words(parsed: Parsed) -> None:
    """Refuse what only tokens tell. Units of time that are not written out: what sqlglot makes of the column `s` is the
    unit `'s'`. And the state of an aggregate, which it takes for a name."""
    tokens = parsed.tokens
    for bracket, word in pairwise(tokens):
        if bracket.token_type is TokenType.R_PAREN and word.text.lower() == "export_state":
            raise SyntaxProblem(
                "Spark has no states of aggregates", word.start, "leave it out, or write AS before a name"
            )
    for name, bracket, unit in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_call = bracket.token_type is TokenType.L_PAREN and name.text.lower() in _UNIT_FIRST
        if is_call and unit.token_type is not TokenType.STRING:
            message = "Spark takes a unit of time only as it is written out"
            raise SyntaxProblem(message, unit.start, f"write it in quotes: `{name.text}('month', …)`")


def _is_one_key(node: exp.JSONExtractScalar, parsed: Parsed) -> bool:
    """DuckDB takes a text without `$` for one key, also `a.b`, of which sqlglot makes a path."""
    path = node.expression
    if not isinstance(path, exp.JSONPath) or len(path.expressions) < 3:
        return False
    said = path.sql(parsed.dialect).strip("'").removeprefix("$").removeprefix(".")
    return any(token.token_type is TokenType.STRING and token.text == said for token in parsed.tokens)


def transpile(
    parsed: Parsed,
    reads: Reads,
    engine_dialect: str,
    schemas: Schemas | None,
    describe: Describe | None,
    *,
    comments: bool = False,
) -> tuple[str, bool]:
    """The text, and whether another may come of it once types are known. The tree of `parsed` is used up;
    `comments` are those in it."""
    rules = sql_dialect(engine_dialect)
    root, untold = parsed.root, False
    if not comments:
        for node in root.walk():
            node.pop_comments()
    if (parsed.dialect, engine_dialect) == ("duckdb", "spark"):
        root, untold = _for_spark(parsed, reads, schemas, describe)
    for select in root.find_all(exp.Select):
        select.set("hint", None)  # advice on how, not on what: another engine has its own ways
    if parsed.dialect in IMPLIED_RECURSION:
        for with_ in root.find_all(exp.With):
            with_.set("recursive", True)
    try:
        sql = rules.generate(root, copy=False, unsupported_level=ErrorLevel.RAISE, comments=comments, pretty=True)
    except UnsupportedError as error:
        said = " ".join(str(error).split())
        raise SyntaxProblem(
            f"{engine_dialect} has no words for this {parsed.dialect} query: {said}",
            parsed.start,
            f"say it in another way, or write the model in {engine_dialect}",
        ) from None
    except RecursionError:
        raise SyntaxProblem("this is nested too deeply to be transpiled", parsed.start) from None
    return sql, untold or (schemas is None and parsed.dialect == "duckdb" and "typeof(" in sql)


def _for_spark(
    parsed: Parsed, reads: Reads, schemas: Schemas | None, describe: Describe | None
) -> tuple[exp.Expr, bool]:
    from odibi_sql.sql.spark import INPUT, Refused, for_spark, name_columns

    name_columns(parsed, reads.rewrites)
    names = {reference.at: ".".join(_folded(reference)) for reference in reads.references}
    for table in parsed.root.find_all(exp.Table):
        if (at := place(table, parsed)) in names:
            table.meta[INPUT] = names[at]
    try:
        return for_spark(parsed.root, schemas, describe)
    except Refused as refused:
        if refused.untold and schemas is None:
            raise _Untold from None
        raise SyntaxProblem(refused.message, place(_near(refused.node), parsed), refused.hint) from None


def _near(node: exp.Expr) -> exp.Expr:
    """The node, or where there is no name in it the nearest around it with one."""
    while node.parent is not None and not any("start" in part.meta for part in node.walk()):
        node = node.parent
    return node


def _parse_again(sql: str, parsed: Parsed, engine_dialect: str) -> Parsed:
    try:
        return parse(sql, engine_dialect)
    except SyntaxProblem as problem:
        raise SyntaxProblem(
            f"sqlglot's {engine_dialect} for this {parsed.dialect} query cannot be parsed: {problem.message}",
            parsed.start,
            f"say it in another way, or write the model in {engine_dialect}",
        ) from None


def _folded(read: Reference | FileRead) -> tuple[str, ...]:
    return tuple(part.lower() for part in read.parts) if isinstance(read, Reference) else (read.path,)


def _placed(made: Iterable[Read], places: Mapping[tuple[str, ...], list[int]], parsed: Parsed) -> Iterable[Read]:
    """Each read with the place where the author wrote it: the first of a name is the first written, and so on."""
    seen: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for read in made:
        name = _folded(read)
        written = places.get(name)
        if not written:
            raise SyntaxProblem(
                f"transpiling made a table `{'.'.join(name)}` that the {parsed.dialect} query does not read",
                parsed.start,
                "say it in another way: use UNNEST to read a column like a table",
            )
        yield replace(read, at=written[min(seen[name], len(written) - 1)])
        seen[name] += 1
