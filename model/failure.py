"""The failure of a run, as apart from a fault of the machine that computes it."""

from __future__ import annotations


class RunFailed(ArithmeticError):
    """A rule met or made a number that no rule can use; the message names month, rule, agent and quantity."""
