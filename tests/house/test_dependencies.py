"""Whatever is imported is declared, and the declared minima are those that `make minimum` ran the tests with."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..support.places import FOLDERS

PACKAGES = {
    "cuda": {"cuda-bindings"},
    "cupy": {"cupy-cuda12x", "cupy-cuda13x"},
    "dask_jobqueue": {"dask-jobqueue"},
    "ema_workbench": {"ema-workbench"},
    "google_crc32c": {"google-crc32c"},
    "pydantic_core": {"pydantic"},
    "nvidia": {"nvidia-cuda-nvrtc", "nvidia-cuda-nvrtc-cu12"},
    "sklearn": {"scikit-learn"},
}
"""Packages that bring a module of another name."""


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def imports(text: str) -> Iterator[str]:
    """First parts of all absolute imports of a file, those within functions too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).split(".")[0]


def imported(root: Path, folder: str) -> set[str]:
    """Modules of others that the files of a folder import."""
    found = {name for path in (root / folder).rglob("*.py") for name in imports(path.read_text(encoding="utf-8"))}
    return found - set(sys.stdlib_module_names) - {"tredegar", "tests"}


def requirements(project: dict[str, Any], *extras: str) -> list[Requirement]:
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [requirement for requirement in map(Requirement, lines) if requirement.name != "tredegar"]


def undeclared(modules: set[str], declared: list[Requirement]) -> set[str]:
    names = {canonicalize_name(requirement.name) for requirement in declared}
    return {module for module in modules if not PACKAGES.get(module, {canonicalize_name(module)}) & names}


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_a_folder_imports_is_declared(folder: str, root: Path, project: dict[str, Any]) -> None:
    extras = [name for name in project["optional-dependencies"] if name not in ("all", "test", "check", "peers", "ptx")]
    assert undeclared(imported(root, folder), requirements(project, *extras)) == set()


def test_what_the_store_needs_comes_without_any_extra(root: Path, project: dict[str, Any]) -> None:
    """The command and the reader of stores work after a bare installation."""
    core = requirements(project)
    extras = [name for name in project["optional-dependencies"] if name not in ("all", "test", "check")]
    optional = {module for module in set().union(*(imported(root, folder) for folder in FOLDERS))
                if undeclared({module}, core) and not undeclared({module}, requirements(project, *extras))}  # fmt: skip
    assert optional == {
        *("SALib", "cuda", "cupy", "dask_jobqueue", "ema_workbench", "llvmlite", "matplotlib", "mesa", "numba"),
        *("pyarrow", "sklearn"),
    }


def test_what_the_tests_import_is_declared(root: Path, project: dict[str, Any]) -> None:
    declared = requirements(project, *project["optional-dependencies"])
    assert undeclared(imported(root, "tests"), declared) == set()


def test_every_dependency_has_a_minimum(project: dict[str, Any]) -> None:
    declared = requirements(project, *project["optional-dependencies"])
    bounded = [one for one in declared if any(part.operator in (">=", "==") for part in one.specifier)]
    assert {str(one) for one in declared} - {str(one) for one in bounded} == set()


def test_the_minima_are_those_that_the_tests_were_run_with(root: Path, project: dict[str, Any]) -> None:
    """Of a minimum that was raised, the list must be made again: `make minimum`."""
    lines = (root / "constraints" / "minimum.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    extras = [
        name for name in project["optional-dependencies"] if not name.startswith(("gpu", "ptx", "peers", "check"))
    ]
    wrong = {}
    for requirement in requirements(project, *extras):
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            wrong[str(requirement)] = version
    assert wrong == {}
