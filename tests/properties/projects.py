"""Small random projects as data. All relations have the columns id, n, s, d, e, so that any can be read
in the place of any other; types and rows differ.

What a model selects never depends on the order of rows that it reads, and sums of floats are exact (multiples of a
half), so that there is one right result.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from hypothesis import strategies as st

Use = Literal["plain", "var", "default", "macro", "env", "date", "now"]
USES: tuple[Use, ...] = ("plain", "plain", "var", "default", "macro", "env", "date", "now")
KINDS = ("table", "table", "table", "view", "view", "ephemeral")
Format = Literal["seed", "parquet", "csv", "declared"]
FORMATS: tuple[Format, ...] = ("parquet", "csv", "declared")
SHAPES = (
    "filter", "group", "join", "union", "distinct_union", "except", "window", "shadow", "subquery", "values",
    "distinct", "star", "qualified",
)  # fmt: skip
Row = tuple[int | None, int | None, int | None, int | None]


@dataclass(frozen=True)
class Data:
    """A seed (`format` csv, in seeds/) or a file (in data/). `flavour` decides the types that the values have."""

    name: str
    format: Format
    rows: tuple[Row, ...]
    flavour: int

    @property
    def path(self) -> str:
        if self.format == "seed":
            return f"seeds/{self.name}.csv"
        return f"data/{self.name}.{'csv' if self.format == 'csv' else 'parquet'}"


@dataclass(frozen=True)
class Model:
    """`a` and `b` are constants in its SQL; `style` is how it is written, which means nothing."""

    name: str
    reads: tuple[str, ...]
    shape: str
    a: int
    b: int
    kind: str
    use: Use
    style: int = 0
    ordered: bool = False

    @property
    def path(self) -> str:
        return f"models/{'layer/' if self.b % 2 else ''}{self.name}.sql"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Those of `reads` that its shape reads."""
        if self.shape == "values":
            return ()
        if self.shape in ("shadow", "subquery"):
            return tuple(dict.fromkeys((self.reads[0], self.reads[-1])))
        return self.reads if self.shape in ("join", "union", "distinct_union", "except") else self.reads[:1]

    @property
    def schema(self) -> str:
        return "marts" if self.name.endswith("3") else "main"


@dataclass(frozen=True)
class Project:
    """`models` are in an order in which each reads only earlier ones and `data`."""

    data: tuple[Data, ...]
    models: tuple[Model, ...]
    variable: int = 1
    macro: int = 1
    env: int = 1
    day: int = 0

    def all(self) -> tuple[Data | Model, ...]:
        return (*self.data, *self.models)

    def named(self, name: str) -> Data | Model:
        return next(one for one in self.all() if one.name == name)

    def names_before(self, model: Model) -> list[str]:
        earlier = self.models[: self.models.index(model)] if model in self.models else self.models
        return [*(one.name for one in self.data), *(one.name for one in earlier)]

    def downstream(self, names: Collection[str]) -> set[str]:
        """All models that read one of `names`, or read what reads one."""
        found: set[str] = set()
        for model in self.models:
            if not {*names, *found}.isdisjoint(model.inputs):
                found.add(model.name)
        return found

    def upstream(self, names: Collection[str]) -> set[str]:
        """All that `names` read, and that these read."""
        found: set[str] = set()
        for model in reversed(self.models):
            if model.name in {*names, *found}:
                found.update(model.inputs)
        return found

    def with_model(self, old: Model, new: Model) -> Project:
        return replace(self, models=tuple(new if one == old else one for one in self.models))


# -- strategies

_rows = st.tuples(
    st.integers(0, 5) | st.none(),
    st.integers(-3, 9) | st.none(),
    st.integers(0, 5) | st.none(),
    st.integers(0, 2) | st.none(),
)
_data = st.builds(
    Data,
    name=st.just(""),
    format=st.sampled_from(("seed", "seed", *FORMATS)),
    rows=st.lists(_rows, min_size=1, max_size=6).map(tuple),
    flavour=st.integers(0, 11),
)


@dataclass(frozen=True)
class Draft:
    """A model whose reads are numbers yet, taken modulo what there is to read."""

    reads: tuple[int, ...]
    model: Model


drafts = st.builds(
    Draft,
    reads=st.lists(st.integers(0, 30), min_size=1, max_size=4).map(tuple),
    model=st.builds(
        Model,
        name=st.just(""),
        reads=st.just(()),
        shape=st.sampled_from(SHAPES),
        a=st.integers(0, 9),
        b=st.integers(0, 9),
        kind=st.sampled_from(KINDS),
        use=st.sampled_from(USES),
        style=st.integers(0, 15),
        ordered=st.integers(0, 5).map(lambda x: x == 0),
    ),
)


def settle(draft: Draft, name: str, readable: list[str]) -> Model:
    """The model of a draft; numbers count from the newest relation, so that projects grow deep."""
    reads = dict.fromkeys(readable[-1 - number % len(readable)] for number in draft.reads)
    model = replace(draft.model, name=name, reads=tuple(reads) if draft.model.shape != "values" else ())
    return sane(model)


def sane(model: Model) -> Model:
    """A view that shows the time has no rows that two readers could compare."""
    return replace(model, use="date") if model.use == "now" and model.kind != "table" else model


@st.composite
def projects(draw: st.DrawFn, least: int = 1, most: int = 8) -> Project:
    data = draw(st.lists(_data, min_size=1, max_size=4))
    project = Project(tuple(replace(one, name=f"d{i}") for i, one in enumerate(data)), ())
    for i, draft in enumerate(draw(st.lists(drafts, min_size=least, max_size=most))):
        model = settle(draft, f"m{i}", [one.name for one in project.all()])
        project = replace(project, models=(*project.models, model))
    return project
