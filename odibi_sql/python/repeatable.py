"""Code -> why another run of it can give other rows, though nothing that is known of it changed.

What can be seen is seen: the clock, chance, the environment, the network, files. As everywhere, what cannot be known
runs in every build; its readers do not, if its rows come out the same.
"""

from __future__ import annotations

import ast

from odibi_sql.python.code import Code

_CLOCK_TEXT = """
    datetime.date.today datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow pandas.Timestamp.now
    pandas.Timestamp.today pandas.Timestamp.utcnow time.ctime time.gmtime time.localtime time.time time.time_ns
"""
_CLOCK = frozenset(_CLOCK_TEXT.split())
_CHANCE = frozenset({"os.urandom", "uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"})
_SEEDED = frozenset({"numpy.random.RandomState", "numpy.random.default_rng", "random.Random", "random.seed"})
_ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv"})
_OUTSIDE_TEXT = """
    aiohttp boto3 ftplib gspread http httpx paramiko psycopg psycopg2 pymysql pyodbc requests s3fs smtplib socket
    sqlalchemy sqlite3 subprocess urllib.request urllib3
"""
_OUTSIDE = frozenset(_OUTSIDE_TEXT.split())
_FILE_METHODS_TEXT = """
    open_dataset read_bytes read_csv read_csv_auto read_excel read_feather read_fwf read_ipc read_json read_ndjson
    read_orc read_parquet read_pickle read_table read_text read_xml scan_csv scan_ipc scan_ndjson scan_parquet
"""
_FILE_METHODS = frozenset(_FILE_METHODS_TEXT.split())


def why_not(code: Code, *, files_are_named: bool) -> str | None:
    """A reason, or None. `files_are_named`: those that it reads are in the model's `files`."""
    for node in ast.walk(code.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            reason = _import(node)
        elif isinstance(node, ast.Call):
            reason = _call(code, node, files_are_named)
        elif isinstance(node, (ast.Attribute, ast.Name)) and code.dotted(node) in _ENVIRONMENT:
            reason = f"reads `{code.dotted(node)}`"
        else:
            continue
        if reason:
            return f"{reason} ({code.path}:{node.lineno})"
    return None


def _import(node: ast.Import | ast.ImportFrom) -> str | None:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [] if node.level else [node.module or "", *(f"{node.module}.{name}" for name in names)]
    found = next((name for name in names if name in _OUTSIDE or name.split(".")[0] in _OUTSIDE), None)
    return f"`{found}` reaches outside" if found else None


def _call(code: Code, node: ast.Call, files_are_named: bool) -> str | None:
    name = code.dotted(node.func)
    if name is not None:
        if name in _CLOCK:
            return f"`{name}` asks for the time"
        if name in _SEEDED:
            return None if node.args or node.keywords else f"`{name}` without a seed is chance"
        if name in _CHANCE or name.startswith(("numpy.random.", "secrets.")):
            return f"`{name}` is chance"
        if name.startswith("random.") and "random" in code.origins.values():
            return f"`{name}` is chance"
        if name in ("open", "io.open") and not files_are_named:
            return "`open` reads a file that `files` does not name"
    method = node.func.attr if isinstance(node.func, ast.Attribute) else (name or "").rpartition(".")[2]
    if method in _FILE_METHODS and not files_are_named:
        return f"`{method}` reads a file that `files` does not name"
    return None
