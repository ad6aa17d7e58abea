"""Arrow tables -> polars and back, for any engine. Types that one side lacks are told before the other panics over
them, or gives the addresses of Python's objects for their values.
"""

from __future__ import annotations

from typing import Any

from odibi_sql.engines.protocol import EngineFailure


def to_polars(table: Any) -> Any:
    """A `polars.DataFrame` of an Arrow table. Raises EngineFailure."""
    import polars

    for field in table.schema:
        if (kind := _lacking(field.type)) is not None:
            raise EngineFailure(f"the column `{field.name}` is or holds {kind}, which polars does not have")
    try:
        return polars.from_arrow(table)
    except polars.exceptions.PolarsError as error:
        raise EngineFailure(str(error)) from error


def check_storable(frame: Any) -> None:
    """Raises EngineFailure for a polars frame with a column that no engine can hold."""
    for name, kind in frame.schema.items():
        if (found := _unstorable(kind)) is not None:
            hint = f"cast it to `pl.{_CASTS[found]}`" if found in _CASTS else "give its values a type of their own"
            raise EngineFailure(f"the column `{name}` is or holds {found}, which no table can keep", hint=hint)


_CASTS = {"Int128": "Decimal(38, 0)", "UInt128": "Decimal(38, 0)", "Float16": "Float32"}


def _unstorable(kind: Any) -> str | None:
    name = str(kind.base_type())
    if name in _CASTS or name == "Object":
        return name
    inner = [field.dtype for field in getattr(kind, "fields", ())]
    inner += [getattr(kind, part) for part in ("inner", "key", "value") if hasattr(kind, part)]
    return next((found for one in inner if (found := _unstorable(one)) is not None), None)


def _lacking(kind: Any) -> str | None:
    from pyarrow import types

    if types.is_interval(kind):
        return "an INTERVAL"
    if types.is_union(kind):
        return "a UNION"
    inner: list[Any] = []
    if types.is_struct(kind):
        inner = [kind.field(number).type for number in range(kind.num_fields)]
    elif types.is_map(kind):
        inner = [kind.key_type, kind.item_type]
    elif types.is_nested(kind):
        inner = [kind.value_type]
    return next((found for one in inner if (found := _lacking(one)) is not None), None)
