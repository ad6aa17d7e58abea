{{ config(tags=['weather']) }}

-- The weather at the airport of departure in the hour of the scheduled departure, where it was observed.
select
    outcomes.flight_id,
    conditions.visibility_mi,
    conditions.wind_mph,
    conditions.precipitation_in,
    coalesce(conditions.visibility_band, 'not observed') as visibility_band,
    coalesce(conditions.wind_band, 'not observed') as wind_band,
    coalesce(conditions.precipitation_band, 'not observed') as precipitation_band
from int_flight_outcomes as outcomes
left join int_weather_conditions as conditions
    on outcomes.origin = conditions.airport
    and outcomes.scheduled_hour_utc = conditions.observed_hour_utc
