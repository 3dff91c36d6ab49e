"""Types of the public names, for editors and type checkers: three files made of the tables and the functions.

``front/__init__.pyi`` gives every public name its type, functions with their docstrings; ``model/name_types.py`` the
names of parameters and outcomes; ``sweeps/spec_keys.py`` the keys of a spec. ``python docs/generate.py`` writes them.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any, Literal, get_args, get_origin

import tredegar
from tredegar.kernels.engine_table import AUTO, ENGINES
from tredegar.model import OUTCOMES, PARAMETERS, TRUST_RECORDS
from tredegar.results.sensitivity.methods import METHODS
from tredegar.sweeps.forms.keywords import keywords_of_tables
from tredegar.sweeps.spec.design import Strict
from tredegar.sweeps.spec.places import models_of_tables
from tredegar.sweeps.spec.samplers import SAMPLERS
from tredegar.sweeps.spec.spec import CountrySpec, RecordSpec, Spec

ROOT = Path(__file__).resolve().parent.parent
MADE = "Made by docs/generate.py: do not edit."
WIDTH = 110


def name_types() -> str:
    """Return the text of ``model/name_types.py``."""
    keys, wanted = ("".join(f"    {name}: {kind}\n" for name in PARAMETERS) for kind in ("ArrayLike", "Any"))
    return f'''"""Names of parameters and outcomes as types, for editors and type checkers. {MADE}"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypedDict

from numpy.typing import ArrayLike

{literal("ParameterName", PARAMETERS)}
"""Name of a parameter; :func:`change_of` returns that of a change of it, ``parameter@month``."""
{literal("OutcomeName", OUTCOMES)}
"""Name of a monthly outcome."""
{literal("TrustRecordName", TRUST_RECORDS)}
"""Name of a record of each trust."""


class DataFrameLike(Protocol):
    """A pandas DataFrame, one column for each parameter, or a row of it."""

    @property
    def index(self) -> Any: ...  # noqa: D102


class DatasetLike(Protocol):
    """An xarray Dataset, one variable or coordinate for each parameter."""

    @property
    def coords(self) -> Any: ...  # noqa: D102


class PointTable(TypedDict, total=False):
    """Values of parameters by name, (n_points,) or one for all points."""

{keys}

class WantedByName(TypedDict, total=False):
    """Values of parameters that :func:`at` looks for: a number, a list of numbers, a slice."""

{wanted}

Points = PointTable | Mapping[ParameterName, ArrayLike] | DataFrameLike | DatasetLike
"""What :func:`simulate` takes as points."""
'''


def literal(name: str, values: Iterable[str]) -> str:
    """Return a statement that makes ``name`` the type of ``values``."""
    words = textwrap.fill(", ".join(f'"{value}"' for value in values), WIDTH)
    return f"{name} = Literal[\n{textwrap.indent(words, '    ')},\n]  # fmt: skip"


SPECIAL = {
    "fixed": "Mapping[ParameterName, float]",
    "vary": "Mapping[ParameterName, Any]",
    "constants": "Mapping[str, float]",
    "outcomes": "Iterable[OutcomeName] | None",
    "country": "CountryKeys | Strict",
    "record": "RecordKeys | Strict",
    "design": "DesignKeys | Strict | str",
}
"""Keys of a spec whose type no annotation of pydantic's tells."""
OF_SEVERAL_KINDS = ("providers", "file", "points", "start")
"""Keys that take paths, tables, numbers or dates."""


def spec_keys() -> str:
    """Return the text of ``sweeps/spec_keys.py``."""
    designs = [sampler.settings for sampler in SAMPLERS.values()]
    return f'''"""Keys of a spec as types, for editors and type checkers. {MADE}"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from ..model.name_types import OutcomeName, ParameterName
    from .spec.design import Strict


{keys_class("CountryKeys", "The table [country].", [CountrySpec])}

{keys_class("DesignKeys", "The table [design]: the keys of all its methods.", designs)}

{keys_class("RecordKeys", "The table [record].", [RecordSpec])}

{keys_class("SpecKeys", "A whole spec; a key of a table may stand without it.", [Spec])}
{keywords_alone()}'''


def keywords_alone() -> str:
    """Return the lines of the keys that ``Spec(...)`` takes without their table."""
    models = models_of_tables()
    lines = ""
    for word, (table, key) in keywords_of_tables(models).items():
        kinds = [model.model_fields[key].annotation for model in models[table] if key in model.model_fields]
        kind = key_type(key, kinds)
        lines += f"    {word}: {kind}{'' if kind == 'Any' or 'None' in kind else ' | None'}\n"
    return lines


def keys_class(name: str, meaning: str, models: Iterable[type[Strict]]) -> str:
    """Return a class of the keys of ``models``; a key that several have takes what any of them takes."""
    kinds: dict[str, list[Any]] = {}
    for model in models:
        for key, field in model.model_fields.items():
            kinds.setdefault(key, []).append(field.annotation)
    lines = "".join(f"    {key}: {key_type(key, found)}\n" for key, found in kinds.items())
    return f'class {name}(TypedDict, total=False):\n    """{meaning}"""\n\n{lines}'


def key_type(key: str, kinds: Iterable[Any]) -> str:
    """Return the annotation of one key, of those that it has in the models."""
    if key in OF_SEVERAL_KINDS:
        return "Any"
    if key in SPECIAL:
        return SPECIAL[key]
    words = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
    if words:
        return f"Literal[{', '.join(repr(word) for word in words)}]".replace("'", '"')
    parts = dict.fromkeys(part for kind in kinds for part in (get_args(kind) or (kind,)))
    plain = {int: "int", float: "float", bool: "bool", str: "str", type(None): "None"}
    return " | ".join(plain[part] for part in parts) if set(parts) <= set(plain) else "Any"


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
        elif isinstance(value, FunctionType):
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


FILES: Mapping[str, Callable[[], str]] = {
    "model/name_types.py": name_types,
    "sweeps/spec_keys.py": spec_keys,
    "front/__init__.pyi": stub,
}
"""The files that are made whole."""
