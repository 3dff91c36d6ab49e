"""Witnesses: for each claim one setting of all parameters where it holds, and one where it fails, as clearly as found.

A page may say much; a witness can be run again. Whoever doubts that a claim can fail, or hold, sets these parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...model.parameters import PARAMETERS
from .verdicts import Verdict

SIDES = ("holds", "fails")
DIGITS = 6
SURE = 0.9
"""A setting bears witness to a side that has at least this probability there (assumption)."""


class Witness(NamedTuple):
    """A setting of the sampled parameters, and the effect there in bands: beyond 1 the claim holds."""

    claim: str
    side: str
    score: float
    settings: Mapping[str, float]


class Searched(NamedTuple):
    """Where witnesses are looked for: a ``sample`` (sample, parameter) with columns ``names``, and its verdict.

    ``kind``: the side for which it was made, "" for the sample of the whole space; ``fixed``: what a corner sets.
    """

    kind: str
    verdict: Verdict
    sample: np.ndarray
    names: Sequence[str]
    fixed: Mapping[str, float]


def find_witnesses(claim: str, searched: Sequence[Searched]) -> tuple[Witness, ...]:
    """Return the clearest witness of each side of a claim; a side that no setting surely shows is left out.

    It comes from a corner that was searched on purpose for that side, where one shows it, else from the whole space.
    """
    found = []
    for side in SIDES:
        corners, others = ([_clearest(claim, side, one) for one in searched if one.kind == kind] for kind in (side, ""))
        shown = [one for one in corners if one] or [one for one in others if one]
        if shown:
            found.append(max(shown, key=lambda one: one[0])[1])
    return tuple(found)


def _clearest(claim: str, side: str, searched: Searched) -> tuple[float, Witness] | None:
    """Return the setting that lies furthest beyond the edge of a side, with how far in bands, if any surely does."""
    found = searched.verdict
    sign = 1.0 if side == "holds" else -1.0
    holds = found.posterior[:, 0]
    sure = np.isfinite(found.score) & ((holds if side == "holds" else 1.0 - holds) >= SURE)
    margin = np.where(sure, sign * (found.score - found.edge), -np.inf)
    place = int(margin.argmax()) if len(margin) else 0
    if not len(margin) or margin[place] <= 0.0:
        return None
    row = {**dict(zip(searched.names, searched.sample[place].tolist(), strict=True)), **searched.fixed}
    settings = {key: float(f"{value:.{DIGITS}g}") for key, value in row.items()}
    return float(margin[place]), Witness(claim, side, float(found.score[place]), settings)


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
