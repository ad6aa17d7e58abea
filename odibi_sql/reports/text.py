"""Pieces of text that all reports share: quantities as people say them, and lines of styled spans.

A span is text with a style; what a style looks like is for each report to say, and no span needs it to be understood.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

Style = Literal["plain", "good", "bad", "warning", "faint", "strong"]
Span = tuple[str, Style]
Line = tuple[Span, ...]


def plain(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


def duration(seconds: float) -> str:
    """`0.04 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    seconds = max(seconds, 0.0)
    if seconds < 0.995:
        return f"{seconds:.2f} s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60:,} h {minutes % 60} min"


def number(amount: int) -> str:
    return f"{amount:,}"


def counted(amount: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{amount:,} {noun}" if amount == 1 else f"{amount:,} {noun}s"


def size(amount: int) -> str:
    """Bytes on disk, in powers of 1,000 as disks are sold: `812 B`, `1.2 MB`, `30 GB`."""
    if amount < 1000:
        return f"{amount} B"
    scaled = float(amount)
    for unit in ("kB", "MB", "GB"):
        scaled /= 1000
        if scaled < 999.5:
            return f"{scaled:.1f} {unit}" if scaled < 9.95 else f"{scaled:.0f} {unit}"
    return f"{scaled / 1000:,.1f} TB"


def fitted(text: str, width: int) -> str:
    """The text, cut in its middle where it is longer than `width`: names differ at both ends."""
    if len(text) <= width:
        return text
    kept = max(width - 1, 1)
    front = (kept + 1) // 2
    return f"{text[:front]}…{text[len(text) - (kept - front) :]}"


def chain(names: Sequence[str], width: int = 100) -> str:
    """`a → b → c`; where that is longer than `width`, names in the middle give way to how many they are."""
    whole = " → ".join(names)
    if len(whole) <= width or len(names) <= 3:
        return whole
    front, back = [names[0]], [names[-1]]
    left = list(names[1:-1])
    room = width - len(names[0]) - len(names[-1]) - len(" → … 1,000 more … → ")
    while left:
        name = left[0] if len(front) <= len(back) else left[-1]
        room -= len(name) + 3
        if room < 0:
            break
        if len(front) <= len(back):
            front.append(left.pop(0))
        else:
            back.insert(0, left.pop())
    return " → ".join([*front, f"… {len(left):,} more …", *back])


def listed(names: Collection[str], most: int = 3) -> str:
    """At most so many names, in backticks: `a`, `b` and 4 more."""
    shown = [f"`{name}`" for name in list(names)[:most]]
    more = len(names) - len(shown)
    return f"{', '.join(shown)} and {more:,} more" if more else ", ".join(shown)
