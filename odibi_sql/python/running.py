"""A call of `model`: the tables go in as its parameters ask for them, and what it raises is told at the user's line."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from msgspec import Struct

from odibi_sql.engines.protocol import EngineFailure
from odibi_sql.errors import Location, RunError, nearest
from odibi_sql.model import PythonModel, TableRead
from odibi_sql.python.code import parse_code, place_in
from odibi_sql.python.loading import Loaded

_AGAIN_AFTER_S = 1.0


class StoppedError(BaseException):
    """Raised amid a user's code, which should not catch it."""


class Interruption:
    """Stops the Python code inside, from another thread. It stops between two of its own instructions: a call of a
    library has to come back first. Use as a context manager, once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._sent = 0.0

    def __enter__(self) -> Interruption:
        with self._lock:
            self._thread = threading.get_ident()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._thread is not None:
                _raise_in(self._thread, None)  # what was sent and has not arrived
            self._thread = None

    def stop(self) -> None:
        """May be repeated: what was caught is raised again after a second."""
        with self._lock:
            if self._thread is not None and time.monotonic() - self._sent > _AGAIN_AFTER_S:
                self._sent = time.monotonic()
                _raise_in(self._thread, StoppedError)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


class Calling(Struct, frozen=True):
    """What a run of a model takes from outside: `table` gives what it reads, `session` is the engine's own. `prefix`
    is a name that no other run uses."""

    folder: Path
    prefix: str
    table: Callable[[TableRead], Any]
    session: Any


def call_model(model: PythonModel, calling: Calling, interruption: Interruption) -> Any:
    """What `model` returns. Raises RunError at the line where the user's code failed, and EngineFailure where a table
    cannot be read or the code was stopped."""
    try:
        with interruption:
            return _called(model, calling)
    except StoppedError as error:
        raise EngineFailure("cancelled", interrupted=True) from error


def _called(model: PythonModel, calling: Calling) -> Any:
    try:
        function = Loaded(model, calling.folder, calling.prefix).module().model
    except (Exception, SystemExit) as error:
        raise _told(error, model, calling.folder) from error
    if model.style == "dbt":
        arguments: dict[str, Any] = {"dbt": Dbt(model, calling.table), "session": calling.session}
    else:
        arguments = {read.parameter: calling.table(read) for read in model.reads}
    try:
        returned = function(**arguments)
    except (EngineFailure, RunError, StoppedError):
        raise
    except (Exception, SystemExit) as error:
        raise _told(error, model, calling.folder) from error
    if returned is None:
        raise RunError("`model` returned nothing", _place_of_model(model), "`return` a DataFrame at its end")
    return returned


def cannot_arrive(model: PythonModel, read: TableRead, failure: EngineFailure) -> EngineFailure | RunError:
    """Where a table that can be read cannot be the frame that is asked for."""
    if failure.interrupted or failure.passing:
        return failure
    where = place_in(model.path, model.source, read.reference.start)
    hint = failure.hint or "a type that no frame has arrives in a `duckdb.DuckDBPyRelation`, or cast to VARCHAR"
    return RunError(f"`{read.parameter}` cannot arrive as {read.frame}: {failure.message}", where, hint)


def wrong_result(model: PythonModel, returned: Any, failure: EngineFailure) -> RunError:
    """Where what `model` returned cannot be kept."""
    hint = failure.hint
    if type(returned).__name__ == "DuckDBPyRelation" or hasattr(returned, "sparkSession"):
        return RunError(f"the query that `model` returned: {failure.message}", _place_of_model(model), hint)
    if type(returned).__name__ == "LazyFrame":
        hint = "`return frame.collect()`"
    return RunError(f"`model` returned what cannot be kept: {failure.message}", _place_of_model(model), hint)


def _place_of_model(model: PythonModel) -> Location:
    code = parse_code(model.path, model.source)
    found = [node for node in code.tree.body if getattr(node, "name", None) == "model"]
    return code.place(found[-1]) if found else Location(model.path)


def _told(error: BaseException, model: PythonModel, folder: Path) -> RunError:
    """At the deepest line of the user's own, with the name of the exception."""
    ours = {str(folder / path): path for path in (model.path, *(module.path for module in model.modules))}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in ours]
    where = Location(model.path)
    if frames:
        last = frames[-1]
        line = _line(model, ours[last.filename], last.lineno)
        column = len(line.encode()[: last.colno].decode(errors="ignore")) + 1 if last.colno is not None else None
        where = Location(ours[last.filename], last.lineno, column)
    if isinstance(error, SystemExit):
        return RunError(f"it ended the program: {type(error).__name__}({error})", where, "raise an exception instead")
    said = _message(error)
    told = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return RunError(told, where, _hint(error))


def _line(model: PythonModel, path: str, number: int | None) -> str:
    texts = {model.path: model.source} | {module.path: module.text for module in model.modules}
    lines = texts[path].split("\n")
    return lines[number - 1] if number and number <= len(lines) else ""


def _message(error: BaseException) -> str:
    duckdb = sys.modules.get("duckdb")
    if duckdb is not None and isinstance(error, duckdb.Error):  # ours tell errors in JSON
        from odibi_sql.engines.duckdb.failures import failure_of

        return failure_of(error).message
    return str(error)


def _hint(error: BaseException) -> str | None:
    """For a column that is not there, the nearest of those of the frames at hand."""
    if not isinstance(error, KeyError) or not error.args or not isinstance(error.args[0], str):
        return None
    columns: dict[str, None] = {}
    trace = error.__traceback__
    while trace is not None:
        for value in trace.tb_frame.f_locals.values():
            if hasattr(value, "columns") and hasattr(value, "dtypes"):
                columns.update(dict.fromkeys(str(name) for name in value.columns))
        trace = trace.tb_next
    near = nearest(error.args[0], columns)
    return f"did you mean `{near}`?" if near else None


class Dbt:
    """What dbt hands to a Python model as `dbt`, as far as it has a meaning here."""

    is_incremental = False

    def __init__(self, model: PythonModel, table: Callable[[TableRead], Any]) -> None:
        self._table = table
        self._reads = {read.parameter.casefold(): read for read in model.reads}
        self.this = _This(model.config.schema, model.name)
        self.config = _Config(model)

    def ref(self, *names: str) -> Any:
        return self._read(".".join(names[-1:]))

    def source(self, *names: str) -> Any:
        return self._read(".".join(names))

    def _read(self, name: str) -> Any:
        if name.casefold() not in self._reads:
            raise LookupError(f"`{name}` is not among the tables that were found in the code: give its name as text")
        return self._table(self._reads[name.casefold()])


class _This(Struct, frozen=True):
    schema: str
    identifier: str
    database: None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.identifier}"


class _Config(Struct, frozen=True):
    """Called, it does nothing: what it is called with was read from the code."""

    model: PythonModel

    def __call__(self, **_: Any) -> None:
        return None

    def get(self, name: str, default: Any = None) -> Any:
        """Settings, and what `meta` holds."""
        config = self.model.config
        return getattr(config, name, None) or config.meta.get(name, default)
