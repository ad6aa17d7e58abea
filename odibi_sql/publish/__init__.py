"""Results -> a target's catalog: whole, at once, and with a way back."""

from odibi_sql.publish.live import LiveContents
from odibi_sql.publish.previous import PreviousVersions
from odibi_sql.publish.publisher import Change, OvertakenError, Publisher, publisher_of
from odibi_sql.publish.record import Publication, PublishedRelation
from odibi_sql.publish.relations import PlanToShow, is_published, meaning_of
from odibi_sql.publish.standing import Standing

__all__ = [
    "Change",
    "LiveContents",
    "OvertakenError",
    "PlanToShow",
    "PreviousVersions",
    "Publication",
    "PublishedRelation",
    "Publisher",
    "Standing",
    "is_published",
    "meaning_of",
    "publisher_of",
]
