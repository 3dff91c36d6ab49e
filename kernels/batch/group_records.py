"""Records by group: values that engines compute one by one, put together along a dimension of groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...model.groups.by_group import values_by_group
from ...model.groups.membership import group_numbers
from ...model.trust_groups import MEMBERSHIP
from .batch import RunBatch

Records = dict[str, NDArray[np.float64]]


def stacked_by_group(recorded: Records, batch: RunBatch) -> Records:
    """Return what was ``recorded`` of ``batch``, name -> (run, ...), with values of groups as (run, group, window).

    Groups are in their order, the trusts of no group first; a group that has no trust in a run is NaN. With records of
    trusts the number of each trust's group is one of them, (run, trust).

    >>> from .small import small_batch
    >>> stacked_by_group({"quality": np.array([[0.5], [0.6]])}, small_batch())["quality"].shape
    (2, 1)
    """
    groups, country = batch.rules.groups, batch.country
    if groups is None:
        return recorded
    numbers = group_numbers(groups, country.providers, batch.seed, batch.runs, country.trusts)
    there = np.stack([(numbers == number).any(axis=1) for number in range(len(groups.labels))], axis=1)
    found = dict(recorded)
    for name, labels in values_by_group(groups).items():
        values = np.stack([found.pop(label) for label in labels], axis=1)
        found[name] = np.where(there[:, :, None], values, np.nan)
    if batch.record.trusts:
        found[MEMBERSHIP] = np.array(numbers)
    return found
