"""Public names: every one that a document shows is there, none is a module, and those of old still work."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

import tredegar
from tredegar.former import FORMER

from ..support.places import ROOMS

PACKAGES = ("tredegar", *(f"tredegar.{room}" for room in ROOMS))
ORIGINAL = {
    "tredegar.model.health_service": "HealthService",
    "tredegar.results.compare": "compare",
    "tredegar.results.export": "export",
    "tredegar.results.hysteresis": "hysteresis",
    "tredegar.results.maps": "map_of",
    "tredegar.results.statement": "changes_of",
    "tredegar.sweeps.cli": "main",
    "tredegar.sweeps.runner": "run_sweep",
}
"""A former module and a name that it had."""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_none_is_a_module(package: str) -> None:
    names = getattr(importlib.import_module(package), "__all__", ())
    found = {name: getattr(importlib.import_module(package), name) for name in names}
    assert found or package in ("tredegar.store", "tredegar.datasets", "tredegar.observation")
    assert [name for name, value in found.items() if isinstance(value, ModuleType)] == []


def test_a_name_that_is_none_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="'simulation_of'"):
        _ = tredegar.simulation_of


def test_the_root_lists_its_names_and_its_version() -> None:
    assert set(tredegar.__all__) <= set(dir(tredegar))
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", tredegar.__version__)


def modules_after(statement: str) -> set[str]:
    """Return the modules that a statement loads in a fresh interpreter."""
    code = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    command = [sys.executable, "-P", "-W", "ignore", "-c", code]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_the_root_loads_no_module_but_itself() -> None:
    assert modules_after("import tredegar") == {"tredegar"}


@pytest.mark.parametrize(
    ("names", "not_loaded"),
    [
        ("PARAMETERS OUTCOMES Parameters change_of __version__", ("numpy", "pydantic")),
        ("Spec SpecError", ("scipy", "pandas", "xarray", "zarr", "dask", "SALib")),
        ("simulate engines Points", ("scipy", "pandas", "xarray", "zarr", "dask", "pydantic", "mesa")),
        ("open_sweep at compare export", ("dask.distributed", "matplotlib", "pydantic", "numba", "mesa")),
    ],
)
def test_a_name_loads_only_what_it_needs(names: str, not_loaded: tuple[str, ...]) -> None:
    loaded = modules_after("; ".join(["import tredegar", *(f"tredegar.{name}" for name in names.split())]))
    assert [name for name in not_loaded if name in loaded] == []


@pytest.mark.parametrize("name", [name for name in tredegar.__all__ if name != "__version__"])
def test_a_public_name_says_what_it_is_and_a_function_what_it_raises(name: str) -> None:
    value = getattr(tredegar, name)
    if isinstance(value, type | FunctionType):
        assert len(value.__doc__ or "") > 30
    if isinstance(value, FunctionType):
        assert re.search(r"\b[Rr]aise[sd]?\b", value.__doc__ or ""), f"{name} does not say what it raises"


@pytest.mark.parametrize("name", ["conditional_means", "robustness", "tree_rules"])
def test_a_former_name_still_works_and_says_the_present_one(name: str) -> None:
    with pytest.warns(DeprecationWarning, match=rf"tredegar\.results\.{name} is tredegar\.results\.\w+ since"):
        found = getattr(importlib.import_module("tredegar.results"), name)
    assert getattr(tredegar, found.__name__) is found


@pytest.fixture
def _former_modules_gone() -> Iterator[None]:
    """What a former path has bound in its package is taken away, for the tests that come later in this process."""
    yield
    for name in FORMER:
        package, _, last = name.rpartition(".")
        if sys.modules.pop(name, None) is not None:
            vars(importlib.import_module(package)).pop(last, None)


@pytest.mark.usefixtures("_former_modules_gone")
@pytest.mark.parametrize("module", FORMER)
def test_a_former_path_still_works_and_says_where_the_name_is_now(module: str) -> None:
    name = ORIGINAL[module]
    place, names = FORMER[module]
    now = getattr(importlib.import_module(place), names.get(name, name))
    with pytest.warns(DeprecationWarning, match=rf"{re.escape(module)}\.{name} is {re.escape(place)}\."):
        found = getattr(importlib.import_module(module), name)
    assert found is now


@pytest.mark.parametrize("name", ["compare", "export"])
def test_a_former_module_does_not_hide_the_function_of_its_name(name: str) -> None:
    code = (
        f"import warnings; warnings.simplefilter('ignore')\nimport tredegar.results.{name}\n"
        f"from tredegar.results import {name}\nassert callable({name})\n"
        f"try: {name}()\nexcept TypeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{name}() missing")


def test_no_former_module_bears_a_name_that_its_package_has_loaded() -> None:
    """It would be replaced by the module."""
    hidden = []
    for name in FORMER:
        package, _, last = name.rpartition(".")
        there = vars(importlib.import_module(package)).get(last)
        hidden += [name] if there is not None and not isinstance(there, ModuleType) else []
    assert hidden == []


def test_a_former_package_still_hands_out_its_function() -> None:
    with pytest.warns(DeprecationWarning, match="analyze_sensitivity"):
        from tredegar.results.sensitivity import sensitivity
    assert sensitivity is tredegar.results.analyze_sensitivity


def test_the_former_function_of_the_sweeps_still_sweeps_and_says_what_it_is_now() -> None:
    from tredegar import sweeps

    with pytest.warns(DeprecationWarning, match=r"sweeps\.run_sweep is tredegar\.sweeps\.complete_sweep since") as told:
        from tredegar.sweeps import run_sweep
    assert run_sweep is sweeps.complete_sweep
    assert run_sweep is not tredegar.run_sweep
    assert {row.filename for row in told} == {__file__}


def test_a_module_that_never_was_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"tredegar\.results\.nothing"):
        importlib.import_module("tredegar.results.nothing")


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "tredegar", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip().rpartition(" ")[2]) == (0, tredegar.__version__)
