"""A few models of many rows: memory must not grow with them. `python -m benchmarks.large FOLDER --rows 10000000`."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.generate import write_file

MODELS = {
    "events": """select
    i as id,
    (i * 7919) % 100003 as customer,
    date '2020-01-01' + (i % 2000)::integer as day,
    hash(i) % 1000000 as amount,
    'note ' || (i * 31) % 1000003 as note
from range({rows}) as t(i)
""",
    "cleaned": "select id, customer, day, amount / 100 as price, upper(note) as note from events where amount > 10\n",
    "customers": "select customer, count(*) as n, sum(price) as spent, max(day) as last from cleaned group by all\n",
    "joined": "select c.*, n, spent from cleaned as c join customers using (customer)\n",
    "days": "select day, sum(price) as turnover, max(customer) as customer from joined group by day\n",
}


def write_large(folder: Path, rows: int, memory_limit: str | None = None) -> None:
    """DuckDB takes most of the machine's memory if there is no limit."""
    limit = f"engines: {{duckdb: {{memory_limit: {memory_limit}}}}}\n" if memory_limit else ""
    write_file(folder / "odibi_project.yml", f"name: large\n{limit}")
    for name, sql in MODELS.items():
        write_file(folder / "models" / f"{name}.sql", sql.format(rows=rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    given = parser.parse_args()
    write_large(given.folder, given.rows)


if __name__ == "__main__":
    main()
