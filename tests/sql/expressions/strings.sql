upper(s)  -- rewritten
lower(s)  -- rewritten
ucase(s)  -- rewritten
lcase(s)  -- rewritten
length(s)  -- equal
len(s)  -- equal
strlen(s)  -- rewritten
char_length(s)  -- equal
bit_length(s)  -- equal
trim(s)  -- rewritten
ltrim(s)  -- rewritten
rtrim(s)  -- rewritten
trim(s, 'a')  -- equal
ltrim(s, 'aH')  -- equal
trim(both 'a' from s)  -- equal
s || 'x'  -- rewritten
s || i  -- rewritten
s || NULL  -- refused
concat(s, 'x')  -- rewritten
concat(s, NULL, 'x')  -- rewritten
concat(s, i, 'x')  -- rewritten
concat_ws('-', s, p, 'z')  -- rewritten
concat_ws('-', s, NULL, i)  -- rewritten
substr(s, 2)  -- equal
substr(s, 2, 3)  -- equal
substring(s, 1, 2)  -- equal
substring(s from 2 for 3)  -- equal
substr(s, -3)  -- equal
substr(s, -3, 2)  -- equal
substr(s, 0, 2)  -- refused
substr(s, i)  -- equal
substr(s, 2, -1)  -- refused
s[1]  -- rewritten, without types: stops
s[1:3]  -- rewritten, without types: refused
s[2:]  -- rewritten, without types: refused
s[-2:]  -- rewritten, without types: refused
left(s, 2)  -- equal
left(s, -1)  -- refused
right(s, 2)  -- equal
right(s, -1)  -- refused
left(s, i)  -- stops
lpad(s, 8, '*')  -- equal
rpad(s, 8, '*')  -- equal
lpad(s, 3, 'ab')  -- equal
repeat(s, 2)  -- equal
reverse(s)  -- rewritten
replace(s, 'a', 'b')  -- equal
replace(s, '', 'b')  -- equal
translate(s, 'abc', 'xy')  -- equal
position('l' in s)  -- equal
strpos(s, 'l')  -- equal
instr(s, 'l')  -- equal
contains(s, 'l')  -- equal
starts_with(s, 'H')  -- equal
prefix(s, 'H')  -- rewritten
suffix(s, 'o')  -- rewritten
ends_with(s, 'o')  -- equal
s LIKE 'H%'  -- equal
s LIKE '%l_o'  -- equal
s LIKE 'a\%'  -- rewritten
s LIKE 'a$%' ESCAPE '$'  -- equal
s NOT LIKE 'H%'  -- equal
s ILIKE 'h%'  -- equal
s SIMILAR TO 'H.*'  -- rewritten
s GLOB 'H*'  -- refused
s ~~ 'H%'  -- equal
s ~ '[A-Z].*'  -- rewritten
s !~ '[A-Z].*'  -- rewritten
regexp_matches(s, '[0-9]+')  -- rewritten
regexp_matches(s, 'h', 'i')  -- rewritten
regexp_full_match(s, '[a-z]+')  -- rewritten
regexp_replace(s, 'l', 'L')  -- refused
regexp_replace(s, 'l', 'L', 'g')  -- rewritten
regexp_replace(s, '(l)(.)', '\2\1', 'g')  -- rewritten
regexp_replace(s, '[^a-z]', '', 'g')  -- rewritten
regexp_replace(s, '[^a-z]', '', 'gi')  -- rewritten
regexp_extract(s, '([a-z]+)')  -- rewritten
regexp_extract(s, '([A-Z])([a-z]+)', 2)  -- rewritten
regexp_extract(s, '[0-9]+')  -- rewritten
regexp_extract_all(s, '[a-z]')  -- rewritten
regexp_extract_all(s, '([a-z])([a-z])', 1)  -- rewritten
regexp_split_to_array(s, '[ ,]')  -- rewritten
regexp_matches(s, '\d')  -- rewritten
regexp_matches(s, '\w+\s')  -- rewritten
regexp_matches(s, '(?i)hello')  -- rewritten
regexp_matches(s, '^[[:alpha:]]+$')  -- refused
regexp_matches(s, '\bworld\b')  -- refused
regexp_matches(s, p)  -- refused
split(p, ',')  -- equal
string_split(p, ',')  -- equal
str_split(p, '.')  -- equal
split_part(p, ',', 1)  -- equal
split_part(p, ',', 2)  -- equal
split_part(p, ',', -1)  -- equal
split_part(p, ',', 9)  -- equal
string_split(p, '')  -- refused
ascii(s)  -- equal
ord(s)  -- refused
chr(65 + i % 5)  -- refused
chr(65)  -- equal
unicode(s)  -- refused
md5(s)  -- equal
sha256(s)  -- equal
sha1(s)  -- equal
hash(s)  -- refused
hex(s)  -- equal
to_hex(i)  -- equal
from_base64('YWJj')  -- refused
encode(s)  -- equal
levenshtein(s, 'Hello')  -- refused
editdist3(s, 'Hello')  -- refused
hamming('abc', 'abd')  -- refused
jaro_winkler_similarity(s, 'Hello')  -- refused
format('{} and {}', s, i)  -- refused
printf('%s-%d', s, i)  -- refused
printf('%05d', i)  -- refused
format('{:.2f}', f)  -- refused
s < p  -- equal
s > 'a'  -- equal
s = 'hello'  -- equal
s COLLATE NOCASE = 'hello'  -- refused
s IN ('hello', 'abc')  -- equal
'it''s'  -- equal
'a\nb'  -- equal
'back\slash'  -- equal
E'tab\there'  -- equal
'ünï' || s  -- rewritten
s || ' ' || p  -- rewritten
coalesce(s, 'none')  -- equal
nullif(s, '')  -- equal
greatest(s, p)  -- equal
least(s, p)  -- equal
max(s) OVER ()  -- equal
strip_accents(s)  -- refused
nfc_normalize(s)  -- refused
string_agg(s, ',') OVER ()  -- refused
bar(i, 0, 10, 10)  -- refused
url_encode(s)  -- refused
parse_filename(p)  -- refused
trim(upper(s))  -- rewritten
array_to_string(ls, '-')  -- rewritten
lower(s) = 'hello'  -- rewritten
length(s) > 3  -- equal
regexp_extract('https://example.com/path?x=1', 'https?://([^/]+)', 1)  -- rewritten
regexp_extract('a=1;b=2', 'b=([^;]*)', 1)  -- rewritten
regexp_extract('line1' || chr(10), 'line1$')  -- rewritten
regexp_extract('a' || chr(10) || 'b', 'a.b')  -- rewritten
regexp_extract('aaa', 'a+?')  -- rewritten
regexp_extract('é1', '\w+')  -- rewritten
regexp_extract('a]b', '[^]]+')  -- rewritten
regexp_extract('a{b', 'a{')  -- refused
regexp_extract('K', '(?i)k')  -- rewritten
regexp_extract_all('abc', 'x*')  -- rewritten
regexp_extract_all('a,b', '(a)|(b)', 2)  -- refused
regexp_extract_all('aXbX', '([a-z])X', 1)  -- rewritten
regexp_replace(s, 'x*', '-', 'g')  -- rewritten
regexp_replace(s, '(o)', '<\0>', 'g')  -- rewritten
regexp_replace('price: $5', '\$(\d)', '€\1', 'g')  -- rewritten
regexp_full_match('a' || chr(10), 'a')  -- rewritten
regexp_split_to_array('a,,b,', ',')  -- rewritten
split_part(p, ',', -2)  -- equal
split_part('a|b', '|', 2)  -- equal
string_split('a||b', '||')  -- equal
len(string_split(p, ','))  -- rewritten, without types: stops
length(string_split(s, ' '))  -- rewritten, without types: stops
substr(s, 1, length(s) - 1)  -- equal
substr(s, 1, strpos(s, ' ') - 1)  -- equal
substr(s, 3, i - 4)  -- rewritten
substr(s, -3, i)  -- stops
substr('a😀b', 2, 1)  -- equal
length('a😀b')  -- equal
reverse('a😀b')  -- rewritten
reverse('e' || '́')  -- stops
upper('ﬁx ß ŉ')  -- rewritten
lower('İ')  -- rewritten
trim('  ü  ')  -- rewritten
trim(' a ')  -- equal
ltrim('　a')  -- rewritten
lpad('abc', -1, 'x')  -- equal
repeat('ab', -1)  -- equal
replace('aaa', 'aa', 'b')  -- equal
translate('aab', 'aa', 'xy')  -- equal
s LIKE '%\\%'  -- rewritten
('a' || chr(10) || 'b') LIKE 'a_b'  -- rewritten
concat(d, '-', e)  -- rewritten
s COLLATE NOCASE IN ('HELLO')  -- refused
length(s) - length(replace(s, 'l', ''))  -- equal
'é' = ('e' || '́')  -- rewritten
coalesce(nullif(trim(s), ''), 'unknown')  -- rewritten
repeat(NULL, 2)  -- refused
upper('ƛ Ὀδυσσεύς ᾳ')  -- rewritten
lower('ΣΑΣ ᾼ Ǆ')  -- rewritten
regexp_extract('  é' || chr(11) || 'x y', '\S+')  -- rewritten
regexp_matches(s, '^\w+$')  -- rewritten
regexp_matches(s, 'HELLO', 'i')  -- rewritten
regexp_matches(s, 'a.b', 's')  -- refused
regexp_matches('a' || chr(10) || 'b', 'a.b', 's')  -- refused
regexp_matches('a' || chr(10) || 'b', '^b', 'm')  -- refused
regexp_matches('a' || chr(10) || 'b', '^b$', 'n')  -- refused
regexp_matches(s, 'l', 'c')  -- refused
regexp_matches(s, 'l', 'l')  -- refused
regexp_matches(s, '(?i)HELLO')  -- rewritten
regexp_matches(s, '(?P<x>l+)')  -- refused
regexp_matches(s, 'l{1,}')  -- rewritten
regexp_matches(s, '\p{L}+')  -- refused
regexp_matches(s, '[\d\s]+')  -- refused
regexp_matches(s, '(a|b|c)\s?')  -- rewritten
regexp_matches(s, '^$')  -- rewritten
regexp_matches(s, '')  -- rewritten
regexp_matches(p, '\.')  -- rewritten
regexp_matches(p, ',+')  -- rewritten
regexp_matches(s, '[a-zA-Z0-9._%+-]+@[a-z]+')  -- rewritten
regexp_matches('a@b.co', '^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$')  -- rewritten
regexp_replace(s, '\d+', '#', 'g')  -- rewritten
regexp_replace(s, '[aeiou]', '', 'g')  -- rewritten
regexp_replace(s, '^\s+|\s+$', '', 'g')  -- rewritten
regexp_replace(s, '\s{2,}', ' ', 'g')  -- rewritten
regexp_replace(s, '(\w)(\w*)', '\2-\1', 'g')  -- rewritten
regexp_replace(s, 'L', 'x', 'gi')  -- rewritten
regexp_replace(s, '\\', '/', 'g')  -- rewritten
regexp_replace(p, '[^0-9]', '', 'g')  -- rewritten
regexp_replace(p, '[^\x00-\x7F]', '', 'g')  -- refused
regexp_replace(s, 'h', '')  -- refused
regexp_replace(s, '^h', 'J')  -- refused
regexp_replace(s, 'o$', '0')  -- refused
regexp_extract(s, '(\w+)$', 1)  -- rewritten
regexp_extract(s, '^.', 0)  -- rewritten
regexp_extract(s, '(\d+)', 1)  -- rewritten
regexp_extract(s, '(\w)(\w)', ['a', 'b'])  -- refused
regexp_extract(s, 'L+', 0, 'i')  -- refused
regexp_extract_all(s, '\w+')  -- rewritten
regexp_extract_all(s, '(\w)\w', 1)  -- rewritten
regexp_split_to_array(p, '\s*,\s*')  -- rewritten
regexp_split_to_table(p, ',')  -- refused
string_split_regex(p, ',')  -- refused
string_to_array(p, ',')  -- equal
string_split(p, ', ')  -- equal
string_split('', ',')  -- equal
string_split(NULL, ',')  -- equal
string_split('a,b,', ',')  -- equal
string_split(',', ',')  -- equal
string_split('a.b', '.')  -- equal
string_split('a|b', '|')  -- equal
string_split('aXbxc', 'x')  -- equal
split_part('', ',', 1)  -- equal
split_part(p, '', 1)  -- refused
split_part(p, ',', 0)  -- refused
split_part(p, ',,', 2)  -- equal
split_part(p, ',', i)  -- refused
split(p, ',')[1]  -- rewritten
list_extract(string_split(p, ','), 1)  -- rewritten
(string_split(p, ','))[1]  -- rewritten
len(string_split(p, ',')) - 1  -- rewritten, without types: stops
array_to_string(string_split(p, ','), '|')  -- rewritten
list_aggregate(string_split(p, ','), 'string_agg', '|')  -- refused
left(s, 1) || '.'  -- rewritten
upper(left(s, 1)) || lower(substr(s, 2))  -- rewritten
concat_ws(', ', s, NULL, p)  -- rewritten
concat_ws(',', ls)  -- refused, without types: stops
concat(s, p, i)  -- rewritten
s || coalesce(p, '')  -- rewritten
s || ':' || i::varchar  -- rewritten
lpad(i::varchar, 5, '0')  -- equal
right('000' || i::varchar, 3)  -- rewritten
s[-1]  -- rewritten, without types: stops
s[1:2]  -- rewritten, without types: refused
s[2:3]  -- rewritten, without types: refused
substring(s, 2)  -- equal
substring(s, -2)  -- equal
substring(s, i, 2)  -- refused
substr(s, 1, NULL)  -- equal
strpos(s, NULL)  -- equal
position('l' IN s)  -- equal
instr(s, 'zz')  -- equal
length(NULL)  -- equal
length('')  -- equal
char_length('é')  -- equal
strlen('é')  -- rewritten
trim(s, ' ')  -- equal
trim(LEADING 'h' FROM s)  -- equal
trim(BOTH FROM s)  -- rewritten
ltrim(p, '.')  -- equal
rtrim(n, '0')  -- equal
trim(n)  -- rewritten
replace(s, 'l', '')  -- equal
replace(p, ',', chr(10))  -- equal
reverse(n)  -- rewritten
repeat('-', 3)  -- equal
ascii('')  -- equal
chr(128512)  -- refused
unicode('é')  -- refused
ord('a')  -- refused
hex(255)  -- equal
unhex('414243')  -- refused
from_hex('414243')  -- refused
from_base64('YWJj')::varchar  -- refused
encode('é')  -- equal
decode('abc'::blob)  -- refused
'abc'::blob  -- refused
'\xAA'::blob  -- refused
md5(p)  -- equal
sha256(s || p)  -- rewritten
sha1('x')  -- equal
md5_number('x')  -- refused
levenshtein('kitten', 'sitting')  -- refused
levenshtein(s, p)  -- refused
damerau_levenshtein('ab', 'ba')  -- refused
jaccard('abc', 'abd')  -- refused
jaro_similarity('abc', 'abd')  -- refused
jaro_winkler_similarity('abc', 'abd')  -- refused
editdist3('abc', 'abd')  -- refused
mismatches('abc', 'abd')  -- refused
translate(p, ',', '')  -- equal
s LIKE 'h%o'  -- equal
s LIKE '%' || p || '%'  -- rewritten
s LIKE p  -- rewritten
s NOT ILIKE 'HELLO'  -- equal
s ILIKE '%WORLD%'  -- equal
s SIMILAR TO '(h|H)ello.*'  -- rewritten
s NOT SIMILAR TO 'h.*'  -- rewritten
s ~ 'h.*'  -- rewritten
s ~* 'H.*'  -- refused
s GLOB '*o*'  -- refused
s LIKE 'a_c%' ESCAPE '\'  -- equal
s ^@ 'h'  -- equal
starts_with(s, '')  -- equal
contains(s, p)  -- equal
contains(lower(s), 'w')  -- rewritten
s > p  -- equal
s BETWEEN 'a' AND 'i'  -- equal
s < 'Z'  -- equal
s = 'HELLO' COLLATE NOCASE  -- refused
lower(s) = lower('HELLO')  -- rewritten
s COLLATE "de" < 'z'  -- refused
nullif(trim(s), '')  -- rewritten
coalesce(nullif(s, ''), 'n/a')  -- equal
CASE WHEN s LIKE 'h%' THEN 'h' WHEN s = '' THEN 'empty' ELSE s END  -- equal
string_split(s, ' ')[-1]  -- rewritten
array_length(string_split(s, ' '))  -- rewritten
list_filter(string_split(p, ','), lambda x: x <> '')  -- equal
array_to_string(list_transform(string_split(p, ','), lambda x: upper(x)), '-')  -- rewritten
format('{}-{}', s, i)  -- refused
printf('%s', s)  -- refused
concat(s, d)  -- rewritten
concat(s, f)  -- stops
concat(bo, '')  -- rewritten
s || bo  -- rewritten
s || dt  -- rewritten
s || d  -- rewritten
s || f  -- stops
parse_path('a/b/c')  -- refused
parse_dirname('a/b.c')  -- refused
parse_filename('a/b.c', true)  -- refused
url_decode('a%20b')  -- refused
strip_accents('é')  -- refused
nfc_normalize('é')  -- refused
to_json(i)  -- refused
json_object('a', i, 'b', s)  -- refused
st::json  -- refused
to_json({'a': i})  -- refused
row_to_json(st)  -- refused
json(js)  -- refused
js::json  -- refused
js->'c'->>'d'  -- refused
js->>['$.a', '$.b']  -- refused
TRY_CAST(js->>'$.a' AS int)  -- rewritten
json_extract(js, '$.b[0]')  -- refused
json_extract_string(js, '$.b[#-1]')  -- refused
js->>'$.b[*]'  -- refused
json_type(js, '$.a')  -- refused
json_structure(js)  -- refused
json_contains(js, '1')  -- refused
json_value(js, '$.a')  -- refused
json_transform(js, '{"a": "VARCHAR"}')  -- refused
from_json(js, '{"a": "VARCHAR"}')  -- refused
json_merge_patch(js, '{"z": 1}')  -- refused
s NOT LIKE p  -- rewritten
s NOT ILIKE p  -- rewritten
s NOT LIKE 'a\b%'  -- rewritten
s !~~* p  -- rewritten
s LIKE 'h%' ESCAPE NULL  -- refused
s LIKE 'h%' ESCAPE ''  -- refused
s NOT LIKE 'h!%' ESCAPE '!'  -- equal
s[-9]  -- rewritten, without types: stops
array_extract(s, 2)  -- rewritten, without types: stops
regexp_matches(s, 'H', NULL)  -- refused
array_to_string(ls, NULL)  -- rewritten
s.upper()  -- refused
upper(s).lower()  -- refused
