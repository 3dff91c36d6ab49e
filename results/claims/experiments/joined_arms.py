"""Stores with arms as one reading: the runs of every setting, and further replicates of some arms at some of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...open import open_sweep
from ..contrasts import ArmStore
from ..designs import ClaimDesign

MORE = "-more"
"""The ending of the name of a design that holds further replicates of the design whose name stands before it."""


class JoinedArms(ArmStore):
    """The store of a design, with further replicates of some of its arms at some of its settings.

    ``chosen`` (sample of ``more``,) are the settings of ``whole`` at which ``more`` was run. Raises ValueError where
    they are not so many.
    """

    def __init__(self, whole: ArmStore, more: ArmStore, chosen: Sequence[int]) -> None:
        if len(chosen) != more.samples:
            raise ValueError(f"further replicates are of {more.samples} settings, and {len(chosen)} were chosen")
        self.whole, self.more, self.chosen = whole, more, list(chosen)
        self.sweep, self.arms, self.months, self.samples = whole.sweep, whole.arms, whole.months, whole.samples
        self.replicates = whole.replicates + more.replicates
        self._loaded = {}

    def series(self, arm: str, outcome: str) -> np.ndarray:
        """Return the recorded values of ``outcome`` in its unit, float64 (sample, replicate, month).

        Replicates of ``more`` come last, NaN at settings and in arms that it did not run, and of outcomes that it did
        not record. Raises KeyError for an arm or an outcome that the whole store does not hold.

        >>> import xarray as xr
        >>> arms = {"now": {"mandate_detail": 0.5}}
        >>> def store(values):
        ...     levers = {"mandate_detail": ("point", [0.5] * len(values)), "month": [12]}
        ...     return ArmStore(xr.Dataset({"quality": (("point", "replicate", "month"), values)}, levers), arms)
        >>> joined = JoinedArms(store([[[0.5]], [[0.7]]]), store([[[0.9]]]), chosen=[1])
        >>> joined.series("now", "quality").tolist()
        [[[0.5], [nan]], [[0.7], [0.9]]]
        """
        before = self.whole.series(arm, outcome)
        more = np.full((self.samples, self.more.replicates, before.shape[-1]), np.nan)
        if arm in self.more.arms and outcome in self.more.sweep:
            more[self.chosen] = self.more.series(arm, outcome)
        return np.concatenate([before, more], axis=1)


def open_arms(folder: str | Path, designs: Mapping[str, ClaimDesign]) -> dict[str, ArmStore]:
    """Return the stores ``folder/NAME.zarr`` of ``designs`` by name, each joined with that of its further replicates.

    Stores of further replicates are not there by themselves. Raises FileNotFoundError or ValueError where a store is
    missing, unfinished or of another design.
    """
    stores = {
        name: ArmStore(open_sweep(Path(folder) / f"{name}.zarr", chunks=None), design.arms)
        for name, design in designs.items()
    }
    for name in [name for name in stores if name.endswith(MORE)]:
        whole, more = name.removesuffix(MORE), stores.pop(name)
        stores[whole] = JoinedArms(stores[whole], more, _places(stores[whole], designs[whole], more))
    return stores


def _places(whole: ArmStore, design: ClaimDesign, more: ArmStore) -> list[int]:
    """Return which settings of ``whole`` those of ``more`` are: the same numbers in what an arm of both leaves free."""
    arm = next(iter(more.arms))
    free = [name for name in design.sampled if name not in design.arms[arm]]
    rows = np.column_stack([whole.parameter(name, arm) for name in free]).tolist()
    number = {tuple(row): place for place, row in enumerate(rows)}
    wanted = zip(*(more.parameter(name, arm).tolist() for name in free), strict=True)
    try:
        return [number[row] for row in wanted]
    except KeyError:
        raise ValueError(
            f"the store {design.name}{MORE} holds settings that {design.name} does not; delete it, and run again"
        ) from None
