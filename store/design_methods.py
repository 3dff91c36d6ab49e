"""Design methods as a store names them: one record each, holding what those who read the points must know of them.

How points are drawn stands beside it in the sweeps, in a record of the same name; results never draw any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """Points that a design draws together, which an analysis of its structure uses, or drops, as a whole.

    ``points(parameters, settings)`` is how many points a unit has, of the number of varied parameters and the settings
    of the sampler.
    """

    plural: str
    points: Callable[[int, Mapping[str, Any]], int]


def _of_saltelli(parameters: int, settings: Mapping[str, Any]) -> int:
    return (2 if settings.get("second_order", True) else 1) * parameters + 2


POINTS = Unit("points", lambda parameters, settings: 1)
BASE_POINTS = Unit("base points", _of_saltelli)
TRAJECTORIES = Unit("trajectories", lambda parameters, settings: parameters + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignMethod:
    """What an analysis must know of the points of a design.

    ``sampled``: the points stand for a space, so that their choice is a source of uncertainty; those of a grid or a
    table stand for themselves. ``space_filling``: each of them lies anywhere in the space, independent of the others'
    coordinates; a distribution over a slice of it means something. ``boxes``: regions can be sought among the points;
    not where they lie on a coarse lattice of walks. ``unit``: which points belong together.
    """

    name: str
    sampled: bool
    space_filling: bool
    boxes: bool
    unit: Unit = POINTS


_RECORDS = (
    DesignMethod(name="latin-hypercube", sampled=True, space_filling=True, boxes=True),
    DesignMethod(name="sobol", sampled=True, space_filling=True, boxes=True, unit=BASE_POINTS),
    DesignMethod(name="morris", sampled=True, space_filling=False, boxes=False, unit=TRAJECTORIES),
    DesignMethod(name="grid", sampled=False, space_filling=False, boxes=True),
    DesignMethod(name="table", sampled=False, space_filling=False, boxes=True),
)
DESIGN_METHODS: dict[str, DesignMethod] = {method.name: method for method in _RECORDS}
"""Name -> record of every design method that a store may name."""


def find_design_method(name: str) -> DesignMethod:
    """Return the record of design method ``name``. Raises ValueError, with the closest name, for an unknown one."""
    if name in DESIGN_METHODS:
        return DESIGN_METHODS[name]
    near = get_close_matches(name, DESIGN_METHODS, n=1)
    meant = f"; did you mean '{near[0]}'?" if near else ""
    raise ValueError(f"unknown design method '{name[:60]}'{meant} (known: {', '.join(DESIGN_METHODS)})")
