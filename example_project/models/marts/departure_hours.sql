-- How delays grow through the day at each airport.
select
    origin,
    departure_hour,
    count(*) as flights,
    {{ percent("outcome = 'cancelled'") }} as cancelled_pct,
    {{ percent('left_late', among='departure_delay is not null') }} as left_late_pct,
    {{ percent('arrived_late', among='arrival_delay is not null') }} as arrived_late_pct,
    median(departure_delay) as median_departure_delay,
    round(avg(departure_delay), 1) as avg_departure_delay
from flights
group by origin, departure_hour
having count(*) >= {{ var('min_flights') }}
order by origin, departure_hour
