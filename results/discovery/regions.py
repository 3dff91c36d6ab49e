"""Scenario discovery: the regions of the parameters in which an outcome is good or bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr

from ...store.design_methods import DESIGN_METHODS
from ..dataset import design_of, label_of
from ..design import Design
from ..sample import sample_of
from ..statistics.mean_intervals import Scatter, scatter_of
from ..windows import window_mean
from .columns import Columns
from .prim import SURE, Box, Score, chosen, freed, peel, score
from .scores import chance_denser, chance_of_share, held_out_points, share_interval

MOST_BOXES = 3
"""A page shows no more boxes of one outcome (assumption)."""
SHARES_IN_BRACKETS = "In brackets 95 % intervals (Wilson, by units of the design)."
"""Stands below a table of boxes."""
MOST_CHANCE = 0.025
"""A box or leaf is printed where points like all others would be so dense with no more than this probability: what the
low end of a 95 % interval promises."""


class Limit(NamedTuple):
    """A parameter that a box limits: from ``low`` to ``high``, in its unit, or a choice: to some of its ``levels``.

    ``chance``: how likely held-out cases lie so much denser inside than beyond this limit, if it did nothing.
    ``borne_out``: whether that is rare enough, heeding how many limits the box has (Bonferroni).
    """

    parameter: str
    low: float
    high: float
    chance: float
    borne_out: bool
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A box: its limits, and its score on the points that made it and on the held-out ones, with 95 % intervals."""

    limits: tuple[Limit, ...]
    found: Score
    held_out: Score
    coverage: tuple[float, float]
    density: tuple[float, float]
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The cases of interest (``outcome`` at least, or at most, ``threshold``), their share, and the boxes found.

    ``regions`` are the boxes that hold up on the held-out points; ``doubted`` the one, if any, that was made and does
    not. ``sample`` (point, parameter) has the columns ``parameters``; ``interest`` (point,) says which cases were
    sought, ``units`` (point,) which points were drawn together, ``judged`` (point,) which were held out. Boxes are of
    the ``columns`` of the sample. ``weighted``: points are drawn from distributions, whose probabilities shares are.
    """

    outcome: str
    threshold: float
    below: bool
    share: float
    points: int
    regions: tuple[Region, ...]
    doubted: tuple[Region, ...]
    sample: np.ndarray
    interest: np.ndarray
    parameters: tuple[str, ...]
    units: np.ndarray
    judged: np.ndarray
    columns: Columns
    weighted: bool = False


class _Cases(NamedTuple):
    """What boxes are made of and judged by: see the fields of the same names of a discovery. The sample has columns."""

    sample: np.ndarray
    interest: np.ndarray
    units: np.ndarray
    judged: np.ndarray


def discover(
    sweep: xr.Dataset,
    outcome: str,
    threshold: float | None = None,
    below: bool = False,
    from_month: int | None = None,
) -> Discovery:
    """Find boxes of the varied parameters in which the mean of ``outcome`` reaches ``threshold``.

    ``sweep`` is an opened sweep; ``threshold`` is in the unit of the outcome. The mean is over replicates and over the
    months from ``from_month`` (the second half by default); ``threshold`` defaults to the best fifth of the points
    (assumption), with ``below`` to the worst: then cases at or under it are sought. Boxes are made from two thirds of
    the units of the design (points, base points) and judged on the rest; at most three, each without the points of
    those before. One whose density may be that of all points, by the low end of an exact interval, ends the search and
    is no region. Points with a failed run are left out. Raises ValueError for a design whose points lie on a coarse
    lattice of walks (Morris), for correlated parameters, and where all points or none are of interest;
    ModuleNotFoundError, naming the extra to install, without ema_workbench.

    >>> from tredegar import simulate
    >>> points = {"mandate_detail": [k / 19 for k in range(20)], "solidarity": [k * 7 % 20 / 20 for k in range(20)]}
    >>> small = {"months": 12, "trusts": 3, "clinicians": 2, "engine": "numpy", "outcomes": ["quality"]}
    >>> runs = simulate(points, replicates=2, **small).to_dataset()
    >>> found = discover(runs, "quality")
    >>> found.points, found.share
    (20, 0.2)
    """
    design = design_of(sweep)
    if not design.kind.boxes:
        fitting = ", ".join(method.name for method in DESIGN_METHODS.values() if method.boxes)
        raise ValueError(f"boxes cannot be sought in a {design.method} design; they need one of {fitting}")
    design.check_independent("shares of a box can be told", "sweep them without correlations to seek boxes")
    by_point = window_mean(sweep, [outcome], from_month)[outcome].mean("replicate", skipna=False).values
    kept = np.isfinite(by_point)
    sample, values = sample_of(sweep)[kept], by_point[kept]
    if not len(values):
        raise ValueError(f"no point has all its runs done, so that none is known to have good or bad {outcome}")
    if threshold is None:
        threshold = float(np.quantile(values, 0.2 if below else 0.8))
    interest = values <= threshold if below else values >= threshold
    if not 0 < interest.sum() < len(interest):
        many = "all" if interest.any() else "none"
        said = f"{many} of {len(values)} points have {outcome} {'<=' if below else '>='} {threshold:g}"
        raise ValueError(f"{said}; the threshold must lie between them")
    units = _units(sample_of(sweep), scatter_of(sweep))[kept]
    columns = Columns(parameters=design.varied, choices=design.choices)
    cases = _Cases(columns.of(sample), interest, units, held_out_points(units))
    regions, doubted = _regions(cases, columns, design)
    return Discovery(
        outcome=outcome,
        threshold=threshold,
        below=below,
        share=float(interest.mean()),
        points=len(values),
        regions=tuple(regions),
        doubted=tuple(doubted),
        sample=sample,
        interest=interest,
        parameters=design.varied,
        units=cases.units,
        judged=cases.judged,
        columns=columns,
        weighted=bool(design.weighted),
    )


def _units(sample: np.ndarray, scatter: Scatter) -> np.ndarray:
    """Return the unit of each point (points,): what was drawn together, or what a grid or a table repeats."""
    if scatter.sampled:
        return scatter.units
    return np.unique(sample, axis=0, return_inverse=True)[1].reshape(-1)  # NumPy 2.0 gave these a second axis


def _regions(cases: _Cases, columns: Columns, design: Design) -> tuple[list[Region], list[Region]]:
    """Return the boxes that hold up, and the one that does not, with which the search ends.

    That they are tried in this order keeps the chance that noise gives any at that of the first.
    """
    sample, interest, judged = cases.sample, cases.interest, cases.judged
    left = np.ones(len(sample), dtype=bool)
    regions: list[Region] = []
    while len(regions) < MOST_BOXES and interest[made := left & ~judged].any():
        box = chosen(peel(sample[made], interest[made]), sample[made], interest[made])
        inside = box.holds(sample)
        if not len(box.limited()) or interest[made & inside].mean() <= interest.mean():
            break
        region = _region(box, cases, columns, design)
        # A box may hold some of an earlier one, by which alone it must not stand.
        fresh = chance_of_share(interest, inside & left & judged, cases.units, interest.mean())
        if fresh > MOST_CHANCE or region.density[0] <= interest.mean():
            return regions, [region]
        regions.append(region)
        left = left & ~inside
    return regions, []


def _region(box: Box, cases: _Cases, columns: Columns, design: Design) -> Region:
    sample, interest, judged = cases.sample, cases.interest, cases.judged
    # A box fits the points that made it better than any others.
    inside, units = box.holds(sample[judged]), cases.units[judged]
    limits = []
    for name in (limited := columns.limited(box)):
        places = columns.places(name)
        beyond = freed(box, places).holds(sample[judged]) & ~inside
        chance = chance_denser(inside, beyond, interest[judged], units)
        (low, high), levels = design.bounds[name], columns.levels(box, name)
        ends = max(low, float(box.low[places[0]])), min(high, float(box.high[places[0]]))
        ends = (float("nan"), float("nan")) if levels else ends
        limits.append(Limit(name, *ends, chance, chance <= SURE / len(limited), levels))
    return Region(
        limits=tuple(limits),
        found=score(box, sample[~judged], interest[~judged]),
        held_out=score(box, sample[judged], interest[judged]),
        coverage=share_interval(inside, interest[judged], units),
        density=share_interval(interest[judged], inside, units),
        box=box,
    )


def region_rows(found: Discovery) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of the printed table of boxes."""
    rows: list[tuple[str, ...]] = []
    for number, region in enumerate(found.regions, start=1):
        held = region.held_out
        shares = (_share(held.coverage, region.coverage), _share(held.density, region.density), f"{held.mass:.0%}")
        for place, one in enumerate(region.limits):
            ends = (" or ".join(one.levels), "") if one.levels else (f"{one.low:.3g}", f"{one.high:.3g}")
            limit = (label_of(one.parameter, False), *ends, _told(one))
            rows.append((f"box {number}", *limit, *shares) if place == 0 else ("", *limit, "", "", ""))
    head = ("", "parameter", "from", "to", "borne out", "of all cases, it holds", "of its points, are cases")
    return (*head, "probability under your distributions" if found.weighted else "of all points"), rows


def _told(limit: Limit) -> str:
    return "yes" if limit.borne_out else "no"


def _share(share: float, interval: tuple[float, float]) -> str:
    return f"{share:.0%} ({interval[0]:.0%} to {interval[1]:.0%})"


def sought(found: Discovery) -> str:
    """Say what was sought and how common it is, in one sentence."""
    side = "at most" if found.below else "at least"
    return (
        f"Sought: {label_of(found.outcome, False)} of {side} {found.threshold:.3g}, which {found.share:.0%} of "
        f"{found.points} points have; boxes made from two thirds of the points, shares from the other third."
        + (" Points are drawn from your distributions: shares of them are probabilities." if found.weighted else "")
    )


def no_region(found: Discovery) -> str:
    """Say in one line that no box was found."""
    return f"No box was found in which cases are denser than everywhere ({found.share:.0%})."
