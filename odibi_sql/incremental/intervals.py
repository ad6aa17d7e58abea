"""Intervals of time: hours, days, months and years, in UTC, their ends not in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, UTC, datetime, timedelta

from msgspec import Struct

_DIGITS = {"hour": 13, "day": 10, "month": 7, "year": 4}  # of ISO 8601 that tell an interval


class Interval(Struct, frozen=True):
    """Times without a zone."""

    start: datetime
    end: datetime

    def overlaps(self, start: datetime | None, end: datetime | None) -> bool:
        """With the time from `start` to before `end`; None: without bound."""
        return (end is None or self.start < end) and (start is None or start < self.end)


def floor(time: datetime, grain: str) -> datetime:
    """Where the interval begins that the time is in."""
    match grain:
        case "hour":
            return time.replace(minute=0, second=0, microsecond=0)
        case "day":
            return time.replace(hour=0, minute=0, second=0, microsecond=0)
        case "month":
            return time.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        case _:
            return time.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)


def shift(start: datetime, grain: str, count: int) -> datetime:
    """Where the interval begins that comes `count` after the one that begins at `start`.

    >>> shift(datetime(2026, 1, 1), "month", -1), shift(datetime(2026, 12, 31), "day", 1)
    (datetime.datetime(2025, 12, 1, 0, 0), datetime.datetime(2027, 1, 1, 0, 0))
    """
    match grain:
        case "hour":
            return start + timedelta(hours=count)
        case "day":
            return start + timedelta(days=count)
        case "month":
            year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
            return datetime.max if year > MAXYEAR else start.replace(year=year, month=month + 1)
        case _:
            return datetime.max if start.year + count > MAXYEAR else start.replace(year=start.year + count)


def intervals(first: datetime, last: datetime, grain: str) -> Iterator[Interval]:
    """From the one that `first` is in to the one that `last` is in."""
    start = floor(first, grain)
    while start <= last:
        end = shift(start, grain, 1)
        yield Interval(start, end)
        start = end


def in_utc(time: datetime | None) -> datetime | None:
    """Without its zone; a time that has none is taken to be in UTC."""
    return time.astimezone(UTC).replace(tzinfo=None) if time is not None and time.tzinfo else time


def label(interval: Interval, grain: str) -> str:
    """As people write it: `2026-01` is a month."""
    return interval.start.isoformat()[: _DIGITS[grain]]
