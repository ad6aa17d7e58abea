li[1]  -- rewritten
li[2]  -- rewritten
li[-1]  -- rewritten
li[0]  -- rewritten
li[99]  -- rewritten
li[1:2]  -- refused
li[2:]  -- refused
li[-2:]  -- refused
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
MAP {'a': i}['a']  -- refused
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
('{"a": 12345678.5}'->>'$.a')::decimal(12,2)  -- equal
'{"a": {"b": [1, 2.50], "c": "é"}}'->>'$.a'  -- rewritten
(js->>'$.c.d') = 'x'  -- rewritten
list_sort([[1, NULL], [1, 2]])  -- refused
list_max(list_transform(li, lambda x: {'a': x}))  -- refused, without types: stops
list_transform([li], lambda x: list_sort(x))  -- rewritten
list_transform([[li]], lambda x: list_min(x))  -- stops
