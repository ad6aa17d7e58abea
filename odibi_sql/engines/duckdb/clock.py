"""One time for all of a build: temporary macros that stand before DuckDB's functions for the current time.

They are found by name where a query is bound, in views as well, so no SQL has to be touched. All sessions are in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime


def fixing_statements(now: datetime) -> list[str]:
    """Statements that fix the time of the connection they run on; `now` is zone-aware, exact to the microsecond."""
    utc = now.astimezone(UTC)
    moment = utc.strftime("%Y-%m-%d %H:%M:%S.%f")
    day, time = moment.split(" ")
    values = {
        f"TIMESTAMPTZ '{moment}+00'": ("now", "current_timestamp", "get_current_timestamp", "transaction_timestamp"),
        f"TIMESTAMP '{moment}'": ("localtimestamp", "current_localtimestamp"),
        f"DATE '{day}'": ("current_date", "today"),
        f"TIMETZ '{time}+00'": ("current_time", "get_current_time"),
        f"TIME '{time}'": ("localtime", "current_localtime"),
    }
    statements = [
        f"CREATE OR REPLACE TEMP MACRO {name}() AS {value}" for value, names in values.items() for name in names
    ]
    # With one argument, age() counts from midnight of the current day.
    since = f"system.main.age(TIMESTAMP '{day}', a)"
    return [*statements, f"CREATE OR REPLACE TEMP MACRO age(a) AS {since}, (a, b) AS system.main.age(a, b)"]
