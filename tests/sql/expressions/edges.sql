upper('straße')  -- rewritten
lower('ÀÉ')  -- rewritten
length('ünï')  -- equal
reverse('ünï')  -- rewritten
trim(E'\t x ')  -- rewritten
lpad(s, 5, 'é')  -- equal
ascii(s)  -- equal
ascii('é')  -- equal
substr(s, 3)  -- equal
substr(s, -20, 18)  -- equal
substr('hello', -10)  -- equal
left(s, 100)  -- equal
strpos(s, '')  -- equal
position('' in s)  -- equal
contains(s, '')  -- equal
replace(s, 'l', NULL)  -- equal
repeat('ab', i)  -- equal
s LIKE '_____'  -- equal
s LIKE NULL  -- rewritten
s ILIKE 'ÜN%'  -- equal
split_part(p, ',', 2) || 'x'  -- rewritten
concat_ws(NULL, 'a', 'b')  -- rewritten
translate('abc', 'abcd', 'x')  -- equal
'a' < 'B'  -- equal
'é' > 'z'  -- equal
md5('ünï')  -- equal
sha256('a')  -- equal
to_hex(255)  -- equal
hex('é')  -- equal
bit_length('é')  -- equal
chr(9)  -- equal
ltrim(' x')  -- equal
string_split(p, ',')[1]  -- rewritten
string_split(p, ',')[2]  -- rewritten
string_split(p, ',')[-1]  -- rewritten
regexp_extract(s, '(\w+) (\w+)', 2)  -- rewritten
regexp_replace(p, '\s+', ' ', 'g')  -- rewritten
regexp_replace(s, '.', '$1', 'g')  -- rewritten
regexp_matches(s, '^h.*o$')  -- rewritten
regexp_extract(s, '\d+')  -- rewritten
regexp_matches(s, 'l{2}')  -- rewritten
regexp_matches(s, '[^\w]')  -- rewritten
regexp_matches('a-b', '[\w-]')  -- rewritten
i % -3  -- equal
-7 % 3  -- equal
mod(-7, 3)  -- equal
7.5 % 2  -- equal
round(-2.5)  -- equal
round(2.5::double)  -- equal
round(-0.5::double)  -- equal
round(1234.5678, -2)  -- equal
round(d, -1)  -- equal
round(i, 2)  -- equal
trunc(2.7)  -- refused
ceil(-0.5)  -- rewritten
floor(-7.2)  -- rewritten
power(2, 0.5)  -- equal
power(0, 0)  -- equal
2 ** 10  -- equal
exp(1)  -- equal
ln(2.5)  -- rewritten
sqrt(2)  -- equal
abs(-7.5)  -- equal
abs(-5)  -- equal
1 / 3  -- rewritten
1 / 3.0  -- rewritten
10 / 4  -- rewritten
10 // 4  -- rewritten
7.0 / 2  -- rewritten
0.1 + 0.2 = 0.3  -- equal
0.1::double + 0.2::double = 0.3  -- equal
1e400::double  -- stops
9223372036854775807 + 0  -- equal
123456789012345678901234567890 + 1  -- equal
1.10 || ''  -- rewritten
1.5::varchar  -- equal
(1.50)::varchar  -- rewritten
(d + e)::varchar  -- rewritten
(d * e)::varchar  -- rewritten
(i * 1.5)::varchar  -- rewritten
(i / 4)::decimal(10,3)::varchar  -- rewritten
100::decimal(5,2)::varchar  -- equal
sum(d) OVER ()  -- equal
(sum(d) OVER ())::varchar  -- rewritten
avg(i) OVER ()  -- rewritten
'12abc' = s  -- equal
TRY_CAST('1e5' AS integer)  -- rewritten
TRY_CAST('99999999999' AS integer)  -- rewritten
TRY_CAST('' AS double)  -- rewritten
TRY_CAST(' 1.5 ' AS double)  -- rewritten
TRY_CAST('TRUE' AS boolean)  -- rewritten
TRY_CAST('on' AS boolean)  -- rewritten
TRY_CAST('2024-02-30' AS date)  -- rewritten
TRY_CAST(i AS tinyint)  -- equal
TRY_CAST(b AS integer)  -- equal
CAST('1' AS boolean)  -- equal
CAST(0.5 AS boolean)  -- equal
CAST(0.4 AS integer)  -- rewritten
CAST(-0.5 AS integer)  -- rewritten
CAST(1.5 AS integer)  -- rewritten
CAST(NULL AS integer)  -- rewritten
CAST('  5' AS bigint)  -- rewritten
true::int + false::int  -- equal
bo::varchar || '!'  -- rewritten
i = true::int  -- equal
dt = ts::date  -- equal
dt + 30 > dt2  -- equal
dt - 7  -- equal
DATE '2024-03-31' - INTERVAL 1 MONTH  -- rewritten
DATE '2024-02-29' + INTERVAL 1 YEAR  -- rewritten
TIMESTAMP '2024-03-31 02:30:00' + INTERVAL 1 DAY  -- rewritten
last_day(ts)  -- equal
date_trunc('week', DATE '2024-01-01')  -- rewritten
date_trunc('quarter', tz)  -- rewritten, without types: stops
extract(week from DATE '2021-01-03')  -- rewritten
extract(year from tz)  -- rewritten
extract(isoyear from DATE '2021-01-03')  -- rewritten
extract(microsecond from ts)  -- rewritten
date_part('epoch', dt)  -- rewritten
year('2024-05-01'::date)  -- equal
month(ts)  -- equal
strftime(ts, '%Y-%m-%dT%H:%M:%S')  -- rewritten
strftime(ts, '%H%M')  -- rewritten
strftime(ts, '%-I %p')  -- rewritten
strftime(dt, '%y')  -- rewritten
strftime(dt, 'Q%m/%Y')  -- rewritten
strftime(dt, '100%% %Y')  -- rewritten
strptime('5/1/2024', '%d/%m/%Y')  -- rewritten
strptime('2024-01-31 23:59', '%Y-%m-%d %H:%M')  -- rewritten
strptime('01022024', '%d%m%Y')  -- rewritten
date_diff('day', DATE '2024-01-01', TIMESTAMP '2024-01-02 12:00:00')  -- rewritten
date_diff('week', DATE '2024-01-07', DATE '2024-01-08')  -- rewritten
date_diff('month', tz, TIMESTAMPTZ '2024-05-01 00:00:00+00')  -- refused
date_diff('hour', dt, ts)  -- rewritten
date_diff('year', ts, ts2)  -- rewritten
date_diff('quarter', ts, ts2)  -- rewritten
ts::varchar  -- rewritten
(ts + INTERVAL 1 SECOND)::varchar  -- rewritten
dt::timestamp::varchar  -- rewritten
tz::timestamp  -- equal
ts::date::timestamp  -- equal
to_timestamp(1.5)  -- rewritten
to_timestamp(i)  -- rewritten
epoch(dt)  -- rewritten
epoch(tz)  -- rewritten
greatest(dt, ts)  -- equal
dt BETWEEN ts AND ts2  -- equal
dt IN ('2024-01-31', '2024-02-29')  -- equal
coalesce(dt, DATE '1970-01-01')  -- equal
coalesce(ts, dt)  -- equal
CASE WHEN bo THEN dt ELSE ts END  -- equal
if(bo, 1, 2.5)  -- equal
CASE WHEN bo THEN i ELSE d END  -- equal
coalesce(f, 0)  -- equal
coalesce(NULL, i)  -- equal
nullif(s, 'hello')  -- equal
i IN (1, NULL)  -- equal
i NOT IN (1, NULL)  -- equal
NULL IS NULL  -- equal
NULL = NULL  -- equal
NOT bo  -- equal
bo AND NULL  -- equal
bo OR NULL  -- equal
bo = true  -- equal
bo > false  -- equal
max(f) OVER ()  -- equal
min(f) OVER ()  -- equal
rank() OVER (ORDER BY f DESC)  -- equal
rank() OVER (ORDER BY s DESC NULLS FIRST)  -- equal
count(f) OVER ()  -- equal
sum(f) OVER (PARTITION BY k)  -- equal
lag(s, 1, 'none') OVER (ORDER BY id)  -- equal
first_value(s) OVER (PARTITION BY k ORDER BY d)  -- equal
sum(i) OVER (PARTITION BY k ORDER BY bo)  -- equal
sum(i) OVER (ORDER BY k)  -- equal
avg(d) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)  -- rewritten
ntile(4) OVER (ORDER BY id)  -- equal
count(*) OVER (ORDER BY ts RANGE BETWEEN INTERVAL 1 YEAR PRECEDING AND CURRENT ROW)  -- equal
max(i) FILTER (WHERE bo) OVER (PARTITION BY k)  -- equal
list_sort(ls)  -- equal
list_sort([3, NULL, 1])  -- equal
list_reverse_sort(ls)  -- equal
list_max(li)  -- equal
list_min(ls)  -- equal
list_contains(ls, NULL)  -- stops
list_contains(ls, s)  -- rewritten
li[i]  -- refused
array_length(ls)  -- rewritten
list_concat(ls, ls)  -- rewritten
list_filter(li, lambda x: x IS NOT NULL)  -- equal
list_transform(li, lambda x: x / 2)  -- rewritten
list_transform(ls, lambda x: upper(x))  -- rewritten
[i, j, NULL]  -- equal
[d, e]  -- equal
['a', s]  -- equal
{'a': i, 'b': {'c': s}}  -- equal
{'a': i}.a + 1  -- equal
st.b || 'x'  -- rewritten
mp['b']  -- equal
map_keys(mp)[1]  -- rewritten
MAP {'x': d}  -- rewritten
js->>'$.b'  -- rewritten
js->>'$.c'  -- rewritten
js->>'$.b[1]'  -- rewritten
js->>'$'  -- rewritten
js->>'$.b[0].x'  -- rewritten
js->>'$.missing'  -- rewritten
'{"a": 1e3}'->>'$.a'  -- rewritten
'{"a": 1.0}'->>'$.a'  -- rewritten
'{"a": [1, 2]}'->>'$.a'  -- rewritten
'{"a": {"b": 1}}'->>'$.a'  -- rewritten
'{"a b": 1}'->>'$."a b"'  -- rewritten
'{"a": "\u00e9"}'->>'$.a'  -- rewritten
'{"a": 12345678901234567890}'->>'$.a'  -- rewritten
'{"a":1,"a":2}'->>'$.a'  -- rewritten
list_position(ls, 'y')  -- rewritten
list_extract(li, -1)  -- rewritten
range(i)  -- rewritten
generate_series(1, i)  -- rewritten
len(range(5))  -- rewritten
xor(i, j)  -- equal
i & j  -- equal
i | j  -- equal
~j  -- equal
i >> 2  -- equal
bit_count(5)  -- refused
sign(-0.0::double)  -- rewritten
sign(d)  -- rewritten
greatest(i, NULL)  -- equal
least(NULL, j)  -- equal
greatest(s, NULL)  -- equal
isnan(f / f)  -- rewritten
isinf(1 / 0)  -- rewritten
f / 0  -- rewritten
0.0 / 0  -- rewritten
-1 / 0  -- rewritten
i / 0.0  -- rewritten
f::double = 'NaN'::double  -- rewritten
f > 1e10  -- equal
f % 1  -- equal
f::double % 2  -- equal
cbrt(-8)  -- equal
log2(i + 10)  -- rewritten
log(10, 100)  -- rewritten
ln(0)  -- rewritten
sqrt(-1)  -- equal
log10(0)  -- rewritten
acos(2)  -- equal
asin(0.5)  -- equal
atan2(1, 0)  -- equal
cot(1)  -- equal
degrees(pi())  -- equal
factorial(10)  -- equal
r = b * 10 + 16777217  -- refused, without types: equal
coalesce(r, 16777217)  -- refused, without types: untold
CASE WHEN id > 0 THEN 16777217 ELSE r END  -- refused, without types: untold
r = -0.7  -- rewritten, without types: untold
r <> f  -- equal
r IS DISTINCT FROM 0.1  -- rewritten, without types: untold
r > 3e0  -- equal
r = 16777217  -- refused, without types: equal
coalesce(r, 0.1)  -- rewritten, without types: untold
coalesce(r, f, d)  -- equal
CASE WHEN bo THEN r ELSE 0.5 END  -- rewritten
CASE r WHEN 0.1 THEN 1 END  -- rewritten, without types: untold
if(bo, r, 0.1)  -- rewritten, without types: untold
if(bo, r, NULL)  -- equal
greatest(r, 0.25)  -- rewritten
nullif(r, 0.1)  -- rewritten, without types: untold
[r, 0.1]  -- rewritten, without types: untold
i AND bo  -- refused, without types: stops
NOT i  -- refused, without types: stops
greatest(s, 'x')  -- equal
sum(r) OVER () * 2  -- equal
s[0]  -- rewritten, without types: stops
s[99]  -- rewritten, without types: stops
(s || p)[2]  -- rewritten
coalesce(bo, false) = (i > 1)  -- equal
d = 1.5  -- equal
f = 0.1  -- equal
i = 1.5  -- equal
upper(s)[1]  -- rewritten
(s || 'a')[-1]  -- rewritten
('abc')[1]  -- rewritten
('abc')[-1]  -- rewritten
('abc')[0]  -- rewritten
(s::varchar)[1]  -- rewritten
MAP {'a': 7}['a']  -- rewritten
map([1, 2], ['a', 'b'])[1]  -- rewritten
[1, 2][1]  -- rewritten
([1, 2])[2]  -- rewritten
list_sort(li)[1]  -- rewritten
{'a': 1}['a']  -- equal
[[1, 2], [3]][1][2]  -- rewritten
MAP {2: s}[id]  -- refused
range(5)[2]  -- rewritten
count(DISTINCT (i, j)) OVER ()  -- refused
ls::varchar[]  -- rewritten, without types: refused
li::double[]  -- rewritten, without types: refused
[i, j]::double[]  -- rewritten
['2024-01-01']::date[]  -- rewritten
TRY_CAST(['1', 'x'] AS int[])  -- rewritten
[[1, 2], [3]]::bigint[][]  -- rewritten
{'a': i, 'b': {'c': '5'}}::struct(a bigint, b struct(c int))  -- rewritten
list_transform(li, lambda x: x::varchar)  -- rewritten
string_split(p, ',')::varchar[]  -- rewritten, without types: refused
mp::map(varchar, bigint)  -- rewritten, without types: refused
'[1, 2]'::int[]  -- refused
NULL::int[]  -- rewritten
NULL::struct(a int)  -- rewritten
[1, 2]::int[2]  -- refused
[]::int[]  -- rewritten
[NULL]::int[]  -- rewritten
NULL::varchar[]  -- rewritten
NULL::struct(a int, b timestamp[])  -- rewritten
coalesce(li, []::int[])  -- rewritten
coalesce(ls, [])  -- refused
CASE WHEN bo THEN li ELSE []::int[] END  -- rewritten
[]::struct(a date, b decimal(10,2))[]  -- rewritten
CAST([] AS timestamptz[])  -- rewritten
NULL::decimal[]  -- rewritten
