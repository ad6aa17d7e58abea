i + j  -- equal
i - j  -- equal
i * j  -- equal
i / j  -- rewritten
f / g  -- rewritten
d / e  -- rewritten
d / i  -- rewritten
i / 4  -- rewritten
-i // 2  -- rewritten
i // 2  -- rewritten
i % 3  -- equal
mod(i, 3)  -- equal
f % 2.5  -- equal
d % 3  -- equal
d % e  -- equal
-i  -- equal
+i  -- equal
d + e  -- equal
d - e  -- equal
d * e  -- equal
d * 2  -- equal
d + 1  -- equal
d + f  -- equal
i + f  -- equal
i + 0.5  -- equal
i * 1.5  -- equal
d * 0.07  -- equal
f * 2  -- equal
0.1 + 0.2  -- equal
1e3  -- equal
5  -- equal
5.0  -- equal
i * 100.0 / 7  -- rewritten
100 * i / 7  -- rewritten
abs(i)  -- equal
abs(f)  -- equal
abs(d)  -- equal
sign(i)  -- rewritten
sign(f)  -- rewritten
sign(d)  -- rewritten
round(f)  -- equal
round(f, 2)  -- rewritten, without types: stops
round(d)  -- equal
round(d, 1)  -- equal
round(i, -1)  -- equal
round(2.5)  -- equal
round(0.125, 2)  -- equal
ceil(f)  -- rewritten
ceil(d)  -- rewritten, without types: stops
ceiling(d)  -- rewritten, without types: stops
floor(f)  -- rewritten
floor(d)  -- rewritten, without types: stops
floor(i)  -- rewritten
trunc(f)  -- rewritten
trunc(d)  -- refused, without types: stops
sqrt(i * i)  -- equal
sqrt(9)  -- equal
cbrt(27)  -- equal
power(i, 2)  -- equal
pow(f, 2)  -- equal
i ** 2  -- equal
i ^ 2  -- equal
exp(i)  -- equal
ln(i + 100)  -- rewritten
log(100)  -- rewritten
log(i + 100)  -- rewritten
log10(1000)  -- rewritten
log2(8)  -- rewritten
log(2, 8)  -- rewritten
sin(f)  -- equal
cos(i)  -- equal
tan(i)  -- equal
atan(i)  -- equal
atan2(i, 3)  -- equal
degrees(i)  -- equal
radians(i)  -- equal
pi()  -- equal
greatest(i, j)  -- equal
least(i, j, 0)  -- equal
greatest(f, g)  -- equal
least(d, e)  -- equal
isnan(f)  -- rewritten
isinf(f)  -- rewritten
isfinite(f)  -- rewritten
f = g  -- equal
f > g  -- equal
f IS DISTINCT FROM g  -- equal
i IS NOT DISTINCT FROM j  -- equal
i & 6  -- equal
i | 1  -- equal
xor(i, 3)  -- equal
i >> 1  -- equal
~i  -- equal
bit_count(i)  -- refused
gcd(i, 6)  -- refused
lcm(i, 6)  -- refused
factorial(5)  -- equal
even(f)  -- refused
random()  -- refused
nullif(i, 0)  -- equal
coalesce(i, j, 0)  -- equal
ifnull(i, 0)  -- equal
i BETWEEN 0 AND 5  -- equal
i IN (1, 2, 3)  -- equal
i NOT IN (1, 2)  -- equal
NOT (i > 1)  -- equal
i > 1 AND bo  -- equal
i > 1 OR bo  -- equal
i = 1.0  -- equal
i <> j  -- equal
i != j  -- equal
i == j  -- equal
CASE WHEN i > 1 THEN 'big' WHEN i IS NULL THEN 'none' ELSE 'small' END  -- equal
CASE i WHEN 1 THEN 10 WHEN 2 THEN 20 END  -- equal
if(i > 1, 1, 2)  -- equal
bo IS TRUE  -- equal
bo IS NOT TRUE  -- equal
bo IS FALSE  -- equal
i IS NULL  -- equal
i IS NOT NULL  -- equal
i ISNULL  -- equal
b + 1  -- equal
b * 2  -- equal
r * 2  -- refused, without types: equal
r + d  -- refused, without types: untold
fdiv(i, 2)  -- refused
fmod(f, 2)  -- refused
add(i, 1)  -- refused
hash(i)  -- refused
i::hugeint * 2  -- rewritten
sum(i) OVER () * 1.5  -- equal
i + r::double  -- rewritten
(i + 1) // 2  -- rewritten
f * d  -- equal
e * e * e  -- equal
b // 3  -- rewritten
round(f::double, 2)  -- rewritten
round(f * 100) / 100  -- rewritten
floor(d::double)  -- rewritten
i / 0  -- rewritten
d / 0  -- rewritten
i % 2 = 0  -- equal
- d  -- equal
abs(i - j)  -- equal
coalesce(d, 0)  -- equal
nullif(d, 0)  -- equal
i / nullif(j, 0)  -- rewritten
1.0 * i / nullif(j, 0)  -- rewritten
least(i, f)  -- equal
CASE WHEN d > 1 THEN d ELSE 0 END  -- equal
round(d * 1.19, 2)  -- equal
(d * e)::decimal(12,2)  -- equal
ceil(i / 3)  -- rewritten
i * i * i  -- equal
r / 3  -- refused, without types: untold
-7 // 2  -- rewritten
b // i  -- rewritten
-7.5 % 2  -- equal
trunc(i)  -- rewritten, without types: untold
round(e, 3)  -- equal
round(-15, -1)  -- equal
round(155.0, -1)  -- equal
round(1.005::double, 2)  -- rewritten
ceil(12345678901234567890.5)  -- rewritten
factorial(20)  -- equal
factorial(21)  -- refused
factorial(id)  -- rewritten
pow(0, -1)  -- equal
2 ^ 3 ^ 2  -- equal
-2 ^ 2  -- equal
exp(710)  -- equal
i >> 40  -- refused
b >> 31  -- equal
xor(i, 1)  -- equal
(i, j) = (1, 2)  -- equal
(i, j) < (2, 1)  -- refused
f < 'NaN'::double  -- rewritten
f BETWEEN 0 AND 'inf'::double  -- rewritten
coalesce(d, 0.123456)  -- equal
CASE WHEN i > 1 THEN i ELSE '7' END  -- equal
i::hugeint + 1  -- rewritten
d::decimal(38,10) * 2  -- equal
99999999999999999999.99 * 2  -- equal
-0.0::double  -- equal
isinf(dt)  -- refused, without types: stops
abs(NULL)  -- rewritten
round(NULL, 2)  -- rewritten
trunc(NULL)  -- equal
-NULL  -- rewritten
NULL + NULL  -- rewritten
i + NULL  -- equal
d + NULL  -- refused, without types: untold
r + NULL  -- equal
f % 0  -- rewritten, without types: stops
f % j  -- rewritten, without types: stops
mod(g, i - 2)  -- rewritten, without types: stops
i::smallint * j::smallint  -- equal
(i + j) * 1.0  -- equal
d / 3  -- rewritten
d * d * d  -- equal
e * d * e  -- equal
d + e * 2  -- equal
(d / 3)::decimal(10, 4)  -- rewritten
(d * 3)::decimal(5, 1)  -- equal
round(d, 0)  -- equal
round(e, 2) + round(d, 1)  -- equal
round(d / 3, 2)  -- rewritten
round(i / 3, 2)  -- rewritten
round(i * 1.0 / 3, 2)  -- rewritten
round(f, 0)  -- rewritten, without types: stops
round(f, -1)  -- rewritten, without types: stops
round(r, 1)  -- refused, without types: stops
trunc(f, 1)  -- refused
ceil(e)  -- rewritten, without types: stops
floor(d / 2)  -- rewritten
floor(i / 2)  -- rewritten
mod(i, 2)  -- equal
mod(d, 2)  -- equal
mod(d, 0.3)  -- equal
mod(b, 3)  -- equal
-i % 3  -- equal
f // 2  -- refused, without types: stops
d // 2  -- refused, without types: stops
coalesce(i, d)  -- equal
coalesce(i, 1.5)  -- equal
coalesce(d, 1)  -- equal
coalesce(d, e)  -- equal
coalesce(f, d)  -- equal
coalesce(r, d)  -- refused, without types: equal
coalesce(r, i)  -- refused, without types: equal
coalesce(r, f)  -- equal
coalesce(bo, i)  -- refused, without types: stops
coalesce(bo::int, i)  -- equal
coalesce(i, b)  -- equal
coalesce(NULL, NULL)  -- equal
coalesce(i, '5')  -- equal
coalesce(s, i::varchar)  -- equal
CASE WHEN bo THEN i ELSE 1.5 END  -- equal
CASE WHEN bo THEN r ELSE d END  -- refused, without types: untold
CASE WHEN bo THEN r ELSE 1.5 END  -- rewritten
CASE WHEN bo THEN d ELSE e END  -- equal
CASE WHEN bo THEN d ELSE f END  -- equal
CASE WHEN bo THEN i ELSE '7' END  -- equal
CASE WHEN bo THEN bo ELSE i END  -- refused, without types: stops
CASE WHEN bo THEN NULL ELSE i END  -- equal
CASE WHEN i IS NULL THEN 'none' ELSE i::varchar END  -- equal
CASE i WHEN '1' THEN 'a' END  -- equal
CASE WHEN i THEN 1 END  -- refused, without types: stops
if(bo, d, i)  -- equal
if(bo, r, d)  -- refused, without types: untold
greatest(i, d)  -- equal
greatest(i, f)  -- equal
greatest(r, d)  -- refused, without types: untold
greatest(r, f)  -- equal
greatest(i, '5')  -- refused, without types: stops
least(d, 1.234)  -- equal
least(dt, ts)  -- equal
nullif(i, 1.0)  -- equal
nullif(d, 1)  -- equal
nullif(r, d)  -- refused, without types: equal
nullif(i, '1')  -- equal
i = '1'  -- equal
i = ' 1 '  -- equal
i < '10'  -- equal
d = '1.25'  -- equal
d = 1.25  -- equal
d = f  -- equal
r = 0.1  -- rewritten, without types: untold
r = d  -- refused, without types: equal
r = f  -- equal
r > 0.1  -- rewritten, without types: untold
r IN (0.1, 1.5)  -- rewritten, without types: untold
r BETWEEN 0.1 AND 1.5  -- rewritten
i IN (1, 2.5)  -- equal
i IN ('1', '2')  -- equal
n IN (12, 7)  -- equal
n = 12  -- equal
bo = 'true'  -- equal
bo = 1  -- refused, without types: stops
bo IN (true)  -- equal
i = bo  -- refused, without types: stops
bo::varchar = 'true'  -- equal
s = NULL  -- equal
s IS DISTINCT FROM NULL  -- equal
f IS NOT DISTINCT FROM g  -- equal
f <> f  -- equal
f >= g  -- equal
TRY_CAST(f AS int)  -- rewritten
TRY_CAST(g AS decimal(10, 2))  -- equal, without types: refused
TRY_CAST(i AS boolean)  -- equal
TRY_CAST('abc' AS date)  -- rewritten
TRY_CAST(s AS timestamp)  -- rewritten
TRY_CAST(sd AS timestamptz)  -- rewritten
TRY_CAST('1,000' AS int)  -- rewritten
TRY_CAST('1e3' AS double)  -- rewritten
TRY_CAST('Infinity' AS double)  -- rewritten
TRY_CAST('12.5' AS int)  -- rewritten
TRY_CAST(b AS smallint)  -- equal
TRY_CAST(d AS int)  -- rewritten
CAST(bo AS double)  -- equal
CAST(bo AS decimal(5,2))  -- rewritten
CAST('t' AS boolean)  -- equal
CAST('y' AS boolean)  -- equal
CAST(n AS decimal(5, 1))  -- rewritten
CAST(d AS decimal(4, 1))  -- equal
CAST(i AS bit)  -- refused
1::uint8 + 1  -- refused
n::int + 3  -- rewritten
i || j  -- rewritten
i || '-' || j  -- rewritten
1 || ''  -- rewritten
[1] || [2]  -- rewritten
1e10  -- equal
1e10::varchar  -- rewritten
0.1::varchar  -- equal
(1/3)::varchar  -- rewritten
1e-7::varchar  -- rewritten
123456789.123::double::varchar  -- rewritten
(i::double)::varchar  -- rewritten
0.1::real  -- refused
.5  -- equal
5.  -- equal
1_000  -- equal
1.0e2 + 1  -- equal
9223372036854775807::hugeint + 1  -- rewritten
12345678901234567890  -- equal
i::hugeint * b  -- rewritten
sum(b) OVER () * 10  -- equal
d::decimal(38, 2) * d  -- equal
d::decimal(38, 10) / 3  -- rewritten
avg(d) OVER ()  -- rewritten
sum(d) OVER () / count(*) OVER ()  -- rewritten
sqrt(i)  -- equal
sqrt(d)  -- equal
cbrt(f)  -- equal
ln(i)  -- rewritten
log(i)  -- rewritten
log(2, i)  -- rewritten
log10(d)  -- rewritten
log2(d)  -- rewritten
exp(d)  -- equal
power(d, 2)  -- equal
power(i, -1)  -- equal
power(2, i)  -- equal
i ** 3  -- equal
pow(10, 20)  -- equal
pi() * power(r, 2)  -- equal
abs(r)  -- equal
abs(b)  -- equal
gcd(i, j)  -- refused
i & j | 3  -- equal
b >> 3  -- equal
degrees(f)  -- equal
sin(i) + cos(f)  -- equal
atan2(f, g)  -- equal
sinh(i)  -- refused
asinh(i)  -- refused
gamma(5)  -- refused
lgamma(5)  -- refused
nextafter(1.0::double, 2.0::double)  -- refused
isfinite(f) AND f > 0  -- rewritten
equi_width_bins(0, 10, 2, true)  -- refused
bin(i)  -- refused
hex(i)  -- equal
format('{:,}', b)  -- refused
printf('%.2f', d)  -- refused
format('{:.2f}', d)  -- refused
to_binary(5)  -- refused
i::varchar::int  -- rewritten
round(100 * i / nullif(sum(i) OVER (), 0), 1)  -- rewritten
round(avg(d) OVER (PARTITION BY k), 3)  -- rewritten
100.0 * count(*) OVER (PARTITION BY k) / count(*) OVER ()  -- rewritten
divide(i, 2)  -- refused
multiply(i, 2)  -- refused
subtract(i, 2)  -- refused
(b + 1) // 3  -- rewritten
(b::hugeint * 9000000000) // 2  -- stops
(b::hugeint * 5) // 2  -- rewritten
sum(b) OVER () // 7  -- rewritten
coalesce(i, 0) // 2  -- rewritten
least(i)  -- rewritten
greatest(d)  -- rewritten
