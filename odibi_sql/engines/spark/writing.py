"""A frame -> Parquet parts beside a stem. Spark writes a folder of its own, of which the parts are then moved out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@contextmanager
def write_parts(frame: DataFrame, stem: Path) -> Iterator[tuple[Path, ...]]:
    """The parts, in row order; whatever goes wrong, here or inside, nothing is left of them."""
    folder = stem.with_name(f"{stem.name}.spark")
    parts: list[Path] = []
    try:
        frame.write.option("compression", "zstd").parquet(f"file://{folder.resolve()}")
        for number, file in enumerate(sorted(folder.glob("*.parquet"), key=_in_row_order)):
            parts.append(stem.with_name(f"{stem.name}.{number}.parquet"))
            file.replace(parts[-1])
        yield tuple(parts)
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_row_order(file: Path) -> list[str | int]:
    """Spark writes out the zeros before a part's number, and Sail does not."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", file.name)]
