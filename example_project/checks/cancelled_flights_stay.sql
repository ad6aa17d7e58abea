-- A flight that was cancelled neither left nor arrived.
select flight_id, departure_delay, arrival_delay
from flights
where outcome = 'cancelled' and (departure_delay is not null or arrival_delay is not null)
