"""Scenario discovery: the regions of the parameters in which an outcome is good or bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import stats

from ...model.text.plain_text import brief
from ...store.design_methods import DESIGN_METHODS
from ..dataset import Design, design_of, label_of
from ..sample import sample_of
from ..windows import window_mean
from .prim import Box, Score, chance_of_limit, chosen, peel, score

MOST_BOXES = 3
"""A page shows no more boxes of one outcome (assumption)."""


class Limit(NamedTuple):
    """A parameter that a box limits: from ``low`` to ``high``, and the chance that this does nothing (binomial)."""

    parameter: str
    low: float
    high: float
    chance: float


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

    ``sample`` (point, parameter) has the columns ``parameters``; ``interest`` (point,) says which cases were sought.
    """

    outcome: str
    threshold: float
    below: bool
    share: float
    points: int
    regions: tuple[Region, ...]
    sample: np.ndarray
    interest: np.ndarray
    parameters: tuple[str, ...]


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
    the points and judged on the rest; at most three, each without the points of those before. Points with a failed run
    are left out. Raises ValueError for a design whose points lie on a coarse lattice of walks (Morris), for correlated
    parameters, and where all points or none are of interest; ModuleNotFoundError, naming the extra to install, without
    ema_workbench.

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
        raise ValueError(f"{many} of {len(values)} points have {outcome} {'<=' if below else '>='} {threshold:g}")
    return Discovery(
        outcome=outcome,
        threshold=threshold,
        below=below,
        share=float(interest.mean()),
        points=len(values),
        regions=tuple(_regions(sample, interest, design)),
        sample=sample,
        interest=interest,
        parameters=design.varied,
    )


def _regions(sample: np.ndarray, interest: np.ndarray, design: Design) -> list[Region]:
    # Drawn, since neighbours in a design are alike; of one seed, so that a store has one set of boxes.
    order = np.random.default_rng(0).permutation(len(sample))
    judged = np.zeros(len(sample), dtype=bool)
    judged[order[: len(sample) // 3]] = True
    left = ~judged
    regions: list[Region] = []
    while len(regions) < MOST_BOXES and interest[left].any():
        box = chosen(peel(sample[left], interest[left]), sample[left], interest[left])
        if not len(box.limited()) or interest[left][box.holds(sample[left])].mean() <= interest.mean():
            break
        regions.append(_region(box, sample, interest, judged, design))
        left = left & ~box.holds(sample)
    return regions


def _region(box: Box, sample: np.ndarray, interest: np.ndarray, judged: np.ndarray, design: Design) -> Region:
    limits = []
    for one in box.limited():
        low, high = design.bounds[design.varied[one]]
        chance = chance_of_limit(box, int(one), sample[~judged], interest[~judged])
        limits.append(Limit(design.varied[one], max(low, float(box.low[one])), min(high, float(box.high[one])), chance))
    # A box fits the points that made it better than any others.
    held_out = score(box, sample[judged], interest[judged])
    hits = round(held_out.density * held_out.points)
    return Region(
        limits=tuple(limits),
        found=score(box, sample[~judged], interest[~judged]),
        held_out=held_out,
        coverage=_share_interval(hits, int(interest[judged].sum())),
        density=_share_interval(hits, held_out.points),
        box=box,
    )


def _share_interval(hits: int, trials: int) -> tuple[float, float]:
    if not trials:
        return 0.0, 1.0
    # Wilson's stays within 0 and 1 and holds with few points, where a normal interval does not.
    found = stats.binomtest(hits, trials).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def region_rows(found: Discovery) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of the printed table of boxes."""
    rows: list[tuple[str, ...]] = []
    for number, region in enumerate(found.regions, start=1):
        held = region.held_out
        shares = (_share(held.coverage, region.coverage), _share(held.density, region.density), f"{held.mass:.0%}")
        for place, one in enumerate(region.limits):
            limit = (label_of(one.parameter, False), f"{one.low:.3g}", f"{one.high:.3g}")
            rows.append((f"box {number}", *limit, *shares) if place == 0 else ("", *limit, "", "", ""))
    return ("", "parameter", "from", "to", "of all cases, it holds", "of its points, are cases", "of all points"), rows


def _share(share: float, interval: tuple[float, float]) -> str:
    return f"{share:.0%} ({interval[0]:.0%} to {interval[1]:.0%})"


def sought(found: Discovery) -> str:
    """Say what was sought and how common it is, in one sentence."""
    side = "at most" if found.below else "at least"
    return (
        f"Sought: {label_of(found.outcome, False)} of {side} {found.threshold:.3g}, which {found.share:.0%} of "
        f"{found.points} points have; boxes made from two thirds of the points, shares from the other third."
    )


def grow_tree(found: Discovery, parameters: tuple[str, ...] | None = None, leaves: int = 8) -> str:
    """Return a classification tree (CART) of the same cases as text, of ``leaves`` leaves at most.

    ``parameters`` are those of the sample, which ``found`` knows: before version 0.2 they had to be given. Raises
    ValueError for others, or another order; ModuleNotFoundError, naming the extra to install, without scikit-learn.
    """
    if parameters is not None and tuple(parameters) != found.parameters:
        raise ValueError(f"the sample has the parameters {found.parameters}, in this order, got {brief(parameters)}")
    try:
        from sklearn.tree import DecisionTreeClassifier, export_text
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'classification trees need scikit-learn; install it with: pip install "tredegar[discovery]"'
        ) from error
    tree = DecisionTreeClassifier(
        max_leaf_nodes=leaves, min_samples_leaf=max(5, len(found.sample) // 50), random_state=0
    )
    tree.fit(found.sample, found.interest)
    return str(
        export_text(tree, feature_names=list(found.parameters), class_names=["other", "of interest"], show_weights=True)
    )
