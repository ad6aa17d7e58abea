"""A queue by priority; of equal priority, first in, first out."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

_T = TypeVar("_T")


class PriorityQueue(Generic[_T]):
    def __init__(self) -> None:
        self._items: list[tuple[float, int, _T]] = []
        self._count = 0

    def push(self, priority: float, item: _T) -> None:
        """What has the smallest number comes first."""
        self._count += 1
        heapq.heappush(self._items, (priority, self._count, item))

    def pop(self) -> _T:
        return heapq.heappop(self._items)[2]

    def first(self) -> float | None:
        """The priority of what comes first."""
        return self._items[0][0] if self._items else None

    def __bool__(self) -> bool:
        return bool(self._items)
