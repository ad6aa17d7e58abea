-- Which routes are late, how late, and whether already at the gate.
select
    origin,
    destination,
    destination_name,
    -- two routes, to Eagle in Colorado, have two distances, a mile apart
    max(distance_miles) as distance_miles,
    count(distinct carrier) as carriers,
    count(*) as flights,
    {{ percent("outcome = 'cancelled'") }} as cancelled_pct,
    {{ percent('arrived_late', among='arrival_delay is not null') }} as arrived_late_pct,
    {{ percent("outcome = 'late from the gate'", among='arrived_late') }} as late_from_the_gate_pct,
    {{ percent('arrival_delay >= 60', among='arrival_delay is not null') }} as hour_late_pct,
    median(arrival_delay) as median_arrival_delay
from flights
group by origin, destination, destination_name
having count(*) >= {{ var('min_flights') }}
order by arrived_late_pct desc, origin, destination
