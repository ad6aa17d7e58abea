"""Frames -> what DuckDB can scan, and relations of DuckDB -> frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.engines.polars_frames import check_storable, to_polars
from odibi_sql.engines.protocol import EngineFailure

if TYPE_CHECKING:
    import duckdb


def framed(relation: duckdb.DuckDBPyRelation, kind: str) -> Any:
    """All rows as `kind`: pandas, arrow, polars; duckdb is the relation itself."""
    match kind:
        case "pandas":
            return relation.df()
        case "arrow":
            return relation.to_arrow_table()
        case "polars":
            return to_polars(relation.to_arrow_table())
        case "duckdb":
            return relation
    raise EngineFailure(f"DuckDB has no frame of the kind {kind}")


def scannable(frame: Any) -> Any:
    """A pandas DataFrame as it is, and everything else that speaks Arrow's stream protocol as an Arrow table; anything
    else is told apart before DuckDB guesses.

    A column's name may be any value in pandas; it becomes text. An index is no column.
    """
    if _is_of("pandas", "DataFrame", frame):
        return _with_text_names(frame)
    if not hasattr(frame, "__arrow_c_stream__") or _is_of("pandas", "Series", frame):
        raise EngineFailure(
            f"a {type(frame).__module__}.{type(frame).__qualname__} is not a table: "
            "give a pandas or polars DataFrame, an Arrow table, or a DuckDB relation"
        )
    if _is_of("polars", "DataFrame", frame):
        check_storable(frame)
    import pyarrow

    try:
        return frame if isinstance(frame, pyarrow.Table) else pyarrow.table(frame)
    except (pyarrow.ArrowException, TypeError, ValueError) as error:
        raise EngineFailure(f"a {type(frame).__qualname__} is not a table: {error}") from error


def _is_of(package: str, name: str, value: object) -> bool:
    return any(kind.__name__ == name and kind.__module__.partition(".")[0] == package for kind in type(value).__mro__)


def _with_text_names(frame: Any) -> Any:
    names = [name if isinstance(name, str) else str(name) for name in frame.columns]
    if not names:
        raise EngineFailure("the frame has no columns")
    return frame if list(frame.columns) == names else frame.set_axis(names, axis=1)
