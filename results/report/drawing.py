"""Figures in one call, for notebooks and scripts: each returns a Matplotlib figure that Jupyter shows by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import xarray as xr

from ..dataset import chosen_outcomes, varied_parameters
from ..figures.maps import axes_of_map, map_of
from ..figures.style import compose
from ..sensitivity.figure import bar_panels, course_panels, note_below, trace_panels
from ..windows import window_mean
from .parts import Picture, basis, fan_picture, map_picture, response_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_map(
    sweep: xr.Dataset, outcome: str, x: str | None = None, y: str | None = None, from_month: int | None = None
) -> Figure:
    """Draw an outcome over two parameters: level, paired change against the lowest ``x``, and change across all of it.

    ``sweep`` is an opened sweep; axes are in the units of the parameters, colours in that of the outcome. ``x`` and
    ``y`` default to the two parameters that explain most. Raises ValueError for fewer than two varied parameters, an
    unknown name, and too few points; ModuleNotFoundError, naming the extra to install, without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> [axes.get_xlabel() for axes in draw_map(runs, "quality", x="mandate_detail", y="solidarity").axes[:2]]
    ['mandate detail [share]', 'mandate detail [share]']
    """
    means = window_mean(sweep, [outcome], from_month)
    if x is None or y is None:
        x, y = axes_of_map(means[outcome], sweep)
    return _whole(map_picture(map_of(means[outcome], sweep, x, y), sweep, basis(means, sweep), "map"))


def draw_responses(sweep: xr.Dataset, outcomes: Iterable[str] | None = None, from_month: int | None = None) -> Figure:
    """Draw each outcome against each varied parameter (the twelve that matter most, of many) of an opened sweep.

    Raises ValueError for an outcome that the store does not hold; ModuleNotFoundError, naming the extra to install,
    without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> [axes.get_xlabel() for axes in draw_responses(runs).axes]
    ['mandate detail [share]', 'solidarity [index]']
    """
    means = window_mean(sweep, chosen_outcomes(sweep, outcomes, most=3), from_month)
    return _whole(response_picture(means, sweep, basis(means, sweep)))


def draw_over_time(sweep: xr.Dataset, outcomes: Iterable[str] | None = None, parameter: str | None = None) -> Figure:
    """Draw outcomes over time for the lowest and the highest third of ``parameter`` (the first varied by default).

    ``sweep`` is an opened sweep. Raises ValueError for an outcome that the store does not hold; ModuleNotFoundError,
    naming the extra to install, without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> [axes.get_xlabel() for axes in draw_over_time(runs, parameter="solidarity").axes]
    ['month']
    """
    name = varied_parameters(sweep)[0] if parameter is None else parameter
    return _whole(fan_picture(sweep, chosen_outcomes(sweep, outcomes, most=3), name))


def draw_sensitivity(indices: xr.Dataset) -> Figure:
    """Draw the indices of :func:`analyze_sensitivity`: bars for one window, courses over time for several.

    ``indices`` has dims (outcome, month, parameter), or (outcome, number, parameter) for those of
    :func:`trace_sensitivity`, which are drawn against the number of points. Raises ModuleNotFoundError, naming the
    extra to install, without Matplotlib.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> from tredegar import analyze_sensitivity
    >>> draw_sensitivity(analyze_sensitivity(runs, method="regression")).axes[0].get_xlabel().splitlines()[:2]
    ['share of variance', 'in a quadratic fit']
    """
    if "number" in indices.dims:
        note = f"{indices.attrs['method']}, by the number of {indices.attrs['unit']}; bands: 95 % intervals."
        return compose(trace_panels(indices), 3, note_below(note, indices), (3.4, 3.2))
    several = indices.sizes["month"] > 1
    panels = course_panels(indices) if several else bar_panels(indices)
    note = f"{indices.attrs['method']} on {indices.attrs['used']} {indices.attrs['unit']}; 95 % intervals."
    return compose(panels, 3, note_below(note, indices), (3.4, 3.2) if several else (3.8, 3.0))


def _whole(picture: Picture) -> Figure:
    return compose(picture.panels, picture.columns, picture.note, picture.size)
