"""State that compiled code is told of a run: size, values, key of luck; and the types of the arguments of a batch."""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import types


class RunSize(NamedTuple):
    """The size of a run: tiles and those that are full of trusts, trusts in the last one, groups, seats per trust."""

    tiles: int
    whole: int
    rest: int
    groups: int
    clinicians: int


class World(NamedTuple):
    """The state of one run: slots of the country, of tiles (tile, slot, lane), their integers, and of seats.

    ``council`` and ``catchment`` (tile, lane) hold the number of each trust's group, ``groups`` for empty lanes.
    ``seats`` and ``scratch`` are addresses; ``totals`` has room for the sums of all groups.
    """

    country: Any
    tiles: Any
    counts: Any
    council: Any
    catchment: Any
    seats: int
    scratch: int
    totals: Any


class DrawKey(NamedTuple):
    """The key of luck and the month."""

    seed: int
    run: int
    month: int


def _floats(dimensions: int) -> Any:
    return types.Array(types.float64, dimensions, "C")


_INTEGERS = types.Array(types.int64, 1, "C")
_GROUPS = types.Array(types.uint64, 3, "C")
_SIZE = types.NamedUniTuple(types.int64, len(RunSize._fields), RunSize)  # type: ignore[no-untyped-call]
SIGNATURE = types.void(
    types.int64, types.int64, types.int64, _SIZE, types.int64,
    _INTEGERS, _floats(2), _floats(4), _GROUPS, _GROUPS, _INTEGERS, _INTEGERS, _floats(2),
    _INTEGERS, _INTEGERS, _INTEGERS, _INTEGERS, _floats(3), types.Array(types.boolean, 1, "C"), _floats(4), _floats(1),
)  # fmt: skip
"""The types of what ``run_kernel`` (``kernel``) is told, in order; it is compiled for these alone."""
