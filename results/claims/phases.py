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
from ..statistics.space_shares import Share, Turn, shares_beyond, space_places
from .claims import BANDS, Part, part_of, read_table
from .contrasts import ArmStore, Effects, effects_of
from .designs import ClaimDesign, DesignSize, make_design, setting
from .phase_surface import CELLS, SLICES, by_place, diagram_places, draw_arms, draw_effect, turns_of

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


class AxisTurn(NamedTuple):
    """A place on an axis through the middle of the space where the sign of the effect turns, with its 95 % interval.

    All in the unit of the axis; a bound at an end of the axis says that the turn may lie beyond it. ``rises``: from
    negative to positive.
    """

    axis: Axis
    place: float
    low: float
    high: float
    rises: bool


class Beside(NamedTuple):
    """A further outcome: its surface's median, 10th and 90th percentile over the space, and shares as of the first."""

    part: Part
    median: float
    low: float
    high: float
    shares: tuple[Share, Share, Share]


class Chart(NamedTuple):
    """What the store says about one contradiction, counted on surfaces that are drawn from what the runs tell.

    ``mean``, ``error`` (slice, y, x): of the surfaces, in the unit of the outcome; ``chance`` that the effect is
    positive there, of a normal variable. ``shares``: of the whole space where the effect is above, within and below the
    band of practical size, each with its 95 % interval; ``turns``: where its sign turns along each axis. ``points``
    (point, 3) were run, each arm ``replicates`` times.
    """

    phase: Contradiction
    axes: tuple[Axis, Axis, Axis]
    grid: tuple[np.ndarray, np.ndarray, np.ndarray]
    mean: np.ndarray
    error: np.ndarray
    chance: np.ndarray
    shares: tuple[Share, Share, Share]
    turns: tuple[AxisTurn, ...]
    points: np.ndarray
    replicates: int
    also: tuple[Beside, ...]
    best: tuple[tuple[str, Share], ...]

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
    """Read the store ``folder/NAME.zarr`` of a contradiction and draw the surfaces of its effects."""
    from scipy import stats

    design, axes = phase_design(phase, size), axes_of(phase, size)
    store = ArmStore(open_sweep(Path(folder) / f"{phase.name}.zarr", chunks=None), design.arms)
    points = np.column_stack([_free(store, design, axis.name) for axis in axes])
    scaled = (points - [axis.low for axis in axes]) / [axis.high - axis.low for axis in axes]
    effects = [effects_of(store, part) for part in phase.parts]
    drawn = by_place((-1.0 if phase.flip else 1.0) * _drawn(effects[0], scaled, diagram_places()))
    mean, error = drawn.slices.mean(axis=0), drawn.slices.std(axis=0)
    along = np.linspace(0.0, 1.0, CELLS)
    return Chart(
        phase=phase,
        axes=axes,
        grid=(_scale(along, axes[0]), _scale(along, axes[1]), _scale(np.array(SLICES), axes[2])),
        mean=mean,
        error=error,
        # Counted, few hundred draws would make the lines of 2.5 and 97.5 % ragged.
        chance=stats.norm.cdf(mean / np.maximum(error, 1e-12)),
        shares=shares_beyond(drawn.space, phase.parts[0].band),
        turns=tuple(_scaled(turn, axis) for axis, own in zip(axes, turns_of(drawn.lines), strict=True) for turn in own),
        points=points,
        replicates=store.replicates,
        also=tuple(_beside(one, scaled) for one in effects[1:]),
        best=_best(phase, effects[0], scaled),
    )


def _drawn(effects: Effects, scaled: np.ndarray, places: np.ndarray) -> np.ndarray:
    return draw_effect(effects.part.form, effects.values, scaled, places)


def _free(store: ArmStore, design: ClaimDesign, name: str) -> np.ndarray:
    # From an arm that leaves it free: one that sets it has the same value at all points.
    return store.parameter(name, next(arm for arm in design.arms if name not in design.arms[arm]))


def _scale(shares: np.ndarray, axis: Axis) -> np.ndarray:
    return axis.low + shares * (axis.high - axis.low)


def _scaled(turn: Turn, axis: Axis) -> AxisTurn:
    place, low, high = _scale(np.array([turn.place, turn.low, turn.high]), axis).tolist()
    return AxisTurn(axis, place, low, high, turn.rises)


def _beside(effects: Effects, scaled: np.ndarray) -> Beside:
    drawn = _drawn(effects, scaled, space_places(len(scaled[0])))
    low, median, high = np.quantile(drawn.mean(axis=0), (0.1, 0.5, 0.9))
    return Beside(effects.part, float(median), float(low), float(high), shares_beyond(drawn, effects.part.band))


def _best(phase: Contradiction, effects: Effects, scaled: np.ndarray) -> tuple[tuple[str, Share], ...]:
    """Return for a contest in which share of the space each arm gains most."""
    if phase.parts[0].form != "contest":
        return ()
    arms = draw_arms(effects.values, scaled, space_places(len(scaled[0])))
    others = [np.delete(arms, place, axis=0).max(axis=0) for place in range(len(arms))]
    return tuple(
        (name, shares_beyond(arm - rest, 0.0)[0]) for name, arm, rest in zip(phase.arm_names, arms, others, strict=True)
    )


__all__ = [
    "BANDS",
    "PHASES",
    "Axis",
    "AxisTurn",
    "Chart",
    "Contradiction",
    "axes_of",
    "chart",
    "find_phase",
    "phase_design",
]
