{{ config(materialized='ephemeral', tags=['weather']) }}

-- Hours of weather in bands that pilots and forecasters use.
select
    airport,
    observed_hour_utc,
    visibility_mi,
    wind_mph,
    precipitation_in,
    -- the limits of the FAA's flight categories
    case
        when visibility_mi > 5 then 'over 5 mi'
        when visibility_mi >= 3 then '3 to 5 mi'
        when visibility_mi >= 1 then '1 to 3 mi'
        when visibility_mi < 1 then 'under 1 mi'
    end as visibility_band,
    case
        when wind_mph < 10 then 'under 10 mph'
        when wind_mph < 20 then '10 to 20 mph'
        when wind_mph < 30 then '20 to 30 mph'
        when wind_mph >= 30 then '30 mph or more'
    end as wind_band,
    -- light rain is less than a tenth of an inch an hour
    case
        when precipitation_in = 0 then 'none'
        when precipitation_in < 0.1 then 'light'
        when precipitation_in >= 0.1 then 'moderate or heavy'
    end as precipitation_band
from stg_weather
