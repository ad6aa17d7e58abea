dt + 1  -- equal
dt - 1  -- equal
dt - dt2  -- rewritten, without types: stops
dt + i  -- equal
ts - ts2  -- refused, without types: stops
ts - dt  -- refused, without types: stops
dt + INTERVAL 1 DAY  -- rewritten
dt + INTERVAL '1' MONTH  -- rewritten
dt + INTERVAL 1 MONTH  -- rewritten
dt - INTERVAL 1 YEAR  -- rewritten
dt + INTERVAL (i) DAY  -- rewritten
dt + INTERVAL '3 days'  -- rewritten
ts + INTERVAL 1 HOUR  -- rewritten
ts + INTERVAL '90 minutes'  -- rewritten
ts - INTERVAL 30 SECOND  -- rewritten
ts + INTERVAL 1 WEEK  -- rewritten
ts + INTERVAL 1 QUARTER  -- rewritten
ts + INTERVAL 1 DAY  -- rewritten
tz + INTERVAL 1 DAY  -- rewritten, without types: stops
tz - INTERVAL 1 HOUR  -- rewritten, without types: stops
(dt + INTERVAL 1 DAY)::date  -- rewritten
ts + to_days(i)  -- rewritten
dt + to_months(i)  -- refused
ts + to_hours(2)  -- refused
date_add(dt, INTERVAL 1 DAY)  -- rewritten
date_sub('day', dt, dt2)  -- refused
date_sub('month', dt, dt2)  -- refused
date_diff('day', dt, dt2)  -- rewritten
date_diff('month', dt, dt2)  -- rewritten
date_diff('year', dt, dt2)  -- rewritten
date_diff('week', dt, dt2)  -- rewritten
date_diff('quarter', dt, dt2)  -- rewritten
date_diff('hour', ts, ts2)  -- rewritten
date_diff('minute', ts, ts2)  -- rewritten
date_diff('second', ts, ts2)  -- rewritten
date_diff('day', ts, ts2)  -- rewritten
date_diff('month', ts, ts2)  -- rewritten
date_diff('millisecond', ts, ts2)  -- refused
datediff('day', dt, dt2)  -- rewritten
age(ts, ts2)  -- refused
date_trunc('month', dt)  -- rewritten
date_trunc('month', ts)  -- rewritten
date_trunc('year', dt)  -- rewritten
date_trunc('week', dt)  -- rewritten
date_trunc('week', ts)  -- rewritten
date_trunc('quarter', ts)  -- rewritten
date_trunc('day', ts)  -- rewritten
date_trunc('hour', ts)  -- rewritten
date_trunc('minute', ts)  -- rewritten
date_trunc('day', tz)  -- rewritten, without types: stops
date_trunc('decade', dt)  -- refused
date_part('year', dt)  -- rewritten
date_part('month', ts)  -- rewritten
date_part('dow', dt)  -- rewritten
date_part('isodow', dt)  -- rewritten
date_part('doy', dt)  -- rewritten
date_part('week', dt)  -- rewritten
date_part('quarter', dt)  -- rewritten
date_part('hour', ts)  -- rewritten
date_part('minute', ts)  -- rewritten
date_part('second', ts)  -- rewritten
date_part('epoch', ts)  -- rewritten
date_part('isoyear', dt)  -- rewritten
date_part('day', ts - ts2)  -- refused, without types: stops
date_part('millisecond', ts)  -- rewritten
date_part('century', dt)  -- refused
extract(year from dt)  -- rewritten
extract(month from ts)  -- rewritten
extract(dow from dt)  -- rewritten
extract(isodow from dt)  -- rewritten
extract(week from dt)  -- rewritten
extract(doy from dt)  -- rewritten
extract(epoch from ts)  -- rewritten
extract(second from ts)  -- rewritten
extract(hour from tz)  -- rewritten
year(dt)  -- equal
month(dt)  -- equal
day(dt)  -- equal
quarter(dt)  -- equal
week(dt)  -- rewritten
weekofyear(dt)  -- rewritten
dayofweek(dt)  -- rewritten
dayofmonth(dt)  -- equal
isodow(dt)  -- rewritten
weekday(dt)  -- rewritten
dayofyear(dt)  -- equal
yearweek(dt)  -- rewritten
hour(ts)  -- equal
minute(ts)  -- equal
second(ts)  -- rewritten
millisecond(ts)  -- rewritten
microsecond(ts)  -- rewritten
dayname(dt)  -- rewritten
monthname(dt)  -- rewritten
last_day(dt)  -- equal
epoch(ts)  -- rewritten
epoch_ms(ts)  -- rewritten, without types: refused
epoch_us(ts)  -- rewritten
epoch_ms(1700000000000)  -- rewritten
to_timestamp(1700000000)  -- rewritten
make_date(2024, 1, 31)  -- equal
make_timestamp(2024, 1, 31, 12, 30, 15.5)  -- rewritten
strftime(dt, '%Y-%m-%d')  -- rewritten
strftime(ts, '%Y-%m-%d %H:%M:%S')  -- rewritten
strftime(ts, '%d/%m/%y')  -- rewritten
strftime(dt, '%Y%m')  -- rewritten
strftime(dt, '%A %B')  -- rewritten
strftime(dt, '%a %b %d')  -- rewritten
strftime(dt, '%j')  -- rewritten
strftime(dt, '%U')  -- refused
strftime(dt, '%-d.%-m.%Y')  -- rewritten
strftime(ts, '%I:%M %p')  -- rewritten
strftime(ts, '%H:%M:%S.%f')  -- rewritten
strftime('%Y', dt)  -- refused
strptime('2024-01-31', '%Y-%m-%d')  -- rewritten
strptime('31/01/2024 10:20', '%d/%m/%Y %H:%M')  -- rewritten
strptime(sd, '%Y-%m-%d')  -- rewritten
try_strptime(s, '%Y-%m-%d')  -- refused
strptime('20240131', '%Y%m%d')::date  -- rewritten
time_bucket(INTERVAL 1 DAY, ts)  -- refused
time_bucket(INTERVAL 15 MINUTE, ts)  -- refused
ts AT TIME ZONE 'Europe/Berlin'  -- rewritten, without types: refused
tz AT TIME ZONE 'Europe/Berlin'  -- rewritten, without types: refused
ts AT TIME ZONE 'UTC'  -- rewritten, without types: refused
tz AT TIME ZONE 'UTC'  -- rewritten, without types: refused
timezone('Europe/Berlin', ts)  -- refused
dt > '2024-01-01'  -- equal
dt >= DATE '2024-01-01'  -- equal
ts > DATE '2024-01-01'  -- equal
ts >= '2024-03-01 00:00:00'  -- equal
dt BETWEEN '2024-01-01' AND '2024-12-31'  -- equal
dt = ts  -- equal
dt IN (DATE '2024-01-31', DATE '2024-02-29')  -- equal
greatest(dt, dt2)  -- equal
least(ts, ts2)  -- equal
INTERVAL 1 DAY  -- refused
INTERVAL '2 hours'  -- refused
ts::date = dt  -- equal
date_trunc('month', dt) + INTERVAL 1 MONTH  -- rewritten
generate_series(dt, dt + INTERVAL 2 DAY, INTERVAL 1 DAY)  -- refused
datetrunc('day', ts)  -- rewritten
datepart('year', ts)  -- rewritten
julian(dt)  -- refused
era(dt)  -- refused
century(dt)  -- refused
decade(dt)  -- refused
dt::varchar || 'x'  -- rewritten
isfinite(dt)  -- stops
date '2024-01-01' + i * INTERVAL 1 DAY  -- rewritten
ts + i * INTERVAL '1 minute'  -- rewritten
ts + (i % 5) * INTERVAL 1 HOUR  -- rewritten
ts - INTERVAL '2 days' * i  -- rewritten
dt + i * INTERVAL '1 month'  -- rewritten
dt + (i * INTERVAL 1 MINUTE)  -- rewritten
i * INTERVAL 1 MINUTE  -- refused
