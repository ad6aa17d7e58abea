-- Each airport's year, month by month: a month is made again only if its own flights changed.
{{ config(materialized='incremental', strategy='time_range', time_column='month', grain='month', engine='duckdb') }}
select
    origin,
    cast(date_trunc('month', flight_date) as date) as month,
    count(*) as flights,
    count(distinct destination) as destinations,
    count(distinct carrier) as carriers,
    {{ percent("outcome = 'cancelled'") }} as cancelled_pct,
    {{ percent('left_late', among='departure_delay is not null') }} as left_late_pct,
    {{ percent('arrived_late', among='arrival_delay is not null') }} as arrived_late_pct,
    round(avg(departure_delay), 1) as avg_departure_delay
from flights
group by origin, month
order by origin, month
