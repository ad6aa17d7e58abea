-- How each hour of each day went at each airport: what a single flight is compared with.
select
    origin,
    flight_date,
    departure_hour,
    count(*) as scheduled,
    count(departure_delay) as departed,
    count(*) filter (where left_late) as left_late
from int_flight_outcomes
group by origin, flight_date, departure_hour
