"""The verdicts as a store: one labelled dataset, so that others can count, draw and doubt without reading a page."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from ..statistics.interval_kinds import with_doubts
from .deciding import Decider
from .judged import Judgement
from .phases import Chart
from .wording import line_of

KINDS = ("holds", "null", "reverses")
RANKS = 3
NUMBERS = ("threshold", "low", "high", "holds_below", "holds_above", "explained", "chance")
"""What is told of a decider, besides its name."""


def verdict_dataset(judgements: Sequence[Judgement]) -> xr.Dataset:
    """Return the verdicts, dims ``(claim, kind, rank, sample)``.

    ``share`` with ``share_low`` and ``share_high`` (claim, kind): of the space, simultaneous 95 % intervals; ``score``
    (claim, sample): the effect in bands of practical size, in the claim's direction, NaN where unknown; ``decider``
    (claim, rank): the parameters that decide, with ``decider_threshold`` and what else is known of each. The rows of
    ``score`` follow the samples of the store of the claim's ``family``. A variable with an interval, or a word, that is
    not shown to cover says so in its attribute ``coverage``. Raises ValueError without judgements.

    >>> from tredegar.results.claims.claims import CLAIMS
    >>> from tredegar.results.claims.verdicts import Effects, verdict
    >>> claim = CLAIMS["A01"]
    >>> values = np.zeros((len(claim.parts[0].arms), 20, 2))
    >>> found = verdict([Effects(claim.parts[0], values)], compared=3)
    >>> verdict_dataset([Judgement(claim, found, (), {}, None, None, None, (), (), 0)])["share"].values.tolist()
    [[0.0, 1.0, 0.0]]
    """
    shares = np.array([[getattr(found.verdict, kind) for kind in KINDS] for found in judgements], dtype=np.float64)
    most = max(len(found.verdict.score) for found in judgements)
    score = np.full((len(judgements), most), np.nan)
    for row, found in zip(score, judgements, strict=True):
        row[: len(found.verdict.score)] = found.verdict.score
    ranked = [[*found.deciders[:RANKS], *[None] * (RANKS - len(found.deciders))] for found in judgements]
    whole = {"units": "1", "long_name": "share of the space"}
    deciders = {
        f"decider_{name}": (("claim", "rank"), [[_number(one, name) for one in row] for row in ranked])
        for name in NUMBERS
    }
    told = xr.Dataset(
        {
            "share": (("claim", "kind"), shares[..., 0], whole),
            "share_low": (("claim", "kind"), shares[..., 1], whole),
            "share_high": (("claim", "kind"), shares[..., 2], whole),
            "score": (("claim", "sample"), score, {"units": "bands of practical size"}),
            "decider": (("claim", "rank"), [[one.parameter if one else "" for one in row] for row in ranked]),
            **deciders,
            "by_construction": ("claim", [found.by_construction for found in judgements]),
        },
        coords={
            "claim": [found.claim.name for found in judgements],
            "kind": list(KINDS),
            "rank": np.arange(1, RANKS + 1),
            "position": ("claim", [found.claim.position for found in judgements]),
            "says": ("claim", [found.claim.says for found in judgements]),
            "family": ("claim", [found.claim.family for found in judgements]),
            "line": ("claim", [line_of(found.claim) for found in judgements]),
        },
        attrs={"title": "Verdicts on the claims of the debate"},
    )
    return with_doubts(told)


def _number(decider: Decider | None, name: str) -> float:
    return np.nan if decider is None else float(getattr(decider, name))


def chart_dataset(chart: Chart) -> xr.Dataset:
    """Return a phase diagram: ``effect``, its ``error`` and ``chance`` of being positive, dims the parameters.

    These are (third parameter, y parameter, x parameter), coordinates in their units; ``effect`` and ``error`` are in
    the unit of the outcome, ``chance`` 0..1.

    >>> from types import SimpleNamespace as Made
    >>> axes = tuple(Made(name=name) for name in ("mandate_detail", "target_level", "blame_people"))
    >>> phase = Made(parts=(Made(label="quality", band=0.01),), question="An example", up="more", down="less")
    >>> cells = {"grid": ([0.0, 1.0], [0.9], [0.5]), **dict.fromkeys(("mean", "error", "chance"), np.ones((1, 1, 2)))}
    >>> chart_dataset(Made(axes=axes, phase=phase, **cells))["effect"].dims
    ('blame_people', 'target_level', 'mandate_detail')
    """
    x, y, third = (axis.name for axis in chart.axes)
    part = chart.phase.parts[0]
    told = {"long_name": f"effect on {part.label}", "band": part.band}
    found = xr.Dataset(
        {
            "effect": ((third, y, x), chart.mean, told),
            "error": ((third, y, x), chart.error),
            "chance": ((third, y, x), chart.chance),
        },
        coords=dict(zip((x, y, third), chart.grid, strict=True)),
        attrs={"title": chart.phase.question, "up": chart.phase.up, "down": chart.phase.down},
    )
    return with_doubts(found)


def write_verdicts(path: str | Path, judgements: Sequence[Judgement], charts: Sequence[Chart]) -> Path:
    """Write a Zarr store: the verdicts in its root, each contradiction in a group of its name; return the path."""
    path = Path(path)
    root = verdict_dataset(judgements) if judgements else xr.Dataset(attrs={"title": "No claims"})
    with warnings.catch_warnings():
        # Zarr 3 has no final specification of text yet; all readers of this package's pins agree on it
        warnings.filterwarnings("ignore", message=".*does not have a Zarr V3 specification.*")
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part.*")
        root.to_zarr(path, mode="w", zarr_format=3)
        for chart in charts:
            chart_dataset(chart).to_zarr(path, group=chart.phase.name, mode="w", zarr_format=3)
    return path
