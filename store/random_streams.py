"""Random streams of a sweep: which of its points share them, and the run numbers that key them.

Under common streams replicate k of every point has stream k; under independent ones every run has its own. Paired
streams are common to the points of a sample, which are its arms, and independent between samples: to a base point, a
trajectory, the arms of a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The command's help reads these words: NumPy is loaded where numbers are made.
COMMON, INDEPENDENT, PAIRED = KINDS = ("common", "independent", "paired")
KINDS_IN_WORDS = "'common', 'independent' or 'paired'"
STRIDE = 4096
"""Run numbers are set * 4096 + replicate, where the set of streams is 0, the point or the sample."""
MOST_SETS = 2**20
"""With STRIDE replicates each, as many runs as there are run numbers of 32 bits."""


def stream_sets(kind: str, points: NDArray[np.integer], together: int) -> NDArray[np.uint32]:
    """Return the number of the set of random streams that each of the ``points`` (point,) has.

    ``points`` are their numbers in the design, of which ``together`` in turn make a sample; ``kind`` is one of KINDS.
    No units.

    >>> import numpy as np
    >>> [stream_sets(kind, np.arange(4), together=2).tolist() for kind in KINDS]
    [[0, 0, 0, 0], [0, 1, 2, 3], [0, 0, 1, 1]]
    """
    import numpy as np

    numbers = np.asarray(points).astype(np.uint32)
    if kind == COMMON:
        return numbers * np.uint32(0)
    return numbers // np.uint32(together) if kind == PAIRED else numbers


def numbers_of_runs(sets: NDArray[np.uint32], replicates: NDArray[np.integer]) -> NDArray[np.uint32]:
    """Return the run numbers (point, replicate) of points with these ``sets`` (point,) of streams. No units.

    ``replicates`` (replicate,) are their numbers.

    >>> import numpy as np
    >>> numbers_of_runs(np.array([0, 0, 1], dtype=np.uint32), np.arange(2)).tolist()
    [[0, 1], [0, 1], [4096, 4097]]
    """
    import numpy as np

    return np.ascontiguousarray(sets[:, None] * np.uint32(STRIDE) + np.asarray(replicates).astype(np.uint32))
