"""Frames handed over from Python -> results in the store, where views and other engines can read them too."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from odibi_sql.cache import CacheManager, Entry, Recipe
from odibi_sql.engines.protocol import EngineFailure, Session
from odibi_sql.errors import ProjectError
from odibi_sql.inputs import Given


def keep_frames(
    frames: Mapping[str, Any], open_session: Callable[[], Session], cache: CacheManager, engine: str
) -> dict[str, Given]:
    """By name with case folded; `engine` is the session's name. Raises ProjectError where one cannot be read."""
    return {name.casefold(): keep_frame(name, frame, open_session(), cache, engine) for name, frame in frames.items()}


def keep_frame(name: str, frame: Any, session: Session, cache: CacheManager, engine: str) -> Given:
    """`engine` is the session's name. Raises ProjectError where the frame cannot be read."""
    cursor = session.cursor()
    try:
        written = cursor.write_frame(frame, cache.scratch() / f"frame-{len(name)}-{secrets.token_hex(4)}")
    except EngineFailure as failure:
        raise ProjectError(f"frame `{name}` cannot be read: {failure.message}") from failure
    finally:
        cursor.close()
    recipe = Recipe(engine, (), "frame", "", inputs=(("rows", written.content),))
    entry = Entry(
        key=recipe.key(),
        name=name,
        recipe=recipe,
        columns=written.columns,
        content=written.content,
        rows=written.rows,
        parts=(),
        duration_s=0.0,
        run_id=cache.run_id,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    kept = cache.put(entry, written)
    return Given(kept.content, cache.stored(kept))
