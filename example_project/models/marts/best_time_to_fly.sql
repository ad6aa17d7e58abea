-- The hour of the day to leave for each destination: least often late on arrival, beside the whole day's figure. A
-- record of 2013, not a forecast: the best of many hours is in part the luckiest.
with

destinations as (
    select
        destination,
        destination_name,
        count(*) as flights,
        {{ percent('arrived_late', among='arrival_delay is not null') }} as arrived_late_pct
    from flights
    group by destination, destination_name
),

destination_hours as (
    select
        destination,
        departure_hour,
        count(*) as flights,
        {{ percent('arrived_late', among='arrival_delay is not null') }} as arrived_late_pct
    from flights
    group by destination, departure_hour
    having count(arrival_delay) >= {{ var('min_flights') }}
),

best_hours as (
    select
        destination,
        departure_hour,
        flights,
        arrived_late_pct
    from destination_hours
    qualify row_number() over (partition by destination order by arrived_late_pct, flights desc, departure_hour) = 1
)

select
    destinations.destination,
    destinations.destination_name,
    destinations.flights,
    destinations.arrived_late_pct,
    best_hours.departure_hour as best_hour,
    best_hours.flights as best_hour_flights,
    best_hours.arrived_late_pct as best_hour_arrived_late_pct
from destinations
inner join best_hours on destinations.destination = best_hours.destination
order by destinations.flights desc, destinations.destination
