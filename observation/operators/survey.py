"""Answers of staff: safety to speak up and confidence as a survey counts people, from means of an index."""

from __future__ import annotations

import numpy as np

from .history import History
from .operator import Operator
from .ordered import Floats, ratio, total

SILENT, RANGE = 0.28, 0.40
"""Safety at which half of the people would speak up, and the range over which they come to: an assumption."""
DOUBT = 0.17
"""How much of the confidence a trust that learns nothing loses. An assumption."""


def speak_up(safety: Floats) -> Floats:
    """Return the share of people (any shape) who feel safe to speak up where the mean ``safety`` is 0..1.

    >>> speak_up(np.array([0.08, 0.28, 0.9])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.minimum(1.0, np.maximum(0.0, (safety - SILENT) / RANGE + 0.5))


def safe_to_speak(panel: str, learning: str | None = None) -> Operator:
    """Return the operator of the share who feel safe to speak up, or, by ``learning``, who expect that it will help.

    >>> history = History({"learning": np.full((1, 12), 0.5)}, {"safety": np.array([[[0.28]]])}, {})
    >>> safe_to_speak("safety").observe(history).tolist(), safe_to_speak("safety", "learning").observe(history).tolist()
    ([0.5], [0.4575])
    """

    def gather(history: History) -> tuple[Floats, ...]:
        shares = speak_up(history.panels[panel])
        years = shares.shape[2]
        by_year = total(shares, axis=1)
        if learning is not None:
            stock = total(history.courses[learning][:, : 12 * years].reshape(len(shares), years, 12)) / 12.0
            by_year = by_year * (1.0 - DOUBT * (1.0 - stock))
        return total(by_year), np.full(len(shares), float(shares.shape[1] * years))

    return Operator(
        name="confident" if learning else "safe to speak up",
        meaning=f"share of people: mean of {panel} by unit and year, from none at {SILENT - RANGE / 2:.2f} to all at "
        f"{SILENT + RANGE / 2:.2f}" + (f", less up to {DOUBT:.0%} where nothing is learnt" if learning else ""),
        needs="units",
        sums=("people", "all"),
        gather=gather,
        value=ratio,
        panels=(panel,),
        courses=(learning,) if learning else (),
    )
