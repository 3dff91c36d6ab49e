"""Columns of a sample as boxes and trees see them: a choice has no order, and so a box holds a set of its levels.

A choice of two levels is a column of 0 and 1; one of more has a column for each level, 1 at the points of that level. A
limit on such a column leaves a level out, or all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .prim import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of the ``parameters`` of a sample, of which ``choices`` have levels with labels."""

    parameters: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]

    @property
    def owners(self) -> tuple[str, ...]:
        """The parameter of each column."""
        return tuple(name for name in self.parameters for _ in range(self._number(name)))

    def _number(self, name: str) -> int:
        levels = len(self.choices.get(name, ()))
        return levels if levels > 2 else 1

    def of(self, sample: np.ndarray) -> np.ndarray:
        """Return the columns (points, columns) of ``sample`` (points, parameters), in the units of the parameters.

        >>> of_levels = Columns(parameters=("solidarity", "gaming"), choices={"gaming": ("built-in", "a", "b")})
        >>> of_levels.of(np.array([[0.2, 2.0], [0.7, 0.0]])).tolist()
        [[0.2, 0.0, 0.0, 1.0], [0.7, 1.0, 0.0, 0.0]]
        """
        parts = []
        for name, column in zip(self.parameters, sample.T, strict=True):
            number = self._number(name)
            parts.append(column[:, None] if number == 1 else (column[:, None] == np.arange(number)).astype(float))
        return np.column_stack(parts)

    def places(self, name: str) -> np.ndarray:
        """Return the indices of the columns of parameter ``name``, (parameter,).

        >>> Columns(parameters=("a", "b"), choices={"a": ("x", "y", "z")}).places("b").tolist()
        [3]
        """
        return np.flatnonzero([owner == name for owner in self.owners])

    def limited(self, box: Box) -> tuple[str, ...]:
        """Return the parameters that ``box``, one of these columns, limits.

        >>> box = Box(np.array([-np.inf, 0.5]), np.array([np.inf, np.inf]))
        >>> Columns(parameters=("a", "b"), choices={}).limited(box)
        ('b',)
        """
        return tuple(dict.fromkeys(self.owners[place] for place in box.limited()))

    def levels(self, box: Box, name: str) -> tuple[str, ...]:
        """Return the levels of choice ``name`` that ``box``, one of these columns, holds; none of what is no choice.

        >>> of_levels = Columns(parameters=("gaming",), choices={"gaming": ("built-in", "a", "b")})
        >>> of_levels.levels(Box(np.full(3, -np.inf), np.array([np.inf, 0.5, np.inf])), "gaming")
        ('built-in', 'b')
        """
        labels = self.choices.get(name, ())
        inside = box.holds_columns(self.of(self._each_level(name, len(labels))), self.places(name)) if labels else ()
        return tuple(label for label, held in zip(labels, inside, strict=True) if held)

    def _each_level(self, name: str, levels: int) -> np.ndarray:
        """Return a sample (levels, parameters) of one point at each level of ``name``."""
        sample = np.zeros((levels, len(self.parameters)))
        sample[:, self.parameters.index(name)] = np.arange(levels)
        return sample
