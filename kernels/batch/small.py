"""Small batch that examples need: two runs of three trusts with four clinicians each, over a year."""

from __future__ import annotations

import numpy as np

from ...model.constants import constants_with
from .batch import Country, Record, RunBatch
from .points import read_points


def small_batch() -> RunBatch:
    """Return two runs at two values of ``real_control``, (run,), that record one outcome and what became of trusts.

    >>> batch = small_batch()
    >>> batch.parameters["real_control"], batch.record.outcomes, batch.windows
    (array([0.2, 0.8]), ('quality',), 12)
    """
    parameters, changes, count = read_points({"real_control": [0.2, 0.8]}, months=12, real_trusts=False)
    record = Record(("quality",), every=1, trusts=True)
    runs = np.zeros(count, dtype=np.uint64)
    return RunBatch(Country(3, 4), 12, 7, runs, parameters, changes, constants_with(None), record)
