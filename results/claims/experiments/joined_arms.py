"""Stores with arms as one Dataset: the runs of every setting, and further replicates of some arms at some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import xarray as xr

from .points import Settings

MORE = "-more"
"""The ending of the name of a design that holds further replicates of the design whose name stands before it."""


class DesignWithArms(Protocol):
    """What is known of a design here: its name, what its arms set, and the parameters that it samples."""

    @property
    def name(self) -> str: ...  # noqa: D102 - said above
    @property
    def arms(self) -> Mapping[str, Settings]: ...  # noqa: D102
    @property
    def sampled(self) -> tuple[str, ...]: ...  # noqa: D102


def join_replicates(whole: xr.Dataset, more: xr.Dataset, places: np.ndarray) -> xr.Dataset:
    """Return the outcomes of ``whole`` with the replicates of ``more`` after its own, dims (point, replicate, month).

    ``places`` (point of ``more``,) are the same points in ``whole``; elsewhere, and in outcomes that ``more`` did not
    record, further replicates are NaN. Values keep their unit.

    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.75]]])}
    >>> whole = xr.Dataset(runs, {"target_level": ("point", [0.8, 0.9])})
    >>> joined = join_replicates(whole, whole.isel(point=[1]), np.array([1]))
    >>> joined["quality"].values.tolist(), joined["target_level"].values.tolist()
    ([[[0.5], [nan]], [[0.75], [0.75]]], [0.8, 0.9])
    """
    joined = whole.drop_dims("replicate")
    for name, outcome in whole.data_vars.items():
        if outcome.dims == ("point", "replicate", "month"):
            values = np.asarray(outcome.values, dtype=np.result_type(outcome.dtype, np.float32))
            again = np.full((len(values), more.sizes["replicate"], values.shape[2]), np.nan, dtype=values.dtype)
            if name in more:
                again[places] = more[name].values
            joined[name] = outcome.dims, np.concatenate([values, again], axis=1), outcome.attrs
    return joined


def join_stores(sweeps: Mapping[str, xr.Dataset], designs: Mapping[str, DesignWithArms]) -> dict[str, xr.Dataset]:
    """Return the opened stores of ``designs`` by name, each joined with that of its further replicates.

    Outcomes are (point, replicate, month) in their units. Stores of further replicates are not there by themselves.
    Raises ValueError where one holds other settings.

    >>> from types import SimpleNamespace
    >>> runs = {"quality": (("point", "replicate", "month"), [[[0.5]], [[0.75]]])}
    >>> whole = xr.Dataset(runs, {"target_level": ("point", [0.8, 0.9])})
    >>> design = SimpleNamespace(name="made", arms={"as it is": {}}, sampled=("target_level",))
    >>> sweeps = {"made": whole, "made-more": whole.isel(point=[1])}
    >>> joined = join_stores(sweeps, dict.fromkeys(sweeps, design))
    >>> [(name, one.sizes["replicate"]) for name, one in joined.items()]
    [('made', 2)]
    """
    joined = {name: sweep for name, sweep in sweeps.items() if not name.endswith(MORE)}
    for name, more in sweeps.items():
        if name.endswith(MORE):
            whole = name.removesuffix(MORE)
            places = _places(joined[whole], designs[whole], more, designs[name])
            joined[whole] = join_replicates(joined[whole], more, places)
    return joined


def _places(whole: xr.Dataset, design: DesignWithArms, more: xr.Dataset, again: DesignWithArms) -> np.ndarray:
    """Return where the points of ``more`` stand in ``whole``: samples are alike in what an arm leaves free."""
    arms = list(design.arms)
    arm = next(iter(again.arms))
    free = [name for name in design.sampled if name not in design.arms[arm]]
    number = {row: place for place, row in enumerate(_rows(whole, free, arms.index(arm), len(arms)))}
    try:
        samples = [number[row] for row in _rows(more, free, 0, len(again.arms))]
    except KeyError:
        raise ValueError(
            f"the store {design.name}{MORE} holds settings that {design.name} does not; delete it, and run again"
        ) from None
    return np.array([sample * len(arms) + arms.index(name) for sample in samples for name in again.arms])


def _rows(sweep: xr.Dataset, names: list[str], arm: int, arms: int) -> list[tuple[float, ...]]:
    return list(zip(*(sweep[name].values[arm::arms].tolist() for name in names), strict=True))
