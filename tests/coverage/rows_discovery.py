"""Rows of scenario discovery: boxes, leaves, limits, settings over states, and means under a condition of the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from scipy import stats

from tredegar.results import average_by, discover, grow_tree, measure_robustness
from tredegar.results.discovery.columns import Columns
from tredegar.results.discovery.prim import Box
from tredegar.results.discovery.regions import Discovery
from tredegar.results.discovery.scores import held_out_points, share_interval
from tredegar.results.statistics.mean_intervals import mean_with_interval, scatter_of

from .law import Row, Said
from .rows_means import DESIGNS, population
from .rows_tables import AXIS, SHOWN, TREND, positions
from .truths import NAMES, TRUTHS, Truth, made_sweep

SOUGHT = 0.55
"""Cases of interest have an outcome of at least this."""


def _corner(height: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda at: 0.4 + height * ((at[:, 0] > 0.5) & (at[:, 1] > 0.5))


NOISE = Truth("nothing acts", lambda at: np.full(len(at), 0.45), lambda at: np.full(len(at), 0.1))
CORNER = Truth("corner of two", _corner(0.3), lambda at: np.full(len(at), 0.1))
FAINT = Truth("faint corner of two", _corner(0.15), lambda at: np.full(len(at), 0.1))
CASES: dict[str, dict[str, Any]] = {
    "Latin hypercube 60": {"method": "latin-hypercube", "points": 60},
    "Latin hypercube 150": {"method": "latin-hypercube", "points": 150},
    "Sobol base 16": {"method": "sobol", "points": 16, "second_order": False},
    "Sobol base 32": {"method": "sobol", "points": 32},
    "Sobol base 32, first order": {"method": "sobol", "points": 32, "second_order": False},
    "Sobol base 128": {"method": "sobol", "points": 128},
    "grid 3^4": {"method": "grid", "levels": 3},
}
HALF = Box(np.array([0.4, -np.inf, 0.2, -np.inf]), np.array([np.inf, np.inf, np.inf, 0.9]))
"""A box that no points chose."""


def shares_of(box: Box, truth: Truth, at: np.ndarray, replicates: int) -> tuple[float, float]:
    """Return the true density and coverage of a box among points ``at`` (points, 4) under independent streams."""
    deviation = truth.chance(at) / np.sqrt(replicates)
    cases, inside = stats.norm.sf((SOUGHT - truth.surface(at)) / deviation), box.holds(at)
    return float(cases[inside].mean()), float(cases[inside].sum() / cases.sum())


def of_box(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """Density and coverage of a box that was given, by the points that would judge it."""
    sweep = made_sweep(truth, CASES[label], replicates, "independent", rng)
    units = scatter_of(sweep).units
    judged, at = held_out_points(units), positions(sweep)
    cases, inside = sweep["quality"].values.mean(axis=(1, 2))[judged] >= SOUGHT, HALF.holds(at[judged])
    shares = [share_interval(cases, inside, units[judged]), share_interval(inside, cases, units[judged])]
    low, high = np.array(shares).T
    told = (cases & inside).sum() / np.maximum([inside.sum(), cases.sum()], 1)
    return Said(told, low, high, np.array(shares_of(HALF, truth, population(CASES[label], at), replicates)))


def of_first_box(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """Density and coverage of the first box that was made, whether or not it is printed."""
    sweep = made_sweep(truth, CASES[label], replicates, "independent", rng)
    found = discover(sweep, "quality", SOUGHT)
    boxes = (*found.regions, *found.doubted)
    if not boxes:
        return Said(*np.full((3, 2), np.nan), np.zeros(2))
    low, high = zip(boxes[0].density, boxes[0].coverage, strict=True)
    told = np.array([boxes[0].held_out.density, boxes[0].held_out.coverage])
    true = shares_of(boxes[0].box, truth, population(CASES[label], positions(sweep)), replicates)
    return Said(told, np.array(low), np.array(high), np.array(true))


def _band(printed: bool, wanted: bool) -> Said:
    """Return what was printed, 1 or 0, as a truth that must lie about what ought to be."""
    number = np.array([float(printed)])
    return Said(number, np.array([wanted - 0.5]), np.array([wanted + 0.5]), number)


def of_boxes(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """Whether any box is printed, which for noise none ought to be."""
    sweep = made_sweep(truth, CASES[label], replicates, "independent", rng)
    return _band(bool(discover(sweep, "quality", SOUGHT).regions), truth is not NOISE)


def of_limits(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """Whether a printed box has a limit, called borne out, on a parameter that does nothing."""
    sweep = made_sweep(truth, CASES[label], replicates, "independent", rng)
    regions = discover(sweep, "quality", SOUGHT).regions
    idle = [one.borne_out for region in regions[:1] for one in region.limits if one.parameter in NAMES[2:]]
    return _band(any(idle), False)


def of_leaves(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """Whether any leaf of a tree is printed."""
    sweep = made_sweep(truth, CASES[label], replicates, "independent", rng)
    sample, cases = positions(sweep), sweep["quality"].values.mean(axis=(1, 2)) >= SOUGHT
    units = scatter_of(sweep).units
    found = Discovery(outcome="quality", threshold=SOUGHT, below=False, share=float(cases.mean()), points=len(cases),
                      regions=(), doubted=(), sample=sample, interest=cases, parameters=NAMES, units=units,
                      judged=held_out_points(units), columns=Columns(parameters=NAMES, choices={}))  # fmt: skip
    return _band("held-out points" in grow_tree(found), truth is not NOISE)


def of_setting(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """The mean of each setting of a lever over states that are drawn, the same for all settings."""
    states = rng.random((int(label.split()[0]), 3))
    settings = np.array([0.0, 0.5, 1.0])
    at = np.insert(np.tile(states, (3, 1)), AXIS, np.repeat(settings, len(states)), axis=1)
    sweep = made_sweep(truth, DESIGNS["grid 3^4"], 1, "independent", rng).isel(point=np.zeros(len(at), dtype=int))
    own = 0.05 * rng.standard_normal((len(at), replicates, 1))
    runs = truth.surface(at)[:, None, None] + own + 0.05 * rng.standard_normal((1, replicates, 1))
    coords = {name: ("point", column) for name, column in zip(NAMES, at.T, strict=True)}
    made = xr.Dataset({"quality": (("point", "replicate", "month"), runs)}, {**coords, "month": [1]}, sweep.attrs)
    made.attrs |= {"streams": "common"}
    table = measure_robustness(made, "quality", (TREND,))
    over = np.random.default_rng(0).random((20_000, 4))
    true = [truth.surface(np.insert(np.delete(over, AXIS, 1), AXIS, one, axis=1)).mean() for one in settings]
    return Said(*(table[name].to_numpy() for name in ("mean", "mean_low", "mean_high")), np.array(true))


def of_condition(truth: Truth, label: str, replicates: int, rng: np.random.Generator) -> Said:
    """The mean outcome by party, where one of the two adds 0.1 and some runs never have it."""
    streams = "common" if replicates > 2 else "independent"
    sweep = made_sweep(truth, DESIGNS[label], replicates, streams, rng, months=6)
    shape = sweep["quality"].shape
    change = rng.integers(0, 8, (1 if streams == "common" else shape[0], shape[1], 1))  # elections are of the replicate
    party = np.broadcast_to(np.where(np.arange(6) < change, -1.0, 1.0), shape)
    monthly = 0.02 * rng.standard_normal(shape)
    runs = sweep.assign(party=(sweep["quality"].dims, party), quality=sweep["quality"] + 0.05 * party + monthly)
    means = average_by(runs, "party", ["quality"]).reindex(party=[-1.0, 1.0])
    values = np.moveaxis(means["quality"].transpose("party", "point", "replicate").values, 0, -1)
    at, left = positions(sweep), np.isfinite(values).any(axis=1)  # a grid stands for the points that have the party
    true = [truth.surface(population(DESIGNS[label], at[known])).mean() for known in left.T]
    return Said(*mean_with_interval(values, scatter_of(sweep)), np.array(true) + np.array([-0.05, 0.05]))


HELD = ("grid 3^4", "Latin hypercube 100", "Latin hypercube 12", "Sobol base 32", "Morris 10")
Reader = Callable[[Truth, str, int, np.random.Generator], Said]
ASKED: tuple[tuple[str, Reader, tuple[Truth, ...], tuple[str, ...], tuple[int, ...]], ...] = (
    ("share of a given box", of_box, (NOISE, CORNER), ("Latin hypercube 60", "Sobol base 32", "grid 3^4"), (1, 4)),
    ("share of a given box", of_box, (FAINT,), ("Sobol base 128",), (1,)),
    ("share of a box of PRIM", of_first_box, (CORNER,), ("Sobol base 32, first order",), (1,)),
    ("share of a box of PRIM", of_first_box, (CORNER,), ("grid 3^4",), (4,)),
    ("box that is printed", of_boxes, (NOISE,), ("Latin hypercube 60", "Sobol base 16", "grid 3^4"), (1,)),
    ("box that is printed", of_boxes, (CORNER,), ("Latin hypercube 150",), (4,)),
    ("limit that is borne out", of_limits, (CORNER,), ("Latin hypercube 60",), (1,)),
    ("leaf that is printed", of_leaves, (NOISE,), tuple(CASES), (1,)),
    ("leaf that is printed", of_leaves, (NOISE,), ("Latin hypercube 150", "Sobol base 32"), (4,)),
    ("leaf that is printed", of_leaves, (CORNER,), ("Latin hypercube 150", "Sobol base 128", "grid 3^4"), (4,)),
    ("mean of a setting", of_setting, tuple(map(TRUTHS.__getitem__, SHOWN[1:])), ("12 states", "60 states"), (4,)),
    ("mean of a setting", of_setting, (TRUTHS["product"],), ("12 states",), (1,)),
    ("mean under a condition", of_condition, (TRUTHS["everything acts"],), HELD, (2, 6)),
)
"""Kind, how it is read, under which truths, designs and numbers of replicates."""


def _row(kind: str, read: Reader, truth: Truth, label: str, replicates: int) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        return read(truth, label, replicates, rng)

    return Row(kind=kind, truth=truth.name, design=f"{label} x {replicates}", trial=trial, trials=200)


def rows() -> list[Row]:
    """Return the rows of scenario discovery."""
    return [
        _row(kind, read, truth, label, replicates)
        for kind, read, truths, labels, counts in ASKED
        for truth in truths
        for label in labels
        for replicates in counts
    ]
