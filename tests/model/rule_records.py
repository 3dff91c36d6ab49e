"""Records for tests of single rules: what a test gives, and 0.5 elsewhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from tredegar.model.constants import constants_with
from tredegar.model.parameters import PARAMETERS

K = constants_with()
SHARE = st.floats(0.0, 1.0)
UNIFORM = st.integers(0, 2**32 - 1).map(lambda word: word / 2.0**32)
TYPICAL = 0.5


class Record(SimpleNamespace):
    """A record that holds what a test gives it, and 0.5 elsewhere."""

    def __getattr__(self, name: str) -> float:
        return TYPICAL


def parameters(**changed: float) -> Any:
    """All parameters at their defaults, save those that are given."""
    return SimpleNamespace(**{name: changed.get(name, row.default) for name, row in PARAMETERS.items()})
