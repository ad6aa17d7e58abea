"""The store's folder for files in the making, asked for by many threads at once."""

from __future__ import annotations

import threading
from pathlib import Path

from odibi_sql.cache import CacheManager

THREADS, ROUNDS = 8, 25


def test_threads_that_ask_at_once_get_one_folder(tmp_path: Path) -> None:
    """Two sessions of different engines open side by side, and each asks."""
    for number in range(ROUNDS):
        cache = CacheManager(tmp_path / f"store{number}", "run", warn=lambda _: None)
        together = threading.Barrier(THREADS)
        got: list[Path] = []

        def ask(cache: CacheManager = cache, together: threading.Barrier = together, got: list[Path] = got) -> None:
            together.wait()
            got.append(cache.scratch())

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)
        assert got == [tmp_path / f"store{number}" / "tmp" / "run"] * THREADS
        cache.close()
        assert not got[0].exists()
