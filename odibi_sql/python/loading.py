"""Texts of modules -> modules, made anew for one run of one model.

Two models, two projects and two builds in one program can have modules of one name, and a module that was edited must
not be met as it was. So these never go through Python's own importing: the code of a model and of the project's
modules has an `import` of its own, which knows the texts that the key was made of, and leaves all else to Python. No
file is read, and none is written beside the user's. In `sys.modules` they stand while they are made, for dataclasses,
which look there, and under names that nobody else uses; not afterwards, so that Spark sends their functions whole.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from odibi_sql.model import ProjectModule, PythonModel


class Loaded:
    """A model's module and what it imports. `prefix` is a name that no other run uses."""

    def __init__(self, model: PythonModel, folder: Path, prefix: str) -> None:
        self._model = model
        self._folder = folder
        self._prefix = prefix
        self._known: Mapping[str, ProjectModule] = {module.name: module for module in model.modules}
        self._modules: dict[str, ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}

    def module(self) -> ModuleType:
        """The model's own, run. Raises whatever its code raises."""
        model = self._model
        return self._run(ProjectModule(f"{self._prefix}.model", model.path, model.source, is_package=False), "")

    def _run(self, module: ProjectModule, package: str) -> ModuleType:
        name = module.name if module.name.startswith(self._prefix) else f"{self._prefix}.{module.name}"
        made = ModuleType(name)
        made.__file__ = str(self._folder / module.path)
        made.__package__ = package
        made.__dict__["__builtins__"] = self._builtins
        if module.is_package:
            made.__path__ = []
        self._modules[module.name] = sys.modules[name] = made
        try:
            code = compile(module.text, made.__file__, "exec", dont_inherit=True)
            exec(code, made.__dict__)  # noqa: S102 - this is what a Python model is for
        except BaseException:
            del self._modules[module.name]
            raise
        finally:
            sys.modules.pop(name, None)
        return made

    def _load(self, name: str) -> ModuleType:
        if name in self._modules:
            return self._modules[name]
        above, _, last = name.rpartition(".")
        parent = self._load(above) if above else None
        if name not in self._known:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = self._known[name]
        own = f"{self._prefix}.{name if module.is_package else above}".rstrip(".")
        made = self._run(module, own)
        if parent is not None:
            setattr(parent, last, made)
        return made

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of `__import__`
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if level:
            package = str((globals or {}).get("__package__") or "").removeprefix(f"{self._prefix}").lstrip(".")
            steps = package.split(".")
            name = ".".join((*steps[: len(steps) - level + 1], *filter(None, [name])))
        if name.split(".")[0] not in self._known:
            return builtins.__import__(name, globals, locals, fromlist or (), 0)
        module = self._load(name)
        if not fromlist:
            return module if level else self._modules[name.split(".")[0]]
        for item in fromlist:
            if not hasattr(module, item) and f"{name}.{item}" in self._known:
                self._load(f"{name}.{item}")
        return module
