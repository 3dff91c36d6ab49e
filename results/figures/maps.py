"""Maps of an outcome over two parameters: its level, and its paired change against the lowest value of the first."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import stats

from ...datasets.inputs import Input
from ..dataset import chosen_parameters, design_of, label_of, levels_in, parameter_in, varied_parameters
from ..intervals import Estimate, combined
from ..shares import most_telling
from ..statistics.mean_intervals import Scatter, mean_with_interval, scatter_of

CELLS = 33
"""Cells along each axis of a map drawn from a fitted surface (assumption)."""
DEGREES = {3: 40, 2: 18, 1: 8}
"""Degree of the surface and the points it needs: four for each of its coefficients, eight at least (assumption)."""
BEYOND = 4
MISSED = 0.001
"""Degrees of each parameter beyond the surface's that are tried, and the level at which they say that it misses the
points: then it is drawn without an interval (assumptions)."""
ROUNDING = 1e-20


def axes_of_map(means: xr.DataArray, sweep: xr.Dataset) -> tuple[str, str]:
    """Return the two parameters to map: those that explain most, a lever on the x axis where one of them is a lever.

    ``means`` are window means (point, replicate) of an opened sweep. A choice is no axis. Raises ValueError where fewer
    than two other parameters are varied.

    >>> varied = {"blame_people": ("point", [0.0, 1.0, 0.0, 1.0]), "mandate_detail": ("point", [0.0, 0.0, 1.0, 1.0])}
    >>> means = xr.DataArray([[0.5], [0.6], [0.5], [0.3]], dims=("point", "replicate"), name="quality")
    >>> axes_of_map(means, xr.Dataset(coords=varied))
    ('mandate_detail', 'blame_people')
    """
    varied = axes_in(sweep)
    if len(varied) < 2:
        said = ", ".join(varied_parameters(sweep)) or "none"
        choices = "" if len(varied) == len(varied_parameters(sweep)) else "; a choice has no order, and is no axis"
        raise ValueError(f"a map needs two varied parameters; this store varies {said}{choices}")
    ranked = [name for name in most_telling(means, sweep).index if name in varied]
    first, second = varied if len(varied) == 2 else tuple(ranked[:2])
    return (second, first) if _is_lever(sweep, second) and not _is_lever(sweep, first) else (first, second)


def axes_in(sweep: xr.Dataset) -> tuple[str, ...]:
    """Return the varied parameters of an opened sweep that can be axes: all but choices, whose levels have no order.

    >>> axes_in(xr.Dataset(coords={"gaming": ("point", [0.0, 1.0], {"levels": '["built-in", "mine"]'})}))
    ()
    """
    return tuple(name for name in varied_parameters(sweep) if not levels_in(sweep, name))


def _is_lever(sweep: xr.Dataset, name: str) -> bool:
    row = parameter_in(sweep, name)
    return row is not None and row.kind == "lever"


def map_of(means: xr.DataArray, sweep: xr.Dataset, x: str, y: str) -> xr.Dataset:
    """Return the map of one outcome from its window means (point, replicate).

    Variables, dims ``(y, x)`` named after the parameters, in the unit of the outcome: ``mean``, and ``change``: the
    difference to the lowest x at the same y, each with ``_low`` and ``_high`` (95 % intervals). Differences are taken
    run by run before anything is averaged, so that luck which is common to the points cancels. A full grid is shown as
    it is, averaged over the other parameters; other designs through a least-squares polynomial surface (attributes
    ``degree`` and ``r2``), whose interval joins luck and the scatter of the points about it (a covariance
    robust to unequal scatter and to points drawn together); where the surface misses a course that the points show,
    such as a step, there is no interval. It spans the middle 98 % of a parameter that has a distribution: at its ends
    are hardly any points. Raises ValueError for a parameter that is not varied, for a choice, where the points are too
    few, and for a surface over correlated parameters.

    >>> varied = {"mandate_detail": ("point", [0.0, 1.0, 0.0, 1.0]), "blame_people": ("point", [0.0, 0.0, 1.0, 1.0])}
    >>> means = xr.DataArray([[0.5], [0.6], [0.5], [0.3]], dims=("point", "replicate"), name="quality")
    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail", "blame_people"], "bounds": []}'}
    >>> sweep = means.to_dataset().assign_coords(varied).assign_attrs(attrs)
    >>> chart = map_of(means, sweep, "mandate_detail", "blame_people")
    >>> chart["change"].dims, chart["change"].values.round(6).tolist()
    (('blame_people', 'mandate_detail'), [[0.0, 0.1], [0.0, -0.2]])
    """
    chosen_parameters(sweep, (x, y))
    design_of(sweep).check_ordered(
        "a map has axes of numbers",
        "map the points of one level, at(sweep, ...), or look at the responses",
        among=(x, y),
    )
    cells = _cells_of_grid(means, sweep, x, y)
    if cells is not None:
        # Which points of a cell share paired streams need not be told: their replicates are repeats of it in any case.
        common = design_of(sweep).shares_streams
        level, change = (_grid_estimates(values, common) for values in (cells, cells - cells[:, :1]))
        facts: dict[str, object] = {"method": "grid"}
        axes = np.unique(sweep[y].values), np.unique(sweep[x].values)
    else:
        surface = _fit(means, sweep, x, y)
        axes = np.linspace(*surface.spans[1], CELLS), np.linspace(*surface.spans[0], CELLS)
        level, change = _surface_estimates(surface, axes)
        facts = {"method": "surface", "degree": surface.degree, "r2": surface.r2}
    variables = {}
    for name, guess in (("mean", level), ("change", change)):
        for suffix, values in zip(("", "_low", "_high"), guess, strict=True):
            variables[name + suffix] = ((y, x), values, {"long_name": label_of(str(means.name), of=sweep)})
    coordinates = {y: (y, axes[0], sweep[y].attrs), x: (x, axes[1], sweep[x].attrs)}
    return xr.Dataset(variables, coordinates, {"outcome": str(means.name), "x": x, "y": y, **facts})


def _cells_of_grid(means: xr.DataArray, sweep: xr.Dataset, x: str, y: str) -> np.ndarray | None:
    """Return window means as (y, x, other points, replicate), or None where the points are no full grid."""
    names = [y, x, *(name for name in varied_parameters(sweep) if name not in (x, y))]
    levels = [np.unique(sweep[name].values, return_inverse=True) for name in names]
    shape = [len(axis) for axis, _ in levels]
    if math.prod(shape) != sweep.sizes["point"]:
        return None
    places = np.ravel_multi_index([place for _, place in levels], shape)
    if len(np.unique(places)) != sweep.sizes["point"]:
        return None
    ordered = means.values[np.argsort(places)]
    return ordered.reshape(shape[0], shape[1], -1, ordered.shape[-1])


def _grid_estimates(cells: np.ndarray, common: bool) -> Estimate:
    scatter = Scatter(sampled=False, common=common, units=np.arange(cells.shape[2]))
    return mean_with_interval(np.moveaxis(cells, (2, 3), (0, 1)), scatter)


class _Surface(NamedTuple):
    degree: int
    r2: float
    spans: tuple[tuple[float, float], tuple[float, float]]  # (low, high) of x and of y
    by_replicate: np.ndarray  # coefficients (term, replicate)
    covariance: np.ndarray  # of the mean coefficients, from the scatter of the points (term, term)
    freedom: int


def _terms(x: np.ndarray, y: np.ndarray, degree: int) -> np.ndarray:
    columns = [np.ones_like(x)]
    for power in range(1, degree + 1):
        columns += [np.prod(factors, axis=0) for factors in combinations_with_replacement((x, y), power)]
    return np.stack(columns, axis=-1)


def _scaled(values: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    return (2.0 * values - span[0] - span[1]) / (span[1] - span[0])


def _even(values: np.ndarray, drawn: Input, scaled: np.ndarray) -> np.ndarray:
    """Return ``values`` (points,) as probabilities scaled to -1..1; those of a range are ``scaled`` already."""
    return scaled if drawn.uniform else 2.0 * drawn.in_unit(values) - 1.0


def _fit(means: xr.DataArray, sweep: xr.Dataset, x: str, y: str) -> _Surface:
    kept = np.isfinite(means.values).all(axis=1)
    runs = means.values[kept]
    degree = next((degree for degree, least in DEGREES.items() if len(runs) >= least), 0)
    if not degree:
        least = min(DEGREES.values())
        raise ValueError(f"a map of this design needs at least {least} complete points, got {len(runs)}")
    design = design_of(sweep)
    design.check_independent("a map can be drawn", "look at the responses to each parameter instead")
    # Of the design and not of the points that are left: maps of several outcomes have the same axes.
    inputs = design.inputs
    spans = inputs[x].middle(), inputs[y].middle()
    across, up = (_scaled(sweep[name].values[kept], span) for name, span in zip((x, y), spans, strict=True))
    terms = _terms(across, up, degree)
    inverse = np.linalg.pinv(terms)
    coefficients = inverse @ runs
    # Means over replicates: luck is a source of its own (combined), and must not count twice.
    centre = runs.mean(axis=1)
    residuals = centre - terms @ coefficients.mean(axis=1)
    scale = len(runs) / max(len(runs) - terms.shape[1], 1)
    units = scatter_of(sweep).units[kept]
    covariance = _robust(inverse, residuals, units) * scale
    freedom = min(len(runs) - terms.shape[1], len(np.unique(units)) - 1)
    # By probability: in a long tail polynomials of high degree would hang on a few points.
    even = [_even(sweep[name].values[kept], inputs[name], one) for name, one in ((x, across), (y, up))]
    if _misses(_terms(across, up, degree), even, centre, units, degree):
        covariance = np.full_like(covariance, np.nan)
    total = centre.var()
    r2 = float(1.0 - residuals.var() / total) if total > 0.0 else 1.0
    return _Surface(degree, r2, spans, coefficients, covariance, freedom)


def _robust(inverse: np.ndarray, residuals: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return the covariance of coefficients, robust to points that scatter unlike (White 1980) and are drawn together.

    Sums over the points of a unit, such as the rows of a base point (Liang and Zeger 1986).
    """
    count, place = len(np.unique(units)), np.unique(units, return_inverse=True)[1].reshape(-1)
    sums = np.zeros((count, len(inverse)))
    np.add.at(sums, place, (inverse * residuals).T)
    return np.asarray(sums.T @ sums * (count / max(count - 1, 1)))


def _misses(surface: np.ndarray, axes: list[np.ndarray], centre: np.ndarray, units: np.ndarray, degree: int) -> bool:
    """Whether a surface of these terms (points, terms) has missed a course that polynomials of higher degree find.

    A Wald test of their coefficients with the robust covariance, against F; a step or a kink is missed for certain.
    """
    higher = [np.polynomial.legendre.legvander(one, degree + BEYOND)[:, degree + 1 :] for one in axes]
    terms = np.column_stack([surface, *higher])
    count, tested = len(np.unique(units)), 2 * BEYOND
    if len(centre) < 2 * terms.shape[1] or count < 2 * tested:
        return False
    inverse = np.linalg.pinv(terms)
    found = inverse @ centre
    residuals = centre - terms @ found
    if residuals.var() <= ROUNDING * centre.var():
        return False  # nothing is left that could scatter
    scale = len(centre) / (len(centre) - terms.shape[1])
    covariance = _robust(inverse, residuals, units)[-tested:, -tested:] * scale
    wald = found[-tested:] @ np.linalg.pinv(covariance) @ found[-tested:]
    ratio = wald / tested * (count - tested) / max(count - 1, 1)
    return bool(stats.f.sf(ratio, tested, count - tested) < MISSED)


def _surface_estimates(surface: _Surface, axes: tuple[np.ndarray, np.ndarray]) -> tuple[Estimate, Estimate]:
    across, up = np.meshgrid(_scaled(axes[1], surface.spans[0]), _scaled(axes[0], surface.spans[1]))
    terms = _terms(across, up, surface.degree)
    # The terms are subtracted, not the predictions: what both ends share cancels in the interval, too.
    return _read_surface(surface, terms), _read_surface(surface, terms - terms[:, :1])


def _read_surface(surface: _Surface, terms: np.ndarray) -> Estimate:
    replicates = surface.by_replicate.shape[1]
    values = terms @ surface.by_replicate
    luck = values.var(axis=-1, ddof=1) / replicates if replicates > 1 else np.full(values.shape[:-1], np.nan)
    scatter = np.einsum("...i,ij,...j->...", terms, surface.covariance, terms)
    freedom = np.full(luck.shape, replicates - 1), np.full(luck.shape, surface.freedom)
    found = combined(values.mean(axis=-1), luck, freedom[0], scatter, freedom[1])
    missed = ~np.isfinite(scatter)
    return Estimate(found.mean, *(np.where(missed, np.nan, bound) for bound in found[1:]))
