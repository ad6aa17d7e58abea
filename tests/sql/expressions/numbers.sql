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
