"""Windows of the record: how far its own chance lets a value lie from what is observed, 95 % each.

Each way of resampling is deterministic. Whether a window covers is shown in docs/coverage.md (kinds "record: ...").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from ..operators.ordered import Floats, mean

Scale = Literal["log", "logit", "atanh"]
LEVEL = 0.95
_TO: dict[Scale, Callable[[Floats], Floats]] = {
    "log": np.log,
    "logit": lambda share: np.log(share) - np.log1p(-share),
    "atanh": np.arctanh,
}
_BACK: dict[Scale, Callable[[Floats], Floats]] = {
    "log": np.exp,
    "logit": lambda odds: 1.0 / (1.0 + np.exp(-odds)),
    "atanh": np.tanh,
}


class RecordWindow(NamedTuple):
    """The least and the greatest value that the record may stand for; NaN where no window is shown to cover."""

    low: float
    high: float


NO_WINDOW = RecordWindow(np.nan, np.nan)


def jackknife_window(value: float, without: Floats, scale: Scale) -> RecordWindow:
    """Return the window of ``value``, in its unit, by the values ``without`` (piece,) each piece.

    Taken on a ``scale`` on which the law of the estimate is near a normal one: the logarithm of a spread, a ratio or a
    mean length, Fisher's transformation of a correlation, the logit of a share. Few pieces that count for much leave
    the error itself uncertain: its degrees of freedom are 2 n / (kurtosis - 1), n - 1 at most. NaN where a piece
    decides whether there is a value, and of fewer than three pieces. Sources: Miller 1974, Biometrika 61, 1 (the
    jackknife and its scales); Satterthwaite 1946 (the freedom, that of a variance of values of such a kurtosis).

    >>> [round(bound, 2) for bound in jackknife_window(2.0, np.array([1.9, 2.0, 2.1]), "log")]
    [1.56, 2.56]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        both = _TO[scale](np.concatenate([[value], without]))
    pieces, centre, number = both[1:], both[0], len(without)
    if number < 3 or not np.isfinite(both).all():
        return NO_WINDOW
    squares = (pieces - mean(pieces)) ** 2
    error = float(np.sqrt((number - 1) * mean(squares)))
    if not error > 0.0:
        return NO_WINDOW
    kurtosis = float(mean(squares * squares) / mean(squares) ** 2)
    freedom = min(number - 1.0, 2.0 * number / max(kurtosis - 1.0, 1e-9))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2.0, freedom)) * error
    low, high = _BACK[scale](centre + reach * np.array([-1.0, 1.0])).tolist()
    return RecordWindow(low, high)


def median_window(values: Floats) -> RecordWindow:
    """Return the window of the median of ``values`` (unit,), in their unit: two of them, by the binomial law.

    It holds whatever the law of the values, if they are drawn one by one. NaN of fewer than six. Source: Thompson 1936,
    Annals of Mathematical Statistics 7, 122.

    >>> median_window(np.arange(20.0))
    RecordWindow(low=5.0, high=14.0)
    """
    number = len(values)
    below = int(stats.binom.ppf((1.0 - LEVEL) / 2.0, number, 0.5))
    if below < 1:
        return NO_WINDOW
    ordered = np.sort(values)
    return RecordWindow(float(ordered[below - 1]), float(ordered[number - below]))


def share_window(part: float, whole: float) -> RecordWindow:
    """Return the window of a share, ``part`` of ``whole`` units, each of which is in it by itself. Source: Wilson 1927.

    >>> [round(bound, 2) for bound in share_window(9.0, 13.0)]
    [0.42, 0.87]
    """
    if not whole > 0.0:
        return NO_WINDOW
    z = float(stats.norm.ppf(0.5 + LEVEL / 2.0))
    centre = (part + z * z / 2.0) / (whole + z * z)
    reach = z * np.sqrt(part * (whole - part) / whole + z * z / 4.0) / (whole + z * z)
    return RecordWindow(float(centre - reach), float(centre + reach))
