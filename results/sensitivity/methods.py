"""Methods of sensitivity: one record each, holding all that is known of it, in one table that every other module reads.

The functions themselves are imported when an analysis asks for them, so that the table costs no import.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ...model.text.names import closest
from ...store.design_methods import BASE_POINTS, DESIGN_METHODS, POINTS, TRAJECTORIES, DesignMethod, Unit
from ...store.random_streams import COMMON, PAIRED

if TYPE_CHECKING:
    import numpy as np

    from ..design import Design
    from .idle import NoEffect

    Analysis = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
    """Indices by name of outcomes (points, times) and of what the runs deviate from them (points, replicates, times;
    zeros with one replicate): (parameters, times), (parameters, parameters, times) or (times)."""


FEWEST_FOR_DELTA = 100
"""Fewer points leave less than four classes of 25 points (the classes are SALib's; the number is an assumption)."""


class Bootstrap(NamedTuple):
    """How intervals are made: resamples, the seed of their draws, and the level that they cover."""

    resamples: int = 100
    seed: int = 0
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityMethod:
    """All that is known of a method of sensitivity.

    ``prepare(design, sample, bootstrap)`` returns the :data:`Analysis` of the sample (points, parameters). ``shown``
    are the indices that tables show, the first of which orders the parameters, bears intervals and is called ``index``;
    ``meaning`` says what they are below a table, ``axis`` on a figure. ``alone`` is the index that leaves interactions
    out. ``freed`` names the indices from which chance left in the means is taken. ``unit``, ``space_filling``,
    ``continuous`` (parameters take many values) and ``independent`` (they are not correlated) are what it needs of a
    design, ``least(factors)`` how many units. ``most_levels``: how many levels it can tell apart of a choice, which
    have no order; None where any number. ``relative``: its indices have the unit of the outcome, so that widths of
    intervals are compared with the largest of them. ``whole_units``: it takes any points, and resamples them, so that
    those which a design draws together stay together. ``resamples_over_time``: how many resamples a report can afford
    where it analyses many times.
    """

    name: str
    prepare: Callable[[Design, np.ndarray, Bootstrap], Analysis]
    shown: tuple[str, ...]
    index: str
    meaning: str
    axis: str
    source: str
    alone: str | None = None
    freed: str = ""
    unit: Unit = POINTS
    space_filling: bool = False
    continuous: bool = False
    independent: bool = True
    most_levels: int | None = None
    least: Callable[[int], int] = lambda factors: 2
    whole_units: bool = False
    relative: bool = False
    resamples_over_time: int = 100

    def fits(self, design: DesignMethod) -> bool:
        """Return whether the method can use the points of ``design``, if its parameters are independent."""
        if self.unit not in (POINTS, design.unit) or (self.continuous and design.lattice):
            return False
        return design.space_filling or not self.space_filling

    def can_use(self, design: Design) -> bool:
        """Return whether the method can use the points of this design of a sweep."""
        if self.unit is TRAJECTORIES and design.weighted:
            return False  # steps of a range are none of a distribution
        return self.fits(design.kind) and not (self.independent and design.correlations) and self.takes_choices(design)

    def takes_choices(self, design: Design) -> bool:
        """Return whether the method can tell the levels of all choices of this design of a sweep."""
        return self.most_levels is None or all(len(each) <= self.most_levels for each in design.choices.values())

    def together(self, design: Design) -> int:
        """Return how many points of the design stay together in what this method takes of them."""
        return design.points_in_unit if self.whole_units else 1

    def factors(self, design: Design) -> tuple[str, ...]:
        """Return what the method has indices of: what the design moves by itself, or each varied parameter."""
        return design.varied if self.unit is POINTS else design.factors


def _sobol(design: Design, sample: np.ndarray, bootstrap: Bootstrap) -> Analysis:
    from ..statistics.digital_nets import base_net
    from .sobol import check_sobol_rows
    from .sobol_chance import SobolRows, sobol_by_name

    # An index is read off the place of a row: in another order the numbers would be wrong and look sound.
    check_sobol_rows(sample, design.second_order, design.owners)
    even, bounds, few = design.evenly(sample)
    drawn = (design.points_drawn or 0) // design.points_in_unit
    net = base_net(even, design.points_in_unit, design.owners, bounds, drawn, few)
    common, paired = (design.streams == kind for kind in (COMMON, PAIRED))
    rows = SobolRows(len(design.factors), design.second_order, common, net, paired)
    return lambda values, deviations: sobol_by_name(values, deviations, rows, *bootstrap)


def _morris(design: Design, sample: np.ndarray, bootstrap: Bootstrap) -> Analysis:
    from .morris_chance import effects_and_chance

    levels = int(design.settings.get("levels", 4))
    owners = design.owners if design.groups else None
    common = design.streams == COMMON
    return lambda values, deviations: effects_and_chance(
        sample, values, deviations, levels, common, bootstrap.level, owners
    )


def _no_effect(design: Design, values: np.ndarray, deviations: np.ndarray, bootstrap: Bootstrap) -> NoEffect:
    from .idle import NoEffect

    # Rows of a base point repeat each other's values: they stay together.
    common = design.streams == COMMON
    return NoEffect(values, deviations, design.points_in_unit, common, bootstrap.resamples, bootstrap.seed)


def _of_few_values(design: Design) -> tuple[bool, ...]:
    """Return which of the varied parameters take few values by design: levels of a choice, or a discrete distribution.

    A parameter of more values than there are slices is cut as one of all values.
    """
    from .pawn import SLICES

    inputs = design.inputs
    return tuple(name in design.choices or 0 < len(inputs[name].values) <= SLICES for name in design.varied)


def _pawn(design: Design, sample: np.ndarray, bootstrap: Bootstrap) -> Analysis:
    import numpy as np

    from .pawn import SLICES, pawn_bands, pawn_indices

    few = _of_few_values(design)

    def analyse(values: np.ndarray, deviations: np.ndarray) -> dict[str, np.ndarray]:
        found = pawn_indices(sample, values, SLICES, *bootstrap, few)
        bands = pawn_bands(sample, _no_effect(design, values, deviations, bootstrap), bootstrap.level, SLICES, few)
        # A distance of samples lies no farther from the true one than a sample from its own distribution, by the
        # triangle inequality; that is what a parameter that does nothing shows.
        half = np.maximum(found.median_conf, bands["median_idle"])
        return {**found._asdict(), "median_conf": half, **bands}

    return analyse


def _delta(design: Design, sample: np.ndarray, bootstrap: Bootstrap) -> Analysis:
    from .delta import check_many_values, delta_bands, delta_indices
    from .idle import reaching_down

    few = _of_few_values(design)
    check_many_values(sample, design.varied, few)

    def analyse(values: np.ndarray, deviations: np.ndarray) -> dict[str, np.ndarray]:
        # Rows of a base point are drawn together, or the intervals would be too narrow.
        found = delta_indices(sample, values, *bootstrap, design.points_in_unit, few)
        band = delta_bands(sample, _no_effect(design, values, deviations, bootstrap), bootstrap.level, few)
        half = reaching_down(found.delta, found.delta_conf, band)
        return {"delta": found.delta, "delta_conf": half, "delta_idle": band}

    return analyse


def _regression(design: Design, sample: np.ndarray, bootstrap: Bootstrap) -> Analysis:
    from .regression import regression_indices

    shared = design.shares_streams
    return lambda values, deviations: regression_indices(
        sample, values, bootstrap.level, deviations if shared else None
    )._asdict()


REGRESSION = SensitivityMethod(
    name="regression",
    prepare=_regression,
    shown=("total_share", "SRRC"),
    index="share of variance in a quadratic fit",
    meaning="total_share: share of the variance in a quadratic fit; SRRC: standardised rank coefficient",
    axis="share of variance\nin a quadratic fit",
    source="Saltelli et al. (2008), Global Sensitivity Analysis: The Primer, chapter 1",
    alone="share",
    most_levels=2,
    least=lambda parameters: parameters + 2,
)
"""The method that can use any design."""
_RECORDS = (
    SensitivityMethod(
        name="sobol",
        prepare=_sobol,
        shown=("ST", "S1"),
        index="share of variance with interactions",
        meaning="ST: share of the variance with all interactions; S1: alone",
        axis="share of variance",
        source="Saltelli et al. (2010), Computer Physics Communications 181:259; Jansen (1999), ibid. 117:35",
        alone="S1",
        freed="ST and S1",
        unit=BASE_POINTS,
    ),
    SensitivityMethod(
        name="morris",
        prepare=_morris,
        shown=("mu_star", "mu"),
        index="mean absolute effect",
        meaning="mu_star: mean absolute effect of the whole range; mu: mean effect",
        axis="mean absolute effect\n[unit of the outcome]",
        source="Morris (1991), Technometrics 33:161; Campolongo et al. (2007), Env. Modelling & Software 22:1509",
        unit=TRAJECTORIES,
        most_levels=0,
        relative=True,
    ),
    SensitivityMethod(
        name="pawn",
        prepare=_pawn,
        shown=("median", "maximum"),
        index="distance of distributions",
        meaning="distance between the distribution in a slice of the parameter and everywhere (0 .. 1)",
        axis="distance of distributions [0..1]",
        source="Pianosi & Wagener (2018), Environmental Modelling & Software 108:197",
        space_filling=True,
    ),
    SensitivityMethod(
        name="delta",
        prepare=_delta,
        shown=("delta",),
        index="shift of the distribution",
        meaning="delta: how much of the distribution moves, on average, once the parameter is known, and with it"
        " whatever it is correlated with (0 .. 1)",
        axis="shift of the distribution [0..1]",
        source="Borgonovo (2007), Reliability Engineering & System Safety 92:771; Plischke et al. (2013), EJOR 226:536",
        continuous=True,
        independent=False,
        whole_units=True,
        least=lambda parameters: FEWEST_FOR_DELTA,
        resamples_over_time=10,
    ),
    REGRESSION,
)
METHODS: dict[str, SensitivityMethod] = {method.name: method for method in _RECORDS}
"""Name -> record of every method of sensitivity."""
AUTO = "auto"
"""The name that stands for the method that a design was made for, or that correlated parameters allow."""


def find_method(name: str) -> SensitivityMethod:
    """Return the record of method ``name``. Raises ValueError, with the closest name, for one that does not exist."""
    if name not in METHODS:
        raise ValueError(f"unknown method '{name}'{closest(name, METHODS)} (methods: {AUTO}, {', '.join(METHODS)})")
    return METHODS[name]


def method_for(name: str, design: Design) -> SensitivityMethod:
    """Return the method ``name`` for the points of ``design``; "auto" takes the one that the design was made for.

    Raises ValueError for an unknown name, and for a method that cannot use the design or its correlated parameters.
    """
    able = [method for method in METHODS.values() if method.can_use(design)]
    if name == AUTO:
        made_for = (method for method in able if method.unit is not POINTS and method.unit is design.kind.unit)
        if able:
            return next(made_for, REGRESSION if REGRESSION in able else able[0])
        # None can: what the design was made for says why.
        of_unit = (each.name for each in METHODS.values() if each.unit is not POINTS and each.unit is design.kind.unit)
        name = next(of_unit, REGRESSION.name)
    method, allowed = find_method(name), f"this store allows: {', '.join(each.name for each in able) or 'none'}"
    if not method.fits(design.kind):
        fitting = " or ".join(each.name for each in DESIGN_METHODS.values() if method.fits(each))
        raise ValueError(f"method '{name}' cannot use a {design.method} design: it needs {fitting}; {allowed}")
    if method.independent:
        design.check_independent(f"method '{name}' tells the effects", allowed)
    if method.most_levels is not None and not method.takes_choices(design):
        of = f"choices of at most {method.most_levels} levels" if method.most_levels else "numbers alone"
        way = allowed if able else "compare its levels instead: contrast(sweep, ...), or the responses"
        design.check_ordered(f"method '{name}' tells the effects of {of}", way, method.most_levels)
    if method.unit is TRAJECTORIES and design.weighted:
        drawn = next(iter(design.weighted))
        raise ValueError(f"method '{name}' goes in equal steps of a range, and '{drawn}' has a distribution; {allowed}")
    return method


def names_in_words() -> str:
    """Return the names that a user may give, as the help of a command lists them: "auto, sobol, ... or regression"."""
    *first, last = METHODS
    return f"{', '.join([AUTO, *first])} or {last}"
