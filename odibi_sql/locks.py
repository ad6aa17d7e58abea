"""Locks between processes that end with their process, however it ends (POSIX flock)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """One lock on one file; the file's content does not matter. Not reentrant."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> None:
        """Wait for the lock. Raises OSError where the file cannot be made."""
        self._take(fcntl.LOCK_EX)

    def acquire_in_place(self, *, shared: bool = False) -> bool:
        """Wait for the lock; False, and nothing held, if the file was removed or replaced meanwhile.

        `shared` waits only for those that hold it alone.
        """
        self._take(fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        assert self._fd is not None  # noqa: S101 - for the type checker
        try:
            if os.path.samestat(os.fstat(self._fd), self._path.stat()):
                return True
        except FileNotFoundError:
            pass
        self.release()
        return False

    def acquire_now(self) -> bool:
        """Take the lock if it is free."""
        try:
            self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _take(self, how: int) -> None:
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, how)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd
