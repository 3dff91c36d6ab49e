"""Shapes that docstrings state: which public functions take or return an array, and which of them say its shape.

An array is what an annotation calls so (ARRAYS), or what a module calls by another name for it: an alias is an
assignment at a top level (``Floats = NDArray[np.float64]``), and a name that is imported from where it is one.

A docstring states a shape with

- a tuple of dimensions, ``(point, replicate)``, ``(samples * arms,)``, ``(..., month)``, ``(run, trust[, year])``: at
  least one of the names stands in DIMENSIONS, so that a parenthesis of prose does not pass, and a tuple of one name
  ends with a comma; or
- one of WORDS. "opened sweep" is one of them, because the docstring of ``open_sweep`` states the dims of its Dataset
  for all who take it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from .house_imports import imported_names
from .house_measures import Share, has_example
from .house_sources import Function, Module, public_functions

ARRAYS = frozenset({"ndarray", "Array", "NDArray", "ArrayLike", "DataArray", "Dataset"})
DIMENSIONS = frozenset(
    {
        *(
            "agent",
            "answer",
            "arm",
            "axis",
            "constant",
            "batch",
            "bin",
            "byte",
            "catchment",
            "change",
            "chunk",
            "claim",
            "class",
        ),
        *(
            "clinician",
            "council",
            "draw",
            "event",
            "history",
            "lane",
            "level",
            "lever",
            "month",
            "node",
            "outcome",
            "pair",
        ),
        *("parameter", "piece", "place", "point", "quantity", "quarter", "rank", "region", "replicate", "resample"),
        *(
            "row",
            "run",
            "sample",
            "seat",
            "setting",
            "slice",
            "slot",
            "state",
            "step",
            "sum",
            "tile",
            "time",
            "trajectory",
        ),
        *("trust", "unit", "variable", "window", "year"),
    }
)
WORDS = re.compile(r"\b(?:elementwise|scalars?|any shape|same shape|shape of|opened sweep)\b|``shape``")
_TUPLE = re.compile(r"\(([^()]+)\)")
_PART = re.compile(r"\.\.\.|\d+|\w+(?: (?:[-+*]|//) \w+)*|[a-z]+ [a-z]+")


def states_a_shape(docstring: str) -> bool:
    """Whether a docstring states the shape of an array, by the rule at the head of this module."""
    flat = " ".join(docstring.split())
    return bool(WORDS.search(flat)) or any(_is_shape(found) for found in _TUPLE.findall(flat))


def _is_shape(inside: str) -> bool:
    plain = inside.replace("``", "").replace("[, ", ", ").replace("]", "")
    parts = [part.strip() for part in plain.split(",")]
    if len(parts) < 2:
        return False
    filled = parts if parts[-1] else parts[:-1]
    said = {name for part in filled for name in re.findall("[a-z]+", part)}
    names = said | {name.removesuffix("s") for name in said}
    names |= {name.removesuffix("ie") + "y" for name in names if name.endswith("ie")}
    return all(_PART.fullmatch(part) for part in filled) and bool(names & DIMENSIONS)


def names_in(annotation: ast.expr) -> Iterator[str]:
    """Yield the names that an annotation uses, of ``xr.Dataset`` the last; one that is quoted is read too."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    yield from _names(annotation)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name | ast.Attribute):
        yield node.id if isinstance(node, ast.Name) else node.attr
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


def _is_type(value: ast.expr) -> bool:
    """Whether the right side of an assignment can be another name for a type."""
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "TypeVar"
    return isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr) and _is_type(value):
            yield target.id, value


def array_names(modules: Iterable[Module]) -> dict[str, frozenset[str]]:
    """Return module -> the names that mean an array there, or a type made of arrays."""
    modules = tuple(modules)
    known = {module.name: ARRAYS for module in modules}
    own = {module.name: tuple(_assigned(module.tree)) for module in modules}
    taken = {module.name: tuple(imported_names(module, known)) for module in modules}
    while True:
        grown = {name: known[name] | _aliases(known[name], own[name], taken[name], known) for name in known}
        if grown == known:
            return known
        known = grown


def _aliases(
    arrays: frozenset[str],
    own: Iterable[tuple[str, ast.expr]],
    taken: Iterable[tuple[str, str, str]],
    known: dict[str, frozenset[str]],
) -> set[str]:
    """Return the names that are assigned from ``arrays`` here, or imported from where they are ``known`` to be some."""
    assigned = {name for name, value in own if arrays.intersection(_names(value))}
    return assigned | {here for home, name, here in taken if name in known[home] - ARRAYS}


def annotations_of(function: Function) -> list[ast.expr]:
    """Return the annotations of a function: of its arguments and of what it returns."""
    taken = function.args
    every = (*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg)
    found = [argument.annotation for argument in every if argument is not None]
    return [annotation for annotation in (*found, function.returns) if annotation is not None]


def array_functions(modules: Iterable[Module]) -> Iterator[tuple[str, Function]]:
    """Yield ``path:line name`` and tree of every public function that takes or returns an array."""
    modules = tuple(modules)
    arrays = array_names(modules)
    for module in modules:
        for name, function in public_functions(module.tree):
            used = {used for annotation in annotations_of(function) for used in names_in(annotation)}
            if used & arrays[module.name]:
                yield f"{module.path}:{function.lineno} {name}", function


def shapes(modules: Iterable[Module]) -> Share:
    """Return how many of the public functions that take or return an array state a shape."""
    return _share(modules, lambda function: states_a_shape(ast.get_docstring(function) or ""))


def array_examples(modules: Iterable[Module]) -> Share:
    """Return how many of the public functions that take or return an array have an example that runs."""
    return _share(modules, has_example)


def _share(modules: Iterable[Module], is_met: Callable[[Function], bool]) -> Share:
    found = tuple(array_functions(modules))
    missing = tuple(name for name, function in found if not is_met(function))
    return Share(len(found) - len(missing), len(found), missing)
