"""Make a realistic project of any size: `python -m benchmarks.generate FOLDER --models 1000`.

Ten layers; a model of the first reads one of the seeds, the others read one to four models of the layers before. Every
model is 20 to 40 lines of SQL with CTEs, joins, a window and CASE over the same few columns (id, grp, day, amount), so
that any model can read any other. The same number and seed give the same files everywhere.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

LAYERS = 10
SEEDS = 8
SEED_ROWS = 60


@dataclass(frozen=True)
class GeneratedModel:
    """`upstream` are names of models and seeds; `sql` names them plainly."""

    name: str
    layer: int
    upstream: tuple[str, ...]
    sql: str


def generate(models: int, seed: int = 1) -> tuple[dict[str, str], list[GeneratedModel]]:
    """CSV texts of the seeds by name, and the models in topological order."""
    chance = random.Random(seed)  # noqa: S311 - data to measure with
    seeds = {f"seed_{n}": _csv(chance) for n in range(SEEDS)}
    made: list[GeneratedModel] = []
    per_layer = -(-models // LAYERS)
    for number in range(models):
        layer = number // per_layer
        if layer == 0:
            upstream = [chance.choice(sorted(seeds))]
        else:
            near = made[max(0, (layer - 1) * per_layer) : layer * per_layer]
            upstream = [chance.choice(near).name]
            for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
                other = chance.choice(made[: layer * per_layer]).name
                if other not in upstream:
                    upstream.append(other)
        name = f"m{number:05}"
        made.append(GeneratedModel(name, layer, tuple(upstream), _sql(chance, upstream)))
    return seeds, made


def _csv(chance: random.Random) -> str:
    lines = ["id,grp,day,amount"]
    for row in range(SEED_ROWS):
        day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        lines.append(f"{row},{chance.choice('abcdef')},{day},{chance.randint(0, 100_000)}")
    return "\n".join(lines) + "\n"


def _sql(chance: random.Random, upstream: list[str]) -> str:
    first, others = upstream[0], upstream[1:]
    threshold = chance.randint(100, 50_000)
    joins = "".join(
        f"left join {name} as o{n}\n    on o{n}.id = ranked.id\n    and o{n}.day <= ranked.day\n"
        for n, name in enumerate(others)
    )
    added = "".join(f"\n        + coalesce(o{n}.amount, 0) % {chance.randint(7, 999)}" for n in range(len(others)))
    return f"""with source_rows as (
    select
        id,
        grp,
        day,
        amount,
        case
            when amount > {threshold} then 'large'
            when amount > {threshold // 10} then 'middle'
            else 'small'
        end as size
    from {first}
    where amount is not null
),

ranked as (
    select
        *,
        row_number() over (partition by grp order by amount desc, id) as place,
        sum(amount) over (partition by grp, size) as size_total
    from source_rows
),

groups as (
    select grp, count(*) as members, max(amount) as largest
    from source_rows
    group by grp
)

select
    ranked.id,
    case when ranked.place <= {chance.randint(3, 20)} then ranked.grp else 'other' end as grp,
    ranked.day + {chance.randint(0, 3)} as day,
    (ranked.amount + groups.members{added}
        + cast(ranked.size_total % {chance.randint(11, 997)} as bigint)) % 100003 as amount
from ranked
join groups
    on groups.grp = ranked.grp
{joins}where ranked.place <= {chance.randint(30, 60)}
"""


def write_project(folder: Path, models: int, seed: int = 1, *, dbt: bool = False) -> list[GeneratedModel]:
    """Write the project; `dbt` writes the same SQL with ref() and a dbt_project.yml with a profile for DuckDB."""
    seeds, made = generate(models, seed)
    for name, text in seeds.items():
        write_file(folder / "seeds" / f"{name}.csv", text)
    for model in made:
        sql = model.sql
        if dbt:
            for name in model.upstream:
                for word in ("from", "join"):
                    sql = sql.replace(f"{word} {name}\n", f"{word} {{{{ ref('{name}') }}}}\n")
                    sql = sql.replace(f"{word} {name} as", f"{word} {{{{ ref('{name}') }}}} as")
        write_file(folder / "models" / f"layer_{model.layer}" / f"{model.name}.sql", sql)
    if dbt:
        project = (
            "name: generated\nprofile: generated\nversion: '1.0'\nmodels:\n  generated:\n    +materialized: table\n"
        )
        target = "{type: duckdb, path: generated.duckdb, threads: 2}"
        profile = f"generated:\n  target: dev\n  outputs:\n    dev: {target}\n"
        write_file(folder / "dbt_project.yml", project)
        write_file(folder / "profiles.yml", profile)
    else:
        write_file(folder / "odibi_project.yml", "name: generated\n")
    return made


def write_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dbt", action="store_true", help="with ref(), for dbt")
    given = parser.parse_args()
    write_project(given.folder, given.models, given.seed, dbt=given.dbt)


if __name__ == "__main__":
    main()
