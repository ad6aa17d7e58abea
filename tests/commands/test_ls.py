"""`odibi-sql ls`: lists, levels, JSON and graphs, also of projects that are partly broken."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.commands.conftest import Run
from tests.projects import write_project

SOURCES = {
    "models/_sources.yml": "sources:\n  - name: raw\n    tables:\n      - {name: events, path: data/events.parquet}\n",
    "models/clicks.sql": "select * from raw.events\n",
}


def test_names_come_in_the_order_of_the_graph(shop: Path, run: Run) -> None:
    ran = run("ls")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == ["customers", "orders", "stg_orders", "revenue"]


def test_levels_show_what_each_reads(shop: Path, run: Run) -> None:
    assert run("ls", "--levels").out == (
        "level 0\n"
        "  customers   seed\n"
        "  orders      seed\n"
        "level 1\n"
        "  stg_orders  view       ← orders\n"
        "level 2\n"
        "  revenue     table      ← customers, stg_orders\n"
    )


def test_json_has_exactly_the_documented_keys(shop: Path, run: Run) -> None:
    write_project(shop, SOURCES)
    rows = {row["name"]: row for row in run("ls", "--output", "json").json}
    assert rows["stg_orders"] == {
        "name": "stg_orders",
        "resource": "model",
        "level": 1,
        "upstream": ["orders"],
        "path": "models/staging/stg_orders.sql",
        "materialized": "view",
        "tags": ["daily"],
        "columns": [
            {"name": "id", "type": "BIGINT"},
            {"name": "customer_id", "type": "BIGINT"},
            {"name": "amount", "type": "DOUBLE"},
        ],
    }
    assert {name: (row["resource"], row["materialized"], row["path"]) for name, row in rows.items()} == {
        "customers": ("seed", "table", "seeds/customers.csv"),
        "orders": ("seed", "table", "seeds/orders.csv"),
        "raw.events": ("source", "source", "models/_sources.yml"),
        "clicks": ("model", "table", "models/clicks.sql"),
        "stg_orders": ("model", "view", "models/staging/stg_orders.sql"),
        "revenue": ("model", "table", "models/revenue.sql"),
    }


def test_selections(shop: Path, run: Run) -> None:
    for selector, names in {
        "+stg_orders": ["orders", "stg_orders"],
        "tag:daily": ["stg_orders"],
        "orders+": ["orders", "stg_orders", "revenue"],
        "path:seeds": ["customers", "orders"],
    }.items():
        assert run("ls", "--select", selector).out.split() == names


def test_a_mermaid_flowchart_has_every_node_and_edge(shop: Path, run: Run) -> None:
    write_project(shop, {**SOURCES, 'models/say "hi".sql': "select 1 as x\n"})
    lines = run("ls", "--output", "mermaid").out.splitlines()
    assert lines[0] == "flowchart LR"
    nodes: dict[str, str] = {}
    edges = []
    for line in lines[1:]:
        if edge := re.fullmatch(r"    (n\d+) --> (n\d+)", line):
            edges.append((nodes[edge[1]], nodes[edge[2]]))
        else:
            node = re.fullmatch(r'    (n\d+)(?:\["([^"]*)"\]|\[/"([^"]*)"/\]|\(\["([^"]*)"\]\))', line)
            assert node is not None, line
            nodes[node[1]] = node[2] or node[3] or node[4]
    assert sorted(nodes.values()) == [
        "clicks",
        "customers",
        "orders",
        "raw.events",
        "revenue",
        "say #quot;hi#quot;",
        "stg_orders",
    ]
    assert sorted(edges) == [
        ("customers", "revenue"),
        ("orders", "stg_orders"),
        ("raw.events", "clicks"),
        ("stg_orders", "revenue"),
    ]


def test_a_dot_graph_is_quoted(shop: Path, run: Run) -> None:
    write_project(shop, {'models/say "hi".sql': "select 1 as x\n"})
    text = run("ls", "--output", "dot").out
    assert text.startswith("digraph odibi_sql {\n") and text.endswith("}\n")
    assert '    "say \\"hi\\"" [shape=box]\n' in text
    assert '    "stg_orders" -> "revenue"\n' in text


def test_a_part_of_the_graph_has_only_its_own_edges(shop: Path, run: Run) -> None:
    assert run("ls", "-o", "mermaid", "-s", "stg_orders+").out == (
        'flowchart LR\n    n0["stg_orders"]\n    n1["revenue"]\n    n0 --> n1\n'
    )


def test_a_broken_model_is_reported_and_the_rest_is_listed(shop: Path, run: Run) -> None:
    write_project(shop, {"models/broken.sql": "selct 1\n", "models/reader.sql": "select * from broken\n"})
    ran = run("ls")
    assert ran.code == 2
    assert ran.out.splitlines() == ["customers", "orders", "reader", "stg_orders", "revenue"]
    assert ran.err.startswith("models/broken.sql:1:1: ") and ran.err.count("models/") == 1


def test_broken_settings_of_a_model_are_reported_and_all_is_listed(shop: Path, run: Run) -> None:
    write_project(shop, {"models/_models.yml": "models:\n  - name: revenue\n    descripton: x\n"})
    ran = run("ls", "--output", "json")
    assert ran.code == 2
    assert [row["name"] for row in ran.json] == ["customers", "orders", "stg_orders", "revenue"]
    assert ran.err == "models/_models.yml:3:5: no key `descripton` here\n  hint: did you mean `description`?\n"


def test_an_empty_project_lists_nothing(tmp_path: Path, run: Run) -> None:
    (tmp_path / "odibi_project.yml").write_text("name: empty\n")
    assert run("ls", "--project-dir", str(tmp_path)).out == ""
    assert run("ls", "--project-dir", str(tmp_path), "-o", "json").json == []
    assert run("ls", "--project-dir", str(tmp_path), "--levels").code == 0


def test_a_reader_that_stops_reading_is_no_mistake(shop: Path) -> None:
    write_project(shop, {f"models/m{number}.sql": "select 1 as x\n" for number in range(3000)})
    command = f"'{sys.executable}' -m odibi_sql ls --levels | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("level 0\n", "")


def test_json_has_the_columns_of_the_sql_as_it_is(shop: Path, run: Run) -> None:
    def columns() -> dict[str, list[str] | None]:
        rows = run("ls", "--output", "json").json
        return {r["name"]: r["columns"] and [f"{c['name']} {c['type']}" for c in r["columns"]] for r in rows}

    assert columns()["revenue"] == ["name VARCHAR", "amount DOUBLE"]
    write_project(shop, {"models/revenue.sql": "select id::integer as id from customers\n"})
    assert columns()["revenue"] == ["id INTEGER"]
    write_project(shop, {"seeds/customers.csv": "no\n1\n"})
    assert columns()["revenue"] is None
    assert columns()["customers"] == ["no BIGINT"]


def test_json_has_the_columns_that_the_target_shows_where_only_rows_can_tell(shop: Path, run: Run) -> None:
    write_project(shop, {"models/wide.sql": "pivot (select name, 1 as n from customers) on name using sum(n)\n"})

    def columns() -> list[str] | None:
        row = next(row for row in run("ls", "--output", "json").json if row["name"] == "wide")
        return row["columns"] and [c["name"] for c in row["columns"]]

    assert columns() is None
    run("build")
    shown = columns()
    assert shown
    (shop / "warehouse" / "dev.duckdb").unlink()
    assert columns() is None
