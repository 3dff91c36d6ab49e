"""Sources of the packages as syntax trees, found by walking the folders that pyproject.toml maps."""

from __future__ import annotations

import ast
import doctest
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """A file of a package: its dotted ``name``, its ``path`` below the root, its text and its tree.

    The name of an ``__init__.py`` is that of its package, and ``is_package`` says so.
    """

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Whether this is the ``__init__.py`` of a package."""
        return self.path.endswith("/__init__.py")

    @property
    def folder(self) -> str:
        """The folder that the file lies in, below the root."""
        return self.path.rpartition("/")[0]

    @property
    def package(self) -> str:
        """The dotted name that relative imports of one dot start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @property
    def last_name(self) -> str:
        """The last part of the dotted name."""
        return self.name.rpartition(".")[2]


def package_folders(root: Path) -> dict[str, str]:
    """Return package -> folder below ``root``, as [tool.setuptools.package-dir] of pyproject.toml has them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(project["tool"]["setuptools"]["package-dir"])


def dotted_name(package: str, inside: Path) -> str:
    """Return the dotted name of the file that lies at ``inside`` below the folder of ``package``."""
    parts = inside.with_suffix("").parts
    return ".".join((package, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def module_files(root: Path, folders: Mapping[str, str]) -> dict[str, Path]:
    """Return dotted name -> file of every module below the ``folders`` of the packages, sorted by name.

    A folder that is mapped inside another one belongs to its own package alone.
    """
    found: dict[Path, str] = {}
    for package, folder in sorted(folders.items(), key=lambda item: len(Path(item[1]).parts)):
        top = root / folder
        found |= {file: dotted_name(package, file.relative_to(top)) for file in top.rglob("*.py")}
    return {name: file for file, name in sorted(found.items(), key=lambda item: item[1])}


def modules_of(root: Path) -> tuple[Module, ...]:
    """Return all modules of the packages of the project at ``root``, sorted by name."""
    read = []
    for name, file in module_files(root, package_folders(root)).items():
        text = file.read_text(encoding="utf-8")
        read.append(Module(name, file.relative_to(root).as_posix(), text, ast.parse(text)))
    return tuple(read)


def functions_of(tree: ast.Module) -> Iterator[Function]:
    """Yield every function of a tree, methods and inner functions too."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def public_functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Yield the functions at the top level and the methods of classes, with their qualified names.

    None has a leading underscore, nor has any class around it.
    """
    yield from _public(tree.body, "")


def _public(body: list[ast.stmt], holder: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{holder}{node.name}.")
            else:
                yield f"{holder}{node.name}", node


def examples_in(tree: ast.Module) -> tuple[str, ...]:
    """Return the qualified names of what has an example in its docstring; that of the module itself is empty."""
    found = {"": tree} | dict(_documented(tree.body, ""))
    return tuple(name for name, node in found.items() if _examples(node))


def _examples(node: ast.Module | ast.ClassDef | Function) -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(ast.get_docstring(node) or "")


def _documented(body: list[ast.stmt], holder: str) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    for node in body:
        if isinstance(node, Function | ast.ClassDef):
            yield f"{holder}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from _documented(node.body, f"{holder}{node.name}.")
