"""Terms that decide: shapes that a slope would miss are found, each with its share; noise gives none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from tredegar.results.statistics.step_down import LEAST_POINTS, SHUFFLES, find_terms

NAMES = [f"p{place}" for place in range(10)]
SHAPES: dict[str, tuple[Callable[[np.ndarray], np.ndarray], set[tuple[str, ...]]]] = {
    "slope": (lambda at: at[:, 2], {("p2",)}),
    "U-shape": (lambda at: (at[:, 2] - 0.5) ** 2, {("p2",)}),
    "step": (lambda at: 1.0 * (at[:, 2] > 0.62), {("p2",)}),
    "product": (lambda at: (at[:, 2] - 0.5) * (at[:, 7] - 0.5), {("p2", "p7")}),
    "both": (lambda at: 0.6 * at[:, 1] + 2.0 * (at[:, 2] - 0.5) * (at[:, 7] - 0.5), {("p1",), ("p2", "p7")}),
}  # fmt: skip


def made(shape: Callable[[np.ndarray], np.ndarray], points: int = 120, chance: float = 0.3) -> tuple[np.ndarray, ...]:
    """A Latin hypercube of ten parameters and values of that shape, with chance of that share of its scatter."""
    rng = np.random.default_rng(3)
    sample = qmc.LatinHypercube(len(NAMES), seed=rng).random(points)
    values = shape(sample)
    return sample, values + chance * values.std() * rng.standard_normal(points)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_found_under_its_name_and_nothing_beside_it(shape: str) -> None:
    surface, wanted = SHAPES[shape]
    sample, values = made(surface)
    assert {term.parameters for term in find_terms(sample, NAMES, values)} == wanted


def test_noise_and_what_never_differs_give_no_term() -> None:
    sample, _ = made(lambda at: at[:, 0])
    assert find_terms(sample, NAMES, np.random.default_rng(8).standard_normal(120)) == ()
    assert find_terms(sample, NAMES, np.ones(120)) == ()
    assert find_terms(sample[: LEAST_POINTS - 1], NAMES, sample[: LEAST_POINTS - 1, 0]) == ()
    assert find_terms(sample[:, :0], (), sample[:, 0]) == ()


def test_no_more_terms_are_named_than_asked_and_a_later_one_is_no_surer_than_one_before() -> None:
    sample, values = made(lambda at: at @ 0.6 ** np.arange(10), chance=0.4)
    two, many = find_terms(sample, NAMES, values, most=2), find_terms(sample, NAMES, values, most=10)
    assert [term.parameters for term in two] == [("p0",), ("p1",)]
    chances = [term.chance for term in many]
    assert len(many) > 2 and chances == sorted(chances) and max(chances) <= 0.05


def test_the_share_of_a_single_term_is_the_adjusted_r_squared_of_its_regression() -> None:
    sample, values = made(lambda at: (at[:, 2] - 0.3) ** 2, chance=0.8)
    (term,) = find_terms(sample, NAMES, values)
    place = stats.rankdata(sample[:, 2])
    design = np.column_stack([np.ones(len(place)), place, place**2])
    residuals = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    unexplained = (residuals @ residuals / (len(values) - 3)) / values.var(ddof=1)
    assert term.share == pytest.approx(1.0 - unexplained, rel=1e-9)


def test_the_chance_of_a_single_parameter_is_that_of_its_f_test() -> None:
    rng = np.random.default_rng(5)
    sample = rng.random((60, 1))
    values = 0.9 * sample[:, 0] + rng.standard_normal(60) * 0.9
    (term,) = find_terms(sample, ["a"], values, level=1.0)
    place = stats.rankdata(sample[:, 0])
    fit = np.polynomial.Polynomial.fit(place, values, 2)
    left = ((values - fit(place)) ** 2).sum()
    statistic = (((values - values.mean()) ** 2).sum() - left) / 2.0 / (left / 57.0)
    wanted = stats.f.sf(statistic, 2, 57)
    assert 0.01 < wanted < 0.4 and abs(term.chance - wanted) < 4.0 * np.sqrt(wanted * (1.0 - wanted) / SHUFFLES)


def test_a_parameter_of_two_levels_has_no_square_and_is_found_all_the_same() -> None:
    sample, _ = made(lambda at: at[:, 0])
    sample[:, 4] = sample[:, 4] > 0.5
    values = sample[:, 4] + 0.5 * np.random.default_rng(4).standard_normal(120)
    (term,) = find_terms(sample, NAMES, values)
    assert term.parameters == ("p4",) and 0.3 < term.share < 0.7


def test_unknown_values_are_left_out_and_the_answer_is_the_same_each_time() -> None:
    sample, values = made(lambda at: at[:, 2])
    lost = np.where(np.arange(120) % 7 == 0, np.nan, values)
    known = np.isfinite(lost)
    first = find_terms(sample, NAMES, lost)
    assert first == find_terms(sample[known], NAMES, values[known]) == find_terms(sample, NAMES, lost)


def test_units_do_not_matter_only_ranks_do() -> None:
    sample, values = made(lambda at: at[:, 2])
    assert find_terms(sample, NAMES, values) == find_terms(np.exp(9.0 * sample), NAMES, values)
