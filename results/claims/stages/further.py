"""Runs spent where settings are undecided: which settings of which claims get as many replicates again.

A claim asks where the typical chance of a setting's effect is large, for its settings of which no class is probable
enough. Whether a setting is chosen depends on what was seen there, and on nothing else: what a likelihood says of it
after the further replicates is the same as if they had been planned (docs/statistics.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ...open import open_sweep
from ..claims import CLAIMS, Claim
from ..contrasts import ArmStore, effects_of
from ..designs import FAMILIES, ClaimDesign, DesignSize, design_of_claims, sampled_space
from ..experiments.joined_arms import MORE
from ..experiments.points import draw
from ..verdicts import DECIDED, Verdict, verdict

FILE = "second-stage.json"
"""Where a run keeps what was chosen, so that it is chosen once, whoever finishes it."""
CHANCE = 0.7
"""A claim asks for further replicates where the typical chance of an effect exceeds so many bands (assumption)."""
MOST = 0.5
"""At most this share of the settings of a family gets further replicates (assumption)."""
OTHER_STREAMS = 2**31
"""Added to the seed: no seed near it, which somebody may take to see other chance, has the same streams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a family gets: the claims that ask, and the settings. ``mark`` is that of the design they were chosen of."""

    mark: str
    claims: tuple[str, ...]
    samples: tuple[int, ...]


def choose_settings(
    folder: str | Path, designs: Mapping[str, ClaimDesign], claims: Iterable[Claim]
) -> dict[str, Choice]:
    """Return what each family of ``claims`` asks for, by name, from the finished stores of ``designs`` in ``folder``.

    A family that asks for nothing has no settings. Raises FileNotFoundError or ValueError where a store is missing,
    unfinished or of another design.
    """
    claims, found = tuple(claims), {}
    for family in FAMILIES:
        own = [claim for claim in claims if claim.family == family]
        if own:
            design = designs[family]
            sweep = open_sweep(Path(folder) / f"{family}.zarr", chunks=None)
            found[family] = _choose(own, ArmStore(sweep, design.arms), design)
    return found


def _choose(claims: Iterable[Claim], store: ArmStore, design: ClaimDesign) -> Choice:
    doubted = {claim.name: undecided(verdict([effects_of(store, part) for part in claim.parts], 1)) for claim in claims}
    # Where most claims ask; of settings that as many ask for the first, so that nothing hangs on the last bit.
    asked = np.sum([*doubted.values()], axis=0)
    order = np.argsort(-asked, kind="stable")[: int(MOST * store.samples)]
    chosen = np.sort(order[asked[order] > 0])
    asking = tuple(name for name, places in doubted.items() if places[chosen].any())
    return Choice(mark=design.mark, claims=asking, samples=tuple(chosen.tolist()))


def undecided(found: Verdict) -> np.ndarray:
    """Return at which samples a claim asks for further replicates, bool (sample,).

    Nowhere if there is little chance in its effects, and not where nothing is known because runs failed.

    >>> from tredegar.results.statistics.space_shares import Share
    >>> numbers = {"classes": np.array([1, 1]), "score": np.array([1.2, 9.0]), "sizes": (), "samples": 2}
    >>> posterior = np.array([[0.6, 0.4, 0.0], [1.0, 0.0, 0.0]])
    >>> shares = dict.fromkeys(("holds", "null", "reverses"), Share(0.3, 0.0, 1.0))
    >>> [undecided(Verdict(**shares, **numbers, chance=one, posterior=posterior)).tolist() for one in (0.5, 1.0)]
    [[False, False], [True, False]]
    """
    with np.errstate(invalid="ignore"):
        return np.asarray((found.posterior.max(axis=1) < DECIDED) & (found.chance > CHANCE))


def further_designs(choices: Mapping[str, Choice], size: DesignSize) -> dict[str, ClaimDesign]:
    """Return the designs NAME-more of what was chosen: arms of the claims that ask, at the settings, as often again.

    Their random streams are others than those of the first runs.
    """
    designs = {}
    for family, choice in choices.items():
        if choice.samples:
            space = sampled_space(FAMILIES[family], size)
            sample = draw(space, size.samples, size.seed)[list(choice.samples)]
            again = replace(size, seed=(size.seed + OTHER_STREAMS) % 2**32)
            title = f"{FAMILIES[family].title}: further replicates where claims are undecided"
            claims = [CLAIMS[name] for name in choice.claims]
            designs[family + MORE] = design_of_claims(family + MORE, title, claims, sample, tuple(space), again)
    return designs


def to_text(choices: Mapping[str, Choice]) -> str:
    """Return what was chosen as JSON.

    >>> to_text({"frozen": Choice(mark="5d", claims=("A01",), samples=(3, 4))}).splitlines()[1]
    '  "frozen": {"mark": "5d", "claims": ["A01"], "samples": [3, 4]}'
    """
    rows = (f'  "{family}": {json.dumps(asdict(choice))}' for family, choice in choices.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def read_choices(folder: str | Path, designs: Mapping[str, ClaimDesign]) -> dict[str, Choice] | None:
    """Return what was chosen in ``folder`` of the families among ``designs``; None if it was not, or of other designs.

    Raises ValueError where the file cannot be read.
    """
    asked = [family for family in FAMILIES if family in designs]
    found = all_choices(folder) if asked else {}
    fit = {name: found[name] for name in asked if name in found and found[name].mark == designs[name].mark}
    return fit if len(fit) == len(asked) else None


def all_choices(folder: str | Path) -> dict[str, Choice]:
    """Return what was chosen in ``folder`` of every family; nothing where no file is.

    Raises ValueError where the file cannot be read.
    """
    path = Path(folder) / FILE
    if not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {
            family: Choice(mark=row["mark"], claims=tuple(row["claims"]), samples=tuple(row["samples"]))
            for family, row in rows.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(
            f"'{path}' is damaged: delete it and the stores whose names end in {MORE}, and run again"
        ) from None
