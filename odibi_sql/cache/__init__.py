"""Keys of results and the store that keeps results by them."""

from odibi_sql.cache.entries import Entry, Latest, Part, StoreStats
from odibi_sql.cache.files import FileDigests, expand
from odibi_sql.cache.keys import Difference, Recipe, differences
from odibi_sql.cache.manager import CacheManager, store_of
from odibi_sql.cache.shelves import remove_places

__all__ = [
    "CacheManager",
    "Difference",
    "Entry",
    "FileDigests",
    "Latest",
    "Part",
    "Recipe",
    "StoreStats",
    "differences",
    "expand",
    "remove_places",
    "store_of",
]
