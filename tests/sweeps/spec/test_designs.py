"""The five designs: the points are those of SALib and scipy, and the same for the same seed."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from SALib.sample import morris, sobol
from scipy.stats import qmc

from tredegar.sweeps.spec.checks import number_of_points
from tredegar.sweeps.spec.sampling import draw_points, problem, sampler_settings
from tredegar.sweeps.spec.spec import Spec

VARY = "[vary]\nmandate_detail = [0.25, 1.0]\nmethod_heterogeneity = [0.0, 1.5]\n'sanction_strength@61' = [0.0, 1.0]\n"
METHODS = {
    "latin-hypercube": "points = 40",
    "latin-hypercube, centred": "points = 40\ncentred = true",
    "sobol": "points = 16",
    "sobol, first order": "points = 16\nsecond_order = false",
    "morris": "trajectories = 12\nlevels = 6",
}


def spec_with(method: str, seed: int = 20130401) -> Spec:
    name = method.split(",")[0]
    return Spec.from_text(f"seed = {seed}\n[design]\nmethod = '{name}'\n{METHODS[method]}\n{VARY}")


def matrix(spec: Spec) -> np.ndarray:
    return np.column_stack(list(draw_points(spec).values()))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_a_design_depends_on_its_seed_alone(method: str, seed: int) -> None:
    first = matrix(spec_with(method, seed))
    assert matrix(spec_with(method, seed)).tobytes() == first.tobytes()
    assert matrix(spec_with(method, seed ^ 5)).tobytes() != first.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_a_design_has_the_promised_points_within_their_ranges(method: str) -> None:
    spec = spec_with(method)
    points = draw_points(spec)
    assert list(points) == list(spec.vary)
    for name, values in points.items():
        assert values.shape == (number_of_points(spec),)
        assert values.dtype == np.float64
        assert spec.vary[name].low <= values.min() < values.max() <= spec.vary[name].high


@pytest.mark.parametrize("second_order", [True, False])
def test_sobol_is_the_sample_of_salib(second_order: bool) -> None:
    spec = spec_with("sobol" if second_order else "sobol, first order")
    expected = sobol.sample(problem(spec.vary), 16, calc_second_order=second_order, seed=20130401)
    assert matrix(spec).tobytes() == expected.tobytes()


def test_morris_is_the_sample_of_salib() -> None:
    spec = spec_with("morris")
    expected = morris.sample(problem(spec.vary), 12, num_levels=6, seed=20130401)
    assert matrix(spec).tobytes() == expected.tobytes()


@pytest.mark.parametrize("centred", [False, True])
def test_latin_hypercube_is_the_sample_of_scipy_with_one_point_in_each_slice(centred: bool) -> None:
    spec = spec_with("latin-hypercube, centred" if centred else "latin-hypercube")
    unit = qmc.LatinHypercube(3, scramble=not centred, seed=20130401).random(40)
    assert matrix(spec).tobytes() == qmc.scale(unit, [0.25, 0.0, 0.0], [1.0, 1.5, 1.0]).tobytes()
    for column in unit.T:
        assert sorted(np.floor(column * 40).astype(int)) == list(range(40))


def test_a_grid_is_every_combination_with_the_last_parameter_fastest() -> None:
    spec = Spec.from_text(
        "[design]\nmethod = 'grid'\n[vary]\nreal_control = {values = [0.5, 0.0]}\n"
        "mandate_detail = {low = 0.0, high = 1.0, levels = 3}\n"
    )
    assert matrix(spec).tolist() == [list(pair) for pair in product([0.5, 0.0], [0.0, 0.5, 1.0])]


def test_the_samplers_own_seed_overrides_that_of_the_sweep() -> None:
    own = Spec.from_text(f"seed = 3\n[design]\nmethod = 'morris'\ntrajectories = 12\nlevels = 6\nseed = 9\n{VARY}")
    assert matrix(own).tobytes() == matrix(spec_with("morris", seed=9)).tobytes()
    assert sampler_settings(own)["seed"] == 9


def test_a_table_is_taken_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("real_control,sanction_strength@12\n0.1,1\n0.7,0\n0.1,1\n")
    spec = Spec.from_text("[design]\nmethod = 'table'\nfile = 'points.csv'\n", folder=tmp_path)
    assert matrix(spec).tolist() == [[0.1, 1.0], [0.7, 0.0], [0.1, 1.0]]
