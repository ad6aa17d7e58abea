li[1]  -- rewritten
li[2]  -- rewritten
li[-1]  -- rewritten
li[0]  -- rewritten
li[99]  -- rewritten
li[1:2]  -- rewritten, without types: refused
li[2:]  -- rewritten, without types: refused
li[-2:]  -- rewritten, without types: refused
[1, 2, 3]  -- equal
[i, j]  -- equal
[]  -- refused
list_value(i, j)  -- equal
array[1, 2]  -- equal
len(li)  -- rewritten, without types: stops
length(li)  -- rewritten, without types: stops
array_length(li)  -- rewritten
list_contains(li, 2)  -- rewritten
array_contains(li, 2)  -- rewritten
list_has(li, 2)  -- rewritten
list_position(li, 2)  -- rewritten
array_position(li, 2)  -- rewritten
list_concat(li, [9])  -- rewritten
list_cat(li, [9])  -- rewritten
li || [9]  -- rewritten
list_append(li, 9)  -- equal
array_append(li, 9)  -- equal
list_prepend(9, li)  -- equal
list_extract(li, 1)  -- rewritten
list_element(li, 2)  -- rewritten
list_sort(li)  -- equal
list_sort(li, 'DESC')  -- equal
list_reverse_sort(li)  -- equal
list_distinct(li)  -- refused
list_unique(li)  -- refused
list_reverse(li)  -- rewritten
list_sum(li)  -- refused
list_avg(li)  -- refused
list_min(li)  -- equal
list_max(li)  -- equal
list_count(li)  -- refused
list_first(li)  -- rewritten
list_last(li)  -- rewritten
list_slice(li, 1, 2)  -- refused
list_aggregate(li, 'sum')  -- refused
list_aggr(li, 'max')  -- refused
list_transform(li, lambda x: x + 1)  -- equal
[x + 1 for x in li]  -- refused
[x for x in li if x > 1]  -- refused
list_filter(li, lambda x: x > 1)  -- equal
list_any_value(li)  -- refused
list_has_any(li, [1, 2])  -- refused
list_has_all(li, [1, 2])  -- refused
list_intersect(li, [1, 2])  -- refused
list_zip(li, li)  -- refused
flatten([li, [1]])  -- refused
range(3)  -- rewritten
range(1, 4)  -- rewritten
generate_series(1, 3)  -- rewritten
generate_series(3, 1)  -- rewritten
generate_series(3, 1, -1)  -- rewritten
generate_series(1, 10, 3)  -- rewritten
range(0)  -- rewritten
array_to_string(li, ',')  -- rewritten
list_string_agg(ls)  -- refused
list_contains(ls, 'a')  -- rewritten
ls[1]  -- rewritten
2 IN li  -- refused
2 = ANY(li)  -- refused
st.a  -- equal
st.b  -- equal
st['a']  -- equal
struct_extract(st, 'a')  -- equal
{'a': i, 'b': s}  -- equal
{'a': i}.a  -- equal
struct_pack(a := i, b := s)  -- equal
row(i, s)  -- refused
st IS NULL  -- equal
st = {'a': 1, 'b': 'x'}  -- equal
li = [1, 2, 3]  -- equal
li < [2]  -- refused
MAP {'a': 1, 'b': 2}  -- rewritten
MAP {'a': i}['a']  -- rewritten
mp['a']  -- equal
map_keys(mp)  -- equal
map_values(mp)  -- equal
map_entries(mp)  -- equal
cardinality(mp)  -- rewritten
element_at(mp, 'a')  -- refused
map_extract(mp, 'a')  -- refused
map_contains(mp, 'a')  -- refused
MAP(['a', 'b'], [1, 2])  -- equal
js->>'$.a'  -- rewritten
js->>'a'  -- rewritten
js->'$.a'  -- refused
js->>'$.b[0]'  -- rewritten
js->>'$.c.d'  -- rewritten
json_extract(js, '$.a')  -- refused
json_extract_string(js, '$.a')  -- rewritten
json_extract_string(js, '$.c')  -- rewritten
json_array_length(js, '$.b')  -- refused
json_array_length('[1,2]')  -- rewritten
json_keys(js)  -- refused
json_valid(js)  -- refused
json_type(js)  -- refused
json_exists(js, '$.a')  -- refused
to_json(st)  -- refused
json_object('a', i)  -- refused
json_array(i, j)  -- refused
cardinality(li)  -- rewritten
list_resize(li, 2)  -- refused
list_dot_product([1.0, 2.0], [3.0, 4.0])  -- refused
unnest(li)  -- equal
array_slice(li, 1, 2)  -- refused
list_indexof(li, 2)  -- rewritten
list_where(li, [true, false, true])  -- refused
list_grade_up(li)  -- refused
len(ls)  -- rewritten, without types: stops
len(li) = 0  -- rewritten, without types: stops
len(list_filter(li, lambda x: x > 1))  -- rewritten, without types: stops
len(list_transform(li, lambda x: x))  -- rewritten, without types: stops
len(list_sort(li))  -- rewritten, without types: stops
len(map_keys(mp))  -- rewritten, without types: stops
CASE WHEN len(li) > 0 THEN li[1] END  -- rewritten, without types: stops
list_contains(li, i)  -- rewritten
list_contains([1, 2, NULL], 3)  -- rewritten
list_position(li, NULL)  -- rewritten
list_position(li, i)  -- rewritten
list_concat(NULL, li)  -- rewritten
list_sort([f, g])  -- equal
list_max([f, g])  -- equal
array_to_string([f], ',')  -- stops
array_to_string(['a', NULL, 'b'], ',')  -- rewritten
array_to_string(list_transform(li, lambda x: x * 2), ',')  -- rewritten
list_transform(li, lambda x, y: x + y)  -- refused
list_filter([1, 2, 3], lambda x, y: y > 1)  -- refused
list_transform(string_split(p, ','), lambda x: trim(x))  -- rewritten
greatest(li, [2])  -- refused
greatest(st, st)  -- refused, without types: equal
(1, 2)  -- refused
(i, s)  -- refused
st < {'a': 2, 'b': 'x'}  -- refused
st IN ({'a': 1, 'b': 'x'})  -- equal
li IN ([5], [7, 7])  -- equal
js->>'c.d'  -- refused
json_array_length(js)  -- rewritten
json_array_length(js->'$.b')  -- refused
json_array_length('{"a": 1}')  -- rewritten
'{"a": 12345678.5}'->>'$.a'  -- stops
('{"a": 12345678.5}'->>'$.a')::decimal(12,2)  -- rewritten
'{"a": {"b": [1, 2.50], "c": "é"}}'->>'$.a'  -- rewritten
(js->>'$.c.d') = 'x'  -- rewritten
list_sort([[1, NULL], [1, 2]])  -- refused
list_max(list_transform(li, lambda x: {'a': x}))  -- refused, without types: stops
list_transform([li], lambda x: list_sort(x))  -- rewritten
list_transform([[li]], lambda x: list_min(x))  -- stops
r + r  -- equal
r * r  -- equal
r - 1  -- refused, without types: untold
r * 1.5  -- refused, without types: untold
r * f  -- equal
-r  -- equal
r % 2  -- refused, without types: equal
r / 2  -- refused, without types: rewritten
round(r)  -- equal
round(r::double, 1)  -- rewritten
floor(r)  -- rewritten
ceil(r)  -- rewritten
sqrt(r)  -- equal
r = 1.5  -- rewritten
r = 2  -- rewritten
r < 3  -- rewritten
r >= i  -- refused, without types: equal
r = i  -- refused, without types: equal
r IN (2, 3)  -- rewritten
r BETWEEN 0 AND 2  -- rewritten
r <> d  -- refused, without types: equal
r IS DISTINCT FROM d  -- refused, without types: equal
coalesce(r, 0)  -- rewritten
coalesce(r, 0.0)  -- rewritten
typeof(coalesce(r, 0))  -- refused
CASE WHEN bo THEN r ELSE 0 END  -- rewritten
nullif(r, 0)  -- rewritten
greatest(r, 0)  -- rewritten
least(r, i)  -- refused, without types: equal
[r, d]  -- refused, without types: untold
[r, f]  -- equal
{'a': r}  -- equal
r::int  -- rewritten
r::decimal(10,2)  -- rewritten
r::bigint  -- rewritten
list_contains([0.1, 1.5], r)  -- refused, without types: untold
r IN (SELECT d FROM t)  -- rewritten
[d, f]  -- equal
[i, d]  -- equal
[i, b]  -- equal
[bo, i]  -- refused, without types: stops
[i, '5']  -- equal
[dt, ts]  -- equal
[1, 2.5, NULL]  -- equal
[[1], [2, 3]]  -- equal
[{'a': 1}, {'a': NULL}]  -- equal
[NULL, 1]  -- equal
[NULL]  -- equal
{'a': NULL}  -- equal
{'a': i, 'b': [i, j]}  -- equal
{'x': {'y': s}}.x.y  -- equal
{'a': i}['a']  -- equal
st.a + 1  -- equal
st['b']  -- equal
st.b || '!'  -- rewritten
struct_insert(st, c := 1)  -- refused
struct_keys(st)  -- refused
li[10]  -- rewritten
li[:2]  -- rewritten, without types: refused
li[1:3:2]  -- refused
array_length(li, 1)  -- rewritten
list_sort(li, 'DESC', 'NULLS FIRST')  -- equal
list_contains(li, 3)  -- rewritten
list_has(li, 3)  -- rewritten
array_contains(li, 3)  -- rewritten
li && [1, 2]  -- refused
li @> [1]  -- refused
list_intersect(li, [1, 3])  -- refused
array_push_back(li, 9)  -- refused
flatten([[1, 2], [3]])  -- refused
flatten([li, [9]])  -- refused
list_transform(li, lambda x: x * 2)  -- equal
list_transform(li, lambda x, i: x + i)  -- refused
list_transform(ls, lambda x: x || '!')  -- rewritten
list_filter(li, lambda x, i: i = 1)  -- refused
list_reduce([1, 2, 3], lambda a, x: a + x)  -- refused
[x * 2 FOR x IN li]  -- refused
[x FOR x IN li IF x > 1]  -- refused
[upper(x) FOR x IN ls IF x IS NOT NULL]  -- refused
[x + i FOR x IN li]  -- refused
list_transform(li, lambda x: {'v': x, 'k': k})  -- equal
list_transform([st], lambda x: x.a)  -- equal
list_zip([1, 2], ['a', 'b'])  -- refused
list_where([1, 2], [true, false])  -- refused
list_select([1, 2], [2])  -- refused
list_value(1, 2)  -- equal
array_value(1, 2)  -- refused
array_to_string(li, '-')  -- rewritten
array_to_string(ls, ',')  -- rewritten
list_position(li, 3)  -- rewritten
range(1, 10, 3)  -- rewritten
generate_series(1, 3)[2]  -- rewritten
mp['zz']  -- equal
mp[s]  -- refused
map_extract_value(mp, 'a')  -- refused
map(['a', 'b'], [1, 2])  -- equal
MAP {'a': i}  -- rewritten
map_from_entries([('a', 1)])  -- refused
map_concat(mp, MAP {'q': 1})  -- refused
map_keys(mp)[1] IS NULL  -- rewritten
li <> [1]  -- equal
li IS DISTINCT FROM [1]  -- equal
(i, j) IN ((1, 2), (2, 0))  -- equal
(i, s) IN ((1, 'hello'))  -- equal
i IN (SELECT unnest([1, 2]))  -- rewritten
li IN ([1, 2, 3], [7, 7])  -- equal
union_value(a := 1)  -- refused
li::varchar[]  -- rewritten, without types: refused
[1, 2]::bigint[]  -- rewritten
['1', '2']::int[]  -- rewritten
st::struct(a bigint, b varchar)  -- rewritten, without types: refused
{'a': 1}::struct(a double)  -- rewritten
li[-5:]  -- rewritten, without types: refused
li[:-1]  -- rewritten, without types: refused
li[:-2]  -- rewritten, without types: refused
li[2:1]  -- rewritten, without types: refused
li[5:]  -- rewritten, without types: refused
li[:9]  -- rewritten, without types: refused
li[-2:-1]  -- rewritten, without types: refused
li[-9:2]  -- rewritten, without types: refused
li[-9:-8]  -- rewritten, without types: refused
li[0:2]  -- refused
li[i:]  -- refused
s[:3]  -- rewritten, without types: refused
s[:-2]  -- rewritten, without types: refused
s[-9:2]  -- rewritten, without types: refused
s[:-9]  -- rewritten, without types: refused
s[4:2]  -- rewritten, without types: refused
s[9:]  -- rewritten, without types: refused
(s || 'ab')[2:3]  -- rewritten
('héllo')[2:3]  -- rewritten
string_split(p, ',')[2:]  -- rewritten, without types: refused
array_to_string(string_split(p, ',')[2:], ',')  -- rewritten, without types: refused
(dt::varchar)[1:7]  -- rewritten
repeat(li, 2)  -- rewritten, without types: stops
repeat(li, 0)  -- rewritten, without types: stops
list_position(li, 3.0)  -- rewritten, without types: stops
list_position([1.0, 2.5, 3.0], i)  -- rewritten, without types: stops
list_position(li, d)  -- rewritten, without types: stops
list_contains(li, 3.0)  -- rewritten
least(li[1])  -- rewritten
array_extract(li, i)  -- rewritten
list_element(li, -1)  -- rewritten
array_extract(st, 'a')  -- refused
(li).list_reverse()  -- refused
