-- Which carriers are late, and whether they lose the time at the gate or on the way.
select
    carrier,
    airline,
    count(*) as flights,
    {{ percent("outcome = 'cancelled'") }} as cancelled_pct,
    {{ percent('left_late', among='departure_delay is not null') }} as left_late_pct,
    {{ percent('arrived_late', among='arrival_delay is not null') }} as arrived_late_pct,
    {{ percent("outcome = 'late from the gate'", among='arrived_late') }} as late_from_the_gate_pct,
    {{ percent("outcome = 'late en route'", among='arrived_late') }} as late_en_route_pct,
    {{ percent("outcome = 'made up'", among='left_late and arrival_delay is not null') }} as made_up_pct,
    round(avg(departure_delay), 1) as avg_departure_delay,
    round(avg(arrival_delay), 1) as avg_arrival_delay,
    round(avg(minutes_made_up), 1) as avg_minutes_made_up
from flights
group by carrier, airline
order by arrived_late_pct desc, carrier
