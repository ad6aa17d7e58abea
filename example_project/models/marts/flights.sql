-- One row per scheduled flight, with all that is known of it; the other reports count these rows.
select
    outcomes.flight_id,
    outcomes.flight_date,
    outcomes.departure_hour,
    outcomes.scheduled_departure_at,
    outcomes.carrier,
    airlines.airline,
    outcomes.flight_number,
    outcomes.origin,
    outcomes.destination,
    airports.airport_name as destination_name,
    outcomes.distance_miles,
    outcomes.departure_delay,
    outcomes.arrival_delay,
    outcomes.minutes_made_up,
    outcomes.left_late,
    outcomes.arrived_late,
    outcomes.outcome,
    outcomes.tail_number,
    planes.manufacturer,
    planes.aircraft_model,
    extract(year from outcomes.flight_date) - planes.built_year as aircraft_age,
    rotations.previous_flight_id,
    rotations.previous_arrival_delay,
    weather.visibility_mi,
    weather.visibility_band,
    weather.wind_mph,
    weather.wind_band,
    weather.precipitation_in,
    weather.precipitation_band
from int_flight_outcomes as outcomes
inner join int_flight_weather as weather on outcomes.flight_id = weather.flight_id
left join int_aircraft_rotations as rotations on outcomes.flight_id = rotations.flight_id
left join stg_airlines as airlines on outcomes.carrier = airlines.carrier
left join stg_airports as airports on outcomes.destination = airports.airport
left join stg_planes as planes on outcomes.tail_number = planes.tail_number
