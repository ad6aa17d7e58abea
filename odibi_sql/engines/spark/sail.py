"""Sail (https://lakesail.com): a Spark Connect server without a JVM, started here as a process of this program's own.

It lives as long as the pipe to it: whatever ends this program closes that, and the server goes too.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.engines.spark.installed import version_of

# Sail asks its own Python for a `pyspark` to know whose settings and Python functions it serves, and refuses one that
# is newer than itself. SQL needs none; so in its process there is only the name, of the newest that Sail 0.7 knows. The
# client that it talks to is the one of this program.
_SERVER = """
import os, sys, types
sys.modules["pyspark"] = types.ModuleType("pyspark")
sys.modules["pyspark"].__version__ = "4.2.0"
from pysail.spark import SparkConnectServer
server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print(*server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
"""
_ENDS_WITHIN_S = 5.0

_NO_COLUMN = re.compile(r"attribute ObjectName\(\[(.*)\]\) is missing from the schema")
_PART = re.compile(r'Identifier\("((?:[^"\\]|\\.)*)"\)')
_SYNTAX = re.compile(
    r"^invalid argument: found (?P<found>.+?) at (?P<start>\d+):\d+ expected (?P<expected>.+)$", re.DOTALL
)
_LIMIT = re.compile(
    r"^(?:unknown function: (?P<function>\w+)|No field named \S*(?:#\d|__)|Physical plan does not support"
    r"|.* to Spark data type$|(?:invalid argument: )?invalid window function|This feature is not implemented"
    r"|not supported)"
)
_LONGEST = 160
HINT = "Sail has not all of Spark's SQL: say it in another way, or give the model the engine duckdb"


def version() -> str:
    """The major and minor version of the pysail that is installed; ProjectError where none is."""
    return version_of("pysail", "`server: sail`", "sail")


def start_server(scratch: Path) -> tuple[str, Callable[[], None]]:
    """Its address, and what ends it. Raises EngineFailure where it does not start."""
    scratch.mkdir(parents=True, exist_ok=True)
    said = scratch / "sail.log"
    with said.open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - this Python, and a text of ours
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={"RUST_LOG": "error", **_plain_http(), **os.environ},
            start_new_session=True,  # Ctrl-C is for this program, which then cancels what runs there
        )

    def end() -> None:
        try:
            server.communicate(timeout=_ENDS_WITHIN_S)  # which closes the pipe
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()

    try:
        line = server.stdout.readline().split() if server.stdout is not None else []
    except KeyboardInterrupt:
        end()
        raise
    if len(line) != 2:
        end()
        told = said.read_text("utf-8", "replace").strip().splitlines()
        raise EngineFailure(f"Sail did not start: {told[-1] if told else 'it said nothing'}")
    return f"sc://{line[0]}:{line[1]}", end


def _plain_http() -> dict[str, str]:
    """Sail wants to be told that an S3 whose address is given without TLS has none."""
    plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
    return {"AWS_ALLOW_HTTP": "true"} if plain else {}


def told(message: str, sql: str) -> tuple[str, int | None, str | None] | None:
    """What Sail says of SQL that is wrong or that it does not know, in plain words, with its place in `sql` and a hint;
    None where it is of no such kind.

    Of names it does not tell the place: it is believed to be where the name stands, if it stands in one place only.
    """
    if (syntax := _SYNTAX.match(message)) is not None:
        before = sql.encode()[: int(syntax["start"])]  # it counts bytes
        expected = ", ".join(syntax["expected"].replace("\n", " ").split(", ")[:4])
        return (
            f"syntax error at `{syntax['found']}`: expected {expected}, …",
            len(before.decode("utf-8", "ignore")),
            None,
        )
    if (missing := _NO_COLUMN.search(message)) is not None:
        names = _PART.findall(missing[1])
        at = _only_place(rf"\b{re.escape(names[-1])}\b", sql) if names else None
        return f"the column `{'.'.join(names)}` cannot be found", at, None
    if (limit := _LIMIT.match(message)) is not None:
        if name := limit["function"]:
            return f"Sail has no function `{name}`", _only_place(rf"(?i)\b{name}\s*\(", sql), HINT
        line = message.partition("\n")[0]
        short = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
        return f"Sail cannot run this: {short}", None, HINT
    return None


def _only_place(pattern: str, sql: str) -> int | None:
    places = [found.start() for found in re.finditer(pattern, sql)]
    return places[0] if len(places) == 1 else None
