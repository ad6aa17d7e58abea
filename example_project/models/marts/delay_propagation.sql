-- Does an aircraft that arrives late somewhere leave New York late again the same day? A bad day delays every flight,
-- so each departure is set beside the others of the same airport, day and hour.
with

later_legs as (
    select
        flights.departure_delay,
        flights.previous_arrival_delay,
        flights.left_late,
        {{ delay_band('flights.previous_arrival_delay') }} as previous_arrival,
        -- the flight itself is no part of what it is compared with; an hour with no other flight compares with nothing
        100.0 * (hours.left_late - case when flights.left_late then 1 else 0 end)
            / nullif(hours.departed - 1, 0) as others_pct
    from flights
    inner join int_airport_hours as hours
        on flights.origin = hours.origin
        and flights.flight_date = hours.flight_date
        and flights.departure_hour = hours.departure_hour
    where flights.previous_arrival_delay is not null
)

select
    previous_arrival,
    count(*) as flights,
    {{ percent('left_late') }} as left_late_pct,
    round(avg(others_pct), 1) as others_left_late_pct,
    round(avg(departure_delay), 1) as avg_departure_delay,
    median(departure_delay) as median_departure_delay
from later_legs
group by previous_arrival
order by min(previous_arrival_delay)
