"""TPC-H as a project: eight staging models over the tables' files, and the 22 queries as models.

    tpchgen-cli parquet --scale-factor 1 --output-dir DATA        (of PyPI's `tpchgen-cli`)
    python -m benchmarks.tpch FOLDER --data DATA

`benchmarks.measure --tpch DATA` measures it. The queries are the specification's, with its validation parameters and
CTEs where it has views and subqueries in FROM.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from benchmarks.generate import GeneratedModel, write_file

TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")
QUERIES = Path(__file__).with_name("tpch_queries")


def tpch_models() -> list[GeneratedModel]:
    """Staging models read `raw.<table>`."""
    made = [GeneratedModel(f"stg_{table}", 0, (), f"select * from raw.{table}\n") for table in TABLES]
    for path in sorted(QUERIES.glob("q*.sql")):
        sql = path.read_text("utf-8")
        upstream = tuple(dict.fromkeys(re.findall(r"\bstg_\w+", sql)))
        made.append(GeneratedModel(path.stem, 1, upstream, sql))
    return made


def tpch_sources(data: Path) -> dict[str, str]:
    """The SELECT that reads each table, by its name in SQL."""
    return {f"raw.{table}": f"SELECT * FROM '{data.resolve()}/{table}.parquet'" for table in TABLES}


def write_tpch(folder: Path, data: Path) -> None:
    tables = "".join(f"      - name: {table}\n" for table in TABLES)
    source = f"  - name: raw\n    path: {data.resolve()}/{{name}}.parquet\n    tables:\n{tables}"
    write_file(folder / "odibi_project.yml", "name: tpch\n")
    write_file(folder / "models" / "sources.yml", f"sources:\n{source}")
    for model in tpch_models():
        write_file(folder / "models" / ("staging", "queries")[model.layer] / f"{model.name}.sql", model.sql)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    write_tpch(given.folder, given.data)


if __name__ == "__main__":
    main()
