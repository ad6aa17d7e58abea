-- Whether old aircraft are late more often. American and Envoy are left out: they report fleet numbers, and where one
-- of these is on the register it may be another aircraft's. Carriers differ in the age of their fleets: this compares
-- carriers as much as aircraft.
with

known as (
    select
        aircraft_age // 5 * 5 as age_from,
        tail_number,
        departure_delay,
        left_late,
        outcome
    from flights
    where
        aircraft_age is not null
        and carrier not in ('AA', 'MQ')
)

select
    age_from,
    age_from + 4 as age_to,
    count(distinct tail_number) as aircraft,
    count(*) as flights,
    {{ percent("outcome = 'cancelled'") }} as cancelled_pct,
    {{ percent('left_late', among='departure_delay is not null') }} as left_late_pct,
    round(avg(departure_delay), 1) as avg_departure_delay
from known
group by age_from
order by age_from
