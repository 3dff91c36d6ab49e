"""Parts of a report of a store: pictures with their data, computed once for files and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ...datasets.inputs import MIDDLE
from ..dataset import design_of, label_of, levels_in, varied_parameters
from ..discovery.figure import region_panels, region_table
from ..discovery.regions import Discovery
from ..figures.curves import convergence_panels, fan_panels, response_panels
from ..figures.fan_charts import convergence, fans
from ..figures.map_figure import map_panels
from ..figures.maps import axes_in, axes_of_map, map_of
from ..figures.response_curves import responses
from ..figures.style import Panel, alone, compose, save_figure, svg_text
from ..sensitivity.figure import bar_panels, course_panels, note_below
from ..sensitivity.indices import Bootstrap, analyze_sensitivity
from ..sensitivity.methods import find_method
from ..shares import most_telling

SHOWN_PARAMETERS = 12
FEW_REPLICATES = 4
"""Fewer leave Student's t with so few degrees of freedom that intervals say little."""
WIDEST = 4
"""Panels abreast; the panels of an outcome fill whole rows as evenly as they can."""
COURSE_WINDOWS = 24
"""Into how many windows a run is cut to show sensitivity over time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Panels under one name, how they were made in words, and the data that they draw."""

    name: str
    panels: tuple[Panel, ...]
    note: str
    table: pd.DataFrame
    columns: int = 3
    size: tuple[float, float] = (3.4, 2.6)

    def write(self, folder: Path) -> list[Path]:
        """Write PNG and SVG of all panels together, and the data as CSV; return the paths."""
        figure = compose(self.panels, self.columns, self.note, self.size)
        paths = save_figure(figure, folder, self.name)
        self.table.to_csv(folder / f"{self.name}.csv", index=False, lineterminator="\n")
        return [*paths, folder / f"{self.name}.csv"]

    def images(self) -> tuple[tuple[str, str], ...]:
        """Return each panel alone as SVG text, with what it shows in words."""
        return tuple((svg_text(alone(panel)), panel.alt) for panel in self.panels)


def charts_of(means: xr.Dataset, sweep: xr.Dataset) -> list[xr.Dataset]:
    """Return the maps of all outcomes over the two parameters that the first answers to most.

    ``means`` are window means (point, replicate) of an opened sweep, ``sweep``. None where fewer parameters are varied
    or the points are too few for a map.

    >>> varied = {"mandate_detail": ("point", [0.0, 1.0, 0.0, 1.0]), "blame_people": ("point", [0.0, 0.0, 1.0, 1.0])}
    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail", "blame_people"], "bounds": []}'}
    >>> means = xr.Dataset({"quality": (("point", "replicate"), [[0.5], [0.6], [0.5], [0.3]])}, varied, attrs)
    >>> [(chart.attrs["x"], chart.attrs["y"]) for chart in charts_of(means, means)]
    [('mandate_detail', 'blame_people')]
    """
    if len(axes_in(sweep)) < 2:
        return []
    x, y = axes_of_map(next(iter(means.values())), sweep)
    try:
        return [map_of(values, sweep, x, y) for values in means.values()]
    except ValueError:
        return []


def basis(means: xr.Dataset, sweep: xr.Dataset) -> str:
    """Say which months, points and replicates are behind the means (point, replicate) of an opened sweep.

    >>> attrs = {"sampler": '{"method": "grid", "names": [], "bounds": []}', "runs_failed": 1, "runs_missing": 0}
    >>> sweep = xr.Dataset({"status": (("point", "replicate"), [[1, 1], [1, 2]])}, attrs=attrs)
    >>> basis(sweep.assign_attrs(from_month=61, to_month=120), sweep)
    'Means over months 61 to 120; 2 points (grid), 2 replicates each; 1 failed runs left out.'
    """
    design, (first, last) = design_of(sweep), window_of(means)
    failed = f"; {sweep.attrs['runs_failed']} failed runs left out" if sweep.attrs["runs_failed"] else ""
    missing = f"; {sweep.attrs['runs_missing']} runs still missing" if sweep.attrs["runs_missing"] else ""
    return (
        f"Means over months {first} to {last}; {sweep.sizes['point']} points ({design.method}{design.over_in_words}), "
        f"{design.replicates} replicates each{failed}{missing}."
    )


def window_of(means: xr.Dataset) -> tuple[int, int]:
    """Return the first and the last month of window means (point, replicate).

    >>> window_of(xr.Dataset(attrs={"from_month": 61, "to_month": 120}))
    (61, 120)
    """
    return int(means.attrs["from_month"]), int(means.attrs["to_month"])


def map_picture(chart: xr.Dataset, sweep: xr.Dataset, note: str, name: str) -> Picture:
    """Return the picture of one map, dims (y parameter, x parameter), of an opened sweep.

    >>> varied = {"mandate_detail": ("point", [0.0, 1.0, 0.0, 1.0]), "blame_people": ("point", [0.0, 0.0, 1.0, 1.0])}
    >>> means = xr.DataArray([[0.5], [0.6], [0.5], [0.3]], dims=("point", "replicate"), name="quality")
    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail", "blame_people"], "bounds": []}'}
    >>> sweep = means.to_dataset().assign_coords(varied).assign_attrs(attrs)
    >>> picture = map_picture(map_of(means, sweep, "mandate_detail", "blame_people"), sweep, "An example.", "map")
    >>> len(picture.panels), picture.table.shape
    (3, (4, 8))
    """
    places = None
    if chart.attrs["method"] == "surface":
        places = sweep[chart.attrs["x"]].values, sweep[chart.attrs["y"]].values
        note += (
            f" Polynomial surface of degree {chart.attrs['degree']} through the points (circles), "
            f"R² = {chart.attrs['r2']:.2f}. Black line: no change; dashed lines and band: its 95 % interval."
        )
        if weighted := [name for name in (chart.attrs["x"], chart.attrs["y"]) if name in design_of(sweep).weighted]:
            note += f" Of {' and '.join(weighted)}, the middle {MIDDLE:.0%} of the distribution."
        if not np.isfinite(chart["mean_low"]).any():
            note += " The points show a course that this surface misses, such as a step: it has no interval."
    else:
        note += " Black line: no change; band: 95 % interval of the paired change; dots: it includes zero."
    table = chart.to_dataframe().reset_index()
    return Picture(name=name, panels=tuple(map_panels(chart, places)), note=note, table=table, size=(3.5, 3.3))


def response_picture(means: xr.Dataset, sweep: xr.Dataset, note: str) -> Picture:
    """Return the picture of each outcome against each varied parameter (the twelve that matter most, of many).

    ``means`` are window means (point, replicate) of an opened sweep, ``sweep``.

    >>> sampler = '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'
    >>> runs = {"quality": (("point", "replicate"), [[0.5, 0.6], [0.7, 0.8]])}
    >>> means = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0])}, {"sampler": sampler})
    >>> [panel.alt for panel in response_picture(means, means, "An example.").panels]
    ['quality against mandate detail']
    """
    shown = varied_parameters(sweep)
    if len(shown) > SHOWN_PARAMETERS:
        shown = tuple(most_telling(next(iter(means.values())), sweep).index[:SHOWN_PARAMETERS])
        note += f" The {SHOWN_PARAMETERS} parameters that explain most."
    table = responses(means, sweep, shown)
    note += " Line: mean, with its 95 % interval; band: the middle 80 % of the runs."
    if any(levels_in(sweep, name) for name in shown):
        note += " Levels of a choice have no order, and no line between them."
    columns = -(-len(shown) // -(-len(shown) // WIDEST))
    return Picture(
        name="responses", panels=tuple(response_panels(table, sweep)), note=note, table=table, columns=columns
    )


def fan_picture(sweep: xr.Dataset, outcomes: tuple[str, ...], parameter: str) -> Picture:
    """Return the picture of outcomes of an opened sweep over time, for low and high values of a parameter.

    >>> attrs = {"sampler": '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.7]]])}
    >>> sweep = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0]), "month": [1]}, attrs)
    >>> [panel.alt for panel in fan_picture(sweep, ("quality",), "mandate_detail").panels]
    ['quality over time: mandate detail up to 0, mandate detail from 1']
    """
    table = fans(sweep, outcomes, parameter)
    which = "at each level" if levels_in(sweep, parameter) else "in the lowest and in the highest third"
    note = (
        f"Runs {which} of {label_of(parameter, unit=False)}. Line: mean; band: its "
        "95 % interval; dashed: the middle 80 % of the runs."
    )
    if design_of(sweep).replicates < FEW_REPLICATES:
        note += " A band that leaves the frame says that the replicates are too few to tell."
    return Picture(name="over-time", panels=tuple(fan_panels(table, sweep)), note=note, table=table, size=(3.4, 3.0))


def region_picture(discoveries: Sequence[Discovery], sweep: xr.Dataset) -> Picture | None:
    """Return the picture of the boxes that were found in an opened sweep; None where there are none to draw.

    None, too, where only one parameter is varied.

    >>> region_picture([], xr.Dataset(coords={"mandate_detail": ("point", [0.2, 0.7])})) is None
    True
    """
    panels = region_panels(discoveries, varied_parameters(sweep), sweep)
    if not panels:
        return None
    note = "Boxes of all parameters, cut by the plane of two; the table gives their other limits."
    table = region_table(discoveries)
    return Picture(name="regions", panels=tuple(panels), note=note, table=table, size=(4.2, 3.4))


def convergence_picture(means: xr.Dataset, sweep: xr.Dataset) -> Picture | None:
    """Return the picture of how the means settle; None where neither replicates nor points can be added.

    ``means`` are window means (point, replicate) of an opened sweep, ``sweep``.

    >>> sampler = '{"method": "grid", "names": ["mandate_detail"], "bounds": []}'
    >>> runs = {"quality": (("point", "replicate"), [[0.5, 0.6, 0.7], [0.7, 0.8, 0.9]])}
    >>> means = xr.Dataset(runs, {"mandate_detail": ("point", [0.0, 1.0])}, {"sampler": sampler})
    >>> [panel.alt for panel in convergence_picture(means, means).panels]
    ['mean quality as replicates are added']
    """
    table = convergence(means, sweep)
    if table.empty:
        return None
    note = (
        "The mean over the whole sweep, and its 95 % interval, from the first replicates (or points) alone. "
        "Each interval promises 95 % by itself, the whole band less."
    )
    return Picture(name="convergence", panels=tuple(convergence_panels(table, sweep)), note=note, table=table)


def sensitivity_pictures(
    sweep: xr.Dataset, outcomes: tuple[str, ...], from_month: int | None
) -> tuple[xr.Dataset, list[Picture]]:
    """Return the indices over one mean, and the pictures of them and of their course over time.

    ``sweep`` is an opened sweep; the indices have dims (outcome, month, parameter). Raises ValueError where the design
    allows none.

    >>> attrs = {"sampler": '{"method": "table", "names": ["mandate_detail"], "bounds": []}'}
    >>> runs = xr.DataArray([[[0.9]], [[0.6]], [[0.8]], [[0.5]]], dims=("point", "replicate", "month"))
    >>> varied = {"mandate_detail": ("point", [0.0, 0.8, 0.2, 1.0]), "month": [1]}
    >>> sweep = xr.Dataset({"quality": runs, "status": xr.ones_like(runs[..., 0], dtype=int)}, varied, attrs)
    >>> indices, pictures = sensitivity_pictures(sweep, ("quality",), None)
    >>> indices["SRC"].dims, [picture.name for picture in pictures]
    (('outcome', 'month', 'parameter'), ['sensitivity', 'sensitivity-over-time'])
    """
    indices = analyze_sensitivity(sweep, outcomes, from_month=from_month)
    length = max(1, sweep.sizes["month"] // COURSE_WINDOWS)
    resamples = find_method(indices.attrs["method"]).resamples_over_time
    course = analyze_sensitivity(sweep, outcomes, window=length, bootstrap=Bootstrap(resamples))
    made = f"{indices.attrs['method']} on {indices.attrs['used']} {indices.attrs['unit']}; bars: 95 % intervals."
    note = note_below(made, indices)
    over = note_below(f"Windows of {length} recorded months; bands: 95 % intervals.", course)
    return indices, [
        Picture(
            name="sensitivity", panels=tuple(bar_panels(indices)), note=note, table=_flat(indices), size=(3.6, 3.0)
        ),
        Picture(
            name="sensitivity-over-time",
            panels=tuple(course_panels(course)),
            note=over,
            table=_flat(course),
            size=(3.4, 3.2),
        ),
    ]


def _flat(indices: xr.Dataset) -> pd.DataFrame:
    single = indices.drop_dims("parameter_2", errors="ignore")
    return single.to_dataframe(dim_order=["outcome", "month", "parameter"]).reset_index()
