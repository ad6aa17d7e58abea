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
generate_series(dt, dt + INTERVAL 2 DAY, INTERVAL 1 DAY)  -- rewritten
datetrunc('day', ts)  -- rewritten
datepart('year', ts)  -- rewritten
julian(dt)  -- refused
era(dt)  -- refused
century(dt)  -- refused
decade(dt)  -- refused
dt::varchar || 'x'  -- rewritten
isfinite(dt)  -- refused, without types: stops
date '2024-01-01' + i * INTERVAL 1 DAY  -- rewritten
ts + i * INTERVAL '1 minute'  -- rewritten
ts + (i % 5) * INTERVAL 1 HOUR  -- rewritten
ts - INTERVAL '2 days' * i  -- rewritten
dt + i * INTERVAL '1 month'  -- rewritten
dt + (i * INTERVAL 1 MINUTE)  -- rewritten
i * INTERVAL 1 MINUTE  -- refused
date_trunc('second', ts)  -- rewritten
date_trunc('mon', ts)  -- rewritten
date_trunc('century', ts)  -- refused
date_trunc('month', TIMESTAMP '1500-03-15 10:11:12')  -- rewritten
date_trunc('week', DATE '0001-01-03')  -- rewritten
date_trunc('day', now()) IS NULL  -- rewritten, without types: stops
date_diff('h', ts, ts2)  -- rewritten
date_diff('hour', TIMESTAMP '1969-12-31 23:30:00', TIMESTAMP '1970-01-01 00:30:00')  -- rewritten
date_diff('second', TIMESTAMP '1969-12-31 23:59:58.7', TIMESTAMP '1970-01-01 00:00:00.2')  -- rewritten
date_diff('week', DATE '2024-01-10', DATE '2024-01-01')  -- rewritten
date_diff('week', DATE '2024-01-01', DATE '2023-12-31')  -- rewritten
date_diff('day', DATE '1582-10-04', DATE '1582-10-15')  -- rewritten
date_diff('day', '2024-01-01', dt)  -- rewritten
date_part('y', dt)  -- rewritten
extract(weekday from dt)  -- rewritten
extract(dayofyear from dt)  -- rewritten
extract(epoch from tz)  -- rewritten
date_part('epoch', TIMESTAMP '1969-12-31 23:59:59.5')  -- rewritten
second(TIMESTAMP '1969-07-20 20:17:40.25')  -- rewritten
dayofyear(DATE '1500-12-31')  -- equal
yearweek(DATE '2021-01-03')  -- rewritten
epoch_ms(TIMESTAMP '1969-12-31 23:59:59.9995')  -- rewritten
epoch_ms(-1500)  -- rewritten
to_timestamp(-1.25)  -- rewritten
make_date(i + 2020, 1, 1)  -- equal
DATE '2024-01-31' + INTERVAL 1 MONTH  -- rewritten
DATE '2024-03-31' + INTERVAL '-1' MONTH  -- rewritten
DATE '2024-02-29' - INTERVAL 1 YEAR  -- rewritten
dt - INTERVAL (i) MONTH  -- rewritten
dt + INTERVAL '1 year 2 months'  -- refused
dt + NULL  -- refused, without types: untold
round((dt2 - dt) / 365.25, 1)  -- rewritten, without types: stops
ts BETWEEN dt AND dt + INTERVAL 1 DAY  -- rewritten
'2024-01-01' < dt  -- equal
tz > ts  -- equal
tz AT TIME ZONE 'America/New_York'  -- rewritten, without types: refused
TIMESTAMP '2024-03-31 02:30:00' AT TIME ZONE 'Europe/Berlin'  -- rewritten
TIMESTAMP '2024-10-27 02:30:00' AT TIME ZONE 'Europe/Berlin'  -- rewritten
TIMESTAMP '2024-10-27 01:59:59' AT TIME ZONE 'Europe/Berlin'  -- rewritten
TIMESTAMP '2024-10-27 03:00:00' AT TIME ZONE 'Europe/Berlin'  -- rewritten
TIMESTAMP '2024-11-03 01:30:00' AT TIME ZONE 'America/New_York'  -- rewritten
TIMESTAMP '2024-04-07 01:45:00' AT TIME ZONE 'Australia/Lord_Howe'  -- rewritten
TIMESTAMP '1900-01-01 00:00:00' AT TIME ZONE 'Europe/Berlin'  -- rewritten
(ts AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/Berlin'  -- rewritten, without types: refused
extract(hour from tz AT TIME ZONE 'Asia/Kolkata')  -- rewritten, without types: refused
date(ts)  -- rewritten
date('2024-01-31')  -- rewritten
date(sd)  -- rewritten
strftime(dt, '[%Y]')  -- rewritten
strftime(dt, '{%Y}#%m')  -- rewritten
strftime(dt, '%Y''%m')  -- rewritten
strftime(dt, '%Y年%m月')  -- rewritten
strftime(DATE '0099-01-02', '%Y-%m-%d')  -- rewritten
strptime('9:05', '%H:%M')  -- refused
strptime('2024-05', '%Y-%m')  -- rewritten
strptime('20240131102030', '%Y%m%d%H%M%S')  -- rewritten
ts::timestamp_s  -- refused
isfinite(ts)  -- refused, without types: stops
lpad(month(dt)::varchar, 2, '0')  -- equal
(date_trunc('year', dt) + INTERVAL 1 YEAR)::date - 1  -- rewritten
dt - (isodow(dt) - 1)::int  -- rewritten
(ts + INTERVAL 1 DAY) - ts  -- refused
coalesce(dt, '1970-01-01')  -- equal
list_transform(range(3), lambda x: DATE '2024-01-01' + x::int)  -- rewritten
strftime(make_date(id, 12, 31), '%Y-%m')  -- rewritten
strftime(make_date(id * 10000, 1, 1), '%Y')  -- stops
strftime(make_date(-44, 3, 15), '%m/%d')  -- rewritten
strptime(' ' || sd || '  ', '%Y-%m-%d')  -- rewritten
ts AT TIME ZONE 'europe/berlin'  -- refused
isoyear(DATE '2024-12-30')  -- rewritten
date_part('day', dt)  -- rewritten
date_part('years', dt)  -- rewritten
date_part('mon', dt)  -- rewritten
date_part('dayofmonth', dt)  -- rewritten
date_part('dayofyear', dt)  -- rewritten
date_part('weekday', dt)  -- rewritten
date_part('yearweek', dt)  -- refused
date_part('seconds', ts)  -- rewritten
date_part('milliseconds', ts)  -- rewritten
date_part('us', ts)  -- rewritten
date_part('hours', ts)  -- rewritten
date_part('minute', tz)  -- rewritten
date_part('timezone', tz)  -- refused
date_part('decade', dt)  -- refused
date_part('millennium', dt)  -- refused
date_part('julian', dt)  -- refused
date_part('era', dt)  -- refused
date_part(['year', 'month'], dt)  -- refused
extract(quarter from ts)  -- rewritten
extract(day from tz)  -- rewritten
extract(epoch from dt)  -- rewritten
extract(millisecond from ts)  -- rewritten
date_trunc('years', dt)  -- rewritten
date_trunc('d', ts)  -- rewritten
date_trunc('w', dt)  -- rewritten
date_trunc('milliseconds', ts)  -- refused
date_trunc('microseconds', ts)  -- refused
date_trunc('hour', dt)  -- rewritten
date_trunc('hour', tz)  -- rewritten, without types: stops
date_trunc('month', tz)  -- rewritten, without types: stops
date_diff('days', dt, dt2)  -- rewritten
date_diff('years', dt, dt2)  -- rewritten
date_diff('decade', dt, dt2)  -- refused
date_diff('isoyear', dt, dt2)  -- refused
date_diff('microseconds', ts, ts2)  -- refused
date_diff('day', dt, ts2)  -- rewritten
date_diff('month', dt, DATE '2024-03-31')  -- rewritten
date_sub('hour', ts, ts2)  -- refused
datesub('month', dt, dt2)  -- refused
ts2 - INTERVAL 1 MONTH  -- rewritten
ts + INTERVAL '1 month 2 days'  -- refused
ts + INTERVAL '1 year 2 months 3 days 04:05:06'  -- refused
ts + INTERVAL '01:30:00'  -- refused
ts + INTERVAL 1.5 HOUR  -- refused
dt + INTERVAL 1 MONTH + INTERVAL 1 DAY  -- rewritten
(dt + INTERVAL 1 MONTH) - INTERVAL 1 MONTH  -- rewritten
DATE '2024-01-31' + INTERVAL 13 MONTH  -- rewritten
TIMESTAMP '2024-01-31 10:00:00' + INTERVAL 1 MONTH  -- rewritten
tz + INTERVAL 1 MONTH  -- rewritten, without types: stops
ts + INTERVAL (i) MINUTE  -- rewritten
ts + to_minutes(5)  -- refused
ts + to_seconds(90)  -- refused
ts + to_weeks(1)  -- refused
ts + to_years(1)  -- refused
ts + INTERVAL '1 decade'  -- refused
ts - INTERVAL '1 millisecond'  -- refused
ts + INTERVAL 500 MILLISECOND  -- refused
ts + INTERVAL 250 MICROSECOND  -- refused
date_add(ts, INTERVAL '1' HOUR)  -- rewritten
dt::timestamptz  -- equal
(tz AT TIME ZONE 'Europe/Berlin')::date  -- rewritten, without types: refused
date_trunc('day', tz AT TIME ZONE 'Europe/Berlin')  -- rewritten, without types: refused
(date_trunc('day', tz AT TIME ZONE 'Europe/Berlin') AT TIME ZONE 'Europe/Berlin')  -- rewritten, without types: refused
hour(tz AT TIME ZONE 'Asia/Kolkata')  -- rewritten, without types: refused
(TIMESTAMP '2024-03-31 02:30:00' AT TIME ZONE 'Europe/Berlin')  -- rewritten
(TIMESTAMP '2024-10-27 02:30:00' AT TIME ZONE 'Europe/Berlin')  -- rewritten
(TIMESTAMPTZ '2024-03-31 00:30:00+00' + INTERVAL 1 DAY)  -- refused
TIMESTAMPTZ '2024-06-15 12:00:00 Europe/Berlin'  -- refused
TIMESTAMPTZ '2024-06-15 12:00:00+02'  -- refused
'2024-06-15T12:00:00Z'::timestamptz  -- refused
'2024-06-15 12:00:00'::timestamp  -- equal
'2024-06-15T12:00'::timestamp  -- equal
'2024-6-5'::date  -- equal
sd::timestamp + INTERVAL 1 HOUR  -- rewritten
strftime(ts, '%Y-W%V')  -- refused
strftime(ts, '%G-W%V')  -- refused
strftime(ts, '%u')  -- refused
strftime(ts, '%w')  -- refused
strftime(ts, '%x')  -- refused
strftime(ts, '%c')  -- refused
strftime(ts, '%b %-d, %Y')  -- rewritten
strftime(ts, '%H:%M:%S.%g')  -- refused
strftime(ts, '%Y%m%d%H%M%S')  -- rewritten
strftime(tz, '%Y-%m-%d %H:%M:%S %Z')  -- refused
strftime(tz, '%z')  -- refused
strftime(dt, 'the %d')  -- rewritten
strftime(dt, 'it''s %Y')  -- rewritten
strftime(ts, '%-H')  -- rewritten
strptime('Jan 5, 2024', '%b %d, %Y')  -- refused
strptime('5-Jan-2024', '%d-%b-%Y')  -- refused
strptime('2024-01-05 3:04 PM', '%Y-%m-%d %I:%M %p')  -- refused
strptime('2024-01-05T03:04:05.123', '%Y-%m-%dT%H:%M:%S.%g')  -- refused
strptime('2024-01-05T03:04:05.123456', '%Y-%m-%dT%H:%M:%S.%f')  -- refused
strptime('2024-01-05 03:04:05+0200', '%Y-%m-%d %H:%M:%S%z')  -- refused
strptime('24-1-5', '%y-%m-%d')  -- refused
strptime('69-1-5', '%y-%m-%d')  -- refused
strptime('05/01/2024', ['%Y-%m-%d', '%d/%m/%Y'])  -- refused
try_strptime(sd, '%Y-%m-%d')  -- refused
strptime(sd, '%Y-%m-%d')::date  -- rewritten
strptime('2024 005', '%Y %j')  -- refused
dayname(ts)  -- rewritten
monthname(ts)  -- rewritten
last_day(DATE '2024-02-10')  -- equal
make_timestamp(2024, 1, 5, 3, 4, 5.25)  -- rewritten
make_timestamp(1700000000000000)  -- refused
make_timestamptz(2024, 1, 5, 3, 4, 5.25)  -- refused
epoch_ns(ts)  -- refused
to_timestamp(1700000000.5)  -- rewritten
epoch(ts2 - ts)  -- refused, without types: stops
datediff('month', ts, ts2)  -- rewritten
date_part('epoch', tz)  -- rewritten
weekofyear(ts)  -- rewritten
yearweek(ts)  -- rewritten
ts::date + 1  -- equal
dt + 7 * k  -- equal
dt - 1 = dt2  -- equal
dt IN (SELECT dt2 FROM t)  -- rewritten
ts BETWEEN '2024-01-01' AND '2024-12-31'  -- equal
ts::date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'  -- equal
greatest(dt, '2024-01-01')  -- refused, without types: stops
least(ts, TIMESTAMP '2024-01-01 00:00:00')  -- equal
coalesce(dt, '2024-01-01')  -- equal
coalesce(ts, '2024-01-01')  -- equal
CASE WHEN bo THEN dt ELSE '2024-01-01' END  -- equal
nullif(dt, '2024-01-31')  -- equal
dt = '2024-01-31'  -- equal
dt = '2024-1-31'  -- equal
'2024-01-31' = dt  -- equal
dt || ''  -- rewritten
concat(dt, ' ', ts)  -- rewritten
left(ts::varchar, 10)  -- rewritten
substr(dt::varchar, 1, 7)  -- rewritten
replace(dt::varchar, '-', '')::int  -- rewritten
strftime(dt, '%Y%m%d')::int  -- rewritten
year(dt) * 100 + month(dt)  -- equal
datepart('dow', ts)  -- rewritten
dt::date = date_trunc('month', dt)  -- rewritten
date_trunc('month', dt) + INTERVAL 1 MONTH - INTERVAL 1 DAY  -- rewritten
(date_trunc('quarter', dt) + INTERVAL 3 MONTH)::date - 1  -- rewritten
last_day(dt) - dt  -- rewritten, without types: stops
(dt2 - dt) / 7  -- rewritten, without types: stops
(dt - DATE '2024-01-01') % 7  -- rewritten, without types: stops
time_bucket(INTERVAL 1 WEEK, dt)  -- refused
time_bucket(INTERVAL 1 MONTH, dt)  -- refused
date_trunc('week', ts)::date  -- rewritten
isodow(ts) IN (6, 7)  -- rewritten
dayofweek(ts) IN (0, 6)  -- rewritten
extract('year' from dt)  -- rewritten
extract(year from sd::date)  -- rewritten
generate_series(dt, dt + 2, INTERVAL 1 DAY)  -- rewritten
generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-01 06:00:00', INTERVAL 90 MINUTE)  -- rewritten
len(generate_series(dt, dt2, INTERVAL 1 DAY))  -- rewritten
ts2 - ts > INTERVAL 1 DAY  -- refused
ts2 > ts + INTERVAL 1 DAY  -- rewritten
INTERVAL 1 DAY > INTERVAL 23 HOUR  -- refused
(ts2 - ts) < INTERVAL '2 hours'  -- refused
date_trunc(s, dt)  -- refused
date_trunc(s, ts)  -- refused
date_diff(s, dt, dt2)  -- refused
datediff(day, dt, dt2)  -- refused
