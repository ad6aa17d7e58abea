"""Quantities, names and chains as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odibi_sql.reports.text import chain, counted, duration, fitted, listed, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.5, "0.00 s"),
        (0.0, "0.00 s"),
        (0.004, "0.00 s"),
        (0.0451, "0.05 s"),
        (0.0949, "0.09 s"),
        (0.994, "0.99 s"),
        (0.996, "1.0 s"),
        (9.949, "9.9 s"),
        (9.96, "10 s"),
        (12.3, "12 s"),
        (59.6, "1 min 0 s"),
        (200, "3 min 20 s"),
        (3599.7, "1 h 0 min"),
        (7500, "2 h 5 min"),
        (36_000_000, "10,000 h 0 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (30_000_000_000, "30 GB"),
        (1_500_000_000_000, "1.5 TB"),
        (2_000_000_000_000_000, "2,000.0 TB"),
    ],
)
def test_size(amount: int, text: str) -> None:
    assert size(amount) == text


@pytest.mark.parametrize(("amount", "text"), [(0, "0 rows"), (1, "1 row"), (1_234_567, "1,234,567 rows")])
def test_counted(amount: int, text: str) -> None:
    assert counted(amount, "row") == text


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["a"], "`a`"), (["a", "b", "c"], "`a`, `b`, `c`"), (list("abcde"), "`a`, `b`, `c` and 2 more")],
)
def test_listed(names: list[str], text: str) -> None:
    assert listed(names) == text


@given(st.text(), st.integers(1, 40))
def test_fitted_text_fits_and_keeps_both_ends(text: str, width: int) -> None:
    cut = fitted(text, width)
    assert len(cut) <= max(width, 2)
    if len(text) <= width:
        assert cut == text
    else:
        front, _, back = cut.partition("…")
        assert text.startswith(front)
        assert text.endswith(back) or "…" in text


def test_a_short_chain_is_whole() -> None:
    assert chain(["a", "b", "c", "d"]) == "a → b → c → d"
    assert chain([]) == ""


def test_a_long_chain_loses_its_middle() -> None:
    names = [f"model_{i}" for i in range(5000)]
    text = chain(names, 80)
    assert text == "model_0 → model_1 → model_2 → … 4,995 more … → model_4998 → model_4999"


@given(st.lists(st.text("abc", min_size=1, max_size=20), min_size=4, max_size=40), st.integers(60, 120))
def test_a_chain_accounts_for_every_name(names: list[str], width: int) -> None:
    text = chain(names, width)
    parts = text.split(" → ")
    hidden = sum(int(part.split()[1]) for part in parts if part.startswith("…"))
    assert len([part for part in parts if not part.startswith("…")]) + hidden == len(names)
    assert (parts[0], parts[-1]) == (names[0], names[-1])
    assert len(text) <= width
