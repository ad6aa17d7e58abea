"""Tokens -> whether a query's rows depend on the time, on chance, or on the engine's state.

The lists name functions by what is written in SQL; DuckDB's own are those of `duckdb_functions()` whose stability is
not CONSISTENT (a test compares), without `error`, which gives no rows at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import Token, TokenType

from odibi_sql.sql.statement import Moment

DATE_FUNCTIONS = frozenset({"curdate", "current_date", "today"})

_CLOCK_TEXT = """
    clock_timestamp current_localtime current_localtimestamp current_time current_timestamp get_current_time
    get_current_timestamp getdate localtime localtimestamp now statement_timestamp sysdate systimestamp
    transaction_timestamp
"""
_CLOCK = frozenset(_CLOCK_TEXT.split())
_CHANCE_TEXT = """
    gen_random_uuid monotonically_increasing_id rand randn random randstr setseed shuffle uniform uuid uuidv4
    uuidv7
"""
_CHANCE = frozenset(_CHANCE_TEXT.split())
_STATE_TEXT = """
    current_catalog current_connection_id current_database current_query current_query_id current_role
    current_schema current_schemas current_setting current_timezone current_transaction_id current_user currval
    getenv getvariable in_search_path input_file_block_length input_file_block_start input_file_name nextval
    pg_backend_pid pg_postmaster_start_time session_user setval sleep_ms spark_partition_id stats txid_current
    vector_type write_log
"""
_STATE = frozenset(_STATE_TEXT.split())
VOLATILE_FUNCTIONS = _CLOCK | _CHANCE | _STATE

# Read as a value without parentheses. `user`, `current_user` and their like are constants in an embedded engine, and
# far more often columns.
_BARE_VOLATILE = frozenset(
    {"current_catalog", "current_schema", "current_time", "current_timestamp", "localtime", "localtimestamp"}
)
_BARE = _BARE_VOLATILE | {"current_date"}
_LOOKED_AT = VOLATILE_FUNCTIONS | DATE_FUNCTIONS | _BARE | {"age", "unix_timestamp"}
_STRINGS = frozenset(
    {TokenType.STRING, TokenType.HEREDOC_STRING, TokenType.BYTE_STRING, TokenType.RAW_STRING, TokenType.NATIONAL_STRING}
)
_LITERAL_DAYS = frozenset({"now", "today", "tomorrow", "yesterday"})


def moment(tokens: Sequence[Token], dialect: str) -> Moment:
    """What the calls in `tokens` make of the query. A column, alias or string of such a name is none."""
    found: Moment = "fixed"
    last = len(tokens) - 1
    for index, token in enumerate(tokens):
        name = token.text.lower()
        if token.token_type in _STRINGS:
            if name in _LITERAL_DAYS and _is_literal_day(tokens, index, dialect):
                return "volatile"
            continue
        if name not in _LOOKED_AT or (index and tokens[index - 1].token_type is TokenType.ALIAS):
            continue
        if index < last and tokens[index + 1].token_type is TokenType.L_PAREN:
            kind = _of_call(tokens, index, name)
        else:
            kind = _of_value(tokens, index, name)
        if kind == "volatile":
            return "volatile"
        if kind == "date":
            found = "date"
    return found


def _of_call(tokens: Sequence[Token], index: int, name: str) -> Moment:
    if name in VOLATILE_FUNCTIONS:
        return "volatile"
    if name in DATE_FUNCTIONS:
        return "date"
    if name == "age":  # of one argument: the time since then, counted from the start of today
        return "date" if _arguments(tokens, index + 1) == 1 else "fixed"
    return "volatile" if name == "unix_timestamp" and _arguments(tokens, index + 1) == 0 else "fixed"


def _of_value(tokens: Sequence[Token], index: int, name: str) -> Moment:
    qualified = index > 0 and tokens[index - 1].token_type is TokenType.DOT
    if name not in _BARE or qualified or tokens[index].token_type is TokenType.IDENTIFIER:
        return "fixed"
    return "volatile" if name in _BARE_VOLATILE else "date"


def _arguments(tokens: Sequence[Token], opening: int) -> int:
    depth = commas = 0
    for token in tokens[opening:]:
        if token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE):
            depth += 1
        elif token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE):
            depth -= 1
            if depth == 0:
                break
        elif token.token_type is TokenType.COMMA and depth == 1:
            commas += 1
    return commas + 1 if tokens[opening + 1].token_type is not TokenType.R_PAREN else 0


def _is_literal_day(tokens: Sequence[Token], index: int, dialect: str) -> bool:
    """Spark reads `DATE 'today'` and `TIMESTAMP 'now'` as the day and the time of the query."""
    return (
        dialect in ("spark", "databricks")
        and index > 0
        and tokens[index].token_type in _STRINGS
        and tokens[index - 1].text.lower() in ("date", "timestamp", "timestamp_ltz", "timestamp_ntz")
    )
