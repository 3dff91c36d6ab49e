"""Samplers: how each design method draws, counts and enlarges its points, and its keys under [design].

One record for each method of :mod:`store.design_methods`, which says what those who read the points must know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ...store.design_methods import DESIGN_METHODS, DesignMethod, factors_of, points_in_unit
from ...store.format import StoreError
from .design import MOST_POINTS, BeyondRange, Seed, Strict, Varied
from .errors import SpecError
from .relations import Correlations, Groups, check_correlations, check_groups, problem, with_rank_correlations

Points = dict[str, NDArray[np.float64]]
"""Name of a varied quantity -> its values (point,)."""
Ranges = Mapping[str, Varied]
INSTEAD = "correlations are of latin-hypercube designs"
GROUPED = "groups are of sobol and morris designs"
SAMPLES = "take a design that samples, latin-hypercube or sobol"


class DesignSpec(Strict):
    """The table [design], whatever its method. Each method names all its keys, in the order of the canonical text.

    ``lacks``: keys of other methods that this one cannot have, each with the reason and with what can be done instead.
    """

    lacks: ClassVar[Mapping[str, str]] = {}

    if TYPE_CHECKING:
        method: str
        seed: int | None
        beyond_range: bool


class LatinHypercube(DesignSpec):
    """``points`` points, one in each of as many slices of every range (scipy.stats.qmc.LatinHypercube).

    ``correlations`` are Spearman's, by name and name; parameters without one are independent.
    """

    lacks: ClassVar[Mapping[str, str]] = {"groups": f"its parameters move each by itself; {GROUPED}"}

    method: Literal["latin-hypercube"]
    points: int = Field(ge=1, le=MOST_POINTS, description=f"a whole number from 1 to {MOST_POINTS}")
    centred: bool = Field(default=False, description="true or false")
    correlations: Correlations
    seed: Seed
    beyond_range: BeyondRange


class Sobol(DesignSpec):
    """Saltelli's design on a scrambled Sobol' sequence for variance-based indices (SALib).

    ``groups`` of parameters are varied as one factor, so that the design has fewer points.
    """

    lacks: ClassVar[Mapping[str, str]] = {"correlations": f"its indices are of independent parameters; {INSTEAD}"}

    method: Literal["sobol"]
    points: int = Field(ge=1, le=MOST_POINTS, description=f"a power of two from 1 to {MOST_POINTS}")
    second_order: bool = Field(default=True, description="true or false")
    groups: Groups
    seed: Seed
    beyond_range: BeyondRange


class Morris(DesignSpec):
    """``trajectories`` walks that change one parameter or group at a time, on ``levels`` levels (SALib)."""

    lacks: ClassVar[Mapping[str, str]] = {"correlations": f"its walks change one and hold the others; {INSTEAD}"}

    method: Literal["morris"]
    trajectories: int = Field(ge=2, le=MOST_POINTS, description=f"a whole number from 2 to {MOST_POINTS}")
    levels: int = Field(default=4, ge=2, le=1000, multiple_of=2, description="an even whole number from 2 to 1000")
    groups: Groups
    seed: Seed
    beyond_range: BeyondRange


class Grid(DesignSpec):
    """Every combination of the levels in [vary]; the last named parameter changes fastest."""

    lacks: ClassVar[Mapping[str, str]] = {
        "correlations": f"it has every combination of the levels; {INSTEAD}",
        "groups": f"it has every combination of the levels; {GROUPED}",
    }

    method: Literal["grid"]
    seed: Seed
    beyond_range: BeyondRange


class FromFile(DesignSpec):
    """A design whose points stand in the file ``file``, and not in the spec."""

    if TYPE_CHECKING:
        file: str


class Table(FromFile):
    """The points of a CSV file, one a row, columns named after parameters; ``arms`` rows in turn are of one sample."""

    lacks: ClassVar[Mapping[str, str]] = {
        "correlations": "its rows say themselves how the parameters go together",
        "groups": f"its points are not drawn; {GROUPED}",
    }

    method: Literal["table"]
    file: str = Field(min_length=1, max_length=1000, description="the path of a CSV file, relative to the spec")
    arms: int | None = Field(default=None, ge=1, le=MOST_POINTS, description=f"a whole number from 1 to {MOST_POINTS}")
    seed: Seed
    beyond_range: BeyondRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """All that a sweep must know of a design method.

    ``settings`` is the model of its keys, ``example`` what the commented spec says of them. ``count(design, ranges)``
    is the number of points; ``draw(design, ranges, seed)`` returns them, an array (point,) for each of the ranges in
    their order. Neither is called for a design from a file. ``check(design, ranges)`` raises SpecError for settings
    that do not fit each other or what is varied. ``by_levels``: [vary] names levels, not ranges. A design that samples
    draws a quantity with a distribution on 0 .. 1, and has its quantiles; ``why_no_distributions`` and
    ``why_no_choices`` say why another has none, and what to take instead.

    An extension may change the key (None: any) of the table ``free``; ``why_not`` says why it may change nothing else.
    ``put_last(old, new)`` returns the points ``old`` and behind them those of ``new`` that are not among them; None
    where the points of a larger design begin with those of the smaller one.
    """

    method: DesignMethod
    settings: type[DesignSpec]
    example: str
    count: Callable[[Any, Ranges], int] = lambda design, ranges: 0
    draw: Callable[[Any, Ranges, int], Sequence[NDArray[np.float64]]] = lambda design, ranges, seed: ()
    check: Callable[[Any, Ranges], None] = lambda design, ranges: None
    by_levels: bool = False
    why_no_distributions: str = ""
    why_no_choices: str = ""
    free: tuple[str, str | None] | None = None
    why_not: str = "an extension may only add replicates or points"
    put_last: Callable[[Points, Points], Points] | None = None

    @property
    def from_file(self) -> bool:
        """Whether the points stand in a file, so that the spec alone does not give them."""
        return issubclass(self.settings, FromFile)


def _draw_latin_hypercube(design: LatinHypercube, ranges: Ranges, seed: int) -> Sequence[NDArray[np.float64]]:
    from scipy.stats import qmc

    # To scipy, points that are not scrambled are those in the middle of their slices.
    unit = qmc.LatinHypercube(len(ranges), scramble=not design.centred, seed=seed)
    sample = unit.random(design.points)
    if design.correlations:
        sample = with_rank_correlations(sample, tuple(ranges), design.correlations)
    low, high = ([getattr(varied, end) for varied in ranges.values()] for end in ("low", "high"))
    return list(np.asarray(qmc.scale(sample, low, high)).T)


def _draw_sobol(design: Sobol, ranges: Ranges, seed: int) -> Sequence[NDArray[np.float64]]:
    sample = _salib(design).sobol.sample
    rows = sample(problem(ranges, design.groups), design.points, calc_second_order=design.second_order, seed=seed)
    return list(np.asarray(rows).T)


def _draw_morris(design: Morris, ranges: Ranges, seed: int) -> Sequence[NDArray[np.float64]]:
    sample = _salib(design).morris.sample
    described = problem(ranges, design.groups)
    return list(np.asarray(sample(described, design.trajectories, num_levels=design.levels, seed=seed)).T)


def _salib(design: DesignSpec) -> Any:
    try:
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError:
        raise SpecError(f'a {design.method} design needs SALib: pip install "tredegar[sensitivity]"') from None
    return SALib.sample


def _check_latin_hypercube(design: LatinHypercube, ranges: Ranges) -> None:
    choices = [name for name, varied in ranges.items() if varied.labels]
    check_correlations(design.correlations or {}, tuple(ranges), design.points, choices)


def _check_groups(design: Sobol | Morris, ranges: Ranges) -> None:
    check_groups(design.groups or {}, tuple(ranges))


def _check_sobol(design: Sobol, ranges: Ranges) -> None:
    _check_groups(design, ranges)
    if design.groups and len({*factors_of(list(ranges), design.model_dump())}) == 1:
        # SALib takes one group for none.
        raise SpecError("key 'design.groups' holds all that is varied in one group: leave one out, or make two")
    if design.points & (design.points - 1):
        below = 1 << (design.points.bit_length() - 1)
        raise SpecError(
            f"key 'design.points' must be a power of two under {design.method}, got {design.points};"
            f" the nearest are {below} and {2 * below}"
        )


def _span(design: Grid, ranges: Ranges, seed: int) -> Sequence[NDArray[np.float64]]:
    levels = [np.array(varied.values) for varied in ranges.values()]
    return [axis.ravel() for axis in np.meshgrid(*levels, indexing="ij")]


def _new_levels_last(old: Points, new: Points) -> Points:
    """A new level brings points between the old ones, whose places in a store are taken."""
    seen = set(zip(*(values.tolist() for values in old.values()), strict=True))
    rows = list(zip(*(values.tolist() for values in new.values()), strict=True))
    fresh = [index for index, row in enumerate(rows) if row not in seen]
    if len(rows) - len(fresh) != len(next(iter(old.values()))):
        raise StoreError("a grid can only gain levels: the new one lacks points that the store has")
    return {name: np.concatenate([old[name], new[name][fresh]]) for name in new}


def _units(design: DesignSpec, ranges: Ranges) -> int:
    """Return the points of a unit of the design: of a base point, of a trajectory."""
    return points_in_unit({**design.model_dump(), "names": list(ranges)})


_RECORDS = (
    Sampler(
        method=DESIGN_METHODS["latin-hypercube"],
        settings=LatinHypercube,
        example="points = N, centred = true|false, correlations = { NAME = { NAME = 0.5 } }",
        count=lambda design, ranges: int(design.points),
        draw=_draw_latin_hypercube,
        check=_check_latin_hypercube,
        why_not="its slices depend on the number of points, so that more points are another design",
    ),
    Sampler(
        method=DESIGN_METHODS["sobol"],
        settings=Sobol,
        example="points = a power of two; N * (2 D + 2) runs, or N * (D + 2) with second_order = false",
        count=lambda design, ranges: int(design.points) * _units(design, ranges),
        draw=_draw_sobol,
        check=_check_sobol,
        free=("design", "points"),
    ),
    Sampler(
        method=DESIGN_METHODS["morris"],
        settings=Morris,
        example='trajectories = r, levels = 4; groups = { GROUP = ["NAME", "NAME"] }, under sobol, too',
        count=lambda design, ranges: int(design.trajectories) * _units(design, ranges),
        draw=_draw_morris,
        check=_check_groups,
        why_not="its trajectories are drawn as one set",
        why_no_distributions=f"it goes in equal steps of a range; give [low, high], or {SAMPLES}",
        why_no_choices=f"a category has no steps; {SAMPLES} or a grid, or choose one under [rules]",
    ),
    Sampler(
        method=DESIGN_METHODS["grid"],
        settings=Grid,
        example="every combination of the levels under [vary]",
        count=lambda design, ranges: prod(len(varied.values or ()) for varied in ranges.values()),
        draw=_span,
        by_levels=True,
        why_no_distributions=f"it has every combination of levels; give {{ values = [...] }}, or {SAMPLES}",
        free=("vary", None),
        put_last=_new_levels_last,
    ),
    Sampler(
        method=DESIGN_METHODS["table"],
        settings=Table,
        example='file = "points.csv": columns are parameters, rows are points; no [vary]; arms = K',
    ),
)
SAMPLERS: dict[str, Sampler] = {sampler.method.name: sampler for sampler in _RECORDS}
"""Name -> record of every design method that a spec may name."""


def models_of_design() -> tuple[type[DesignSpec], ...]:
    """Return the models of [design], one for each method."""
    return tuple(sampler.settings for sampler in SAMPLERS.values())


def sampler_of(design: DesignSpec) -> Sampler:
    """Return the record of the method of ``design``."""
    return SAMPLERS[design.method]
