"""Points and run numbers that a caller of ``simulate`` gives, checked and brought into arrays."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...model.constants import CONSTANTS
from ...model.groups.following import follow_nation
from ...model.parameters import Parameter, base_of
from ...model.schedule.rulebook import BUILT_IN, RuleBook, level_number, quantity_in
from ...model.text.names import closest
from ...model.text.plain_text import brief, plain
from ...store.random_streams import (
    COMMON,
    KINDS,
    KINDS_IN_WORDS,
    MOST_SETS,
    PAIRED,
    STRIDE,
    numbers_of_runs,
    stream_sets,
)
from .naming import is_masked, is_nested, kind_in_words, named_values

MOST_RUN = 2**32 - 1
"""The largest seed and the largest run number: both are words of the key of all luck."""
PLACE_PARAMETERS = ("number_of_units", "size_spread", "boundary_mismatch")
"""Without effect where real trusts are given, and refused there."""


def read_points(
    points: Any, months: int, real_trusts: bool, book: RuleBook = BUILT_IN
) -> tuple[dict[str, NDArray[np.float64]], dict[int, dict[str, NDArray[np.float64]]], int]:
    """Return all parameters of ``book`` and the changes by month, each (n_points,), and the number of points.

    Units are those of its rows; changes hold from the start of their month on, counted from 1. A choice takes whole
    numbers or labels. What a group of trusts has not of its own follows the nation. Raises ValueError, naming the
    parameter, for what cannot be used.

    >>> values, changes, count = read_points({"real_control": [0.2, 0.8], "sanction_strength@13": 0.5}, 24, False)
    >>> values["real_control"], changes, count
    (array([0.2, 0.8]), {13: {'sanction_strength': array([0.5, 0.5])}}, 2)
    """
    named = named_values(points, {*book.parameters, *CONSTANTS})
    given = {name: _numbers(name, values, book) for name, values in named.items()}
    lengths = {array.shape for array in given.values()} - {()}
    if len(lengths) > 1 or any(len(shape) != 1 for shape in lengths):
        raise ValueError(f"points must be one-dimensional and of one length, got shapes {sorted(lengths)}")
    count = lengths.pop()[0] if lengths else 1
    if count == 0:
        raise ValueError("points must hold at least one point")
    values = {name: np.broadcast_to(np.float64(row.default), (count,)) for name, row in book.parameters.items()}
    changes: dict[int, dict[str, NDArray[np.float64]]] = {}
    for name, array in given.items():
        row, month = quantity_in(book, name, months, partial(_row_of, book))
        parameter, checked = row.name, _checked_range(row, array, count)
        if real_trusts and parameter in PLACE_PARAMETERS:
            raise ValueError(f"parameter '{parameter}' has no effect on real trusts; leave it out, or the providers")
        if month is None:
            values[parameter] = checked
        else:
            changes.setdefault(month, {})[parameter] = checked
    if book.groups is not None:
        follow_nation(book, values, changes, given)
    return values, changes, count


def _row_of(book: RuleBook, name: str) -> Parameter:
    """Return the row of ``name`` in ``book``; raise ValueError that proposes the closest name if there is none."""
    if name not in book.parameters:
        raise ValueError(f"unknown parameter {brief(name)}{closest(name, [*book.parameters, *CONSTANTS])}")
    return book.parameters[name]


def _numbers(name: str, values: Any, book: RuleBook) -> NDArray[np.float64]:
    kind, labels = "", book.choices.get(base_of(name), ())
    if is_masked(values):
        kind = "masked values"
    elif is_nested(values, 2):
        kind = "lists inside lists"
    else:
        try:
            array = np.asarray(values)
        except ValueError:
            wanted = f"parameter '{plain(name)}' must be numbers, one for each point"
            raise ValueError(f"{wanted}, got a ragged list") from None
        except TypeError:
            kind = type(values).__name__
        else:
            if array.dtype.kind in "iuf":
                return _levels(name, array, labels) if labels else array.astype(np.float64)
            if labels and all(isinstance(label, str) for label in array.ravel().tolist()):
                return _levels(name, array, labels)
            kind = kind_in_words(values, array)
    _row_of(book, base_of(name))  # a misspelt name is the likelier mistake
    raise ValueError(f"parameter '{plain(name)}' must be numbers{' or labels' if labels else ''}, got {kind}")


def _levels(name: str, array: NDArray[Any], labels: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the numbers of the levels that ``array`` has or names. Raises ValueError for one that is none."""
    given = array.ravel().tolist()
    # A design names few levels many times.
    numbers = {value: level_number(name, value, labels) for value in dict.fromkeys(given)}
    return np.array([numbers[value] for value in given], dtype=np.float64).reshape(array.shape)


def _checked_range(row: Parameter, numbers: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return ``numbers`` if the equations accept them, one for each of ``count`` points; a single one holds for all."""
    for number in (float(numbers.min()), float(numbers.max())):
        row.check(number)
    return np.broadcast_to(numbers, (count,))


def repeated_by_run(values: NDArray[np.float64], replicates: int) -> NDArray[np.float64]:
    """Return ``values`` (point,) for every run, (point * replicate,); one value of all points is shared, not copied.

    >>> repeated_by_run(np.array([0.2, 0.8]), 2), repeated_by_run(np.broadcast_to(0.5, (2,)), 2).strides
    (array([0.2, 0.2, 0.8, 0.8]), (0,))
    """
    if values.strides == (0,):
        return np.broadcast_to(values[0], (len(values) * replicates,))
    return np.repeat(values, replicates)


def checked_run_numbers(runs: ArrayLike | None, points: int, replicates: int) -> NDArray[np.uint64]:
    """Return the run numbers (point, replicate), by default those of common random numbers.

    Raises ValueError for ``runs`` of another shape, and for what is no whole number from 0 to 2**32 - 1.

    >>> checked_run_numbers(None, 2, 3)
    array([[0, 1, 2],
           [0, 1, 2]], dtype=uint64)
    """
    if runs is None:
        return np.broadcast_to(np.arange(replicates, dtype=np.uint64), (points, replicates))
    wanted = f"runs must be whole numbers of shape (point, replicate) = ({points}, {replicates})"
    if is_masked(runs):
        raise ValueError(f"{wanted}, got masked values; fill them, or choose the runs")
    if is_nested(runs, 3):
        raise ValueError(f"{wanted}, got lists inside lists")
    if set(getattr(runs, "dims", ())) == {"point", "replicate"}:
        runs = runs.transpose("point", "replicate")  # type: ignore[union-attr]
    try:
        numbers = np.asarray(runs)
    except (TypeError, ValueError):
        raise ValueError(f"{wanted}, got {type(runs).__name__} of another kind or shape") from None
    if numbers.shape != (points, replicates) or numbers.dtype.kind not in "iu":
        raise ValueError(f"{wanted}, got {numbers.dtype} {numbers.shape}")
    if numbers.size and not 0 <= int(numbers.min()) <= int(numbers.max()) <= MOST_RUN:
        raise ValueError("runs must lie in 0 .. 2**32 - 1")
    return numbers.astype(np.uint64)


def chosen_runs(
    runs: ArrayLike | None, streams: str | None, samples: Any, points: int, replicates: int
) -> ArrayLike | None:
    """Return ``runs``, or the run numbers (point, replicate) of this kind of ``streams``; None for the usual ones.

    ``samples`` (point,) are labels of the samples that points belong to, numbered in the order in which they come.
    Raises ValueError for both, for an unknown kind, for labels without paired streams or the other way round, and for
    more points or replicates than have run numbers.

    >>> chosen_runs(None, "paired", ["a", "a", "b"], points=3, replicates=2).tolist()
    [[0, 1], [0, 1], [4096, 4097]]
    """
    if streams is None:
        if samples is not None:
            raise ValueError("samples say which points share paired streams; give streams='paired' with them")
        return runs
    if not isinstance(streams, str) or streams not in KINDS:
        raise ValueError(f"streams must be {KINDS_IN_WORDS}, got {brief(streams)}")
    if runs is not None:
        raise ValueError("runs and streams both say the run numbers; leave one of them out")
    if (samples is not None) != (streams == PAIRED):
        lacking = "streams='paired' needs samples, a label for each point" if samples is None else ""
        raise ValueError(lacking or f"samples are of paired streams; leave them out with streams={streams!r}")
    if streams == COMMON:
        return None
    places = np.arange(points) if samples is None else _numbered(samples, points)
    if int(places.max()) >= MOST_SETS or replicates > STRIDE:
        what = "points" if samples is None else "samples"
        raise ValueError(f"at most {MOST_SETS:,} {what} and {STRIDE:,} replicates fit streams={streams!r}")
    return numbers_of_runs(stream_sets(streams, places, together=1), np.arange(replicates))


def _numbered(samples: Any, points: int) -> NDArray[np.int64]:
    """Return the number of the sample of each point, (point,), in the order in which samples come."""
    wanted = f"samples must be {points} labels, whole numbers or texts, one for each point"
    if is_masked(samples):
        raise ValueError(f"{wanted}, got masked values; fill them")
    try:
        labels = np.asarray(samples)
    except (TypeError, ValueError):
        raise ValueError(f"{wanted}, got {type(samples).__name__} of another kind or shape") from None
    texts = labels.dtype.kind in "UOT" and all(isinstance(label, str) for label in labels.ravel().tolist())
    if labels.shape != (points,) or not (labels.dtype.kind in "iu" or texts):
        raise ValueError(f"{wanted}, got {labels.dtype} {labels.shape}")
    first: dict[Any, int] = {}
    return np.array([first.setdefault(label, len(first)) for label in labels.tolist()], dtype=np.int64)
