"""The designs of the screen: constants halved and doubled one at a time, and all of them changed along trajectories.

Every arm of a source is run at every setting of the constants; point number = setting * arms + arm. All points have the
same random numbers, run by run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...model.constants import CONSTANTS
from ...model.text.names import closest
from ..claims.experiments.points import arm_columns
from .answers import AnswerSource
from .tiers import SEED, Tier

CHANGES = ("halved", "doubled")
LEVELS = 4
"""Levels of the trajectories: half, as it is, once and a half, twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenDesign:
    """What is run into one store: the text of its spec and, name -> (point,), the values of its table of points."""

    name: str
    title: str
    spec: str
    points: Mapping[str, np.ndarray]


def chosen_constants(names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the constants that are screened, in the order of their table: all of them, or those of ``names``.

    Raises ValueError for a name that is no constant, and without any.

    >>> chosen_constants(["VOICE_BASE"])
    ('VOICE_BASE',)
    """
    if names is None:
        return tuple(CONSTANTS)
    wanted = set(names)
    for name in sorted(wanted):
        if name not in CONSTANTS:
            raise ValueError(f"unknown constant '{name}'{closest(name, CONSTANTS)}")
    if not wanted:
        raise ValueError("a screen needs at least one constant; without a choice it takes all")
    return tuple(name for name in CONSTANTS if name in wanted)


def ends_of(name: str) -> tuple[float, float]:
    """Return half and twice the value of constant ``name``, the latter at most what the equations accept.

    >>> ends_of("METHOD_EFFECT")
    (0.275, 1.0)
    """
    row = CONSTANTS[name]
    return row.value / 2.0, min(2.0 * row.value, row.most)


def changed_points(names: Sequence[str]) -> np.ndarray:
    """Return the settings of the screen one at a time, (setting, constant): the model's own first, then each change.

    After it come each constant of ``names`` halved and doubled, in their order.

    >>> changed_points(["VOICE_BASE", "PROF_ACCESS"]).shape
    (5, 2)
    """
    own = np.array([CONSTANTS[name].value for name in names])
    points = np.tile(own, (1 + len(CHANGES) * len(names), 1))
    for place, name in enumerate(names):
        points[1 + 2 * place : 3 + 2 * place, place] = ends_of(name)
    return points


def trajectories(constants: int, number: int, seed: int = SEED) -> np.ndarray:
    """Return a Morris design in units of the ranges, (row, constant): ``number`` trajectories, one after the other.

    On each every constant steps once, in random order, by two thirds of its range (Morris 1991, Technometrics 33, 161,
    with the levels 0, 1/3, 2/3, 1).

    >>> sample = trajectories(3, 2)
    >>> sample.shape, np.count_nonzero(np.diff(sample[:4], axis=0), axis=1).tolist()
    ((8, 3), [1, 1, 1])
    """
    draw, step = np.random.default_rng(seed), LEVELS // 2
    rows = []
    for _ in range(number):
        at = draw.integers(LEVELS, size=constants)
        rows.append(at.copy())
        for place in draw.permutation(constants):
            at[place] += step if at[place] < step else -step
            rows.append(at.copy())
    return np.array(rows) / (LEVELS - 1.0)


def points_at_once(tier: Tier, names: Sequence[str]) -> np.ndarray:
    """Return the settings at which all constants ``names`` differ at once, (setting, constant), in their own units.

    >>> points_at_once(Tier(name="", says="", sources=list, replicates={}, trajectories=2), ["VOICE_BASE"]).shape
    (4, 1)
    """
    low, high = np.array([ends_of(name) for name in names]).T
    return np.asarray(low + trajectories(len(names), tier.trajectories) * (high - low))


def screen_designs(tier: Tier, sources: Iterable[AnswerSource], names: Sequence[str]) -> Iterator[ScreenDesign]:
    """Yield the designs that screen the constants ``names`` for the answers of ``sources``, one or two of each."""
    for source in sources:
        yield _design(source, changed_points(names), names, tier.replicates[source.name])
        if source.all_at_once and tier.trajectories:
            yield _design(source, points_at_once(tier, names), names, tier.replicates_at_once, at_once=True)


def store_name(source: AnswerSource, at_once: bool = False) -> str:
    """Return the name of a store of ``source``: constants one at a time, or all of them ``at_once``."""
    return f"{source.name}-at-once" if at_once else source.name


def _design(
    source: AnswerSource, settings: np.ndarray, names: Sequence[str], replicates: int, at_once: bool = False
) -> ScreenDesign:
    points = arm_columns(settings, names, source.arms.values(), source.fixed)
    fixed = "".join(f'"{name}" = {float(value)!r}\n' for name, value in source.fixed.items() if name not in points)
    outcomes = ", ".join(f'"{name}"' for name in source.outcomes)
    name, way = store_name(source, at_once), "all constants at once" if at_once else "constants one at a time"
    spec = (
        f'name = "screen, {name}"\nseed = {SEED}\nmonths = {source.months}\n'
        f'replicates = {replicates}\nstreams = "common"\n\n'
        f"[country]\ntrusts = {source.trusts}\nclinicians = {source.clinicians}\n\n[fixed]\n{fixed}\n"
        f"[record]\noutcomes = [{outcomes}]\nevery = {source.every}\nsummaries = {str(source.summaries).lower()}\n\n"
        f'[design]\nmethod = "table"\nfile = "{name}.csv"\n'
    )
    return ScreenDesign(name=name, title=f"{source.title}, {way}", spec=spec, points=points)


__all__ = [
    "CHANGES",
    "ScreenDesign",
    "changed_points",
    "chosen_constants",
    "points_at_once",
    "screen_designs",
    "store_name",
    "trajectories",
]
