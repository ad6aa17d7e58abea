i::double  -- equal
i::bigint  -- equal
i::varchar  -- equal
i::decimal(10,2)  -- equal
d::integer  -- rewritten
d::bigint  -- rewritten
d::double  -- equal
d::decimal(10,1)  -- equal
d::varchar  -- equal
f::varchar  -- stops
r::double  -- rewritten
r::varchar  -- refused, without types: stops
s::varchar  -- rewritten
n::integer  -- rewritten
n::double  -- rewritten
n::decimal(10,2)  -- rewritten
CAST(n AS bigint)  -- rewritten
TRY_CAST(s AS integer)  -- rewritten
TRY_CAST(n AS integer)  -- rewritten
TRY_CAST(s AS double)  -- rewritten
TRY_CAST(s AS date)  -- rewritten
TRY_CAST(s AS decimal(10,2))  -- rewritten, without types: refused
bo::integer  -- equal
bo::varchar  -- equal
i::boolean  -- equal
'true'::boolean  -- equal
'yes'::boolean  -- equal
TRY_CAST(s AS boolean)  -- rewritten
dt::varchar  -- rewritten
ts::varchar  -- rewritten
tz::varchar  -- rewritten
dt::timestamp  -- equal
ts::date  -- equal
tz::date  -- equal
ts::timestamptz  -- equal
tz::timestamp  -- equal
sd::date  -- rewritten
sd::timestamp  -- rewritten
CAST(sd AS date)  -- rewritten
DATE '2024-02-29'  -- equal
TIMESTAMP '2024-02-29 12:34:56'  -- equal
'2024-01-31'::date  -- equal
li::varchar  -- refused, without types: stops
st::varchar  -- refused, without types: stops
li::bigint[]  -- rewritten, without types: refused
dt::timestamp::varchar  -- rewritten
ts::time  -- refused
'12:30:00'::time  -- refused
1::boolean  -- equal
i::float  -- refused
f::float  -- refused
i::tinyint  -- equal
i::smallint  -- equal
i::hugeint  -- rewritten
i::text  -- equal
i::string  -- equal
i::int8  -- equal
(i > 1)::int  -- rewritten
(f > g)::varchar  -- rewritten
'3'::int + i  -- rewritten
n = i  -- equal
s = i::varchar  -- equal
date_trunc('month', ts)::varchar  -- rewritten
'2.5'::int  -- rewritten
2.5::int  -- rewritten
(i / 2)::int  -- rewritten
(d / 3)::decimal(10,2)  -- rewritten
'a' || 1  -- rewritten
'abc'::varchar(2)  -- rewritten
CAST(i AS char(3))  -- equal
'inf'::double  -- rewritten
'NaN'::double  -- rewritten
date_diff('week', ts, ts2)  -- rewritten
n::bigint  -- rewritten
n::double + 1  -- rewritten
(d / 3)::decimal(12,4)  -- rewritten
(i / 3)::double  -- rewritten
TRY_CAST(p AS integer)  -- rewritten
TRY_CAST(p AS date)  -- rewritten
TRY_CAST(sd AS date)  -- rewritten
TRY_CAST(sd AS timestamp)  -- rewritten
d::double::varchar  -- rewritten
coalesce(i::varchar, 'none')  -- equal
CAST(d AS decimal(18,6))  -- equal
bo::int + 1  -- equal
(dt - dt2)::varchar  -- rewritten, without types: stops
CAST(k AS varchar) || '/' || dt  -- rewritten
TRY_CAST(' true ' AS boolean)  -- rewritten
TRY_CAST('tRuE' AS boolean)  -- rewritten
TRY_CAST(n AS boolean)  -- rewritten
TRY_CAST('-2.5' AS int)  -- rewritten
TRY_CAST('.5' AS double)  -- rewritten
TRY_CAST('1e400' AS double)  -- rewritten
TRY_CAST('1e3' AS decimal(10,2))  -- rewritten
TRY_CAST(' 1.5' AS decimal(10,2))  -- rewritten
'1.555'::decimal(10,2)  -- equal
2.5::double::int  -- rewritten
1.005::double::decimal(10,2)  -- rewritten
(-d)::varchar  -- rewritten
sum(d) OVER ()::varchar  -- equal
TRY_CAST(n || '٣' AS integer)  -- rewritten
TRY_CAST('٣' AS decimal(10,2))  -- rewritten
make_timestamp(12000, 1, 31, 12, 30, 15.5)::varchar  -- rewritten
make_date(id - 3, 1, 1)::varchar  -- stops
array_to_string([make_date(id + 12000, 1, 1)], ',')  -- rewritten
array_to_string([make_timestamp(id - 3, 1, 1, 0, 0, 0)], ',')  -- stops
TRY_CAST(n || '_000' AS double)  -- stops
TRY_CAST('1_000' AS decimal(10,2))  -- stops
TRY_CAST('a_1_2' AS double)  -- rewritten
st::STRUCT(b VARCHAR, A DOUBLE)  -- rewritten, without types: refused
st::STRUCT(a DECIMAL(9, 2), z DATE, n BIGINT[])  -- rewritten, without types: refused
mp::MAP(VARCHAR, DOUBLE)  -- rewritten, without types: refused
ls::VARCHAR[]  -- rewritten, without types: refused
li::VARCHAR[]  -- rewritten, without types: refused
li::VARCHAR  -- refused, without types: stops
TRY_CAST(li AS bigint[])  -- refused
li::bigint[3]  -- refused
CASE WHEN NOT isnan(g) THEN g::varchar || '!' END  -- rewritten, without types: stops
g::varchar  -- stops
NULL::STRUCT(a INTEGER, l DOUBLE[])  -- rewritten
NULL::DATE[]  -- rewritten
[i, 2]::DOUBLE[]  -- rewritten
{'a': i, 'b': [d]}::STRUCT(a VARCHAR, b INTEGER[])  -- rewritten
list_transform(li, lambda x: x + 0.5)::INTEGER[]  -- rewritten, without types: refused
['1', 'x']::INTEGER[]  -- stops
[[1], [i]]::VARCHAR[][]  -- rewritten
(n || '٣')::integer  -- stops
(n || '٣')::decimal(10,2)  -- stops
'٣'::integer  -- refused
CAST('٣' AS decimal(5,2))  -- refused
coalesce(n, '5')::decimal(10,1)  -- rewritten
