"""Truths: surfaces over the unit cube with their exact means, and chance about them, as made sweeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import qmc

from tredegar.datasets.attributes import as_plain, parameter_attributes
from tredegar.store.random_streams import stream_sets
from tredegar.sweeps.spec.checks import points_sharing
from tredegar.sweeps.spec.sampling import draw_points, sampler_settings
from tredegar.sweeps.spec.spec import Spec

NAMES = ("real_control", "mandate_detail", "rhetoric_of_localism", "arms_length")
"""Parameters whose range is 0..1, which stand for the axes of the cube."""
REPLICATES = ((4, "common"), (2, "independent"))
"""Replicates and streams under which most kinds are asked."""
Surface = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Truth:
    """An outcome: ``surface`` of points (points, 4) and the standard deviation of ``chance`` at each, (points,).

    ``shared`` is the share of chance's variance that the points have in common under common random numbers; half of
    that changes with the first parameter.
    """

    name: str
    surface: Surface
    chance: Surface = lambda at: np.full(len(at), 0.05)
    shared: float = 0.5


def _nothing(at: np.ndarray) -> np.ndarray:
    return np.full(len(at), 0.5)


TRUTHS = {
    truth.name: truth
    for truth in (
        Truth("nothing acts", _nothing),
        Truth("everything acts", lambda at: 0.2 + at @ np.array([0.3, 0.2, 0.1, 0.1])),
        Truth("one acts, linear", lambda at: 0.3 + 0.4 * at[:, 1]),
        Truth("U-shape", lambda at: 0.4 + 1.6 * (at[:, 1] - 0.5) ** 2),
        Truth("product", lambda at: 0.5 + 1.6 * (at[:, 0] - 0.5) * (at[:, 1] - 0.5)),
        Truth("step", lambda at: 0.4 + 0.3 * (at[:, 1] > 0.62)),
        Truth("chance grows with the effect", lambda at: 0.3 + 0.4 * at[:, 1], lambda at: 0.02 + 0.15 * at[:, 1]),
    )
}


@cache
def space() -> np.ndarray:
    """Return 65,536 points that fill the cube, over which true means are taken."""
    return np.asarray(qmc.Sobol(len(NAMES), scramble=True, seed=1).random(2**16))


def made_sweep(
    truth: Truth, design: dict[str, Any], replicates: int, streams: str, rng: np.random.Generator, months: int = 1
) -> xr.Dataset:
    """Return a sweep of a new sample of the design, as ``open_sweep`` gives it, with outcome ``quality``."""
    levels = design.get("levels", 3)
    vary: dict[str, Any] = {name: [0.0, 1.0] for name in NAMES}
    drawn = {key: value for key, value in design.items() if key != "levels" or design["method"] == "morris"}
    if design["method"] == "grid":
        vary = {name: {"values": np.linspace(0.0, 1.0, levels).tolist()} for name in NAMES}
    else:
        drawn = {**drawn, "seed": int(rng.integers(2**31))}
    spec = Spec(months=months, replicates=replicates, streams=streams, design=drawn, vary=vary)
    return sweep_of(truth, spec, rng)


def sweep_of(truth: Truth, spec: Spec, rng: np.random.Generator) -> xr.Dataset:
    """Return new runs of the points of a spec, as ``open_sweep`` gives them, with outcome ``quality``."""
    points, months, streams = draw_points(spec), spec.months, spec.streams
    at = np.column_stack(list(points.values()))
    sets = stream_sets(streams, np.arange(len(at)), points_sharing(spec))
    values = runs_at(truth, at, spec.replicates, streams, rng, sets if streams == "paired" else None)
    status = (("point", "replicate"), np.ones(values.shape, dtype="u1"))
    attrs = {"spec": spec.canonical(), "streams": streams, "sampler": json.dumps(sampler_settings(spec))}
    runs = {"quality": (("point", "replicate", "month"), np.repeat(values[:, :, None], months, axis=2))}
    about = {name: as_plain(parameter_attributes(name, True, spec.rules)) for name in points}
    coords: dict[str, Any] = {name: ("point", column, about[name]) for name, column in points.items()}
    coords["month"] = np.arange(1, months + 1)
    return xr.Dataset({**runs, "status": status}, coords, attrs)


def runs_at(
    truth: Truth,
    at: np.ndarray,
    replicates: int,
    streams: str,
    rng: np.random.Generator,
    sets: np.ndarray | None = None,
) -> np.ndarray:
    """Return runs (points, replicate): the surface and chance, a part of it shared where streams are.

    ``sets`` (points,) numbers the points that share paired streams.
    """
    chance, shared = truth.chance(at)[:, None], 0.0 if streams == "independent" else truth.shared
    own = rng.standard_normal((len(at), replicates))
    level, slope = rng.standard_normal((2, 1 if sets is None else int(sets.max()) + 1, replicates))
    if sets is not None:
        level, slope = level[sets], slope[sets]
    # A sine of the first parameter has variance 1/2 over the cube; so have the level and its slope together 1.
    common = np.sqrt(0.5) * level + slope * np.sin(2.0 * np.pi * at[:, :1])
    return truth.surface(at)[:, None] + chance * (np.sqrt(1.0 - shared) * own + np.sqrt(shared) * common)


def with_failures(sweep: xr.Dataset, share: float, rng: np.random.Generator) -> xr.Dataset:
    """Return the sweep with that share of its runs failed."""
    lost = rng.random(sweep["status"].shape) < share
    status = sweep["status"].copy(data=np.where(lost, 2, 1).astype("u1"))
    return sweep.assign(status=status, quality=sweep["quality"].where(status == 1))


def calm(truth: Truth) -> Truth:
    """Return the truth without chance."""
    return replace(truth, name=f"{truth.name}, without chance", chance=lambda at: np.zeros(len(at)))
