"""Width of a tile: how many trusts the processor calculates at once."""

from __future__ import annotations

from llvmlite.binding import get_host_cpu_features


def _width() -> int:
    features = get_host_cpu_features()
    return 8 if features.get("avx512f") and features.get("avx512dq") else 4


WIDTH = _width()
"""Trusts in a tile: one vector register of doubles with AVX2 or AVX-512, two with NEON."""
