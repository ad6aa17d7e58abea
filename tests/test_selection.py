"""Selectors: what each finds, what every mistake says, and the laws that sets of names obey."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odibi_sql.dag import DAG, DAGNode
from odibi_sql.errors import Location, Problems, SelectionError
from odibi_sql.model import Check, Config, Seed
from odibi_sql.selection import METHODS, select
from odibi_sql.sql import analyse


def node(path: str, upstream: str = "", config: Config | None = None) -> DAGNode:
    name = path.rpartition("/")[2].partition(".")[0]
    settings = config or Config()
    resource = "seed" if path.endswith(".csv") else "model"
    return DAGNode(name, resource, path, settings, Seed(name, path, settings), tuple(upstream.split()))  # type: ignore[arg-type]


def source(name: str, tags: tuple[str, ...] = ()) -> DAGNode:
    config = Config(tags=tags)
    return DAGNode(name, "source", "models/sources.yml", config, Seed(name, "", config))


def dag(*nodes: DAGNode) -> DAG:
    return DAG({node.name: node for node in nodes})


#   raw.orders ─ stg_orders ─┬─ orders ──┬─ Revenue ─ board
#   raw.users ── stg_users ──┘           │
#   countries ───────────────────────────┘
SHOP = dag(
    node("seeds/countries.csv"),
    source("raw.orders", tags=("hourly",)),
    source("raw.users"),
    node("models/staging/stg_orders.sql", "raw.orders", Config(materialized="view", tags=("nightly", "pii"))),
    node("models/staging/stg_users.sql", "raw.users", Config(materialized="view", tags=("pii",), retries=3)),
    node("models/marts/orders.sql", "stg_orders stg_users", Config(schema="sales", meta={"owner": "ann"})),
    node("models/marts/finance/Revenue.sql", "orders countries", Config(schema="sales", tags=("nightly",))),
    node("models/marts/finance/board.py", "Revenue", Config(enabled=True)),
)

FOUND = [
    ("orders", "orders"),
    ("ORDERS", "orders"),
    ("revenue", "Revenue"),
    ("stg_*", "stg_orders stg_users"),
    ("stg_[uv]*", "stg_users"),
    ("orders stg_users", "stg_users orders"),
    ("countries", "countries"),
    ("staging", "stg_orders stg_users"),
    ("finance", "Revenue board"),
    ("marts", "orders Revenue board"),
    ("marts.finance", "Revenue board"),
    ("finance.revenue", "Revenue"),
    ("sales.orders", "orders"),
    ("sales.*", "orders Revenue"),
    ("main.stg_users", "stg_users"),
    ("fqn:marts.*.board", "board"),
    ("fqn:models", "stg_orders stg_users orders Revenue board"),
    ("+orders", "stg_orders stg_users orders"),
    ("orders+", "orders Revenue board"),
    ("1+board", "Revenue board"),
    ("2+board", "countries orders Revenue board"),
    ("orders+1", "orders Revenue"),
    ("1+orders+1", "stg_orders stg_users orders Revenue"),
    ("+orders+", "stg_orders stg_users orders Revenue board"),
    ("0+orders+0", "orders"),
    ("@stg_orders", "countries stg_orders stg_users orders Revenue board"),
    ("@countries", "countries stg_orders stg_users orders Revenue board"),
    ("tag:nightly", "stg_orders Revenue"),
    ("tag:NIGHT*", "stg_orders Revenue"),
    ("tag:nightly,tag:pii", "stg_orders"),
    ("tag:nightly,staging", "stg_orders"),
    ("tag:nightly,+revenue,config.schema:sales", "Revenue"),
    ("tag:pii+1,orders", "orders"),
    ("tag:nightly,staging countries", "countries stg_orders"),
    ("tag:hourly+1", "stg_orders"),
    ("path:models/staging", "stg_orders stg_users"),
    ("path:models/staging/", "stg_orders stg_users"),
    ("./models/staging", "stg_orders stg_users"),
    ("models\\staging", "stg_orders stg_users"),
    ("models/staging/stg_users.sql", "stg_users"),
    ("+models/marts/orders.sql", "stg_orders stg_users orders"),
    ("models/*/stg_*.sql", "stg_orders stg_users"),
    ("models/m*", "orders Revenue board"),
    ("path:models/**/board.py", "board"),
    ("**/finance", "Revenue board"),
    ("path:*/*.sql", None),
    ("board.py", "board"),
    ("revenue.sql", "Revenue"),
    ("path:seeds", "countries"),
    ("config.materialized:view", "stg_orders stg_users"),
    ("config.schema:sales", "orders Revenue"),
    ("config.tags:pii", "stg_orders stg_users"),
    ("config.enabled:true", "countries stg_orders stg_users orders Revenue board"),
    ("config.retries:3", "stg_users"),
    ("config.meta.owner:ann", "orders"),
    ("resource_type:seed", "countries"),
    ("resource_type:source", "raw.orders raw.users"),
    ("source:raw", "raw.orders raw.users"),
    ("source:raw.orders", "raw.orders"),
    ("source:RAW.o*", "raw.orders"),
    ("source:raw.orders+1", "raw.orders stg_orders"),
    ("source:raw.*,+stg_users", "raw.users"),
    ("state:modified", "stg_users"),
    ("state:new+", "Revenue board"),
    ("state:modified+1 state:new", "stg_users orders Revenue"),
]


def unchanged(kind: str) -> Collection[str]:
    return ()


def state(kind: str) -> Collection[str]:
    return {"modified": ["stg_users", "removed_since"], "new": ["Revenue"]}[kind]


@pytest.mark.parametrize(("selector", "expected"), FOUND)
def test_a_selector_finds_names_in_the_order_of_the_dag(selector: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(SelectionError, match="matches nothing"):
            select(SHOP, [selector])
    else:
        assert select(SHOP, [selector], [], state) == tuple(expected.split())


def check(name: str, kind: str, upstream: str, where: Location | None = None) -> DAGNode:
    config = Config(materialized="check", tags=("strict",), options={"severity": "warn" if where is None else "error"})
    definition = Check(name, "models/shop.yml", config, analyse("select 1"), kind=kind, where=where)
    return DAGNode(name, "check", definition.path, config, definition, tuple(upstream.split()))


YAML = Location("models/shop.yml", 1, 1)
CHECKED = dag(
    node("seeds/countries.csv"),
    source("raw.orders"),
    node("models/orders.sql", "raw.orders"),
    node("models/revenue.sql", "orders countries"),
    check("unique_orders_id", "unique", "orders", YAML),
    check("orders_have_countries", "relationships", "orders countries", YAML),
    check("not_null_raw_orders_id", "not_null", "raw.orders", YAML),
    check("revenue_adds_up", "singular", "revenue"),
)
FOUND_CHECKS = [
    ("orders", "", "orders unique_orders_id orders_have_countries"),
    ("orders+", "", "orders revenue unique_orders_id orders_have_countries revenue_adds_up"),
    (
        "+revenue",
        "",
        "countries orders revenue unique_orders_id orders_have_countries not_null_raw_orders_id revenue_adds_up",
    ),
    ("unique_orders_id", "", "unique_orders_id"),
    ("+unique_orders_id", "", "orders unique_orders_id orders_have_countries not_null_raw_orders_id"),
    ("source:raw", "", "raw.orders not_null_raw_orders_id"),
    ("test_type:singular", "", "revenue_adds_up"),
    ("test_type:generic", "test_name:unique", "orders_have_countries not_null_raw_orders_id"),
    ("test_name:rel*", "", "orders_have_countries"),
    ("resource_type:test", "countries", "unique_orders_id not_null_raw_orders_id revenue_adds_up"),
    ("resource_type:check", "test_type:generic", "revenue_adds_up"),
    ("config.severity:warn", "", "revenue_adds_up"),
    ("tag:strict,test_name:unique", "", "unique_orders_id"),
    ("resource_type:model", "resource_type:check", "orders revenue"),
    ("", "orders", "countries revenue not_null_raw_orders_id revenue_adds_up"),
]


@pytest.mark.parametrize(("selector", "excluded", "expected"), FOUND_CHECKS)
def test_checks_come_and_go_with_what_they_read(selector: str, excluded: str, expected: str) -> None:
    wanted, unwanted = [selector] if selector else [], [excluded] if excluded else []
    assert select(CHECKED, wanted, unwanted, state) == tuple(expected.split())


def test_every_method_is_among_the_cases() -> None:
    cases = [*(case for case, _ in FOUND), *(case for case, _, _ in FOUND_CHECKS)]
    assert [name for name in METHODS if not any(f"{name}:" in case or f"{name}." in case for case in cases)] == []


def test_without_options_all_models_and_seeds_are_selected() -> None:
    assert select(SHOP, []) == ("countries", "stg_orders", "stg_users", "orders", "Revenue", "board")
    assert select(dag(), []) == ()


def test_several_values_of_an_option_are_a_union() -> None:
    assert select(SHOP, ["orders", "stg_users board"]) == ("stg_users", "orders", "board")


@pytest.mark.parametrize(
    ("selected", "excluded", "expected"),
    [
        ([], ["staging"], "countries orders Revenue board"),
        ([], ["tag:nightly", "countries"], "stg_users orders board"),
        (["+orders"], ["orders"], "stg_orders stg_users"),
        (["+orders"], ["tag:nightly,tag:pii"], "stg_users orders"),
        (["source:raw+1"], ["source:raw.users"], "raw.orders stg_orders stg_users"),
        (["orders"], ["no_such_model", "tag:nothing"], "orders"),
        (["orders"], [""], "orders"),
        (["orders"], ["state:new"], "orders"),
    ],
)
def test_exclude_takes_away_and_may_match_nothing(selected: list[str], excluded: list[str], expected: str) -> None:
    assert select(SHOP, selected, excluded, state) == tuple(expected.split())


MISTAKES = [
    ("stg_ordrs", "`stg_ordrs` matches nothing", "did you mean `stg_orders`?"),
    ("stagin", "`stagin` matches nothing", "did you mean `staging`?"),
    (
        "zzz",
        "`zzz` matches nothing",
        "folders: `models`, `models/marts`, `models/marts/finance`, `models/staging`, `seeds`",
    ),
    ("nightly", "`nightly` matches nothing", "it is a tag: select it with `tag:nightly`"),
    ("RAW.orders+", "`RAW.orders+` matches nothing", "it is a source: select it with `source:raw.orders`"),
    ("+tag:nigthly", "`+tag:nigthly` matches nothing", "did you mean `tag:nightly`? tags: `hourly`, `nightly`, `pii`"),
    (
        "models/stagin",
        "`models/stagin` matches nothing",
        "did you mean `models/staging`? "
        "folders: `models`, `models/marts`, `models/marts/finance`, `models/staging`, `seeds`",
    ),
    ("source:rww", "`source:rww` matches nothing", "sources: `raw.orders`, `raw.users`"),
    ("source:raw.order", None, "did you mean `source:raw.orders`? sources: `raw.orders`, `raw.users`"),
    ("config.materialized:tabel", None, "values of `materialized`: `table`, `view`"),
    ("config.meta.team:x", None, "nothing sets `meta.team`"),
    (
        "config.materialised:view",
        "`config.materialised:view`: models have no setting `materialised`",
        "did you mean `config.materialized`? settings: `materialized`, `schema`, `tags`, `enabled`, `depends_on`, "
        "`dialect`, `engine`, `retries`, `retry_delay`, `timeout`, `incremental_strategy`, `unique_key`, "
        "`partition_by`, `merge_update_columns`, `merge_exclude_columns`, `on_schema_change`, `on_change`, "
        "`full_refresh`, `event_time`, `batch_size` and 6 more",
    ),
    (
        "resource_type:chek",
        "`resource_type:chek`: no such type",
        "types: `model`, `seed`, `snapshot`, `source`, `check`",
    ),
    ("test_type:x", "`test_type:x`: no such type of check", "types: `generic`, `singular`, `unit`"),
    ("test_name:uniqe", "`test_name:uniqe` matches nothing", "this project has no checks"),
    ("state:old", "`state:old`: no such state", "states: `modified`, `new`"),
    ("tag:pii,board", "`tag:pii,board` matches nothing", "`tag:pii` and `board` have nothing in common"),
    (
        "tags:pii",
        "`--select tags:pii`, character 1: there is no method `tags:`",
        "did you mean `tag`? methods: `fqn`, `path`, `tag`, `config`, `resource_type`, `test_type`, `test_name`, "
        "`source`, `state`",
    ),
    ("orders, board", "`--select orders, board`, character 8: a selector is missing at the comma", None),
    ("board orders,,x", "`--select board orders,,x`, character 14: a selector is missing at the comma", None),
    (
        "orders+board",
        "`--select orders+board`, character 7: `+` stands before a selector or behind it",
        "a space stands between two selectors",
    ),
    ("++orders", "`--select ++orders`, character 2: `+` stands before a selector or behind it", None),
    ("+", "`--select +`, character 2: a name is missing", None),
    ("@", "`--select @`, character 2: a name is missing", None),
    ("orders tag:", "`--select orders tag:`, character 12: nothing stands after `tag:`", None),
    ("@orders+", "`--select @orders+`, character 1: `@` and `+` do not go together", None),
    ("config:view", "`--select config:view`, character 1: `config` takes a key", "as in `config.materialized:view`"),
    ("tag.x:y", "`--select tag.x:y`, character 1: `tag` takes no key", "write `tag:y`"),
    (" ", "`--select` is empty", "leave the option out to take everything"),
    ("tag:hourly", None, "put `+` behind it for what reads them, or select them with `source:`"),
]


@pytest.mark.parametrize(("selector", "message", "hint"), MISTAKES)
def test_a_mistake_says_what_and_what_to_try(selector: str, message: str | None, hint: str | None) -> None:
    with pytest.raises(SelectionError) as caught:
        select(SHOP, [selector], [], state)
    assert message is None or caught.value.message == message
    assert hint is None or caught.value.hint == hint
    assert caught.value.exit_code == 2


def test_hints_say_so_where_a_project_has_no_tags_or_sources() -> None:
    small = dag(node("models/a.sql"))
    for selector, hint in [
        ("tag:x", "nothing in this project has a tag"),
        ("source:x", "this project declares no sources"),
    ]:
        with pytest.raises(SelectionError) as caught:
            select(small, [selector])
        assert caught.value.hint == hint


def test_long_lists_in_hints_are_cut() -> None:
    wide = dag(*(node(f"models/folder_{i:02}/m{i}.sql") for i in range(30)))
    with pytest.raises(SelectionError) as caught:
        select(wide, ["zzz"])
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("`models/folder_10` and 19 more")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Problems) as caught:
        select(SHOP, ["stg_ordrs tag:x"], ["a,"])
    assert [error.message for error in caught.value.errors] == [
        "`--exclude a,`, character 3: a selector is missing at the comma",
        "`stg_ordrs` matches nothing",
        "`tag:x` matches nothing",
    ]


def test_bad_grammar_is_a_mistake_in_exclude_too() -> None:
    with pytest.raises(SelectionError, match="there is no method `tga:`"):
        select(SHOP, [], ["tga:nightly"])


@pytest.mark.parametrize("selected", [[], ["orders"], ["staging"]])
def test_excluding_everything_is_a_mistake(selected: list[str]) -> None:
    with pytest.raises(SelectionError) as caught:
        select(SHOP, selected, ["models", "seeds"])
    assert caught.value.message == "nothing is left: `--exclude models seeds` takes away all that was selected"


def test_that_nothing_is_modified_is_an_answer() -> None:
    assert select(SHOP, ["state:modified+"], [], unchanged) == ()
    assert select(SHOP, ["state:modified,staging"], [], unchanged) == ()
    assert select(SHOP, ["state:modified orders"], [], unchanged) == ("orders",)


def test_state_needs_something_to_compare_with() -> None:
    with pytest.raises(SelectionError, match="there is nothing to compare with"):
        select(SHOP, ["state:modified"])


# Laws, on random graphs


@st.composite
def graphs(draw: st.DrawFn) -> DAG:
    """Up to 12 models, each reading some of those before it."""
    count = draw(st.integers(1, 12))
    nodes = []
    for i in range(count):
        upstream = draw(st.lists(st.integers(0, i - 1), unique=True, max_size=3)) if i else []
        nodes.append(node(f"models/m{i}.sql", " ".join(f"m{up}" for up in upstream)))
    return dag(*nodes)


SELECTORS = st.builds(
    lambda before, name, after: f"{before}m{name}{after}",
    st.sampled_from(["", "+", "1+", "2+", "@"]),
    st.integers(0, 11),
    st.sampled_from(["", "+", "+1", "+2"]),
).filter(lambda text: not ("@" in text and "+" in text))


def names(graph: DAG, *selected: str, exclude: Collection[str] = ()) -> set[str]:
    """The selection as a set, empty where it is a mistake."""
    try:
        return set(select(graph, selected, list(exclude)))
    except (SelectionError, Problems):
        return set()


def ancestors(edges: Mapping[str, Collection[str]], name: str) -> set[str]:
    """The plainest definition, to compare with."""
    return {name}.union(*(ancestors(edges, up) for up in edges[name]))


@given(graphs())
def test_plus_is_the_name_with_its_ancestors_or_descendants(graph: DAG) -> None:
    up = {name: node.upstream for name, node in graph.nodes.items()}
    for name in graph.nodes:
        above, below = ancestors(up, name), ancestors(graph.downstream, name)
        assert names(graph, f"+{name}") == above
        assert names(graph, f"{name}+") == below
        assert names(graph, f"+{name}+") == above | below
        assert names(graph, f"@{name}") == set().union(*(ancestors(up, each) for each in below))
        assert names(graph, f"12+{name}+12") == above | below
        assert names(graph, f"1+{name}") == {name, *up[name]}


@given(graphs(), SELECTORS, SELECTORS, SELECTORS)
def test_union_and_intersection_are_those_of_sets(graph: DAG, a: str, b: str, c: str) -> None:
    known = [text for text in (a, b, c) if names(graph, text)]
    if len(known) == 3:
        assert names(graph, f"{a} {b}") == names(graph, a, b) == names(graph, a) | names(graph, b)
        assert names(graph, f"{a},{b}") == names(graph, a) & names(graph, b)
        if names(graph, f"{b},{c}"):
            assert names(graph, f"{a} {b},{c}") == names(graph, a) | (names(graph, b) & names(graph, c))


@given(graphs(), SELECTORS, SELECTORS)
def test_exclude_is_the_complement(graph: DAG, a: str, b: str) -> None:
    assert names(graph, exclude=[a]) == set(graph.nodes) - names(graph, a)
    assert names(graph, a, exclude=[b]) == names(graph, a) - names(graph, b)


@given(graphs(), SELECTORS)
def test_the_order_is_the_dags(graph: DAG, a: str) -> None:
    found = names(graph, a)
    if found:
        assert select(graph, [a]) == tuple(name for name in graph.nodes if name in found)


@given(st.text("am01+@:,. */tg[]\\", max_size=12))
def test_any_text_gives_names_or_a_mistake_for_the_user(text: str) -> None:
    try:
        found = select(SHOP, [text], [], state)
    except (SelectionError, Problems) as error:
        assert str(error)
    else:
        assert set(found) <= set(SHOP.nodes)


def test_chains_of_thousands_and_ladders_of_diamonds_take_linear_time() -> None:
    chain = dag(*(node(f"models/m{i}.sql", f"m{i - 1}" if i else "") for i in range(5000)))
    assert len(select(chain, ["+m4999"])) == len(select(chain, ["@m0"])) == 5000
    assert select(chain, ["m4000+2"]) == ("m4000", "m4001", "m4002")
    ladder = dag(
        *(
            node(f"models/m{i}.sql", f"m{(i - 2) // 2 * 2} m{(i - 2) // 2 * 2 + 1}" if i > 1 else "")
            for i in range(2000)
        )
    )
    assert len(select(ladder, ["+m1999"])) == 1999
    assert len(select(ladder, ["@m0"])) == 2000
