"""Delta indices (Borgonovo 2007): how much of an outcome's distribution moves once a parameter is known.

Half the area between the density of the outcome and its density in a class of the parameter, a mean over classes. It
works on given data, whatever drew the points, with correlated parameters too. Densities, classes and resamples are
SALib's, and so are the intervals of what its ``analyze`` calls ``delta_raw`` (``delta`` before version 1.6). The bias
that resamples show is taken from the estimate of the sample (Plischke et al. 2013, equation 30); SALib takes it from
that of a first resample, which leaves the bias where it was and doubles the scatter.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from .idle import NoEffect, band_of, fewest_for

GRID = 100
"""Places at which densities are compared (SALib's)."""
MOST_CLASSES = 48
"""Classes of a parameter, at most (SALib's)."""
FEWEST_IN_LEVEL = 10
"""A level of fewer points has no density to speak of (assumption)."""
BIAS_RESAMPLES = 5
"""Resamples of as many outcomes on which nothing acts tell the bias of a band (assumption)."""
Estimate = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], float]


class DeltaIndices(NamedTuple):
    """Indices and half-widths of their intervals, (parameters, times)."""

    delta: np.ndarray
    delta_conf: np.ndarray


def delta_indices(
    sample: np.ndarray,
    values: np.ndarray,
    resamples: int = 100,
    seed: int = 0,
    level: float = 0.95,
    together: int = 1,
    few: Sequence[bool] = (),
) -> DeltaIndices:
    """Return the indices of ``values`` (points, times), finite, at ``sample`` (points, parameters).

    Indices are shares of a distribution, 0..1 but for the scatter of the estimate. ``together`` points in a row are
    drawn as one by the bootstrap. Its draws are SALib's for a ``seed``, of which 0 is one like any other. With
    ``resamples`` below 2 the estimate comes without an interval, and its bias stays in it. Times at which the outcome
    does not vary give NaN. Each value is a class of a parameter that takes a ``few`` (parameters), such as the levels
    of a choice; of others, classes hold equal counts. Raises ModuleNotFoundError, naming the extra to install, without
    SALib.

    >>> draw = np.random.default_rng(1)
    >>> sample = draw.random((200, 2))
    >>> found = delta_indices(sample, sample[:, :1] + 0.1 * draw.random((200, 1)), resamples=2)
    >>> bool(found.delta[0, 0] > 0.5 > 0.2 > found.delta[1, 0])
    True
    """
    estimate = _library()
    places = class_bounds(len(values))
    few = few or (False,) * sample.shape[1]
    found = np.full((2, sample.shape[1], values.shape[1]), np.nan)
    for time in np.flatnonzero(np.ptp(values, axis=0) > 0.0):
        column = np.asarray(values[:, time], dtype=np.float64)
        grid = np.linspace(column.min(), column.max(), GRID)
        for one, parameter in enumerate(sample.T):
            draws = _draws(len(column), resamples, seed, together)
            cut = _class_of_each_value if few[one] else lambda drawn: places
            parts = [_of_sample(estimate, column[rows], grid, parameter[rows], cut(parameter[rows])) for rows in draws]
            found[:, one, time] = _reduced(np.array(parts), level)
    return DeltaIndices(*found)


def _class_of_each_value(parameter: np.ndarray) -> np.ndarray:
    """Return the ranks that bound the classes of a parameter of few values, each of which is a class."""
    return np.array([0, *np.cumsum(np.unique(parameter, return_counts=True)[1])])


def delta_bands(sample: np.ndarray, null: NoEffect, level: float = 0.95, few: Sequence[bool] = ()) -> np.ndarray:
    """Return what delta of a parameter that does nothing stays below, (parameters, times), a share of a distribution.

    The estimates of outcomes on which nothing acts, less the least bias that resamples of the first five of them show.
    ``sample`` is (points, parameters), of which some take a ``few`` values. NaN where the outcomes are too few for the
    level: fewer than 19 for 95 %. Raises ModuleNotFoundError, naming the extra to install, without SALib.

    >>> sample = np.random.default_rng(1).random((120, 1))
    >>> bands = delta_bands(sample, NoEffect(sample, np.zeros((120, 1, 1)), resamples=19))
    >>> bool((delta_indices(sample, sample, 5).delta > bands).all())
    True
    """
    if null.resamples < fewest_for(level):
        return np.full((sample.shape[1], null.values.shape[1]), np.nan)
    drawn = [*null.outcomes()]
    raw = np.array([delta_indices(sample, outcome, 0, few=few).delta for outcome in drawn])
    reduced = [
        delta_indices(sample, outcome, BIAS_RESAMPLES, null.seed, level, null.together, few).delta
        for outcome in drawn[:BIAS_RESAMPLES]
    ]
    # The least of them: that of the outcome itself, which is taken from its index, scatters as they do.
    bias = (raw[:BIAS_RESAMPLES] - np.array(reduced)).min(axis=0)
    return band_of(raw, level) - bias


def class_bounds(points: int) -> np.ndarray:
    """Return the ranks that bound the classes of a parameter, (rank,), as SALib cuts them; they have no unit.

    >>> class_bounds(100).tolist()
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    power = 2.0 / (7.0 + np.tanh((1500.0 - points) / 500.0))
    return np.linspace(0, points, min(int(np.ceil(points**power)), MOST_CLASSES) + 1)


def check_many_values(sample: np.ndarray, names: Sequence[str], few: Sequence[bool] = ()) -> None:
    """Raise ValueError for a parameter of ``sample`` (points, parameters) whose equal values classes would cut apart.

    And for one that takes a ``few`` values (parameters), which are classes, if one of them has hardly any points.

    >>> check_many_values(np.tile([[0.0], [1.0]], (60, 1)), ("target_level",))
    Traceback (most recent call last):
    ValueError: delta needs parameters of many values, and 'target_level' takes one of its values at 60 of 120 points
    """
    most = len(sample) / (len(class_bounds(len(sample))) - 1) / 2.0
    for name, column, of_few in zip(names, sample.T, few or (False,) * len(names), strict=True):
        counts = np.unique(column, return_counts=True)[1]
        if of_few and counts.min() < FEWEST_IN_LEVEL:
            least = f"delta needs {FEWEST_IN_LEVEL} points at each level"
            raise ValueError(f"{least}, and '{name}' has one of {counts.min()}; sweep more points")
        tied = int(counts.max())
        if tied > most and not of_few:
            raise ValueError(
                f"delta needs parameters of many values, and '{name}' takes one of its values at {tied} of"
                f" {len(sample)} points"
            )


def _library() -> Estimate:
    try:
        from SALib.analyze.delta import calc_delta
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'delta indices need SALib; install it with: pip install "tredegar[sensitivity]"'
        ) from error
    return calc_delta


def _draws(points: int, resamples: int, seed: int, together: int) -> Iterator[Any]:
    """Yield the points of the sample itself, and of each resample; each parameter has the same."""
    yield slice(None)
    if resamples < 2:
        return
    # The old generator of NumPy, by which SALib draws, in a state of its own: nobody else's luck is moved.
    draw = np.random.RandomState(seed)
    units = points // together
    draw.randint(units, size=units)  # of the resample that SALib has in place of the sample
    for _ in range(resamples):
        first = draw.randint(units, size=units)
        yield first if together == 1 else (first[:, None] * together + np.arange(together)).ravel()


def _of_sample(
    estimate: Estimate, column: np.ndarray, grid: np.ndarray, parameter: np.ndarray, places: np.ndarray
) -> float:
    """Return the estimate of one sample; NaN for one that has by chance a single value."""
    if np.ptp(column) == 0.0:
        return float("nan")
    with warnings.catch_warnings():
        # Of classes in which the outcome does not vary: there is no density to compare, and SALib leaves them out.
        warnings.filterwarnings("ignore", message=".*bins skipped", category=UserWarning)
        return float(estimate(column, grid, parameter, places))


def _reduced(parts: np.ndarray, level: float) -> tuple[float, float]:
    """Return index and half-width from the estimate of the sample and those of its resamples."""
    if len(parts) == 1:
        return float(parts[0]), float("nan")
    known = parts[1:][np.isfinite(parts[1:])]
    if not np.isfinite(parts[0]) or len(known) < 2:
        return float("nan"), float("nan")
    return float(2.0 * parts[0] - known.mean()), float(stats.norm.ppf(0.5 + level / 2.0) * known.std(ddof=1))
