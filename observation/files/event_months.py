"""Events of files as courses by month: reorganisations, secretaries of state, successions, and their pieces."""

from __future__ import annotations

import numpy as np

from ..counterparts import PROVIDERS
from ..operators.history import History
from ..operators.ordered import Floats
from .table_reader import FileTable

STARTED, CHANGED, SUCCEEDED = "reorganisation_started", "minister_changed", "trusts_reorganised"
"""Courses of the model that the record's events stand for."""


def event_course(name: str, months: np.ndarray, with_first: bool = True) -> History:
    """Return the course ``name`` from the first of the ``months`` (event,) of events to the last.

    Without the month of the first, where ``with_first`` is false: what falls to the events after it.

    >>> event_course("minister_changed", np.array([3, 5])).courses["minister_changed"].tolist()
    [[1.0, 0.0, 1.0]]
    """
    events = np.unique(months)
    course = np.zeros((1, int(events[-1] - events[0]) + 1))
    course[0, events - events[0]] = 1.0
    return History({name: course if with_first else course[:, 1:]}, {}, {})


def pieces_of(name: str, months: np.ndarray, with_first: bool = True) -> list[History]:
    """Return each interval between ``months`` (event,) as a history of its own.

    >>> [piece.courses["x"].shape[1] for piece in pieces_of("x", np.array([3, 5, 9]), with_first=False)]
    [2, 4]
    """
    events = np.unique(months)
    return [event_course(name, events[place : place + 2], with_first) for place in range(len(events) - 1)]


def major_reorganisations(table: FileTable) -> np.ndarray:
    """Return the months (event,) in which reorganisations began that are flagged as major.

    >>> from .shapes import SHAPES
    >>> shape, when = SHAPES["compiled_nhs_reorganisations_england.csv"], {"date": np.array([3, 15])}
    >>> major_reorganisations(FileTable(shape, np.array([2, 3]), {}, when, {"major": np.array([0.0, 1.0])})).tolist()
    [15]
    """
    return table.months["date"][table.numbers["major"] > 0.5]


def comings(table: FileTable) -> np.ndarray:
    """Return the months (event,) in which a secretary of state came.

    >>> from .shapes import SHAPES
    >>> shape = SHAPES["compiled_health_secretaries.csv"]
    >>> comings(FileTable(shape, np.array([2]), {}, {"start": np.array([7])}, {})).tolist()
    [7]
    """
    return table.months["start"]


def succession_history(table: FileTable) -> History:
    """Return the share, of the record's providers, that is succeeded in each month of the file's calendar years.

    Its course (history, month) bears the name of the model's; an old code counts once in a month.
    """
    rows = zip(table.texts["old_code"].tolist(), table.months["date"].tolist(), strict=True)
    when = np.array(sorted(month for _, month in set(rows)), dtype=np.int64)
    first, last = 12 * (when[0] // 12), 12 * (when[-1] // 12 + 1)
    counts: Floats = np.bincount(when - first, minlength=last - first).astype(np.float64)
    return History({SUCCEEDED: counts[None] / PROVIDERS}, {}, {})


def without_each_year(history: History, years: int = 1) -> list[History]:
    """Return as many histories as there are blocks of so many ``years``, each lacking one; the last may be shorter.

    >>> shorter = without_each_year(History({"x": np.arange(36.0)[None]}, {}, {}), years=2)
    >>> [(one.courses["x"].shape, float(one.courses["x"][0, 0])) for one in shorter]
    [((1, 12), 24.0), ((1, 24), 0.0)]
    """
    length = 12 * years
    blocks = [slice(first, first + length) for first in range(0, history.months, length)]
    return [
        History({name: np.delete(course, block, axis=1) for name, course in history.courses.items()}, {}, {})
        for block in blocks
    ]
