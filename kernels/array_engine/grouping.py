"""Exact sums of whole numbers over groups of trusts, on any array library.

A group total is a difference of two running totals over the trusts sorted by group. Integer sums are exact (and wrap
around exactly), so the result does not depend on the order, and no scatter or atomic addition is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Grouping:
    """Which group each trust of each run belongs to; made once for a batch.

    ``group`` is an int64 array (run, trust) of group numbers 0 .. ``groups`` - 1; ``xp`` makes arrays.
    """

    def __init__(self, group: Any, groups: int, xp: Any) -> None:
        self.group, self.groups = group, groups
        runs, _ = group.shape
        self.group = group
        members = np.equal(group[:, None, :], xp.arange(groups, dtype=np.int64)[None, :, None])
        counts = np.sum(members, axis=2, dtype=np.int64)
        ends = np.cumsum(counts, axis=1)
        self._order = np.argsort(group, axis=1, kind="stable")
        self._ends = np.take_along_axis(ends, group, axis=1)
        self._starts = np.take_along_axis(ends - counts, group, axis=1)
        self._zero = xp.zeros((runs, 1), dtype=np.int64)

    def totals(self, values: Any) -> Any:
        """Return the sums of ``values``, int64 (run, trust), over the groups: (run, trust), each trust that of its own.

        >>> Grouping(np.array([[0, 1, 0]]), 2, np).totals(np.array([[1, 10, 100]]))
        array([[101,  10, 101]])
        """
        in_order = np.take_along_axis(values, self._order, axis=1)
        running = np.concatenate((self._zero, np.cumsum(in_order, axis=1)), axis=1)
        return np.take_along_axis(running, self._ends, axis=1) - np.take_along_axis(running, self._starts, axis=1)
