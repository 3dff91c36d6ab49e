"""Sensitivity of an outcome to the parameters, at every recorded month or window: one Dataset for each method."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from ...datasets.attributes import with_texts
from ..dataset import chosen_outcomes, design_of, label_of
from ..design import Design
from ..sample import Series, Window, complete_points, sample_of, series_of, times_of
from ..statistics.chance_share import ChanceShare, share_of_chance
from ..statistics.interval_kinds import with_doubts
from ..statistics.mean_intervals import Scatter, scatter_of
from .methods import AUTO, Bootstrap, SensitivityMethod, method_for
from .precision import advised, luck_left, widest_of

if TYPE_CHECKING:
    from .methods import Analysis


def analyze_sensitivity(
    sweep: xr.Dataset,
    outcomes: Iterable[str] | None = None,
    method: str = AUTO,
    window: Window = None,
    from_month: int | None = None,
    to_month: int | None = None,
    bootstrap: Bootstrap | None = None,
) -> xr.Dataset:
    """Return the indices of each outcome by ``method``, dims ``(outcome, month, parameter)``.

    ``method``: ``sobol`` (variables S1, ST and, where the design has it, S2, dims (..., parameter, parameter_2), upper
    triangle), ``morris`` (mu, mu_star, sigma; effects over the whole range of a parameter), ``pawn`` (minimum, mean,
    median, maximum over slices), ``delta`` (Borgonovo's), ``regression`` (SRC, SRRC, shares of a quadratic fit, R2);
    ``auto`` takes the one that the design was made for, or that correlated parameters allow. Where a design moves
    groups of parameters, sobol and morris have their indices, which then stand on the axis ``parameter``. Effects are
    in the unit of the outcome, all else has none; the source of each method stands at the head of its module. Variables
    that end in ``_conf`` are half-widths of intervals; one that is not shown to cover says so in its attribute
    ``coverage``. ``window``: recorded months per window; None analyses one mean,
    over the second half of the run or from ``from_month`` on.

    Replicates are averaged first; ``seed_share`` is the share of chance in the variance of single runs, its interval
    reaches from ``seed_share_low`` to ``seed_share_high`` (``seed_share_conf`` is half its length), and
    ``seed_share_common`` is the part of it that all points share; with one replicate all four are NaN. A point with a
    failed or missing run is dropped, and with it, where the design has a structure, its whole base point or trajectory:
    the attributes ``used``, ``dropped`` and ``unit`` tell. ``chance_in_means`` is the greatest share of chance left in
    the variance of the analysed means, and ``advice`` says what more would bring. Raises ValueError for a
    design that the method cannot use and where nothing is left.

    >>> attrs = {"sampler": '{"method": "table", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray(np.linspace(0.9, 0.5, 20).reshape(20, 1, 1), dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, {"mandate_detail": ("point", np.arange(20) / 20), "month": [1]}, attrs)
    >>> indices = analyze_sensitivity(sweep.assign(status=xr.ones_like(runs[..., 0], dtype=int)), method="regression")
    >>> indices["SRRC"].dims, indices["SRRC"].values.round(6).tolist()
    (('outcome', 'month', 'parameter'), [[[-1.0]]])
    """
    names, design = chosen_outcomes(sweep, outcomes), design_of(sweep)
    chosen, bootstrap = method_for(method, design), bootstrap or Bootstrap()
    rows, used, dropped, unit = usable_rows(complete_points(sweep), design, chosen)
    sample, scatter = sample_of(sweep)[rows], scatter_of(sweep)
    analyse = chosen.prepare(design, sample, bootstrap)
    once = chosen.prepare(design, sample, bootstrap._replace(resamples=0))
    facts = (used, design.streams == "common", bootstrap.level)
    found, luck, widest = [], [], []
    for _, series in series_of(sweep, names, window, from_month, to_month):
        luck.append(luck_left(series, design))
        runs = series.mean[rows], series.deviations[rows]
        of_points = finite_only(analyse, *runs)
        widest += widest_of(of_points, chosen.shown[0], once, runs, facts)
        found.append({**of_points, **seed_shares(series, scatter, bootstrap)})
    indices = _dataset(found, names, times_of(sweep, window, from_month, to_month), chosen.factors(design))
    indices.attrs.update(
        method=chosen.name, source=chosen.source, design=design.method, used=used, dropped=dropped, unit=unit,
        replicates=design.replicates, resamples=bootstrap.resamples, seed=bootstrap.seed, level=bootstrap.level,
        **together_in_words(design, chosen),
    )  # fmt: skip
    left = max((share for share in luck if np.isfinite(share)), default=float("nan"))
    indices.attrs.update(advised(indices, left, max(widest, key=lambda each: each.half, default=None)))
    return indices


def seed_shares(series: Series, scatter: Scatter, bootstrap: Bootstrap) -> dict[str, np.ndarray]:
    """Return the share of chance in the variance of single runs and its interval by name of variable, each (times,).

    Of all complete points, whatever unit of the design they belong to; ``scatter`` is that of all points of the sweep.
    Of ``bootstrap`` seed and level are used: nothing is resampled. NaN with one replicate, and at times at which a
    complete point has no value.

    >>> scatter = Scatter(sampled=False, common=False, units=np.arange(2))
    >>> runs = np.array([[[0.0], [2.0]], [[3.0], [5.0]]])
    >>> mean, apart = runs.mean(axis=1), runs - runs.mean(axis=1, keepdims=True)
    >>> found = seed_shares(Series(mean, np.full((2, 1), 2.0), np.zeros(1), apart), scatter, Bootstrap())
    >>> found["seed_share"].round(3).tolist()
    [0.615]
    """
    known = np.flatnonzero(np.isfinite(series.mean).any(axis=1))
    means, deviations = series.mean[known], series.deviations[known]
    finite = np.isfinite(means).all(axis=0)
    some = scatter if len(known) == len(series.mean) else scatter.of(known)
    parts = share_of_chance(means[:, finite], deviations[:, :, finite], some, bootstrap.level, bootstrap.seed)
    whole = np.full((len(parts), len(finite)), np.nan)
    whole[:, finite] = parts
    found = ChanceShare(*whole)
    return {
        "seed_share": found.share,
        "seed_share_low": found.low,
        "seed_share_high": found.high,
        "seed_share_conf": (found.high - found.low) / 2.0,
        "seed_share_common": found.shared,
    }


def together_in_words(design: Design, method: SensitivityMethod) -> dict[str, str]:
    """Return attributes that say which indices are of groups, which parameters are correlated or have a distribution.

    None where none is. Levels of choices are named, too.

    >>> design = Design(method="sobol", settings={"groups": {"rules": ["target_level", "real_control"]}},
    ...                 varied=("target_level", "real_control"), bounds={}, replicates=1, streams="common")
    >>> together_in_words(design, method_for("sobol", design))
    {'groups': 'rules: target level, real control'}
    """
    said = {}
    if design.groups and method.factors(design) == design.factors:
        groups = (f"{label_of(name, False)}: {', '.join(label_of(each, False) for each in members)}"
                  for name, members in design.groups.items())  # fmt: skip
        said["groups"] = "; ".join(groups)
    if design.correlations:
        pairs = (f"{label_of(one, False)} with {label_of(other, False)} {value:g}"
                 for (one, other), value in design.correlations.items())  # fmt: skip
        said["correlations"] = ", ".join(pairs)
    if design.choices:
        levels = (f"{label_of(name, False)}: {', '.join(labels)}" for name, labels in design.choices.items())
        said["choices"] = "; ".join(levels)
    if design.weighted:
        drawn = (f"{label_of(name, False)} {one.words}" for name, one in design.weighted.items())
        said["distributions"] = "; ".join(drawn)
    return said


def usable_rows(complete: np.ndarray, design: Design, method: SensitivityMethod) -> tuple[np.ndarray, int, int, str]:
    """Return the usable points, how many units of the design they make, how many were dropped, and the unit's name.

    ``complete`` (points,) says of which all runs are done. Raises ValueError where ``method`` needs more of them.

    >>> facts = {"settings": {}, "bounds": {}, "replicates": 1, "streams": "common"}
    >>> design = Design(method="table", varied=("target_level",), **facts)
    >>> usable_rows(np.array([True, False, True, True]), design, method_for("regression", design))
    (array([0, 2, 3]), 3, 1, 'points')
    """
    factors = len(method.factors(design))
    size, unit = method.unit.points(factors, design.settings), method.unit.plural
    if len(complete) % size:
        raise ValueError(
            f"{len(complete)} points are no whole {unit} of {size}: analyse the store as it was opened, unselected"
        )
    # An index compares the rows of a base point, an effect those of a trajectory: without one row they say nothing.
    whole = np.asarray(complete.reshape(-1, size).all(axis=1))
    if (together := method.together(design)) > 1 and len(whole) % together == 0:
        whole = np.repeat(whole.reshape(-1, together).all(axis=1), together)
    if whole.sum() < method.least(factors):
        needed = f"method '{method.name}' needs at least {method.least(factors)}"
        raise ValueError(f"only {whole.sum()} of {len(whole)} {unit} are complete; {needed}")
    return np.flatnonzero(np.repeat(whole, size)), int(whole.sum()), int((~whole).sum()), unit


def finite_only(analyse: Analysis, values: np.ndarray, deviations: np.ndarray) -> dict[str, np.ndarray]:
    """Analyse the times at which every point has a finite value; the others are NaN, never silent zeros.

    ``values`` (points, times) are means over replicates in the unit of their outcome, ``deviations`` (points,
    replicates, times) those of the runs from them; the last axis of all results is that of times.

    >>> values = np.array([[1.0, np.nan], [3.0, 1.0]])
    >>> finite_only(lambda values, deviations: {"mean": values.mean(axis=0)}, values, np.zeros((2, 1, 2)))
    {'mean': array([ 2., nan])}
    """
    finite, both = np.isfinite(values).all(axis=0), (values, deviations)
    # Zeros stand in, so that no method has to bear NaN; they are masked in the line that follows.
    results = analyse(*(both if finite.all() else (np.where(finite, each, 0.0) for each in both)))
    return {name: np.where(finite, array, np.nan) for name, array in results.items()}


def _dataset(
    found: list[dict[str, np.ndarray]], names: tuple[str, ...], times: xr.DataArray, factors: tuple[str, ...]
) -> xr.Dataset:
    axes = {1: ("month",), 2: ("parameter", "month"), 3: ("parameter", "parameter_2", "month")}
    variables = {
        key: (("outcome", *axes[array.ndim]), np.stack([one[key] for one in found])) for key, array in found[0].items()
    }
    coordinates = {"outcome": list(names), "month": times.values, "parameter": list(factors)}
    if any("parameter_2" in dims for dims, _ in variables.values()):
        coordinates["parameter_2"] = list(factors)
    return with_doubts(with_texts(xr.Dataset(variables, coordinates).transpose("outcome", "month", ...)))


__all__ = ["Bootstrap", "analyze_sensitivity"]
