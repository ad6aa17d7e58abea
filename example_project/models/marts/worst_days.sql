{{ config(materialized='view') }}

-- The ten days on which most flights were cancelled or left late, all three airports together.
select
    flight_date,
    cast(sum(flights) as bigint) as flights,
    cast(sum(cancelled) as bigint) as cancelled,
    cast(sum(left_late) as bigint) as left_late,
    round(100.0 * sum(cancelled + left_late) / sum(flights), 1) as disrupted_pct,
    min(lowest_visibility_mi) as lowest_visibility_mi,
    max(strongest_wind_mph) as strongest_wind_mph,
    max(precipitation_in) as most_precipitation_in
from airport_days
group by flight_date
order by disrupted_pct desc, flight_date
limit 10
