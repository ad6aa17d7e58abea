"""What a user does to a project between two builds, as data; an edit applies to whatever project there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.properties.projects import FORMATS, KINDS, SHAPES, USES, Data, Draft, Model, Project, drafts, sane, settle


@dataclass(frozen=True)
class Edit:
    """`pick` chooses what is edited and `value` how, both modulo what there is."""

    kind: str
    pick: int
    value: int
    draft: Draft | None = None


def apply(edit: Edit, project: Project) -> Project:
    return EDITS[edit.kind](project, edit)


# -- models


def _edit_model(change: Callable[[Model, int], Model]) -> Callable[[Project, Edit], Project]:
    def edited(project: Project, edit: Edit) -> Project:
        if not project.models:
            return project
        model = project.models[edit.pick % len(project.models)]
        return project.with_model(model, sane(change(model, edit.value)))

    return edited


def _shape(model: Model, value: int) -> Model:
    shape = SHAPES[value % len(SHAPES)]
    return replace(model, shape=shape if model.reads else "values")


def _reads(project: Project, edit: Edit) -> Project:
    if not project.models:
        return project
    model = project.models[edit.pick % len(project.models)]
    if not model.reads:
        return project
    known = project.names_before(model)
    chosen = dict.fromkeys([*model.reads[:-1], known[edit.value % len(known)]])
    return project.with_model(model, replace(model, reads=tuple(chosen)))


def _swap(project: Project, edit: Edit) -> Project:
    """The same inputs in another order."""
    return _edit_model(lambda model, _: replace(model, reads=model.reads[::-1]))(project, edit)


def _rename(project: Project, edit: Edit) -> Project:
    if not project.models:
        return project
    old = project.models[edit.pick % len(project.models)].name
    new = next(f"r{i}" for i in range(1000) if f"r{i}" not in {one.name for one in project.models})
    models = [
        replace(
            one,
            name=new if one.name == old else one.name,
            reads=tuple(new if read == old else read for read in one.reads),
        )
        for one in project.models
    ]
    return replace(project, models=tuple(models))


def _delete(project: Project, edit: Edit) -> Project:
    """Its readers read something else then."""
    if len(project.models) < 2:
        return project
    gone = project.models[edit.pick % len(project.models)]
    left = replace(project, models=tuple(one for one in project.models if one != gone))
    for model in left.models:
        if gone.name in model.reads:
            known = left.names_before(model)
            instead = known[edit.value % len(known)]
            reads = dict.fromkeys(instead if read == gone.name else read for read in model.reads)
            left = left.with_model(model, replace(model, reads=tuple(reads)))
    return left


def _add(project: Project, edit: Edit) -> Project:
    assert edit.draft is not None
    taken = {one.name for one in project.models}
    name = next(f"m{i}" for i in range(1000) if f"m{i}" not in taken)
    model = settle(edit.draft, name, [one.name for one in project.all()])
    return replace(project, models=(*project.models, model))


# -- data


def _edit_data(change: Callable[[Data, int], Data]) -> Callable[[Project, Edit], Project]:
    def edited(project: Project, edit: Edit) -> Project:
        one = project.data[edit.pick % len(project.data)]
        changed = change(one, edit.value)
        return replace(project, data=tuple(changed if other == one else other for other in project.data))

    return edited


def _value(one: Data, value: int) -> Data:
    if not one.rows:
        return replace(one, rows=((value, 1, 1, 1),))
    at = value % len(one.rows)
    key, number, word, day = one.rows[at]
    return replace(one, rows=(*one.rows[:at], (key, (number or 0) % 9 + 1, word, day), *one.rows[at + 1 :]))


def _order(one: Data, value: int) -> Data:
    at = value % (len(one.rows) or 1)
    return replace(one, rows=(*one.rows[at:], *one.rows[:at]))


def _more(one: Data, value: int) -> Data:
    return replace(one, rows=(*one.rows, (value % 6, value % 7, None, value % 3)))


def _fewer(one: Data, value: int) -> Data:
    return replace(one, rows=one.rows[:-1])


def _format(one: Data, value: int) -> Data:
    return one if one.format == "seed" else replace(one, format=FORMATS[value % len(FORMATS)])


EDITS: dict[str, Callable[[Project, Edit], Project]] = {
    "constant": _edit_model(lambda model, value: replace(model, a=value % 10)),
    "other constant": _edit_model(lambda model, value: replace(model, b=value % 10)),
    "shape": _edit_model(_shape),
    "style": _edit_model(lambda model, value: replace(model, style=value % 64)),
    "kind": _edit_model(lambda model, value: replace(model, kind=KINDS[value % len(KINDS)])),
    "use": _edit_model(lambda model, value: replace(model, use=USES[value % len(USES)])),
    "order by": _edit_model(lambda model, _: replace(model, ordered=not model.ordered)),
    "reads": _reads,
    "swap": _swap,
    "rename": _rename,
    "delete": _delete,
    "add": _add,
    "value": _edit_data(_value),
    "row order": _edit_data(_order),
    "more rows": _edit_data(_more),
    "fewer rows": _edit_data(_fewer),
    "types": _edit_data(lambda one, value: replace(one, flavour=value % 12)),
    "format": _edit_data(_format),
    "var": lambda project, edit: replace(project, variable=edit.value % 3),
    "macro": lambda project, edit: replace(project, macro=edit.value % 3),
    "env": lambda project, edit: replace(project, env=edit.value % 3),
    "day": lambda project, edit: replace(project, day=edit.value % 3),
    "nothing": lambda project, _: project,
}

edits = st.builds(
    Edit,
    kind=st.sampled_from(sorted(EDITS)),
    pick=st.integers(0, 30),
    value=st.integers(0, 99),
    draft=drafts,
)
