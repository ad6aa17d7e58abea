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
s[1]  -- stops
s[1:3]  -- refused
s[2:]  -- refused
s[-2:]  -- refused
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
