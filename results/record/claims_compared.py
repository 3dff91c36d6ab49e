"""Claims under two models: the verdicts of two runs of ``tredegar claims``, claim by claim, side by side.

Both runs have one design, one seed and one space of parameters, so that what differs is the model.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

Cells = tuple[str, ...]
_WHERE = ("up", "null", "down")


def read_judged(folder: str | Path) -> tuple[xr.Dataset, pd.DataFrame]:
    """Return the verdicts (claim, kind) and the contradictions that ``tredegar claims --out folder`` wrote.

    Raises FileNotFoundError where there are none.

    >>> read_judged("nowhere")
    Traceback (most recent call last):
    FileNotFoundError: 'nowhere' has no verdicts.zarr: run 'tredegar claims --out nowhere' first
    """
    place = Path(folder)
    for name in ("verdicts.zarr", "contradictions.csv"):
        if not (place / name).exists():
            raise FileNotFoundError(f"'{place}' has no {name}: run 'tredegar claims --out {place}' first")
    with xr.open_zarr(place / "verdicts.zarr") as verdicts:
        return verdicts.load(), pd.read_csv(place / "contradictions.csv")


def direction_of(word: str) -> int:
    """Return which way a verdict in words goes: 1 for the claim, -1 against it, 0 for neither.

    >>> [direction_of(word) for word in ("mostly holds", "depends, more often fails than holds", "depends")]
    [1, -1, 0]
    """
    if word == "mostly holds" or "more often holds" in word:
        return 1
    return -1 if word in ("mostly reverses", "mostly fails") or "more often" in word else 0


def verdict_rows(first: xr.Dataset, second: xr.Dataset) -> tuple[Cells, list[Cells]]:
    """Return the table of claims under two models: the word and the share that holds in each, and what has changed.

    Both datasets have ``word`` and ``says`` (claim,), ``share`` and its bounds (claim, kind). Raises ValueError where
    the two are of other claims.

    >>> kinds = {"claim": ["A01"], "kind": ["holds"]}
    >>> shares = {name: (("claim", "kind"), [[0.5]]) for name in ("share", "share_low", "share_high")}
    >>> one = xr.Dataset({"word": ("claim", ["depends"]), "says": ("claim", ["x"]), **shares}, kinds)
    >>> verdict_rows(one, one)[1]
    [('A01', 'x', 'depends', '50% (50% to 50%)', 'depends', '50% (50% to 50%)', '')]
    """
    _check_alike(first["claim"].values, second["claim"].values)
    rows: list[Cells] = []
    for place, name in enumerate(first["claim"].values):
        one, other = first.isel(claim=place), second.isel(claim=place)
        words = str(one["word"].item()), str(other["word"].item())
        rows.append((str(name), str(one["says"].item()), words[0], _held(one), words[1], _held(other), _change(*words)))
    return ("claim", "says", "model 1", "holds", "model 2", "holds", ""), rows


def contradiction_rows(first: pd.DataFrame, second: pd.DataFrame) -> tuple[Cells, list[Cells]]:
    """Return the table of contradictions under two models: in how much of the space either side is right.

    What is marked turns: more of the space lies on the one side in the one model, on the other in the other, and no
    interval of the two sides overlaps. Raises ValueError where the two are of other contradictions.
    """
    _check_alike(first["contradiction"].to_numpy(), second["contradiction"].to_numpy())
    rows: list[Cells] = []
    for (_, one), (_, other) in zip(first.iterrows(), second.iterrows(), strict=True):
        turned = "**turns**" if _side(one) * _side(other) < 0 else ""
        told = (str(one["contradiction"]), str(one["question"]), str(one["meaning_up"]), str(one["meaning_down"]))
        rows.append((*told, _where(one), _where(other), turned))
    return ("id", "question", "up", "down", "model 1: up, neither, down", "model 2: up, neither, down", ""), rows


def claims_agree(first: xr.Dataset, second: xr.Dataset) -> str:
    """Return how the verdicts of two models agree, in a sentence; ``word`` (claim,) and ``share`` (claim, kind).

    >>> kinds = {"claim": ["A01", "A02"], "kind": ["holds"]}
    >>> shares = ("claim", "kind"), [[0.2], [0.9]]
    >>> one = xr.Dataset({"word": ("claim", ["depends", "mostly holds"]), "share": shares}, kinds)
    >>> claims_agree(one, one).partition(";")[0]
    'Of 2 claims 2 have the same verdict under both models, 0 turn'
    """
    words = [[str(word) for word in one["word"].values] for one in (first, second)]
    same = sum(one == other for one, other in zip(*words, strict=True))
    turned = sum(direction_of(one) * direction_of(other) < 0 for one, other in zip(*words, strict=True))
    shares = [np.asarray(one["share"].sel(kind="holds").values, dtype=np.float64) for one in (first, second)]
    known = np.isfinite(shares[0]) & np.isfinite(shares[1])
    correlation = np.corrcoef(shares[0][known], shares[1][known])[0, 1]
    return (
        f"Of {len(words[0])} claims {same} have the same verdict under both models, {turned} turn; the correlation of "
        f"the shares in which they hold is {correlation:.2f}."
    )


def _check_alike(first: np.ndarray, second: np.ndarray) -> None:
    if list(first) != list(second):
        raise ValueError("the two runs are of other claims: run 'tredegar claims' for both with the same --claim")


def _held(one: xr.Dataset) -> str:
    share, low, high = (float(one[name].sel(kind="holds")) for name in ("share", "share_low", "share_high"))
    return f"{share:.0%} ({low:.0%} to {high:.0%})" if np.isfinite(share) else "unknown"


def _change(one: str, other: str) -> str:
    if direction_of(one) * direction_of(other) < 0:
        return "**turns**"
    return "" if one == other else "changes"


def _where(row: pd.Series) -> str:
    return ", ".join(f"{row[name]:.0%}" for name in _WHERE)


def _side(row: pd.Series) -> int:
    return int(row["up_low"] > row["down_high"]) - int(row["down_low"] > row["up_high"])
