"""Measures of sizes, names and examples of the packages: pure functions of their syntax trees."""

from __future__ import annotations

import ast
import doctest
import io
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from .house_sources import Function, Module, functions_of, public_functions

MOST_MODULES_OF_A_FOLDER = 14
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lengths of things of one kind, in lines: how many things, the middle one, the longest and its name."""

    number: int
    median: float
    longest: int
    name: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many of ``all`` things are as they should be, and the names of those that are not."""

    met: int
    all: int
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The share as a reader would write it: 3 of 4 (75.0 %)."""
        return f"{self.met} of {self.all} ({100 * self.met / max(self.all, 1):.1f} %)"


def modules_per_folder(modules: Iterable[Module]) -> dict[str, int]:
    """Return folder -> number of its modules besides ``__init__.py``, the fullest folder first."""
    counts = Counter({module.folder: 0 for module in modules})
    counts.update(module.folder for module in modules if not module.is_package)
    return dict(counts.most_common())


def lines_of(function: Function) -> int:
    """Return the number of lines of a function, decorators and docstring left out."""
    first = function.body[0]
    docstring = 0
    if ast.get_docstring(function, clean=False) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def file_lengths(modules: Iterable[Module]) -> dict[str, int]:
    """Return path -> number of lines of the file."""
    return {module.path: len(module.text.splitlines()) for module in modules}


def function_lengths(modules: Iterable[Module]) -> dict[str, int]:
    """Return ``path:line name`` -> number of lines of the function, its docstring left out."""
    found = ((module.path, function) for module in modules for function in functions_of(module.tree))
    return {f"{path}:{function.lineno} {function.name}": lines_of(function) for path, function in found}


def sizes(lengths: dict[str, int]) -> Sizes:
    """Return the middle and the longest of ``lengths``, of which there is one at least."""
    longest = max(lengths, key=lengths.__getitem__)
    return Sizes(len(lengths), median(lengths.values()), lengths[longest], longest)


def names_of_several(modules: Iterable[Module]) -> dict[str, tuple[str, ...]]:
    """Return the public names of classes and functions at the top level of more than one module, with the modules."""
    homes: dict[str, list[str]] = defaultdict(list)
    for module in modules:
        defined = {node.name for node in module.tree.body if isinstance(node, Function | ast.ClassDef)}
        for name in defined:
            homes[name].append(module.name)
    several = {name: tuple(found) for name, found in homes.items() if len(found) > 1 and not name.startswith("_")}
    return dict(sorted(several.items()))


def functions_named_as_modules(modules: Iterable[Module]) -> dict[str, tuple[str, ...]]:
    """Return the names of public functions at a top level that a module or package has too, with both homes.

    Where ``results`` has a module ``compare``, ``from ..results import compare`` may mean two things.
    """
    named: dict[str, list[str]] = defaultdict(list)
    for module in modules:
        named[module.last_name].append(module.name)
    shared: dict[str, tuple[str, ...]] = {}
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, Function) and node.name in named:
                shared[node.name] = (*shared.get(node.name, named[node.name]), f"{module.name}.{node.name}")
    return dict(sorted(shared.items()))


def comment_lines(modules: Iterable[Module]) -> Share:
    """Return how many lines hold a comment, alone or after code."""
    held, lines = 0, 0
    for module in modules:
        tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
        held += len({token.start[0] for token in tokens if token.type == tokenize.COMMENT})
        lines += len(module.text.splitlines())
    return Share(held, lines)


def has_example(function: Function) -> bool:
    """Whether the docstring of a function has an example that a doctest runs and none that it skips."""
    examples = doctest.DocTestParser().get_examples(ast.get_docstring(function) or "")
    return bool(examples) and not any(example.options.get(doctest.SKIP) for example in examples)


def examples(modules: Iterable[Module]) -> Share:
    """Return how many public functions have an example that runs."""
    found = [(module, name, f) for module in modules for name, f in public_functions(module.tree)]
    missing = tuple(f"{module.path}:{f.lineno} {name}" for module, name, f in found if not has_example(f))
    return Share(len(found) - len(missing), len(found), missing)
