"""Mistakes and failures as values a person can read: what, where, what to try.

    OdibiError
    ├── ProjectError      the project's files or settings are wrong
    ├── RenderError       Jinja in a model or macro is wrong
    ├── SqlError          SQL that cannot be parsed or bound
    ├── CodeError         Python that cannot be a model
    ├── GraphError        names, duplicates and cycles between models
    ├── SelectionError    --select / --exclude
    ├── StoreError        the store or the warehouse cannot be read or written
    ├── RunError          something that only running could tell (exit code 1)
    └── Problems          several of the above, reported at once

Exit codes: 0 well; 1 a model or check failed; 2 the command line or the project is wrong and nothing ran;
3 a bug of ours; 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct


class Location(Struct, frozen=True, order=True):
    """A place in a file the user wrote: `path` relative to the project, `line` and `column` counted from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class OdibiError(Exception):
    """A mistake in the project or a failure outside of it; shown without a traceback."""

    exit_code = 2

    def __init__(self, message: str, where: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class ProjectError(OdibiError):
    pass


class RenderError(OdibiError):
    pass


class SqlError(OdibiError):
    pass


class CodeError(OdibiError):
    pass


class GraphError(OdibiError):
    pass


class SelectionError(OdibiError):
    pass


class StoreError(OdibiError):
    pass


class RunError(OdibiError):
    exit_code = 1


class Problems(OdibiError):
    """Everything that is wrong, in file order, each once; `errors` is never empty and has no Problems in it."""

    def __init__(self, errors: Iterable[OdibiError]) -> None:
        singles = [one for error in errors for one in (error.errors if isinstance(error, Problems) else (error,))]
        different = {str(error): error for error in singles}.values()  # a macro's mistake comes from all who call it
        self.errors: Sequence[OdibiError] = tuple(
            sorted(
                different,
                key=lambda e: (e.where.path, e.where.line or 0, e.where.column or 0) if e.where else ("", 0, 0),
            )
        )
        super().__init__("\n".join(str(error) for error in self.errors))
        self.exit_code = max(error.exit_code for error in self.errors)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, or None where nothing is near."""
    from difflib import get_close_matches  # 4 ms to import, needed for mistakes only

    folded = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None
