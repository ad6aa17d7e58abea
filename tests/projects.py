"""Projects made for one test: a small shop, and on top of it whatever files a test is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SHOP: Mapping[str, str] = {
    "odibi_project.yml": "name: shop\nretry_delay: 0\n",
    "seeds/customers.csv": "id,name\n1,Ada\n2,Grace\n3,Linus\n",
    "seeds/orders.csv": (
        "id,customer_id,amount,ordered_on\n1,1,30.00,2026-01-03\n2,1,12.50,2026-01-09\n3,3,99.00,2026-02-01\n"
    ),
}


def write_project(folder: Path, files: Mapping[str, str | bytes], base: Mapping[str, str] = SHOP) -> Path:
    """The files of `base` with `files` on top; text is written as it is, line ends too."""
    for path, content in {**base, **files}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
