"""Python models: what their files say, found without running them; and running them.

code        text -> tree, names and places
reading     a model's file -> PythonModel: the tables that it reads, its settings
imports     what it imports -> modules of the project, versions of packages
repeatable  whether another run can give other rows
loading     modules of the project, made anew for one run
running     a call of `model`, with the user's line where it fails

Only `loading` and `running` execute anything that a user wrote.
"""

from __future__ import annotations

from odibi_sql.python.imports import Imports
from odibi_sql.python.reading import read_python_model

__all__ = ["Imports", "read_python_model"]
