"""Types of the public names, for editors and type checkers: files made of the tables and the functions.

``front/__init__.pyi`` gives every public name its type, functions with their docstrings; ``model/name_types.py`` the
names of parameters and outcomes; ``sweeps/spec_keys.py`` the keys of a spec. ``python docs/generate.py`` writes them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from generate_stub import MADE, WIDTH, stub

from tredegar.model import OUTCOMES, PARAMETERS, TRUST_RECORDS
from tredegar.sweeps.forms.keywords import keywords_of_tables
from tredegar.sweeps.spec.design import Strict
from tredegar.sweeps.spec.places import models_of_tables
from tredegar.sweeps.spec.samplers import SAMPLERS
from tredegar.sweeps.spec.spec import CountrySpec, RecordSpec, Spec

ROOT = Path(__file__).resolve().parent.parent


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
    "design": f"DesignKeys | Strict | Literal[{', '.join(map(repr, SAMPLERS))}]".replace("'", '"'),
}
"""Keys of a spec whose type no annotation of pydantic's tells."""
OF_SEVERAL_KINDS = ("providers", "file", "points", "start", "rules")
"""Keys that take paths, tables, numbers, dates or functions."""


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


FILES: Mapping[str, Callable[[], str]] = {
    "model/name_types.py": name_types,
    "sweeps/spec_keys.py": spec_keys,
    "front/__init__.pyi": stub,
}
"""The files that are made whole."""
