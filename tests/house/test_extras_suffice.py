"""An extra brings all that it needs: what others bring to this environment is hidden, and it must still load."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..support.waiting import PATIENCE

LOADED = {
    "": "from tredegar import open_sweep, run_sweep; from tredegar.cli import application; import distributed",
    "mesa": "from tredegar.model import HealthService; from tredegar.kernels import mesa_engine",
    "app": "from tredegar.page import serving",
    "fast": "from tredegar.kernels.numba_engine import kernel",
    "plot": "import tredegar.results.figures.curves; from matplotlib.figure import Figure",
    "sensitivity": "from SALib.analyze import sobol, morris",
    "discovery": "import sklearn.tree; from ema_workbench.analysis import prim",
    "tables": "from pyarrow.parquet import ParquetWriter",
    "hpc": "import dask_jobqueue; from cryptography import x509",
}
"""By extra (the bare package is ""), what must load with it alone."""
HIDE = "import sys\nsys.modules.update(dict.fromkeys({names!r}))\n{statement}"


def brought_by(name: str, extras: frozenset[str], seen: set[tuple[str, str]] | None = None) -> set[str]:
    """Return the distributions that ``name[extras]`` brings, itself included, as their metadata say."""
    seen = set() if seen is None else seen
    for extra in {"", *extras}:
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            declared = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue
        for one in declared:
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                brought_by(canonicalize_name(one.name), frozenset(one.extras), seen)
    return {found for found, _ in seen}


def modules_of_others(brought: set[str]) -> list[str]:
    """Return the modules of this environment that none of the distributions ``brought`` holds."""
    holders = {
        module: {canonicalize_name(name) for name in names} for module, names in packages_distributions().items()
    }
    return sorted(module for module, names in holders.items() if not names & brought and module.isidentifier())


def loads(statement: str, hidden: list[str]) -> str:
    """Run ``statement`` where ``hidden`` modules cannot be imported; return what it says if it fails."""
    code = HIDE.format(names=hidden, statement=statement)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("extra", LOADED)
def test_an_extra_brings_what_it_needs(extra: str) -> None:
    hidden = modules_of_others(brought_by("tredegar", frozenset({extra})))
    assert "pytest" in hidden
    assert loads(LOADED[extra], hidden) == ""


def test_what_is_missing_would_be_seen() -> None:
    hidden = modules_of_others(brought_by("tredegar", frozenset()))
    assert "import of numba halted" in loads(LOADED["fast"], hidden)
