"""Names and texts as SQL writes them: DuckDB's way, which is the standard's."""

from __future__ import annotations


def quote_name(name: str) -> str:
    """
    >>> print(quote_name('5" disk'))
    "5"" disk"
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """
    >>> print(quote_text("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def unquoted(name: str) -> str:
    """What a name means that may be quoted."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
