"""From stores to judgements: every claim with its verdict, what decides it, and where it holds and fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .claims import Claim, Part
from .contrasts import ArmStore, effects_of
from .deciding import Decider, DecidingRegion, deciders, region
from .designs import ClaimDesign, corner_arm
from .experiments.joined_arms import open_arms
from .verdicts import HOLDS, NULL, REVERSES, Verdict, verdict

RARE = 0.02
"""A side of a claim is shown if it surely covers more than this share of the space (assumption), whatever its shape."""
CONVINCED = 0.5
"""Also shown by a region, or a corner searched on purpose, with this share of the samples on it (assumption)."""


class Also(NamedTuple):
    """A further reading of a claim, judged by itself."""

    part: Part
    verdict: Verdict


class CornerResult(NamedTuple):
    """What a corner of the space that was searched on purpose shows."""

    kind: str
    settings: Mapping[str, float]
    verdict: Verdict

    @property
    def shown(self) -> bool:
        """Whether the claim does in this corner what was looked for, in most of its samples."""
        wanted = self.verdict.holds.share if self.kind == "holds" else 1.0 - self.verdict.holds.share
        return bool(wanted >= CONVINCED)


class Judgement(NamedTuple):
    """Everything that the stores say of one claim. ``decided``: parameter that decides -> its values (sample,).

    ``half``: the verdict over half of each range about the defaults, None where no store of it was asked for.
    """

    claim: Claim
    verdict: Verdict
    deciders: tuple[Decider, ...]
    decided: Mapping[str, np.ndarray]
    holds_where: DecidingRegion | None
    fails_where: DecidingRegion | None
    reverses_where: DecidingRegion | None
    also: tuple[Also, ...]
    corners: tuple[CornerResult, ...]
    failed: int
    half: Verdict | None = None

    @property
    def holds_shown(self) -> bool:
        """Whether the claim holds somewhere within the declared ranges."""
        return self._shown("holds", self.verdict.holds.low, self.holds_where)

    @property
    def fails_shown(self) -> bool:
        """Whether it makes no difference or reverses somewhere within the declared ranges."""
        return self._shown("fails", 1.0 - self.verdict.holds.high, self.fails_where)

    def _shown(self, kind: str, surely: float, where: DecidingRegion | None) -> bool:
        in_corner = any(corner.kind == kind and corner.shown for corner in self.corners)
        return in_corner or surely > RARE or (where is not None and where.share >= CONVINCED)

    @property
    def by_construction(self) -> bool:
        """Whether one of the two sides is missing: then the model implies the answer, and the page names the line."""
        return not (self.holds_shown and self.fails_shown)

    @property
    def one_sided(self) -> bool:
        """Whether the claim never reverses in the sample: the size was tested, the sign stands in the rule."""
        return self.verdict.reverses.share == 0.0


def number_of_shares(claims: Iterable[Claim]) -> int:
    """Return how many shares are judged together: three for each claim and each further reading."""
    return sum(3 * (1 + len(claim.also)) for claim in claims)


def judge(folder: str | Path, designs: Mapping[str, ClaimDesign], claims: Iterable[Claim]) -> tuple[Judgement, ...]:
    """Judge ``claims`` from the stores ``folder/NAME.zarr`` of ``designs``.

    Raises FileNotFoundError or ValueError where a store is missing, unfinished or of another design.
    """
    claims = tuple(claims)
    stores = open_arms(folder, designs)
    compared = number_of_shares(claims)
    spaces = {name: space_of(stores[name], design) for name, design in designs.items() if name in stores}
    return tuple(_judge_one(claim, designs, stores, spaces, compared) for claim in claims)


def space_of(store: ArmStore, design: ClaimDesign) -> np.ndarray:
    """Return the sample of a design (sample, parameter): each parameter from an arm that leaves it as drawn.

    Each column is in the unit of its parameter. Raises KeyError for a parameter that the store does not hold.

    >>> import xarray as xr
    >>> arms = {"low": {"mandate_detail": 0.0}, "high": {"mandate_detail": 1.0}}
    >>> levers = {"mandate_detail": ("point", [0.0, 1.0]), "target_level": ("point", [0.8, 0.8])}
    >>> sweep = xr.Dataset({"status": (("point", "replicate"), [[1], [1]])}, levers | {"month": [12]})
    >>> design = ClaimDesign(name="E1", title="", spec="", points="", arms=arms, samples=1, sampled=("target_level",))
    >>> space_of(ArmStore(sweep, arms), design).tolist()
    [[0.8]]
    """
    free = {name: next((arm for arm in design.arms if name not in design.arms[arm]), None) for name in design.sampled}
    return np.column_stack([store.parameter(name, arm) for name, arm in free.items()])


def _judge_one(
    claim: Claim,
    designs: Mapping[str, ClaimDesign],
    stores: Mapping[str, ArmStore],
    spaces: Mapping[str, np.ndarray],
    compared: int,
) -> Judgement:
    store, design = stores[claim.family], designs[claim.family]
    found = verdict([effects_of(store, part) for part in claim.parts], compared)
    set_by_arms = {name for part in claim.parts for arm in part.arms for name in design.arms[arm]}
    free = [place for place, name in enumerate(design.sampled) if name not in set_by_arms]
    names = [design.sampled[place] for place in free]
    sample, known = spaces[claim.family][:, free], np.isfinite(found.score)
    decide = deciders(sample, names, found.score, found.classes)
    return Judgement(
        claim=claim,
        verdict=found,
        deciders=decide,
        decided={one.parameter: sample[:, names.index(one.parameter)] for one in decide},
        holds_where=region(sample, names, found.classes == HOLDS, known),
        fails_where=region(sample, names, found.classes != HOLDS, known),
        reverses_where=region(sample, names, found.classes == REVERSES, known),
        also=tuple(Also(part, verdict([effects_of(store, part)], compared)) for part in claim.also),
        corners=_corners(claim, stores.get(f"{claim.family}-corners"), compared),
        failed=int((~known).sum()),
    )


def _corners(claim: Claim, store: ArmStore | None, compared: int) -> tuple[CornerResult, ...]:
    if store is None:
        return ()
    results = []
    for number, corner in enumerate(claim.corners):
        names = {arm: corner_arm(claim.name, number, arm) for part in claim.parts for arm in part.arms}
        found = verdict([effects_of(store, part, names) for part in claim.parts], compared)
        results.append(CornerResult(corner.kind, corner.settings, found))
    return tuple(results)


__all__ = ["HOLDS", "NULL", "REVERSES", "Also", "CornerResult", "Judgement", "judge", "number_of_shares", "space_of"]
