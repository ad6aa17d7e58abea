"""Keys of results and the store that keeps results by them."""

from odibi_sql.cache.files import FileDigests, expand
from odibi_sql.cache.keys import Difference, Recipe, differences
from odibi_sql.cache.manager import CacheManager, Entry, Latest, Part, StoreStats

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
]
