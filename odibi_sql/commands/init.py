"""`odibi-sql init`"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from odibi_sql.errors import ProjectError
from odibi_sql.project import FILE

FILES: dict[str, str] = {
    FILE: """name: {name}

# vars:
#   since: '2026-01-01'

models:
  staging:
    +materialized: view
""",
    "seeds/customers.csv": "id,name,country\n1,Ada,GB\n2,Grace,US\n3,Linus,FI\n",
    "seeds/orders.csv": "id,customer_id,amount,ordered_on\n"
    "1,1,30.00,2026-01-03\n2,1,12.50,2026-01-09\n3,3,99.00,2026-02-01\n",
    "models/staging/stg_orders.sql": """select
    id as order_id,
    customer_id,
    amount,
    ordered_on
from orders
""",
    "models/customer_totals.sql": """-- tables are named as they are: no ref() is needed
select
    customers.id as customer_id,
    customers.name,
    count(stg_orders.order_id) as orders,
    coalesce(sum(stg_orders.amount), 0) as spent
from customers
left join stg_orders on stg_orders.customer_id = customers.id
group by all
""",
    "models/_models.yml": """version: 2
models:
  - name: customer_totals
    description: What every customer has ordered so far.
    columns:
      - name: spent
        description: Sum of the amounts of all orders.
""",
    ".gitignore": "warehouse/\n",
}


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def command(folder: Path) -> None:
    """Make a small project that builds, to start from.

    \b
    odibi-sql init my_project
    """
    if (folder / FILE).exists():
        raise ProjectError(f"`{folder}` is a project already: it has an {FILE}")
    taken = [name for name in FILES if (folder / name).exists() and name != ".gitignore"]
    if taken:
        raise ProjectError(f"`{folder / taken[0]}` exists", hint="choose an empty folder")
    name = re.sub(r"\W+", "_", folder.absolute().name).strip("_") or "project"
    if name[0].isdigit():
        name = f"project_{name}"
    for file, text in FILES.items():
        path = folder / file
        if path.exists():
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{name}", name), "utf-8")
        except OSError as error:
            raise ProjectError(f"`{path}` cannot be written: {error.strerror}", hint="choose another folder") from error
    there = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    click.echo(f"made project `{name}`; build it with: {there}odibi-sql build", err=True)
