-- One row per scheduled flight. Nothing is left out: cancelled flights have no delays, diverted ones none at arrival.
with

dated as (
    select
        * exclude (year, month, day, hour, minute),
        make_date(year, month, day) as flight_date
    from raw.flights
),

scheduled as (
    select
        *,
        flight_date + {{ minutes_into_day('sched_dep_time') }} * interval '1 minute' as scheduled_departure_at
    from dated
)

select
    concat_ws(' ', flight_date, concat(carrier, flight), origin) as flight_id,
    flight_date,
    carrier,
    flight as flight_number,
    tailnum as tail_number,
    origin,
    dest as destination,
    scheduled_departure_at,
    -- not dep_time: a clock reading does not tell that a flight left after midnight
    scheduled_departure_at + dep_delay * interval '1 minute' as departed_at,
    time_hour as scheduled_hour_utc,
    dep_delay as departure_delay,
    arr_delay as arrival_delay,
    air_time as air_minutes,
    distance as distance_miles,
    dep_time is null as is_cancelled,
    dep_time is not null and arr_delay is null as is_diverted
from scheduled
