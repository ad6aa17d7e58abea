row_number() OVER (ORDER BY id)  -- equal
row_number() OVER (PARTITION BY k ORDER BY id DESC)  -- equal
rank() OVER (ORDER BY k)  -- equal
dense_rank() OVER (ORDER BY k)  -- equal
percent_rank() OVER (ORDER BY k)  -- equal
cume_dist() OVER (ORDER BY k)  -- equal
ntile(3) OVER (ORDER BY id)  -- equal
lag(i) OVER (ORDER BY id)  -- equal
lag(i, 2) OVER (ORDER BY id)  -- equal
lag(i, 1, 0) OVER (ORDER BY id)  -- equal
lead(s) OVER (PARTITION BY k ORDER BY id)  -- equal
first_value(i) OVER (ORDER BY id)  -- equal
last_value(i) OVER (ORDER BY id)  -- equal
last_value(i) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)  -- equal
nth_value(i, 2) OVER (ORDER BY id)  -- equal
first_value(i IGNORE NULLS) OVER (ORDER BY id)  -- equal
last_value(i IGNORE NULLS) OVER (ORDER BY id)  -- equal
lag(i IGNORE NULLS) OVER (ORDER BY id)  -- equal
rank() OVER (ORDER BY i)  -- equal
rank() OVER (ORDER BY i DESC)  -- equal
rank() OVER (ORDER BY i DESC NULLS LAST)  -- equal
rank() OVER (ORDER BY f)  -- equal
rank() OVER (ORDER BY s)  -- equal
sum(i) OVER ()  -- equal
sum(i) OVER (PARTITION BY k)  -- equal
sum(i) OVER (ORDER BY id)  -- equal
sum(d) OVER (PARTITION BY k ORDER BY id)  -- equal
sum(i) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)  -- equal
sum(i) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING)  -- equal
sum(i) OVER (ORDER BY i RANGE BETWEEN 2 PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY dt RANGE BETWEEN INTERVAL 30 DAY PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)  -- refused
sum(i) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)  -- refused
avg(i) OVER (PARTITION BY k)  -- rewritten
avg(CASE WHEN i > 1 THEN 1 ELSE -1 END * (9000000000000000000 + id)) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)  -- rewritten
avg(d) OVER (PARTITION BY k)  -- rewritten
count(*) OVER (PARTITION BY k)  -- equal
count(i) FILTER (WHERE i > 1) OVER (PARTITION BY k)  -- equal
max(ts) OVER (PARTITION BY k)  -- equal
i * 100.0 / sum(i) OVER ()  -- rewritten
i - lag(i) OVER (ORDER BY id)  -- equal
median(i) OVER (PARTITION BY k)  -- rewritten
array_agg(i) OVER (PARTITION BY k)  -- refused
array_agg(i) OVER (ORDER BY id)  -- refused
string_agg(s, ',') OVER (ORDER BY id)  -- refused
count(DISTINCT i) OVER (PARTITION BY k)  -- refused
row_number() OVER ()  -- refused
stddev(i) OVER (PARTITION BY k)  -- equal
first(i) OVER (ORDER BY id)  -- equal
arg_max(i, id) OVER (PARTITION BY k)  -- rewritten
row_number(ORDER BY id) OVER (PARTITION BY k)  -- refused
lag(i, 1, 0.5) OVER (ORDER BY id)  -- refused
lag(d, 1, 0) OVER (ORDER BY id)  -- equal
lag(i, -1) OVER (ORDER BY id)  -- equal
lag(s, 1, '') OVER (PARTITION BY k ORDER BY id)  -- equal
row_number() OVER (ORDER BY li, id)  -- refused, without types: untold
row_number() OVER (ORDER BY st, id)  -- refused, without types: untold
rank() OVER ()  -- refused
sum(id) OVER (ORDER BY f DESC)  -- equal
sum(i) OVER (ORDER BY f RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY ts RANGE BETWEEN INTERVAL 1 MONTH PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY dt RANGE BETWEEN INTERVAL '90 days' PRECEDING AND INTERVAL '1 day' PRECEDING)  -- equal
nth_value(i, 2 IGNORE NULLS) OVER (ORDER BY id)  -- equal
cume_dist() OVER (ORDER BY f)  -- equal
date_diff('day', lag(dt) OVER (ORDER BY id), dt)  -- rewritten
sum(i) OVER (ORDER BY dt RANGE BETWEEN INTERVAL 1 YEAR PRECEDING AND INTERVAL 1 MONTH PRECEDING)  -- rewritten
count(*) OVER (ORDER BY ts RANGE BETWEEN INTERVAL 2 WEEK PRECEDING AND INTERVAL 30 MINUTE FOLLOWING)  -- rewritten
sum(i) OVER (ORDER BY dt RANGE BETWEEN INTERVAL 1 MONTH PRECEDING AND INTERVAL 1 DAY PRECEDING)  -- refused
sum(r) OVER (ORDER BY id)  -- equal
avg(r) OVER ()  -- rewritten
row_number() OVER (ORDER BY k, id)  -- equal
rank() OVER (PARTITION BY k ORDER BY f DESC)  -- equal
dense_rank() OVER (ORDER BY s NULLS FIRST)  -- equal
ntile(2) OVER (PARTITION BY k ORDER BY id)  -- equal
lag(dt, 1) OVER (PARTITION BY k ORDER BY dt, id)  -- equal
lag(i, 1, i) OVER (ORDER BY id)  -- equal
lead(i, 2, -1) OVER (ORDER BY id)  -- equal
lag(s IGNORE NULLS) OVER (ORDER BY id)  -- equal
last_value(i IGNORE NULLS) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)  -- equal
first_value(s IGNORE NULLS) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)  -- equal
any_value(s) OVER (PARTITION BY k ORDER BY id)  -- equal
nth_value(s, 2) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)  -- equal
sum(i) OVER (ORDER BY dt RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND INTERVAL 7 DAY FOLLOWING)  -- equal
avg(i) OVER (ORDER BY dt RANGE BETWEEN INTERVAL 1 MONTH PRECEDING AND CURRENT ROW)  -- rewritten
sum(i) OVER (ORDER BY tz RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY d RANGE BETWEEN 1.5 PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY i DESC RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING)  -- equal
sum(i) OVER (ORDER BY k RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)  -- equal
sum(i) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES)  -- refused
sum(i) OVER (ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING)  -- equal
count(DISTINCT s) OVER ()  -- refused
sum(DISTINCT i) OVER (PARTITION BY k)  -- refused
string_agg(s, ',' ORDER BY id) OVER (PARTITION BY k)  -- refused
list(s ORDER BY id) OVER (PARTITION BY k)  -- refused
list(id) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)  -- refused
max(s) OVER (PARTITION BY k ORDER BY id)  -- equal
min(f) OVER (PARTITION BY k)  -- equal
mode(i) OVER ()  -- refused
stddev(f) OVER (PARTITION BY k)  -- equal
corr(i, j) OVER ()  -- refused
bool_or(bo) OVER (PARTITION BY k)  -- equal
arg_max(s, id) OVER (PARTITION BY k)  -- rewritten
first(s) OVER (PARTITION BY k ORDER BY id)  -- equal
count(*) FILTER (WHERE bo) OVER (PARTITION BY k ORDER BY id)  -- equal
row_number() OVER (PARTITION BY k, bo ORDER BY id) - row_number() OVER (PARTITION BY k ORDER BY id)  -- equal
fill(i) OVER (ORDER BY id)  -- refused
cume_dist() OVER (PARTITION BY k ORDER BY i)  -- equal
percent_rank() OVER (ORDER BY d DESC)  -- equal
lead(i, 2) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)  -- rewritten
lag(i) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)  -- rewritten
rank() OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)  -- rewritten
ntile(2) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)  -- rewritten
cume_dist() OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)  -- rewritten
