"""Findings of an experiment: the model's effect at the defaults and over the space, beside what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..discovery.scores import share_interval
from ..intervals import Estimate, estimate_by_point, mean_over
from .measures import RunEffects
from .records import Experiment

REACHED = 0.1
"""The share of the space from which on a published effect counts as within reach, and a null result as a test."""
QUANTILES = (0.05, 0.5, 0.95)
PARTS_TOLD = ("effect", "true", "dressed", "pre_trend")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentSize:
    """How large an experiment was run: country, seed and engine, replicates at the defaults, settings of the space."""

    trusts: int
    clinicians: int
    replicates: int
    settings: int
    setting_replicates: int
    seed: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpaceEffects:
    """The effects over the space: means over replicates by setting, (setting,), in the unit of the published effect.

    ``settings`` are what was drawn, parameter -> (setting,); ``inside`` (setting,) says which effects lie in the
    published interval, ``share`` is their share among the ``told`` ones with its interval from ``space_share_low`` to
    ``space_share_high``. A setting's effect has the luck of its replicates.
    """

    settings: Mapping[str, np.ndarray]
    effect: np.ndarray
    true: np.ndarray
    dressed: np.ndarray
    inside: np.ndarray
    told: int
    share: float
    space_share_low: float
    space_share_high: float

    @property
    def outside(self) -> float:
        """The share of the told settings whose effect lies outside of the published interval; NaN of none."""
        return (self.told - int(self.inside.sum())) / self.told if self.told else float("nan")

    @property
    def quantiles(self) -> tuple[float, float, float]:
        """The effects that 5, 50 and 95 % of the settings do not exceed."""
        kept = self.effect[np.isfinite(self.effect)]
        low, middle, high = np.quantile(kept, QUANTILES).tolist() if kept.size else (np.nan,) * 3
        return low, middle, high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExperimentFindings:
    """What an experiment found: ``at_defaults`` part -> estimate with its interval over replicates, and ``space``.

    Parts are "effect", "true", "dressed", "pre_trend", in the unit of the published effect; ``beside`` has other
    outcomes, in their own. ``space`` is None where no settings were drawn. ``failed`` counts runs that failed;
    ``words`` is what is printed.
    """

    experiment: Experiment
    size: ExperimentSize
    at_defaults: Mapping[str, Estimate]
    beside: Mapping[str, Estimate]
    space: SpaceEffects | None
    failed: int
    words: str = ""

    def __str__(self) -> str:
        """The findings in words, as the command prints them."""
        return self.words or repr(self)


def estimates_at_defaults(effects: RunEffects) -> tuple[Mapping[str, Estimate], Mapping[str, Estimate]]:
    """Return part -> estimate, and outcome beside -> estimate, of effects at one setting: floats with t intervals."""
    parts = {name: _single(getattr(effects, name)) for name in PARTS_TOLD}
    beside = {name: _single(values) for name, values in effects.beside.items()}
    return MappingProxyType(parts), MappingProxyType(beside)


def _single(values: np.ndarray) -> Estimate:
    found = estimate_by_point(np.atleast_2d(values))
    return Estimate(*(float(np.ravel(part)[0]) for part in found))  # type: ignore[arg-type]


def over_space(
    experiment: Experiment, effects: RunEffects, settings: Mapping[str, np.ndarray], level: float = 0.95
) -> SpaceEffects:
    """Return the effects over the space of ``effects`` (setting, replicate), with the share inside and its interval.

    ``settings`` are parameter -> (setting,). The interval is Wilson's (1927): settings of a Latin hypercube count as
    drawn by themselves, which is wide rather than narrow (assumption).

    >>> from .reading import find_experiment
    >>> values = np.array([[0.07], [0.2], [0.08], [0.0]])
    >>> effects = RunEffects(effect=values, true=values, dressed=0 * values, pre_trend=values, beside={})
    >>> found = over_space(find_experiment("england-less-wales"), effects, {})
    >>> found.inside.tolist(), found.share, round(found.space_share_low, 2), round(found.space_share_high, 2)
    ([True, False, True, False], 0.5, 0.15, 0.85)
    """
    means = {name: mean_over(getattr(effects, name), 1) for name in ("effect", "true", "dressed")}
    told = np.isfinite(means["effect"])
    inside = told & np.array([experiment.published.holds(value) for value in means["effect"]])
    low, high = share_interval(inside, told, np.arange(len(told)), level)
    count = int(told.sum())
    return SpaceEffects(
        settings=MappingProxyType(dict(settings)),
        **means,
        inside=inside,
        told=count,
        share=float(inside.sum() / count) if count else float("nan"),
        space_share_low=low,
        space_share_high=high,
    )
