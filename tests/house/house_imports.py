"""Imports between the modules of the packages, and the circles among them.

An arrow goes from a module to each module that it imports from, at its top or inside a function. Not arrows are: the
import of the packages around a module, which Python does by itself; what ``importlib`` is handed as text (the
``__init__.py`` of a folder loads its public names so, when they are first asked for); and what stands under
``if TYPE_CHECKING:``, which is never run: these are counted by themselves.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .house_sources import Module

Import = ast.Import | ast.ImportFrom
Arrows = Mapping[str, Collection[str]]


def imports_of(tree: ast.AST, typing_only: bool = False) -> Iterator[Import]:
    """Yield the imports that a tree runs or, with ``typing_only``, those under ``if TYPE_CHECKING:`` instead."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Import):
            if not typing_only:
                yield node
        elif isinstance(node, ast.If) and _asks_for_types(node.test):
            for statement in node.body if typing_only else node.orelse:
                yield from imports_of(ast.Module([statement], []))
        else:
            yield from imports_of(node, typing_only)


def _asks_for_types(test: ast.expr) -> bool:
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def _start(module: Module, node: ast.ImportFrom) -> str:
    """Return the dotted name that stands between ``from`` and ``import``, a relative one made absolute."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    return ".".join((*parts[: len(parts) - node.level + 1], *((node.module,) if node.module else ())))


def _modules_named(module: Module, node: Import, known: Collection[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
        return
    start = _start(module, node)
    for alias in node.names:
        inner = f"{start}.{alias.name}"
        if inner in known or start in known:
            yield inner if inner in known else start


def imported_names(module: Module, known: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (module, name there, name here) of each name that is taken from a ``known`` module, for types too."""
    for typing_only in (False, True):
        for node in imports_of(module.tree, typing_only):
            if isinstance(node, ast.ImportFrom) and (start := _start(module, node)) in known:
                yield from ((start, alias.name, alias.asname or alias.name) for alias in node.names)


def arrows_between(modules: Iterable[Module], typing_only: bool = False) -> dict[str, frozenset[str]]:
    """Return module -> the other modules that it imports from; with ``typing_only`` those it names for types alone."""
    modules = tuple(modules)
    known = {module.name for module in modules}
    found = {}
    for module in modules:
        targets = {t for node in imports_of(module.tree, typing_only) for t in _modules_named(module, node, known)}
        found[module.name] = frozenset(targets - {module.name})
    return found


def arrows_with_types(modules: Iterable[Module]) -> dict[str, frozenset[str]]:
    """Return module -> the other modules that it imports from or names for types; faces of packages are left out."""
    modules = tuple(modules)
    faces = {module.name for module in modules if module.is_package}
    run, typed = arrows_between(modules), arrows_between(modules, typing_only=True)
    return {name: (run[name] | typed[name]) - faces for name in run if name not in faces}


def arrows_between_folders(modules: Iterable[Module]) -> dict[str, frozenset[str]]:
    """Return folder -> the other folders whose modules its own modules import from; a sub-folder is a folder.

    The face of a package (``__init__.py``) hands on names of the folders below it and is left out.
    """
    modules = tuple(module for module in modules if not module.is_package)
    home = {module.name: module.folder for module in modules}
    found: dict[str, set[str]] = defaultdict(set)
    for name, targets in arrows_between(modules).items():
        found[home[name]] |= {home[target] for target in targets} - {home[name]}
    return {folder: frozenset(targets) for folder, targets in found.items()}


def circles(arrows: Arrows) -> tuple[tuple[str, ...], ...]:
    """Return the sets of nodes of which each reaches each other: the strongly connected components of two and more."""
    names = sorted({*arrows, *(target for targets in arrows.values() for target in targets)})
    place = {name: number for number, name in enumerate(names)}
    pairs = [(place[name], place[target]) for name, targets in arrows.items() for target in targets]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    graph = csr_array(([1] * len(pairs), (rows, columns)), shape=(len(names), len(names)))
    labels = connected_components(graph, directed=True, connection="strong")[1] if names else ()
    members: dict[int, list[str]] = defaultdict(list)
    for name, label in zip(names, labels, strict=True):
        members[int(label)].append(name)
    return tuple(sorted(tuple(found) for found in members.values() if len(found) > 1))


def ties(circle: Collection[str], arrows: Arrows) -> tuple[str, ...]:
    """Return the arrows inside a circle, as text."""
    return tuple(f"{name} -> {target}" for name in circle for target in sorted(arrows[name]) if target in circle)
