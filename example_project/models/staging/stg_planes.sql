-- One row per tail number. The register spells some makers in more than one way.
select
    tailnum as tail_number,
    year as built_year,
    case
        when manufacturer like 'AIRBUS%' then 'Airbus'
        when manufacturer like 'MCDONNELL DOUGLAS%' then 'McDonnell Douglas'
        when manufacturer like 'BOMBARDIER%' then 'Bombardier'
        when manufacturer = 'BOEING' then 'Boeing'
        when manufacturer = 'EMBRAER' then 'Embraer'
        else 'other'
    end as manufacturer,
    model as aircraft_model
from planes
