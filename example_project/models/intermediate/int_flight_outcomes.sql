-- What became of each flight, and where on its way the delay arose.
select
    flight_id,
    flight_date,
    carrier,
    flight_number,
    tail_number,
    origin,
    destination,
    scheduled_departure_at,
    departed_at,
    scheduled_hour_utc,
    extract(hour from scheduled_departure_at) as departure_hour,
    departure_delay,
    arrival_delay,
    departure_delay - arrival_delay as minutes_made_up,
    air_minutes,
    distance_miles,
    coalesce(departure_delay >= {{ var('late_after_minutes') }}, false) as left_late,
    coalesce(arrival_delay >= {{ var('late_after_minutes') }}, false) as arrived_late,
    case
        when is_cancelled then 'cancelled'
        when is_diverted then 'diverted'
        when arrival_delay < {{ var('late_after_minutes') }} and departure_delay < {{ var('late_after_minutes') }}
            then 'on time'
        when arrival_delay < {{ var('late_after_minutes') }} then 'made up'
        when departure_delay < {{ var('late_after_minutes') }} then 'late en route'
        else 'late from the gate'
    end as outcome
from stg_flights
