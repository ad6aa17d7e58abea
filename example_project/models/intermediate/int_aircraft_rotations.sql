-- Departures by aircraft that had left New York before on the same day, each with the flight it made then. The flight
-- back is not in the data: how late it came in is not known, only how late the aircraft had arrived at the far end.
with

departures as (
    select
        flight_id,
        tail_number,
        flight_date,
        destination,
        departed_at,
        departure_delay,
        arrival_delay,
        air_minutes
    from int_flight_outcomes
    where
        tail_number is not null
        and departed_at is not null
),

legs as (
    select
        flight_id,
        tail_number,
        row_number() over aircraft_day as leg_of_day,
        lag(flight_id) over aircraft_day as previous_flight_id,
        lag(destination) over aircraft_day as previous_destination,
        lag(departure_delay) over aircraft_day as previous_departure_delay,
        lag(arrival_delay) over aircraft_day as previous_arrival_delay,
        lag(air_minutes) over aircraft_day as previous_air_minutes,
        date_diff('minute', lag(departed_at) over aircraft_day, departed_at) as minutes_since_previous
    from departures
    window aircraft_day as (partition by tail_number, flight_date order by departed_at, flight_id)
)

select
    flight_id,
    tail_number,
    leg_of_day,
    previous_flight_id,
    previous_destination,
    previous_departure_delay,
    previous_arrival_delay,
    minutes_since_previous
from legs
-- too short a time to fly there and back means a tail number reported wrongly; a diverted flight has no air time
where minutes_since_previous >= 2 * previous_air_minutes
