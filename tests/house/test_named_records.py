"""Records instead of lists: no module but that of a record compares the name of a method, an engine or a format."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from tredegar.kernels.engine_table import AUTO, ENGINES, EVERYWHERE
from tredegar.results.formats import FORMATS
from tredegar.results.sensitivity.methods import METHODS
from tredegar.store.design_methods import DESIGN_METHODS
from tredegar.sweeps.spec.samplers import SAMPLERS, DesignSpec

from .house_sources import modules_of

NAMES = {
    "design method": frozenset(DESIGN_METHODS),
    "method of sensitivity": frozenset(METHODS),
    "engine": frozenset(ENGINES),
    "format": frozenset(FORMATS),
}
HOMES = {
    "design method": {"tredegar.store.design_methods", "tredegar.sweeps.spec.samplers"},
    "method of sensitivity": {"tredegar.results.sensitivity.methods"},
    "engine": {"tredegar.kernels.engine_table"},
    "format": {"tredegar.results.formats"},
}
"""The modules that hold the records of each kind."""
LISTS_ALLOWED = {
    "tredegar.sweeps.store.log": "the packages whose versions the log of a sweep names",
    "tredegar.kernels.cuda_check.parts": "the packages whose versions the report of the check names",
    "tredegar.sweeps.spec_keys": "the types that docs/generate.py makes of the records",
}
"""Modules that list names, or packages that bear the name of the engine that needs them, and what the list is."""


def texts(node: ast.AST | None) -> Iterator[str]:
    """Yield the texts that stand in ``node`` itself, or in the display that it is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for item in node.elts:
            yield from texts(item)


def compared(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of whatever a module compares, matches, looks up, or lists beside others of its kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found = [text for side in (node.left, *node.comparators) for text in texts(side)]
        elif isinstance(node, ast.MatchValue):
            found = [*texts(node.value)]
        elif isinstance(node, ast.Dict) and len(node.keys) > 1:
            found = [text for key in node.keys for text in texts(key)]
        elif isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
            found = [*texts(node)]
        else:
            continue
        enough = 1 if isinstance(node, ast.Compare | ast.MatchValue) else 2
        for kind, names in NAMES.items():
            known = [text for text in found if text in names]
            if len(known) >= enough:
                yield from ((node.lineno, f"{kind} {text}") for text in known)


def offences(name: str, tree: ast.AST) -> list[str]:
    """Return line and name of what module ``name`` compares though it is not the home of the record."""
    at_home = {kind for kind, homes in HOMES.items() if name in homes}
    kinds = {f"{kind} {text}": kind for kind, names in NAMES.items() for text in names}
    return [f"{name}:{line} {said}" for line, said in compared(tree) if kinds[said] not in at_home]


def test_no_module_but_that_of_a_record_compares_its_name(root: Path) -> None:
    modules = {module.name: module.tree for module in modules_of(root)}
    assert {home for homes in HOMES.values() for home in homes} <= set(modules)
    found = [line for name, tree in modules.items() if name not in LISTS_ALLOWED for line in offences(name, tree)]
    assert found == []


def test_a_list_that_is_allowed_is_there(root: Path) -> None:
    modules = {module.name: module.tree for module in modules_of(root)}
    assert [name for name in LISTS_ALLOWED if not offences(name, modules[name])] == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('design.method == "sobol"', True),
        ('name in ("cuda", "cupy")', True),
        ('path.suffix != ".csv"', True),
        ('words = {"morris": 1, "pawn": 2}', True),
        ('match name:\n    case "numba":\n        pass', True),
        ('GPUS = ["cuda", "cupy"]', True),
        ('load("cuda")', False),
        ('record = Record(name="sobol")', False),
        ('facts = {"points": 3, "sobol": 4}', False),
    ],
)
def test_a_comparison_with_a_name_is_seen(text: str, seen: bool) -> None:
    assert bool(offences("tredegar.somewhere", ast.parse(text))) is seen


def test_whoever_draws_a_design_and_whoever_reads_it_know_the_same_methods() -> None:
    assert [*SAMPLERS] == [*DESIGN_METHODS]
    assert {name: sampler.method for name, sampler in SAMPLERS.items()} == DESIGN_METHODS


@pytest.mark.parametrize("name", SAMPLERS)
def test_readers_know_what_an_extension_may_add_and_which_key_counts_the_points(name: str) -> None:
    sampler, method = SAMPLERS[name], DESIGN_METHODS[name]
    may_grow = sampler.free is not None or sampler.from_file
    assert bool(method.gains) is may_grow
    assert method.counted_by is None or method.counted_by in sampler.settings.model_fields


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_keys_of_a_design_begin_with_its_method_and_end_with_those_of_all(name: str) -> None:
    model = SAMPLERS[name].settings
    assert issubclass(model, DesignSpec)
    assert get_args(model.model_fields["method"].annotation) == (name,)
    assert (next(iter(model.model_fields)), [*model.model_fields][-2:]) == ("method", ["seed", "beyond_range"])


def test_every_record_stands_under_its_own_name() -> None:
    assert [name for name, record in DESIGN_METHODS.items() if record.name != name] == []
    assert [name for name, record in METHODS.items() if record.name != name] == []
    assert [name for name, record in ENGINES.items() if record.name != name] == []
    assert [name for name, record in FORMATS.items() if record.ending != name] == []


def test_every_design_can_be_analysed_and_every_method_has_a_design() -> None:
    fitting = {name: [d for d in DESIGN_METHODS.values() if method.fits(d)] for name, method in METHODS.items()}
    assert all(fitting.values())
    assert {design.name for designs in fitting.values() for design in designs} == set(DESIGN_METHODS)


def test_auto_is_no_engine_and_the_engine_of_every_installation_is_one() -> None:
    assert AUTO not in ENGINES and EVERYWHERE in ENGINES
