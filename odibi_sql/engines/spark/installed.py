"""The packages that this engine is made of, which the program does without until they are used."""

from __future__ import annotations

from importlib import metadata

from odibi_sql.errors import ProjectError


def version_of(package: str, wanted_by: str, extra: str) -> str:
    """The major and minor version; ProjectError where the package is not installed."""
    try:
        return ".".join(metadata.version(package).split(".")[:2])
    except metadata.PackageNotFoundError:
        raise ProjectError(
            f"{wanted_by} needs {package}, which is not installed", hint=f"pip install 'odibi-sql[{extra}]'"
        ) from None
