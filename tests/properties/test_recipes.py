"""A recipe and its key: the same exactly when the same recipe, in any process."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import msgspec
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from odibi_sql.cache import Recipe, differences
from odibi_sql.cache.keys import MEANING_DIGITS

# Texts of separators, quotes and digits: where fields were only joined, such would give one text in two ways.
_text = st.text(alphabet='ab01,:;|/"\\[]{} \n\0é', max_size=4) | st.text(max_size=6)
_pairs = st.lists(st.tuples(_text, _text), max_size=3).map(tuple)
recipes = st.builds(
    Recipe,
    engine=_text,
    settings=_pairs,
    kind=_text,
    sql=_text,
    options=_pairs,
    inputs=_pairs,
    moment=st.none() | _text,
)
FIELDS = list(Recipe.__struct_fields__)


@given(recipes, recipes)
@example(Recipe("e", (), "k", "s", inputs=(("a", "b"),)), Recipe("e", (), "k", "s", options=(("a", "b"),)))
@example(Recipe("e", (), "k", "s", inputs=(("a", "bc"),)), Recipe("e", (), "k", "s", inputs=(("ab", "c"),)))
@example(Recipe("e", (), "k", "s", inputs=(("a", "b"), ("c", "d"))), Recipe("e", (), "k", "s", inputs=(("a", "b"),)))
@example(Recipe("ek", (), "", "s"), Recipe("e", (), "k", "s"))
@example(Recipe("e", (), "k", "s", moment=None), Recipe("e", (), "k", "s", moment=""))
@example(Recipe("e", (), "k", "s", moment=None), Recipe("e", (), "k", "s", moment="None"))
def test_keys_are_equal_exactly_where_recipes_are(one: Recipe, other: Recipe) -> None:
    assert (one.key() == other.key()) == (one == other)


@given(recipes, st.sampled_from(FIELDS), st.data())
def test_every_field_counts(recipe: Recipe, field: str, data: st.DataObject) -> None:
    other = data.draw(recipes)
    changed = replace(recipe, **{field: getattr(other, field)})
    assume(changed != recipe)
    assert changed.key() != recipe.key()
    if field != "inputs":
        assert changed.meaning() != recipe.meaning()


@given(recipes, st.permutations([("a", "1"), ("b", "2"), ("c", "2")]))
def test_the_order_of_inputs_counts(recipe: Recipe, inputs: list[tuple[str, str]]) -> None:
    usual = replace(recipe, inputs=(("a", "1"), ("b", "2"), ("c", "2")))
    other = replace(recipe, inputs=tuple(inputs))
    assert (usual.key() == other.key()) == (usual == other)


@given(recipes, _text, _text)
def test_swapped_contents_of_two_inputs_make_another_key_of_one_meaning(recipe: Recipe, a: str, b: str) -> None:
    assume(a != b)
    one = replace(recipe, inputs=(("x", a), ("y", b)))
    other = replace(recipe, inputs=(("x", b), ("y", a)))
    assert one.meaning() == other.meaning()
    assert one.key() != other.key()


@given(recipes)
def test_a_key_begins_with_the_meaning(recipe: Recipe) -> None:
    assert recipe.key().startswith(recipe.meaning())
    assert len(recipe.meaning()) == MEANING_DIGITS
    assert len(recipe.key()) == 64
    assert not set(recipe.key()) - set("0123456789abcdef")


@given(recipes)
def test_a_recipe_comes_back_from_json(recipe: Recipe) -> None:
    again = msgspec.json.decode(msgspec.json.encode(recipe), type=Recipe)
    assert again == recipe
    assert again.key() == recipe.key()


@given(recipes, recipes)
def test_there_is_a_difference_exactly_where_keys_differ(one: Recipe, other: Recipe) -> None:
    assume(all(len(dict(pairs)) == len(pairs) for r in (one, other) for pairs in (r.settings, r.options, r.inputs)))
    assume(sorted(one.settings) != sorted(other.settings) or one.settings == other.settings)
    assume(sorted(one.options) != sorted(other.options) or one.options == other.options)
    assert bool(differences(one, other)) == (one.key() != other.key())


def test_other_processes_make_the_same_keys() -> None:
    """With other hash seeds, which set another order of sets and another `hash()`."""
    chosen = [
        Recipe("duckdb 1.5", (("timezone", "UTC"),), "table", "select 1"),
        Recipe("spark 4.0", (), "view", "select é", (("dialect", "spark"),), (("a", "1"), ("b", "\0")), "2024-01-01"),
    ]
    program = (
        "import json, sys, msgspec\n"
        "from odibi_sql.cache import Recipe\n"
        "recipes = msgspec.json.decode(sys.stdin.read(), type=list[Recipe])\n"
        "print(json.dumps([one.key() for one in recipes]))"
    )
    given_recipes = msgspec.json.encode(chosen).decode()
    for seed in ("0", "1", "4711"):
        answer = subprocess.run(
            [sys.executable, "-c", program],
            input=given_recipes,
            env=_environment(seed),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(answer.stdout) == [recipe.key() for recipe in chosen]


def _environment(seed: str) -> dict[str, Any]:
    import os

    return {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
