"""Design methods as a store names them: one record each, holding what those who read the points must know of them.

How points are drawn stands beside it in the sweeps, in a record of the same name; results never draw any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """Points that a design draws together, which an analysis of its structure uses, or drops, as a whole.

    ``points(factors, settings)`` is how many points a unit has, of the number of factors (:func:`factors_of`) and the
    settings of the sampler.
    """

    plural: str
    points: Callable[[int, Mapping[str, Any]], int]


def _of_saltelli(factors: int, settings: Mapping[str, Any]) -> int:
    return (2 if settings.get("second_order", True) else 1) * factors + 2


def _of_samples(factors: int, settings: Mapping[str, Any]) -> int:
    return int(settings.get("arms") or 1)


POINTS = Unit("points", lambda factors, settings: 1)
SAMPLES = Unit("samples", _of_samples)
BASE_POINTS = Unit("base points", _of_saltelli)
TRAJECTORIES = Unit("trajectories", lambda factors, settings: factors + 1)


def factors_of(varied: Sequence[str], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the factor that each of the ``varied`` quantities belongs to: its group, or itself where it has none.

    ``settings`` are those of the sampler, whose ``groups`` are name -> members. The factors of a design, each once, are
    in the order in which their first members are varied, as SALib has them.

    >>> factors_of(("real_control", "mandate_detail", "solidarity"), {"groups": {"rules": ["solidarity"]}})
    ('real_control', 'mandate_detail', 'rules')
    """
    groups: Mapping[str, Sequence[str]] = settings.get("groups") or {}
    owner = {name: group for group, members in groups.items() for name in members}
    return tuple(owner.get(name, name) for name in varied)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignMethod:
    """What an analysis must know of the points of a design.

    ``sampled``: the points stand for a space, so that their choice is a source of uncertainty; those of a grid or a
    table stand for themselves, unless the table says how many ``arms`` each sample has. ``space_filling``: each of them
    lies anywhere in the space, independent of the others' coordinates; a distribution over a slice of it means
    something. ``boxes``: regions can be sought among the points; not where they lie on a coarse lattice of walks.
    ``unit``: which points belong together. ``counted_by``: the key of the design that says how many units it has, a
    power of two with ``doubled``; None where none does. ``gains``: what an extension may add to its points, empty where
    more points are another design. ``lattice``: its points take few values of each parameter. ``paired``: its units are
    samples, whose points can share random streams; those of a grid are the arms of a single one.
    """

    name: str
    sampled: bool
    space_filling: bool
    boxes: bool
    unit: Unit = POINTS
    counted_by: str | None = None
    doubled: bool = False
    gains: str = ""
    lattice: bool = False
    paired: bool = True

    def is_sample(self, settings: Mapping[str, Any]) -> bool:
        """Return whether the points of a design with these ``settings`` of the sampler stand for a space."""
        return self.sampled or bool(settings.get("arms"))


_RECORDS = (
    DesignMethod(name="latin-hypercube", sampled=True, space_filling=True, boxes=True, counted_by="points"),
    DesignMethod(
        name="sobol",
        sampled=True,
        space_filling=True,
        boxes=True,
        unit=BASE_POINTS,
        counted_by="points",
        doubled=True,
        gains="twice the points, and again",
    ),
    DesignMethod(
        name="morris",
        sampled=True,
        space_filling=False,
        boxes=False,
        unit=TRAJECTORIES,
        counted_by="trajectories",
        lattice=True,
    ),
    DesignMethod(
        name="grid", sampled=False, space_filling=False, boxes=True, gains="levels", lattice=True, paired=False
    ),
    DesignMethod(
        name="table",
        sampled=False,
        space_filling=False,
        boxes=True,
        unit=SAMPLES,
        gains="rows below the old ones",
    ),
)
DESIGN_METHODS: dict[str, DesignMethod] = {method.name: method for method in _RECORDS}
"""Name -> record of every design method that a store may name."""


def points_in_unit(sampler: Mapping[str, Any]) -> int:
    """Return how many points belong together, by what a store says of its ``sampler``: method, names and settings.

    >>> points_in_unit({"method": "morris", "names": ["real_control", "mandate_detail"]})
    3
    """
    factors = len({*factors_of(sampler.get("names", ()), sampler)})
    return find_design_method(str(sampler["method"])).unit.points(factors, sampler)


def find_design_method(name: str) -> DesignMethod:
    """Return the record of design method ``name``. Raises ValueError, with the closest name, for an unknown one."""
    if name in DESIGN_METHODS:
        return DESIGN_METHODS[name]
    near = get_close_matches(name, DESIGN_METHODS, n=1)
    meant = f"; did you mean '{near[0]}'?" if near else ""
    raise ValueError(f"unknown design method '{name[:60]}'{meant} (known: {', '.join(DESIGN_METHODS)})")
