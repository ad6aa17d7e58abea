"""A random project -> its files: settings, macros, data, and each model's SQL in one of many styles."""

from __future__ import annotations

import io
import re

from tests.properties.projects import Data, Model, Project, Row

WORDS = ("", "a", "b", "Zoë", "x,y", "007")
DAYS = ("2024-02-28", "2024-02-29", "2023-12-31")
KEYWORDS = re.compile(
    r"\b(select|from|where|group|by|left|join|on|union|all|as|with|in|exists|order|distinct|case|when|end|not)\b"
)


def files(project: Project) -> dict[str, bytes]:
    """Everything in the project's folder, by path."""
    declared = [one for one in project.data if one.format == "declared"]
    sources = "".join(f"  - {{name: raw, tables: [{{name: {one.name}, path: {one.path}}}]}}\n" for one in declared)
    settings = f"name: generated\nretries: 0\nvars: {{k: {project.variable}}}\n"
    found = {
        "odibi_project.yml": settings + (f"sources:\n{sources}" if declared else ""),
        "macros/shift.sql": f"{{% macro shift(x) %}}({{{{ x }}}} + {project.macro}){{% endmacro %}}\n",
    }
    for model in project.models:
        found[model.path] = model_text(model, project)
    made = {path: text.encode() for path, text in found.items()}
    return made | {one.path: _bytes_of(one) for one in project.data}


def _value(one: Data, row: Row) -> tuple[object, ...]:
    key, number, word, day = row
    numbers = (number, None if number is None else number / 2, None if number is None else number * 10**12)
    extras = (key, None if number is None else f"{number}.25", WORDS[(word or 0) % 3], None)
    text = None if word is None else WORDS[word % len(WORDS)]
    return (
        key,
        numbers[one.flavour % 3],
        text,
        None if day is None else DAYS[day % len(DAYS)],
        extras[one.flavour % 4],
    )


def _bytes_of(one: Data) -> bytes:
    rows = [_value(one, row) for row in one.rows]
    if one.format in ("seed", "csv"):
        rows.append(_value(one, (7, 7, 1, 1)))  # no column is empty, which would make it one of text
        lines = [",".join("" if v is None else f'"{v}"' if "," in str(v) else str(v) for v in row) for row in rows]
        return "\n".join(["id,n,s,d,e", *lines, ""]).encode()
    return _parquet(one, rows)


def _parquet(one: Data, rows: list[tuple[object, ...]]) -> bytes:
    import datetime
    from decimal import Decimal

    import pyarrow
    from pyarrow import parquet

    numbers = (pyarrow.int32(), pyarrow.float64(), pyarrow.int64())[one.flavour % 3]
    extra = (pyarrow.int64(), pyarrow.decimal128(9, 2), pyarrow.string(), pyarrow.list_(pyarrow.int8()))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    days = [None if day is None else datetime.date.fromisoformat(str(day)) for day in columns[3]]
    extras = [Decimal(v) if isinstance(v, str) and one.flavour % 4 == 1 else v for v in columns[4]]
    table = pyarrow.table(
        {
            "id": pyarrow.array(columns[0], pyarrow.int32()),
            "n": pyarrow.array(columns[1], numbers),
            "s": pyarrow.array(columns[2], pyarrow.string()),
            "d": pyarrow.array(days, pyarrow.date32()),
            "e": pyarrow.array(extras, extra[one.flavour % 4]),
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def sql_of(model: Model, project: Project) -> str:
    """What the model means: its SQL after rendering."""
    sql = _template(model, project)
    sql = re.sub(r"{{ (?:ref|source)\((?:'(\w+)', )?'(\w+)'\) }}", lambda m: ".".join(filter(None, m.groups())), sql)
    sql = re.sub(r"{{ shift\((\d+)\) }}", rf"(\1 + {project.macro})", sql)
    sql = re.sub(r"{{ var\('unset', (\d+)\) }}", r"\1", sql)
    sql = sql.replace("{{ var('k') }}", str(project.variable))
    return sql.replace("{{ env_var('ODIBI_PROPERTY', '0') }}", str(project.env))


def _template(model: Model, project: Project) -> str:
    reads = [_read(project.named(name), model.b + i) for i, name in enumerate(model.reads)]
    sql = QUERIES[model.shape](model, reads)
    return f"select * from ( {sql} ) as o order by id desc, n, s" if model.ordered else sql


def model_text(model: Model, project: Project) -> str:
    """The file of a model: its meaning, written in its style."""
    sql = _template(model, project)
    config = f"{{{{ config(materialized='{model.kind}', schema='{model.schema}') }}}}\n"
    return config + _styled(sql, model.style) + "\n"


def _styled(sql: str, style: int) -> str:
    if style & 1:
        sql = KEYWORDS.sub(lambda match: match[0].upper(), sql)
    if style & 2:
        sql = sql.replace(" ", "\n\t ")
    if style & 4:
        sql = f"-- written once more: select * from nowhere {style}\n{sql}"
    if style & 8:
        sql = f"{sql} /* it's the end; {style} */{{# and {{{{ this }}}} too #}}"
    return sql


def _read(one: Data | Model, way: int) -> str:
    """How a relation is called; there are several ways."""
    if isinstance(one, Model) and one.schema == "main":
        return (one.name, one.name.upper(), f"{{{{ ref('{one.name}') }}}}", f'"{one.name}"', one.name)[way % 5]
    if isinstance(one, Model):
        return (f"{one.schema}.{one.name}", one.name)[way % 2]
    if one.format == "seed":
        return one.name
    if one.format == "declared":
        return (f"raw.{one.name}", f"{{{{ source('raw', '{one.name}') }}}}")[way % 2]
    return (f"'{one.path}'", f"read_{one.format}('{one.path}')")[way % 2]


def _constant(model: Model) -> str:
    return {
        "plain": f"{model.a}",
        "var": "{{ var('k') }}",
        "default": f"{{{{ var('unset', {model.a}) }}}}",
        "macro": f"{{{{ shift({model.a}) }}}}",
        "env": "{{ env_var('ODIBI_PROPERTY', '0') }}",
        "date": "(current_date - date '2020-01-01')",
        "now": "date_part('hour', now())",
    }[model.use]


def _filter(model: Model, reads: list[str]) -> str:
    more = f", {model.b} as z{model.b % 4}" if model.b % 3 == 0 else ""
    return (
        f"select id, n + {_constant(model)} as n, s, d, e{more}"
        f" from {reads[0]} as t where id > {model.b % 5} or n is null"
    )


def _group(model: Model, reads: list[str]) -> str:
    return (
        f"select id % {model.a % 4 + 1} as id, sum(n + {_constant(model)}) as n, max(s) as s, min(d) as d, max(e) as e"
        f" from {reads[0]} group by 1"
    )


def _join(model: Model, reads: list[str]) -> str:
    joins = "".join(
        f" left join (select id, max(n) as n, min(s) as s from {read} group by id) as t{i} on t.id = t{i}.id"
        for i, read in enumerate(reads[1:])
    )
    plus = "".join(f" + coalesce(t{i}.n, {model.b})" for i in range(len(reads) - 1))
    texts = "".join(f", t{i}.s" for i in range(len(reads) - 1))
    return (
        f"select t.id, t.n{plus} + {_constant(model)} as n, concat_ws('-', t.s{texts}) as s, t.d, t.e"
        f" from {reads[0]} as t{joins}"
    )


def _set(word: str, model: Model, reads: list[str]) -> str:
    ends = [_constant(model), *(str(model.b + i) for i in range(len(reads)))]
    return f" {word} ".join(
        f"select id, n + {end} as n, s, d, cast(e as varchar) as e from {read}"
        for read, end in zip(reads, ends, strict=False)
    )


def _window(model: Model, reads: list[str]) -> str:
    return (
        f"select id, sum(n) over (partition by s order by id, n, d, cast(e as varchar) rows unbounded preceding)"
        f" + {_constant(model)} as n, s, d,"
        f" row_number() over (order by id, n, s, d, cast(e as varchar)) % {model.b + 2} as e from {reads[0]}"
    )


def _shadow(model: Model, reads: list[str]) -> str:
    """A CTE named as a table that it reads, and then read outside of its scope."""
    name = reads[0] if reads[0].isidentifier() else "own"
    return (
        f"with {name} as (select id, n + {_constant(model)} as n, s, d, e from {reads[0]} where id <> {model.b})"
        f" select id, n, s, d, e from {name} where n in (select n from {name}) or id in (select id from {reads[-1]})"
    )


def _subquery(model: Model, reads: list[str]) -> str:
    return (
        f"select id, n, s, d, e from (select * from {reads[0]}) as t where exists (select 1 from {reads[-1]} as u"
        f" where u.id = t.id and u.n > {_constant(model)}) or t.id = (select min(id) from {reads[-1]}) + {model.b}"
    )


def _values(model: Model, reads: list[str]) -> str:
    return (
        f"select * from (values ({model.a}, 1, 'x', date '2024-01-01', [{model.b}]),"
        f" ({model.b}, {_constant(model)}, null, null, null)) as v(id, n, s, d, e)"
    )


def _distinct(model: Model, reads: list[str]) -> str:
    return (
        f"with a as (select distinct id, s, d from {reads[0]}), b as (select id, count(*) as n from a group by id)"
        f" select a.id, b.n + {_constant(model)} as n, case when a.id > {model.a} then upper(a.s) else a.s end as s,"
        f" a.d, {{'k': a.id, 'v': b.n}} as e from a join b on a.id = b.id"
    )


def _star(model: Model, reads: list[str]) -> str:
    return f"select * from {reads[0]} where id is not null and id + 0 <> {_constant(model)}"


def _qualified(model: Model, reads: list[str]) -> str:
    name = reads[0].split(".")[-1]
    name = name if name.isidentifier() else "t"
    alias = "" if reads[0].split(".")[-1].isidentifier() else " as t"
    return (
        f"select {name}.id, {name}.n - {_constant(model)} as n, {name}.s, {name}.d, {name}.e"
        f" from {reads[0]}{alias} where {name}.id <> {model.b}"
    )


def _fails(model: Model, reads: list[str]) -> str:
    """Fails while it runs, whatever it reads."""
    return (
        f"select c as id, c as n, 's' as s, date '2024-01-01' as d,"
        f" case when c >= 0 then error('boom {model.a}') end as e from (select count(*) as c from {reads[0]}) as t"
    )


QUERIES = {
    "filter": _filter,
    "group": _group,
    "join": _join,
    "union": lambda model, reads: _set("union all", model, reads),
    "distinct_union": lambda model, reads: _set("union", model, reads),
    "except": lambda model, reads: _set("except all", model, reads),
    "window": _window,
    "shadow": _shadow,
    "subquery": _subquery,
    "values": _values,
    "distinct": _distinct,
    "star": _star,
    "qualified": _qualified,
    "fails": _fails,
}
