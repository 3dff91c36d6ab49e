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
from .verdicts import Verdict
from .wording import line_of

KINDS = ("holds", "null", "reverses")
RANKS, PLACES = 3, 4
"""So many deciders at most, and so many parts of their ranges."""


def verdict_dataset(judgements: Sequence[Judgement]) -> xr.Dataset:
    """Return the verdicts, dims ``(claim, kind, rank, place, sample)``.

    ``share`` with ``share_low`` and ``share_high`` (claim, kind): of the space, 95 % intervals; ``half_share`` and so
    on: over half of each range; ``counted``: settings as seen; ``undecided`` and ``too_noisy`` (claim); ``score``
    (claim, sample): the effect in bands of practical size, in the claim's direction, NaN where unknown; ``posterior``
    (claim, sample, kind): the probability of each kind there; ``decider`` (claim, rank): what decides, with
    ``decider_share`` and ``decider_chance``, and ``along`` (claim, rank, place, kind) in the parts of its range that
    ``part`` names. The rows of ``score`` follow the samples of the store of the claim's ``family``. A variable with an
    interval, or a word, that is not shown to cover says so in its attribute ``coverage``. Raises ValueError without
    judgements.

    >>> from tredegar.results.claims.claims import CLAIMS
    >>> from tredegar.results.claims.verdicts import Effects, verdict
    >>> claim = CLAIMS["A01"]
    >>> values = np.zeros((len(claim.parts[0].arms), 20, 2))
    >>> found = verdict([Effects(claim.parts[0], values)], compared=3)
    >>> verdict_dataset([Judgement(claim, found, (), {}, None, None, None, (), (), 0)])["share"].values.tolist()
    [[0.0, 1.0, 0.0]]
    """
    told = xr.Dataset(
        {
            **_shares([found.verdict for found in judgements], ""),
            **_shares([found.half for found in judgements], "half_"),
            **_settings(judgements),
            **_deciders(judgements),
            "counted": (("claim", "kind"), [found.verdict.counted for found in judgements], {"units": "1"}),
            "undecided": ("claim", [found.verdict.undecided for found in judgements], {"units": "1"}),
            "too_noisy": ("claim", [found.verdict.too_noisy for found in judgements]),
            "word": ("claim", [found.verdict.word for found in judgements]),
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


_Variables = dict[str, tuple[object, ...]]


def _shares(verdicts: Sequence[Verdict | None], before: str) -> _Variables:
    shares = np.array(
        [[(np.nan,) * 3 if found is None else getattr(found, kind) for kind in KINDS] for found in verdicts],
        dtype=np.float64,
    )
    whole = {"units": "1", "long_name": "share of half of each range" if before else "share of the space"}
    names = (f"{before}share", f"{before}share_low", f"{before}share_high")
    return {name: (("claim", "kind"), shares[..., place], whole) for place, name in enumerate(names)}


def _settings(judgements: Sequence[Judgement]) -> _Variables:
    most = max(len(found.verdict.score) for found in judgements)
    score = np.full((len(judgements), most), np.nan)
    posterior = np.full((len(judgements), most, len(KINDS)), np.nan)
    for place, found in enumerate(judgements):
        score[place, : len(found.verdict.score)] = found.verdict.score
        posterior[place, : len(found.verdict.posterior)] = found.verdict.posterior
    return {
        "score": (("claim", "sample"), score, {"units": "bands of practical size"}),
        "posterior": (("claim", "sample", "kind"), posterior, {"units": "1", "long_name": "probability"}),
    }


def _deciders(judgements: Sequence[Judgement]) -> _Variables:
    ranked = [[*found.deciders[:RANKS], *[None] * (RANKS - len(found.deciders))] for found in judgements]
    along = np.full((len(judgements), RANKS, PLACES, len(KINDS)), np.nan)
    for claim, row in enumerate(ranked):
        for rank, one in enumerate(row):
            shares = [(part.holds, part.null, part.reverses) for part in one.along] if one else []
            along[claim, rank, : len(shares)] = shares or np.nan
    places = [[_parts(one) for one in row] for row in ranked]
    return {
        "decider": (("claim", "rank"), [[one.label if one else "" for one in row] for row in ranked]),
        "decider_share": (("claim", "rank"), [[one.share if one else np.nan for one in row] for row in ranked]),
        "decider_chance": (("claim", "rank"), [[one.chance if one else np.nan for one in row] for row in ranked]),
        "part": (("claim", "rank", "place"), places),
        "along": (("claim", "rank", "place", "kind"), along, {"units": "1"}),
    }


def _parts(decider: Decider | None) -> list[str]:
    named = [" x ".join(one.parts) for one in decider.along] if decider else []
    return [*named, *[""] * (PLACES - len(named))]


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
