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
