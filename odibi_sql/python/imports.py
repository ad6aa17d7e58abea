"""What a Python model imports, through others too: modules of the project as text, packages by their versions.

A module is looked for in the model's own folder and in the project's, after Python's own library and before installed
packages. A package whose version can stay as it is while its code changes (an editable installation, a folder on
PYTHONPATH) counts by its files.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.machinery
import importlib.util
import json
import sys
from collections.abc import Collection, Iterator
from functools import cached_property
from importlib import metadata
from pathlib import Path, PurePosixPath

from msgspec import Struct, field

from odibi_sql.errors import CodeError, OdibiError, nearest
from odibi_sql.model import ProjectModule
from odibi_sql.project.folders import read_text
from odibi_sql.python.code import Code, parse_code

NOT_INSTALLED = "not installed"


class Closure(Struct, frozen=True):
    """`codes` are those of the modules that have text. `looked_at`: absolute paths, of what was not there too."""

    modules: tuple[ProjectModule, ...]
    codes: tuple[Code, ...]
    packages: tuple[tuple[str, str], ...]
    looked_at: tuple[str, ...]
    mistakes: tuple[OdibiError, ...]


class Imports(Struct, dict=True):
    """`root` is the project's folder. What is found out is kept for the next model."""

    root: Path
    _codes: dict[str, Code] = field(default_factory=dict)
    _versions: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def closure(self, code: Code, packages: Collection[str]) -> Closure:
        """Of a model's file, and of `packages` that it needs without importing them."""
        walk = _Walk(self, (str(PurePosixPath(code.path).parent), "."))
        walk.follow(code, None)
        versions = {}
        for package in sorted(walk.packages | set(packages)):
            versions[package], files = self.version(package)
            walk.looked_at.update(dict.fromkeys(files))
        return Closure(
            modules=tuple(walk.modules[name] for name in sorted(walk.modules)),
            codes=tuple(walk.codes),
            packages=tuple(versions.items()),
            looked_at=tuple(walk.looked_at),
            mistakes=tuple(walk.mistakes),
        )

    def code(self, path: str) -> Code:
        """Raises OdibiError."""
        if path not in self._codes:
            self._codes[path] = parse_code(path, read_text(self.root, path))
        return self._codes[path]

    def version(self, package: str) -> tuple[str, tuple[str, ...]]:
        """What tells one state of an installed package from another, and the files that say so."""
        if package not in self._versions:
            self._versions[package] = self._version(package)
        return self._versions[package]

    def _version(self, package: str) -> tuple[str, tuple[str, ...]]:
        told, files = [], []
        for name in self._distributions(package):
            distribution = metadata.distribution(name)
            origin = json.loads(distribution.read_text("direct_url.json") or "{}")
            if origin.get("dir_info", {}).get("editable"):
                continue
            told.append(distribution.version)
            record = next((file for file in distribution.files or () if file.name == "METADATA"), None)
            files += [str(record.locate())] if record else []
        if told:
            return ", ".join(told), tuple(files)
        spec = _spec(package)
        if spec is None:
            return NOT_INSTALLED, tuple(folder for folder in sys.path if Path(folder).is_absolute())
        folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
        paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
        paths += [Path(spec.origin)] if not folders and spec.origin and Path(spec.origin).is_file() else []
        total = hashlib.sha256()
        for path in paths:
            total.update(path.read_bytes())
        return f"files {total.hexdigest()[:16]}", tuple(str(path) for path in (*folders, *paths))

    def _distributions(self, package: str) -> list[str]:
        try:
            return [metadata.distribution(package).name]
        except metadata.PackageNotFoundError:
            return sorted(set(self._by_package.get(package, ())))

    @cached_property
    def _by_package(self) -> dict[str, list[str]]:
        return dict(metadata.packages_distributions())  # reads every package's list of files


class _Walk(Struct):
    """From one model's file through all that it imports. `folders` are searched in this order."""

    imports: Imports
    folders: tuple[str, ...]
    modules: dict[str, ProjectModule] = field(default_factory=dict)
    codes: list[Code] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)
    looked_at: dict[str, None] = field(default_factory=dict)
    mistakes: list[OdibiError] = field(default_factory=list)

    def follow(self, code: Code, module: ProjectModule | None) -> None:
        """`module` is what `code` is of; None for the model itself, which is part of no package."""
        unguarded = set(map(id, code.tree.body))
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._import(alias.name, code, node, certain=id(node) in unguarded)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node, code, module, certain=id(node) in unguarded)

    def _import_from(self, node: ast.ImportFrom, code: Code, module: ProjectModule | None, *, certain: bool) -> None:
        name = node.module or ""
        if node.level:
            if module is None:
                hint = f"write `from {name} import …`" if name else "write `import …`"
                told = "a model is part of no package: this cannot be relative"
                self.mistakes.append(
                    CodeError(told, code.place(node), f"{hint}: its folder and the project's are searched")
                )
                return
            package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
            base = package[: len(package) - node.level + 1]
            name = ".".join((*base, *filter(None, [name])))
        if self._import(name, code, node, certain=certain):
            for alias in node.names:
                self._add(f"{name}.{alias.name}")

    def _import(self, name: str, code: Code, node: ast.Import | ast.ImportFrom, *, certain: bool) -> bool:
        """Whether it is of the project."""
        top = name.split(".")[0]
        if not top or top in sys.stdlib_module_names:
            return False
        if not self._add(top):
            self.packages.add(top)
            if certain and not installed(top):
                self._missing(top, code, node)
            return False
        steps = name.split(".")
        for depth in range(2, len(steps) + 1):
            if not self._add(".".join(steps[:depth])):
                if certain:
                    told = f"there is no module `{'.'.join(steps[:depth])}` in the project"
                    self.mistakes.append(CodeError(told, code.place(node)))
                break
        return True

    def _missing(self, top: str, code: Code, node: ast.Import | ast.ImportFrom) -> None:
        near = nearest(top, self._neighbours())
        hint = f"did you mean `{near}`?" if near else "install it, or put a module of this name in the project's folder"
        self.mistakes.append(CodeError(f"there is no module `{top}`", code.place(node), hint))

    def _neighbours(self) -> Iterator[str]:
        for folder in self.folders:
            for path in (self.imports.root / folder).iterdir():
                if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").is_file()):
                    yield path.stem

    def _add(self, name: str) -> bool:
        """Take the module in, with all that it imports; False if the project has none of this name."""
        if name in self.modules:
            return True
        found = self._find(name)
        if found is None:
            return False
        path, is_package = found
        code = None
        try:
            code = self.imports.code(path) if path.endswith(".py") else None
        except OdibiError as error:
            self.mistakes.append(error)
        if code is None:
            self.modules[name] = ProjectModule(name, path, "", is_package)
            return True
        digest = hashlib.sha256(code.canonical().encode()).hexdigest()
        module = self.modules[name] = ProjectModule(name, path, code.text, is_package, digest)
        self.codes.append(code)
        self.follow(code, module)
        return True

    def _find(self, name: str) -> tuple[str, bool] | None:
        """The file (or the folder without `__init__.py`) of a module, and whether it is a package."""
        above, _, last = name.rpartition(".")
        if above:
            package = self.modules.get(above)
            if package is None or not package.is_package:
                return None
            folder = package.path.removesuffix("/__init__.py")
            return self._find_in((folder,), last)
        return self._find_in(self.folders, last)

    def _find_in(self, folders: Collection[str], name: str) -> tuple[str, bool] | None:
        bare = None
        for folder in folders:
            here = PurePosixPath(folder, name)
            init, file = here / "__init__.py", here.with_name(f"{name}.py")
            for path, is_package in ((init, True), (file, False)):
                self.looked_at[str(self.imports.root / path)] = None
                if (self.imports.root / path).is_file():
                    return str(path), is_package
            absolute = self.imports.root / here
            self.looked_at[str(absolute)] = None
            if bare is None and absolute.is_dir() and any(absolute.rglob("*.py")):
                bare = str(here), True
        return bare


def installed(package: str) -> bool:
    return _spec(package) is not None


def _spec(package: str) -> importlib.machinery.ModuleSpec | None:
    try:
        return importlib.util.find_spec(package)
    except (ImportError, ValueError):  # ValueError: a module that was made by hand
        return None
