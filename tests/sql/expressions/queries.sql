SELECT * FROM t ORDER BY id LIMIT 3  -- equal
SELECT id, i FROM t ORDER BY i, id  -- equal
SELECT id, i FROM t ORDER BY i DESC, id  -- equal
SELECT id, i FROM t ORDER BY i NULLS FIRST, id  -- equal
SELECT id, f FROM t ORDER BY f, id  -- equal
SELECT id, s FROM t ORDER BY s, id LIMIT 4  -- equal
SELECT id, s FROM t ORDER BY ALL  -- rewritten
SELECT k, count(*) FROM t GROUP BY ALL  -- rewritten
SELECT k, count(*) AS n FROM t GROUP BY k HAVING count(*) > 1  -- equal
SELECT k AS key, sum(i) AS total FROM t GROUP BY key  -- equal
SELECT k, sum(i) FROM t GROUP BY 1  -- rewritten
SELECT k, bo, count(*) FROM t GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT k, bo, count(*) FROM t GROUP BY CUBE (k, bo)  -- rewritten
SELECT k, bo, count(*) FROM t GROUP BY GROUPING SETS ((k), (bo), ())  -- rewritten
SELECT k, bo, grouping(k) AS g, count(*) FROM t GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT DISTINCT k FROM t  -- equal
SELECT DISTINCT ON (k) k, id FROM t ORDER BY k, id  -- equal
SELECT * EXCLUDE (li, ls, st, mp) FROM t  -- rewritten
SELECT * EXCLUDE (li, ls, st, mp) REPLACE (i + 1 AS i) FROM t  -- rewritten, without types: refused
SELECT * RENAME (i AS ii) FROM t  -- rewritten, without types: refused
SELECT t.* EXCLUDE (li, ls, st, mp) FROM t  -- rewritten
SELECT COLUMNS('^d') FROM t  -- refused
SELECT COLUMNS(*) FROM u  -- refused
SELECT min(COLUMNS(*)) FROM u  -- refused
FROM t SELECT id, i  -- equal
FROM u  -- equal
SELECT id, k FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY id) = 1  -- equal
SELECT id, k, row_number() OVER (PARTITION BY k ORDER BY id) AS rn FROM t QUALIFY rn = 1  -- equal
SELECT id, sum(i) OVER w AS x, count(*) OVER w AS y FROM t WINDOW w AS (PARTITION BY k ORDER BY id)  -- equal
SELECT t.id, u.v FROM t JOIN u ON t.k = u.k  -- equal
SELECT t.id, u.v FROM t LEFT JOIN u ON t.k = u.k  -- equal
SELECT t.id, u.v FROM t RIGHT JOIN u ON t.k = u.k  -- equal
SELECT t.id, u.v FROM t FULL JOIN u ON t.k = u.k  -- equal
SELECT t.id, u.v FROM t JOIN u USING (k)  -- equal
SELECT * FROM (SELECT k, id FROM t) t LEFT JOIN u USING (k)  -- equal
SELECT k, count(*) FROM t FULL JOIN u USING (k) GROUP BY k  -- rewritten
SELECT t.id, u.v FROM t CROSS JOIN u  -- equal
SELECT t.id, u.v FROM t, u WHERE t.k = u.k  -- equal
SELECT id FROM t SEMI JOIN u USING (k)  -- equal
SELECT id FROM t ANTI JOIN u USING (k)  -- equal
SELECT id FROM t NATURAL JOIN u  -- equal
SELECT id FROM t WHERE k IN (SELECT k FROM u)  -- equal
SELECT id FROM t WHERE k NOT IN (SELECT k FROM u)  -- equal
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k)  -- equal
SELECT id, (SELECT max(v) FROM u WHERE u.k = t.k) AS m FROM t  -- equal
SELECT id, (SELECT v FROM u WHERE u.k = 1) AS m FROM t  -- equal
SELECT t.id, x.n FROM t, LATERAL (SELECT count(*) AS n FROM u WHERE u.k = t.k) x  -- equal
SELECT k FROM t UNION SELECT k FROM u  -- equal
SELECT k FROM t UNION ALL SELECT k FROM u  -- equal
SELECT k FROM t EXCEPT SELECT k FROM u  -- equal
SELECT k FROM t INTERSECT SELECT k FROM u  -- equal
SELECT k FROM t EXCEPT ALL SELECT k FROM u  -- equal
SELECT k FROM t UNION ALL BY NAME SELECT k FROM u  -- refused
SELECT k, i FROM t UNION ALL SELECT k, i + 0.5 FROM t  -- equal
SELECT k, s FROM t UNION ALL SELECT k, dt FROM t  -- refused, without types: stops
WITH a AS (SELECT k, sum(i) AS n FROM t GROUP BY k) SELECT * FROM a WHERE n > 1  -- equal
WITH a AS MATERIALIZED (SELECT k FROM t) SELECT * FROM a  -- rewritten
WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 5) SELECT n FROM a  -- equal
SELECT id, unnest(li) AS x FROM t  -- equal
SELECT t.id, x.v FROM t, unnest(t.li) AS x(v)  -- equal
SELECT t.id, x.v FROM t CROSS JOIN unnest(t.li) AS x(v)  -- equal
SELECT t.id, x.v FROM t LEFT JOIN unnest(t.li) AS x(v) ON true  -- rewritten
SELECT unnest([1, 2, 3]) AS x  -- equal
SELECT unnest(st) FROM t  -- refused
SELECT * FROM unnest([1, 2, 3]) AS x(v)  -- equal
SELECT * FROM range(3) AS r(n)  -- rewritten
SELECT * FROM range(1, 4) AS r(n)  -- rewritten
SELECT * FROM generate_series(1, 3) AS r(n)  -- rewritten
SELECT range FROM range(3)  -- rewritten
SELECT unnest(generate_series(1, 3)) AS n  -- rewritten
SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY)) AS n  -- rewritten
SELECT generate_series AS d FROM generate_series(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY)  -- rewritten
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS x(n, m)  -- equal
VALUES (1, 'a'), (2, 'b')  -- refused
SELECT 1 AS one  -- equal
SELECT id FROM t LIMIT 0  -- equal
SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 1  -- equal
SELECT id FROM t ORDER BY id OFFSET 10  -- equal
SELECT id FROM t LIMIT 10%  -- refused
SELECT id FROM t USING SAMPLE 3  -- refused
SELECT * FROM (SELECT k, bo, i FROM t) PIVOT (sum(i) FOR bo IN (true, false) GROUP BY k)  -- refused
SELECT * FROM (SELECT k, bo, i FROM t) PIVOT (sum(i) AS total FOR k IN (1, 2))  -- rewritten
SELECT * FROM (SELECT id, k, i FROM t) PIVOT (sum(i) FOR k IN (1 AS one, 2 AS two))  -- equal
PIVOT t ON k IN (1, 2) USING sum(i) GROUP BY bo  -- refused
PIVOT t ON k USING sum(i) GROUP BY bo  -- refused
SELECT * FROM (SELECT id, i, j FROM t) UNPIVOT (val FOR name IN (i, j))  -- equal
SELECT * FROM (SELECT id, i, j FROM t) UNPIVOT INCLUDE NULLS (val FOR name IN (i, j))  -- equal
UNPIVOT (SELECT id, i, j FROM t) ON i, j  -- refused
SELECT "id", "I" FROM t  -- rewritten
SELECT id AS "My Id", i AS "select" FROM t  -- equal
SELECT id AS "Id" FROM t  -- equal
SELECT T.ID, I FROM t AS T  -- rewritten
SELECT id FROM t TABLESAMPLE 50%  -- refused
SELECT t.id FROM t ASOF JOIN u ON t.k >= u.k  -- refused
SELECT t.id FROM t POSITIONAL JOIN u  -- refused
SUMMARIZE t  -- refused
DESCRIBE t  -- refused
SELECT count(*) FILTER (WHERE bo) AS a, sum(i) AS b FROM t  -- equal
SELECT sum(i) FROM t WHERE id < 0  -- rewritten
SELECT count(*) FROM t WHERE id < 0  -- rewritten
SELECT id, case when bo then i else f end AS x FROM t  -- equal
SELECT id, coalesce(i, f) AS x FROM t  -- equal
SELECT id, coalesce(d, i) AS x FROM t  -- equal
SELECT id, if(bo, i, NULL) AS x FROM t  -- equal
SELECT id FROM t WHERE s = 'hello' OR i IN (1, 2) AND NOT bo  -- equal
SELECT k, sum(sum(i)) OVER () AS x FROM t GROUP BY k  -- equal
SELECT k, rank() OVER (ORDER BY sum(i) DESC) AS x FROM t GROUP BY k  -- equal
SELECT f, count(*) AS n FROM t GROUP BY f  -- equal
SELECT a.id, b.id AS other FROM t a JOIN t b ON a.f = b.f  -- equal
SELECT a.id, b.id AS other FROM t a JOIN t b ON a.n = b.i  -- equal
SELECT id, x: i + 1 FROM t  -- equal
SELECT id, #1 FROM t  -- refused
SELECT (SELECT count(*) FROM u) AS n  -- equal
SELECT id FROM t WHERE (i, j) IN (SELECT 1, 2)  -- equal
SELECT id FROM t WHERE i > ALL (SELECT k FROM u)  -- refused
SELECT id FROM t WHERE i = ANY (SELECT k FROM u)  -- refused
SELECT id, i FROM t WHERE i  -- refused, without types: stops
SELECT id FROM t WHERE random() < 0.5  -- refused
SELECT 10 AS x, 3000000000 AS y, 1.5 AS z, 'a' AS w, NULL AS n, true AS b  -- equal
SELECT id, li FROM t WHERE len(li) > 1  -- rewritten, without types: stops
SELECT k, list(id ORDER BY id) AS ids FROM t GROUP BY k  -- rewritten
SELECT id AS a, a + 1 AS b FROM t ORDER BY b DESC LIMIT 3  -- equal
SELECT s.a FROM (SELECT st AS s FROM t) q  -- equal
SELECT k, max(i) AS i FROM t GROUP BY k ORDER BY i DESC  -- equal
SELECT id, i AS id2 FROM t ORDER BY 2, 1  -- equal
SELECT k, first(s ORDER BY id) AS s FROM t GROUP BY k  -- rewritten
SELECT "t"."id" FROM "t"  -- equal
SELECT CAST(id AS VARCHAR) || '-' || coalesce(s, '') AS key FROM t  -- rewritten
SELECT md5(concat_ws('|', id, k)) AS key FROM t  -- rewritten
SELECT id FROM t ORDER BY lower(s), id  -- rewritten
SELECT k, i FROM t ORDER BY k NULLS FIRST, i DESC NULLS LAST, id  -- equal
SELECT * FROM u QUALIFY row_number() OVER (ORDER BY v) = 1  -- rewritten
SELECT k, count(*) AS n, count(*) FILTER (WHERE bo) AS m, avg(d) AS a FROM t GROUP BY k ORDER BY n DESC, k  -- rewritten
SELECT a.k, b.v FROM (SELECT DISTINCT k FROM t) a LEFT JOIN (SELECT k, v FROM u) b ON a.k = b.k AND b.v <> 'one'  -- equal
SELECT * FROM (SELECT id, i, row_number() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM t) WHERE n = 1  -- equal
SELECT dt AS d, count(*) AS n FROM t GROUP BY dt HAVING count(*) >= 1 ORDER BY d  -- equal
SELECT date_trunc('month', dt) AS m, sum(d) AS total FROM t GROUP BY 1 ORDER BY 1  -- rewritten
SELECT date_trunc('month', dt)::date AS m, sum(d) AS total FROM t GROUP BY ALL ORDER BY m  -- rewritten
SELECT year(dt) AS y, month(dt) AS m, count(*) AS n FROM t GROUP BY y, m  -- equal
SELECT id, CASE WHEN d >= 10 THEN 'large' WHEN d >= 1 THEN 'small' ELSE 'none' END AS size FROM t  -- equal
SELECT k, sum(CASE WHEN bo THEN d ELSE 0 END) AS x, sum(d) FILTER (WHERE NOT bo) AS y FROM t GROUP BY k  -- equal
WITH a AS (SELECT k, max(dt) AS last FROM t GROUP BY k) SELECT t.id, a.last FROM t JOIN a ON a.k = t.k AND a.last = t.dt  -- equal
SELECT n, DATE '2024-01-01' + n::int AS day FROM range(5) AS r(n)  -- rewritten
SELECT id, x.v, x.v * 2 AS w FROM t, unnest(t.ls) AS y(s2), unnest(t.li) AS x(v)  -- equal
SELECT id, list_transform(list_filter(li, lambda x: x > 1), lambda x: x * 10) AS ys FROM t  -- equal
SELECT ID, Dt FROM t  -- rewritten
SELECT k, string_agg(DISTINCT s, '; ' ORDER BY s) AS names FROM t GROUP BY k  -- rewritten
SELECT k, array_agg(s ORDER BY d DESC, id) FILTER (WHERE d > 0) AS names FROM t GROUP BY k  -- rewritten
SELECT round(100.0 * sum(i) / nullif(sum(abs(j)), 0), 1) AS share FROM t  -- rewritten
SELECT id FROM t WHERE s LIKE '%o%' AND NOT s LIKE 'h%' ORDER BY id DESC LIMIT 5  -- equal
SELECT id, coalesce(p, s, '-') AS label FROM t WHERE dt >= DATE '2021-01-01' AND dt < DATE '2024-06-01'  -- equal
SELECT id FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY id) = 1 LIMIT 2  -- refused
SELECT DISTINCT k FROM t QUALIFY row_number() OVER (ORDER BY id) < 3  -- refused
SELECT DISTINCT ON (k) * FROM u ORDER BY k  -- rewritten, without types: refused
SELECT u.* FROM u QUALIFY row_number() OVER (PARTITION BY k ORDER BY v) = 1  -- rewritten
SELECT *, 1 AS one FROM u QUALIFY row_number() OVER (PARTITION BY k ORDER BY v) = 1  -- rewritten, without types: refused
SELECT k, sum(i) AS x, avg(i) AS y FROM t GROUP BY k HAVING sum(i) > 2  -- rewritten
SELECT id, sum(i) OVER (PARTITION BY k ORDER BY id) AS x FROM t QUALIFY x > 2  -- equal
SELECT k AS i, i AS n FROM t WHERE i > 1  -- equal
SELECT id, i AS j, j AS n FROM t  -- equal
SELECT id, li[1] AS a, ls[1] AS b FROM t ORDER BY li[1] NULLS FIRST, id  -- rewritten
SELECT DISTINCT f FROM t  -- equal
SELECT count(DISTINCT f) AS n FROM t  -- equal
SELECT f, g FROM t WHERE f = g  -- equal
SELECT t.id FROM t JOIN u ON t.k = u.k AND u.v LIKE 'o%'  -- equal
SELECT id FROM t WHERE k NOT IN (SELECT k FROM u WHERE k IS NOT NULL)  -- equal
SELECT (SELECT sum(i) FROM t) AS total, (SELECT v FROM u WHERE k = 99) AS none  -- equal
SELECT id, st.* FROM t  -- equal
SELECT u.*, t.id FROM u JOIN t USING (k)  -- equal
SELECT * FROM u JOIN (SELECT k, id FROM t) t USING (k)  -- equal
SELECT * FROM u JOIN (SELECT k, id FROM t) t ON u.k = t.k  -- rewritten, without types: untold
SELECT * FROM u a FULL JOIN u b USING (k)  -- rewritten, without types: untold
SELECT * FROM u NATURAL JOIN (SELECT k, id FROM t) q  -- equal
SELECT k, v FROM u UNION SELECT k, s FROM t  -- equal
SELECT k FROM u INTERSECT ALL SELECT k FROM t  -- equal
SELECT * FROM (SELECT 1 AS a UNION ALL SELECT 2.5) x  -- equal
SELECT * FROM (SELECT NULL AS a UNION ALL SELECT 2) x  -- equal
SELECT * FROM (VALUES (1, 2.5), (2, 3)) v(a, b)  -- equal
SELECT a, count(*) AS n FROM (SELECT unnest(li) AS a FROM t) GROUP BY a  -- equal
SELECT id, unnest(ls) AS v FROM t WHERE id < 4  -- equal
SELECT t.id, x.v FROM t LEFT JOIN unnest(t.ls) AS x(v) ON true WHERE t.id > 2  -- rewritten
SELECT t.id, r.n FROM t, range(t.i) AS r(n)  -- stops
SELECT t.id, r.n FROM t, LATERAL (SELECT t.i + 1 AS n) r  -- equal
SELECT median(i) AS m, quantile_cont(f, 0.75) AS q FROM t  -- rewritten
SELECT k, string_agg(i::varchar, '-' ORDER BY i DESC) AS x FROM t GROUP BY k  -- rewritten
SELECT k, array_agg(DISTINCT s ORDER BY s DESC) AS x FROM t GROUP BY k  -- rewritten
SELECT k, list(st ORDER BY id) AS x FROM t GROUP BY k  -- rewritten
SELECT k, first(s ORDER BY f DESC, id) AS x, last(i ORDER BY id) AS y FROM t GROUP BY k  -- rewritten
SELECT k, max_by(s, d) AS x, min_by(i, dt) AS y FROM t GROUP BY k  -- rewritten
SELECT k, any_value(i ORDER BY id DESC) FILTER (WHERE bo) AS x FROM t GROUP BY k  -- rewritten
SELECT bool_and(bo) AS a, bool_or(bo) AS b, bit_xor(i) AS c FROM t  -- equal
SELECT stddev(d) AS a, variance(f) AS b, covar_pop(i, d) AS c FROM t  -- equal
SELECT sum(i) AS a, count(i) AS b, min(s) AS c FROM t WHERE false  -- equal
SELECT string_agg(s, ',' ORDER BY id) AS a, array_agg(i ORDER BY id) AS b FROM t WHERE false  -- rewritten
SELECT k, count(*) FILTER (WHERE i > 1) / count(*) AS share FROM t GROUP BY k  -- rewritten
SELECT sum(i) / 0 AS x FROM t  -- rewritten
SELECT d * 1.1 * 1.1 AS x, d / 3 * 3 AS y FROM t  -- rewritten
SELECT sum(d * e * 1.5) AS x FROM t  -- equal
SELECT sum(d) * 1.0 / sum(e) AS x FROM t  -- rewritten
SELECT sum(d * 0.1)::decimal(12,2) AS x FROM t  -- equal
SELECT CAST(sum(i) AS integer) AS x, CAST(avg(i) AS integer) AS y FROM t  -- rewritten
SELECT CAST(avg(d) AS decimal(10,2)) AS y FROM t  -- rewritten
SELECT id, 'a' AS "A b", i AS "Ünï" FROM t  -- equal
SELECT id AS "select" FROM t ORDER BY "select" DESC  -- equal
SELECT x.id FROM t AS x WHERE x.st.a > 1  -- equal
SELECT t.st.b AS b FROM t  -- equal
SELECT id, CASE WHEN s = '' THEN NULL ELSE s END AS s FROM t  -- equal
SELECT date_trunc('month', ts) AS m, count(DISTINCT id) AS n FROM t GROUP BY date_trunc('month', ts)  -- rewritten
SELECT dt + INTERVAL 1 MONTH - INTERVAL 1 DAY AS x FROM t  -- rewritten
SELECT (date_trunc('month', dt) + INTERVAL 1 MONTH - INTERVAL 1 DAY)::date AS x FROM t  -- rewritten
SELECT strftime(date_trunc('week', ts), '%Y-%m-%d') AS w FROM t  -- rewritten
SELECT coalesce(sum(CASE WHEN dt >= '2024-01-01' THEN d END), 0) AS x FROM t  -- equal
SELECT k, lag(sum(i)) OVER (ORDER BY k) AS prev, sum(i) AS cur FROM t GROUP BY k  -- equal
SELECT k, sum(i) * 100.0 / sum(sum(i)) OVER () AS pct FROM t GROUP BY k  -- rewritten
SELECT id, sum(d) OVER w AS a, avg(d) OVER w AS b FROM t WINDOW w AS (PARTITION BY k ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)  -- rewritten
SELECT id, row_number() OVER (PARTITION BY k ORDER BY d DESC NULLS LAST, id) AS n FROM t  -- equal
SELECT id, dense_rank() OVER (ORDER BY coalesce(i, 0)) AS n FROM t  -- equal
SELECT * FROM t WHERE false  -- equal
SELECT * EXCLUDE (st, mp) FROM t WHERE id = 1  -- rewritten
SELECT id FROM t ORDER BY d DESC, id LIMIT 3  -- equal
SELECT id, i FROM t ORDER BY 2 DESC NULLS LAST, 1 LIMIT 3 OFFSET 2  -- equal
SELECT * FROM (SELECT k, bo, i FROM t) PIVOT (sum(i) AS s, count(*) AS n FOR k IN (1, 2))  -- refused
SELECT * FROM (SELECT k, v FROM u) PIVOT (count(*) FOR v IN ('one', 'two'))  -- refused
SELECT * FROM (SELECT id, d, e FROM t) UNPIVOT (val FOR col IN (d, e))  -- equal
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT a.x, b.x AS y FROM a, b  -- equal
WITH RECURSIVE r AS (SELECT 1 AS n, 1 AS f UNION ALL SELECT n + 1, f * (n + 1) FROM r WHERE n < 5) SELECT * FROM r  -- equal
SELECT CAST(d AS integer) AS x, d::bigint AS y, f::float8 AS z FROM t  -- rewritten
SELECT concat_ws('-', k, i, s) AS x, concat(k, '/', d) AS y, k || d AS z FROM t  -- rewritten
SELECT md5(k || '|' || coalesce(s, '')) AS key FROM t  -- rewritten
SELECT id % 2 = 0 AS even, id // 2 AS half FROM t  -- rewritten
SELECT least(d, 1.5) AS a, greatest(i, 2.5) AS b FROM t  -- equal
SELECT i, sum(count(*)) OVER (ORDER BY i) AS run FROM t GROUP BY i  -- equal
SELECT nullif(i, j) AS a, i = j AS b, i IS DISTINCT FROM j AS c FROM t  -- equal
SELECT ts::date - dt AS x FROM t  -- rewritten, without types: stops
SELECT dt - DATE '2024-01-01' AS x FROM t  -- rewritten, without types: stops
SELECT x.a + 1 AS b FROM (SELECT dt - dt2 AS a FROM t) x  -- rewritten, without types: stops
SELECT a - b AS c FROM (SELECT dt AS a, dt2 AS b FROM t) x  -- rewritten, without types: stops
SELECT round(a, 1) AS c FROM (SELECT f AS a FROM t) x  -- rewritten, without types: stops
SELECT count(*) AS n FROM t WHERE ts - INTERVAL 1 DAY > dt2  -- rewritten
SELECT grouping(k) AS g, k, sum(d) AS s FROM t GROUP BY ROLLUP (k)  -- rewritten
SELECT id, len(s) AS a, len(ls) AS b FROM t  -- rewritten, without types: stops
SELECT e::integer AS a, round(e) AS b, round(e, 2) AS c, floor(e) AS d FROM t  -- rewritten, without types: stops
SELECT i + r AS a FROM t  -- refused, without types: untold
SELECT k, bo, count(*) AS n FROM t GROUP BY GROUPING SETS ((k), (k, bo))  -- equal
SELECT n, round(n * 5 / 1000, 2) AS a, round(-n * 5 / 10000, 3) AS b, round(n * 2.5, -1) AS c, round(n * 5 / 16, 12) AS d FROM range(3000) AS r(n)  -- rewritten
SELECT n, round(n * 50::double, -2) AS a, round(n / 7 * 1e13, 3) AS b, round(n / 1e12, 11) AS c, round(n * 5 / 1e14, 13) AS d FROM range(500) AS r(n)  -- rewritten, without types: stops
SELECT * EXCLUDE (t.i, k) FROM u JOIN (SELECT k, i, j FROM t) AS t USING (k)  -- rewritten
SELECT t.* EXCLUDE (li, ls, st, mp, js) REPLACE (d * 2 AS d), u.* RENAME (k AS k2) FROM t JOIN u ON t.k = u.k  -- rewritten, without types: refused
SELECT * EXCLUDE (v) FROM u JOIN (SELECT k, i FROM t) AS t ON t.k = u.k  -- rewritten, without types: untold
WITH a AS (SELECT * EXCLUDE (v) FROM u), b AS (SELECT * REPLACE (k + 1 AS K) FROM a) SELECT * EXCLUDE (i) FROM (SELECT i, b.k FROM b JOIN t ON t.k = b.k)  -- rewritten, without types: refused
SELECT st.* EXCLUDE (b), id FROM t  -- rewritten
SELECT k, count(*) AS n FROM t GROUP BY k ORDER BY min(dt), k  -- rewritten
SELECT t.k, count(*) FROM t GROUP BY t.k ORDER BY sum(i) / count(*) DESC, t.k  -- rewritten
SELECT k AS a, max(i) AS b FROM t GROUP BY k ORDER BY max(i) DESC, min(d) NULLS FIRST, 1 LIMIT 2 OFFSET 1  -- rewritten
SELECT upper(s) AS u, count(*) AS n FROM t GROUP BY s ORDER BY max(id) LIMIT 5  -- rewritten
WITH a AS (SELECT k, d FROM t) SELECT k, round(avg(d), 1) AS m FROM a GROUP BY ALL HAVING count(*) > 1 ORDER BY min(d), m  -- rewritten
SELECT max(i) AS i FROM t GROUP BY k ORDER BY min(i)  -- rewritten
SELECT max(i) AS x FROM t ORDER BY min(id)  -- rewritten
SELECT -k AS k, max(i) AS x FROM t GROUP BY t.k ORDER BY k + min(id) * 0 NULLS FIRST  -- rewritten
SELECT k, -id AS m FROM t GROUP BY k, id ORDER BY max(m)  -- stops
SELECT k, i, sum(d) / count(*) AS x, max(s) AS s FROM t GROUP BY ALL ORDER BY ALL DESC NULLS FIRST LIMIT 5  -- rewritten
SELECT u.*, count(*) AS n FROM u JOIN t ON t.k = u.k GROUP BY ALL ORDER BY max(dt)  -- rewritten
SELECT count(*) AS n FROM t GROUP BY ALL  -- equal
SELECT * EXCLUDE (v) FROM u ORDER BY ALL  -- rewritten
SELECT k, sum(i) + 1, avg(d), CASE WHEN k > 1 THEN 'a' ELSE 'It''s' END FROM t GROUP BY k ORDER BY k  -- rewritten
SELECT substr(s, 1, 2), SUBSTRING(s, 1, 2), i::BIGINT, CAST(i AS double), date_diff('DAY', dt, dt2), -i, s LIKE 'a%' FROM t  -- rewritten
SELECT i IS DISTINCT FROM j, count(*) OVER (PARTITION BY k), i IN (1, 2), NOT bo, true, NULL IS NULL, 1.50, 'x' FROM t  -- rewritten
SELECT * FROM (SELECT k, sum(i), max(d) FROM t GROUP BY k) q WHERE "sum(i)" > 1  -- rewritten
WITH a AS (SELECT k, count(*), sum(i + 1) FILTER (WHERE bo) FROM t GROUP BY k) SELECT a.*, "count_star()" + 1 FROM a  -- rewritten
SELECT i + 1 FROM t UNION ALL SELECT j FROM t  -- rewritten
SELECT * FROM (SELECT sum(t.i), extract(year FROM dt) FROM t GROUP BY ALL) ORDER BY ALL  -- rewritten
SELECT DISTINCT ON (k) k, i * 2, t.id FROM t ORDER BY k, id  -- rewritten
SELECT k, max(i) FROM t GROUP BY k ORDER BY min(d), k LIMIT 3  -- rewritten
FROM t SELECT upper(s), li[1], (i + j) * 2  -- rewritten
SELECT (SELECT max(i) FROM t WHERE k = 1) + 1 AS a, i + 1 FROM t WHERE j IN (SELECT j + 0 FROM t)  -- rewritten
SELECT "sum(i)", sum("sum(i)") FROM (SELECT k, sum(i) FROM t GROUP BY k) GROUP BY 1  -- rewritten
SELECT sum(i) FROM (SELECT i, k AS "sum(i)" FROM t) GROUP BY "sum(i)"  -- refused
SELECT +i, (j), ((t.k)) FROM t  -- rewritten
SELECT a, "a_1", c, "c_1", "c_2" FROM (SELECT i AS a, j AS A, k AS c, id AS c, 1 AS C FROM t)  -- rewritten
WITH q AS (SELECT t.k, u.k, t.k + 1, t.k + 1, u.v AS k FROM t JOIN u ON t.k = u.k) SELECT * FROM q  -- rewritten
SELECT * FROM (SELECT i AS a, j AS a_1, k AS a, i AS a_1 FROM t)  -- rewritten
SELECT * FROM (SELECT i AS a, j AS a, k AS a_1, i AS a_1 FROM t)  -- rewritten
SELECT k, bo, count(*), sum(k), grouping(k), grouping(k, bo), grouping_id(bo, k) FROM t GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT k, bo, grouping(bo) AS g, count(*) AS n FROM t GROUP BY k, CUBE (bo)  -- rewritten
SELECT k, bo, id, count(*) AS n FROM t GROUP BY ROLLUP (k), CUBE (bo, id)  -- rewritten
SELECT k, bo, id, count(*) AS n FROM t GROUP BY GROUPING SETS (ROLLUP ((k, bo), id), (bo, id), k)  -- rewritten
SELECT k, bo, count(k) AS n FROM t GROUP BY GROUPING SETS ((k), (k), bo, ())  -- rewritten
SELECT (k + 1) * 2 AS a, bo, count(*) AS n FROM t GROUP BY ROLLUP (k + 1, bo) ORDER BY a, n DESC, bo, grouping(k + 1), grouping(bo)  -- rewritten
SELECT k, bo, sum(k) AS s, max(bo) AS m, sum(k) FILTER (WHERE k IS NULL OR k = 1) AS f, round(avg(d), 2) AS a FROM t GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT bo, list(id ORDER BY id) AS l, median(i) AS m, first(i ORDER BY id) AS e, mean(f) AS n FROM t GROUP BY ROLLUP (bo)  -- rewritten
SELECT k, rank() OVER (PARTITION BY grouping(k) + grouping(bo) ORDER BY sum(i) DESC) AS r, sum(sum(i)) OVER w AS s FROM t GROUP BY ROLLUP (k, bo) WINDOW w AS (PARTITION BY grouping(k))  -- rewritten
SELECT grouping(k) + grouping(bo) AS lv, k, bo, sum(d) AS s FROM t GROUP BY ROLLUP (k, bo) HAVING lv < 2 ORDER BY lv DESC, CASE WHEN lv = 0 THEN k END, s, bo  -- rewritten
SELECT k, bo, count(*) AS n FROM t GROUP BY ROLLUP (k, bo) QUALIFY row_number() OVER (PARTITION BY k ORDER BY count(*) DESC, bo) = 1  -- rewritten
SELECT t.k, u.v, coalesce(v, 'all'), count(DISTINCT t.bo) AS n FROM t JOIN u ON t.k = u.k GROUP BY CUBE (T.k, v) ORDER BY t.k, u.v LIMIT 5 OFFSET 1  -- rewritten
SELECT -max(i) AS n, count(*) FROM t GROUP BY ROLLUP (k) HAVING k > 1 OR k IS NULL ORDER BY k + 0 NULLS FIRST, count(*) LIMIT 2  -- rewritten
SELECT k, sum(n) AS m FROM (SELECT k, bo, count(*) AS n FROM t GROUP BY ROLLUP (k, bo)) GROUP BY ROLLUP (k)  -- rewritten
WITH a AS (SELECT k, count(*) FROM t GROUP BY ROLLUP (k)) SELECT * FROM a UNION ALL SELECT bo::int, count(*) + 1 FROM t GROUP BY ROLLUP (bo)  -- rewritten
SELECT DISTINCT bo FROM t GROUP BY ROLLUP (k, bo) ORDER BY bo  -- rewritten
SELECT k, bo, count(*) FROM t GROUP BY ROLLUP (1, 2)  -- rewritten
SELECT k AS a, bo AS b, a + 1 AS c FROM t GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT k FROM t GROUP BY ROLLUP (k)  -- rewritten
SELECT k, bo, count(*), count(i) + 1, count_if(bo), sum(i), min(s), grouping(k, bo) FROM t WHERE id < 0 GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT k, coalesce(k, 5) AS c, rank() OVER (ORDER BY sum(i)) AS r FROM t WHERE id < 0 GROUP BY CUBE (k, bo) QUALIFY rank() OVER (ORDER BY count(*)) = 1 ORDER BY c  -- rewritten
SELECT k, sum(i) AS s FROM t WHERE id < 0 GROUP BY ROLLUP (k) HAVING count(*) > 0  -- rewritten
SELECT k, sum(i) AS s FROM t WHERE id < 0 GROUP BY ROLLUP (k) HAVING s IS NULL  -- rewritten
SELECT k, sum(i) AS s FROM t GROUP BY ROLLUP (k) HAVING count(*) = 0  -- rewritten
SELECT k, count(*) AS n FROM t WHERE id < 0 GROUP BY bo, ROLLUP (k), bo HAVING n < 5  -- equal
SELECT date_trunc('month', dt) AS m, sum(d) AS s FROM t GROUP BY ROLLUP (m)  -- rewritten, without types: refused
SELECT date_trunc('month', dt)::date AS dt, bo, count(*) AS n FROM t GROUP BY CUBE (dt, bo)  -- rewritten, without types: refused
SELECT -max(i) AS k, count(*) FROM t GROUP BY ROLLUP (k) HAVING k > 1 ORDER BY k  -- rewritten, without types: refused
SELECT k, count(*) AS n FROM t GROUP BY GROUPING SETS ((k), (), ())  -- refused
SELECT k, bo, count(*) AS n FROM t GROUP BY GROUPING SETS (ROLLUP (k), CUBE (bo))  -- refused
SELECT bo, (SELECT max(k) FROM u) AS m FROM t GROUP BY ROLLUP (bo)  -- refused
SELECT id, (SELECT count(*) FROM u WHERE u.k = t.k GROUP BY ROLLUP (u.k) LIMIT 1) AS n FROM t  -- refused
SELECT k, 'x' AS b, count(*) AS n FROM t GROUP BY ROLLUP (k, 'x')  -- refused
WITH a AS (SELECT k, bo, sum(b) AS s, sum(i) AS n FROM t GROUP BY ALL) SELECT k, avg(s) AS s, avg(n) AS n, mean(n + 1) AS m FROM a GROUP BY k  -- rewritten
SELECT * FROM (SELECT k, bo, i FROM t) PIVOT (avg(i) FOR bo IN (true, false))  -- rewritten, without types: refused
SELECT * FROM (SELECT k, bo, b FROM t) PIVOT (avg(b) AS a FOR bo IN (true, false))  -- rewritten, without types: refused
SELECT * FROM (SELECT k, bo, d FROM t) PIVOT (avg(d) FOR bo IN (true, false))  -- rewritten, without types: refused
SELECT * FROM (SELECT k, bo, d, f FROM t WHERE f < 100) PIVOT (avg(d) AS a, avg(f) AS b FOR bo IN (true))  -- rewritten, without types: refused
WITH s AS (SELECT k, bo, d + i AS n FROM t) SELECT * FROM s PIVOT (avg(n) FOR k IN (1, 2)) AS p  -- rewritten, without types: refused
SELECT * FROM (SELECT k, bo, d FROM t) PIVOT (avg(d), sum(d) FOR bo IN (true, false))  -- refused
SELECT * FROM (SELECT k, bo, d FROM t) PIVOT (avg(d::DOUBLE) FOR bo IN (true, false))  -- rewritten
SELECT k, avg(avg(i)) OVER () AS x, avg(sum(b)) OVER (ORDER BY k) AS y FROM t GROUP BY k  -- rewritten
SELECT * FROM u JOIN u AS w ON u.k = w.k  -- rewritten, without types: untold
SELECT * FROM (SELECT k, id FROM t) a JOIN (SELECT k, id FROM t) b ON a.id = b.k  -- rewritten, without types: untold
SELECT * FROM (SELECT k, id FROM t) JOIN (SELECT k, id FROM t) USING (k)  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a LEFT JOIN u USING (k)  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a RIGHT JOIN u USING (k)  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a FULL JOIN u USING (k)  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a NATURAL JOIN u  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a NATURAL JOIN (SELECT k, id FROM t) b  -- equal
SELECT * FROM (SELECT id, k, i FROM t) a JOIN (SELECT i, k FROM t) b USING (i, k)  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a JOIN u USING (k) JOIN (SELECT v, k FROM u) w USING (v)  -- rewritten, without types: untold
SELECT * FROM ((SELECT id, k FROM t) a JOIN u USING (k))  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k FROM t) a SEMI JOIN u USING (k)  -- rewritten, without types: untold
SELECT *, u.k AS k, u.* FROM u  -- rewritten, without types: untold
SELECT u.*, u.* FROM u  -- rewritten, without types: untold
SELECT v, * FROM u  -- rewritten, without types: untold
SELECT *, -k AS k FROM u ORDER BY k LIMIT 2  -- rewritten, without types: untold
SELECT k, -k AS k FROM u ORDER BY k LIMIT 2  -- rewritten
SELECT k_1 FROM (SELECT * FROM u, u AS w)  -- rewritten, without types: untold
SELECT k FROM (SELECT * FROM u, u AS w)  -- rewritten, without types: untold
WITH c AS (SELECT * FROM u, u AS w) SELECT v, v_1 FROM c WHERE k = k_1  -- rewritten, without types: untold
WITH c(a, b, x, y) AS (SELECT * FROM u, u AS w) SELECT a, y FROM c  -- rewritten
SELECT * EXCLUDE (w.v) FROM u JOIN u AS w USING (k)  -- rewritten
SELECT * EXCLUDE (v) FROM u, u AS w  -- rewritten, without types: untold
SELECT w.*, a.* EXCLUDE (id) FROM (SELECT id, k FROM t) a, u AS w  -- rewritten, without types: untold
SELECT * FROM u, unnest([1, 2]) AS x(v)  -- rewritten, without types: untold
SELECT * FROM (VALUES (1)) AS v(a), (VALUES (2)) AS w(a)  -- rewritten, without types: untold
SELECT * FROM (SELECT id, k, i FROM t) PIVOT (sum(i) AS s FOR k IN (1 AS one, -1, 3))  -- rewritten
SELECT * FROM (SELECT id, bo, i FROM t) PIVOT (sum(i) AS s FOR bo IN (true, false))  -- rewritten
SELECT * FROM (SELECT id, v, k FROM u, (SELECT 1 AS id)) PIVOT (sum(k) AS s FOR v IN ('one', 'two'))  -- rewritten
SELECT * FROM (SELECT id, dt, i FROM t) PIVOT (sum(i) AS s FOR dt IN (DATE '2024-01-31'))  -- refused
SELECT id, li FROM t ORDER BY li, id  -- refused, without types: untold
SELECT id, k IN (SELECT k FROM u) AS a, (i, j) IN (SELECT 1, 2) AS b FROM t  -- rewritten
SELECT id, k NOT IN (SELECT k FROM u WHERE k IS NOT NULL) AS e FROM t  -- rewritten
SELECT id FROM t WHERE (k IN (SELECT k FROM u)) IS NULL  -- rewritten
SELECT id FROM t WHERE k NOT IN (SELECT k FROM u) OR id = 3  -- equal
SELECT k, sum(CASE WHEN i IN (SELECT k FROM u) THEN 1 ELSE 0 END) AS n FROM t GROUP BY k  -- equal
SELECT id, unnest(li) AS a, unnest(ls) AS b FROM t  -- refused
SELECT i AS a FROM t UNION ALL SELECT '5'  -- refused, without types: untold
SELECT dt AS a FROM t UNION ALL SELECT '2024-01-01'  -- refused, without types: untold
SELECT s FROM t UNION ALL (SELECT v FROM u UNION SELECT i FROM t)  -- refused, without types: stops
SELECT * FROM u UNION ALL SELECT k, i FROM t  -- refused, without types: stops
SELECT *, 'x' AS src FROM u UNION ALL SELECT k, s, 'y' FROM t  -- equal
SELECT dt AS a FROM t UNION ALL SELECT ts FROM t  -- equal
SELECT NULL AS a UNION ALL SELECT dt FROM t  -- equal
SELECT f AS a FROM t INTERSECT SELECT g FROM t  -- equal
SELECT k FROM t UNION SELECT i FROM t INTERSECT SELECT j FROM t  -- equal
SELECT k FROM t EXCEPT (SELECT i FROM t EXCEPT SELECT j FROM t)  -- equal
WITH RECURSIVE a AS (SELECT 1 AS n UNION SELECT n % 3 + 1 FROM a) SELECT n FROM a  -- refused
WITH RECURSIVE d AS (SELECT DATE '2024-01-01' AS d UNION ALL SELECT (d + INTERVAL 1 DAY)::date FROM d WHERE d < '2024-01-05') SELECT * FROM d  -- rewritten
SELECT id FROM t ORDER BY id LIMIT (SELECT 2)  -- refused
SELECT id, sum(i) OVER (w ORDER BY id) AS a FROM t WINDOW w AS (PARTITION BY k)  -- rewritten
SELECT * FROM (SELECT bo, k, d FROM t) PIVOT (sum(d) AS total FOR k IN (1 AS x, 2))  -- rewritten
SELECT id, (SELECT max(b.i) FROM t b WHERE b.k = a.k AND b.id < a.id) AS prev FROM t a  -- equal
SELECT id, (SELECT string_agg(v, ',' ORDER BY v) FROM u WHERE u.k = t.k) AS v FROM t  -- rewritten
SELECT a.k, b.v FROM u a LEFT JOIN u b ON a.k IS NOT DISTINCT FROM b.k  -- equal
SELECT k FROM (SELECT k, id FROM t) x RIGHT JOIN u USING (k)  -- equal
SELECT DISTINCT li FROM t  -- equal
SELECT DISTINCT ON (k) k, id FROM t ORDER BY k, d DESC NULLS LAST, id  -- equal
SELECT i % 2 AS i, count(*) AS n FROM t GROUP BY i  -- equal
SELECT id, i + 1 AS i, i * 2 AS x FROM t  -- equal
SELECT k, sum(i) AS total, total * 2 AS dbl FROM t GROUP BY k  -- equal
SELECT year, date FROM (SELECT id AS year, k AS date FROM t)  -- equal
SELECT id AS "ä.b", k AS "x`y", i AS "q""z" FROM t  -- equal
SELECT DATE '2024-01-01' + n::int AS d FROM range(31) r(n)  -- rewritten
SELECT * FROM (SELECT id, i, f FROM t) UNPIVOT (v FOR n IN (i, f))  -- equal
SELECT id, x FROM t CROSS JOIN unnest(string_split(p, ',')) AS q(x)  -- equal
SELECT i / sum(i) OVER () AS share, lag(s) OVER (ORDER BY id) IS DISTINCT FROM s AS changed FROM t  -- rewritten
SELECT id, sum(CASE WHEN bo THEN 1 ELSE 0 END) OVER (PARTITION BY k ORDER BY id) AS grp FROM t  -- equal
SELECT li AS a, id FROM t ORDER BY 1, 2  -- refused, without types: untold
SELECT * FROM (SELECT id, li FROM t) ORDER BY 2 LIMIT 1  -- refused, without types: equal
SELECT * FROM (SELECT st, id FROM t) UNION ALL SELECT st, id FROM t ORDER BY st, id  -- refused, without types: untold
SELECT abs(x) AS y, round(x, 1) AS z, x * x AS w FROM (SELECT NULL AS x FROM t)  -- rewritten, without types: untold
SELECT x || 'a' AS y FROM (SELECT NULL AS x FROM t)  -- refused, without types: untold
SELECT date_trunc('month', dt) AS dt, count(*) AS n FROM t GROUP BY date_trunc('month', dt) ORDER BY date_trunc('month', dt)  -- rewritten
SELECT id FROM t WHERE i IN (VALUES (1), (2))  -- refused
SELECT id FROM t ORDER BY id LIMIT NULL  -- refused
SELECT id FROM t ORDER BY id LIMIT 3 OFFSET 2.5  -- refused
SELECT st FROM t AS st  -- equal
SELECT a.*, b.v FROM (SELECT id, k FROM t) a LEFT JOIN u b USING (k)  -- rewritten, without types: untold
SELECT a.*, b.* FROM (SELECT id, k FROM t) a FULL JOIN (SELECT v, k FROM u) b USING (k)  -- rewritten, without types: untold
SELECT -k AS k, v FROM u ORDER BY k + 0, v LIMIT 2  -- rewritten
SELECT -k AS k FROM u ORDER BY -k LIMIT 2  -- rewritten
SELECT DISTINCT -k AS k FROM u ORDER BY -k LIMIT 2  -- rewritten
SELECT id, -i AS k FROM t ORDER BY coalesce(k, 0) DESC, id LIMIT 3  -- rewritten, without types: untold
SELECT k, sum(i) AS i FROM t GROUP BY k ORDER BY sum(i) DESC, k LIMIT 2  -- rewritten
SELECT v AS k, k AS v FROM u ORDER BY v || '', k  -- rewritten, without types: untold
SELECT id, (SELECT -u.k AS k FROM u WHERE u.k = t.k ORDER BY k + 0 LIMIT 1) AS x FROM t  -- refused
SELECT k, length(v) AS v FROM u QUALIFY row_number() OVER (ORDER BY v) = 1  -- rewritten
SELECT id, -i AS k FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY id) = 1  -- rewritten, without types: untold
SELECT -k AS k FROM u QUALIFY k > 1 AND row_number() OVER (ORDER BY v) > 0  -- refused
SELECT DISTINCT ON (k) k, -id AS id FROM t ORDER BY k, id  -- rewritten
SELECT DISTINCT ON (1) k, i, id FROM t ORDER BY 1, 2 DESC, 3  -- rewritten
SELECT k, bo, count(*) AS n FROM t GROUP BY (k, bo)  -- rewritten
SELECT k AS a, sum(i) AS tot, rank() OVER (ORDER BY tot DESC, a) AS o, count(*) FILTER (WHERE a > 1) AS m FROM t GROUP BY k  -- rewritten, without types: stops
SELECT id, upper(s) AS up, row_number() OVER (PARTITION BY up ORDER BY id) AS rn FROM t  -- rewritten, without types: stops
SELECT s AS i, sum(i) OVER () AS n FROM t  -- equal
WITH r(a, b) AS (VALUES (1, 'x'), (2, NULL)) SELECT * FROM r  -- equal
SELECT id, date_trunc('month', dt) AS m0, year(m0) AS y0, count(*) FILTER (WHERE y0 > 2020) OVER (PARTITION BY y0) AS n FROM t  -- rewritten, without types: stops
SELECT id, i, j AS z FROM t QUALIFY i > avg(z) OVER (PARTITION BY k) AND row_number() OVER (ORDER BY id) < 7  -- rewritten, without types: stops
SELECT * FROM (SELECT id, k, d FROM t) QUALIFY d >= avg(d) OVER (PARTITION BY k)  -- rewritten
SELECT id, -i AS i FROM t QUALIFY avg(i) OVER () < 5 AND rank() OVER (ORDER BY id) > 1  -- rewritten
SELECT DISTINCT year(dt) AS y FROM t ORDER BY year(dt) LIMIT 2  -- rewritten
SELECT id, k FROM t ORDER BY count(*) OVER (PARTITION BY k) DESC, avg(i) OVER (PARTITION BY k), id LIMIT 5  -- rewritten
SELECT k.id, (SELECT count(*) FROM u WHERE u.k = k.k) AS n FROM t AS k  -- rewritten, without types: stops
SELECT id FROM t AS v WHERE EXISTS (SELECT 1 FROM u WHERE u.k = v.k)  -- rewritten, without types: stops
SELECT li.id, (SELECT max(q.k) FROM t AS q WHERE q.id = li.id) AS m FROM t AS li  -- rewritten, without types: stops
SELECT k.id, x.n FROM t AS k LEFT JOIN LATERAL (SELECT count(*) AS n FROM u WHERE u.k = k.k) AS x ON true  -- rewritten, without types: stops
WITH v AS (SELECT id, k FROM t) SELECT v.* FROM v WHERE v.k IN (SELECT u.k FROM u WHERE u.k = v.k)  -- rewritten, without types: stops
WITH c AS (SELECT [{'a': [7]}] AS k, 1 AS b) SELECT b, (SELECT max(b) FROM c WHERE k.a = [[7]]) AS m FROM (SELECT [[7]] AS a, 2 AS b) AS k  -- rewritten, without types: equal
WITH c AS (SELECT {'a': 1} AS k, 1 AS b) SELECT a, (SELECT max(b) FROM c WHERE k.a = 7) AS m FROM (SELECT 7 AS a) AS k  -- equal
WITH c AS (SELECT MAP {'a': 1} AS k, 1 AS b) SELECT a, (SELECT max(b) FROM c WHERE k.a = 7) AS m FROM (SELECT 7 AS a) AS k  -- rewritten
SELECT d.d::date AS d, coalesce(sum(t.i), 0) AS n FROM generate_series(DATE '2024-01-01', DATE '2024-02-10', INTERVAL 1 DAY) AS d(d) LEFT JOIN t ON t.dt = d.d::date GROUP BY 1  -- rewritten
WITH spine AS (SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-03-01', INTERVAL 1 MONTH))::date AS m) SELECT m, count(t.id) AS n FROM spine LEFT JOIN t ON date_trunc('month', t.dt) = m GROUP BY m  -- rewritten
WITH RECURSIVE s AS (SELECT min(dt) AS d FROM t UNION ALL SELECT (d + INTERVAL 1 YEAR)::date FROM s WHERE d < DATE '1980-01-01') SELECT * FROM s  -- rewritten
SELECT range AS n, range * 2 AS m FROM range(5)  -- rewritten
SELECT x.n FROM range(2, 10, 3) AS x(n)  -- rewritten
SELECT unnest(range(3)) AS n, 'x' AS c  -- rewritten
SELECT id, unnest([i, j]) AS x, unnest(['i', 'j']) AS n FROM t  -- refused
SELECT id, unnest({'a': i, 'b': j}) FROM t  -- refused
SELECT (st).a FROM t  -- rewritten
SELECT id, generate_subscripts(li, 1) AS n FROM t  -- refused
SELECT id, unnest(li, recursive := true) AS x FROM t  -- refused
SELECT id, v, ordinality FROM t, unnest(li) WITH ORDINALITY AS u(v, ordinality)  -- refused
SELECT id, list_zip(li, ls) AS z FROM t  -- refused
SELECT id FROM t ORDER BY s COLLATE NOCASE, id  -- refused
SELECT id FROM t ORDER BY s COLLATE NOACCENT, id  -- refused
SELECT id, f FROM t ORDER BY f DESC NULLS LAST, id  -- equal
SELECT id, f FROM t ORDER BY f ASC NULLS FIRST, id  -- equal
SELECT id FROM t ORDER BY abs(f), id  -- equal
SELECT DISTINCT ON (k) k, s FROM t ORDER BY k, id DESC  -- equal
SELECT DISTINCT ON (k, bo) k, bo, id FROM t ORDER BY ALL  -- rewritten
SELECT DISTINCT ON (k) * FROM (SELECT id, k, s FROM t) ORDER BY k, id  -- rewritten, without types: refused
SELECT k, id FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY dt DESC NULLS LAST, id) = 1  -- equal
SELECT k, id, sum(i) OVER (PARTITION BY k) AS tot FROM t QUALIFY tot > 3  -- equal
SELECT * FROM (SELECT id, k FROM t) QUALIFY count(*) OVER (PARTITION BY k) > 2  -- rewritten
PIVOT (SELECT k, bo, i FROM t) ON bo IN (true, false) USING sum(i)  -- refused
PIVOT t ON k USING count(*) GROUP BY bo  -- refused
UNPIVOT (SELECT id, i, j FROM t) ON i, j INTO NAME n VALUE v  -- refused
UNPIVOT (SELECT id, i, j FROM t) ON COLUMNS(* EXCLUDE (id)) INTO NAME n VALUE v  -- refused
SELECT * FROM (SELECT id, i, j FROM t) UNPIVOT (v FOR n IN (i AS 'eye', j AS 'jay'))  -- equal
SELECT k AS a, i AS b FROM t UNION BY NAME SELECT j AS b, k AS a FROM t  -- refused
SELECT k AS a FROM t UNION ALL BY NAME SELECT v AS b FROM u  -- refused
SELECT i, NULL AS x FROM t UNION ALL SELECT j, s FROM t  -- equal
SELECT i AS x FROM t UNION SELECT d FROM t  -- equal
SELECT i AS x FROM t UNION ALL SELECT f FROM t  -- equal
SELECT d AS x FROM t UNION ALL SELECT f FROM t  -- equal
SELECT d AS x FROM t UNION ALL SELECT e FROM t  -- equal
SELECT d AS x FROM t UNION ALL SELECT b FROM t  -- equal
SELECT e AS x FROM t UNION ALL SELECT b * 1000000 FROM t  -- equal
SELECT r AS x FROM t UNION ALL SELECT d FROM t  -- refused, without types: untold
SELECT bo AS x FROM t UNION ALL SELECT i FROM t  -- refused, without types: stops
SELECT dt AS x FROM t UNION ALL SELECT tz FROM t  -- equal
SELECT ts AS x FROM t UNION ALL SELECT tz FROM t  -- equal
SELECT li AS x FROM t UNION ALL SELECT [1.5]  -- equal
SELECT st AS x FROM t UNION ALL SELECT {'a': 1.5, 'b': 'x'}  -- equal
SELECT st AS x FROM t UNION ALL SELECT {'b': 'x', 'a': 1}  -- refused, without types: stops
SELECT [] AS x UNION ALL SELECT li FROM t  -- refused
SELECT 1 AS x UNION ALL SELECT 'a'  -- refused
SELECT t.id, u.v FROM t ASOF JOIN u ON t.i >= u.k  -- refused
SELECT t.id, u.v FROM t ASOF LEFT JOIN u ON t.id >= u.k  -- refused
SELECT id FROM t WHERE EXISTS (FROM u WHERE u.k = t.k)  -- equal
SELECT k, id, v FROM t FULL JOIN u USING (k)  -- equal
SELECT t.k AS a, u.k AS b FROM t FULL JOIN u USING (k)  -- equal
SELECT * FROM (SELECT k, id FROM t) a NATURAL FULL JOIN u b  -- equal
SELECT k, bo, GROUPING(k, bo) AS g, count(*) AS n FROM t GROUP BY CUBE (k, bo)  -- rewritten
SELECT k, bo, grouping_id(k, bo) AS g, count(*) AS n FROM t GROUP BY ROLLUP (k, bo)  -- rewritten
SELECT coalesce(k::varchar, 'total') AS k, sum(i) AS n FROM t GROUP BY ROLLUP (k)  -- rewritten, without types: refused
SELECT k, bo, sum(i) AS n FROM t GROUP BY GROUPING SETS ((k, bo), (k), ())  -- rewritten
SELECT count(DISTINCT k) AS a, count(DISTINCT bo) AS b, count(DISTINCT s) FILTER (WHERE i > 1) AS c FROM t  -- equal
SELECT k, any_value(s) AS s FROM t WHERE id IN (1, 4, 6) GROUP BY k  -- refused
SELECT k, first(s ORDER BY id DESC) AS s FROM t GROUP BY k  -- rewritten
SELECT k, mode(i) AS s FROM t GROUP BY k  -- refused
SELECT k, quantile_cont(i, [0.25, 0.5, 0.75]) AS q FROM t GROUP BY k  -- refused
SELECT k, quantile_cont(d, 0.5) AS q FROM t GROUP BY k  -- refused, without types: stops
SELECT k, quantile_disc(i, 0.5) AS q FROM t GROUP BY k  -- refused
SELECT k, percentile_cont(0.25) WITHIN GROUP (ORDER BY d::double) AS q FROM t GROUP BY k  -- rewritten
SELECT median(d::double) AS m, median(f) AS n FROM t WHERE id < 5  -- rewritten
SELECT k, histogram(i) AS h FROM t GROUP BY k  -- refused
SELECT k, string_agg(s, ', ' ORDER BY s) AS x FROM t GROUP BY k  -- rewritten
SELECT k, string_agg(DISTINCT v, ', ' ORDER BY v) AS x FROM u GROUP BY k  -- rewritten
SELECT k, list(s ORDER BY id) AS x FROM t GROUP BY k  -- rewritten
SELECT k, list(DISTINCT i ORDER BY i) AS x FROM t GROUP BY k  -- rewritten
SELECT k, list(i ORDER BY i DESC NULLS LAST) AS x FROM t GROUP BY k  -- rewritten
SELECT k, list({'id': id, 's': s} ORDER BY id) AS x FROM t GROUP BY k  -- rewritten
SELECT k, map_from_entries(list({'k': id, 'v': s} ORDER BY id)) AS x FROM t GROUP BY k  -- refused
SELECT id, (SELECT max(k) FROM u) - k AS n FROM t  -- rewritten
SELECT id, i > (SELECT avg(i) FROM t) AS n FROM t  -- rewritten
SELECT id, EXISTS (SELECT 1 FROM u WHERE u.k = t.k) AS e FROM t  -- equal
SELECT id, NOT EXISTS (SELECT 1 FROM u WHERE u.k = t.k) AS e FROM t  -- equal
SELECT id, (SELECT list(v ORDER BY v) FROM u WHERE u.k = t.k) AS l FROM t  -- rewritten
SELECT id, ARRAY(SELECT k FROM u ORDER BY k) AS l FROM t  -- refused
SELECT id FROM t WHERE i NOT IN (SELECT k FROM u)  -- equal
SELECT id FROM t WHERE s IN (SELECT v FROM u) OR i IN (SELECT k FROM u)  -- equal
SELECT id FROM t WHERE (k, i) NOT IN (SELECT k, 1 FROM u WHERE k IS NOT NULL)  -- equal
SELECT id FROM t WHERE k = ANY (SELECT k FROM u)  -- refused
SELECT id FROM t WHERE i > ALL (SELECT k FROM u WHERE k IS NOT NULL)  -- refused
SELECT id FROM t WHERE i = ANY ([1, 2, 10])  -- refused
SELECT id FROM t WHERE i IN li  -- refused
SELECT größe, "naïve café" FROM (SELECT id AS größe, k AS "naïve café" FROM t)  -- rewritten
SELECT * REPLACE (upper(v) AS v) FROM u  -- rewritten, without types: refused
SELECT u.* REPLACE (v || '!' AS v), 1 AS one FROM u  -- rewritten, without types: refused
SELECT count(COLUMNS('i|j')) FROM t  -- refused
SELECT id, i AS x, x + 1 AS y, y * 2 AS z FROM t WHERE x > 1  -- rewritten, without types: stops
SELECT id FROM t ORDER BY id FETCH FIRST 2 ROWS ONLY  -- refused
SELECT sum(i) AS s FROM t GROUP BY ()  -- rewritten
SELECT * FROM (VALUES (1, NULL), (NULL, 'b')) AS x(a, b)  -- equal
SELECT * FROM (VALUES (1, 2.5), (2, 3)) AS x(a, b)  -- equal
SELECT * FROM (VALUES (DATE '2024-01-01', {'a': 1})) AS x(a, b)  -- equal
SELECT * FROM (VALUES (1, [1, 2]), (2, NULL)) AS x(a, b)  -- equal
SELECT * FROM (VALUES ('a', 1::bigint), ('b', 2)) AS x(a, b)  -- equal
SELECT * FROM (VALUES (1), ('2')) AS x(a)  -- refused
WITH x(a, b) AS (SELECT 1, 'x'), y AS (SELECT a, b || 'y' AS b FROM x) SELECT * FROM x JOIN y USING (a)  -- rewritten, without types: untold
SELECT CASE WHEN id < 0 THEN r ELSE 16777217 END AS x FROM t  -- refused, without types: untold
SELECT r = 16777217 AS x FROM (SELECT (id * 0 + 16777216)::double AS q, r FROM t)  -- refused, without types: rewritten
SELECT * FROM (VALUES ({'a': 1}, 1), ({'a': 2}, 2)) AS v(a, b)  -- equal
SELECT * FROM (VALUES ({'a': 1}::struct(a bigint), 1)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES (CAST({'a': 1} AS struct(a bigint)), 1)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES ([1]::bigint[], 1)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES ('1'::int, 1)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES ('2024-01-01'::date, 1), (NULL, 2)) AS v(a, b)  -- equal
SELECT * FROM (VALUES ('2024-01-01'::timestamp, 1.5::double), (NULL, 2)) AS v(a, b)  -- equal
SELECT * FROM (VALUES (1.5::decimal(10,2), 2::bigint), (NULL, 2)) AS v(a, b)  -- equal
SELECT * FROM (VALUES ('1.5'::varchar, true::int), (NULL, 2)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES (INTERVAL 1 DAY, 1)) AS v(a, b)  -- refused
SELECT * FROM (VALUES (strptime('2024-01-01', '%Y-%m-%d'), upper('a'))) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES (1 / 2, 7 // 2, 1 + 2)) AS v(a, b, c)  -- rewritten
SELECT * FROM (VALUES (NULL, 1), (NULL, 2)) AS v(a, b)  -- equal
SELECT * FROM (VALUES ('x', (SELECT max(k) FROM u))) AS v(a, b)  -- refused
SELECT * FROM (VALUES (TIMESTAMP '2024-01-01 00:00:00', DATE '2024-01-01')) AS v(a, b)  -- equal
SELECT id, k FROM t ORDER BY row_number() OVER (ORDER BY id DESC)  -- rewritten
SELECT * FROM (SELECT id, k FROM t) ORDER BY row_number() OVER (ORDER BY id DESC)  -- rewritten, without types: refused
SELECT * FROM u ORDER BY row_number() OVER (ORDER BY k DESC)  -- rewritten, without types: refused
SELECT *, k + 1 AS n FROM u ORDER BY sum(k) OVER (ORDER BY v), v LIMIT 2  -- rewritten, without types: refused
SELECT t.* FROM (SELECT id, k FROM t) t ORDER BY count(*) OVER (PARTITION BY k), id  -- rewritten, without types: refused
SELECT k, * FROM u ORDER BY count(*) OVER (), v  -- rewritten, without types: refused
WITH RECURSIVE a AS (SELECT 1.5 AS n, 1 AS i UNION ALL SELECT n * 1.5, i + 1 FROM a WHERE i < 4) SELECT * FROM a  -- rewritten, without types: stops
WITH RECURSIVE a AS (SELECT 1.5::decimal(10,2) AS n, 1 AS i UNION ALL SELECT n * 1.5, i + 1 FROM a WHERE i < 4) SELECT * FROM a  -- rewritten, without types: stops
WITH RECURSIVE a AS (SELECT 1.5::double AS n, 1 AS i UNION ALL SELECT n * 1.5, i + 1 FROM a WHERE i < 4) SELECT * FROM a  -- equal
WITH RECURSIVE a AS (SELECT 1 AS n, 1 AS i UNION ALL SELECT n * 1.5, i + 1 FROM a WHERE i < 4) SELECT * FROM a  -- rewritten, without types: stops
WITH RECURSIVE a AS (SELECT 1 AS n, 1 AS i UNION ALL SELECT n / 2, i + 1 FROM a WHERE i < 4) SELECT * FROM a  -- rewritten, without types: stops
WITH RECURSIVE a AS (SELECT 1::bigint AS n, 'a' AS s UNION ALL SELECT n + 1, s || 'b' FROM a WHERE n < 4) SELECT * FROM a  -- rewritten
WITH RECURSIVE a AS (SELECT k AS n, v::varchar AS path FROM u WHERE k = 1 UNION ALL SELECT u.k, a.path || '>' || u.v FROM a JOIN u ON u.k = a.n + 1) SELECT * FROM a  -- rewritten
WITH RECURSIVE a AS (SELECT DATE '2024-01-01' AS d UNION ALL SELECT d + INTERVAL 1 DAY FROM a WHERE d < DATE '2024-01-04') SELECT * FROM a  -- rewritten, without types: stops
WITH RECURSIVE a AS (SELECT sum(i) AS n, 1 AS i FROM t UNION ALL SELECT n + 1, i + 1 FROM a WHERE i < 3) SELECT * FROM a  -- equal
WITH RECURSIVE a AS (SELECT [1] AS p, 1 AS i UNION ALL SELECT list_append(p, i), i + 1 FROM a WHERE i < 3) SELECT * FROM a  -- equal
WITH RECURSIVE a(n, m) AS (SELECT 0, 1 UNION ALL SELECT m, n + m FROM a WHERE n < 20) SELECT n FROM a ORDER BY n  -- equal
WITH RECURSIVE a AS (SELECT 1 AS n UNION SELECT n + 1 FROM a WHERE n < 4) SELECT * FROM a  -- refused
SELECT id FROM t WHERE i  -- refused, without types: stops
SELECT k FROM t GROUP BY k HAVING count(*)  -- refused
SELECT id FROM t WHERE r > 0.1  -- rewritten, without types: untold
SELECT {'a': i}.a FROM t  -- rewritten
SELECT (st).b || 'x' FROM t  -- rewritten
SELECT éa.id AS ü FROM t AS éa JOIN (SELECT id AS ñ FROM t) AS b ON éa.id = b.ñ  -- rewritten
WITH köln AS (SELECT 1 AS a) SELECT * FROM köln  -- rewritten
SELECT 1 AS s FROM t GROUP BY ()  -- refused
SELECT k, sum(i) AS s FROM t GROUP BY k, ()  -- rewritten
SELECT * FROM (VALUES (true), (2)) AS x(a)  -- refused
SELECT * FROM (VALUES (1), (NULL), (2.5)) AS x(a)  -- equal
SELECT r AS x FROM t UNION ALL SELECT 0.1  -- rewritten, without types: untold
SELECT r AS x FROM t UNION ALL SELECT f FROM t  -- equal
SELECT r FROM t UNION ALL SELECT r FROM t  -- equal
SELECT * FROM (SELECT r FROM t) UNION ALL SELECT d FROM t  -- refused, without types: untold
SELECT * FROM (SELECT r FROM t) UNION ALL SELECT 1  -- rewritten
SELECT st AS x FROM t UNION ALL SELECT {'A': 1, 'b': 'x'}  -- equal
SELECT st AS x FROM t UNION ALL SELECT st FROM t  -- equal
SELECT id FROM t WHERE r IN (SELECT d FROM t)  -- equal
SELECT * FROM (VALUES ({'a': 1}::STRUCT(a BIGINT), 1)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES (CAST({'a': 1, 'b': '2024-01-01'} AS STRUCT(a BIGINT, b DATE)), 1)) AS v(a, b)  -- rewritten
SELECT * FROM (VALUES ([1]::BIGINT[], 1)) AS v(a, b)  -- rewritten
SELECT DISTINCT * FROM (SELECT id, k FROM t) ORDER BY row_number() OVER (ORDER BY id)  -- refused
SELECT id, coalesce((SELECT list(v ORDER BY v) FROM u WHERE u.k = t.k), []::VARCHAR[]) AS l FROM t  -- rewritten
SELECT f - f AS x, count(*) AS n FROM t GROUP BY f - f  -- equal
SELECT k, list(id ORDER BY id)[1:2] AS l FROM t GROUP BY k  -- rewritten
SELECT id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.k AND EXISTS (SELECT 1 FROM u AS w WHERE w.v = u.v AND w.k = t.k))  -- refused, without types: stops
SELECT id, (SELECT sum(u.k * t.i) FROM u WHERE u.k = t.k) AS n FROM t  -- refused, without types: stops
SELECT k, (SELECT max(v) FROM u WHERE u.k = t.k) AS v, count(*) AS n FROM t GROUP BY k  -- refused, without types: stops
SELECT id FROM t ORDER BY (SELECT max(v) FROM u WHERE u.k = t.k), id  -- refused, without types: stops
SELECT k, max((SELECT max(v) FROM u WHERE u.k = t.k)) AS v FROM t GROUP BY k  -- equal
SELECT id FROM t WHERE i > (SELECT avg(b.i) FROM t AS b WHERE b.k = t.k)  -- rewritten
SELECT id, (SELECT list(v ORDER BY v)[1] FROM u WHERE u.k = t.k) AS v FROM t  -- rewritten
SELECT id, (SELECT v FROM u WHERE u.k = t.id - 1) || '!' AS v FROM t  -- rewritten
SELECT date_trunc('month', ts)::date AS m, count(*) AS n, sum(d) AS s, avg(d) AS a FROM t GROUP BY 1 ORDER BY 1  -- rewritten
SELECT date_trunc('month', dt) AS m, k, count(DISTINCT s) AS n FROM t GROUP BY ALL ORDER BY ALL  -- rewritten
SELECT k, sum(CASE WHEN bo THEN d ELSE 0 END) AS a, sum(d) FILTER (WHERE NOT bo) AS b, round(100.0 * a / nullif(sum(d), 0), 2) AS pct FROM t GROUP BY k  -- rewritten
SELECT k, count(*) AS n, count(*) * 100.0 / sum(count(*)) OVER () AS pct FROM t GROUP BY k  -- rewritten
SELECT id, dt, dt - lag(dt) OVER (ORDER BY dt, id) AS gap FROM t WHERE dt IS NOT NULL  -- rewritten, without types: stops
SELECT k, min(dt) AS a, max(dt) AS b, max(dt) - min(dt) AS days FROM t GROUP BY k  -- rewritten, without types: stops
SELECT k, date_diff('day', min(dt), max(dt)) AS days, date_diff('month', min(ts), max(ts)) AS months FROM t GROUP BY k  -- rewritten
SELECT md5(concat_ws('|', id, s, dt)) AS key FROM t  -- rewritten
SELECT md5(coalesce(s, '') || '-' || coalesce(i::varchar, '')) AS key FROM t  -- rewritten
SELECT md5(cast(coalesce(cast(id as varchar), '_dbt_utils_surrogate_key_null_') || '-' || coalesce(cast(s as varchar), '_dbt_utils_surrogate_key_null_') as varchar)) AS key FROM t  -- rewritten
SELECT id, s AS name, CASE WHEN length(s) > 5 THEN left(s, 5) || '…' ELSE s END AS short FROM t  -- rewritten
SELECT id FROM t WHERE (i, j) IN (VALUES (1, 2), (2, 0))  -- refused
SELECT id FROM t WHERE dt >= DATE '2024-01-01' AND dt < DATE '2024-01-01' + INTERVAL 1 MONTH  -- rewritten
SELECT id FROM t WHERE list_contains(ls, 'a') OR len(li) = 0  -- rewritten, without types: stops
SELECT id FROM t WHERE js->>'$.a' = '1'  -- rewritten
SELECT sum(f) AS a, avg(f) AS b FROM t WHERE f < 100  -- rewritten
SELECT stddev(d) AS a, var_pop(f) AS b, corr(i, j) AS c FROM t WHERE id < 5  -- refused
SELECT approx_count_distinct(k) AS a FROM t  -- refused
SELECT k, product(i) AS p FROM t GROUP BY k  -- refused
SELECT k, arg_max(s, dt) AS latest, max_by(i, id) AS m FROM t GROUP BY k  -- rewritten
SELECT k, sum(d) AS s FROM t GROUP BY k HAVING sum(d) > avg(d)  -- rewritten
SELECT id, sum(d) OVER (PARTITION BY k ORDER BY dt, id ROWS UNBOUNDED PRECEDING) AS run, avg(d) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS mov FROM t  -- rewritten
SELECT id, lead(dt) OVER (PARTITION BY k ORDER BY dt, id) - INTERVAL 1 DAY AS valid_to, coalesce(lead(dt) OVER (PARTITION BY k ORDER BY dt, id), DATE '9999-12-31') AS nxt FROM t  -- rewritten
SELECT id, sum(is_new) OVER (PARTITION BY k ORDER BY id) AS session FROM (SELECT id, k, CASE WHEN ts - lag(ts) OVER (PARTITION BY k ORDER BY id) > INTERVAL 30 MINUTE THEN 1 ELSE 0 END AS is_new FROM t)  -- refused
SELECT id, sum(is_new) OVER (PARTITION BY k ORDER BY id) AS session FROM (SELECT id, k, CASE WHEN date_diff('minute', lag(ts) OVER (PARTITION BY k ORDER BY id), ts) > 30 THEN 1 ELSE 0 END AS is_new FROM t)  -- rewritten
SELECT k, NULL::varchar AS b FROM u UNION ALL SELECT k, v FROM u  -- rewritten
SELECT id, i, j, i + j AS total, total / 2.0 AS half FROM t  -- rewritten
SELECT * EXCLUDE (k), k AS key FROM u  -- rewritten
SELECT id, try_cast(n AS INTEGER) AS n, try_cast(s AS DATE) AS d FROM t  -- rewritten
SELECT id, strftime(dt, '%Y-%m') AS ym, strftime(ts, '%d.%m.%Y %H:%M') AS f FROM t  -- rewritten
SELECT id, cast(dt AS timestamp) + INTERVAL 8 HOUR AS x, ts::date AS d, cast(ts AS date) - dt AS n FROM t  -- rewritten, without types: stops
SELECT id, regexp_extract(s, '([a-z]+)', 1) AS w, regexp_replace(s, '[^a-zA-Z]', '', 'g') AS c FROM t  -- rewritten
SELECT id, string_split(p, ',')[1] AS first, len(string_split(p, ',')) AS n FROM t  -- rewritten, without types: stops
SELECT k, list(DISTINCT v) AS l FROM u GROUP BY k  -- refused
SELECT k, max(i) - min(i) AS spread, (max(i) - min(i)) / nullif(avg(i), 0) AS rel FROM t GROUP BY k  -- rewritten
SELECT id, d::varchar || ' €' AS price, (d * 100)::bigint AS cents, round(d * 1.19, 2) AS gross FROM t  -- rewritten
SELECT id, i::double / 3 AS a, round(i / 3, 2) AS b, i // 2 AS c, i % 2 AS m FROM t  -- rewritten
SELECT sum(i) * 1.0 / count(*) AS a, sum(i) / count(*) AS b, avg(i) AS c FROM t  -- rewritten
SELECT sum(d) AS s, round(sum(d) / 3, 2) AS t, sum(d)::double AS u, cast(sum(d) AS decimal(12, 1)) AS v FROM t  -- rewritten
SELECT sum(d * i) AS a, sum(d) * 1.1 AS b, avg(d * 2) AS c, max(d) + 1 AS e FROM t  -- rewritten
SELECT ts IN (SELECT tz FROM t) AS x, id FROM t  -- rewritten
SELECT dt IN (SELECT ts FROM t) AS x, id FROM t  -- rewritten
SELECT i IN (SELECT d FROM t) AS x, id FROM t  -- rewritten
SELECT d IN (SELECT f FROM t) AS x, id FROM t  -- rewritten
SELECT f IN (SELECT i FROM t) AS x, id FROM t  -- rewritten
SELECT avg(x) AS s FROM (SELECT 0.1 AS x UNION ALL SELECT 0.25)  -- rewritten
SELECT sum(x) AS s, avg(x) AS a FROM (SELECT i AS x FROM t UNION ALL SELECT d FROM t)  -- rewritten
SELECT round(x, 1) AS r FROM (SELECT f AS x FROM t UNION ALL SELECT i FROM t)  -- rewritten, without types: stops
SELECT x / 2 AS h, x % 2 AS m, x::int AS n FROM (SELECT d AS x FROM t UNION ALL SELECT e FROM t WHERE id < 4)  -- rewritten
SELECT (d * 2)::varchar AS a, (d + 1)::varchar AS b, (d * e)::varchar AS c, (d % 3)::varchar AS m, (-d)::varchar AS n, abs(d)::varchar AS o FROM t  -- rewritten
SELECT round(d, 1)::varchar AS a, round(d)::varchar AS b, floor(d)::varchar AS c, ceil(d)::varchar AS e, round(e, 2)::varchar AS f FROM t  -- rewritten, without types: stops
SELECT (d + e)::varchar AS a, (d - i)::varchar AS b, (i * 0.5)::varchar AS c, (b + d)::varchar AS f FROM t  -- rewritten
SELECT (CASE WHEN bo THEN 1.5 ELSE 2 END)::varchar AS a, if(bo, 1, 2.25)::varchar AS b FROM t  -- rewritten
SELECT [d, 1][1]::varchar AS a, {'x': d}.x::varchar AS b FROM t  -- rewritten
SELECT (sum(d) OVER (ORDER BY id))::varchar AS a, (sum(i) OVER ())::varchar AS b FROM t  -- rewritten
SELECT (i / 2)::decimal(10, 2)::varchar AS a, (f * 2)::decimal(10, 1) AS b FROM t WHERE f < 100  -- rewritten
SELECT k::varchar || '-' || sum(i)::varchar AS x FROM t GROUP BY k  -- rewritten
SELECT strftime(max(ts), '%Y') AS y, max(dt)::varchar AS d FROM t  -- rewritten
SELECT dt::varchar AS a, ts::varchar AS b, (dt + INTERVAL 1 DAY)::varchar AS c, ts::date::varchar AS e FROM t  -- rewritten
SELECT bo::varchar AS a, (i > 1)::varchar AS b, concat(bo, i > 1) AS c FROM t  -- rewritten
SELECT id, ts AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS ny FROM t  -- rewritten, without types: refused
SELECT id, (ts AT TIME ZONE 'Europe/Berlin')::date AS d FROM t  -- rewritten, without types: refused
SELECT id, date_trunc('hour', ts AT TIME ZONE 'Asia/Kolkata') AS h FROM t  -- rewritten, without types: refused
SELECT (tz::timestamp)::varchar AS a, tz::date AS b, tz::varchar AS c FROM t  -- rewritten
SELECT s // 2 AS h FROM (SELECT sum(b) AS s FROM t)  -- rewritten
SELECT id, dense_rank() OVER w AS a, sum(i) OVER w AS b, lead(id) OVER (v ORDER BY id DESC) AS c FROM t WINDOW w AS (PARTITION BY k ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), v AS (PARTITION BY k)  -- rewritten
SELECT t.id FROM t JOIN BY (TYPE single) u ON t.k = u.k  -- refused
SELECT count(*) EXPORT_STATE FROM t  -- refused
SELECT * FROM (SELECT id, i AS "Ii", j AS "Jj" FROM t) UNPIVOT (v FOR m IN (ii, jj))  -- rewritten, without types: untold
SELECT m, v FROM (SELECT id, i AS "Ii", j AS "Jj" FROM t) UNPIVOT (v FOR m IN (ii AS first, jj))  -- rewritten, without types: untold
SELECT * FROM range(2) WITH ORDINALITY AS r(a, b)  -- refused
