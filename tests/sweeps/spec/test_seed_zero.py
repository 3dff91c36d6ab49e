"""The seed 0 is a seed: the same points and intervals each time, in every process, whatever was drawn before."""

from __future__ import annotations

import random
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

from tredegar.results.sensitivity.morris import morris_effects
from tredegar.results.sensitivity.pawn import pawn_indices
from tredegar.results.sensitivity.sobol import sobol_indices
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec

METHODS = {
    "latin-hypercube": "points = 16",
    "sobol": "points = 8",
    "morris": "trajectories = 6",
}
DRAW = """
import hashlib, sys
from tredegar.sweeps.spec.sampling import draw_points
from tredegar.sweeps.spec.spec import Spec
for text in sys.argv[1:]:
    points = draw_points(Spec.from_text(text))
    print(hashlib.sha256(b"".join(values.tobytes() for values in points.values())).hexdigest())
"""


def spec_text(method: str, where: str = "seed = 0\n", own: str = "") -> str:
    return (
        f"{where}[design]\nmethod = '{method}'\n{METHODS[method]}\n{own}"
        "[vary]\nmandate_detail = [0.0, 1.0]\nsolidarity = [0.0, 1.0]\nreal_control = [0.1, 0.9]\n"
    )


def disturb(number: int) -> None:
    """Leave the generators that all of Python shares in another state each time."""
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002 -- the shared generator is what must not matter


def bytes_of(text: str) -> bytes:
    return b"".join(values.tobytes() for values in draw_points(Spec.from_text(text)).values())


@pytest.mark.parametrize("method", METHODS)
def test_a_design_of_seed_zero_is_one_design(method: str) -> None:
    drawn = set()
    for number in range(3):
        disturb(number)
        drawn |= {bytes_of(spec_text(method)), bytes_of(spec_text(method, "seed = 5\n", "seed = 0\n"))}
    assert len(drawn) == 1
    assert bytes_of(spec_text(method, "seed = 1\n")) not in drawn


def test_two_processes_draw_the_same_points_of_seed_zero() -> None:
    texts = [spec_text(method) for method in METHODS]
    said = [
        subprocess.run(
            [sys.executable, "-P", "-c", DRAW, *texts], capture_output=True, text=True, timeout=120, check=True
        )
        for _ in range(2)
    ]
    assert said[0].stdout == said[1].stdout
    assert len(said[0].stdout.split()) == len(METHODS)


@pytest.mark.parametrize("seed", [0, 1])
def test_intervals_depend_on_their_seed_alone(seed: int) -> None:
    draw = np.random.default_rng(3)
    values, sample = draw.random((64, 2)), draw.random((64, 3))
    steps = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]] * 16)
    analyses = {
        "sobol": lambda number: sobol_indices(values, 3, True, 20, number).ST_conf,
        "pawn": lambda number: pawn_indices(sample, values, 4, 20, number).median_conf,
        "morris": lambda number: morris_effects(steps, values, 4, 20, number).mu_star_conf,
    }
    for name, analyse in analyses.items():
        found = []
        for number in range(2):
            disturb(number)
            found.append(analyse(seed).tobytes())
        assert found[0] == found[1], name
        assert analyse(seed + 1).tobytes() != found[0], name


def test_no_version_of_salib_is_allowed_to_which_zero_is_no_seed(root: Path) -> None:
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (salib,) = map(Requirement, extras["sensitivity"])
    assert not salib.specifier.contains("1.5.1") and salib.specifier.contains("1.5.2")
