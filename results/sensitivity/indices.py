"""Sensitivity of an outcome to the parameters, at every recorded month or window: one Dataset for each method."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import NamedTuple

import numpy as np
import xarray as xr

from ..dataset import Design, chosen_outcomes, design_of
from ..sample import Window, complete_points, sample_of, seed_share, seed_share_conf, series_of, times_of
from .morris import morris_effects
from .pawn import SLICES, pawn_indices
from .precision import advice, luck_left
from .regression import regression_indices
from .sobol import sobol_indices

METHODS = ("sobol", "morris", "pawn", "regression")
FITTING = {
    "sobol": ("sobol",),
    "morris": ("morris",),
    "pawn": ("latin-hypercube", "sobol"),
    "regression": ("latin-hypercube", "sobol", "morris", "grid", "table"),
}
"""The designs whose points a method can use."""

SHOWN = {
    "sobol": ("ST", "S1"),
    "morris": ("mu_star", "mu"),
    "pawn": ("median", "maximum"),
    "regression": ("total_share", "SRRC"),
}
"""What tables show of each method; the first orders the parameters."""

Analysis = Callable[[np.ndarray], dict[str, np.ndarray]]


class Bootstrap(NamedTuple):
    """How intervals are made: resamples, the seed of their draws, and the level that they cover."""

    resamples: int = 100
    seed: int = 0
    level: float = 0.95


def analyze_sensitivity(
    sweep: xr.Dataset,
    outcomes: Iterable[str] | None = None,
    method: str = "auto",
    window: Window = None,
    from_month: int | None = None,
    to_month: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> xr.Dataset:
    """Return the indices of each outcome by ``method``, dims ``(outcome, month, parameter)``.

    ``method``: ``sobol`` (variables S1, ST and, where the design has it, S2, dims (..., parameter, parameter_2), upper
    triangle), ``morris`` (mu, mu_star, sigma; effects over the whole range of a parameter), ``pawn`` (minimum, mean,
    median, maximum over slices), ``regression`` (SRC, SRRC, shares of a quadratic fit, R2); ``auto`` takes the one that
    the design was made for. Effects are in the unit of the outcome, all else has none; the source of each method stands
    at the head of its module. Variables that end in ``_conf`` are half-widths of intervals. ``window``: recorded months
    per window; None analyses one mean, over the second half of the run or from ``from_month`` on.

    Replicates are averaged first; ``seed_share`` is the share of luck in the variance of single runs,
    ``seed_share_common`` the part of it that all points share, ``seed_share_conf`` its half-width over points. A point
    with a failed or missing run is dropped, and with it, where the design has a structure, its whole base point or
    trajectory: the attributes ``used``, ``dropped`` and ``unit`` tell. ``luck_in_means`` is the greatest share of luck
    left in the variance of the analysed means, and ``advice`` says what would halve the intervals. Raises ValueError
    for a design that the method cannot use and where nothing is left.

    >>> attrs = {"sampler": '{"method": "table", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray(np.linspace(0.9, 0.5, 20).reshape(20, 1, 1), dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", np.arange(20) / 20), "month": [1]}, attrs)
    >>> indices = analyze_sensitivity(sweep.assign(status=xr.ones_like(runs[..., 0], dtype=int)), method="regression")
    >>> indices["SRRC"].dims, indices["SRRC"].values.round(6).tolist()
    (('outcome', 'month', 'parameter'), [[[-1.0]]])
    """
    names, design = chosen_outcomes(sweep, outcomes), design_of(sweep)
    method, bootstrap = _method_for(method, design), bootstrap or Bootstrap()
    rows, used, dropped, unit = _usable_rows(complete_points(sweep), design, method)
    sample = sample_of(sweep)[rows]
    analyse = _analysis(method, design, sample, bootstrap)
    found, luck = [], []
    for _, series in series_of(sweep, names, window, from_month, to_month):
        share, shared = seed_share(series, design)
        conf = seed_share_conf(series, design, rows, used, *bootstrap)
        luck.append(luck_left(series, design))
        of_luck = {"seed_share": share, "seed_share_common": shared, "seed_share_conf": conf}
        found.append({**_finite_only(analyse, series.mean[rows]), **of_luck})
    indices = _dataset(found, names, times_of(sweep, window, from_month, to_month), design)
    indices.attrs.update(
        method=method, design=design.method, used=used, dropped=dropped, unit=unit, replicates=design.replicates,
        resamples=bootstrap.resamples, seed=bootstrap.seed, level=bootstrap.level,
    )  # fmt: skip
    known = [share for share in luck if np.isfinite(share)]
    indices.attrs["luck_in_means"] = max(known, default=float("nan"))
    indices.attrs["advice"] = advice(indices, indices.attrs["luck_in_means"])
    return indices


def _method_for(method: str, design: Design) -> str:
    if method == "auto":
        return design.method if design.method in METHODS else "regression"
    if method not in METHODS:
        raise ValueError(f"unknown method '{method}'; expected auto, {', '.join(METHODS)}")
    if design.method not in FITTING[method]:
        fitting = " or ".join(FITTING[method])
        able = ", ".join(name for name in METHODS if design.method in FITTING[name])
        raise ValueError(
            f"method '{method}' cannot use a {design.method} design: it needs {fitting}; this store allows: {able}"
        )
    return method


def _usable_rows(complete: np.ndarray, design: Design, method: str) -> tuple[np.ndarray, int, int, str]:
    """Return the usable points, how many units of the design they make, how many were dropped, and the unit's name."""
    parameters = len(design.varied)
    size, unit = 1, "points"
    if method == "sobol":
        size, unit = (2 if design.second_order else 1) * parameters + 2, "base points"
    elif method == "morris":
        size, unit = parameters + 1, "trajectories"
    if len(complete) % size:
        raise ValueError(
            f"{len(complete)} points are no whole {unit} of {size}: analyse the store as it was opened, unselected"
        )
    # An index compares the rows of a base point, an effect those of a trajectory: without one row they say nothing.
    whole = np.asarray(complete.reshape(-1, size).all(axis=1))
    if whole.sum() < 2:
        raise ValueError(f"only {whole.sum()} of {len(whole)} {unit} are complete; an analysis needs at least 2")
    return np.flatnonzero(np.repeat(whole, size)), int(whole.sum()), int((~whole).sum()), unit


def _analysis(method: str, design: Design, sample: np.ndarray, bootstrap: Bootstrap) -> Analysis:
    if method == "sobol":
        # An index is read off the place of a row: in another order the numbers would be wrong and look sound.
        check_sobol_rows(sample, design.second_order)
        return lambda values: _sobol(values, design, bootstrap)
    if method == "morris":
        levels = int(design.settings.get("levels", 4))
        return lambda values: morris_effects(sample, values, levels, *bootstrap)._asdict()
    if method == "pawn":
        return lambda values: pawn_indices(sample, values, SLICES, *bootstrap)._asdict()
    return lambda values: regression_indices(sample, values, bootstrap.level)._asdict()


def check_sobol_rows(sample: np.ndarray, second_order: bool) -> None:
    """Raise ValueError unless the rows are those of Saltelli's scheme: A, A with one column of B each, ..., B.

    ``sample`` is (rows, parameters) in any units, in blocks of ``parameters + 2`` rows, or ``2 * parameters + 2`` with
    ``second_order``, which then has B with one column of A each before B (Saltelli 2002).

    >>> check_sobol_rows(np.array([[0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]]), second_order=False)
    >>> check_sobol_rows(np.array([[0.1, 0.2], [0.1, 0.8], [0.9, 0.2], [0.9, 0.8]]), second_order=False)
    Traceback (most recent call last):
    ValueError: the points are not in the rows of a Sobol design; analyse the store as it was opened
    """
    parameters = sample.shape[1]
    step = (2 if second_order else 1) * parameters + 2
    blocks = sample.reshape(-1, step, parameters)
    first, last = blocks[:, :1], blocks[:, -1:]
    own = np.eye(parameters, dtype=bool)
    sound = (blocks[:, 1 : 1 + parameters] == np.where(own, last, first)).all()
    if second_order:
        sound = sound and (blocks[:, 1 + parameters : -1] == np.where(own, first, last)).all()
    if not sound:
        raise ValueError("the points are not in the rows of a Sobol design; analyse the store as it was opened")


def _sobol(values: np.ndarray, design: Design, bootstrap: Bootstrap) -> dict[str, np.ndarray]:
    parameters = len(design.varied)
    found = sobol_indices(values, parameters, design.second_order, *bootstrap)._asdict()
    for name in ("S2", "S2_conf"):
        pairs = found.pop(name)
        if design.second_order:
            matrix = np.full((parameters, parameters, values.shape[1]), np.nan)
            for place, (one, other) in enumerate(combinations(range(parameters), 2)):
                matrix[one, other] = pairs[place]
            found[name] = matrix
    return found


def _finite_only(analyse: Analysis, values: np.ndarray) -> dict[str, np.ndarray]:
    """Analyse the times at which every point has a finite value; the others are NaN, never silent zeros."""
    finite = np.isfinite(values).all(axis=0)
    # Zeros stand in, so that no method has to bear NaN; they are masked in the line that follows.
    results = analyse(values if finite.all() else np.where(finite, values, 0.0))
    return {name: np.where(finite, array, np.nan) for name, array in results.items()}


def _dataset(
    found: list[dict[str, np.ndarray]], names: tuple[str, ...], times: xr.DataArray, design: Design
) -> xr.Dataset:
    axes = {1: ("month",), 2: ("parameter", "month"), 3: ("parameter", "parameter_2", "month")}
    variables = {
        key: (("outcome", *axes[array.ndim]), np.stack([one[key] for one in found])) for key, array in found[0].items()
    }
    coordinates = {"outcome": list(names), "month": times.values, "parameter": list(design.varied)}
    if any("parameter_2" in dims for dims, _ in variables.values()):
        coordinates["parameter_2"] = list(design.varied)
    return xr.Dataset(variables, coordinates).transpose("outcome", "month", ...)
