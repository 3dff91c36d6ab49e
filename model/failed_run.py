"""The one way in which a run fails by itself: a rule meets, or makes, a number that no rule can use.

Everything else that goes wrong while runs are computed (a library, memory, a disk, compiled code) is the machine's
fault, says nothing of the run, and comes as another exception.
"""

from __future__ import annotations

RULE_ERRORS = (ZeroDivisionError, OverflowError, ValueError)
"""What plain arithmetic raises in a rule: a division by 0, a number too large, the floor or root of what has none."""


class RunFailed(ArithmeticError):
    """A rule met or made a number that no rule can use; the message names month, rule, agent and quantity."""
