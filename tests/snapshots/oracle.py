"""What a snapshot must hold, in plain Python: the rules of dbt's snapshots, row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Row = dict[str, Any]
FAR = datetime(9999, 12, 31)


@dataclass(frozen=True)
class Rules:
    """`check` are the compared columns, None for the strategy `timestamp`; `by` is the column `updated_at`."""

    keys: tuple[str, ...]
    check: tuple[str, ...] | None
    by: str | None
    hard_deletes: str
    far: datetime | None = None

    def key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.keys)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}" + (f".{value:%f}".rstrip("0") if value.microsecond else "")
    return str(value)


def _hash(*values: Any) -> str:
    return hashlib.md5("|".join(map(_text, values)).encode()).hexdigest()  # noqa: S324 - dbt's


def next_version(rules: Rules, history: Sequence[Row], rows: Sequence[Row], now: datetime) -> list[Row]:
    """The history after a build at `now` that found `rows`; the one before is left as it is."""
    after = [dict(row) for row in history]
    current = {rules.key(row): row for row in after if row["dbt_valid_to"] in (None, rules.far)}
    found = {rules.key(row): row for row in rows}
    is_new = rules.hard_deletes == "new_record"
    for key, row in found.items():
        at = row[rules.by] if rules.by else now
        old = current.get(key)
        if old is not None:
            if not _changed(rules, old, row) and old.get("dbt_is_deleted") != "True":
                continue
            old["dbt_valid_to"] = at
        added = {
            **row,
            "dbt_scd_id": _hash(*key, at),
            "dbt_updated_at": at,
            "dbt_valid_from": at,
            "dbt_valid_to": rules.far,
        }
        after.append({**added, "dbt_is_deleted": "False"} if is_new else added)
    for key, old in current.items():
        if key in found or rules.hard_deletes == "ignore" or old.get("dbt_is_deleted") == "True":
            continue
        if is_new:
            gone = {"dbt_scd_id": _hash(old["dbt_scd_id"], now), "dbt_updated_at": now, "dbt_valid_from": now}
            after.append({**old, **gone, "dbt_is_deleted": "True"})
        old["dbt_valid_to"] = now
    return after


def _changed(rules: Rules, old: Row, row: Row) -> bool:
    if rules.check is None:
        assert rules.by is not None
        return bool(old["dbt_valid_from"] < row[rules.by])
    return any(old[name] != row[name] for name in rules.check)
