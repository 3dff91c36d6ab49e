"""The record of an operator: what it reads of a history, the sums that it makes of it, and the value of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .history import History
from .ordered import Floats

Gather = Callable[[History], tuple[Floats, ...]]
Value = Callable[..., Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A quantity of a history: ``gather`` makes the ``sums`` of each history, ``value`` reads the quantity off them.

    Sums add up over histories, so that the value of their total is that of all histories together, and the sums of one
    history its own. ``courses``, ``panels`` and ``units`` are what it reads of a :class:`History`; ``meaning`` says in
    words what it computes, ``needs`` what a history lacks where it has no value (NaN). ``smooth``: whether a small
    change of the sums changes the value little, so that its error follows from leaving out histories.
    """

    name: str
    meaning: str
    needs: str
    sums: tuple[str, ...]
    gather: Gather
    value: Value
    courses: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    smooth: bool = True

    def sums_of(self, history: History) -> Floats:
        """Return the sums (history, sum) of each history.

        >>> from .rates import mean_of
        >>> mean_of("morale").sums_of(History({"morale": np.array([[0.5, 0.7]])}, {}, {})).tolist()
        [[1.2, 2.0]]
        """
        return np.stack([np.broadcast_to(one, (history.number,)) for one in self.gather(history)], axis=-1)

    def value_of(self, sums: Floats) -> Floats:
        """Return the value (...,) of ``sums`` (..., sum); NaN where they hold nothing that it counts.

        >>> from .rates import mean_of
        >>> mean_of("morale").value_of(np.array([[1.2, 2.0], [0.0, 0.0]])).tolist()
        [0.6, nan]
        """
        return self.value(*np.moveaxis(sums, -1, 0))

    def observe(self, history: History) -> Floats:
        """Return the value (history,) of each history by itself.

        >>> from .rates import mean_of
        >>> mean_of("morale").observe(History({"morale": np.array([[0.5, 0.75]])}, {}, {})).tolist()
        [0.625]
        """
        return self.value_of(self.sums_of(history))
