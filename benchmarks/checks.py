"""What checks of large tables cost: counted together, and each by a query of its own.

    python -m benchmarks.checks FOLDER --rows 5000000 --columns 50 --checks 60

`FOLDER` gets a project of one table and a view. Its checks are those that most projects have most of: not_null,
accepted_range, accepted_values, expression_is_true, and unique for the key. Sessions are new for every run, stored
results of checks are not used; the two ways take turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from unittest.mock import patch

import yaml

from odibi_sql.api import build
from odibi_sql.events import EventEmitter
from odibi_sql.orchestrator import BuildOptions, Orchestrator


def write_project(folder: Path, rows: int, columns: int, checks: int) -> None:
    """A third of the columns are integers, a third decimals and a third short texts; nothing fails."""
    kinds = ("i", "d", "t")
    values = {
        "i": "cast(hash(i, {n}) % 1000 as integer)",
        "d": "cast(hash(i, {n}) % 100000 / 100 as decimal(10, 2))",
        "t": "'v' || (hash(i, {n}) % 20)",
    }
    named = {f"{kinds[n % 3]}{n}": values[kinds[n % 3]].format(n=n) for n in range(1, columns)}
    selected = ", ".join(f"{sql} as {name}" for name, sql in named.items())
    described = [{"name": name, "data_tests": ["not_null"]} for name in named]
    described.append({"name": "id", "data_tests": ["not_null", "unique"]})
    left = checks - len(described) - 1
    for column in described[:left]:
        column["data_tests"].append(_second(str(column["name"])))  # type: ignore[attr-defined]
    one_a_key = "select * from narrow qualify row_number() over (partition by id order by id) = 1"
    files = {
        "odibi_project.yml": "name: wide\n",
        "models/wide.sql": f"select i as id, {selected} from range({rows}) t(i)",
        "models/narrow.sql": f"from wide where id < {rows // 10}",
        "models/latest.sql": f"{{{{ config(materialized='view') }}}}\n{one_a_key}",
        "models/wide.yml": yaml.safe_dump({"models": [{"name": n, "columns": described} for n in ("wide", "latest")]}),
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def _second(column: str) -> dict[str, dict[str, object]]:
    match column[0]:
        case "i":
            return {"accepted_range": {"min_value": 0, "max_value": 999}}
        case "d":
            return {"expression_is_true": {"expression": ">= 0"}}
        case _:
            return {"accepted_values": {"values": [f"v{n}" for n in range(20)]}}


def run_checks(folder: Path, model: str, left_out: tuple[str, ...], *, together: bool) -> float:
    """Seconds for the checks of what is published of a model."""
    options = BuildOptions(folder, select=(model,), exclude=left_out, only_checks=True, use_cache=False)
    begun = time.perf_counter()
    if together:
        _run(options)
    else:
        with patch("odibi_sql.tasks.group_of", return_value=None):
            _run(options)
    return time.perf_counter() - begun


def _run(options: BuildOptions) -> None:
    with Orchestrator(options, EventEmitter()) as orchestrator:
        done = orchestrator.build()
    assert done.execution.ok  # noqa: S101


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--checks", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    write_project(given.folder, given.rows, given.columns, given.checks)
    assert build(given.folder, checks=False).ok  # noqa: S101
    print("| | counted together | one by one |\n|---|---|---|")  # noqa: T201
    for label, model, left_out in (
        ("a table", "wide", ()),
        ("the same without `unique`", "wide", ("test_name:unique",)),
        ("a view that looks for one row a key, a tenth of the rows", "latest", ("test_name:unique",)),
    ):
        taken: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(given.rounds):
            for together, seconds in taken.items():
                seconds.append(run_checks(given.folder, model, left_out, together=together))
        print(f"| {label} | {_told(taken[True])} | {_told(taken[False])} |", flush=True)  # noqa: T201


def _told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s ({', '.join(f'{one:.2f}' for one in sorted(seconds))})"


if __name__ == "__main__":
    main()
