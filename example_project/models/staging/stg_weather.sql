-- One row per airport and hour. The hour's key is UTC: 1 o'clock happens twice when summer time ends.
select
    origin as airport,
    time_hour as observed_hour_utc,
    make_date(year, month, day) as observed_date,
    hour as observed_hour,
    temp as temperature_f,
    -- one reading is above 1,000 mph
    case when wind_speed < 200 then wind_speed end as wind_mph,
    wind_gust as gust_mph,
    precip as precipitation_in,
    visib as visibility_mi,
    pressure as pressure_mb
from raw.weather
