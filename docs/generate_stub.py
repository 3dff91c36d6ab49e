"""Stub of the public names, ``front/__init__.pyi``: made of the table of names and of the functions themselves."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import get_overloads

import tredegar
from tredegar.kernels.engine_table import AUTO, ENGINES
from tredegar.results.sensitivity.methods import METHODS

MADE = "Made by docs/generate.py: do not edit."
WIDTH = 110


def one_of(names: Iterable[str]) -> str:
    """Return the type of a text of which editors propose ``names``; a checker takes any."""
    return f"Literal[{', '.join(repr(name) for name in names)}] | str"


NAMED = {
    "engine": one_of([AUTO, *ENGINES]),
    "method": one_of([AUTO, *METHODS]),
    **dict.fromkeys(("outcome", "outcomes", "by"), "OutcomeName"),
    **dict.fromkeys(
        ("lever", "levers", "parameter", "parameters", "values", "x", "y", "first", "second"), "ParameterName"
    ),
}
"""Arguments whose texts are names -> the type of these names."""
OWN = {"WantedByName": "from .model.name_types import WantedByName"} | {
    name: f"from typing import {name}" for name in ("Literal", "Unpack")
}
"""Names that the stub itself needs -> their imports."""
TABLES = {"PARAMETERS": ("ParameterName", "Parameter"), "OUTCOMES": ("OutcomeName", "Outcome")}
"""Tables of the model that are public: the types of their names and of their rows."""


def stub() -> str:
    """Return the text of ``front/__init__.pyi``."""
    imports: dict[str, str] = {}
    bodies = []
    for name, home in tredegar._HOMES.items():
        value = getattr(tredegar, name)
        if name in TABLES:
            bodies.append(table_of_the_model(name, imports))
        elif isinstance(value, FunctionType) and not get_overloads(value):  # what has several forms says them itself
            bodies.append(function_of_the_stub(name, value, imports))
        else:
            imports[name] = f"from .{home} import {name} as {name}"
    listed = "".join(f'    "{name}",\n' for name in tredegar.__all__)
    head = f'# ruff: noqa: I001, RUF022\n"""Public names of Tredegar as editors and type checkers see them. {MADE}"""'
    parts = ["\n".join(sorted(imports.values())), f"__version__: str\n__all__ = [\n{listed}]", *bodies]
    return "\n\n".join([head, *(part.rstrip("\n") for part in parts)]) + "\n"


def table_of_the_model(name: str, imports: dict[str, str]) -> str:
    """Return the declaration of a table, and note what it needs."""
    key, row = TABLES[name]
    imports |= {"Mapping": "from collections.abc import Mapping", row: f"from .model.{name.lower()} import {row}"}
    return f"{name}: Mapping[{key}, {row}]"


def function_of_the_stub(name: str, function: FunctionType, imports: dict[str, str]) -> str:
    """Return a function with its docstring and without its body, and note what its annotations need."""
    module = inspect.getmodule(function)
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    (node,) = (part for part in tree.body if isinstance(part, ast.FunctionDef) and part.name == function.__name__)
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        argument.annotation = narrowed(argument.arg, argument.annotation)
    if node.args.kwarg and node.args.kwarg.arg == "named_values":
        node.args.kwarg.annotation = ast.parse("Unpack[WantedByName]", mode="eval").body
    if name == "change_of":
        node.returns = ast.Name("ParameterName")
    notes = [node.returns, *(argument.annotation for argument in ast.walk(node.args) if isinstance(argument, ast.arg))]
    used = {part.id for note in notes if note for part in ast.walk(note) if isinstance(part, ast.Name)}
    known = imported_names(tree, module.__name__) | defined_names(tree, module.__name__) | OWN  # type: ignore[union-attr]
    imports |= {one: known[one] for one in used - set(tredegar._HOMES) if one in known}
    doc = inspect.cleandoc(function.__doc__ or "")
    doc = f'"""{doc}\n"""' if "\n" in doc else f'"""{doc}"""'
    return f"{head_of(name, node)}\n{textwrap.indent(doc, '    ')}\n"


def head_of(name: str, node: ast.FunctionDef) -> str:
    """Return the first lines of a function, one for each argument where a single one would be too long."""
    arguments, returned = list(arguments_of(node.args)), ast.unparse(node.returns or ast.Constant(None))
    head = f"def {name}({', '.join(arguments)}) -> {returned}:"
    if len(head) <= WIDTH + 10:
        return head
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return f"def {name}(\n{lines}) -> {returned}:"


def arguments_of(given: ast.arguments) -> Iterator[str]:
    """Yield the arguments of a function as they are written, defaults that are no plain values as dots."""
    before, after = given.posonlyargs, given.args
    defaults: list[ast.expr | None] = [None] * (len(before) + len(after) - len(given.defaults))
    written = [argument(*pair) for pair in zip([*before, *after], [*defaults, *given.defaults], strict=True)]
    yield from [*written[: len(before)], *(["/"] if before else []), *written[len(before) :]]
    if given.vararg or given.kwonlyargs:
        yield f"*{argument(given.vararg) if given.vararg else ''}"
    yield from (argument(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True))
    if given.kwarg:
        yield f"**{argument(given.kwarg)}"


def argument(given: ast.arg, default: ast.expr | None = None) -> str:
    """Return one argument with its type and its default."""
    written = f"{given.arg}: {ast.unparse(given.annotation)}" if given.annotation else given.arg
    if default is None:
        return written.replace("'", '"')
    shown = ast.unparse(default) if isinstance(default, ast.Constant) else "..."
    return f"{written} = {shown}".replace("'", '"')


def narrowed(argument: str, annotation: ast.expr | None) -> ast.expr | None:
    """Return the annotation with the names that there are in the place of any text."""
    if argument == "points":
        return ast.Name("Points")
    if argument not in NAMED or annotation is None:
        return annotation
    name, text = NAMED[argument], ast.unparse(annotation)
    text = text.replace("Iterable[str]", f"{name} | Iterable[str]") if argument == "outcomes" else text
    return ast.parse(re.sub(r"\bstr\b", name, text), mode="eval").body


def imported_names(tree: ast.Module, module: str) -> dict[str, str]:
    """Return name -> the import, as the root package would write it, of all names that a module imports."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {
                a.asname or a.name: f"import {a.name}" + (f" as {a.asname}" if a.asname else "") for a in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            home = node.module or ""
            if node.level:
                package = module.split(".")[: -node.level]
                home = ".".join(["", *package[1:], home] if len(package) > 1 else ["", home])
            found |= {a.asname or a.name: f"from {home} import {a.name}" for a in node.names}
    return found


def defined_names(tree: ast.Module, module: str) -> dict[str, str]:
    """Return name -> the import of all classes and aliases that a module defines."""
    home = module.removeprefix("tredegar")
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    aliases = [
        t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)
    ]
    return {name: f"from {home} import {name}" for name in (*classes, *aliases)}
