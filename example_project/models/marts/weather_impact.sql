{{ config(tags=['weather']) }}

-- How often flights leave late in each kind of weather, beside what is usual at the same airports and hours of the
-- day: fog is a thing of the morning, thunderstorms of the evening, and evenings are late in any weather.
{% set measures = {'visibility': 'visibility_mi', 'wind': 'wind_mph', 'precipitation': 'precipitation_in'} -%}
with

usual as (
    select
        origin,
        departure_hour,
        avg(case when left_late then 100 else 0 end) as left_late_pct
    from flights
    where departure_delay is not null
    group by origin, departure_hour
),

flights_and_usual as (
    select
        flights.outcome,
        flights.departure_delay,
        flights.left_late,
        case when flights.departure_delay is not null then usual.left_late_pct end as usual_left_late_pct,
        flights.visibility_mi,
        flights.visibility_band,
        flights.wind_mph,
        flights.wind_band,
        flights.precipitation_in,
        flights.precipitation_band
    from flights
    left join usual
        on flights.origin = usual.origin
        and flights.departure_hour = usual.departure_hour
),

by_band as (
    {%- for kind, measure in measures.items() %}
    select
        '{{ kind }}' as kind,
        {{ kind }}_band as band,
        min({{ measure }}) as measured_from,
        count(*) as flights,
        {{ percent("outcome = 'cancelled'") }} as cancelled_pct,
        {{ percent('left_late', among='departure_delay is not null') }} as left_late_pct,
        round(avg(usual_left_late_pct), 1) as usual_left_late_pct,
        round(avg(departure_delay), 1) as avg_departure_delay
    from flights_and_usual
    group by {{ kind }}_band
    {%- if not loop.last %}

    union all
{% endif %}
    {%- endfor %}
)

select
    kind,
    band,
    flights,
    cancelled_pct,
    left_late_pct,
    usual_left_late_pct,
    avg_departure_delay
from by_band
order by kind, measured_from
