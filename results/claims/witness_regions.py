"""Witnesses: for each claim one setting of all parameters where it holds, and one where it fails, as clearly as found.

A page may say much; a witness can be run again. Whoever doubts that a claim can fail, or hold, sets these parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...model.parameters import PARAMETERS
from ..open import open_sweep
from .contrasts import ArmStore
from .designs import ClaimDesign
from .judged import Judgement, space_of

SIDES = ("holds", "fails")
DIGITS = 6


class Witness(NamedTuple):
    """A setting of the sampled parameters, and the effect there in bands: beyond 1 the claim holds."""

    claim: str
    side: str
    score: float
    settings: Mapping[str, float]


def witnesses(
    folder: str | Path, designs: Mapping[str, ClaimDesign], judgements: Iterable[Judgement]
) -> tuple[Witness, ...]:
    """Return the clearest witness of each side of each claim, from the stores ``folder/NAME.zarr`` of ``designs``.

    It comes from a corner that was searched on purpose, where the side is seen in one, else from the sample; a side
    with none is left out.
    """
    spaces = {
        name: space_of(ArmStore(open_sweep(Path(folder) / f"{name}.zarr", chunks=None), design.arms), design)
        for name, design in designs.items()
    }
    found = []
    for judged in judgements:
        for side in SIDES:
            best = _clearest(judged, side, designs, spaces)
            if best is not None:
                found.append(best)
    return tuple(found)


def _clearest(
    judged: Judgement, side: str, designs: Mapping[str, ClaimDesign], spaces: Mapping[str, np.ndarray]
) -> Witness | None:
    family, edge = judged.claim.family, judged.verdict.edge
    sign = 1.0 if side == "holds" else -1.0
    corners = [corner for corner in judged.corners if corner.kind == side]
    places = [(f"{family}-corners", corner.verdict.score, dict(corner.settings)) for corner in corners]
    best = None
    for name, score, fixed in (*places, (family, judged.verdict.score, {})):
        if best is not None and name == family:
            break
        margin = np.where(np.isfinite(score), sign * (score - edge), -np.inf)
        place = int(margin.argmax())
        if margin[place] > 0.0 and (best is None or margin[place] > sign * (best.score - edge)):
            row = dict(zip(designs[name].sampled, spaces[name][place].tolist(), strict=True)) | fixed
            settings = {key: float(f"{value:.{DIGITS}g}") for key, value in row.items()}
            best = Witness(judged.claim.name, side, float(score[place]), settings)
    return best


def witness_table(found: Iterable[Witness]) -> pd.DataFrame:
    """Return the witnesses as a table: a row for each, a column for each parameter (empty where it is not sampled)."""
    found = tuple(found)
    names = [name for name in PARAMETERS if any(name in one.settings for one in found)]
    return pd.DataFrame(
        [
            {"claim": one.claim, "side": one.side, "score": round(one.score, 3)}
            | {name: one.settings.get(name, np.nan) for name in names}
            for one in found
        ],
        columns=["claim", "side", "score", *names],
    )


def read_witnesses(path: str | Path) -> tuple[Witness, ...]:
    """Return the witnesses of a table that was written as CSV."""
    table = pd.read_csv(path)
    names = [name for name in table.columns if name in PARAMETERS]
    return tuple(
        Witness(
            str(row["claim"]),
            str(row["side"]),
            float(row["score"]),
            {name: float(row[name]) for name in names if np.isfinite(row[name])},
        )
        for row in table.to_dict("records")
    )
