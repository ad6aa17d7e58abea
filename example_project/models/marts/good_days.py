"""Runs of rows are awkward in SQL, and a loop in Python."""

import pyarrow as pa

DISRUPTED = 0.20  # of a good day's flights, fewer are cancelled or leave late

config = {"tags": ["report"]}


def model(airport_days: pa.Table) -> pa.Table:
    """Each airport's longest run of good days; the earlier of two as long."""
    best, run = {}, []
    for day in airport_days.sort_by([("origin", "ascending"), ("flight_date", "ascending")]).to_pylist():
        if run and run[-1]["origin"] != day["origin"]:
            run = []
        run = [*run, day] if (day["cancelled"] + day["left_late"]) / day["flights"] < DISRUPTED else []
        if len(run) > len(best.get(day["origin"], [])):
            best[day["origin"]] = run
    rows = [
        {"origin": origin, "first_day": days[0]["flight_date"], "last_day": days[-1]["flight_date"], "days": len(days)}
        for origin, days in best.items()
    ]
    kinds = [("origin", pa.string()), ("first_day", pa.date32()), ("last_day", pa.date32()), ("days", pa.int64())]
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))
