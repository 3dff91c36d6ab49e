"""Counts of inputs that each fuzzing test gets, and the one way in which all of them run."""

from __future__ import annotations

import os
from collections.abc import Callable
from math import ceil
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

INPUTS = int(os.environ.get("TREDEGAR_FUZZED_INPUTS", "600"))
"""Inputs of all tests together."""
SHARES = {
    "valid specs": 0.10,
    "texts of valid specs": 0.06,
    "specs that are refused": 0.12,
    "mutated specs": 0.16,
    "mutated texts": 0.08,
    "specs of Python": 0.06,
    "specs of JSON": 0.02,
    "bytes of files": 0.03,
    "tables of points": 0.05,
    "mutated tables of points": 0.05,
    "tables of providers": 0.04,
    "mutated tables of providers": 0.06,
    "numbers": 0.02,
    "pages": 0.01,
    "commands": 0.04,
    "commands of stores": 0.03,
    "settings of a run": 0.01,
    "points of simulate": 0.025,
    "arguments of simulate": 0.02,
    "arguments of complete_sweep": 0.01,
    "sweeps": 0.005,
}
"""The share of each test: most inputs are read or refused, few are run."""


def asked(name: str) -> int:
    """How many inputs the test ``name`` gets."""
    return max(3, ceil(INPUTS * SHARES[name]))


def fuzz(name: str, check: Callable[..., None], /, **inputs: SearchStrategy[Any]) -> int:
    """Give ``check`` as many inputs as the test ``name`` gets, each drawn from ``inputs``; return how many it met.

    Failing ones are made small, and printed by hypothesis.
    """
    met = 0

    def counted(**values: Any) -> None:
        nonlocal met
        met += 1
        check(**values)

    # As every input is met once, none is skipped: what a strategy draws is to be used, not thrown away.
    allowed = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    phases = [phase for phase in Phase if phase is not Phase.explain]
    chosen = settings(max_examples=asked(name), suppress_health_check=allowed, phases=phases)
    counted.__qualname__ = counted.__name__ = name.replace(" ", "_")  # from which hypothesis draws what it draws
    chosen(given(**inputs)(counted))()
    print(f"{name}: {met:,} inputs")  # noqa: T201
    return met
