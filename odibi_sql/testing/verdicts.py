"""The rows of a check, as they are stored -> its outcome: the verdict, what is said of it, and the first rows."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql.attempt import Outcome
from odibi_sql.cache import Entry
from odibi_sql.checks.verdict import because, judge, told_of
from odibi_sql.errors import Location
from odibi_sql.events import NodeError
from odibi_sql.model import Check
from odibi_sql.relation import Stored
from odibi_sql.testing.samples import sample


def judged(check: Check, entry: Entry, stored: Stored, outcome: Outcome) -> Outcome:
    failing = int(entry.notes.get("failures", entry.rows or 0))
    verdict = judge(failing, check.config.options)
    if verdict == "pass":
        return replace(outcome, verdict=verdict)
    where = check.where or Location(check.path)
    told = told_of(failing, check.kind)
    if "failures" in entry.notes:
        told = f"{check.config.options['fail_calc']} is {failing:,}"
    told += because(verdict, check.config.options)
    first = sample(stored)
    if verdict == "warn":
        return replace(outcome, verdict=verdict, reason=f"{told}: {where}", sample=first)
    hint = f"`odibi-sql show --check {check.name}` shows them"
    error = NodeError(told, where.path, where.line, where.column, hint)
    return replace(outcome, verdict=verdict, error=error, sample=first)
