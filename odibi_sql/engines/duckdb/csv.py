"""CSV seeds: the SELECT that reads one, and what exactly is wrong with one that cannot be read.

Types are inferred by DuckDB from all rows: `007` makes a column of text, and an empty cell, quoted or not, is NULL. The
first line is the header, always; doubled quotes stand for one.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
from msgspec.structs import replace

from odibi_sql.engines.duckdb.failures import translated
from odibi_sql.engines.duckdb.storage import escape_glob
from odibi_sql.engines.protocol import CsvSeed, EngineFailure
from odibi_sql.errors import nearest
from odibi_sql.quoting import quote_text

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NOT_CONVERTED = re.compile(r'Could not convert string "(?P<cell>.*)" to \'', re.DOTALL)
_REJECTS = "rejects_of_seed"


def seed_sql(seed: CsvSeed, types: Mapping[str, str]) -> str:
    """`types` by column names as they are in the file."""
    given = ", ".join(f"{quote_text(name)}: {quote_text(kind)}" for name, kind in types.items())
    return (
        f"SELECT * FROM read_csv({_source(seed)}, skip = 0, comment = '', sample_size = -1"
        f"{f', types = {{{given}}}' if given else ''})"
    )


def types_by_header(seed: CsvSeed, names: list[str]) -> dict[str, str]:
    """The seed's types under the names that its file has; EngineFailure for a type of no column."""
    by_folded = {name.casefold(): name for name in names}
    types = {}
    for name, kind in seed.types.items():
        if name.casefold() not in by_folded:
            raise EngineFailure(f"there is no column `{name}` in {seed.path.name}", suggestion=nearest(name, names))
        types[by_folded[name.casefold()]] = kind
    return types


@contextmanager
def in_utf8(seed: CsvSeed, stem: Path) -> Iterator[CsvSeed]:
    """The seed itself, or one of a copy in UTF-8 that is gone afterwards: what DuckDB decodes without an extension is
    little. EngineFailure for what is not in its encoding."""
    if seed.encoding == "utf-8":
        yield seed
        return
    try:
        data = seed.path.read_bytes()
        text = data.decode(seed.encoding)
    except OSError as error:
        raise EngineFailure(f"{seed.path.name} cannot be read: {error.strerror}") from error
    except UnicodeError as error:
        raise _wrong_encoding(error, seed) from error
    folder = stem.with_name(f"{stem.name}.csv")
    folder.mkdir()
    try:
        copy = folder / seed.path.name
        copy.write_bytes(text.removeprefix("\ufeff").encode())
        yield replace(seed, path=copy, encoding="utf-8")
    finally:
        shutil.rmtree(folder)


def check_readable(seed: CsvSeed) -> None:
    """EngineFailure for what DuckDB would take for a table with one nameless column."""
    try:
        with seed.path.open("rb") as file:
            begin = file.read(1 << 16)
    except OSError as error:
        raise EngineFailure(f"{seed.path.name} cannot be read: {error.strerror}") from error
    header = _LINE_END.split(begin.removeprefix(_BOM), maxsplit=1)[0]
    if not header.strip():
        raise EngineFailure(f"{seed.path.name} is empty: its first line must name the columns", line=1)


def fault(connection: duckdb.DuckDBPyConnection, seed: CsvSeed, types: Mapping[str, str]) -> EngineFailure | None:
    """What is wrong with a seed that could not be read, at its first line that is; None if nothing is found."""
    data = seed.path.read_bytes()
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        return _wrong_encoding(error, seed)
    return _fault_of_shape(text, seed) or _fault_of_cell(connection, seed, types, data)


def _wrong_encoding(error: UnicodeError, seed: CsvSeed) -> EngineFailure:
    name = "UTF-8" if seed.encoding == "utf-8" else seed.encoding
    if not isinstance(error, UnicodeDecodeError):
        return EngineFailure(f"{seed.path.name} is not {name}: {error}")
    before = error.object[: error.start].decode(seed.encoding, errors="replace")
    line = len(re.findall(r"\r\n|\r|\n", before)) + 1
    told = _at(line, f"byte 0x{error.object[error.start]:02x} is not {name}")
    told.hint = "save the file as UTF-8, or name its `encoding`" if name == "UTF-8" else None
    return told


def _fault_of_shape(text: str, seed: CsvSeed) -> EngineFailure | None:
    expected: int | None = None
    line = 1
    try:
        for line, end, cells in _records(text, seed):
            expected = expected or len(cells)
            if cells and len(cells) != expected:
                return _at(line, f"expected {expected} cell{'s' * (expected != 1)}, found {len(cells)}")
            line = end + 1
    except csv.Error as error:
        unclosed = "unexpected end of data" in str(error)
        return _at(line, "a quote is opened and never closed" if unclosed else f"{error}")
    return None


def _records(text: str, seed: CsvSeed) -> Iterator[tuple[int, int, list[str]]]:
    """Every record with its first and last line: cells in quotes may hold line ends."""
    lines = io.StringIO(text, newline="")
    if seed.quote:
        reader = csv.reader(lines, delimiter=seed.delimiter, quotechar=seed.quote, strict=True)
    else:
        reader = csv.reader(lines, delimiter=seed.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    first = 1
    for cells in reader:
        yield first, reader.line_num, cells
        first = reader.line_num + 1


def _fault_of_cell(
    connection: duckdb.DuckDBPyConnection, seed: CsvSeed, types: Mapping[str, str], data: bytes
) -> EngineFailure | None:
    if not types:
        return None
    with translated():
        names = [row[0] for row in connection.execute(f"DESCRIBE {seed_sql(seed, {})}").fetchall()]
        columns = ", ".join(f"{quote_text(name)}: {quote_text(types.get(name, 'VARCHAR'))}" for name in names)
        connection.execute(
            f"SELECT count(COLUMNS(*)) FROM read_csv({_source(seed)}, auto_detect = false, columns = {{{columns}}}, "
            f"store_rejects = true, rejects_table = '{_REJECTS}', rejects_scan = '{_REJECTS}_scan')"
        ).fetchall()
        rejected = connection.execute(
            f"SELECT line_byte_position, column_name, error_message FROM {_REJECTS} ORDER BY line_byte_position LIMIT 1"
        ).fetchone()
        connection.execute(f"DROP TABLE {_REJECTS}; DROP TABLE {_REJECTS}_scan")
    if rejected is None:
        return None
    byte, name, message = rejected
    cell = _NOT_CONVERTED.search(message)
    said = f"'{cell['cell']}' is not of type {types[name]}" if cell and name in types else message
    return _at(_line_at(data, byte), said, name)


def _source(seed: CsvSeed) -> str:
    quote = quote_text(seed.quote)
    nulls = f"nullstr = [{', '.join(map(quote_text, ('', *seed.null_strings)))}], " if seed.null_strings else ""
    return (
        f"{quote_text(escape_glob(str(seed.path)))}, delim = {quote_text(seed.delimiter)}, header = true, {nulls}"
        f"quote = {quote}, escape = {quote}, strict_mode = true, null_padding = false, parallel = false, "
        "hive_partitioning = false"  # a folder named like `env=prod` adds no column
    )


def _line_at(data: bytes, byte: int) -> int:
    return len(_LINE_END.findall(data[:byte])) + 1


def _at(line: int, message: str, column: str | None = None) -> EngineFailure:
    return EngineFailure(f"line {line}{f', column `{column}`' if column else ''}: {message}", line=line)
