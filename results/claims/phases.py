"""The ten contradictions as phase diagrams: where, over three parameters, the sign of an effect turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ...model.text.names import closest
from ..open import open_sweep
from .claims import BANDS, Part, part_of, read_table
from .contrasts import ArmStore, Effects, effects_of
from .designs import ClaimDesign, DesignSize, make_design, setting
from .surface import Surface, fit_surface

CELLS = 25
SLICES = (1.0 / 6.0, 0.5, 5.0 / 6.0)
"""Where the third parameter is cut, as shares of its range: the middles of its thirds."""
DRAWS = 200
EVERY = 6


class Axis(NamedTuple):
    """A parameter and its range."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One contradiction. ``parts``: the outcome that decides, then further ones; ``flip`` when less of it is better."""

    name: str
    positions: str
    question: str
    axes: tuple[Mapping[str, Any], ...]
    months: int
    fixed: Mapping[str, float]
    arms: tuple[Mapping[str, Any], ...]
    arm_names: tuple[str, ...]
    parts: tuple[Part, ...]
    up: str
    down: str
    flip: bool
    marks: tuple[int, ...]


class Beside(NamedTuple):
    """A further outcome over the same points: median, 10th and 90th percentile, and shares as of the first."""

    part: Part
    median: float
    low: float
    high: float
    shares: tuple[tuple[float, float, float], ...]


class Chart(NamedTuple):
    """What the store says about one contradiction.

    ``mean``, ``error`` (slice, y, x): the fitted effect, in the unit of the outcome, and its standard error; ``chance``
    the probability that it is positive. ``shares``: of the whole space where the effect is above, within and below the
    band of practical size, each with its 95 % interval. ``points`` (point, 3), ``effects`` (point,).
    """

    phase: Contradiction
    axes: tuple[Axis, Axis, Axis]
    grid: tuple[np.ndarray, np.ndarray, np.ndarray]
    mean: np.ndarray
    error: np.ndarray
    chance: np.ndarray
    shares: tuple[tuple[float, float, float], ...]
    points: np.ndarray
    effects: np.ndarray
    surface: Surface
    also: tuple[Beside, ...]
    best: tuple[tuple[str, float], ...]

    @property
    def band(self) -> float:
        """The band of practical size."""
        return self.phase.parts[0].band


def _phase(name: str, row: Mapping[str, Any]) -> Contradiction:
    names = tuple(f"arm {place + 1}" for place in range(len(row["arms"])))
    form = row.get("form", "difference")
    entry = {"outcome": row["outcome"], "months": row["window"], "sign": -1 if row.get("flip") else 1}
    entry |= {key: row[key] for key in ("band", "less") if key in row}
    plain = {key: value for key, value in entry.items() if key != "band"}
    others = [
        {**plain, "outcome": other} if isinstance(other, str) else {"sign": 1, "months": row["window"], **other}
        for other in row["also"]
    ]
    return Contradiction(
        name=name,
        positions=row["positions"],
        question=row["question"],
        axes=(row["x"], row["y"], row["third"]),
        months=row["months"],
        fixed=MappingProxyType(dict(row["fixed"])),
        arms=tuple(row["arms"]),
        arm_names=tuple(row.get("arm_names", names)),
        parts=tuple(part_of(one, name, form, names) for one in (entry, *others)),
        up=row["up"],
        down=row["down"],
        flip=bool(row.get("flip", False)),
        marks=tuple(row.get("marks", ())),
    )


PHASES: Mapping[str, Contradiction] = MappingProxyType(
    {name: _phase(name, row) for name, row in read_table("phases.toml").items()}
)
"""The contradictions: P1 .. P10."""


def find_phase(name: str) -> Contradiction:
    """Return the contradiction ``name``; raise ValueError that proposes the closest id if there is none."""
    if name not in PHASES:
        raise ValueError(f"unknown contradiction '{name}'{closest(name, PHASES)} (P1 .. P10)")
    return PHASES[name]


def axes_of(phase: Contradiction, size: DesignSize) -> tuple[Axis, Axis, Axis]:
    """Return the three axes with their ranges as numbers."""
    x, y, third = (Axis(row["name"], setting(row["low"], size), setting(row["high"], size)) for row in phase.axes)
    return x, y, third


def phase_design(phase: Contradiction, size: DesignSize) -> ClaimDesign:
    """Return the design of a contradiction: points over its three parameters, every arm at each of them."""
    fixed = "".join(f'"{name}" = {float(value)!r}\n' for name, value in phase.fixed.items())
    head = f"months = {phase.months}\n[fixed]\n{fixed}\n[record]\nevery = {EVERY}\n"
    arms = {
        f"arm {place + 1}": {name: setting(value, size) for name, value in arm.items()}
        for place, arm in enumerate(phase.arms)
    }
    space = {axis.name: (axis.low, axis.high) for axis in axes_of(phase, size)}
    outcomes = tuple(dict.fromkeys(name for part in phase.parts for name in part.terms))
    luck = replace(size, replicates=size.phase_replicates)
    return make_design(phase.name, phase.question, head, space, arms, outcomes, size.phase_points, luck)


def chart(phase: Contradiction, folder: str | Path, size: DesignSize) -> Chart:
    """Read the store ``folder/NAME.zarr`` of a contradiction and fit its surface."""
    design, axes = phase_design(phase, size), axes_of(phase, size)
    store = ArmStore(open_sweep(Path(folder) / f"{phase.name}.zarr", chunks=None), design.arms)
    points = np.column_stack([_free(store, design, axis.name) for axis in axes])
    scaled = (points - [axis.low for axis in axes]) / [axis.high - axis.low for axis in axes]
    effects = [effects_of(store, part) for part in phase.parts]
    sign = -1.0 if phase.flip else 1.0
    effect = sign * effects[0].effect()
    surface = fit_surface(scaled, effect)
    mean, error, chance = _slices(surface)
    along = np.linspace(0.0, 1.0, CELLS)
    return Chart(
        phase=phase,
        axes=axes,
        grid=(_scale(along, axes[0]), _scale(along, axes[1]), _scale(np.array(SLICES), axes[2])),
        mean=mean,
        error=error,
        chance=chance,
        shares=_shares(surface, phase.parts[0].band),
        points=points,
        effects=effect,
        surface=surface,
        also=tuple(_beside(one, scaled) for one in effects[1:]),
        best=_best(phase, effects[0]),
    )


def _free(store: ArmStore, design: ClaimDesign, name: str) -> np.ndarray:
    # From an arm that leaves it free: one that sets it has the same value at all points.
    return store.parameter(name, next(arm for arm in design.arms if name not in design.arms[arm]))


def _scale(shares: np.ndarray, axis: Axis) -> np.ndarray:
    return axis.low + shares * (axis.high - axis.low)


def _slices(surface: Surface) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from scipy import stats

    side = np.linspace(0.0, 1.0, CELLS)
    cut, y, x = np.meshgrid(np.array(SLICES), side, side, indexing="ij")
    mean, error = surface.at(np.column_stack([x.ravel(), y.ravel(), cut.ravel()]))
    chance = stats.norm.cdf(mean / np.maximum(error, 1e-12))
    return mean.reshape(cut.shape), error.reshape(cut.shape), chance.reshape(cut.shape)


def _shares(surface: Surface, band: float) -> tuple[tuple[float, float, float], ...]:
    """Return the shares of the space above, within and below the band, each (share, low, high)."""
    # Middles of equal cells, so that each stands for the same part of the space.
    side = (np.arange(9) + 0.5) / 9.0
    places = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    # Whole surfaces: errors at near places go together, and drawn one by one they would cancel in a share.
    drawn = surface.draws(places, DRAWS)
    found = []
    for inside in (drawn > band, np.abs(drawn) <= band, drawn < -band):
        share = inside.mean(axis=1)
        low, high = np.quantile(share, (0.025, 0.975))
        found.append((float(share.mean()), float(low), float(high)))
    return tuple(found)


def _beside(effects: Effects, scaled: np.ndarray) -> Beside:
    effect = effects.effect()
    low, median, high = np.nanquantile(effect, (0.1, 0.5, 0.9))
    shares = _shares(fit_surface(scaled, effect), effects.part.band)
    return Beside(effects.part, float(median), float(low), float(high), shares)


def _best(phase: Contradiction, effects: Effects) -> tuple[tuple[str, float], ...]:
    """Return for a contest how often each arm gains most."""
    if phase.parts[0].form != "contest":
        return ()
    best = np.nanmean(effects.values, axis=-1).argmax(axis=0)
    return tuple((name, float((best == place).mean())) for place, name in enumerate(phase.arm_names))


__all__ = ["BANDS", "PHASES", "Axis", "Chart", "Contradiction", "axes_of", "chart", "find_phase", "phase_design"]
