"""A frame -> Parquet parts beside a stem, or at a URI. Spark writes a folder of its own. Beside the stem, the parts are
then moved out of it; at a URI, where moving would be copying, they stay.

Values that are not to share a file are told apart by a hash of them, in a column of its own that names folders and is
in no file: of the values themselves some can be no name. Two that have one hash come into one file, which is no harm.
On Sail, which knows no limit of rows in a file, the number of a row names such a folder.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from odibi_sql import objects
from odibi_sql.engines.protocol import ONE_FILE, EngineFailure, Layout
from odibi_sql.engines.spark import content
from odibi_sql.engines.spark.paths import address

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.readwriter import DataFrameWriter

_VALUES = "__odibi_values"


class Parts(Struct, frozen=True):
    """In row order: `files` of this machine or `uris`. `bytes` is the size of all."""

    bytes: int
    files: tuple[Path, ...] = ()
    uris: tuple[str, ...] = ()


@contextmanager
def write_parts(
    frame: DataFrame, stem: Path, parts_at: str | None, layout: Layout = ONE_FILE, *, counts_rows: bool = True
) -> Iterator[Parts]:
    """Whatever goes wrong, here or inside, nothing is left of them. `counts_rows`: Spark itself ends a file when it has
    as many rows as it may."""
    writer = _writer(frame, layout, counts_rows)
    with _beside(writer, stem) if parts_at is None else _at_uri(writer, f"{parts_at}/{stem.name}") as parts:
        yield parts


def _writer(frame: DataFrame, layout: Layout, counts_rows: bool) -> DataFrameWriter:
    if layout.partition_by:
        values = content.hash_of(frame.schema, layout.partition_by)
        frame = frame.selectExpr("*", f"{values} AS {_VALUES}").repartition(_VALUES)
        return frame.write.option("compression", "zstd").partitionBy(_VALUES)
    if layout.rows is None:
        return frame.write.option("compression", "zstd")
    if not counts_rows:
        frame = frame.selectExpr("*", f"monotonically_increasing_id() DIV {layout.rows} AS {_VALUES}")
        return frame.write.option("compression", "zstd").partitionBy(_VALUES)
    return frame.write.option("compression", "zstd").option("maxRecordsPerFile", layout.rows)


@contextmanager
def _beside(writer: DataFrameWriter, stem: Path) -> Iterator[Parts]:
    folder = stem.with_name(f"{stem.name}.spark")
    parts: list[Path] = []
    try:
        writer.parquet(address(str(folder.resolve())))
        for number, file in enumerate(sorted(folder.rglob("*.parquet"), key=lambda file: _in_row_order(str(file)))):
            parts.append(stem.with_name(f"{stem.name}.{number}.parquet"))
            file.replace(parts[-1])
        yield Parts(sum(part.stat().st_size for part in parts), files=tuple(parts))
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _at_uri(writer: DataFrameWriter, folder: str) -> Iterator[Parts]:
    """`folder` is a name that nothing else ever has."""
    try:
        writer.parquet(address(folder))
        try:
            found = {file.uri: file.bytes for file in objects.below(folder)}
            # Of what else Spark leaves, its mark of success and sums of files, nobody makes use.
            parts = sorted((uri for uri in found if uri.endswith(".parquet")), key=_in_row_order)
            objects.remove(uri for uri in found if uri not in parts)
        except OSError as error:
            raise EngineFailure(f"what was written to {folder} cannot be listed: {error}", passing=True) from error
        yield Parts(sum(found[uri] for uri in parts), uris=tuple(parts))
    except BaseException:
        with suppress(OSError):  # the run's end sweeps it up
            objects.remove_folder(folder)
        raise


def _in_row_order(name: str) -> list[str | int]:
    """Spark writes out the zeros before a part's number, and Sail does not."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
