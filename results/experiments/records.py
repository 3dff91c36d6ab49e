"""Records of an experiment: what was published, how it is run, what is measured, and why this lever stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...model.parameters import PARAMETERS, SIGN

SIDES = (
    "for pressure",
    "against pressure",
    "for freedom",
    "against freedom",
    "for learning",
    "against learning",
    "against reorganising",
)
"""Whose case the published finding supports: pressure from the centre, freedom from it, management and learning."""
STATUSES = ("found", "computed", "derived", "recalled, unverified", "judged")
"""How far a published number can be relied on: the marks of docs/evidence.md."""
PARTS = ("true", "reported", "both")
"""What a published number measures: care as it was, care as it was reported, or reports of which a part was true."""
REPORTED, TRUE = "reported_access", "true_access"
"""The one outcome that can be dressed up, and what is true of it."""
LOW_TENTH, HIGH_TENTH = "quality_p10", "quality_p90"
"""What the spread of quality between trusts is read off."""

Window = tuple[int, int]
"""First and last month, both counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEffect:
    """What was published: the effect, and the interval that a model must reach to be compatible with it.

    ``unit`` and ``on`` say of what; ``measures`` is one of PARTS; ``status`` is that of the effect, ``interval`` says
    where the bounds come from; ``evidence`` are ids of docs/evidence.md. ``null``: no effect was found.
    """

    effect: float
    low: float
    high: float
    unit: str
    on: str
    measures: str
    source: str
    status: str
    interval: str
    evidence: tuple[str, ...]
    null: bool = False

    def holds(self, effect: float) -> bool:
        """Whether ``effect`` lies inside the interval; NaN does not."""
        return bool(self.low <= effect <= self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How an experiment is run: months, what every arm sets, the arms, groups of trusts and their shares.

    ``fixed`` and ``arms`` map names to values, as ``simulate`` takes them; ``groups`` may be empty.
    """

    months: int
    fixed: Mapping[str, float]
    arms: Mapping[str, Mapping[str, float]]
    groups: Mapping[str, float]

    @property
    def set_parameters(self) -> frozenset[str]:
        """Parameters that the experiment sets itself, so that the space leaves them out."""
        names = {name for settings in (self.fixed, *self.arms.values()) for name in settings}
        return frozenset(lever_of(name) for name in names) & PARAMETERS.keys()


def lever_of(name: str) -> str:
    """Return the lever of a setting, without its group and its month.

    >>> lever_of("target_toughness[treated]@61"), lever_of("sanction_strength")
    ('target_toughness', 'sanction_strength')
    """
    return name.partition(SIGN)[0].partition("[")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReading:
    """What is measured and how: the estimator, its windows, and the outcomes that it is applied to.

    ``terms``: outcome -> weight; ``spreads``: the effect is counted in standard deviations of quality between trusts.
    ``treated`` and ``control`` are arms, or groups of the one arm. ``before`` and ``after`` are windows of months;
    ``event`` and ``years`` belong to an event study. ``beside``: outcomes whose change is told as well. ``placebo``: of
    groups, the arm in which nothing is done to them; what the estimator makes of it is taken off (see measures).
    """

    estimator: str
    terms: Mapping[str, float]
    spreads: bool
    treated: str
    control: str
    before: Window | None
    after: Window | None
    event: int | None
    years: Window | None
    beside: tuple[str, ...]
    placebo: str | None = None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that is read of the treated and the control, those of both parts included."""
        parts = (TRUE,) if REPORTED in self.terms else ()
        return tuple(dict.fromkeys((*self.terms, *parts, *self.beside)))

    def by_group(self, schedule: Schedule) -> bool:
        """Whether groups of trusts are compared within one arm, and not arms with each other."""
        return self.treated in schedule.groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One experiment of history. ``side`` is one of SIDES; ``cited_by`` are positions of the debate.

    ``mapping`` says why this lever stands for that policy, ``caveats`` what the comparison cannot bear.
    """

    name: str
    title: str
    question: str
    side: str
    cited_by: tuple[str, ...]
    published: PublishedEffect
    schedule: Schedule
    reading: OutcomeReading
    mapping: tuple[str, ...]
    caveats: tuple[str, ...]
