{{ config(tags=['weather']) }}

-- Each airport's days beside their worst weather.
with

flight_days as (
    select
        origin,
        flight_date,
        count(*) as flights,
        count(*) filter (where outcome = 'cancelled') as cancelled,
        count(*) filter (where left_late) as left_late,
        round(avg(departure_delay), 1) as avg_departure_delay
    from flights
    group by origin, flight_date
),

weather_days as (
    select
        airport,
        observed_date,
        min(visibility_mi) as lowest_visibility_mi,
        round(max(wind_mph), 1) as strongest_wind_mph,
        round(sum(precipitation_in), 2) as precipitation_in
    from stg_weather
    group by airport, observed_date
)

select
    flight_days.origin,
    flight_days.flight_date,
    flight_days.flights,
    flight_days.cancelled,
    flight_days.left_late,
    flight_days.avg_departure_delay,
    weather_days.lowest_visibility_mi,
    weather_days.strongest_wind_mph,
    weather_days.precipitation_in
from flight_days
left join weather_days
    on flight_days.origin = weather_days.airport
    and flight_days.flight_date = weather_days.observed_date
