"""Luck: Philox4x32-10 (Salmon et al. 2011), a pure function of seed, run, month, agent and stream.

The key is (seed, run), the counter (trust, month, stream, seat); the four 32-bit words of the output, times 2**-32, are
four uniforms in [0, 1). The seat is counted within its trust, from 0, and is 0 for a trust itself; the centre draws as
trust 0. There are no generators and no state: any draw can be made anywhere, in any order, so luck does not depend on
batching, workers, the order of agents or the number of clinicians. Policies are compared on the same luck by giving the
same run number to every point.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import numpy as np

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
"""The constants of Philox4x32-10, from Salmon et al. 2011."""
WORD = 0xFFFFFFFF
UNIFORM_SCALE = 2.0**-32


class Stream(IntEnum):
    """What a block of four uniforms is for; the number enters the counter."""

    INIT_TRUST = 1
    INIT_TRUST2 = 2
    INIT_TRUST3 = 3
    INIT_TRUST4 = 4
    INIT_NODE = 5
    INIT_CLINICIAN = 6
    CENTRE_A = 7
    CENTRE_B = 8
    MANAGER = 9
    SERVICE = 10
    CLINICIAN = 11
    TRUST_EXTRA = 12
    INIT_SIZE = 13
    CENTRE_C = 14
    CENTRE_D = 15
    EVENTS = 16
    ERRORS = 17


LuckTable = Mapping[Stream, tuple[str, ...]]
"""Which uniform is used for what: stream -> the names of its four words ("" is not used)."""

START_LUCK: LuckTable = {
    Stream.INIT_TRUST: ("position", "optimum_a", "optimum_b", "method"),
    Stream.INIT_TRUST2: ("capability", "freedom", "threshold_a", "threshold_b"),
    Stream.INIT_TRUST3: ("difficulty_a", "difficulty_b", "difficulty_c", "difficulty_d"),
    Stream.INIT_TRUST4: ("displaces", "suitability", "trap_side", "trap_distance"),
    Stream.INIT_SIZE: ("size_a", "size_b", "size_c", "size_d"),
    Stream.TRUST_EXTRA: ("starts_trapped", "group", "", ""),
}
NODE_LUCK: LuckTable = {Stream.INIT_NODE: ("a", "b", "c", "")}
NODES = {"first_node": "first", "second_node": "second"}
"""The record of a node's luck -> the field of a place that holds the number of the node."""
START_SEAT_LUCK: LuckTable = {
    Stream.INIT_CLINICIAN: ("morale", "origin", "spread_a", "spread_b"),
}
START_CENTRE_LUCK: LuckTable = {Stream.CENTRE_C: ("party", "", "", "")}
CENTRE_LUCK: LuckTable = {
    Stream.CENTRE_A: ("drift_a", "drift_b", "error_a", "error_b"),
    Stream.CENTRE_B: ("leaves", "reorganises", "early_election", "change"),
    Stream.CENTRE_C: ("party", "falls", "weight_a", "weight_b"),
    Stream.CENTRE_D: ("reaches", "scope", "spread", "middle"),
}
TRUST_LUCK: LuckTable = {
    Stream.MANAGER: ("departs", "challenge", "adopts", "method"),
    Stream.SERVICE: ("drift_a", "drift_b", "found", "margin"),
    Stream.TRUST_EXTRA: ("relapses", "difficulty_a", "difficulty_b", "touched"),
    Stream.EVENTS: ("marked", "merges", "visit", "pushes"),
    Stream.ERRORS: ("error_a", "error_b", "noise_a", "noise_b"),
}
SEAT_LUCK: LuckTable = {Stream.CLINICIAN: ("fate", "origin", "spread_a", "spread_b")}


def philox4x32(counter: tuple[Any, ...], key: tuple[Any, Any], xp: Any = np) -> tuple[Any, Any, Any, Any]:
    """Return the four output words of Philox4x32-10 as uint64 holding 32-bit values.

    ``counter`` (four words) and ``key`` (two words) are uint64 scalars or arrays of ``xp`` (NumPy or CuPy) that
    broadcast against each other.

    The known answer of Random123, of the authors of Philox:

    >>> zero = np.uint64(0)
    >>> [f"{word:08x}" for word in philox4x32((zero, zero, zero, zero), (zero, zero))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    low_key, high_key = key
    word, half = xp.uint64(WORD), xp.uint64(32)
    first, second = xp.uint64(MULTIPLIERS[0]), xp.uint64(MULTIPLIERS[1])
    for round_number in range(ROUNDS):
        if round_number:
            low_key = (low_key + xp.uint64(KEY_STEPS[0])) & word
            high_key = (high_key + xp.uint64(KEY_STEPS[1])) & word
        product0, product1 = c0 * first, c2 * second
        c0, c1, c2, c3 = (
            (product1 >> half) ^ c1 ^ low_key,
            product1 & word,
            (product0 >> half) ^ c3 ^ high_key,
            product0 & word,
        )
    return c0, c1, c2, c3


def uniforms(seed: int, run: Any, trust: Any, month: int, stream: int, seat: Any = 0, xp: Any = np) -> tuple[Any, ...]:
    """Return four float64 arrays of uniforms in [0, 1), of the shape of ``run``, ``trust`` and ``seat`` broadcast.

    ``run``, ``trust`` and ``seat`` are uint64 arrays; ``seat`` may be a Python integer, as ``seed`` (0..2**32-1),
    ``month`` and ``stream`` are; ``xp`` makes the arrays (NumPy or CuPy).

    >>> run, trust = np.arange(2, dtype=np.uint64)[:, None], np.arange(3, dtype=np.uint64)
    >>> [word.shape for word in uniforms(7, run, trust, 1, Stream.MANAGER)]
    [(2, 3), (2, 3), (2, 3), (2, 3)]
    """
    counter = (trust, xp.uint64(month), xp.uint64(stream), xp.asarray(seat, dtype=np.uint64))
    return tuple(word.astype(np.float64) * UNIFORM_SCALE for word in philox4x32(counter, (xp.uint64(seed), run), xp))
