"""What looks odd and is right: names that SQL must quote, files of other systems, large and long projects."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from odibi_sql import cli
from tests.projects import write_project


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "warehouse" / "dev.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("kind", ["table", "view", "ephemeral"])
@pytest.mark.parametrize(
    "name",
    [
        "select",
        "order",
        "group",
        "values",
        "table",
        "user",
        "order items",
        'say "hi"',
        "it's",
        "Ünïcödé",
        "日本",
        "2026",
        "a-b",
        "a[1]",
        "x;y",
        "MixedCase",
        "main",
        "$dollar{}",
        "{{braces}}",
        "--dashes",
        "%percent",
    ],
)
def test_any_file_name_is_a_name_of_a_model(tmp_path: Path, name: str, kind: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    write_project(
        tmp_path,
        {
            "odibi_project.yml": f"name: shop\nmodels: {{odd: {{materialized: {kind}}}}}\n",
            f"models/odd/{name}.sql": "select id from orders where id > 1\n",
            "models/reader.sql": f"{{% raw %}}select count(*) as n, min({quoted}.id) x from {quoted}{{% endraw %}}\n",
        },
    )
    assert cli.run(["build", "--project-dir", str(tmp_path), "-q"]) == 0
    assert rows(tmp_path, "from reader") == [(2, 2)]
    if kind != "ephemeral":
        assert rows(tmp_path, f"select count(*) from main.{quoted}") == [(2,)]
    assert cli.run(["build", "--project-dir", str(tmp_path), "-q"]) == 0


@pytest.mark.parametrize("name", ["order items", "a[1]", "it's", "日本"])
def test_any_file_name_is_a_name_of_a_seed(tmp_path: Path, name: str) -> None:
    write_project(
        tmp_path,
        {
            f"seeds/{name}.csv": "order,group by\n1,2\n",
            "models/reader.sql": f'select "order" + "group by" as s from "{name}"\n',
        },
    )
    assert cli.run(["build", "--project-dir", str(tmp_path), "-q"]) == 0
    assert rows(tmp_path, "from reader") == [(3,)]


def test_a_folder_with_any_name_holds_a_project(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s [a] "project" {{ x }} *é'
    write_project(
        folder, {"models/n.sql": "select count(*) as n from read_csv('data/x.csv')\n", "data/x.csv": "a\n1\n"}
    )
    assert cli.run(["build", "--project-dir", str(folder), "-q"]) == 0
    assert rows(folder, "from n") == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffselect id from orders",
        "select id\r\nfrom orders\r\n",
        "select id from orders;",
        ";;select id from orders;;",
        "select id from orders -- the end",
        "select id from orders /* the end */",
        "select id from orders where 'a;b' <> '--' -- ;",
        "(select id from orders)",
        "from orders select id",
        "with x as (select id from orders) select * from x",
        "{# nothing #}select id from orders{# ; #}",
        "SELECT ID FROM ORDERS",
        "select id from Main.Orders",
        "\n\n\t select id from orders",
    ],
)
def test_sql_as_people_write_it(tmp_path: Path, text: str) -> None:
    write_project(tmp_path, {"models/a.sql": text.encode()})
    assert cli.run(["build", "--project-dir", str(tmp_path), "-q"]) == 0
    assert rows(tmp_path, "select count(*) from a") == [(3,)]


def test_a_chain_of_5000_models_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One chain, each model reading the one before it: the worst case for anything that recurses or is quadratic."""
    chain = {f"models/m{i:04}.sql": f"select id, {i} as i from m{i - 1:04}\n" for i in range(1, 5000)}
    write_project(tmp_path, {"models/m0000.sql": "select 1 as id\n", **chain})
    assert cli.run(["ls", "--levels", "--project-dir", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["level 4999", "  m4999      table      ← m4998"]


@pytest.mark.parametrize(("kind", "length"), [("table", 300), ("view", 40), ("ephemeral", 40)])
def test_a_long_chain_builds(tmp_path: Path, kind: str, length: int) -> None:
    last = length - 1
    settings = f"name: shop\nmodels: {{materialized: {kind}, m{last:03}: {{materialized: table}}}}\n"
    chain = {f"models/m{i:03}.sql": f"select id + 1 as id from m{i - 1:03}\n" for i in range(1, length)}
    write_project(tmp_path, {"odibi_project.yml": settings, "models/m000.sql": "select 1 as id\n", **chain})
    assert cli.run(["build", "--project-dir", str(tmp_path), "-q"]) == 0
    assert rows(tmp_path, f"from m{last:03}") == [(length,)]


def test_a_cycle_of_1000_models_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = {f"models/m{i:03}.sql": f"select * from m{(i + 1) % 1000:03}\n" for i in range(1000)}
    write_project(tmp_path, models)
    assert cli.run(["build", "--project-dir", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("in a cycle") == 1 and "mistakes" not in said
    assert "… 980 more …" in said and "`m999` reads `m000` at models/m999.sql:1:15" in said
