"""From stores to judgements: every claim with its verdict, what decides it, and where it holds and fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..discovery.dense_boxes import DenseBox
from ..open import open_sweep
from .claims import Claim, Part
from .contrasts import ArmStore, effects_of
from .deciding import Decider, box_where, find_deciders
from .designs import ClaimDesign, corner_arm
from .experiments.joined_arms import join_stores
from .proofs import proof_of
from .verdicts import Verdict, verdict
from .witness_regions import SIDES, Searched, Witness, find_witnesses


class Also(NamedTuple):
    """A further reading of a claim, judged by itself."""

    part: Part
    verdict: Verdict


class CornerResult(NamedTuple):
    """What a corner of the space that was searched on purpose shows."""

    kind: str
    settings: Mapping[str, float]
    verdict: Verdict


class Judgement(NamedTuple):
    """Everything that the stores say of one claim. ``decided``: parameter that decides -> its values (sample,).

    ``half``: the verdict over half of each range about the defaults, None where no store of it was asked for;
    ``proof``: why it could not come out otherwise, "" where nothing proves that; ``witnesses``: settings that show it.
    """

    claim: Claim
    verdict: Verdict
    deciders: tuple[Decider, ...]
    decided: Mapping[str, np.ndarray]
    holds_where: DenseBox | None
    fails_where: DenseBox | None
    reverses_where: DenseBox | None
    also: tuple[Also, ...]
    corners: tuple[CornerResult, ...]
    failed: int
    half: Verdict | None = None
    proof: str = ""
    witnesses: tuple[Witness, ...] = ()

    @property
    def by_construction(self) -> bool:
        """Whether the rules prove the answer: a sample alone never does."""
        return bool(self.proof)

    @property
    def unseen(self) -> tuple[str, ...]:
        """The sides, "holds" and "fails", of which no setting that was run is a witness."""
        return tuple(side for side in SIDES if side not in {one.side for one in self.witnesses})


class _Run(NamedTuple):
    """A design that was run: its store, and the sample (sample, parameter) of it."""

    design: ClaimDesign
    store: ArmStore
    sample: np.ndarray

    def judged(self, claim: Claim, compared: int, names: Mapping[str, str] | None = None) -> Verdict:
        effects = [effects_of(self.store, part, names) for part in claim.parts]
        return verdict(effects, compared, self.store.common)


def half_name(family: str) -> str:
    """Return the name of the design of a family over half of each range about the defaults."""
    return f"{family}-half"


def number_of_shares(claims: Iterable[Claim], designs: Iterable[str] = ()) -> int:
    """Return how many shares are judged together: three for each claim and each further reading.

    Claims of families that have a design over half of the ranges among ``designs`` have three more.
    """
    designs = set(designs)
    return sum(3 * (1 + len(claim.also) + (half_name(claim.family) in designs)) for claim in claims)


def judge(folder: str | Path, designs: Mapping[str, ClaimDesign], claims: Iterable[Claim]) -> tuple[Judgement, ...]:
    """Judge ``claims`` from the stores ``folder/NAME.zarr`` of ``designs``.

    Raises FileNotFoundError or ValueError where a store is missing, unfinished or of another design.
    """
    claims = tuple(claims)
    sweeps = {name: open_sweep(Path(folder) / f"{name}.zarr", chunks=None) for name in designs}
    runs = {}
    for name, sweep in join_stores(sweeps, designs).items():
        store = ArmStore(sweep, designs[name].arms)
        runs[name] = _Run(designs[name], store, space_of(store, designs[name]))
    compared = number_of_shares(claims, designs)
    return tuple(_judge_one(claim, runs, compared) for claim in claims)


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


def _judge_one(claim: Claim, runs: Mapping[str, _Run], compared: int) -> Judgement:
    run = runs[claim.family]
    found = run.judged(claim, compared)
    set_by_arms = {name for part in claim.parts for arm in part.arms for name in run.design.arms[arm]}
    free = [place for place, name in enumerate(run.design.sampled) if name not in set_by_arms]
    names = [run.design.sampled[place] for place in free]
    sample = run.sample[:, free]
    deciders = find_deciders(sample, names, found.score, found.posterior)
    holds, fails, reverses = (box_where(sample, names, found.posterior, kinds) for kinds in ((0,), (1, 2), (2,)))
    corners = _corners(claim, runs.get(f"{claim.family}-corners"), compared)
    half = runs.get(half_name(claim.family))
    return Judgement(
        claim=claim,
        verdict=found,
        deciders=deciders,
        decided={name: sample[:, names.index(name)] for one in deciders for name in one.parameters},
        holds_where=holds,
        fails_where=fails,
        reverses_where=reverses,
        also=tuple(
            Also(part, verdict([effects_of(run.store, part)], compared, run.store.common)) for part in claim.also
        ),
        corners=corners,
        failed=int((~np.isfinite(found.score)).sum()),
        half=None if half is None else half.judged(claim, compared),
        proof=proof_of(claim, run.design.arms),
        witnesses=find_witnesses(claim.name, _searched(claim, found, corners, runs)),
    )


def _searched(
    claim: Claim, found: Verdict, corners: tuple[CornerResult, ...], runs: Mapping[str, _Run]
) -> tuple[Searched, ...]:
    run = runs[claim.family]
    of_corners = [
        Searched(one.kind, one.verdict, corner.sample, corner.design.sampled, one.settings)
        for one in corners
        for corner in (runs[f"{claim.family}-corners"],)
    ]
    return (Searched("", found, run.sample, run.design.sampled, {}), *of_corners)


def _corners(claim: Claim, run: _Run | None, compared: int) -> tuple[CornerResult, ...]:
    if run is None:
        return ()
    results = []
    for number, corner in enumerate(claim.corners):
        names = {arm: corner_arm(claim.name, number, arm) for part in claim.parts for arm in part.arms}
        results.append(CornerResult(corner.kind, corner.settings, run.judged(claim, compared, names)))
    return tuple(results)


__all__ = ["Also", "CornerResult", "Judgement", "half_name", "judge", "number_of_shares", "space_of"]
