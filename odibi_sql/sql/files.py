"""Table functions that read what no table name shows: files, the engine's own state, tables named by strings."""

from __future__ import annotations

import re

_READERS_TEXT = """
    glob parquet_bloom_probe parquet_file_metadata parquet_full_metadata parquet_kv_metadata parquet_metadata
    parquet_page_index parquet_scan parquet_schema read_blob read_csv read_csv_auto read_duckdb read_json read_json_auto
    read_json_objects read_json_objects_auto read_ndjson read_ndjson_auto read_ndjson_objects read_parquet
    read_single_csv_file read_single_json_file read_single_parquet_file read_text sniff_csv
"""
_READERS = frozenset(_READERS_TEXT.split())
_READERS_OF_EXTENSIONS_TEXT = """
    delta_scan iceberg_metadata iceberg_scan iceberg_snapshots read_avro read_files read_gsheet read_xlsx
    shapefile_meta sqlite_scan st_read st_read_meta st_readosm st_readshp
"""
_READERS_OF_EXTENSIONS = frozenset(_READERS_OF_EXTENSIONS_TEXT.split())
_STATE_TEXT = """
    arrow_scan arrow_scan_dumb checkpoint collations database_list database_size extension_versions
    force_checkpoint functions metadata_info pandas_scan pg_timezone_names platform python_arrow_scan
    python_map_function seq_scan show show_databases show_tables show_tables_expanded storage_info table_info
    truncate_duckdb_logs user_agent which_secret
"""
_STATE = frozenset(_STATE_TEXT.split())
HIDING_FUNCTIONS = frozenset({"histogram", "histogram_values", "json_execute_serialized_sql", "query", "query_table"})

_FILE_NAME = re.compile(r"\.(csv|tsv|parquet|parq|json|jsonl|ndjson|db|duckdb)(\.(gz|zst))?$|[/*]", re.IGNORECASE)


def is_file_function(name: str) -> bool:
    """`name` in lower case."""
    return name in _READERS or name in _READERS_OF_EXTENSIONS


def is_state_function(name: str) -> bool:
    """`name` in lower case."""
    return name in _STATE or name.startswith(("duckdb_", "pragma_"))


def looks_like_file(name: str, *, quoted: bool) -> bool:
    """Whether FROM 'name' (or, where `quoted`, FROM "name") reads a file: DuckDB tries a table first, then a reader
    by the name's ending."""
    return bool(_FILE_NAME.search(name)) or (not quoted and "." in name)
