"""Engines by name -> their sessions in one use of a project, each opened by whoever needs it first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from odibi_sql.engines import load_engine
from odibi_sql.engines.protocol import EngineFailure, Session, SessionOptions
from odibi_sql.objects import is_uri, open_to_read
from odibi_sql.relation import Stored


class Sessions:
    """`options_of` gives what the engine of a name is opened with. May be used from several threads."""

    def __init__(self, options_of: Callable[[str], SessionOptions]) -> None:
        self._options_of = options_of
        self._lock = threading.Lock()
        self._opening: dict[str, threading.Lock] = {}  # one engine need not wait until another has started
        self._open: dict[str, Session] = {}

    def of(self, engine: str) -> Session:
        """Raises EngineFailure and ProjectError."""
        with self._lock:
            opening = self._opening.setdefault(engine, threading.Lock())
        with opening:
            if engine not in self._open:
                self._open[engine] = load_engine(engine).open_session(self._options_of(engine))
            return self._open[engine]

    def content(self, stored: Stored, otherwise: str) -> str:
        """The content hash of stored rows, made anew by the engine that wrote them, since each has a hash of its own;
        by the engine `otherwise` where there are no rows to tell. Raises EngineFailure."""
        return self.of(writer_of(stored) or otherwise).content(stored)

    def close(self) -> None:
        with ExitStack() as stack:  # all of them, also where Ctrl-C comes meanwhile
            while self._open:
                stack.callback(self._open.popitem()[1].close)


def writer_of(stored: Stored) -> str | None:
    """The name of the engine that wrote the parts, as they say themselves; None where there are none."""
    if not stored.parts:
        return None
    import pyarrow
    import pyarrow.parquet

    try:
        first = stored.parts[0]
        found = pyarrow.parquet.read_metadata(open_to_read(first) if is_uri(first) else first)
    except (OSError, pyarrow.ArrowException) as error:
        raise EngineFailure(f"{stored.parts[0]} cannot be read: {error}") from error
    by_spark = b"org.apache.spark.version" in (found.metadata or {}) or "datafusion" in (found.created_by or "")
    return "spark" if by_spark else "duckdb"  # DataFusion is what Sail runs on
