"""YAML with places: what is read, and where each mistake is said to be."""

from __future__ import annotations

import datetime

import pytest

from odibi_sql.documents import read_document
from odibi_sql.errors import Location, ProjectError


def test_values_are_plain_and_dates_stay_dates() -> None:
    text = "a: 1\nb: [1.5, yes, null, 'x']\nc: {d: 2020-01-02}\n"
    assert read_document(text, "f.yml").value == {
        "a": 1,
        "b": [1.5, True, None, "x"],
        "c": {"d": datetime.date(2020, 1, 2)},
    }


def test_every_key_and_value_has_its_place() -> None:
    document = read_document("é: ü\nmodels:\n  - name: orders\n    tags: [a, b]\n", "f.yml")
    item = document.entries["models"].document.items[0]
    assert document.entries["models"].key == Location("f.yml", 2, 1)
    assert item.entries["tags"].key == Location("f.yml", 4, 5)
    assert item.entries["tags"].document.items[1].where == Location("f.yml", 4, 15)
    assert document.entries["é"].document.where == Location("f.yml", 1, 4)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_has_no_value(text: str) -> None:
    assert read_document(text, "f.yml").value is None


def test_aliases_and_merges_are_followed_and_own_keys_win() -> None:
    text = "x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}\nz: {<<: *x}\nw: *x\n"
    assert read_document(text, "f.yml").value == {
        "x": {"a": 1, "b": 2},
        "y": {"a": 3, "b": 2},
        "z": {"a": 1, "b": 2},
        "w": {"a": 1, "b": 2},
    }


MISTAKES = [
    ("a: 1\nb: 2\na: 3\n", "3:1", "the key `a` stands here twice, first in line 1"),
    ("a:\n\tb: 1\n", "2:1", "found a tab where spaces indent"),
    ("a: 1\n\tb: 1\n", "2:1", "found a tab where spaces indent"),
    ("a: 'x\n", "1:4", "a quote that opens here is never closed"),
    ("a: [1, 2\nb: 3\n", "2:2", "a list or mapping in brackets is not closed"),
    ("a: b: c\n", "1:5", "found a `:` where a value cannot have one"),
    ("a:\n  b: 1\n c: 2\n", "3:2", "the indent does not fit the lines above"),
    ("- a\nb: 1\n", "2:1", "the indent does not fit the list above"),
    ("a: &x 1\nb: *y\n", "2:4", "this alias has no anchor before it"),
    (
        "a: !!python/object:os.system [x]\n",
        "1:4",
        "the tag `!!python/object:os.system` has no meaning here",
    ),
    ("a: !!python/name:os.system\n", "1:4", "tags have no meaning here"),
    ("a: !mine {b: 1}\n", "1:4", "the tag `!mine` has no meaning here"),
    ("a: 1\n---\nb: 2\n", "2:1", "found a second document"),
    ("é: ü\nñ: [ö, 'x\n", "2:8", "a quote that opens here is never closed"),
    ("a: \x07\n", "1:4", "found the character U+0007, which YAML does not allow"),
    ("? [1]\n: 2\n", "1:3", "a key must be plain text"),
    ("a: &a [*a]\n", "1:4", "this value contains itself through an alias"),
    ("a: 2020-13-45\n", "1:4", "`2020-13-45` is not a value that exists: month must be in 1..12"),
    ("a: @x\n", "1:4", "found a character that cannot start a value"),
    ("<<: 3\n", "1:5", "`<<` needs a mapping"),
    ("a: " + "[" * 200 + "]" * 200, "1:104", "values are nested too deeply"),
]


@pytest.mark.parametrize(("text", "place", "message"), MISTAKES)
def test_a_mistake_has_its_place_and_plain_words(text: str, place: str, message: str) -> None:
    with pytest.raises(ProjectError) as caught:
        read_document(text, "f.yml")
    assert f"{caught.value.where}: {caught.value.message}" == f"f.yml:{place}: {message}"


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory() -> None:
    levels = (f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 30))
    with pytest.raises(ProjectError, match="aliases make more than 100,000 values"):
        read_document("a0: &a0 [x, x, x]\n" + "".join(levels), "f.yml")
