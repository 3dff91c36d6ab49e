"""Roofs of one thread of this processor, in bare vectorised loops: `benchmarks/shares.py` compares with them.

Sums and products are those that the rules may use: never one instruction for both (no fused multiply-add).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from engines import BLOCKS, draw_blocks
from numba import njit

VALUES = 1024  # doubles that stay in the nearest cache
_bare: Any = njit(error_model="numpy")  # divisions that may be by zero are not vectorised otherwise


@_bare
def sum_up(values: Any) -> None:
    """16 sums for each value."""
    for i in range(len(values)):
        x = values[i]
        a = x + 1.0
        for _ in range(8):
            x = x + 1.5
            a = a + 2.5
        values[i] = (x - a) * 0.25


@_bare
def multiply(values: Any) -> None:
    """16 products for each value."""
    for i in range(len(values)):
        x = values[i]
        a = x
        for _ in range(8):
            x = x * 1.0000001
            a = a * 0.9999999
        values[i] = x + a


@_bare
def divide(values: Any) -> None:
    """4 quotients for each value."""
    for i in range(len(values)):
        x = values[i]
        values[i] = (1.5 / (x + 1.0)) / (x + 3.0) + (2.5 / (x + 2.0)) / (x + 4.0)


@_bare
def stream(values: Any) -> None:
    """Read and write 8 bytes for each value."""
    for i in range(len(values)):
        values[i] = values[i] * 1.0000001


@_bare
def blocks(words: Any) -> None:
    """Draw a block of Philox4x32-10 for each column."""
    draw_blocks(0, 1, words)


class Roofs:
    """The rates of this processor, a second: the best of all times that :meth:`measure` was called.

    ``state``: bytes of the state that is read and written; its rate is measured on as much.
    """

    def __init__(self, state: int) -> None:
        near, far = np.ones(VALUES), np.ones(state // 8)
        words = np.zeros((4, BLOCKS), dtype=np.uint32)
        self._loops: dict[str, tuple[Callable[[Any], None], Any, float]] = {
            "sums": (sum_up, near, 16.0 * VALUES),
            "products": (multiply, near, 16.0 * VALUES),
            "quotients": (divide, near, 4.0 * VALUES),
            "blocks of Philox": (blocks, words, float(BLOCKS)),
            "bytes of state": (stream, far, 2.0 * far.nbytes),
        }
        self.rates = dict.fromkeys(self._loops, 0.0)
        for loop, values, _ in self._loops.values():
            loop(values)

    def measure(self) -> None:
        """Run every loop for some hundredths of a second."""
        for name, (loop, values, work) in self._loops.items():
            times = max(1, int(2e7 / work))
            started = time.process_time()
            for _ in range(times):
                loop(values)
            self.rates[name] = max(self.rates[name], work * times / (time.process_time() - started))
