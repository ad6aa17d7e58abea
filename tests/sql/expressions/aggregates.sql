count(*)  -- equal
count(i)  -- equal
count(DISTINCT i)  -- equal
count(DISTINCT (i, j))  -- refused
count()  -- rewritten
count_if(i > 1)  -- rewritten
countif(bo)  -- rewritten
count_if(i > 10 OR NULL)  -- rewritten
sum(i)  -- equal
sum(d)  -- equal
sum(f)  -- equal
sum(b)  -- equal
sum(r)  -- equal
sum(i) FILTER (WHERE i > 1)  -- equal
count(*) FILTER (WHERE bo)  -- equal
sum(DISTINCT i)  -- equal
sum(CASE WHEN bo THEN 1 ELSE 0 END)  -- equal
sum(bo::int)  -- equal
sum(i * d)  -- equal
sum(i) / count(*)  -- rewritten
sum(d) / sum(i)  -- rewritten
sum(i) / sum(j)  -- rewritten
avg(i)  -- rewritten
avg(d)  -- rewritten
round(avg(d), 2)  -- rewritten
round(avg(DISTINCT d) FILTER (WHERE id > 2), 1)  -- rewritten
avg(f)  -- rewritten
mean(d)  -- rewritten
avg(DISTINCT i)  -- rewritten
avg(i) FILTER (WHERE i > 1)  -- rewritten
avg(CASE WHEN i > 1 THEN 1 ELSE -1 END * (9000000000000000000 + id))  -- rewritten
avg(DISTINCT CASE WHEN i > 1 THEN 1 ELSE -1 END * (9000000000000000000 + id))  -- rewritten
avg(CASE WHEN i > 1 THEN 1 ELSE -1 END * (9000000000000000000 + id)) FILTER (WHERE id > 2)  -- rewritten
avg(b + 1)  -- rewritten
avg(b::HUGEINT * -100000000000000000000)  -- rewritten
avg(length(s)) + avg(i * 2)  -- rewritten
mean(b)  -- rewritten
avg(i % 2)  -- rewritten
min(i)  -- equal
max(s)  -- equal
min(f)  -- equal
max(f)  -- equal
min(dt)  -- equal
max(ts)  -- equal
min(bo)  -- equal
min(i, 2)  -- refused
stddev(i)  -- equal
stddev_samp(i)  -- equal
stddev_pop(i)  -- equal
variance(i)  -- equal
var_samp(i)  -- equal
var_pop(d)  -- equal
covar_pop(i, j)  -- equal
covar_samp(i, j)  -- equal
corr(i, j)  -- refused
regr_slope(i, j)  -- refused
skewness(i)  -- refused
kurtosis(i)  -- refused
median(i)  -- rewritten
median(d)  -- refused, without types: stops
quantile_cont(i, 0.5)  -- rewritten
quantile_cont(i, 0.25)  -- rewritten
quantile_disc(i, 0.5)  -- refused
percentile_cont(0.5) WITHIN GROUP (ORDER BY i)  -- rewritten
percentile_cont(0.9) WITHIN GROUP (ORDER BY f)  -- rewritten
percentile_disc(0.5) WITHIN GROUP (ORDER BY i)  -- refused
quantile(i, 0.5)  -- refused
approx_count_distinct(i)  -- refused
approx_quantile(i, 0.5)  -- refused
mode(i)  -- refused
first(i)  -- refused
first(i ORDER BY id)  -- rewritten
last(i ORDER BY id)  -- rewritten
last(i)  -- refused
any_value(i)  -- refused
any_value(i ORDER BY id)  -- rewritten
arg_max(i, id)  -- rewritten
arg_min(i, id)  -- rewritten
arg_max(s, i)  -- rewritten
max_by(i, id)  -- rewritten
min_by(i, id)  -- rewritten
bool_and(bo)  -- equal
bool_or(bo)  -- equal
bit_and(i)  -- equal
bit_or(i)  -- equal
bit_xor(i)  -- equal
product(i)  -- refused
entropy(i)  -- refused
string_agg(s, ',' ORDER BY id)  -- rewritten
string_agg(s, ',')  -- refused
string_agg(s ORDER BY id)  -- rewritten
group_concat(s, ',' ORDER BY id)  -- rewritten
listagg(s, ',' ORDER BY id)  -- rewritten
string_agg(DISTINCT s, ',' ORDER BY s)  -- rewritten
string_agg(s, ',' ORDER BY id DESC)  -- rewritten
array_agg(i)  -- refused
array_agg(i ORDER BY id)  -- rewritten
array_agg(i ORDER BY id DESC)  -- rewritten
array_agg(s ORDER BY i, id)  -- rewritten
array_agg(i ORDER BY i)  -- rewritten
array_agg(DISTINCT i ORDER BY i)  -- rewritten
array_agg(i ORDER BY id) FILTER (WHERE i IS NOT NULL)  -- rewritten
list(i ORDER BY id)  -- rewritten
list(i)  -- refused
len(array_agg(i))  -- refused
histogram(i)  -- refused
grouping(k)  -- stops
max(i) - min(i)  -- equal
count(*) * 1.0 / count(i)  -- rewritten
round(sum(f), 2)  -- rewritten, without types: stops
coalesce(sum(i), 0)  -- equal
sum(d * (1 - e))  -- equal
geomean(i)  -- refused
sum(f) / nullif(count(*), 0)  -- rewritten
max(date_trunc('month', ts))  -- rewritten
avg(date_diff('day', dt, dt2))  -- rewritten
sum(i) > 3  -- equal
fsum(f)  -- refused
favg(f)  -- refused
sumkahan(f)  -- refused
count(DISTINCT s) FILTER (WHERE i > 0)  -- equal
array_agg({'a': i} ORDER BY id)  -- rewritten
max(d) / min(d)  -- rewritten
min(li)  -- refused, without types: untold
max(st)  -- refused, without types: untold
arg_max(i, (j, id))  -- refused
arg_max(s, li)  -- refused, without types: untold
sum(bo)  -- rewritten, without types: stops
sum(i ORDER BY id)  -- rewritten
count(i ORDER BY id)  -- rewritten
avg(ts)  -- refused, without types: stops
median(dt)  -- refused, without types: stops
len(array_agg(i ORDER BY id))  -- rewritten
sum(len(li))  -- rewritten, without types: stops
count(DISTINCT i || '-' || j)  -- rewritten
count(DISTINCT li)  -- equal
count(DISTINCT g)  -- equal
stddev(i) FILTER (WHERE id = 1)  -- equal
quantile_cont(j, 0.3)  -- rewritten
percentile_cont(0.5) WITHIN GROUP (ORDER BY i) FILTER (WHERE i > 0)  -- rewritten
array_agg(DISTINCT f ORDER BY f)  -- rewritten
array_agg(s ORDER BY length(s) DESC, s)  -- rewritten
array_agg(li ORDER BY li)  -- refused, without types: untold
string_agg(s, ',' ORDER BY f, id)  -- rewritten
string_agg(DISTINCT s, ',' ORDER BY s DESC)  -- rewritten
array_agg(i ORDER BY id)[1]  -- rewritten
map(array_agg(id ORDER BY id), array_agg(i ORDER BY id))  -- rewritten
arg_max(s, f)  -- rewritten
max(f) = 'inf'::double  -- rewritten
sum(b * 1000000000)  -- equal
sum(NULL)  -- rewritten
median(s)  -- refused, without types: stops
quantile_cont(s, 0.5)  -- refused, without types: stops
