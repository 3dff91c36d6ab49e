"""Answers of the claims: the effect that each part of a claim reads, at the defaults, in the band of the claim."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from ..claims.claims import CLAIMS, Claim, Part
from ..claims.contrasts import ArmStore, effects_of
from ..claims.designs import FAMILIES, Family, find_size, setting
from .answers import AnswerSource, ArmRuns, MeasuredAnswer, ScreenedAnswer, pseudo_values
from .lever_answers import DIRECTIONS


class ArmsApart(ArmStore):
    """Arms that have a store each, read as the store of a design with arms is: ``(setting, arm, replicate, month)``."""

    def __init__(self, runs: ArmRuns) -> None:
        self._runs = runs
        self.sweep = next(iter(runs.values()))
        self.samples, self.replicates = self.sweep.sizes["point"], self.sweep.sizes["replicate"]
        self.months = self.sweep["month"].values

    def series(self, arm: str, outcome: str) -> np.ndarray:
        """Return the recorded values of ``outcome`` in its unit, float64 (setting, replicate, month).

        >>> import xarray as xr
        >>> runs = xr.Dataset({"quality": (("point", "replicate", "month"), [[[0.5, 0.75]]])}, {"month": [12, 24]})
        >>> ArmsApart({"now": runs}).series("now", "quality").tolist()
        [[[0.5, 0.75]]]
        """
        return np.asarray(self._runs[arm][outcome].values, dtype=np.float64)


def claim_sources(trusts: int, clinicians: int, claims: Iterable[Claim] = tuple(CLAIMS.values())) -> list[AnswerSource]:
    """Return the answers of ``claims``, a source for each family, in a country of so many ``trusts``.

    >>> [source.name for source in claim_sources(40, 8)]
    ['frozen', 'live']
    """
    claims = tuple(claims)
    return [
        _source(family, [claim for claim in claims if claim.family == family.name], trusts, clinicians)
        for family in FAMILIES.values()
        if any(claim.family == family.name for claim in claims)
    ]


def _source(family: Family, claims: list[Claim], trusts: int, clinicians: int) -> AnswerSource:
    size, head = replace(find_size("standard"), trusts=trusts), tomllib.loads(family.spec)
    wanted = {arm for claim in claims for part in claim.parts for arm in part.arms}
    return AnswerSource(
        name=family.name,
        title=family.title,
        arms={
            arm: {name: setting(value, size) for name, value in family.arms[arm].items()}
            for arm in family.arms
            if arm in wanted
        },
        answers=[_answer(claim, part, place) for claim in claims for place, part in enumerate(claim.parts, start=1)],
        months=int(head["months"]),
        every=int(head["record"]["every"]),
        fixed={name: float(value) for name, value in head.get("fixed", {}).items()},
        trusts=trusts,
        clinicians=clinicians,
        outcomes=tuple(dict.fromkeys(name for claim in claims for name in claim.outcomes)),
    )


def _answer(claim: Claim, part: Part, place: int) -> ScreenedAnswer:
    return ScreenedAnswer(
        name=claim.name if len(claim.parts) == 1 else f"{claim.name}, part {place}",
        kind="claim",
        says=f"{claim.says}: {part.label}",
        unit="of the outcome",
        band=part.band,
        reason=part.reason,
        between=(-part.band, part.band),
        words=DIRECTIONS,
        arms=part.arms,
        read=_effect(part),
    )


def _effect(part: Part) -> Callable[[ArmRuns], MeasuredAnswer]:
    def read(runs: ArmRuns) -> MeasuredAnswer:
        store = ArmsApart(runs)
        effects = effects_of(store, part)
        # By leaving out replicates: of some forms the effect is no mean of what each replicate says.
        leave = 1.0 - np.eye(store.replicates)
        whole = effects.effect()
        without = np.stack([effects.effect(weights) for weights in leave], axis=1)
        return MeasuredAnswer(whole, pseudo_values(whole, without))

    return read


__all__ = ["ArmsApart", "claim_sources"]
