"""Values spread over the agents of a record: what a rule gives may differ less often than what it is written to."""

from __future__ import annotations

from typing import Any

import numpy as np


def spread_over(everywhere: Any, value: Any) -> Any:
    """Return ``value`` in the shape of ``everywhere``, an array of truths, bit for bit; where it has it, the very one.

    >>> spread_over(np.ones((2, 3), dtype=np.bool_), np.array([[0.5], [1.5]]))
    array([[0.5, 0.5, 0.5],
           [1.5, 1.5, 1.5]])
    """
    return value if getattr(value, "shape", None) == everywhere.shape else np.where(everywhere, value, value)
