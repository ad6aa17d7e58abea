"""DAGBuilder: names, edges, levels, and every mistake with its place."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from odibi_sql.dag import DAG, DAGBuilder
from odibi_sql.errors import Location
from odibi_sql.model import AnyModel, Config, Model, Seed, Source
from odibi_sql.sql import analyse


def model(name: str, sql: str, **config: object) -> Model:
    return Model(name, f"models/{name}.sql", Config(**config), analyse(sql))  # type: ignore[arg-type]


def line_of(one: AnyModel, at: int) -> Location:
    return Location(one.path, 1, at + 1)


def built(models: Mapping[str, str], *others: Seed | Source) -> tuple[DAG, list[str]]:
    builder = DAGBuilder(line_of).add(others).add(model(name, sql) for name, sql in models.items())
    dag = builder.build()
    return dag, [str(problem) for problem in builder.problems]


RAW = Source("raw", "orders", "csv", Location("models/_sources.yml", 3), ("orders.csv",))


def test_edges_are_in_reading_order_each_once() -> None:
    dag, problems = built(
        {"a": "select 1 x", "b": "select 2 x", "c": "from b join a using (x) join b as again using (x)"}
    )
    assert problems == []
    assert dag.nodes["c"].upstream == ("b", "a")
    assert dag.downstream == {"a": ("c",), "b": ("c",), "c": ()}


def test_a_level_is_the_longest_path_and_the_order_is_by_level_then_name() -> None:
    dag, _ = built({"z": "select 1 x", "a": "from z", "b": "from z", "m": "from a join z using (x)", "c": "from m"})
    assert {name: node.level for name, node in dag.nodes.items()} == {"z": 0, "a": 1, "b": 1, "m": 2, "c": 3}
    assert list(dag.nodes) == ["z", "a", "b", "m", "c"]


def test_a_name_of_another_schema_is_not_the_model_of_that_name() -> None:
    dag, problems = built({"orders": "from raw.orders"}, RAW)
    assert problems == []
    assert dag.nodes["orders"].upstream == ("raw.orders",)


@pytest.mark.parametrize("name", ["orders", "ORDERS", '"Orders"', "main.orders", "Main.Orders"])
def test_names_are_found_in_any_case_and_with_their_schema(name: str) -> None:
    dag, problems = built({"orders": "select 1 x", "reader": f"select * from {name}"})
    assert problems == []
    assert dag.nodes["reader"].upstream == ("orders",)


MISTAKES: dict[str, tuple[dict[str, str], list[str]]] = {
    "unknown name": (
        {"customers": "select 1 x", "b": "select * from custmers"},
        [
            "models/b.sql:1:15: no model, seed or source is named `custmers`\n  hint: did you mean `customers`?",
        ],
    ),
    "another schema": (
        {"orders": "select 1 x", "b": "select * from other.orders"},
        ["models/b.sql:1:15: no model, seed or source is named `other.orders`\n  hint: did you mean `orders`?"],
    ),
    "cycle": (
        {"a": "from c", "b": "from a", "c": "select * from b"},
        [
            "models/a.sql:1:6: these models read each other in a cycle: `a` → `c` → `b` → `a`"
            "\n    `a` reads `c` at models/a.sql:1:6"
            "\n    `c` reads `b` at models/c.sql:1:15"
            "\n    `b` reads `a` at models/b.sql:1:6"
            "\n  hint: cut one of these reads"
        ],
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_have_a_place_and_a_hint(case: str) -> None:
    models, expected = MISTAKES[case]
    assert built(models)[1] == expected


def test_a_duplicate_names_both_files_and_the_first_stays() -> None:
    builder = DAGBuilder(line_of).add([Seed("Orders", "seeds/Orders.csv", Config()), model("orders", "select 1 x")])
    dag = builder.build()
    assert list(dag.nodes) == ["Orders"]
    assert "the seed seeds/Orders.csv and the model models/orders.sql" in builder.problems[0].message


def test_all_mistakes_are_told_at_once_and_the_rest_is_listed() -> None:
    dag, problems = built(
        {
            "a": "from nope",
            "b": "from b",
            "c": "from d",
            "d": "from c",
            "e": "select 1 x",
            "f": "from e join a using (x)",
        }
    )
    assert len(problems) == 3
    assert set(dag.nodes) == set("abcdef")
    assert dag.nodes["f"].upstream == ("e", "a")


def test_two_cycles_are_both_told() -> None:
    _, problems = built({"a": "from b", "b": "from a", "c": "from d", "d": "from e", "e": "from c"})
    assert [problem.split(": ")[2].count("→") for problem in problems] == [2, 3]


def test_reading_a_file_that_could_not_be_parsed_is_no_mistake_of_the_reader() -> None:
    builder = DAGBuilder(line_of, broken={"orders": Location("models/orders.sql")}).add([model("b", "from orders")])
    assert list(builder.build().nodes) == ["b"]
    assert builder.problems == []


def test_depends_on_is_an_edge_without_a_place_in_the_sql() -> None:
    builder = DAGBuilder(line_of).add([model("a", "select 1 x"), model("b", "select 2 x", depends_on=("a",))])
    assert builder.build().nodes["b"].upstream == ("a",)
    assert builder.problems == []


def test_depends_on_an_unknown_name_is_a_mistake() -> None:
    builder = DAGBuilder(line_of).add([model("alpha", "select 1 x"), model("b", "select 2 x", depends_on=("alhpa",))])
    builder.build()
    assert builder.problems[0].hint == "did you mean `alpha`?"


def test_a_chain_of_5000_has_5000_levels() -> None:
    models = {"m0": "select 1 x"} | {f"m{n}": f"from m{n - 1}" for n in range(1, 5000)}
    dag, problems = built(models)
    assert problems == []
    assert dag.nodes["m4999"].level == 4999


def test_a_cycle_of_3000_is_told_without_recursion() -> None:
    models = {f"m{n}": f"from m{(n + 1) % 3000}" for n in range(3000)}
    _, problems = built(models)
    assert len(problems) == 1
    assert problems[0].count(" reads ") == 20 and "… 2,980 more …" in problems[0]


def test_mermaid_and_dot_name_every_node_and_edge() -> None:
    dag, _ = built({"orders": "from raw.orders", 'say "hi"': "from orders"}, RAW)
    assert dag.to_mermaid() == (
        "flowchart LR\n"
        '    n0(["raw.orders"])\n'
        '    n1["orders"]\n'
        '    n2["say #quot;hi#quot;"]\n'
        "    n0 --> n1\n"
        "    n1 --> n2\n"
    )
    assert '    "orders" -> "say \\"hi\\""' in dag.to_dot()
