select
    iata as airport,
    name as airport_name,
    city,
    lat as latitude,
    lon as longitude
from airports
