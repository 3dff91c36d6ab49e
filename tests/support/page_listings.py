"""The listings of docs/model.md, and what it takes to run them: uniforms, and names that reach from agent to agent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..support.places import ROOT

PAGE = ROOT / "docs" / "model.md"


def philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[float]:
    """Return the four uniforms of Philox4x32-10."""
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return [float(word) * 2.0**-32 for word in (c0, c1, c2, c3)]


def listings() -> dict[str, str]:
    """Return the listings of the page by their label, those of one label joined in order."""
    found: dict[str, str] = {}
    for label, text in re.findall(r"```python ([a-z ]+)\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL):
        found[label] = found.get(label, "") + text
    return found


class Scope(dict[str, Any]):
    """An agent's variables; what it does not have itself it reads from the agents around it.

    ``tallies`` are names that a listing adds to: they belong to the first agent around.
    """

    def __init__(self, *around: dict[str, Any], tallies: Iterable[str] = ()) -> None:
        super().__init__()
        self.around = around
        self.tallies = frozenset(tallies)

    def __missing__(self, name: str) -> Any:
        for agent in self.around:
            if name in agent:
                return agent[name]
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self.tallies:
            self.around[0][name] = value
        else:
            super().__setitem__(name, value)
