"""Names of columns as the tables have them, where a query writes them in another case.

DuckDB calls `select total from t` as `t` has it, say `Total`, and UNPIVOT gives such names as values. Spark takes them
as they are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from odibi_sql.sql.spark.schemas import OWN_NAME, Ask, Schemas, before, is_star, leaves


def waits_for_names(root: exp.Expr) -> bool:
    """Whether names within can come out of it: columns of its own, or by a `*` those of any query in it."""
    ends = list(leaves(root))
    by_star = any(is_star(column) for select in ends for column in select.expressions)
    unpivots = (pivot.args.get("unpivot") for pivot in root.find_all(exp.Pivot))
    return any(map(_plain, root.find_all(exp.Select) if by_star else ends)) or any(unpivots)


def spell_names(root: exp.Expr, schemas: Schemas, ask: Ask) -> None:
    written = {name.name for name in root.find_all(exp.Identifier)}
    names = written.union(*schemas.values())
    if len({name.lower() for name in names}) == len(names):
        return  # none has two cases, and the binder need not be asked
    for select in root.find_all(exp.Select):
        plain = _plain(select)
        for column, name in zip(plain, _names(select, plain, ask), strict=True):
            if name != column.name:
                column.replace(exp.alias_(column.copy(), name, quoted=True))
    for pivot in root.find_all(exp.Pivot):
        if pivot.args.get("unpivot") and pivot.arg_key == "pivots":
            _spell_unpivot(pivot, ask)


def _plain(select: exp.Select) -> list[exp.Column]:
    return [one for one in select.expressions if isinstance(one, exp.Column) and not is_star(one)]


def _names(select: exp.Select, columns: Sequence[exp.Column], ask: Ask) -> list[str]:
    if not columns:
        return []
    asked = [column.copy() for column in columns]
    for column in asked:
        column.meta[OWN_NAME] = True
    found = ask(select, asked)
    if found is None and len(columns) > 1:  # one that cannot be told hides the others
        return [name for column in columns for name in _names(select, [column], ask)]
    told = [one.name for one in found] if found is not None else [columns[0].name]
    return [name if name.lower() == one.name.lower() else one.name for one, name in zip(columns, told, strict=True)]


def _spell_unpivot(pivot: exp.Pivot, ask: Ask) -> None:
    select = pivot.find_ancestor(exp.Select)
    if not isinstance(select, exp.Select):
        return
    with before(pivot):
        for value in [value for field in pivot.args["fields"] for value in field.expressions]:
            columns = value.expressions if isinstance(value, exp.Tuple) else [value]
            if not all(isinstance(column, exp.Column) for column in columns):
                continue
            names = _names(select, columns, ask)
            if names != [column.name for column in columns]:
                alias = exp.to_identifier("_".join(names), quoted=True)
                value.replace(exp.PivotAlias(this=value.copy(), alias=alias))
